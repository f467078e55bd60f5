/**
 * What a glance tells of a covariance matrix, before anything is factorized: symmetry, variances, correlations beyond 1, and a
 * correlation matrix sent in its place. Whether it is positive semidefinite takes a factorization, which the worker does.
 */
import { shownMax } from './admission-findings.ts';
import type { Violation } from '../values/fault.ts';

/** Differences of transposed entries below this part of the largest entry are rounding. */
const asymmetryMax = 1e-12;

/**
 * Every problem of an n x n matrix, row-major; `field` is its path. Symmetrizes rounding differences in place. Factors are often
 * standardized to unit variance, so `unitVariances` allows what looks like a correlation matrix.
 */
export function covarianceProblems(
  matrix: Float64Array,
  n: number,
  field: string,
  unitVariances = false,
): readonly Violation[] {
  const violations: Violation[] = [];
  const refuse = (at: string, description: string): void => {
    if (violations.length < shownMax) violations.push({ field: at, description, reason: 'RISK_MODEL_INVALID' });
  };
  let largest = 0;
  for (let i = 0; i < n; i += 1) {
    const variance = matrix[i * n + i]!;
    largest = Math.max(largest, Math.abs(variance));
    if (variance < 0) refuse(entry(field, i, i), `is a variance and must not be negative; got ${String(variance)}`);
  }
  if (isHalf(matrix, n)) {
    refuse(field, 'has entries on one side of the diagonal only; give the whole symmetric matrix');
    return violations;
  }
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const below = matrix[i * n + j]!;
      const above = matrix[j * n + i]!;
      if (below === above) continue;
      if (Math.abs(below - above) > asymmetryMax * Math.max(largest, Math.abs(below), Math.abs(above))) {
        refuse(
          entry(field, i, j),
          `is ${String(below)} but its mirror [${String(j)}][${String(i)}] is ${String(above)}`,
        );
      } else {
        matrix[i * n + j] = matrix[j * n + i] = (below + above) / 2;
      }
    }
  }
  if (!unitVariances && isCorrelation(matrix, n)) {
    refuse(
      field,
      'has ones on its diagonal and looks like a correlation matrix; multiply by the volatilities on both sides',
    );
  }
  return violations;
}

function entry(field: string, row: number, column: number): string {
  return `${field}[${String(row)}][${String(column)}]`;
}

/** One triangle holds numbers and the other none. */
function isHalf(matrix: Float64Array, n: number): boolean {
  let below = false;
  let above = false;
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < i; j += 1) {
      below ||= matrix[i * n + j] !== 0;
      above ||= matrix[j * n + i] !== 0;
      if (below && above) return false;
    }
  }
  return below !== above;
}

/** A volatility of exactly 100 % for every asset, with assets that move together. The identity alone is taken at its word. */
function isCorrelation(matrix: Float64Array, n: number): boolean {
  let related = false;
  for (let i = 0; i < n; i += 1) {
    if (matrix[i * n + i] !== 1) return false;
    for (let j = 0; j < i; j += 1) related ||= matrix[i * n + j] !== 0;
  }
  return related;
}
