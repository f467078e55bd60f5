/** Plain loops over operators for the independent check, from the definitions and shared with no solver. Operators are symmetric. */
import type { SymmetricOperator } from './operator.ts';

/** Q x, from the definition of each kind; assets of zero cost nothing where the rest tells the result. New. */
export function productOf(operator: SymmetricOperator, x: Float64Array): Float64Array {
  const result = new Float64Array(x.length);
  addProduct(operator, x, result);
  return result;
}

function addProduct(operator: SymmetricOperator, x: Float64Array, result: Float64Array): void {
  switch (operator.kind) {
    case 'dense':
      addRows(operator.entries, x.length, x, result);
      return;
    case 'diagonal':
      for (let i = 0; i < x.length; i++) result[i] = result[i]! + operator.entries[i]! * x[i]!;
      return;
    case 'factor': {
      const { factors: k, exposures, factorCovariance, specific } = operator;
      const exposure = new Float64Array(k);
      addRows(exposures, k, x, exposure);
      const factorRisk = new Float64Array(k);
      addRows(factorCovariance, k, exposure, factorRisk);
      addTimes(exposures, factorRisk, result);
      for (let i = 0; i < x.length; i++) result[i] = result[i]! + specific[i]! * x[i]!;
      return;
    }
    case 'sum':
      for (const term of operator.terms) addProduct(term, x, result);
  }
}

/** total += sum_i x_i (row i of a matrix `width` wide), four rows that count at a time. For a symmetric matrix that is its product. */
function addRows(matrix: Float64Array, width: number, x: Float64Array, total: Float64Array): void {
  const held: number[] = [];
  for (let i = 0; i < x.length; i++) if (x[i] !== 0) held.push(i);
  let at = 0;
  for (; at + 4 <= held.length; at += 4) {
    const [i0, i1, i2, i3] = [held[at]!, held[at + 1]!, held[at + 2]!, held[at + 3]!];
    const [x0, x1, x2, x3] = [x[i0]!, x[i1]!, x[i2]!, x[i3]!];
    const [p0, p1, p2, p3] = [i0 * width, i1 * width, i2 * width, i3 * width];
    for (let j = 0; j < width; j++)
      total[j] =
        total[j]! + (x0 * matrix[p0 + j]! + x1 * matrix[p1 + j]! + (x2 * matrix[p2 + j]! + x3 * matrix[p3 + j]!));
  }
  for (; at < held.length; at++) {
    const i = held[at]!;
    const value = x[i]!;
    for (let j = 0; j < width; j++) total[j] = total[j]! + value * matrix[i * width + j]!;
  }
}

/** total_i += row i of a matrix times x, four rows at a time. */
function addTimes(matrix: Float64Array, x: Float64Array, total: Float64Array): void {
  const width = x.length;
  let i = 0;
  for (; i + 4 <= total.length; i += 4) {
    const p0 = i * width;
    const p1 = p0 + width;
    const p2 = p1 + width;
    const p3 = p2 + width;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j < width; j++) {
      const value = x[j]!;
      s0 += matrix[p0 + j]! * value;
      s1 += matrix[p1 + j]! * value;
      s2 += matrix[p2 + j]! * value;
      s3 += matrix[p3 + j]! * value;
    }
    total[i] = total[i]! + s0;
    total[i + 1] = total[i + 1]! + s1;
    total[i + 2] = total[i + 2]! + s2;
    total[i + 3] = total[i + 3]! + s3;
  }
  for (; i < total.length; i++) total[i] = total[i]! + rowTimes(matrix, i * width, x);
}

/** A row that starts at `start` times x, in four sums. */
function rowTimes(matrix: Float64Array, start: number, x: Float64Array): number {
  const width = x.length;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let j = 0;
  for (; j + 4 <= width; j += 4) {
    s0 += matrix[start + j]! * x[j]!;
    s1 += matrix[start + j + 1]! * x[j + 1]!;
    s2 += matrix[start + j + 2]! * x[j + 2]!;
    s3 += matrix[start + j + 3]! * x[j + 3]!;
  }
  for (; j < width; j++) s0 += matrix[start + j]! * x[j]!;
  return s0 + s1 + (s2 + s3);
}

/** Largest entries by operator: risk models are shared by many problems, and each certificate asks several times. */
const largestKnown = new WeakMap<SymmetricOperator, number>();

