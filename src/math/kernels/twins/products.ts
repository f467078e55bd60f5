/** Products of a matrix and a vector in plain TypeScript, bit for bit as the module does them. Matrices are tight and row-major. */

/** Sum of a[at + j] x[j] over n in four interleaved sums; what is left over joins last, in order. */
export function dotAt(n: number, a: Float64Array, at: number, x: Float64Array): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    s0 += a[at + j]! * x[j]!;
    s1 += a[at + j + 1]! * x[j + 1]!;
    s2 += a[at + j + 2]! * x[j + 2]!;
    s3 += a[at + j + 3]! * x[j + 3]!;
  }
  let s = s0 + s2 + (s1 + s3);
  for (; j < n; j++) s += a[at + j]! * x[j]!;
  return s;
}

/** out[i] = row_i x over `count` rows of n entries; with `chosen` row_i is row chosen[i]. */
export function timesVector(
  count: number,
  n: number,
  a: Float64Array,
  chosen: Int32Array | undefined,
  x: Float64Array,
  out: Float64Array,
): void {
  for (let i = 0; i < count; i++) out[i] = dotAt(n, a, (chosen === undefined ? i : chosen[i]!) * n, x);
}

/** out[j] += ((x0 a0[j] + x1 a1[j]) + (x2 a2[j] + x3 a3[j])) over n; rows begin at a[p0], a[p1], a[p2], a[p3]. */
function addFour(
  n: number,
  a: Float64Array,
  p0: number,
  p1: number,
  p2: number,
  p3: number,
  x0: number,
  x1: number,
  x2: number,
  x3: number,
  out: Float64Array,
): void {
  for (let j = 0; j < n; j++)
    out[j] = out[j]! + (x0 * a[p0 + j]! + x1 * a[p1 + j]! + (x2 * a[p2 + j]! + x3 * a[p3 + j]!));
}

/** out (n) += sum_i x[i] row_i over `count` rows; with `chosen` row_i is row chosen[i], and so is the entry of x. */
export function addTransposed(
  count: number,
  n: number,
  a: Float64Array,
  chosen: Int32Array | undefined,
  x: Float64Array,
  out: Float64Array,
): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const r0 = chosen === undefined ? i : chosen[i]!;
    const r1 = chosen === undefined ? i + 1 : chosen[i + 1]!;
    const r2 = chosen === undefined ? i + 2 : chosen[i + 2]!;
    const r3 = chosen === undefined ? i + 3 : chosen[i + 3]!;
    addFour(n, a, r0 * n, r1 * n, r2 * n, r3 * n, x[r0]!, x[r1]!, x[r2]!, x[r3]!, out);
  }
  for (; i < count; i++) {
    const r = chosen === undefined ? i : chosen[i]!;
    const value = x[r]!;
    for (let j = 0; j < n; j++) out[j] = out[j]! + value * a[r * n + j]!;
  }
}

/** out (n) += A x, A (n x n) symmetric, known by its lower triangle. */
export function addSymmetric(n: number, a: Float64Array, x: Float64Array, out: Float64Array): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const p = i * n;
    const s0 = evenAndOdd(i, a, p, x);
    const s1 = evenAndOdd(i, a, p + n, x);
    const s2 = evenAndOdd(i, a, p + 2 * n, x);
    const s3 = evenAndOdd(i, a, p + 3 * n, x);
    addFour(i, a, p, p + n, p + 2 * n, p + 3 * n, x[i]!, x[i + 1]!, x[i + 2]!, x[i + 3]!, out);
    diagonalRow(n, i, i, a, x, out, s0);
    diagonalRow(n, i + 1, i, a, x, out, s1);
    diagonalRow(n, i + 2, i, a, x, out, s2);
    diagonalRow(n, i + 3, i, a, x, out, s3);
  }
  for (; i < n; i++) diagonalRow(n, i, 0, a, x, out, 0);
}

/** Sum of a[at + j] x[j] over an even n, in two interleaved sums. */
function evenAndOdd(n: number, a: Float64Array, at: number, x: Float64Array): number {
  let even = 0;
  let odd = 0;
  for (let j = 0; j < n; j += 2) {
    even += a[at + j]! * x[j]!;
    odd += a[at + j + 1]! * x[j + 1]!;
  }
  return even + odd;
}

function diagonalRow(
  n: number,
  i: number,
  from: number,
  a: Float64Array,
  x: Float64Array,
  out: Float64Array,
  sum: number,
): void {
  const row = i * n;
  const own = x[i]!;
  let s = sum;
  for (let j = from; j < i; j++) {
    const entry = a[row + j]!;
    s += entry * x[j]!;
    out[j] = out[j]! + entry * own;
  }
  out[i] = out[i]! + (s + a[row + i]! * own);
}

/** b (n) becomes L^-1 b, L (n x n) lower. */
export function solveLower(n: number, l: Float64Array, b: Float64Array): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const end = i + 4;
    // All four against what is known, before the first of them is.
    for (let r = i; r < end; r++) b[r] = b[r]! - dotAt(i, l, r * n, b);
    for (let r = i; r < end; r++) {
      const row = r * n;
      let value = b[r]!;
      for (let j = i; j < r; j++) value -= l[row + j]! * b[j]!;
      b[r] = value / l[row + r]!;
    }
  }
  for (; i < n; i++) b[i] = (b[i]! - dotAt(i, l, i * n, b)) / l[i * n + i]!;
}

/** b (n) becomes L'^-1 b. */
export function solveUpper(n: number, l: Float64Array, b: Float64Array): void {
  let i = n;
  for (; i >= 4; i -= 4) {
    const from = i - 4;
    for (let r = i - 1; r >= from; r--) eliminate(n, l, b, r, from);
    const p = from * n;
    addFour(from, l, p, p + n, p + 2 * n, p + 3 * n, -b[from]!, -b[from + 1]!, -b[from + 2]!, -b[from + 3]!, b);
  }
  for (let r = i - 1; r >= 0; r--) eliminate(n, l, b, r, 0);
}

/** Unknown r of L' x = b, and what it takes off the ones from..r-1. */
function eliminate(n: number, l: Float64Array, b: Float64Array, r: number, from: number): void {
  const value = b[r]! / l[r * n + r]!;
  b[r] = value;
  for (let j = from; j < r; j++) b[j] = b[j]! - l[r * n + j]! * value;
}
