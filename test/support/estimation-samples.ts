/** Samples of monthly returns and what is found in them. */
import { expect } from 'chai';

import type { Sample } from '../../src/problem/estimator.ts';
import type { SymmetricOperator } from '../../src/problem/operator.ts';

export const absent = NaN;

export function sampleOf(rows: readonly (readonly number[])[], others: Partial<Sample> = {}): Sample {
  const n = rows[0]!.length;
  return {
    universe: { assets: Array.from({ length: n }, (_, i) => ({ id: 'ABCDEF'[i]!, groups: {} })) },
    series: {
      observations: rows.length,
      returns: Float64Array.from(rows.flat()),
      prices: new Float64Array(),
      periodsPerYear: 12,
    },
    riskFreeRate: 0.02,
    ...others,
  };
}

export function entriesOf({ covariance }: { readonly covariance: SymmetricOperator }): number[] {
  if (covariance.kind !== 'dense') throw new Error('expected a dense covariance');
  return [...covariance.entries];
}

export function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-14): void {
  expect(actual).to.have.length(expected.length);
  for (const [i, value] of expected.entries())
    expect(actual[i], `position ${String(i)}`).to.be.closeTo(value, tolerance);
}
