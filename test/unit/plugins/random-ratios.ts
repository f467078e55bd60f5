/** Random markets for strategies that maximize a ratio, and what their answers must keep. */
import { expect } from 'chai';
import fc from 'fast-check';

import { dot, quadraticForm } from '../../../src/sdk/v1/index.ts';
import type { Lowered, Strategy, SymmetricOperator } from '../../../src/sdk/v1/index.ts';
import { answerOf, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

export interface RandomMarket {
  readonly excess: Float64Array;
  readonly covariance: SymmetricOperator;
  readonly restrictions: readonly Lowered[];
  /** Other portfolios that are allowed. */
  readonly others: readonly Float64Array[];
  /** Where both parts of the ratio are measured from; cash when absent. */
  readonly benchmark?: Float64Array;
}

export const unit = fc.double({ min: 0, max: 1, noNaN: true });

/** Three portfolios of up to twelve assets; see `normalized`. */
export const mixtures = fc.array(fc.array(unit, { minLength: 12, maxLength: 12 }), { minLength: 3, maxLength: 3 });

/** One factor and specific risk, from a loading and a specific variance of each asset between 0 and 1. */
export function oneFactor(
  assets: readonly (readonly [loading: number, specific: number, ...unknown[]])[],
): SymmetricOperator {
  return {
    kind: 'factor',
    size: assets.length,
    factors: 1,
    exposures: Float64Array.from(assets, ([loading]) => 2 * loading - 0.5),
    factorCovariance: Float64Array.of(0.03),
    specific: Float64Array.from(assets, ([, specific]) => 0.002 + 0.05 * specific),
  };
}

/** (n) positive, sum 1. */
export function normalized(mixture: readonly number[], n: number): Float64Array {
  const shares = Float64Array.from({ length: n }, (_, i) => 1e-3 + (mixture[i] ?? 0));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}

/**
 * The answer is certified, satisfies the optimality condition of the ratio, excess over variance equal to lambda, and no other portfolio has a
 * greater one. Where there is no answer none of the others has any ratio to speak of.
 */
export async function expectGreatest<Parameters>(
  strategy: Strategy<Parameters>,
  { excess, covariance, restrictions, others, benchmark }: RandomMarket,
  parameters: Parameters,
): Promise<void> {
  const n = excess.length;
  const universe = { assets: Array.from({ length: n }, (_, i) => ({ id: `a${i}`, groups: {} })) };
  const current = new Float64Array(n);
  const situation = { universe, current, cashCurrent: 1, ...(benchmark === undefined ? {} : { benchmark }) };
  const estimates = { expectedReturns: excess.map((value) => value + 0.02), covariance, riskFreeRate: 0.02 };
  const task = referenceTask(referenceEngine, { parameters, situation, estimates, restrictions });
  const answer = await answerOf(strategy.optimize(task));
  const away = (w: Float64Array): Float64Array => w.map((weight, i) => weight - (benchmark?.[i] ?? 0));
  const ratio = (w: Float64Array): number => {
    const variance = quadraticForm(covariance, away(w));
    return variance > 1e-12 ? dot(excess, away(w)) / Math.sqrt(variance) : -Infinity;
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
  expect(dot(excess, away(weights)) / quadraticForm(covariance, away(weights)) / lambda).to.be.closeTo(1, 1e-6);
}
