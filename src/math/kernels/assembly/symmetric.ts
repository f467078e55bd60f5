/** A symmetric matrix times a vector, reading the lower triangle only. */
import { tileAddress } from './workspace';

/** Both halves of four rows left of their diagonal block: sums = rows x, out += rows' x_rows. */
function fourRows(n: i32, a: usize, rowBytes: usize, x: usize, out: usize, xRows: usize, sums: usize): void {
  let a0 = a;
  let a1 = a0 + rowBytes;
  let a2 = a1 + rowBytes;
  let a3 = a2 + rowBytes;
  const v0 = v128.load64_splat(xRows);
  const v1 = v128.load64_splat(xRows, 8);
  const v2 = v128.load64_splat(xRows, 16);
  const v3 = v128.load64_splat(xRows, 24);
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (let j = 0; j < n; j += 2) {
    const value = v128.load(x);
    const l0 = v128.load(a0);
    const l1 = v128.load(a1);
    const l2 = v128.load(a2);
    const l3 = v128.load(a3);
    s0 = f64x2.add(s0, f64x2.mul(l0, value));
    s1 = f64x2.add(s1, f64x2.mul(l1, value));
    s2 = f64x2.add(s2, f64x2.mul(l2, value));
    s3 = f64x2.add(s3, f64x2.mul(l3, value));
    const left = f64x2.add(f64x2.mul(v0, l0), f64x2.mul(v1, l1));
    const right = f64x2.add(f64x2.mul(v2, l2), f64x2.mul(v3, l3));
    v128.store(out, f64x2.add(v128.load(out), f64x2.add(left, right)));
    a0 += 16;
    a1 += 16;
    a2 += 16;
    a3 += 16;
    x += 16;
    out += 16;
  }
  store<f64>(sums, f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1));
  store<f64>(sums, f64x2.extract_lane(s1, 0) + f64x2.extract_lane(s1, 1), 8);
  store<f64>(sums, f64x2.extract_lane(s2, 0) + f64x2.extract_lane(s2, 1), 16);
  store<f64>(sums, f64x2.extract_lane(s3, 0) + f64x2.extract_lane(s3, 1), 24);
}

/** Row i of a block that begins at `from`: its entries from..i, and their mirror images. */
function diagonalRow(i: i32, from: i32, a: usize, rowBytes: usize, x: usize, out: usize, sum: f64): void {
  const row = a + <usize>i * rowBytes;
  const own = load<f64>(x + ((<usize>i) << 3));
  for (let j = from; j < i; j++) {
    const at = (<usize>j) << 3;
    const entry = load<f64>(row + at);
    sum += entry * load<f64>(x + at);
    store<f64>(out + at, load<f64>(out + at) + entry * own);
  }
  const at = (<usize>i) << 3;
  store<f64>(out + at, load<f64>(out + at) + (sum + load<f64>(row + at) * own));
}

/** out (n) += A x, A (n x n) symmetric, known by its lower triangle; four rows at a time, the rest of n % 4 one by one from column 0. */
export function addSymmetric(n: i32, a: usize, rowBytes: usize, x: usize, out: usize): void {
  const sums = tileAddress();
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    fourRows(i, a + <usize>i * rowBytes, rowBytes, x, out, x + ((<usize>i) << 3), sums);
    for (let r = 0; r < 4; r++) diagonalRow(i + r, i, a, rowBytes, x, out, load<f64>(sums + ((<usize>r) << 3)));
  }
  for (; i < n; i++) diagonalRow(i, 0, a, rowBytes, x, out, 0);
}
