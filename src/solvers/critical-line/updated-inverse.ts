/**
 * The inverse T of a symmetric, possibly indefinite matrix K, kept up to date as rows and columns of K come, go and are exchanged: each
 * change costs k^2. A matrix on the way may be singular as long as the next is not, which is why pairs change at once.
 * Golub and Van Loan, Matrix Computations, 4th ed., 2.1.4 (Sherman, Morrison, Woodbury), 3.2.11 (block elimination).
 */
export class UpdatedInverse {
  /** Rows and columns of K. */
  count = 0;
  private t = new Float64Array(0);
  private stride = 0;

  /** Entry (p, q) of the inverse. */
  at(p: number, q: number): number {
    return this.t[p * this.stride + q]!;
  }

  /** out = T b, over the first `count` entries. */
  times(b: Float64Array, out: Float64Array): void {
    const { t, stride, count } = this;
    let p = 0;
    for (; p + 2 <= count; p += 2) {
      const row = p * stride;
      const next = row + stride;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let q = 0;
      for (; q + 2 <= count; q += 2) {
        const b0 = b[q]!;
        const b1 = b[q + 1]!;
        s0 += t[row + q]! * b0;
        s1 += t[row + q + 1]! * b1;
        s2 += t[next + q]! * b0;
        s3 += t[next + q + 1]! * b1;
      }
      if (q < count) {
        s0 += t[row + q]! * b[q]!;
        s2 += t[next + q]! * b[q]!;
      }
      out[p] = s0 + s1;
      out[p + 1] = s2 + s3;
    }
    if (p < count) {
      let s = 0;
      for (let q = 0; q < count; q++) s += t[p * stride + q]! * b[q]!;
      out[p] = s;
    }
  }

  /** out = column p of T. */
  column(p: number, out: Float64Array): void {
    for (let q = 0; q < this.count; q++) out[q] = this.t[p * this.stride + q]!;
  }

  /** T += factor h h'. */
  add(h: Float64Array, factor: number): void {
    this.addOuter(h, h, factor);
  }

  /** Appends a row and column c, of which h = T c and curvature = own entry - c'h, not zero. */
  border(h: Float64Array, curvature: number): void {
    const { count } = this;
    this.reserve(count + 1);
    this.addOuter(h, h, 1 / curvature);
    for (let p = 0; p < count; p++) this.set(p, count, -h[p]! / curvature);
    this.set(count, count, 1 / curvature);
    this.count = count + 1;
  }

  /** Appends two, of which the curvatures, and the one between them, make a matrix that is not singular. */
  borderTwo(g: Float64Array, h: Float64Array, own: number, between: number, other: number): void {
    const { count } = this;
    this.reserve(count + 2);
    const determinant = own * other - between * between;
    const [a, b, c] = [other / determinant, -between / determinant, own / determinant];
    this.addOuter(g, g, a);
    this.addOuter(g, h, b);
    this.addOuter(h, g, b);
    this.addOuter(h, h, c);
    for (let p = 0; p < count; p++) {
      this.set(p, count, -(a * g[p]! + b * h[p]!));
      this.set(p, count + 1, -(b * g[p]! + c * h[p]!));
    }
    this.set(count, count, a);
    this.set(count, count + 1, b);
    this.set(count + 1, count + 1, c);
    this.count = count + 2;
  }

  /** Removes row and column p; the last takes its place. */
  drop(p: number): void {
    const u = new Float64Array(this.count);
    this.column(p, u);
    this.addOuter(u, u, -1 / u[p]!);
    this.replaceByLast(p);
  }

  /** Removes p < q; the last ones take their places, first that of q, then that of p. */
  dropTwo(p: number, q: number): void {
    const u = new Float64Array(this.count);
    const v = new Float64Array(this.count);
    this.column(p, u);
    this.column(q, v);
    const determinant = u[p]! * v[q]! - u[q]! * u[q]!;
    const [a, b, c] = [v[q]! / determinant, -u[q]! / determinant, u[p]! / determinant];
    this.addOuter(u, u, -a);
    this.addOuter(u, v, -b);
    this.addOuter(v, u, -b);
    this.addOuter(v, v, -c);
    this.replaceByLast(q);
    this.replaceByLast(p);
  }

