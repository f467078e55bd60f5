/** The triangular work inside a block column in plain TypeScript, bit for bit as the module does it. */
import { group } from '../blocking.ts';

/** Sum of x[at + p] y[to + p], p < terms, in order from zero. */
function inOrder(x: Float64Array, at: number, y: Float64Array, to: number, terms: number): number {
  let s = 0;
  for (let p = 0; p < terms; p++) s += x[at + p]! * y[to + p]!;
  return s;
}

/** Overwrites the lower triangle of the block (size x size at a[at], a row every `row` entries) by its factor; see `factorizeCholesky`. */
export function factorizeBlock(
  size: number,
  a: Float64Array,
  at: number,
  row: number,
  pivotMin: number,
  replacement: number,
): number {
  let dropped = 0;
  for (let first = 0; first < size; first += group) {
    const end = Math.min(first + group, size);
    for (let i = first; i < end; i++) {
      const x = at + i * row;
      for (let j = first; j < i; j++) finish(a, x, a, at, row, first, j);
      let pivot = a[x + i]! - inOrder(a, x, a, x, first);
      for (let p = first; p < i; p++) pivot -= a[x + p]! * a[x + p]!;
      if (!(pivot > pivotMin)) {
        dropped++;
        pivot = replacement;
      }
      a[x + i] = Math.sqrt(pivot);
    }
    for (let i = end; i < size; i++) for (let j = first; j < end; j++) finish(a, at + i * row, a, at, row, first, j);
  }
  return dropped;
}

/** Column j of x L' = row, the columns before it being finished; `first` begins its group. */
function finish(
  array: Float64Array,
  x: number,
  l: Float64Array,
  at: number,
  row: number,
  first: number,
  j: number,
): void {
  const line = at + j * row;
  let value = array[x + j]! - inOrder(array, x, l, line, first);
  for (let p = first; p < j; p++) value -= array[x + p]! * l[line + p]!;
  array[x + j] = value * inverseOf(l[line + j]!);
}

/** A dropped column gives zero. */
function inverseOf(root: number): number {
  return root > 0 ? 1 / root : 0;
}

/** `count` rows of x (one every xRow entries) become x L'^-1. */
export function solveBlock(
  size: number,
  l: Float64Array,
  at: number,
  row: number,
  count: number,
  x: Float64Array,
  xAt: number,
  xRow: number,
): void {
  for (let i = 0; i < count; i++)
    for (let j = 0; j < size; j++) finish(x, xAt + i * xRow, l, at, row, j - (j % group), j);
}

/** `count` rows of x become x L^-1. */
export function solveBlockTransposed(
  size: number,
  l: Float64Array,
  at: number,
  row: number,
  count: number,
  x: Float64Array,
  xAt: number,
  xRow: number,
): void {
  for (let i = 0; i < count; i++) {
    const to = xAt + i * xRow;
    for (let j = size - 1; j >= 0; j--) {
      const line = at + j * row;
      const value = x[to + j]! * inverseOf(l[line + j]!);
      x[to + j] = value;
      for (let p = 0; p < j; p++) x[to + p] = x[to + p]! - value * l[line + p]!;
    }
  }
}
