/**
 * Dense linear algebra at the speed of the machine: SIMD kernels in WebAssembly, over memory that is theirs.
 *
 * Matrices are row-major Float64Arrays without gaps: entry (i, j) of an m x n matrix A is A[i n + j]. Every function takes any Float64Array.
 * What lies in the kernels' memory is worked on where it is; the rest is copied there and back where that pays, or worked on by the
 * TypeScript twin of the kernel. Twins sum in the same order: results are the same bits wherever an array lives, on every machine.
 * So only speed is a reason to use the memory:
 *
 *     const scope = openScope();                       // what a solve takes, in one place
 *     try {
 *       const a = scope.copyOf(exposures);             // (n x k) once, a GB takes 0.1 s; then 30 GB/s and 10 GF/s
 *       const x = scope.floats(k);                     // zeros, like new Float64Array(k)
 *       const free = scope.integers(n);                // zeros; take free.subarray(0, count) for a list
 *       timesVector(a, n, k, x, out);                  // out = A x; small vectors may be ordinary arrays (copied: 0.2 us each)
 *       addTransposed(a, n, k, w, pull);               // pull += A' w
 *       addWeightedGram(a, n, k, h, free, weights);    // h += A' diag(weights) A over the rows in `free`, lower triangle
 *       factorizeCholesky(h, k);                       // of ./cholesky.ts: the same rule for its arrays
 *       return { weights: Float64Array.from(out) };    // results leave as ordinary arrays: never hand a view to anyone else
 *     } finally {
 *       scope.close();                                 // views of the scope are void from here
 *     }
 *
 * A generator opens its scope inside `try` and closes it in `finally`; scopes may overlap and close in any order. A risk model that many
 * solves share is kept between them: `keep`, `derive` and `lend` in ./prepared.ts. An object that nobody closes holds its matrices in a
 * `WorkingMatrix` of ./working-matrix.ts. Vectors that kernels use again and again are best taken from the scope too. Views do not detach
 * when the memory grows. When two GiB are full, `floats` gives ordinary arrays: slower, never different.
 * NaN and infinities travel as in IEEE arithmetic; which NaN (its payload) is unspecified.
 * Operands that are shorter than their shape throw a RangeError; indices in lists are the caller's promise, and operands that are written must
 * not overlap others.
 */
import { unchecked, type Checkpoint } from './checkpoint.ts';
import { panel } from './kernels/blocking.ts';
import { multiplyBlocks, solveBlock } from './kernels/blocks.ts';
import { Scope } from './kernels/arena.ts';
import type { Strided } from './kernels/twins/multiply.ts';
import * as budgets from './kernels/twins/budgets.ts';
import * as twins from './kernels/twins/products.ts';
import { Call, isResident, Residence, threadArena } from './kernels/thread.ts';

export type { Scope } from './kernels/arena.ts';

/** @throws when the runtime cannot compile the kernels. */
export function openScope(): Scope {
  return new Scope(threadArena());
}

/** Whether the array lies in the memory of this thread's kernels. */
export function isKept(array: Float64Array | Int32Array): boolean {
  return isResident(array);
}

/**
 * out = A x, A (rows x columns), x (columns), out (rows). With `chosen`, only those rows: out[r] = row chosen[r] times x, out (chosen.length).
 */
export function timesVector(
  a: Float64Array,
  rows: number,
  columns: number,
  x: Float64Array,
  out: Float64Array,
  chosen?: Int32Array,
): void {
  const count = chosen?.length ?? rows;
  promise(a.length >= rows * columns && x.length >= columns && out.length >= count);
  if (count === 0) return;
  const call = isResident(a) ? new Call() : undefined;
  const to = call?.floats(out, count, false) ?? 0;
  const list = call?.integers(chosen) ?? 0;
  const from = call?.floats(x, columns) ?? 0;
  if (call?.isPlaced === true) {
    call.arena.module.timesVector(count, columns, a.byteOffset, columns * 8, list, from, to);
    call.back(out, count, to);
  } else twins.timesVector(count, columns, a, chosen, x, out);
  call?.end();
}

/**
 * out += A' x, A (rows x columns), x (rows), out (columns). With `chosen`, the sum runs over those rows alone, in that order:
 * out += sum over r of x[chosen[r]] row chosen[r]; x keeps its (rows) entries.
 */
export function addTransposed(
  a: Float64Array,
  rows: number,
  columns: number,
  x: Float64Array,
  out: Float64Array,
  chosen?: Int32Array,
): void {
  const count = chosen?.length ?? rows;
  promise(a.length >= rows * columns && x.length >= rows && out.length >= columns);
  if (count === 0) return;
  const call = isResident(a) ? new Call() : undefined;
  const to = call?.floats(out, columns) ?? 0;
  const list = call?.integers(chosen) ?? 0;
  const from = call?.floats(x, rows) ?? 0;
  if (call?.isPlaced === true) {
    call.arena.module.addTransposed(count, columns, a.byteOffset, columns * 8, list, from, to);
    call.back(out, columns, to);
  } else twins.addTransposed(count, columns, a, chosen, x, out);
  call?.end();
}

