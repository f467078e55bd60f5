/**
 * All eigenvalues and eigenvectors of a dense symmetric matrix: Householder reflections to tridiagonal form, then implicit QL steps. Golub and Van
 * Loan, Matrix Computations, 4th ed., 8.3; Wilkinson and Reinsch (1971), Handbook for Automatic Computation, II/2 and II/3 (tred2, imtql2).
 */
import { unchecked, type Checkpoint } from './checkpoint.ts';
import { addProduct } from './kernels.ts';

export interface Spectrum {
  /** (n) ascending. */
  readonly values: Float64Array;
  /** (n x n) row-major, unit eigenvectors in columns. */
  readonly vectors: Float64Array;
}

/** QL steps for one eigenvalue; some two are usual. */
const stepsMax = 60;

/**
 * To rounding of the largest eigenvalue, at any scale of the entries. Costs about 6 n^3 multiplications, told to `checkpoint` row by row.
 * @param a (n x n) symmetric and finite; its lower triangle is read.
 * @throws RangeError for entries that are not finite.
 */
export function symmetricEigen(a: Float64Array, n: number, checkpoint: Checkpoint = unchecked): Spectrum {
  const unit = scaleOf(a, n);
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) matrix[i * n + j] = matrix[j * n + i] = a[i * n + j]! / unit;
  const { diagonal, beside, rows } = tridiagonal(matrix, n, checkpoint);
  diagonalize(diagonal, beside, rows, n, checkpoint);
  const order = [...diagonal.keys()].sort((p, q) => diagonal[p]! - diagonal[q]! || p - q);
  const vectors = new Float64Array(n * n);
  for (const [column, k] of order.entries()) for (let i = 0; i < n; i++) vectors[i * n + column] = rows[k * n + i]!;
  return { values: Float64Array.from(order, (k) => diagonal[k]! * unit), vectors };
}

/** V diag(values) V' (n x n), symmetric to the last bit. */
export function composed({ values, vectors }: Spectrum, checkpoint: Checkpoint = unchecked): Float64Array {
  const n = values.length;
  const target = new Float64Array(n * n);
  const sides = { left: vectors, right: vectors, rightTransposed: true };
  addProduct({ rows: n, columns: n, terms: n, ...sides, target, scale: values, lower: true, checkpoint });
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) target[j * n + i] = target[i * n + j]!;
  return target;
}

/** The power of two next to the largest entry: dividing by it costs no digits, and squares neither overflow nor vanish. */
function scaleOf(a: Float64Array, n: number): number {
  let largest = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) largest = Math.max(largest, Math.abs(a[i * n + j]!));
  if (!(largest < Infinity)) throw new RangeError('eigenvalues are those of finite matrices');
  return largest > 0 ? 2 ** Math.max(-1022, Math.floor(Math.log2(largest))) : 1;
}

interface Tridiagonal {
  /** (n) */
  readonly diagonal: Float64Array;
  /** (n) entries k, k + 1; the last is zero. */
  readonly beside: Float64Array;
  /** (n x n) Q' with A = Q T Q'. */
  readonly rows: Float64Array;
}

/** Overwrites `a`: behind column k the rest of the matrix, and in row k the reflection that cleared it. */
function tridiagonal(a: Float64Array, n: number, checkpoint: Checkpoint): Tridiagonal {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const halves = new Float64Array(n);
  const product = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    diagonal[k] = a[k * n + k]!;
    if (k + 1 === n) break;
    const u = a.subarray(k * n, (k + 1) * n);
    let square = 0;
    for (let j = k + 2; j < n; j++) square += u[j]! * u[j]!;
    const first = u[k + 1]!;
    beside[k] = first;
    if (square === 0) continue;
    const length = Math.sqrt(first * first + square);
    const image = first > 0 ? -length : length;
    beside[k] = image;
    u[k + 1] = first - image;
    const half = image * (image - first);
    halves[k] = half;
    checkpoint(2 * (n - k) ** 2);
    reflect(a, n, k, u, half, product);
  }
  return { diagonal, beside, rows: accumulated(a, n, halves, checkpoint) };
}

