/** The predictive covariance of Black-Litterman, Sigma + M, kept in the structure of Sigma where that pays. */
import { solveCholesky } from '../math/cholesky.ts';
import type { SymmetricOperator } from '../problem/operator.ts';
import { denseEntries } from './operator.ts';

export interface ActiveView {
  /** (n) p. */
  readonly p: Float64Array;
  /** (n) Sigma p. */
  readonly product: Float64Array;
}

/**
 * (1 + tau) Sigma - tau^2 (Sigma P') C^-1 (P Sigma). `factor` is the Cholesky factor of C (k x k).
 *
 * A factor model stays one: views change the joint distribution of the factor returns and of the specific returns of the assets
 * named in views, V. These specific returns become factors of their own, so that the result has f + |V| factors,
 * `[B I_V] (diag(F, 0) + M_z) [B I_V]' + D + tau D outside V`, where M_z = tau diag(F, D_V) - tau^2 Y C^-1 Y' with
 * Y = [F B'P'; D_V P_V'] is the posterior covariance of the latent means and hence positive semidefinite. Dense when that has half as
 * many factors as there are assets, or more.
 */
export function posteriorCovariance(
  covariance: SymmetricOperator,
  tau: number,
  views: readonly ActiveView[],
  factor: Float64Array,
): SymmetricOperator {
  if (covariance.kind === 'factor') {
    const named = [...Array(covariance.size).keys()].filter((i) => views.some(({ p }) => p[i] !== 0));
    if (2 * (covariance.factors + named.length) < covariance.size)
      return structured(covariance, tau, views, factor, named);
  }
  const n = covariance.size;
  const entries = denseEntries(covariance).map((value) => (1 + tau) * value);
  downdate(
    entries,
    views.map(({ product }) => product),
    tau,
    factor,
  );
  return { kind: 'dense', size: n, entries };
}

/** entries -= tau^2 Y C^-1 Y', symmetric, where `columns` are the k columns of Y (each as long as the matrix is wide). */
function downdate(entries: Float64Array, columns: readonly Float64Array[], tau: number, factor: Float64Array): void {
  const k = columns.length;
  const n = columns[0]?.length ?? 0;
  for (let i = 0; i < n; i += 1) {
    const weights = Float64Array.from(columns, (column) => column[i]!);
    solveCholesky(factor, k, weights);
    for (let j = 0; j <= i; j += 1) {
      let reduction = 0;
      for (let view = 0; view < k; view += 1) reduction += weights[view]! * columns[view]![j]!;
      entries[i * n + j] = entries[i * n + j]! - tau * tau * reduction;
      entries[j * n + i] = entries[i * n + j]!;
    }
  }
}

function structured(
  model: Extract<SymmetricOperator, { kind: 'factor' }>,
  tau: number,
  views: readonly ActiveView[],
  factor: Float64Array,
  named: readonly number[],
): SymmetricOperator {
  const { size: n, factors: f, exposures, factorCovariance, specific } = model;
  const width = f + named.length;
  const loadings = new Float64Array(n * width);
  for (let i = 0; i < n; i += 1) loadings.set(exposures.subarray(i * f, (i + 1) * f), i * width);
  const latent = new Float64Array(width * width);
  for (let a = 0; a < f; a += 1)
    for (let b = 0; b < f; b += 1) latent[a * width + b] = (1 + tau) * factorCovariance[a * f + b]!;
  // Assets in views keep D beside and have the uncertainty of their specific mean among the latent returns; others have both beside.
  const beside = specific.map((value) => (1 + tau) * value);
  for (const [index, position] of named.entries()) {
    const at = f + index;
    loadings[position * width + at] = 1;
    latent[at * width + at] = tau * specific[position]!;
    beside[position] = specific[position]!;
  }
  const columns = views.map(({ p }) => latentColumn(model, p, named));
  downdate(latent, columns, tau, factor);
  return { kind: 'factor', size: n, factors: width, exposures: loadings, factorCovariance: latent, specific: beside };
}

/** [F B'p; D_V p_V], the covariance of the latent returns with one view before tau. */
function latentColumn(
  model: Extract<SymmetricOperator, { kind: 'factor' }>,
  p: Float64Array,
  named: readonly number[],
): Float64Array {
  const { factors: f, exposures, factorCovariance, specific } = model;
  const loads = new Float64Array(f);
  for (const position of named) {
    for (let a = 0; a < f; a += 1) loads[a] = loads[a]! + exposures[position * f + a]! * p[position]!;
  }
  const column = new Float64Array(f + named.length);
  for (let a = 0; a < f; a += 1) {
    for (let b = 0; b < f; b += 1) column[a] = column[a]! + factorCovariance[a * f + b]! * loads[b]!;
  }
  for (const [index, position] of named.entries()) column[f + index] = specific[position]! * p[position]!;
  return column;
}
