/**
 * The Newton step of the factor dual: curvature comes from the free assets alone. Factor prices are eliminated; what is left in the row
 * prices is a small quadratic with a kink at zero for each two-sided row, maximized exactly. (Projecting the prices instead, row by row,
 * is what makes plain versions stall.)
 */
import { factorizeCholesky, solveLower, solveUpper } from '../../math/cholesky.ts';
import { dot } from '../../math/vectors.ts';
import type { FactorDual } from './dual.ts';
import type { FactorForm } from './form.ts';
import { maximizeKinked } from './kinks.ts';

export interface Step {
  readonly z: Float64Array;
  readonly y: Float64Array;
}

/** Over the free assets: B' D^-1 B (k x k, lower triangle), A D^-1 B (m x k) and A D^-1 A' (m x m). */
interface Curvature {
  readonly factors: Float64Array;
  readonly cross: Float64Array;
  readonly rows: Float64Array;
}

/** @param regularization (m) added to the curvature of the row prices. */
export function newtonStep(dual: FactorDual, regularization: Float64Array): Step {
  const { k, m, rootTransposed, rowLower, rowUpper } = dual.form;
  const { factors, cross, rows } = curvatureOf(dual);
  const hessian = congruent(rootTransposed, factors, k);
  for (let j = 0; j < k; j++) hessian[j * k + j] = hessian[j * k + j]! + 1;
  factorizeCholesky(hessian, k);
  // Columns of C^-1 L' (B' D^-1 A'), one row price after the other.
  const columns: Float64Array[] = [];
  for (let r = 0; r < m; r++) {
    const column = new Float64Array(k);
    for (let b = 0; b < k; b++) column[b] = dotFrom(rootTransposed, b * k, cross, r * k, b, k);
    solveLower(hessian, k, column);
    columns.push(column);
  }
  const dz = Float64Array.from(dual.factorGradient);
  solveLower(hessian, k, dz);
  const slopes = Float64Array.from(dual.held, (value, r) => value - dot(columns[r]!, dz));
  for (let r = 0; r < m; r++)
    for (let q = 0; q <= r; q++) {
      const value = rows[r * m + q]! - dot(columns[r]!, columns[q]!) + (q === r ? regularization[r]! : 0);
      rows[r * m + q] = rows[q * m + r] = value;
    }
  for (let r = 0; r < m; r++) for (let q = 0; q < m; q++) slopes[r] = slopes[r]! + rows[r * m + q]! * dual.y[q]!;
  const y = maximizeKinked({ matrix: rows, slopes, lower: rowLower, upper: rowUpper }, dual.y);
  for (let r = 0; r < m; r++) {
    y[r] = y[r]! - dual.y[r]!;
    for (let j = 0; j < k; j++) dz[j] = dz[j]! - columns[r]![j]! * y[r]!;
  }
  solveUpper(hessian, k, dz);
  return { z: dz, y };
}

function curvatureOf({ form, free }: FactorDual): Curvature {
  const { n, k, m, diagonal: d, exposures, starts, rowOf, coefficients } = form;
  const factors = new Float64Array(k * k);
  const cross = new Float64Array(m * k);
  const rows = new Float64Array(m * m);
  const chosen: number[] = [];
  for (let i = 0; i < n; i++) {
    if (free[i] === 0) continue;
    chosen.push(i);
    const p = i * k;
    for (let e = starts[i]!; e < starts[i + 1]!; e++) {
      const r = rowOf[e]!;
      const value = coefficients[e]! / d[i]!;
      const q = r * k;
      for (let a = 0; a < k; a++) cross[q + a] = cross[q + a]! + value * exposures[p + a]!;
      for (let f = starts[i]!; f < starts[i + 1]!; f++)
        rows[r * m + rowOf[f]!] = rows[r * m + rowOf[f]!]! + value * coefficients[f]!;
    }
  }
  let at = 0;
  for (; at + 4 <= chosen.length; at += 4) addFourOuter(form, chosen, at, factors);
  for (; at < chosen.length; at++) {
    const i = chosen[at]!;
    const p = i * k;
    for (let a = 0; a < k; a++) {
      const value = exposures[p + a]! / d[i]!;
      const q = a * k;
      for (let b = 0; b <= a; b++) factors[q + b] = factors[q + b]! + value * exposures[p + b]!;
    }
  }
  return { factors, cross, rows };
}

/** Four assets at once, so that each entry of the sum is loaded and stored once for all of them. */
function addFourOuter(form: FactorForm, chosen: readonly number[], at: number, factors: Float64Array): void {
  const { k, diagonal: d, exposures: e } = form;
  const [i0, i1, i2, i3] = [chosen[at]!, chosen[at + 1]!, chosen[at + 2]!, chosen[at + 3]!];
  const p0 = i0 * k;
  const p1 = i1 * k;
  const p2 = i2 * k;
  const p3 = i3 * k;
  for (let a = 0; a < k; a++) {
    const v0 = e[p0 + a]! / d[i0]!;
    const v1 = e[p1 + a]! / d[i1]!;
    const v2 = e[p2 + a]! / d[i2]!;
    const v3 = e[p3 + a]! / d[i3]!;
    const q = a * k;
    for (let b = 0; b <= a; b++)
      factors[q + b] = factors[q + b]! + (v0 * e[p0 + b]! + v1 * e[p1 + b]! + (v2 * e[p2 + b]! + v3 * e[p3 + b]!));
  }
}

/** sum of x[at + j] y[to + j] over from <= j < end. */
function dotFrom(x: Float64Array, at: number, y: Float64Array, to: number, from: number, end: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let j = from;
  for (; j + 4 <= end; j += 4) {
    s0 += x[at + j]! * y[to + j]!;
    s1 += x[at + j + 1]! * y[to + j + 1]!;
    s2 += x[at + j + 2]! * y[to + j + 2]!;
    s3 += x[at + j + 3]! * y[to + j + 3]!;
  }
  for (; j < end; j++) s0 += x[at + j]! * y[to + j]!;
  return s0 + s1 + (s2 + s3);
}

/** L' S L for the transpose of a lower L and a symmetric S known by its lower triangle; the lower triangle of the result. */
function congruent(rootTransposed: Float64Array, s: Float64Array, k: number): Float64Array {
  for (let a = 0; a < k; a++) for (let b = 0; b < a; b++) s[b * k + a] = s[a * k + b]!;
  // (S L)', then L' times its columns.
  const half = new Float64Array(k * k);
  for (let b = 0; b < k; b++)
    for (let a = b; a < k; a++) half[b * k + a] = dotFrom(s, a * k, rootTransposed, b * k, b, k);
  const result = new Float64Array(k * k);
  for (let a = 0; a < k; a++)
    for (let b = 0; b <= a; b++) result[a * k + b] = dotFrom(rootTransposed, a * k, half, b * k, a, k);
  return result;
}
