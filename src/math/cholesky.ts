/**
 * Cholesky factorization of dense symmetric matrices, row-major, lower triangle, in place. Left-looking by blocks; the inner
 * kernel takes 4 x 4 dot products over contiguous rows, which keeps sixteen sums in registers (about 3 GF/s in plain JavaScript).
 * Golub and Van Loan, Matrix Computations, 4th ed., 4.2.
 */
import { unchecked, type Checkpoint } from './checkpoint.ts';

const block = 48;
const depth = 256;
/** Rows between two checkpoints; a multiple of four. */
const strip = 128;

export interface CholeskyOptions {
  /** A pivot at or below this is replaced by `replacement`, or its column is dropped when there is none. */
  readonly pivotMin: number;
  readonly replacement?: number;
  /** Told of the work ahead, at most some two million multiplications at a time; when it throws, `a` is left half done. */
  readonly checkpoint?: Checkpoint;
}

/**
 * Overwrites the lower triangle of `a` (n x n) with L, L L' = a. Reads nothing above the diagonal.
 * @returns how many pivots were replaced or dropped; 0 when the matrix is positive definite.
 */
export function factorizeCholesky(a: Float64Array, n: number, options: CholeskyOptions = { pivotMin: 0 }): number {
  const checkpoint = options.checkpoint ?? unchecked;
  let dropped = 0;
  for (let first = 0; first < n; first += block) {
    const last = Math.min(first + block, n);
    for (let from = 0; from < first; from += depth) {
      const to = Math.min(from + depth, first);
      for (let row = first; row < n; row += strip) {
        const end = Math.min(row + strip, n);
        checkpoint((end - row) * (last - first) * (to - from));
        subtractProducts(a, n, { first, last }, { from, to }, row, end);
      }
    }
    checkpoint(((n - first) * block * block) / 2);
    dropped += factorizeDiagonalBlock(a, n, first, last, options);
    solveBelow(a, n, first, last);
  }
  return dropped;
}

/** a[i, j] -= sum_{from <= k < to} a[i, k] a[j, k] for the block column first..last-1 and the rows row..end-1. */
function subtractProducts(
  a: Float64Array,
  n: number,
  { first, last }: { readonly first: number; readonly last: number },
  { from, to }: { readonly from: number; readonly to: number },
  row: number,
  end: number,
): void {
  let i = row;
  for (; i + 4 <= end; i += 4) {
    // Tiles right of the diagonal are left out.
    const right = Math.min(last, i + 4);
    let j = first;
    for (; j + 4 <= right; j += 4) multiplyFourByFour(a, n, i, j, from, to);
    for (; j < right; j++) for (let r = i; r < i + 4; r++) multiplyOne(a, n, r, j, from, to);
  }
  for (; i < end; i++) for (let j = first; j < last; j++) multiplyOne(a, n, i, j, from, to);
}

function multiplyOne(a: Float64Array, n: number, i: number, j: number, from: number, to: number): void {
  let s = 0;
  const p = i * n;
  const q = j * n;
  for (let k = from; k < to; k++) s += a[p + k]! * a[q + k]!;
  a[p + j] = a[p + j]! - s;
}

function multiplyFourByFour(a: Float64Array, n: number, i: number, j: number, from: number, to: number): void {
  let s00 = 0,
    s01 = 0,
    s02 = 0,
    s03 = 0,
    s10 = 0,
    s11 = 0,
    s12 = 0,
    s13 = 0;
  let s20 = 0,
    s21 = 0,
    s22 = 0,
    s23 = 0,
    s30 = 0,
    s31 = 0,
    s32 = 0,
    s33 = 0;
  const p0 = i * n,
    p1 = p0 + n,
    p2 = p1 + n,
    p3 = p2 + n;
  const q0 = j * n,
    q1 = q0 + n,
    q2 = q1 + n,
    q3 = q2 + n;
  for (let k = from; k < to; k++) {
    const x0 = a[p0 + k]!,
      x1 = a[p1 + k]!,
      x2 = a[p2 + k]!,
      x3 = a[p3 + k]!;
    const y0 = a[q0 + k]!,
      y1 = a[q1 + k]!,
      y2 = a[q2 + k]!,
      y3 = a[q3 + k]!;
    s00 += x0 * y0;
    s01 += x0 * y1;
    s02 += x0 * y2;
    s03 += x0 * y3;
    s10 += x1 * y0;
    s11 += x1 * y1;
    s12 += x1 * y2;
    s13 += x1 * y3;
    s20 += x2 * y0;
    s21 += x2 * y1;
    s22 += x2 * y2;
    s23 += x2 * y3;
    s30 += x3 * y0;
    s31 += x3 * y1;
    s32 += x3 * y2;
    s33 += x3 * y3;
  }
  subtractFour(a, p0 + j, s00, s01, s02, s03);
  subtractFour(a, p1 + j, s10, s11, s12, s13);
  subtractFour(a, p2 + j, s20, s21, s22, s23);
  subtractFour(a, p3 + j, s30, s31, s32, s33);
}

