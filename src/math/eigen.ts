/** Eigenvalues of symmetric matrices: the smallest one, a verdict on semidefiniteness, and a repair that says what it changed. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { factorizeCholesky } from './cholesky.ts';
import { dot, norm2 } from './vectors.ts';

export interface Eigenpair {
  readonly value: number;
  /** (n) unit length. */
  readonly vector: Float64Array;
}

/** Below minus this share of the largest eigenvalue a matrix is no rounding of a semidefinite one. */
export const semidefiniteTolerance = 1e-10;
/** Down to minus this share a repair is offered. */
export const repairableTolerance = 1e-6;

export type Definiteness =
  /** Positive semidefinite up to rounding. */
  | 'semidefinite'
  /** Slightly indefinite: may be repaired on request. */
  | 'repairable'
  | 'indefinite';

export interface SpectrumVerdict {
  readonly definiteness: Definiteness;
  /** Exact when it is negative beyond rounding; otherwise a lower bound on what was proven. */
  readonly smallest: number;
  readonly largest: number;
  /** (n) eigenvector of the smallest eigenvalue, when the matrix is not semidefinite. */
  readonly vector?: Float64Array;
}

/** All eigenvalues ascending with their vectors in columns (n x n, row-major). Costs about 10 n^3. */
export function symmetricEigen(a: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const rows = Array.from({ length: n }, (_, i) => Array.from(a.subarray(i * n, (i + 1) * n)));
  const decomposition = new EigenvalueDecomposition(new Matrix(rows), { assumeSymmetric: true });
  const order = decomposition.realEigenvalues.map((_, k) => k);
  order.sort((p, q) => decomposition.realEigenvalues[p]! - decomposition.realEigenvalues[q]! || p - q);
  const values = Float64Array.from(order, (k) => decomposition.realEigenvalues[k]!);
  const vectors = new Float64Array(n * n);
  order.forEach((k, column) => {
    for (let i = 0; i < n; i++) vectors[i * n + column] = decomposition.eigenvectorMatrix.get(i, k);
  });
  return { values, vectors };
}

/** Largest eigenvalue of a symmetric matrix, or a bound on it from above: the largest row sum of absolute entries. */
export function spectralBound(a: Float64Array, n: number): number {
  let largest = 0;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += Math.abs(a[i * n + j]!);
    largest = Math.max(largest, sum);
  }
  return largest;
}

/**
 * Whether a symmetric matrix (n x n) is positive semidefinite, relative to its largest eigenvalue. One Cholesky settles the usual case;
 * only a matrix that fails it pays for an eigenvalue.
 */
export function definitenessOf(a: Float64Array, n: number): SpectrumVerdict {
  const diagonal = Float64Array.from({ length: n }, (_, i) => a[i * n + i]!);
  const trace = diagonal.reduce((total, value) => total + value, 0);
  const bound = spectralBound(a, n);
  if (bound === 0) return { definiteness: 'semidefinite', smallest: 0, largest: 0 };
  // trace / n is at most the largest eigenvalue, so this shift stays inside the tolerance.
  const shift = semidefiniteTolerance * Math.max(trace / n, 0);
  const shifted = Float64Array.from(a);
  for (let i = 0; i < n; i++) shifted[i * n + i] = shifted[i * n + i]! + shift;
  if (shift > 0 && factorizeCholesky(shifted, n) === 0)
    return { definiteness: 'semidefinite', smallest: -shift, largest: bound };
  const smallest = extremeEigenpair(a, n, 'smallest');
  const largest = extremeEigenpair(a, n, 'largest').value;
  if (smallest.value >= -semidefiniteTolerance * largest)
    return { definiteness: 'semidefinite', smallest: smallest.value, largest };
  const definiteness = smallest.value >= -repairableTolerance * largest ? 'repairable' : 'indefinite';
  return { definiteness, smallest: smallest.value, largest, vector: smallest.vector };
}

/** Smallest eigenvalue of a symmetric matrix. */
export function smallestEigenvalue(a: Float64Array, n: number): number {
  return extremeEigenpair(a, n, 'smallest').value;
}

const denseEigenMax = 120;

/** Lanczos with full reorthogonalization from a fixed start; small matrices are decomposed whole. Parlett (1998), ch. 13. */
export function extremeEigenpair(a: Float64Array, n: number, which: 'smallest' | 'largest'): Eigenpair {
  if (n <= denseEigenMax) {
    const { values, vectors } = symmetricEigen(a, n);
    const k = which === 'smallest' ? 0 : n - 1;
    return { value: values[k]!, vector: Float64Array.from({ length: n }, (_, i) => vectors[i * n + k]!) };
  }
  return lanczos(a, n, which);
}