/** out += S x, S (n x n) symmetric: reads the lower triangle only, which for large n is twice as fast as `timesVector`. */
export function addSymmetric(s: Float64Array, n: number, x: Float64Array, out: Float64Array): void {
  promise(s.length >= n * n && x.length >= n && out.length >= n);
  const call = isResident(s) ? new Call() : undefined;
  const to = call?.floats(out, n) ?? 0;
  const from = call?.floats(x, n) ?? 0;
  if (call?.isPlaced === true) {
    call.arena.module.addSymmetric(n, s.byteOffset, n * 8, from, to);
    call.back(out, n, to);
  } else twins.addSymmetric(n, s, x, out);
  call?.end();
}

export interface Product {
  /** m: rows of the left and of the target. */
  readonly rows: number;
  /** n: columns of the right and of the target. */
  readonly columns: number;
  /** k: what is summed over. */
  readonly terms: number;
  /** (m x k), or (k x m) when `leftTransposed`. */
  readonly left: Float64Array;
  readonly leftTransposed?: boolean;
  /** (k x n), or (n x k) when `rightTransposed`. */
  readonly right: Float64Array;
  readonly rightTransposed?: boolean;
  /** (m x n). */
  readonly target: Float64Array;
  /** 1 by default. */
  readonly factor?: number;
  /** Only entries on and below the diagonal are computed and touched. */
  readonly lower?: boolean;
  /** One factor per term. */
  readonly scale?: Float64Array;
  /** The terms that are summed over; operands and scale may then have more than `terms` of them, which is chosen.length. */
  readonly chosen?: Int32Array;
  /** Told of the work in pieces of at most some six million multiplications. */
  readonly checkpoint?: Checkpoint;
}

/** A piece of a product between two checkpoints; its depth is a multiple of the kernel's, so that sums keep their order. */
const pieceRows = 96;
const pieceColumns = 240;
const pieceTerms = 256;

/** target += factor left diag(scale) right. */
export function addProduct(product: Product): void {
  const { rows, columns, terms, left, right, target, scale, chosen } = product;
  promise(target.length >= rows * columns && (chosen === undefined || chosen.length >= terms));
  promise(chosen !== undefined || (left.length >= rows * terms && right.length >= columns * terms));
  const work = rows * columns * terms;
  if (work === 0) return;
  const place = new Residence(work);
  try {
    addPieces({
      ...product,
      left: place.floats(left),
      right: place.floats(right),
      target: place.floats(target),
      ...(scale === undefined ? {} : { scale: place.floats(scale) }),
      ...(chosen === undefined ? {} : { chosen: place.integers(chosen) }),
    });
    place.back(target);
  } finally {
    place.end();
  }
}

function addPieces(product: Product): void {
  const { rows: m, columns: n, terms: k, factor = 1, lower = false, scale, chosen, checkpoint } = product;
  const left = strided(product.left, m, product.leftTransposed !== true);
  const right = strided(product.right, n, product.rightTransposed === true);
  const target = { array: product.target, at: 0, row: n, step: 1 };
  const whole = { m, n, k, left, right, target, alpha: factor, diagonal: lower ? 0 : m + n };
  if (checkpoint === undefined) {
    multiplyBlocks({ ...whole, chosen, scale });
    return;
  }
  for (let c = 0; c < n; c += pieceColumns)
    for (let p = 0; p < k; p += pieceTerms)
      for (let r = 0; r < m; r += pieceRows) {
        const size = {
          m: Math.min(pieceRows, m - r),
          n: Math.min(pieceColumns, n - c),
          k: Math.min(pieceTerms, k - p),
        };
        const diagonal = whole.diagonal + r - c;
        if (size.m - 1 + diagonal < 0) continue;
        checkpoint(size.m * size.n * size.k);
        const ahead = chosen === undefined ? p : 0;
        multiplyBlocks({
          ...whole,
          ...size,
          left: { ...left, at: r * left.row + ahead * left.step },
          right: { ...right, at: c * right.row + ahead * right.step },
          target: { ...target, at: r * n + c },
          diagonal,
          chosen: chosen?.subarray(p, p + size.k),
          scale: chosen === undefined ? scale?.subarray(p) : scale,
        });
      }
}

/** A matrix by its `count` rows (or columns); their length is what the array has room for. */
function strided(array: Float64Array, count: number, byRows: boolean): Strided {
  return byRows ? { array, at: 0, row: array.length / count, step: 1 } : { array, at: 0, row: 1, step: count };
}

/**
 * target (columns x columns, lower triangle) += A' diag(scale) A over the rows of A (rows x columns) in `chosen`, or all. `scale` (rows)
 * is read at the rows chosen; absent: ones.
 */
