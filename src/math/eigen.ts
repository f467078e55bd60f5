/** Ends of the spectrum of symmetric matrices, and a repair of what is not semidefinite that says what it changed. */
import { unchecked, type Checkpoint } from './checkpoint.ts';
import { composed, symmetricEigen } from './symmetric-eigen.ts';
import { dot, norm2 } from './vectors.ts';

export interface Eigenpair {
  readonly value: number;
  /** (n) unit length. */
  readonly vector: Float64Array;
}

/** Smallest eigenvalue of a symmetric matrix. */
export function smallestEigenvalue(a: Float64Array, n: number): number {
  return extremeEigenpair(a, n, 'smallest').value;
}

const denseEigenMax = 120;

/** Lanczos with full reorthogonalization from a fixed start; small matrices are decomposed whole. Parlett (1998), ch. 13. */
export function extremeEigenpair(
  a: Float64Array,
  n: number,
  which: 'smallest' | 'largest',
  checkpoint: Checkpoint = unchecked,
): Eigenpair {
  if (n <= denseEigenMax) {
    const { values, vectors } = symmetricEigen(a, n);
    const k = which === 'smallest' ? 0 : n - 1;
    return { value: values[k]!, vector: Float64Array.from({ length: n }, (_, i) => vectors[i * n + k]!) };
  }
  return lanczos(a, n, which, checkpoint);
}

function lanczos(a: Float64Array, n: number, which: 'smallest' | 'largest', checkpoint: Checkpoint): Eigenpair {
  const basis: Float64Array[] = [];
  const alphas: number[] = [];
  const betas: number[] = [];
  // A start without symmetry, so that it is orthogonal to no eigenvector that a covariance is likely to have.
  let v = Float64Array.from({ length: n }, (_, i) => 1 + Math.sin(1 + 12.9898 * i));
  v = v.map((value) => value / norm2(v));
  let best: Eigenpair = { value: which === 'smallest' ? Infinity : -Infinity, vector: v };
  for (let step = 0; step < Math.min(n, 400); step++) {
    basis.push(v);
    checkpoint(n * (n + 4 * basis.length));
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
      const next = ritzPair(alphas, betas, basis, which, checkpoint);
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
  checkpoint: Checkpoint,
): Eigenpair {
  const k = alphas.length;
  const tridiagonal = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    tridiagonal[i * k + i] = alphas[i]!;
    if (i + 1 < k) tridiagonal[i * k + i + 1] = tridiagonal[(i + 1) * k + i] = betas[i]!;
  }
  const { values, vectors } = symmetricEigen(tridiagonal, k, checkpoint);
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
 * and columns are then rescaled so that every variance stays what it was; an asset without any has no covariances either.
 */
export function nearestSemidefinite(
  a: Float64Array,
  n: number,
  keepDiagonal: boolean,
  checkpoint: Checkpoint = unchecked,
): Repair {
  const { values, vectors } = symmetricEigen(a, n, checkpoint);
  const matrix = composed({ values: values.map((value) => Math.max(0, value)), vectors }, checkpoint);
  const rescale = Float64Array.from({ length: n }, (_, i) => {
    const variance = matrix[i * n + i]!;
    return keepDiagonal && variance > 0 ? Math.sqrt(Math.max(0, a[i * n + i]!) / variance) : 1;
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
