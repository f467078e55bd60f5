import { expect } from 'chai';
import { EMPTY } from 'rxjs';

import { blackLitterman } from '../../../plugins/black-litterman/black-litterman.ts';
import meanVariance from '../../../plugins/mean-variance/index.ts';
import { dot, quadraticForm, sdkVersion } from '../../../src/sdk/v1/index.ts';
import type { Answer, JsonObject, Lowered, Strategy, SymmetricOperator } from '../../../src/sdk/v1/index.ts';
import { answerOf, eventsOf, referenceMarket, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import { referenceOrigin } from '../../../src/sdk/v1/testing/reference-market.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

const market = referenceMarket();
const { situation, estimates } = market;
const blended = estimates.blended!;
const { posterior, predictiveCovariance } = blended;
const own = estimates.covariance!;
const { strategies = [] } = await meanVariance.activate({ sdkVersion, log: () => undefined }, {});
const count = 9;

type Parameters = typeof blackLitterman extends Strategy<infer Given> ? Given : never;

const turnover: Lowered = {
  tradeLimits: [
    {
      centre: situation.current,
      buyRate: new Float64Array(8).fill(0.5),
      sellRate: new Float64Array(8).fill(0.5),
      bound: 0.35,
      origin: referenceOrigin('turnover'),
    },
  ],
};

interface Frontier {
  readonly points: readonly Answer[];
  readonly solution: Answer;
}

async function frontier(parameters: Parameters, restrictions: readonly Lowered[]): Promise<Frontier> {
  const task = referenceTask(referenceEngine, { ...market, parameters, restrictions, strategies });
  const events = await eventsOf(blackLitterman.frontier?.(task, count) ?? EMPTY);
  const last = events.at(-1);
  if (last?.kind !== 'solution') throw new Error('no solution');
  return { points: events.flatMap((event) => (event.kind === 'point' ? [event.answer] : [])), solution: last.answer };
}

/** A mean-variance strategy on the posterior returns and the covariance given. */
async function alone(
  type: string,
  parameters: JsonObject,
  covariance: SymmetricOperator,
  restrictions: readonly Lowered[],
): Promise<Float64Array> {
  const strategy: Strategy | undefined = strategies.find(({ id }) => id === type);
  const { solution } = await answerOf(
    strategy!.optimize(
      referenceTask(referenceEngine, {
        situation: { ...situation, covariance },
        estimates: { ...estimates, expectedReturns: posterior, covariance },
        parameters,
        restrictions,
      }),
    ),
  );
  expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
  return solution.weights;
}

function expectSame(actual: Float64Array, expected: Float64Array, tolerance: number, message: string): void {
  for (const [i, weight] of expected.entries())
    expect(actual[i], `${message}, position ${i}`).to.be.closeTo(weight, tolerance);
}

describe('the frontier of the Black-Litterman strategy', () => {
  const utility = { type: 'quadratic-utility', parameters: { riskAversion: 3 } };
  const grounds = [
    ['bounds and rows, traced', market.restrictions, 'frontier by critical-line'],
    ['a turnover limit, point by point', [...market.restrictions, turnover], 'frontier point by point'],
  ] as const;

  for (const [name, restrictions, found] of grounds) {
    for (const covariance of ['prior', 'predictive'] as const) {
      const operator = covariance === 'prior' ? own : predictiveCovariance;
      it(`holds the least risk at each posterior return, from the least to the greatest: ${name}, ${covariance} covariance`, async () => {
        const { points, solution } = await frontier({ objective: utility, covariance }, restrictions);
        expect(points).to.have.length(count);
        expectSame(
          points[0]!.solution.weights,
          await alone('minimum-variance', {}, operator, restrictions),
          1e-6,
          'least',
        );
        const greatest = dot(posterior, await alone('maximum-return', {}, operator, restrictions));
        expect(dot(posterior, points.at(-1)!.solution.weights)).to.be.closeTo(greatest, 1e-7);
        for (const [k, point] of points.entries()) {
          const { weights } = point.solution;
          expect(referenceEngine.faults(situation.universe, restrictions, point)).to.deep.equal([]);
          const returnMin = dot(posterior, weights);
          expect(point.report).to.include({ covariance });
          expect(point.report?.['posteriorReturn']).to.be.closeTo(returnMin, 1e-9);
          expect(point.report?.['priorReturn']).to.be.closeTo(dot(blended.prior, weights), 1e-9);
          expect(point.report?.['volatility']).to.be.closeTo(Math.sqrt(quadraticForm(operator, weights)), 1e-12);
          if (k === 0 || k === count - 1) continue;
          const single = await alone('minimum-risk-at-return', { returnMin }, operator, restrictions);
          expectSame(weights, single, 2e-6, `point ${k}`);
        }
        expect(solution.solution.choice).to.contain(found);
        const answer = await answerOf(
          blackLitterman.optimize(
            referenceTask(referenceEngine, {
              ...market,
              parameters: { objective: utility, covariance },
              restrictions,
              strategies,
            }),
          ),
        );
        expect([...solution.solution.weights]).to.deep.equal([...answer.solution.weights]);
        expect(solution.report).to.deep.equal(answer.report);
      });
    }
  }

  it('is against the tracking error for the information ratio, and begins at the benchmark', async () => {
    const parameters: Parameters = {
      objective: { type: 'maximum-information-ratio', parameters: {} },
      covariance: 'predictive',
    };
    expect(blackLitterman.frontierAgainstWith?.(parameters)).to.equal('tracking-error');
    expect(blackLitterman.frontierAgainstWith?.({ ...parameters, objective: utility })).to.equal('volatility');
    const { points } = await frontier(parameters, market.restrictions);
    expectSame(points[0]!.solution.weights, situation.benchmark!, 1e-7, 'benchmark');
    const errors = points.map(({ report }) => Number(report?.['trackingError']));
    for (const [k, error] of errors.entries()) if (k > 0) expect(error).to.be.above(errors[k - 1]!);
  });

  it('ends with what stands in its way where nothing is feasible', async () => {
    const impossible: Lowered = { bounds: [{ position: 0, lower: 0.9, upper: 1, origin: referenceOrigin('held') }] };
    const { points, solution } = await frontier({ objective: utility, covariance: 'prior' }, [
      ...market.restrictions,
      impossible,
    ]);
    expect(points).to.deep.equal([]);
    expect(solution.solution.termination.reason).to.equal('infeasible');
  });
});