export function addWeightedGram(
  a: Float64Array,
  rows: number,
  columns: number,
  target: Float64Array,
  chosen?: Int32Array,
  scale?: Float64Array,
  checkpoint?: Checkpoint,
): void {
  addProduct({
    rows: columns,
    columns,
    terms: chosen?.length ?? rows,
    left: a,
    leftTransposed: true,
    right: a,
    target,
    lower: true,
    ...(chosen === undefined ? {} : { chosen }),
    ...(scale === undefined ? {} : { scale }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
  });
}

/**
 * Each row b of `right` (count x n) becomes L^-1 b: many right-hand sides at once. L (n x n) lower; a zero on its diagonal (a dropped column)
 * gives zero. Costs count n^2 / 2 multiplications, told to `checkpoint` block by block.
 */
export function solveLowerRows(
  l: Float64Array,
  n: number,
  right: Float64Array,
  count: number,
  checkpoint: Checkpoint = unchecked,
): void {
  solveRows(l, n, right, count, (factor, x) => {
    for (let from = 0; from < n; from += panel) {
      const size = Math.min(panel, n - from);
      checkpoint(count * size * (from + size / 2));
      const before = { array: x, at: 0, row: n, step: 1 };
      const lines = { array: factor, at: from * n, row: n, step: 1 };
      eliminate(count, size, from, before, lines, { array: x, at: from, row: n, step: 1 });
      const diagonal = { array: factor, at: from * n + from, row: n, step: 1 };
      solveBlock(size, diagonal, count, { array: x, at: from, row: n, step: 1 });
    }
  });
}

/** Each row b of `right` (count x n) becomes L'^-1 b; see `solveLowerRows`. */
export function solveUpperRows(
  l: Float64Array,
  n: number,
  right: Float64Array,
  count: number,
  checkpoint: Checkpoint = unchecked,
): void {
  solveRows(l, n, right, count, (factor, x) => {
    for (let from = Math.floor((n - 1) / panel) * panel; from >= 0; from -= panel) {
      const size = Math.min(panel, n - from);
      const end = from + size;
      checkpoint(count * size * (n - end + size / 2));
      const after = { array: x, at: end, row: n, step: 1 };
      const lines = { array: factor, at: end * n + from, row: 1, step: n };
      eliminate(count, size, n - end, after, lines, { array: x, at: from, row: n, step: 1 });
      const diagonal = { array: factor, at: from * n + from, row: n, step: 1 };
      solveBlock(size, diagonal, count, { array: x, at: from, row: n, step: 1 }, true);
    }
  });
}

function solveRows(
  l: Float64Array,
  n: number,
  right: Float64Array,
  count: number,
  work: (factor: Float64Array, x: Float64Array) => void,
): void {
  promise(l.length >= n * n && right.length >= count * n);
  const place = new Residence((count * n * n) / 2);
  try {
    work(place.floats(l), place.floats(right));
    place.back(right);
  } finally {
    place.end();
  }
}

/** target (m x n) -= left right' over k terms. */
function eliminate(m: number, n: number, k: number, left: Strided, right: Strided, target: Strided): void {
  multiplyBlocks({ m, n, k, left, right, target, alpha: -1, diagonal: m + n });
}

/**
 * One sweep of cyclical coordinate descent for
 *     minimize 1/2 w' S w + shift / 2 w'w + linear'w - sum_i budgets_i ln w_i    over w > 0,
 * S (n x n) symmetric with a positive diagonal, budgets (n) >= 0, w (n) > 0 in place. The minimizer of shift = 0, linear = 0, scaled to sum 1, has risk
 * contributions w_i (S w)_i in proportion to the budgets. Griveau-Billion, Richard and Roncalli (2013), arXiv 1311.4057; four coordinates share a pass.
 * @returns the largest |w_i g_i - budgets_i| met, g the gradient without the logarithm, each before its coordinate moved; it bounds what is wrong with
 * w only in the limit, so check a result by its own contributions.
 */
export function sweepBudgets(
  s: Float64Array,
  n: number,
  budget: Float64Array,
  w: Float64Array,
  { linear, shift = 0 }: { readonly linear?: Float64Array; readonly shift?: number } = {},
): number {
  promise(s.length >= n * n && budget.length >= n && w.length >= n && (linear === undefined || linear.length >= n));
  const call = isResident(s) ? new Call() : undefined;
  const to = call?.floats(w, n) ?? 0;
  const from = call?.floats(budget, n) ?? 0;
  const slope = linear === undefined ? 0 : (call?.floats(linear, n) ?? 0);
  if (call?.isPlaced !== true) {
    call?.end();
    return budgets.sweepBudgets(n, s, budget, linear, shift, w);
  }
  const worst = call.arena.module.sweepBudgets(n, s.byteOffset, n * 8, from, slope, shift, to);
  call.back(w, n, to);
  call.end();
  return worst;
}

/** A length that is too short would reach into memory of somebody else. */
function promise(isKept: boolean): void {
  if (!isKept) throw new RangeError('an operand is shorter than its shape');
}