function lanczos(a: Float64Array, n: number, which: 'smallest' | 'largest'): Eigenpair {
  const basis: Float64Array[] = [];
  const alphas: number[] = [];
  const betas: number[] = [];
  // A start without symmetry, so that it is orthogonal to no eigenvector that a covariance is likely to have.
  let v = Float64Array.from({ length: n }, (_, i) => 1 + Math.sin(1 + 12.9898 * i));
  v = v.map((value) => value / norm2(v));
  let best: Eigenpair = { value: which === 'smallest' ? Infinity : -Infinity, vector: v };
  for (let step = 0; step < Math.min(n, 400); step++) {
    basis.push(v);
    const w = timesSymmetric(a, n, v);
    alphas.push(dot(w, v));
    for (let pass = 0; pass < 2; pass++)
      for (const u of basis) {
        const part = dot(w, u);
        for (let i = 0; i < n; i++) w[i] = w[i]! - part * u[i]!;
      }
    const beta = norm2(w);
    const last = beta < 1e-14 * Math.abs(alphas[0]!) || step === Math.min(n, 400) - 1;
    if (last || step % 20 === 19) {
      const next = ritzPair(alphas, betas, basis, which);
      const settled = Math.abs(next.value - best.value) <= 1e-13 * Math.abs(alphas[0]!);
      best = next;
      if (last || settled) break;
    }
    betas.push(beta);
    v = w.map((value) => value / beta);
  }
  return best;
}

function ritzPair(
  alphas: number[],
  betas: number[],
  basis: readonly Float64Array[],
  which: 'smallest' | 'largest',
): Eigenpair {
  const k = alphas.length;
  const tridiagonal = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    tridiagonal[i * k + i] = alphas[i]!;
    if (i + 1 < k) tridiagonal[i * k + i + 1] = tridiagonal[(i + 1) * k + i] = betas[i]!;
  }
  const { values, vectors } = symmetricEigen(tridiagonal, k);
  const column = which === 'smallest' ? 0 : k - 1;
  const vector = new Float64Array(basis[0]!.length);
  basis.forEach((u, r) => {
    const part = vectors[r * k + column]!;
    for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! + part * u[i]!;
  });
  return { value: values[column]!, vector };
}

function timesSymmetric(a: Float64Array, n: number, x: Float64Array): Float64Array {
  const result = new Float64Array(n);
  for (let i = 0; i < n; i++) result[i] = dot(x, a.subarray(i * n, (i + 1) * n));
  return result;
}

export interface Repair {
  /** (n x n) positive semidefinite. */
  readonly matrix: Float64Array;
  /** Eigenvalues that were raised to zero, ascending. */
  readonly raised: Float64Array;
  /** Frobenius norm of the change over that of the input. */
  readonly relativeChange: number;
}

/**
 * Nearest positive semidefinite matrix in the Frobenius norm: negative eigenvalues become zero (Higham 1988). With `keepDiagonal` rows
 * and columns are then rescaled so that every variance stays what it was.
 */
export function nearestSemidefinite(a: Float64Array, n: number, keepDiagonal: boolean): Repair {
  const { values, vectors } = symmetricEigen(a, n);
  const matrix = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    const value = values[k]!;
    if (value <= 0) continue;
    for (let i = 0; i < n; i++) {
      const part = value * vectors[i * n + k]!;
      for (let j = 0; j <= i; j++) matrix[i * n + j] = matrix[i * n + j]! + part * vectors[j * n + k]!;
    }
  }
  const rescale = Float64Array.from({ length: n }, (_, i) => {
    const variance = matrix[i * n + i]!;
    return keepDiagonal && variance > 0 && a[i * n + i]! > 0 ? Math.sqrt(a[i * n + i]! / variance) : 1;
  });
  let change = 0;
  let size = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const value = matrix[i * n + j]! * rescale[i]! * rescale[j]!;
      matrix[i * n + j] = matrix[j * n + i] = value;
      const weight = i === j ? 1 : 2;
      change += weight * (value - a[i * n + j]!) ** 2;
      size += weight * a[i * n + j]! ** 2;
    }
  return {
    matrix,
    raised: values.filter((value) => value < 0),
    relativeChange: size > 0 ? Math.sqrt(change / size) : 0,
  };
}
