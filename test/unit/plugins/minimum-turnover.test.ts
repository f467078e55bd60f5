import { expect } from 'chai';
import { EMPTY } from 'rxjs';

import { minimumTurnover } from '../../../plugins/mean-variance/minimum-turnover.ts';
import type { Bound, Lowered, StrategyEvent } from '../../../src/sdk/v1/index.ts';
import { dot } from '../../../src/sdk/v1/index.ts';
import { eventsOf, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import { referenceOrigin } from '../../../src/sdk/v1/testing/reference-market.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

const current = Float64Array.of(0.4, 0.3, 0.2, 0.1);
const expectedReturns = Float64Array.of(0.02, 0.04, 0.08, 0.1);
const n = 4;
const positions = Int32Array.from(current.keys());
const restrictions: readonly Lowered[] = [
  {
    bounds: [...positions].map((position): Bound => ({
      position,
      lower: 0,
      upper: 0.6,
      origin: referenceOrigin('bounds'),
    })),
    rows: [
      { positions, coefficients: new Float64Array(n).fill(1), lower: 1, upper: 1, origin: referenceOrigin('sum') },
    ],
  },
];

const taskOf = (parameters: { readonly returnMin?: number }, held: Float64Array = current) =>
  referenceTask(referenceEngine, {
    parameters,
    situation: {
      universe: { assets: [...positions].map((i) => ({ id: `a${i + 1}`, groups: {} })) },
      current: held,
      cashCurrent: 1 - held.reduce((all, weight) => all + weight, 0),
    },
    estimates: { expectedReturns, riskFreeRate: 0 },
    restrictions,
  });

const answersOf = (events: readonly StrategyEvent[], kind: 'point' | 'solution') =>
  events.flatMap((event) => (event.kind === kind ? [event.answer] : []));
const turnoverOf = (weights: Float64Array): number =>
  weights.reduce((all, weight, i) => all + Math.abs(weight - current[i]!), 0) / 2;

describe('minimum turnover', () => {
  const solved = async (parameters: { readonly returnMin?: number }, held?: Float64Array): Promise<Float64Array> => {
    const [answer] = answersOf(await eventsOf(minimumTurnover.optimize(taskOf(parameters, held))), 'solution');
    expect(answer?.solution.termination.reason).to.equal('optimal');
    return answer!.solution.weights;
  };

  it('trades nothing that it need not', async () => {
    expect([...(await solved({}))]).to.deep.equal([...current]);
  });

  it('sells what earns least for what earns most, as little as the return asks for', async () => {
    // The current return is 0.046; a unit of turnover from the first to the last asset adds 0.08.
    const weights = await solved({ returnMin: 0.062 });
    const expected = [0.2, 0.3, 0.2, 0.3];
    for (const i of positions) expect(weights[i]).to.be.closeTo(expected[i]!, 1e-8);
  });

  it('has its turnover for its objective, but for 5e-7 times the sum of squared trades', async () => {
    const [answer] = answersOf(await eventsOf(minimumTurnover.optimize(taskOf({ returnMin: 0.062 }))), 'solution');
    const { weights, objective } = answer!.solution;
    const squares = weights.reduce((all, weight, i) => all + (weight - current[i]!) ** 2, 0);
    expect(objective).to.be.closeTo(turnoverOf(weights) + 5e-7 * squares, 1e-9);
  });

  it('spreads trades evenly where only their sum matters', async () => {
    const weights = await solved({}, Float64Array.of(0.3, 0.2, 0.1, 0));
    for (const [i, held] of [0.3, 0.2, 0.1, 0].entries()) expect(weights[i]).to.be.closeTo(held + 0.1, 1e-8);
  });

  it('needs expected returns only for a return to reach, and for the frontier', () => {
    expect(minimumTurnover.needs).to.deep.equal([]);
    expect(minimumTurnover.needsWith?.({})).to.deep.equal([]);
    expect(minimumTurnover.needsWith?.({ returnMin: 0.05 })).to.deep.equal(['expected-returns']);
    expect(minimumTurnover.frontierNeeds).to.deep.equal(['expected-returns']);
  });

  it('has a frontier from standing still to the greatest return, convex and piecewise linear', async () => {
    const points = 19;
    const events = await eventsOf(minimumTurnover.frontier?.(taskOf({}), points) ?? EMPTY);
    const told = answersOf(events, 'point').map(({ solution }) => solution.weights);
    expect(told).to.have.length(points);
    const returns = told.map((weights) => dot(expectedReturns, weights));
    const turnovers = told.map(turnoverOf);
    expect(turnovers[0]).to.be.closeTo(0, 1e-9);
    expect(returns.at(-1)).to.be.closeTo(0.6 * 0.1 + 0.4 * 0.08, 1e-8);
    // The first is sold for the last, until none is left; the second for the last, up to its bound; the second for the third.
    const legs = [
      [0.4, 0.08],
      [0.1, 0.06],
      [0.2, 0.04],
    ] as const;
    const least = (gained: number): number => {
      let [left, traded] = [gained, 0];
      for (const [most, gain] of legs) {
        const part = Math.min(most, Math.max(0, left) / gain);
        [left, traded] = [left - part * gain, traded + part];
      }
      return traded;
    };
    for (const [k, value] of returns.entries())
      expect(turnovers[k], `point ${k}`).to.be.closeTo(least(value - 0.046), 1e-7);
  });
});
