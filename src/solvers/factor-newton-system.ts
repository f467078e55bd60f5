/**
 * The Newton step of the factor dual: curvature comes from the free assets alone. Factor prices are eliminated; what is left in the row
 * prices is a small quadratic with a kink at zero for each two-sided row, maximized exactly. (Projecting the prices instead, row by row,
 * is what makes plain versions stall.)
 */
import { factorizeCholesky, solveLower, solveUpper } from '../math/cholesky.ts';
import { dot } from '../math/vectors.ts';
import type { FactorDual } from './factor-newton-dual.ts';
import { maximizeKinked } from './factor-newton-kinks.ts';

export interface Step {
  readonly z: Float64Array;
  readonly y: Float64Array;
}

/** Curvature B_F' D^-1 B_F, B_F' D^-1 A_F', A_F D^-1 A_F' over the free assets. */
interface Curvature {
  readonly factors: Float64Array;
  readonly cross: Float64Array;
  readonly rows: Float64Array;
}

/** @param regularization (m) added to the curvature of the row prices. */
export function newtonStep(dual: FactorDual, regularization: Float64Array): Step {
  const { k, m, root, rowLower, rowUpper } = dual.form;
  const { factors, cross, rows } = curvatureOf(dual);
  const hessian = congruent(root, factors, k);
  for (let j = 0; j < k; j++) hessian[j * k + j] = hessian[j * k + j]! + 1;
  factorizeCholesky(hessian, k);
  // Columns of C^-1 L' (B' D^-1 A'), one row price after the other.
  const columns: Float64Array[] = [];
  for (let r = 0; r < m; r++) {
    const column = new Float64Array(k);
    for (let b = 0; b < k; b++) {
      let s = 0;
      for (let a = b; a < k; a++) s += root[a * k + b]! * cross[a * m + r]!;
      column[b] = s;
    }
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
  const cross = new Float64Array(k * m);
  const rows = new Float64Array(m * m);
  for (let i = 0; i < n; i++) {
    if (free[i] === 0) continue;
    const p = i * k;
    const weight = 1 / d[i]!;
    for (let a = 0; a < k; a++) {
      const value = weight * exposures[p + a]!;
      const q = a * k;
      if (value !== 0) for (let b = 0; b <= a; b++) factors[q + b] = factors[q + b]! + value * exposures[p + b]!;
    }
    for (let e = starts[i]!; e < starts[i + 1]!; e++) {
      const r = rowOf[e]!;
      const value = weight * coefficients[e]!;
      for (let a = 0; a < k; a++) cross[a * m + r] = cross[a * m + r]! + value * exposures[p + a]!;
      for (let f = starts[i]!; f < starts[i + 1]!; f++)
        rows[r * m + rowOf[f]!] = rows[r * m + rowOf[f]!]! + value * coefficients[f]!;
    }
  }
  return { factors, cross, rows };
}

/** L' S L for a lower L and a symmetric S known by its lower triangle; the lower triangle of the result. */
function congruent(root: Float64Array, s: Float64Array, k: number): Float64Array {
  for (let a = 0; a < k; a++) for (let b = 0; b < a; b++) s[b * k + a] = s[a * k + b]!;
  const half = new Float64Array(k * k);
  for (let a = 0; a < k; a++)
    for (let c = 0; c < k; c++) {
      const value = s[a * k + c]!;
      for (let b = 0; b <= c; b++) half[a * k + b] = half[a * k + b]! + value * root[c * k + b]!;
    }
  const result = new Float64Array(k * k);
  for (let c = 0; c < k; c++)
    for (let a = 0; a <= c; a++) {
      const value = root[c * k + a]!;
      if (value !== 0) for (let b = 0; b <= a; b++) result[a * k + b] = result[a * k + b]! + value * half[c * k + b]!;
    }
  return result;
}
