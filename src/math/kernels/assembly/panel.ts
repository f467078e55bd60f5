/** Triangular work inside one block column: factorization of the diagonal block and solves of the rows below. */
import { group } from '../blocking';
import { sumTile } from './tile';
import { leftAddress, rightAddress, tileAddress } from './workspace';

/** Rows first..first+wide-1 of L, columns 0..terms-1, six side by side; rows that do not exist are zero. */
function packRows(l: usize, rowBytes: usize, first: i32, wide: i32, terms: i32): usize {
  const packed = rightAddress();
  for (let q = 0; q < group; q++) {
    const source = l + <usize>(first + q) * rowBytes;
    for (let p = 0; p < terms; p++) {
      const value = q < wide ? load<f64>(source + ((<usize>p) << 3)) : 0;
      store<f64>(packed + <usize>p * 48 + ((<usize>q) << 3), value);
    }
  }
  return packed;
}

/** Columns at..at+wide-1 of a row x of x L' = row, given what the columns before take off (`sums`); `last`: no column beyond it. */
function finishRow(
  x: usize,
  l: usize,
  rowBytes: usize,
  at: i32,
  wide: i32,
  sums: usize,
  inverses: usize,
  last: i32,
): void {
  for (let c = 0; c < wide; c++) {
    const j = at + c;
    if (j > last) return;
    const to = x + ((<usize>j) << 3);
    const row = l + <usize>j * rowBytes;
    let value = load<f64>(to) - load<f64>(sums + ((<usize>c) << 3));
    for (let p = at; p < j; p++) value -= load<f64>(x + ((<usize>p) << 3)) * load<f64>(row + ((<usize>p) << 3));
    store<f64>(to, value * load<f64>(inverses + ((<usize>j) << 3)));
  }
}

/** `finishRow` for six columns from `at` on, all of which exist: the same operations without loops. */
function finishSix(x: usize, l: usize, rowBytes: usize, at: i32, sums: usize, inverses: usize): void {
  const shift = (<usize>at) << 3;
  x += shift;
  inverses += shift;
  let line = l + <usize>at * rowBytes + shift;
  const x0 = (load<f64>(x) - load<f64>(sums)) * load<f64>(inverses);
  line += rowBytes;
  const x1 = (load<f64>(x, 8) - load<f64>(sums, 8) - x0 * load<f64>(line)) * load<f64>(inverses, 8);
  line += rowBytes;
  let value = load<f64>(x, 16) - load<f64>(sums, 16) - x0 * load<f64>(line) - x1 * load<f64>(line, 8);
  const x2 = value * load<f64>(inverses, 16);
  line += rowBytes;
  value = load<f64>(x, 24) - load<f64>(sums, 24) - x0 * load<f64>(line) - x1 * load<f64>(line, 8);
  const x3 = (value - x2 * load<f64>(line, 16)) * load<f64>(inverses, 24);
  line += rowBytes;
  value = load<f64>(x, 32) - load<f64>(sums, 32) - x0 * load<f64>(line) - x1 * load<f64>(line, 8);
  const x4 = (value - x2 * load<f64>(line, 16) - x3 * load<f64>(line, 24)) * load<f64>(inverses, 32);
  line += rowBytes;
  value = load<f64>(x, 40) - load<f64>(sums, 40) - x0 * load<f64>(line) - x1 * load<f64>(line, 8);
  value = value - x2 * load<f64>(line, 16) - x3 * load<f64>(line, 24) - x4 * load<f64>(line, 32);
  store<f64>(x, x0);
  store<f64>(x, x1, 8);
  store<f64>(x, x2, 16);
  store<f64>(x, x3, 24);
  store<f64>(x, x4, 32);
  store<f64>(x, value * load<f64>(inverses, 40), 40);
}

/** What the columns before `at` take off `high` rows of x (at most three). */
function sumRows(x: usize, xRow: usize, high: i32, at: i32, packed: usize, tile: usize): void {
  sumTile(at, x, high > 1 ? x + xRow : x, high > 2 ? x + 2 * xRow : x, 8, packed, tile);
}

