import { expect } from 'chai';
import fc from 'fast-check';

import { maximumInformationRatio } from '../../../plugins/mean-variance/maximum-information-ratio.ts';
import { dot, quadraticForm } from '../../../src/sdk/v1/index.ts';
import type { Lowered, SymmetricOperator } from '../../../src/sdk/v1/index.ts';
import { answerOf, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import { originOf } from '../../support/problems.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const origin = originOf('test');

interface RandomMarket {
  readonly excess: Float64Array;
  readonly covariance: SymmetricOperator;
  readonly benchmark: Float64Array;
  readonly restrictions: readonly Lowered[];
  readonly others: readonly Float64Array[];
}

const markets = fc
  .record({
    // Returns in steps of a tenth of a percent: below what a solve can tell apart no ratio is defined.
    assets: fc.array(fc.tuple(unit, unit, fc.integer({ min: -50, max: 150 }), unit), { minLength: 2, maxLength: 12 }),
    shape: fc.constantFrom('long only', 'benchmark left out', 'long and short', 'turnover', 'tracking error'),
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
    const excess = Float64Array.from(assets, ([, , value]) => value / 1000);
    const benchmark = normalized(
      assets.map(([, , , share]) => share),
      n,
    );
    const positions = Int32Array.from({ length: n }, (_, i) => i);
    const half = new Float64Array(n).fill(0.5);
    const left = shape === 'benchmark left out' ? benchmark.indexOf(Math.max(...benchmark)) : -1;
    const lower = shape === 'long and short' ? -0.5 : 0;
    const restrictions: Lowered = {
      bounds: [...positions].map((position) => ({ position, lower, upper: position === left ? 0 : 1, origin })),
      rows: [{ positions, coefficients: new Float64Array(n).fill(1), lower: 1, upper: 1, origin }],
      ...(shape === 'turnover'
        ? { tradeLimits: [{ centre: benchmark, buyRate: half, sellRate: half, bound: 0.2, origin }] }
        : {}),
      ...(shape === 'tracking error'
        ? { norms: [{ operator: covariance, centre: benchmark, bound: 0.03, origin }] }
        : {}),
    };
    const free = shape === 'long only' || shape === 'long and short';
    const others = free ? mixtures.map((mixture) => normalized(mixture, n)) : [];
    return { excess, covariance, benchmark, restrictions: [restrictions], others };
  });

function normalized(mixture: readonly number[], n: number): Float64Array {
  const shares = Float64Array.from({ length: n }, (_, i) => 1e-3 + (mixture[i] ?? 0));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}

describe('maximum information ratio on random markets', () => {
  it('is certified, satisfies the optimality condition of the ratio, and beats other feasible portfolios', async () => {
    await fc.assert(
      fc.asyncProperty(markets, async ({ excess, covariance, benchmark, restrictions, others }) => {
        const n = excess.length;
        const universe = { assets: Array.from({ length: n }, (_, i) => ({ id: `a${i}`, groups: {} })) };
        const situation = { universe, current: new Float64Array(n), cashCurrent: 1, benchmark };
        const estimates = { expectedReturns: excess.map((value) => value + 0.02), covariance, riskFreeRate: 0.02 };
        const task = referenceTask(referenceEngine, { parameters: {}, situation, estimates, restrictions });
        const answer = await answerOf(maximumInformationRatio.optimize(task));
        const active = (w: Float64Array): Float64Array => w.map((weight, i) => weight - benchmark[i]!);
        const ratio = (w: Float64Array): number => {
          const risk = quadraticForm(covariance, active(w));
          return risk > 1e-12 ? dot(excess, active(w)) / Math.sqrt(risk) : -Infinity;
        };
        const best = others.reduce((largest, other) => Math.max(largest, ratio(other)), -Infinity);
        const { reason, detail } = answer.solution.termination;
        if (reason === 'no solution found' || reason === 'infeasible') {
          expect(best).to.be.at.most(1e-6);
          return;
        }
        expect(reason, detail).to.equal('optimal');
        expect(referenceEngine.faults(universe, restrictions, answer)).to.deep.equal([]);
        const { weights } = answer.solution;
        expect(ratio(weights)).to.be.at.least(best - 1e-9);
        const lambda = answer.objective.quadratics[0]?.scale ?? NaN;
        const variance = quadraticForm(covariance, active(weights));
        expect(dot(excess, active(weights)) / variance / lambda).to.be.closeTo(1, 1e-6);
      }),
      { numRuns: 100, seed: 20_260_101 },
    );
  });
});
