import { expect } from 'chai';
import { EMPTY, Observable } from 'rxjs';

import { minimumVariance } from '../../../plugins/mean-variance/minimum-variance.ts';
import { compose } from '../../../src/problem/problem.ts';
import { defaultSettings } from '../../../src/problem/solver.ts';
import type { Lowered, SolveEvent, StrategyEvent, Task, Warm } from '../../../src/sdk/v1/index.ts';
import { eventsOf, referenceMarket, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import type { Engine } from '../../../src/sdk/v1/testing/index.ts';
import { referenceOrigin } from '../../../src/sdk/v1/testing/reference-market.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { SolverRegistry } from '../../../src/solvers/registry.ts';
import { workingSet } from '../../../src/solvers/working-set/working-set.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

const market = referenceMarket();
const solvers = new SolverRegistry([workingSet, interiorPoint]);
const count = 20;
/** Traces nothing. */
const pointwise: Engine = {
  solve: (...given) => referenceEngine.solve(...given),
  faults: (...given) => referenceEngine.faults(...given),
};

interface Watched {
  readonly task: Task<Record<string, never>>;
  readonly warms: (Warm | undefined)[];
}

/** Solved point by point, by solvers that begin where they are told to. */
function warmTask(restrictions: readonly Lowered[] = market.restrictions): Watched {
  const warms: (Warm | undefined)[] = [];
  const { universe } = market.situation;
  const task = referenceTask(pointwise, { ...market, restrictions, parameters: {} });
  const solve: Task['solve'] = (objective, added = [], warm) =>
    new Observable<SolveEvent>((subscriber) => {
      warms.push(warm);
      const problem = compose(universe, objective, [...restrictions, ...added]);
      const steps = solvers.solve(problem, defaultSettings, () => false, undefined, warm);
      for (let step = steps.next(); ; step = steps.next()) {
        if (step.done !== true) continue;
        subscriber.next({ kind: 'solution', solution: step.value });
        subscriber.complete();
        return;
      }
    });
  return { task: { ...task, solve }, warms };
}

function pointsOf(events: readonly StrategyEvent[]): readonly (readonly [number | undefined, readonly number[]])[] {
  return events.flatMap((event) =>
    event.kind === 'point' ? [[event.index, [...event.answer.solution.weights]] as const] : [],
  );
}

function solutionOf(events: readonly StrategyEvent[]) {
  const last = events.at(-1);
  if (last?.kind !== 'solution') throw new Error('no solution');
  return last.answer.solution;
}

const frontier = (task: Task<Record<string, never>>, first?: number): Promise<readonly StrategyEvent[]> =>
  eventsOf(minimumVariance.frontier?.(task, count, first) ?? EMPTY);

describe('a frontier that goes on from a later point', () => {
  const turnover = {
    centre: market.situation.current,
    buyRate: new Float64Array(8).fill(0.5),
    sellRate: new Float64Array(8).fill(0.5),
    bound: 0.3,
    origin: referenceOrigin('turnover'),
  };
  const limited = [...market.restrictions, { tradeLimits: [turnover] }];

  for (const [name, restrictions] of [
    ['bounds and rows', market.restrictions],
    ['a turnover limit', limited],
  ] as const) {
    it(`tells the same points bit for bit, solved one by one: ${name}`, async () => {
      const whole = await frontier(warmTask(restrictions).task);
      const points = pointsOf(whole);
      expect(points.map(([index]) => index)).to.deep.equal([...Array(count).keys()]);
      for (const first of [1, 5, 8, 13, count - 2, count - 1]) {
        const rest = await frontier(warmTask(restrictions).task, first);
        expect(pointsOf(rest), `from ${first}`).to.deep.equal(points.slice(first));
        expect(solutionOf(rest).weights).to.deep.equal(solutionOf(whole).weights);
      }
    });
  }

  it('tells the same points bit for bit, traced', async () => {
    const task = referenceTask(referenceEngine, { ...market, parameters: {} });
    const whole = await frontier(task);
    const rest = await frontier(task, 7);
    expect(pointsOf(whole).map(([index]) => index)).to.deep.equal([...Array(count).keys()]);
    expect(pointsOf(rest)).to.deep.equal(pointsOf(whole).slice(7));
    expect(solutionOf(rest).choice).to.equal(solutionOf(whole).choice);
  });

  it('solves at most seven known points again, and begins most solves at the end of the one before', async () => {
    const { task, warms } = warmTask();
    await frontier(task, 15);
    // Both ends, points 8 to 14 again, points 15 to 19, the strategy's own.
    expect(warms.length).to.equal(2 + 7 + 5 + 1);
    const [first, ...others] = warms;
    expect(first).to.equal(undefined);
    expect(others.every((warm) => warm !== undefined)).to.equal(true);
    expect(new Set(others).size).to.be.at.least(12);
  });
});

describe('the end of a frontier', () => {
  it('is the least risk among portfolios of the greatest return, traced or solved one by one', async () => {
    const { estimates } = market;
    // Four assets share the greatest return.
    const expectedReturns = estimates.expectedReturns!.map((value, i) => (i < 4 ? 0.1 : Math.min(value, 0.08)));
    const setting = { ...market, estimates: { ...estimates, expectedReturns }, parameters: {} };
    const [traced, solved] = await Promise.all(
      [referenceEngine, pointwise].map(async (engine) => pointsOf(await frontier(referenceTask(engine, setting)))),
    );
    const [last, other] = [traced!.at(-1)![1], solved!.at(-1)![1]];
    for (const [i, weight] of last.entries()) expect(other[i]).to.be.closeTo(weight, 1e-6);
    expect(last.slice(0, 4).every((weight) => weight > 0.01)).to.equal(true);
  });
});
