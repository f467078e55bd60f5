/**
 * Operands of a product, copied so that the inner loop reads what lies side by side: six columns of the right, three rows of the left.
 * Element (i, p) lies at i * row + p * step bytes; with `chosen` step p is step chosen[p]. Zeros stand where the matrix ends.
 */
import { leftAddress, rightAddress } from './workspace';

/** Byte offset of step p: the p-th chosen one when there is a list. */
function offsetOf(p: i32, step: usize, chosen: usize): usize {
  return <usize>(chosen === 0 ? p : load<i32>(chosen + ((<usize>p) << 2))) * step;
}

export function packRight(columns: i32, terms: i32, right: usize, row: usize, step: usize, chosen: usize): void {
  const sliver = <usize>terms * 48;
  let to = rightAddress();
  let c = 0;
  if (row === 8)
    for (let p = 0; p < terms; p++) copySix(columns, right + offsetOf(p, step, chosen), to + <usize>p * 48, sliver);
  for (; c + 6 <= columns; c += 6) {
    const source = right + <usize>c * row;
    if (row === 8) {
      // Done above, all slivers of a step at once.
    } else if (step === 8 && chosen === 0) turnSix(terms, source, row, to);
    else packSlowly(6, 6, terms, source, row, step, chosen, 0, to);
    to += sliver;
  }
  if (c < columns) packSlowly(6, columns - c, terms, right + <usize>c * row, row, step, chosen, 0, to);
}

/** Each step times its scale. */
export function packLeft(
  rows: i32,
  terms: i32,
  left: usize,
  row: usize,
  step: usize,
  chosen: usize,
  scale: usize,
): void {
  const sliver = <usize>terms * 24;
  let to = leftAddress();
  let r = 0;
  if (row === 8)
    for (let p = 0; p < terms; p++) {
      const factor = scale === 0 ? 1 : load<f64>(scale + offsetOf(p, 8, chosen));
      copyThree(rows, factor, left + offsetOf(p, step, chosen), to + <usize>p * 24, sliver);
    }
  for (; r + 3 <= rows; r += 3) {
    const source = left + <usize>r * row;
    if (row === 8) {
      // Done above.
    } else if (step === 8 && chosen === 0) turnThree(terms, source, row, scale, to);
    else packSlowly(3, 3, terms, source, row, step, chosen, scale, to);
    to += sliver;
  }
  if (r < rows) packSlowly(3, rows - r, terms, left + <usize>r * row, row, step, chosen, scale, to);
}

/** `wide` lines side by side, of which the first `lines` exist. */
function packSlowly(
  wide: i32,
  lines: i32,
  terms: i32,
  source: usize,
  row: usize,
  step: usize,
  chosen: usize,
  scale: usize,
  to: usize,
): void {
  for (let p = 0; p < terms; p++) {
    const from = source + offsetOf(p, step, chosen);
    const factor = scale === 0 ? 1 : load<f64>(scale + offsetOf(p, 8, chosen));
    for (let q = 0; q < wide; q++) {
      store<f64>(to, q < lines ? factor * load<f64>(from + <usize>q * row) : 0);
      to += 8;
    }
  }
}

/** One step whose columns lie side by side already. */
function copySix(columns: i32, source: usize, to: usize, sliver: usize): void {
  for (let c = 0; c + 6 <= columns; c += 6) {
    v128.store(to, v128.load(source));
    v128.store(to, v128.load(source, 16), 16);
    v128.store(to, v128.load(source, 32), 32);
    source += 48;
    to += sliver;
  }
}

function copyThree(rows: i32, factor: f64, source: usize, to: usize, sliver: usize): void {
  const f = f64x2.splat(factor);
  for (let r = 0; r + 3 <= rows; r += 3) {
    v128.store(to, f64x2.mul(f, v128.load(source)));
    store<f64>(to, factor * load<f64>(source, 16), 16);
    source += 24;
    to += sliver;
  }
}

/** Six lines whose steps lie side by side, turned two steps at a time. */
function turnSix(terms: i32, source: usize, row: usize, to: usize): void {
  let p = 0;
  for (; p + 2 <= terms; p += 2) {
    let from = source;
    let at = to;
    for (let q = 0; q < 3; q++) {
      const a = v128.load(from);
      const b = v128.load(from + row);
      v128.store(at, v128.shuffle<f64>(a, b, 0, 2));
      v128.store(at, v128.shuffle<f64>(a, b, 1, 3), 48);
      from += 2 * row;
      at += 16;
    }
    source += 16;
    to += 96;
  }
  if (p < terms) for (let q = 0; q < 6; q++) store<f64>(to + ((<usize>q) << 3), load<f64>(source + <usize>q * row));
}

/** Three lines whose steps lie side by side, each step times its scale. */
function turnThree(terms: i32, source: usize, row: usize, scale: usize, to: usize): void {
  let p = 0;
  for (; p + 2 <= terms; p += 2) {
    let a = v128.load(source);
    let b = v128.load(source + row);
    let c = v128.load(source + 2 * row);
    if (scale !== 0) {
      const s = v128.load(scale + ((<usize>p) << 3));
      a = f64x2.mul(s, a);
      b = f64x2.mul(s, b);
      c = f64x2.mul(s, c);
    }
    v128.store(to, v128.shuffle<f64>(a, b, 0, 2));
    v128.store(to, v128.shuffle<f64>(c, a, 0, 3), 16);
    v128.store(to, v128.shuffle<f64>(b, c, 1, 3), 32);
    source += 16;
    to += 48;
  }
  if (p < terms) {
    const factor = scale === 0 ? 1 : load<f64>(scale + ((<usize>p) << 3));
    for (let q = 0; q < 3; q++) store<f64>(to + ((<usize>q) << 3), factor * load<f64>(source + <usize>q * row));
  }
}
