/**
 * Cholesky factorization of dense symmetric matrices, row-major, lower triangle, in place. Left-looking by block columns: products of
 * everything to the left, then a panel. Golub and Van Loan, Matrix Computations, 4th ed., 4.2. On the SIMD kernels (15 GF/s), where
 * copying a matrix there does not pay on their twins; see ./kernels.ts.
 */
import { unchecked, type Checkpoint } from './checkpoint.ts';
import { depth, panel } from './kernels/blocking.ts';
import { factorizeBlock, multiplyBlocks, solveBlock } from './kernels/blocks.ts';
import { Call, isResident, Residence } from './kernels/thread.ts';
import type { Strided } from './kernels/twins/multiply.ts';
import * as twins from './kernels/twins/products.ts';

/** Rows between two checkpoints. */
const strip = 144;

export interface CholeskyOptions {
  /** A pivot at or below this is replaced by `replacement`, or its column is dropped when there is none. */
  readonly pivotMin: number;
  readonly replacement?: number;
  /** Told of the work ahead, at most some two million multiplications at a time; when it throws, `a` is left half done. */
  readonly checkpoint?: Checkpoint;
}

/**
 * Overwrites the lower triangle of `a` (n x n) with L, L L' = a. Reads and writes nothing above the diagonal.
 * @returns how many pivots were replaced or dropped; 0 when the matrix is positive definite.
 */
export function factorizeCholesky(a: Float64Array, n: number, options: CholeskyOptions = { pivotMin: 0 }): number {
  const place = new Residence(n ** 3 / 6);
  try {
    const dropped = factorizeColumns(place.floats(a), n, options);
    place.back(a);
    return dropped;
  } finally {
    place.end();
  }
}

function factorizeColumns(a: Float64Array, n: number, options: CholeskyOptions): number {
  const { pivotMin, replacement = 0, checkpoint = unchecked } = options;
  const from = (row: number, column: number): Strided => ({ array: a, at: row * n + column, row: n, step: 1 });
  let dropped = 0;
  for (let first = 0; first < n; first += panel) {
    const size = Math.min(panel, n - first);
    const last = first + size;
    for (let before = 0; before < first; before += depth) {
      const k = Math.min(depth, first - before);
      for (let row = first; row < n; row += strip) {
        const m = Math.min(strip, n - row);
        checkpoint(m * size * k);
        const [left, right, target] = [from(row, before), from(first, before), from(row, first)];
        multiplyBlocks({ m, n: size, k, left, right, target, alpha: -1, diagonal: row - first });
      }
    }
    checkpoint((size * size * size) / 6);
    dropped += factorizeBlock(size, from(first, first), pivotMin, replacement);
    for (let row = last; row < n; row += strip) {
      const count = Math.min(strip, n - row);
      checkpoint((count * size * size) / 2);
      solveBlock(size, from(first, first), count, from(row, first));
    }
  }
  return dropped;
}

/** Solves L x = b in place; L (n x n) lower, row-major. */
export function solveLower(l: Float64Array, n: number, b: Float64Array): void {
  solveOne(l, n, b, 'solveLower');
}

/** Solves L' x = b in place. */
export function solveUpper(l: Float64Array, n: number, b: Float64Array): void {
  solveOne(l, n, b, 'solveUpper');
}

function solveOne(l: Float64Array, n: number, b: Float64Array, kernel: 'solveLower' | 'solveUpper'): void {
  if (l.length < n * n || b.length < n) throw new RangeError('an operand is shorter than its shape');
  const call = isResident(l) ? new Call() : undefined;
  const at = call?.floats(b, n) ?? 0;
  if (call?.isPlaced === true) {
    call.arena.module[kernel](n, l.byteOffset, n * 8, at);
    call.back(b, n, at);
  } else twins[kernel](n, l, b);
  call?.end();
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
