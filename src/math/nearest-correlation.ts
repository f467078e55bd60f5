/** The correlation matrix that is nearest in the Frobenius norm to a symmetric matrix. */
import { unchecked, type Checkpoint } from './checkpoint.ts';
import { addProduct } from './kernels.ts';
import { composed, symmetricEigen } from './symmetric-eigen.ts';
import { dot, norm2 } from './vectors.ts';

export interface NearestCorrelation {
  /** (n x n) positive semidefinite with ones on the diagonal. */
  readonly matrix: Float64Array;
  /** Frobenius norm of the change. */
  readonly distance: number;
  readonly iterations: number;
  /** Whether the diagonal came to one within 1e-9 before it was scaled to exactly one. */
  readonly settled: boolean;
}

const iterationsMax = 100;
/** Of the norm of the error of the diagonal, relative to 1 + the norm of the input. */
const tolerance = 1e-13;
const settledMax = 1e-9;

/**
 * min ||X - C||_F over X with unit diagonal and eigenvalues >= `eigenvalueMin` (0 to 1). Semismooth Newton on the dual
 * min_y 1/2 ||(C + Diag(y))_+||_F^2 - sum(y) with conjugate gradients and an Armijo search: Qi and Sun (2006), A quadratically convergent
 * Newton method for computing the nearest correlation matrix; the problem is that of Higham (2002), Computing the nearest correlation
 * matrix. The answer is unique. Costs some six eigen decompositions, 10 n^3 each.
 * @param c (n x n) symmetric, finite; only the diagonal of the answer is fixed, that of `c` may be anything.
 */
export function nearestCorrelation(
  c: Float64Array,
  n: number,
  eigenvalueMin = 0,
  checkpoint: Checkpoint = unchecked,
): NearestCorrelation {
  // Eigenvalues >= m and unit diagonal: X - m I is semidefinite with 1 - m along its diagonal.
  const target = 1 - eigenvalueMin;
  const shifted = Float64Array.from(c);
  for (let i = 0; i < n; i++) shifted[i * n + i] = shifted[i * n + i]! - eigenvalueMin;
  const limit = tolerance * (1 + norm2(c));
  const matrix: Shifted = { c: shifted, n, target, checkpoint };
  let state = dualAt(matrix, dualStart(matrix));
  let iterations = 0;
  for (; iterations < iterationsMax && norm2(state.gradient) > limit; iterations++) {
    const next = step(matrix, state);
    if (next === undefined) break;
    state = next;
  }
  const settled = norm2(state.gradient) <= settledMax * (1 + norm2(c));
  return { ...scaledToCorrelation(c, matrix, state, eigenvalueMin), iterations, settled };
}

/** What is projected, and onto which diagonal. */
interface Shifted {
  /** (n x n) */
  readonly c: Float64Array;
  readonly n: number;
  readonly target: number;
  readonly checkpoint: Checkpoint;
}

interface Dual {
  /** (n) multipliers of the diagonal. */
  readonly y: Float64Array;
  readonly value: number;
  /** (n) diagonal of the projection less what it should be. */
  readonly gradient: Float64Array;
  readonly eigenvalues: Float64Array;
  /** (n x n) in columns. */
  readonly vectors: Float64Array;
}

/** Multipliers that put the diagonal itself right. */
function dualStart({ c, n, target }: Shifted): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => target - c[i * n + i]!);
}

function dualAt({ c, n, target, checkpoint }: Shifted, y: Float64Array): Dual {
  const moved = Float64Array.from(c);
  for (let i = 0; i < n; i++) moved[i * n + i] = moved[i * n + i]! + y[i]!;
  const { values, vectors } = symmetricEigen(moved, n, checkpoint);
  const gradient = new Float64Array(n).fill(-target);
  let value = 0;
  for (let k = 0; k < n; k++) {
    if (values[k]! <= 0) continue;
    value += values[k]! ** 2 / 2;
    for (let i = 0; i < n; i++) gradient[i] = gradient[i]! + values[k]! * vectors[i * n + k]! ** 2;
  }
  for (let i = 0; i < n; i++) value -= target * y[i]!;
  return { y, value, gradient, eigenvalues: values, vectors };
}

/** A Newton step that lowers the dual, or undefined when rounding leaves none. */
function step(matrix: Shifted, state: Dual): Dual | undefined {
  const slopes = dividedDifferences(state.eigenvalues);
  const direction = conjugateGradients(matrix, state, slopes);
  let descent = dot(direction, state.gradient);
  if (!(descent < 0)) {
    direction.set(state.gradient.map((value) => -value));
    descent = dot(direction, state.gradient);
  }
  for (let length = 1; length > 1e-10; length /= 2) {
    const y = state.y.map((value, i) => value + length * direction[i]!);
    const next = dualAt(matrix, y);
    if (next.value <= state.value + 1e-4 * length * descent) return next;
    // Close to the end the value stands still while the gradient still falls.
    if (length === 1 && norm2(next.gradient) < norm2(state.gradient) / 2 && norm2(state.gradient) < 1e-5) return next;
  }
  return undefined;
}