/** The rest behind k becomes H A H with H = I - u u' / half. */
function reflect(a: Float64Array, n: number, k: number, u: Float64Array, half: number, p: Float64Array): void {
  let along = 0;
  for (let i = k + 1; i < n; i++) {
    let sum = 0;
    const at = i * n;
    for (let j = k + 1; j < n; j++) sum += a[at + j]! * u[j]!;
    p[i] = sum / half;
    along += u[i]! * p[i]!;
  }
  const back = along / (2 * half);
  for (let i = k + 1; i < n; i++) p[i] = p[i]! - back * u[i]!;
  for (let i = k + 1; i < n; i++) {
    const at = i * n;
    const [ui, pi] = [u[i]!, p[i]!];
    // Both triangles: twice the work, in rows that lie together.
    for (let j = k + 1; j < n; j++) a[at + j] = a[at + j]! - (ui * p[j]! + pi * u[j]!);
  }
}

/** Q' of the reflections in the rows of `a`, the last first. */
function accumulated(a: Float64Array, n: number, halves: Float64Array, checkpoint: Checkpoint): Float64Array {
  const rows = new Float64Array(n * n);
  for (let i = 0; i < n; i++) rows[i * n + i] = 1;
  for (let k = n - 2; k >= 0; k--) {
    const half = halves[k]!;
    if (half === 0) continue;
    checkpoint(2 * (n - k) ** 2);
    const u = a.subarray(k * n, (k + 1) * n);
    for (let i = k + 1; i < n; i++) {
      const at = i * n;
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += rows[at + j]! * u[j]!;
      const factor = sum / half;
      for (let j = k + 1; j < n; j++) rows[at + j] = rows[at + j]! - factor * u[j]!;
    }
  }
  return rows;
}

/** Implicit QL with shifts of Wilkinson: `d` becomes the eigenvalues, `rows` their vectors. */
function diagonalize(d: Float64Array, e: Float64Array, rows: Float64Array, n: number, checkpoint: Checkpoint): void {
  for (let l = 0; l < n; l++) {
    for (let step = 0; ; step++) {
      const m = nextNegligible(d, e, l, n);
      if (m === l) break;
      if (step === stepsMax) throw new RangeError('eigenvalues of a symmetric matrix did not settle');
      checkpoint(4 * n * (m - l));
      sweep(d, e, rows, n, l, m);
    }
  }
}

function nextNegligible(d: Float64Array, e: Float64Array, from: number, n: number): number {
  for (let m = from; m + 1 < n; m++) {
    const around = Math.abs(d[m]!) + Math.abs(d[m + 1]!);
    if (Math.abs(e[m]!) <= Number.EPSILON * around || Math.abs(e[m]!) < Number.MIN_VALUE / Number.EPSILON) return m;
  }
  return n - 1;
}

function sweep(d: Float64Array, e: Float64Array, rows: Float64Array, n: number, l: number, m: number): void {
  let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  g = d[m]! - d[l]! + e[l]! / (g + (g < 0 ? -1 : 1) * Math.hypot(g, 1));
  let [s, c, p] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i]!;
    const b = c * e[i]!;
    const r = Math.sqrt(f * f + g * g);
    e[i + 1] = r;
    if (r === 0) {
      // The matrix falls apart here.
      d[i + 1] = d[i + 1]! - p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1]! - p;
    const q = (d[i]! - g) * s + 2 * c * b;
    p = s * q;
    d[i + 1] = g + p;
    g = c * q - b;
    rotate(rows, n, i, c, s);
  }
  d[l] = d[l]! - p;
  e[l] = g;
  e[m] = 0;
}

/** Rows i and i + 1. */
function rotate(rows: Float64Array, n: number, i: number, c: number, s: number): void {
  const [first, second] = [i * n, (i + 1) * n];
  for (let k = 0; k < n; k++) {
    const [low, high] = [rows[first + k]!, rows[second + k]!];
    rows[second + k] = s * low + c * high;
    rows[first + k] = c * low - s * high;
  }
}