function subtractFour(a: Float64Array, at: number, s0: number, s1: number, s2: number, s3: number): void {
  a[at] = a[at]! - s0;
  a[at + 1] = a[at + 1]! - s1;
  a[at + 2] = a[at + 2]! - s2;
  a[at + 3] = a[at + 3]! - s3;
}

function factorizeDiagonalBlock(
  a: Float64Array,
  n: number,
  first: number,
  last: number,
  options: CholeskyOptions,
): number {
  let dropped = 0;
  for (let j = first; j < last; j++) {
    const q = j * n;
    let pivot = a[q + j]!;
    for (let k = first; k < j; k++) pivot -= a[q + k]! * a[q + k]!;
    if (!(pivot > options.pivotMin)) {
      dropped++;
      pivot = options.replacement ?? 0;
    }
    const root = Math.sqrt(pivot);
    a[q + j] = root;
    for (let i = j + 1; i < last; i++) {
      const p = i * n;
      let s = a[p + j]!;
      for (let k = first; k < j; k++) s -= a[p + k]! * a[q + k]!;
      a[p + j] = root > 0 ? s / root : 0;
    }
  }
  return dropped;
}

/** Rows below the diagonal block: each solves x L' = row, forward; four rows share the loads of L. */
function solveBelow(a: Float64Array, n: number, first: number, last: number): void {
  let i = last;
  for (; i + 4 <= n; i += 4) solveFourRows(a, n, i * n, first, last);
  for (; i < n; i++) {
    const p = i * n;
    for (let j = first; j < last; j++) {
      const q = j * n;
      let s = a[p + j]!;
      for (let k = first; k < j; k++) s -= a[p + k]! * a[q + k]!;
      const root = a[q + j]!;
      a[p + j] = root > 0 ? s / root : 0;
    }
  }
}

function solveFourRows(a: Float64Array, n: number, p0: number, first: number, last: number): void {
  const p1 = p0 + n;
  const p2 = p1 + n;
  const p3 = p2 + n;
  for (let j = first; j < last; j++) {
    const q = j * n;
    let s0 = a[p0 + j]!;
    let s1 = a[p1 + j]!;
    let s2 = a[p2 + j]!;
    let s3 = a[p3 + j]!;
    for (let k = first; k < j; k++) {
      const l = a[q + k]!;
      s0 -= a[p0 + k]! * l;
      s1 -= a[p1 + k]! * l;
      s2 -= a[p2 + k]! * l;
      s3 -= a[p3 + k]! * l;
    }
    const root = a[q + j]!;
    const inverse = root > 0 ? 1 / root : 0;
    a[p0 + j] = s0 * inverse;
    a[p1 + j] = s1 * inverse;
    a[p2 + j] = s2 * inverse;
    a[p3 + j] = s3 * inverse;
  }
}

/** Solves L x = b in place; L (n x n) lower, row-major. */
export function solveLower(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const p = i * n;
    let s0 = b[i]!,
      s1 = 0;
    let k = 0;
    for (; k + 2 <= i; k += 2) {
      s0 -= l[p + k]! * b[k]!;
      s1 -= l[p + k + 1]! * b[k + 1]!;
    }
    if (k < i) s0 -= l[p + k]! * b[k]!;
    b[i] = (s0 + s1) / l[p + i]!;
  }
}

/** Solves L' x = b in place. */
export function solveUpper(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    const p = i * n;
    const x = b[i]! / l[p + i]!;
    b[i] = x;
    for (let k = 0; k < i; k++) b[k] = b[k]! - l[p + k]! * x;
  }
}

/** Solves L L' x = b in place. */
export function solveCholesky(l: Float64Array, n: number, b: Float64Array): void {
  solveLower(l, n, b);
  solveUpper(l, n, b);
}

/**
 * A factor L (n x n, lower, zeros above) of a positive semidefinite matrix: columns whose pivot vanishes are dropped. The input is kept.
 * @throws nothing but what `checkpoint` does; what is negative beyond rounding is ignored, so callers check definiteness first.
 */
export function semidefiniteFactor(a: Float64Array, n: number, checkpoint: Checkpoint = unchecked): Float64Array {
  const l = Float64Array.from(a);
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, l[i * n + i]!);
  factorizeCholesky(l, n, { pivotMin: largest * n * 4e-16, checkpoint });
  for (let i = 0; i < n; i++) l.fill(0, i * n + i + 1, (i + 1) * n);
  return l;
}
