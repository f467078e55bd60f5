/** Products of a matrix and a vector: bound by memory, so each entry is read once, four rows at a time. */

/** The two lanes of both sums together: ((s0 + s2) + (s1 + s3)) of the four interleaved sums. */
function total(even: v128, odd: v128): f64 {
  const both = f64x2.add(even, odd);
  return f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
}

/** x'y in four interleaved sums; what is left over of n joins last, in order. */
export function dot(n: i32, x: usize, y: usize): f64 {
  let even = f64x2.splat(0);
  let odd = even;
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    even = f64x2.add(even, f64x2.mul(v128.load(x), v128.load(y)));
    odd = f64x2.add(odd, f64x2.mul(v128.load(x, 16), v128.load(y, 16)));
    x += 32;
    y += 32;
  }
  let sum = total(even, odd);
  for (; j < n; j++) {
    sum += load<f64>(x) * load<f64>(y);
    x += 8;
    y += 8;
  }
  return sum;
}

/** y += alpha x. */
export function addScaled(n: i32, alpha: f64, x: usize, y: usize): void {
  const a = f64x2.splat(alpha);
  let j = 0;
  for (; j + 2 <= n; j += 2) {
    v128.store(y, f64x2.add(v128.load(y), f64x2.mul(a, v128.load(x))));
    x += 16;
    y += 16;
  }
  if (j < n) store<f64>(y, load<f64>(y) + alpha * load<f64>(x));
}

/** sums[0..3] = the dot products of x (n) with four rows, each summed as `dot` does. */
export function fourDots(n: i32, a0: usize, a1: usize, a2: usize, a3: usize, x: usize, sums: usize): void {
  let e0 = f64x2.splat(0);
  let o0 = e0;
  let e1 = e0;
  let o1 = e0;
  let e2 = e0;
  let o2 = e0;
  let e3 = e0;
  let o3 = e0;
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    e0 = f64x2.add(e0, f64x2.mul(v128.load(a0), x0));
    o0 = f64x2.add(o0, f64x2.mul(v128.load(a0, 16), x1));
    e1 = f64x2.add(e1, f64x2.mul(v128.load(a1), x0));
    o1 = f64x2.add(o1, f64x2.mul(v128.load(a1, 16), x1));
    e2 = f64x2.add(e2, f64x2.mul(v128.load(a2), x0));
    o2 = f64x2.add(o2, f64x2.mul(v128.load(a2, 16), x1));
    e3 = f64x2.add(e3, f64x2.mul(v128.load(a3), x0));
    o3 = f64x2.add(o3, f64x2.mul(v128.load(a3, 16), x1));
    a0 += 32;
    a1 += 32;
    a2 += 32;
    a3 += 32;
    x += 32;
  }
  let s0 = total(e0, o0);
  let s1 = total(e1, o1);
  let s2 = total(e2, o2);
  let s3 = total(e3, o3);
  for (; j < n; j++) {
    const value = load<f64>(x);
    s0 += load<f64>(a0) * value;
    s1 += load<f64>(a1) * value;
    s2 += load<f64>(a2) * value;
    s3 += load<f64>(a3) * value;
    a0 += 8;
    a1 += 8;
    a2 += 8;
    a3 += 8;
    x += 8;
  }
  store<f64>(sums, s0);
  store<f64>(sums, s1, 8);
  store<f64>(sums, s2, 16);
  store<f64>(sums, s3, 24);
}

/** Address of the i-th row, or of the i-th chosen one. */
function rowAt(a: usize, rowBytes: usize, i: i32, chosen: usize): usize {
  return a + <usize>(chosen === 0 ? i : load<i32>(chosen + ((<usize>i) << 2))) * rowBytes;
}

/** out[i] = row_i x for count rows of n entries; with `chosen` row_i is row chosen[i]. */
export function timesVector(count: i32, n: i32, a: usize, rowBytes: usize, chosen: usize, x: usize, out: usize): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const a0 = rowAt(a, rowBytes, i, chosen);
    const a1 = rowAt(a, rowBytes, i + 1, chosen);
    const a2 = rowAt(a, rowBytes, i + 2, chosen);
    const a3 = rowAt(a, rowBytes, i + 3, chosen);
    fourDots(n, a0, a1, a2, a3, x, out + ((<usize>i) << 3));
  }
  for (; i < count; i++) store<f64>(out + ((<usize>i) << 3), dot(n, rowAt(a, rowBytes, i, chosen), x));
}

/** out += ((x0 a0 + x1 a1) + (x2 a2 + x3 a3)) entry by entry over n. */
export function addFour(
  n: i32,
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  x0: f64,
  x1: f64,
  x2: f64,
  x3: f64,
  out: usize,
): void {
  const v0 = f64x2.splat(x0);
  const v1 = f64x2.splat(x1);
  const v2 = f64x2.splat(x2);
  const v3 = f64x2.splat(x3);
  let j = 0;
  for (; j + 2 <= n; j += 2) {
    const left = f64x2.add(f64x2.mul(v0, v128.load(a0)), f64x2.mul(v1, v128.load(a1)));
    const right = f64x2.add(f64x2.mul(v2, v128.load(a2)), f64x2.mul(v3, v128.load(a3)));
    v128.store(out, f64x2.add(v128.load(out), f64x2.add(left, right)));
    a0 += 16;
    a1 += 16;
    a2 += 16;
    a3 += 16;
    out += 16;
  }
  if (j < n) {
    const left = x0 * load<f64>(a0) + x1 * load<f64>(a1);
    store<f64>(out, load<f64>(out) + (left + (x2 * load<f64>(a2) + x3 * load<f64>(a3))));
  }
}

/** out (n) += sum_i x[i] row_i over count rows; with `chosen` row_i is row chosen[i], and so is the entry of x. */
export function addTransposed(
  count: i32,
  n: i32,
  a: usize,
  rowBytes: usize,
  chosen: usize,
  x: usize,
  out: usize,
): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const a0 = rowAt(a, rowBytes, i, chosen);
    const a1 = rowAt(a, rowBytes, i + 1, chosen);
    const a2 = rowAt(a, rowBytes, i + 2, chosen);
    const a3 = rowAt(a, rowBytes, i + 3, chosen);
    const x0 = load<f64>(rowAt(x, 8, i, chosen));
    const x1 = load<f64>(rowAt(x, 8, i + 1, chosen));
    const x2 = load<f64>(rowAt(x, 8, i + 2, chosen));
    const x3 = load<f64>(rowAt(x, 8, i + 3, chosen));
    addFour(n, a0, a1, a2, a3, x0, x1, x2, x3, out);
  }
  for (; i < count; i++) addScaled(n, load<f64>(rowAt(x, 8, i, chosen)), rowAt(a, rowBytes, i, chosen), out);
}
