/** Eigenvalues of dense symmetric matrices, row-major: all of them by ml-matrix, or the smallest alone by Lanczos. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

import { addScaled, dot, norm2 } from './vectors.ts';

export interface SymmetricEigen {
  /** (n) ascending. */
  readonly values: Float64Array;
  /** vectors[k] (n) belongs to values[k]; orthonormal. */
  readonly vectors: readonly Float64Array[];
}

/** All eigenvalues and eigenvectors of a (n x n). Costs about 10 n^3; reads the whole matrix. */
export function symmetricEigen(a: Float64Array, n: number): SymmetricEigen {
  const decomposition = new EigenvalueDecomposition(Matrix.from1DArray(n, n, a), { assumeSymmetric: true });
  const order = [...decomposition.realEigenvalues.keys()].sort(
    (i, j) => decomposition.realEigenvalues[i]! - decomposition.realEigenvalues[j]!,
  );
  const columns = decomposition.eigenvectorMatrix;
  return {
    values: Float64Array.from(order, (k) => decomposition.realEigenvalues[k]!),
    vectors: order.map((k) => Float64Array.from({ length: n }, (_, i) => columns.get(i, k))),
  };
}

export interface Eigenpair {
  readonly value: number;
  readonly vector: Float64Array;
}

const lanczosSteps = 160;
const directMax = 400;

/**
 * The smallest eigenvalue of a (n x n) and its vector. Exact to rounding for n <= 400; beyond, the smallest Ritz pair of 160 Lanczos
 * steps with full reorthogonalization from a fixed start, an upper bound of the eigenvalue that isolated eigenvalues reach to many digits.
 * Golub and Van Loan, Matrix Computations, 4th ed., 10.1-10.3.
 */
export function smallestEigenpair(a: Float64Array, n: number): Eigenpair {
  if (n <= directMax) {
    const { values, vectors } = symmetricEigen(a, n);
    return { value: values[0]!, vector: vectors[0]! };
  }
  const basis: Float64Array[] = [unit(Float64Array.from({ length: n }, (_, i) => 1 + Math.sin(i + 1)))];
  const diagonal: number[] = [];
  const beside: number[] = [];
  for (let step = 0; step < lanczosSteps; step += 1) {
    const q = basis[step]!;
    const next = Float64Array.from({ length: n }, (_, row) => dot(a.subarray(row * n, (row + 1) * n), q));
    diagonal.push(dot(q, next));
    for (let pass = 0; pass < 2; pass += 1) for (const earlier of basis) addScaled(next, -dot(earlier, next), earlier);
    const length = norm2(next);
    if (step === lanczosSteps - 1 || length <= 1e-14 * Math.abs(diagonal[0]!)) break;
    beside.push(length);
    basis.push(unit(next));
  }
  const m = diagonal.length;
  const tridiagonal = new Float64Array(m * m);
  for (let k = 0; k < m; k += 1) {
    tridiagonal[k * m + k] = diagonal[k]!;
    if (k + 1 < m) tridiagonal[k * m + k + 1] = tridiagonal[(k + 1) * m + k] = beside[k]!;
  }
  const ritz = symmetricEigen(tridiagonal, m);
  const vector = new Float64Array(n);
  for (let k = 0; k < m; k += 1) addScaled(vector, ritz.vectors[0]![k]!, basis[k]!);
  return { value: ritz.values[0]!, vector };
}

function unit(x: Float64Array): Float64Array {
  const length = norm2(x);
  return x.map((value) => value / length);
}