  /** Puts a new row and column in the place of p; h = T c and curvature = own entry - c'h over the old matrix, p included. */
  exchange(p: number, h: Float64Array, curvature: number): void {
    const { count } = this;
    const u = new Float64Array(count);
    this.column(p, u);
    const [own, through] = [u[p]!, h[p]!];
    const determinant = curvature * own + through * through;
    this.addOuter(h, h, own / determinant);
    this.addOuter(u, u, -curvature / determinant);
    this.addOuter(u, h, -through / determinant);
    this.addOuter(h, u, -through / determinant);
    for (let q = 0; q < count; q++) if (q !== p) this.set(q, p, (through * u[q]! - own * h[q]!) / determinant);
    this.set(p, p, own / determinant);
  }

  /** Inverts K (count x count, symmetric, row-major, overwritten). @returns false when it is singular to rounding. */
  begin(k: Float64Array, count: number): boolean {
    this.count = count;
    if (count > this.stride) {
      this.stride = count + spare;
      this.t = new Float64Array(this.stride * this.stride);
    }
    if (!invert(k, count)) return false;
    for (let p = 0; p < count; p++)
      for (let q = 0; q <= p; q++) this.set(p, q, 0.5 * (k[p * count + q]! + k[q * count + p]!));
    return true;
  }

  private set(p: number, q: number, value: number): void {
    this.t[p * this.stride + q] = value;
    this.t[q * this.stride + p] = value;
  }

  /** T += factor u v'. */
  private addOuter(u: Float64Array, v: Float64Array, factor: number): void {
    if (factor === 0) return;
    const { t, stride, count } = this;
    for (let p = 0; p < count; p++) {
      const value = factor * u[p]!;
      if (value === 0) continue;
      const row = p * stride;
      for (let q = 0; q < count; q++) t[row + q] = t[row + q]! + value * v[q]!;
    }
  }

  private replaceByLast(p: number): void {
    const last = this.count - 1;
    if (p !== last) {
      for (let q = 0; q < last; q++) if (q !== p) this.set(p, q, this.at(last, q));
      this.set(p, p, this.at(last, last));
    }
    this.count = last;
  }

  private reserve(size: number): void {
    if (size <= this.stride) return;
    const [before, old] = [this.t, this.stride];
    this.stride = 2 * size + spare;
    this.t = new Float64Array(this.stride * this.stride);
    for (let p = 0; p < this.count; p++) this.t.set(before.subarray(p * old, p * old + this.count), p * this.stride);
  }
}

const spare = 30;
/** A pivot below this share of the largest entry counts as zero. */
const pivotShare = 1e-15;

/** Gauss-Jordan with row exchanges, in place. */
function invert(a: Float64Array, k: number): boolean {
  const order = new Int32Array(k);
  let largest = 0;
  for (const value of a) largest = Math.max(largest, Math.abs(value));
  for (let c = 0; c < k; c++) {
    let best = c;
    for (let p = c + 1; p < k; p++) if (Math.abs(a[p * k + c]!) > Math.abs(a[best * k + c]!)) best = p;
    const pivot = a[best * k + c]!;
    if (!(Math.abs(pivot) > pivotShare * largest)) return false;
    order[c] = best;
    if (best !== c)
      for (let q = 0; q < k; q++) {
        const held = a[c * k + q]!;
        a[c * k + q] = a[best * k + q]!;
        a[best * k + q] = held;
      }
    a[c * k + c] = 1;
    for (let q = 0; q < k; q++) a[c * k + q] = a[c * k + q]! / pivot;
    for (let p = 0; p < k; p++) {
      if (p === c) continue;
      const factor = a[p * k + c]!;
      if (factor === 0) continue;
      a[p * k + c] = 0;
      for (let q = 0; q < k; q++) a[p * k + q] = a[p * k + q]! - factor * a[c * k + q]!;
    }
  }
  for (let c = k - 1; c >= 0; c--) {
    const best = order[c]!;
    if (best === c) continue;
    for (let p = 0; p < k; p++) {
      const held = a[p * k + c]!;
      a[p * k + c] = a[p * k + best]!;
      a[p * k + best] = held;
    }
  }
  return true;
}