/** The largest entry of the diagonal: the quadratic form of the riskiest single asset held whole. Operators are never changed. */
export function largestDiagonal(operator: SymmetricOperator): number {
  const known = largestKnown.get(operator);
  if (known !== undefined) return known;
  const largest = diagonalOf(operator).reduce((most, value) => Math.max(most, value), 0);
  largestKnown.set(operator, largest);
  return largest;
}

function diagonalOf(operator: SymmetricOperator): Float64Array {
  switch (operator.kind) {
    case 'dense':
      return Float64Array.from({ length: operator.size }, (_, i) => operator.entries[i * operator.size + i]!);
    case 'diagonal':
      return operator.entries;
    case 'factor': {
      const { size: n, factors: k, exposures, factorCovariance, specific } = operator;
      const result = Float64Array.from(specific);
      let i = 0;
      for (; i + 4 <= n; i += 4) addFourForms(exposures, factorCovariance, k, i, result);
      for (; i < n; i++) {
        const own = exposures.subarray(i * k, (i + 1) * k);
        for (let j = 0; j < k; j++) result[i] = result[i]! + own[j]! * rowTimes(factorCovariance, j * k, own);
      }
      return result;
    }
    case 'sum': {
      const result = new Float64Array(operator.size);
      for (const term of operator.terms) diagonalOf(term).forEach((value, i) => (result[i] = result[i]! + value));
      return result;
    }
  }
}

/** total_i += b_i' F b_i for the exposures of the four assets from `first`, by the lower triangle of F (k x k). */
function addFourForms(b: Float64Array, f: Float64Array, k: number, first: number, total: Float64Array): void {
  const p0 = first * k;
  const p1 = p0 + k;
  const p2 = p1 + k;
  const p3 = p2 + k;
  for (let j = 0; j < k; j++) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let l = 0; l < j; l++) {
      const value = f[j * k + l]!;
      s0 += value * b[p0 + l]!;
      s1 += value * b[p1 + l]!;
      s2 += value * b[p2 + l]!;
      s3 += value * b[p3 + l]!;
    }
    const own = f[j * k + j]!;
    total[first] = total[first]! + b[p0 + j]! * (2 * s0 + own * b[p0 + j]!);
    total[first + 1] = total[first + 1]! + b[p1 + j]! * (2 * s1 + own * b[p1 + j]!);
    total[first + 2] = total[first + 2]! + b[p2 + j]! * (2 * s2 + own * b[p2 + j]!);
    total[first + 3] = total[first + 3]! + b[p3 + j]! * (2 * s3 + own * b[p3 + j]!);
  }
}

/** Largest entry by size; NaN when any is. */
export function maxSize(values: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  return largest;
}

export function inner(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

/** w - centre; w itself when there is none, not to be changed. */
export function away(w: Float64Array, centre: Float64Array | undefined): Float64Array {
  if (centre === undefined) return w;
  const result = new Float64Array(w.length);
  for (let i = 0; i < result.length; i++) result[i] = w[i]! - centre[i]!;
  return result;
}

/** A quadratic form at a point: w - centre, Q (w - centre) and (w - centre)'Q (w - centre). */
export interface FormAt {
  readonly distance: Float64Array;
  readonly product: Float64Array;
  readonly square: number;
}

export function formAt(operator: SymmetricOperator, centre: Float64Array | undefined, w: Float64Array): FormAt {
  const distance = away(w, centre);
  const product = productOf(operator, distance);
  return { distance, product, square: inner(distance, product) };
}

/** sqrt(r' Q^+ r) by conjugate gradients, and how much of r lies outside the range of Q; for norm limits of zero. */
export function dualNorm(
  operator: SymmetricOperator,
  r: Float64Array,
): { readonly length: number; readonly outside: number } {
  let residual = Float64Array.from(r);
  let direction = Float64Array.from(r);
  const d = new Float64Array(r.length);
  let size = inner(residual, residual);
  const first = size;
  for (let k = 0; k < 10 * r.length + 50 && size > 1e-28 * first; k++) {
    const product = productOf(operator, direction);
    const curvature = inner(direction, product);
    if (!(curvature > 1e-300)) break;
    const step = size / curvature;
    for (let i = 0; i < d.length; i++) d[i] = d[i]! + step * direction[i]!;
    residual = residual.map((value, i) => value - step * product[i]!);
    const next = inner(residual, residual);
    direction = direction.map((value, i) => residual[i]! + (next / size) * value);
    size = next;
  }
  const outside = residual.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return { length: Math.sqrt(Math.max(inner(d, r), 0)), outside };
}
