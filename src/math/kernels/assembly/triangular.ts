/** Triangular systems with one right-hand side, four rows at a time: bound by memory. L (n x n) lower, row-major. */
import { addFour, dot, fourDots } from './products';
import { tileAddress } from './workspace';

/** b becomes L^-1 b. */
export function solveLower(n: i32, l: usize, rowBytes: usize, b: usize): void {
  const sums = tileAddress();
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const row = l + <usize>i * rowBytes;
    fourDots(i, row, row + rowBytes, row + 2 * rowBytes, row + 3 * rowBytes, b, sums);
    for (let r = 0; r < 4; r++) {
      const line = row + <usize>r * rowBytes;
      const at = (<usize>(i + r)) << 3;
      let value = load<f64>(b + at) - load<f64>(sums + ((<usize>r) << 3));
      for (let j = i; j < i + r; j++) value -= load<f64>(line + ((<usize>j) << 3)) * load<f64>(b + ((<usize>j) << 3));
      store<f64>(b + at, value / load<f64>(line + at));
    }
  }
  for (; i < n; i++) {
    const line = l + <usize>i * rowBytes;
    const at = (<usize>i) << 3;
    store<f64>(b + at, (load<f64>(b + at) - dot(i, line, b)) / load<f64>(line + at));
  }
}

/** b becomes L'^-1 b. */
export function solveUpper(n: i32, l: usize, rowBytes: usize, b: usize): void {
  let i = n;
  for (; i >= 4; i -= 4) {
    const from = i - 4;
    const row = l + <usize>from * rowBytes;
    for (let r = 3; r >= 0; r--) {
      const line = row + <usize>r * rowBytes;
      const at = (<usize>(from + r)) << 3;
      const value = load<f64>(b + at) / load<f64>(line + at);
      store<f64>(b + at, value);
      for (let j = from; j < from + r; j++) {
        const to = b + ((<usize>j) << 3);
        store<f64>(to, load<f64>(to) - load<f64>(line + ((<usize>j) << 3)) * value);
      }
    }
    const x = b + ((<usize>from) << 3);
    const x0 = -load<f64>(x);
    const x1 = -load<f64>(x, 8);
    const x2 = -load<f64>(x, 16);
    const x3 = -load<f64>(x, 24);
    addFour(from, row, row + rowBytes, row + 2 * rowBytes, row + 3 * rowBytes, x0, x1, x2, x3, b);
  }
  for (let r = i - 1; r >= 0; r--) {
    const line = l + <usize>r * rowBytes;
    const at = (<usize>r) << 3;
    const value = load<f64>(b + at) / load<f64>(line + at);
    store<f64>(b + at, value);
    for (let j = 0; j < r; j++) {
      const to = b + ((<usize>j) << 3);
      store<f64>(to, load<f64>(to) - load<f64>(line + ((<usize>j) << 3)) * value);
    }
  }
}