/** Three rows (or fewer) of x L' = row for the columns at..at+wide-1. */
function finishRows(
  x: usize,
  xRow: usize,
  high: i32,
  l: usize,
  rowBytes: usize,
  at: i32,
  wide: i32,
  packed: usize,
  inverses: usize,
): void {
  const tile = tileAddress();
  sumRows(x, xRow, high, at, packed, tile);
  for (let r = 0; r < high; r++) {
    const sums = tile + <usize>r * 48;
    if (wide === group) finishSix(x + <usize>r * xRow, l, rowBytes, at, sums, inverses);
    else finishRow(x + <usize>r * xRow, l, rowBytes, at, wide, sums, inverses, at + wide);
  }
}

/**
 * Overwrites the lower triangle of a diagonal block (size x size) by its factor. A pivot that is not above pivotMin becomes `replacement`;
 * a column whose pivot is then zero is dropped. @returns how many pivots were replaced or dropped.
 */
export function factorizeBlock(size: i32, a: usize, rowBytes: usize, pivotMin: f64, replacement: f64): i32 {
  const inverses = leftAddress();
  const tile = tileAddress();
  let dropped = 0;
  for (let at = 0; at < size; at += group) {
    const wide = min(group, size - at);
    const packed = packRows(a, rowBytes, at, wide, at);
    const top = a + <usize>at * rowBytes;
    sumRows(top, rowBytes, min(3, wide), at, packed, tile);
    if (wide > 3) sumRows(top + 3 * rowBytes, rowBytes, wide - 3, at, packed, tile + 144);
    for (let i = at; i < at + wide; i++) {
      const x = a + <usize>i * rowBytes;
      const sums = tile + <usize>(i - at) * 48;
      finishRow(x, a, rowBytes, at, wide, sums, inverses, i - 1);
      const diagonal = x + ((<usize>i) << 3);
      let pivot = load<f64>(diagonal) - load<f64>(sums + ((<usize>(i - at)) << 3));
      for (let p = at; p < i; p++) {
        const value = load<f64>(x + ((<usize>p) << 3));
        pivot -= value * value;
      }
      if (!(pivot > pivotMin)) {
        dropped++;
        pivot = replacement;
      }
      const root = sqrt(pivot);
      store<f64>(diagonal, root);
      store<f64>(inverses + ((<usize>i) << 3), root > 0 ? 1 / root : 0);
    }
    for (let i = at + wide; i < size; i += 3)
      finishRows(a + <usize>i * rowBytes, rowBytes, min(3, size - i), a, rowBytes, at, wide, packed, inverses);
  }
  return dropped;
}

/** Rows x (count x size, one every xRow bytes) become x L'^-1, L (size x size) lower; a column with a zero pivot gives zero. */
export function solveBlock(size: i32, l: usize, rowBytes: usize, count: i32, x: usize, xRow: usize): void {
  const inverses = leftAddress();
  for (let i = 0; i < size; i++) {
    const root = load<f64>(l + <usize>i * (rowBytes + 8));
    store<f64>(inverses + ((<usize>i) << 3), root > 0 ? 1 / root : 0);
  }
  for (let at = 0; at < size; at += group) {
    const wide = min(group, size - at);
    const packed = packRows(l, rowBytes, at, wide, at);
    for (let i = 0; i < count; i += 3)
      finishRows(x + <usize>i * xRow, xRow, min(3, count - i), l, rowBytes, at, wide, packed, inverses);
  }
}

/** Rows x (count x size) become x L^-1: the same with the transposed factor, from the last column to the first. */
export function solveBlockTransposed(size: i32, l: usize, rowBytes: usize, count: i32, x: usize, xRow: usize): void {
  for (let i = 0; i < count; i++) {
    const row = x + <usize>i * xRow;
    for (let j = size - 1; j >= 0; j--) {
      const line = l + <usize>j * rowBytes;
      const root = load<f64>(line + ((<usize>j) << 3));
      const to = row + ((<usize>j) << 3);
      const value = load<f64>(to) * (root > 0 ? 1 / root : 0);
      store<f64>(to, value);
      const s = f64x2.splat(value);
      let p = 0;
      for (; p + 2 <= j; p += 2) {
        const at = row + ((<usize>p) << 3);
        v128.store(at, f64x2.sub(v128.load(at), f64x2.mul(s, v128.load(line + ((<usize>p) << 3)))));
      }
      if (p < j) {
        const at = row + ((<usize>p) << 3);
        store<f64>(at, load<f64>(at) - value * load<f64>(line + ((<usize>p) << 3)));
      }
    }
  }
}