/** (n x n) of (max(l_k, 0) - max(l_m, 0)) / (l_k - l_m), and 1 or 0 where both are equal. */
function dividedDifferences(values: Float64Array): Float64Array {
  const n = values.length;
  const slopes = new Float64Array(n * n);
  for (let k = 0; k < n; k++)
    for (let m = 0; m < n; m++) {
      const [a, b] = [values[k]!, values[m]!];
      if (a > 0 && b > 0) slopes[k * n + m] = 1;
      else if (a > 0 || b > 0) slopes[k * n + m] = Math.max(a, b) / (Math.abs(a) + Math.abs(b));
    }
  return slopes;
}

/** Solves V d = -gradient, V h = diag(P (slopes o (P' Diag(h) P)) P'), to a part of the gradient that falls with it. */
function conjugateGradients(
  { n, checkpoint }: Shifted,
  { gradient, vectors }: Dual,
  slopes: Float64Array,
): Float64Array {
  const squares = vectors.map((value) => value * value);
  const half = product(n, squares, slopes, checkpoint);
  const preconditioner = Float64Array.from({ length: n }, (_, i) =>
    Math.max(1e-8, dot(half.subarray(i * n, (i + 1) * n), squares.subarray(i * n, (i + 1) * n))),
  );
  const size = norm2(gradient);
  const limit = size * Math.min(0.01, size);
  const d = new Float64Array(n);
  let residual = gradient.map((value) => -value);
  let z = residual.map((value, i) => value / preconditioner[i]!);
  let p = Float64Array.from(z);
  let energy = dot(residual, z);
  for (let pass = 0; pass < 200 && norm2(residual) > limit; pass++) {
    const image = curvature(n, vectors, slopes, p, checkpoint);
    const along = dot(p, image);
    if (!(along > 0)) break;
    const length = energy / along;
    for (let i = 0; i < n; i++) d[i] = d[i]! + length * p[i]!;
    residual = residual.map((value, i) => value - length * image[i]!);
    z = residual.map((value, i) => value / preconditioner[i]!);
    const next = dot(residual, z);
    p = z.map((value, i) => value + (next / energy) * p[i]!);
    energy = next;
  }
  return d;
}

function curvature(
  n: number,
  vectors: Float64Array,
  slopes: Float64Array,
  h: Float64Array,
  checkpoint: Checkpoint,
): Float64Array {
  const inner = new Float64Array(n * n);
  addProduct({
    rows: n,
    columns: n,
    terms: n,
    left: vectors,
    leftTransposed: true,
    right: vectors,
    target: inner,
    scale: h,
    checkpoint,
  });
  for (let index = 0; index < inner.length; index++) inner[index] = inner[index]! * slopes[index]!;
  const outer = product(n, vectors, inner, checkpoint);
  // A little of h itself keeps the system definite where the matrix has hardly any positive part.
  return h.map(
    (value, i) => dot(outer.subarray(i * n, (i + 1) * n), vectors.subarray(i * n, (i + 1) * n)) + 1e-10 * value,
  );
}

function product(n: number, left: Float64Array, right: Float64Array, checkpoint: Checkpoint): Float64Array {
  const target = new Float64Array(n * n);
  addProduct({ rows: n, columns: n, terms: n, left, right, target, checkpoint });
  return target;
}

/** The projection at the dual answer, its diagonal scaled from one within rounding to exactly one. */
function scaledToCorrelation(
  c: Float64Array,
  { n, checkpoint }: Shifted,
  { eigenvalues, vectors }: Dual,
  eigenvalueMin: number,
): { matrix: Float64Array; distance: number } {
  const matrix = composed({ values: eigenvalues.map((value) => Math.max(0, value)), vectors }, checkpoint);
  for (let i = 0; i < n; i++) matrix[i * n + i] = matrix[i * n + i]! + eigenvalueMin;
  const scale = Float64Array.from({ length: n }, (_, i) => 1 / Math.sqrt(matrix[i * n + i]!));
  let change = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const value = i === j ? 1 : matrix[i * n + j]! * scale[i]! * scale[j]!;
      matrix[i * n + j] = matrix[j * n + i] = value;
      change += (i === j ? 1 : 2) * (value - c[i * n + j]!) ** 2;
    }
  return { matrix, distance: Math.sqrt(change) };
}
