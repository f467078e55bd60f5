import { expect } from 'chai';
import fc from 'fast-check';

import { maximumSharpe } from '../../../plugins/mean-variance/maximum-sharpe.ts';
import { dot, quadraticForm } from '../../../src/sdk/v1/index.ts';
import type { Lowered, Origin, SymmetricOperator } from '../../../src/sdk/v1/index.ts';
import { answerOf, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

const origin: Origin = { constraint: 'test', name: 'test', text: 'test', priority: 0 };
const unit = fc.double({ min: 0, max: 1, noNaN: true });

interface RandomMarket {
  readonly excess: Float64Array;
  readonly covariance: SymmetricOperator;
  readonly restrictions: readonly Lowered[];
  readonly others: readonly Float64Array[];
}

const markets = fc
  .record({
    assets: fc.array(fc.tuple(unit, unit, unit), { minLength: 2, maxLength: 12 }),
    shape: fc.constantFrom('long only', 'upper bounds', 'long and short', 'cash', 'turnover', 'tracking error'),
    mixtures: fc.array(fc.array(unit, { minLength: 12, maxLength: 12 }), { minLength: 3, maxLength: 3 }),
  })
  .map(({ assets, shape, mixtures }): RandomMarket => {
    const n = assets.length;
    const covariance: SymmetricOperator = {
      kind: 'factor',
      size: n,
      factors: 1,
      exposures: Float64Array.from(assets, ([loading]) => 2 * loading - 0.5),
      factorCovariance: Float64Array.of(0.03),
      specific: Float64Array.from(assets, ([, specific]) => 0.002 + 0.05 * specific),
    };
    // At least one asset beats the risk-free rate by much, so that the ratio is defined in every shape that is tested for it.
    const excess = Float64Array.from(assets, ([, , value], i) => (i === 0 ? 0.15 : 0.2 * value - 0.05));
    const positions = Int32Array.from({ length: n }, (_, i) => i);
    const equal = new Float64Array(n).fill(1 / n);
    const half = new Float64Array(n).fill(0.5);
    const [lower, upper] =
      shape === 'long and short' ? [-0.5, 1] : shape === 'upper bounds' ? [0, Math.max(0.2, 1.5 / n)] : [0, 1];
    const restrictions: Lowered = {
      bounds: [...positions].map((position) => ({ position, lower, upper, origin })),
      rows: [
        { positions, coefficients: new Float64Array(n).fill(1), lower: shape === 'cash' ? 0 : 1, upper: 1, origin },
      ],
      ...(shape === 'turnover'
        ? { tradeLimits: [{ centre: equal, buyRate: half, sellRate: half, bound: 0.2, origin }] }
        : {}),
      ...(shape === 'tracking error' ? { norms: [{ operator: covariance, centre: equal, bound: 0.03, origin }] } : {}),
    };
    const others =
      shape === 'long only' || shape === 'cash' ? mixtures.map((mixture) => normalized(mixture, n)) : [equal];
    return { excess, covariance, restrictions: [restrictions], others };
  });

function normalized(mixture: readonly number[], n: number): Float64Array {
  const shares = Float64Array.from({ length: n }, (_, i) => 1e-3 + (mixture[i] ?? 0));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}

describe('maximum Sharpe ratio on random markets', () => {
  it('is certified, satisfies the optimality condition of the ratio, and beats other feasible portfolios', async () => {
    await fc.assert(
      fc.asyncProperty(markets, async ({ excess, covariance, restrictions, others }) => {
        const n = excess.length;
        const universe = { assets: Array.from({ length: n }, (_, i) => ({ id: `a${i}`, groups: {} })) };
        const situation = { universe, current: new Float64Array(n), cashCurrent: 1 };
        const estimates = { expectedReturns: excess.map((value) => value + 0.02), covariance, riskFreeRate: 0.02 };
        const task = referenceTask(referenceEngine, { parameters: {}, situation, estimates, restrictions });
        const answer = await answerOf(maximumSharpe.optimize(task));
        const ratio = (w: Float64Array): number => dot(excess, w) / Math.sqrt(quadraticForm(covariance, w));
        const best = others.reduce((largest, other) => Math.max(largest, ratio(other)), -Infinity);
        const { reason, detail } = answer.solution.termination;
        if (reason === 'no solution found') {
          expect(best).to.be.at.most(1e-6);
          return;
        }
        expect(reason, detail).to.equal('optimal');
        expect(referenceEngine.faults(universe, restrictions, answer)).to.deep.equal([]);
        const { weights } = answer.solution;
        expect(ratio(weights)).to.be.at.least(best - 1e-9);
        const lambda = answer.objective.quadratics[0]?.scale ?? NaN;
        expect(dot(excess, weights) / quadraticForm(covariance, weights) / lambda).to.be.closeTo(1, 1e-6);
      }),
      { numRuns: 150, seed: 20_260_101 },
    );
  });
});
