/** Whether a covariance is positive semidefinite, and what to do when it is not. */
import { factorizeCholesky } from '../math/cholesky.ts';
import { extremeEigenpair, nearestSemidefinite } from '../math/eigen.ts';
import type { Repair } from '../problem/estimator.ts';
import type { SymmetricOperator } from '../problem/operator.ts';
import type { Universe } from '../problem/universe.ts';
import { Fault } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';

/** `none` refuses; `clip` raises negative eigenvalues to zero and restores the variances, and says so. */
export type RepairChoice = 'none' | 'clip';

export const repairSchema: JsonSchema<RepairChoice> = {
  type: 'string',
  title: 'Repair',
  description:
    'What to do with a covariance that is not positive semidefinite. none: refuse it. clip: raise negative eigenvalues to zero, restore the variances, and report the change.',
  enum: ['none', 'clip'],
  default: 'none',
};

/** Negative eigenvalues down to this part of the largest variance come from rounding: a shift of the diagonal mends them. */
const roundingMax = 1e-10;
/** Beyond this size a full decomposition takes too long to be done on request. */
const clipSizeMax = 1500;

export interface Definite {
  readonly covariance: Extract<SymmetricOperator, { kind: 'dense' }>;
  readonly repairs: readonly Repair[];
}

/**
 * Admits a symmetric matrix (n x n, row-major, finite, nonnegative diagonal) as a covariance. Tested by Cholesky factorization, about
 * n^3 / 3 operations. Negative eigenvalues within rounding (1e-10 of the largest variance) are shifted away and reported.
 * @throws Fault COVARIANCE_NOT_PSD with `smallestEigenvalue` and the `assets` that weigh most in its vector, unless `clip` was asked for.
 */
export function definite(entries: Float64Array, universe: Universe, repair: RepairChoice): Definite {
  const n = universe.assets.length;
  let largest = 0;
  for (let i = 0; i < n; i += 1) largest = Math.max(largest, entries[i * n + i]!);
  if (isDefinite(entries, n, largest * n * Number.EPSILON)) return dense(entries, n, []);
  const shift = largest * roundingMax;
  if (isDefinite(entries, n, shift)) {
    const shifted = Float64Array.from(entries);
    for (let i = 0; i < n; i += 1) shifted[i * n + i] = shifted[i * n + i]! + shift;
    return dense(shifted, n, [{ what: 'variances raised to cover rounding in the covariance', magnitude: shift }]);
  }
  if (repair === 'clip' && n <= clipSizeMax) return clipped(entries, n);
  throw notDefinite(entries, universe, repair);
}

function dense(entries: Float64Array, size: number, repairs: readonly Repair[]): Definite {
  return { covariance: { kind: 'dense', size, entries }, repairs };
}

/** Whether entries + shift I has a Cholesky factor. A zero matrix counts: riskless assets are allowed. */
export function isDefinite(entries: Float64Array, n: number, shift: number): boolean {
  const work = Float64Array.from(entries);
  const raised = shift > 0 ? shift : Number.MIN_VALUE;
  for (let i = 0; i < n; i += 1) work[i * n + i] = work[i * n + i]! + raised;
  return factorizeCholesky(work, n) === 0;
}

function notDefinite(entries: Float64Array, universe: Universe, repair: RepairChoice): Fault {
  const n = universe.assets.length;
  const { value, vector } = extremeEigenpair(entries, n, 'smallest');
  const order = [...vector.keys()].sort((i, j) => Math.abs(vector[j]!) - Math.abs(vector[i]!) || i - j);
  const assets = order.slice(0, 5).map((position) => universe.assets[position]!.id);
  const smallest = value.toExponential(6);
  const limit = repair === 'clip' ? ` It has ${String(n)} assets; a repair is done up to ${String(clipSizeMax)}.` : '';
  const description =
    `is not positive semidefinite: its smallest eigenvalue is ${smallest}, carried by ${assets.join(', ')}. ` +
    `Complete histories, shrinkage or a factor model avoid this; repair "clip" mends it and reports the change.${limit}`;
  return new Fault(
    'COVARIANCE_NOT_PSD',
    `the covariance ${description}`,
    { smallestEigenvalue: smallest, assets: assets.join(',') },
    [{ field: 'covariance', description }],
  );
}

/**
 * Negative eigenvalues become zero; then rows and columns are rescaled so that the variances are those given. The magnitude told is the
 * Frobenius norm of the change over that of the matrix. Rebonato and Jaeckel (1999), The most general methodology to create a valid
 * correlation matrix, section 3 (spectral decomposition).
 */
function clipped(entries: Float64Array, n: number): Definite {
  const { matrix, raised, relativeChange } = nearestSemidefinite(entries, n, true);
  const smallest = raised[0] ?? 0;
  const what = `negative eigenvalues of the covariance clipped (smallest ${smallest.toExponential(3)}); magnitude is the relative change`;
  return dense(matrix, n, [{ what, magnitude: relativeChange }]);
}
