/** Whether a covariance is positive semidefinite, and what to do when it is not. */
import { unchecked, type Checkpoint } from '../math/checkpoint.ts';
import { factorizeCholesky } from '../math/cholesky.ts';
import { extremeEigenpair, nearestSemidefinite } from '../math/eigen.ts';
import { nearestCorrelation } from '../math/nearest-correlation.ts';
import type { Repair } from '../problem/estimator.ts';
import type { SymmetricOperator } from '../problem/operator.ts';
import type { Universe } from '../problem/universe.ts';
import { Fault } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';

/**
 * `none` refuses; `clip` raises negative eigenvalues to zero and restores the variances; `nearest-correlation` keeps the variances and
 * takes the nearest correlation matrix. Both repairs say what they changed.
 */
export type RepairChoice = 'none' | 'clip' | 'nearest-correlation';

export const repairSchema: JsonSchema<RepairChoice> = {
  type: 'string',
  title: 'Repair',
  description:
    'What to do with a covariance that is not positive semidefinite. none: refuse it. clip: raise negative eigenvalues to zero, restore the variances, and report the change. ' +
    'nearest-correlation: keep the variances, replace the correlations by the nearest correlation matrix in the Frobenius norm (Higham 2002), and report the change.',
  enum: ['none', 'clip', 'nearest-correlation'],
  default: 'none',
};

/** Negative eigenvalues down to this part of the largest variance come from rounding: a shift of the diagonal mends them. */
const roundingMax = 1e-10;
/** Beyond this size a full decomposition takes too long to be done on request. */
const sizeMax = { none: 0, clip: 1500, 'nearest-correlation': 600 } as const;

export interface Definite {
  readonly covariance: Extract<SymmetricOperator, { kind: 'dense' }>;
  readonly repairs: readonly Repair[];
}

/**
 * Admits a symmetric matrix (n x n, row-major, finite, nonnegative diagonal) as a covariance. Tested by Cholesky factorization, about
 * n^3 / 3 operations. Negative eigenvalues within rounding (1e-10 of the largest variance) are shifted away and reported.
 * @throws Fault COVARIANCE_NOT_PSD with `smallestEigenvalue` and the `assets` that weigh most in its vector, unless a repair was asked for
 *   and the matrix is small enough for it: 1500 assets for `clip` (10 n^3 operations), 600 for `nearest-correlation` (about 60 n^3).
 */
export function definite(
  entries: Float64Array,
  universe: Universe,
  repair: RepairChoice,
  checkpoint: Checkpoint = unchecked,
): Definite {
  const n = universe.assets.length;
  let largest = 0;
  for (let i = 0; i < n; i += 1) largest = Math.max(largest, entries[i * n + i]!);
  if (isDefinite(entries, n, largest * n * Number.EPSILON, checkpoint)) return dense(entries, n, []);
  const shift = largest * roundingMax;
  if (isDefinite(entries, n, shift, checkpoint)) {
    const shifted = Float64Array.from(entries);
    for (let i = 0; i < n; i += 1) shifted[i * n + i] = shifted[i * n + i]! + shift;
    return dense(shifted, n, [{ what: 'variances raised to cover rounding in the covariance', magnitude: shift }]);
  }
  if (n <= sizeMax[repair])
    return repair === 'clip' ? clipped(entries, n, checkpoint) : nearest(entries, n, checkpoint);
  throw notDefinite(entries, universe, repair, checkpoint);
}

function dense(entries: Float64Array, size: number, repairs: readonly Repair[]): Definite {
  return { covariance: { kind: 'dense', size, entries }, repairs };
}

/** Whether entries + shift I has a Cholesky factor. A zero matrix counts: riskless assets are allowed. */
export function isDefinite(
  entries: Float64Array,
  n: number,
  shift: number,
  checkpoint: Checkpoint = unchecked,
): boolean {
  const work = Float64Array.from(entries);
  const raised = shift > 0 ? shift : Number.MIN_VALUE;
  for (let i = 0; i < n; i += 1) work[i * n + i] = work[i * n + i]! + raised;
  return factorizeCholesky(work, n, { pivotMin: 0, checkpoint }) === 0;
}

function notDefinite(entries: Float64Array, universe: Universe, repair: RepairChoice, checkpoint: Checkpoint): Fault {
  const n = universe.assets.length;
  const { value, vector } = extremeEigenpair(entries, n, 'smallest', checkpoint);
  const order = [...vector.keys()].sort((i, j) => Math.abs(vector[j]!) - Math.abs(vector[i]!) || i - j);
  const assets = order.slice(0, 5).map((position) => universe.assets[position]!.id);
  const smallest = value.toExponential(6);
  const most = String(sizeMax[repair]);
  const limit = repair === 'none' ? '' : ` It has ${String(n)} assets; repair "${repair}" is done up to ${most}.`;
  const description =
    `is not positive semidefinite: its smallest eigenvalue is ${smallest}, carried by ${assets.join(', ')}. ` +
    `Complete histories, shrinkage or a factor model avoid this; repair "clip" or "nearest-correlation" mends it and reports the change.${limit}`;
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
function clipped(entries: Float64Array, n: number, checkpoint: Checkpoint): Definite {
  const { matrix, raised, relativeChange } = nearestSemidefinite(entries, n, true, checkpoint);
  const smallest = raised[0] ?? 0;
  const what = `negative eigenvalues of the covariance clipped (smallest ${smallest.toExponential(3)}); magnitude is the relative change`;
  return dense(matrix, n, [{ what, magnitude: relativeChange }]);
}

/**
 * The variances stay, the correlations become those nearest to them in the Frobenius norm: Higham (2002), by the Newton method of Qi and
 * Sun (2006). Covariances of an asset without variance become zero. The magnitude told is as that of `clipped`; what is told names the
 * distance between the correlation matrices too.
 */
function nearest(entries: Float64Array, n: number, checkpoint: Checkpoint): Definite {
  const deviations = Float64Array.from({ length: n }, (_, i) => Math.sqrt(entries[i * n + i]!));
  const correlations = entries.map((value, index) => {
    const [i, j] = [Math.floor(index / n), index % n];
    const scale = deviations[i]! * deviations[j]!;
    if (i === j) return 1;
    return scale > 0 ? value / scale : 0;
  });
  const { matrix, distance, settled } = nearestCorrelation(correlations, n, 0, checkpoint);
  if (!settled) {
    const description =
      'has no nearest correlation matrix that could be found to 1e-9; repair "clip" needs no iteration';
    throw new Fault('COVARIANCE_NOT_PSD', `the covariance ${description}`, {}, [{ field: 'covariance', description }]);
  }
  const repaired = matrix.map((value, index) => {
    const [i, j] = [Math.floor(index / n), index % n];
    return i === j ? entries[index]! : value * (deviations[i]! * deviations[j]!);
  });
  let [change, size] = [0, 0];
  for (const [index, value] of entries.entries()) {
    change += (repaired[index]! - value) ** 2;
    size += value * value;
  }
  const what = `correlations replaced by the nearest correlation matrix (at distance ${distance.toExponential(3)}); magnitude is the relative change of the covariance`;
  return dense(repaired, n, [{ what, magnitude: Math.sqrt(change / size) }]);
}
