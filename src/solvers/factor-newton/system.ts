/**
 * The Newton step of the factor dual: curvature comes from the free assets alone. Factor prices are eliminated; what is left in the row
 * prices is a small quadratic with a kink at zero for each two-sided row, maximized exactly. (Projecting the prices instead, row by row,
 * is what makes plain versions stall.)
 */
import { factorizeCholesky, solveLower, solveUpper } from '../../math/cholesky.ts';
import { dot } from '../../math/vectors.ts';
import type { FactorDual } from './dual.ts';
import { maximizeKinked } from './kinks.ts';

export interface Step {
  readonly z: Float64Array;
  readonly y: Float64Array;
}

/** Over the free assets: G' D^-1 G (k x k, lower triangle), A D^-1 G (m x k) and A D^-1 A' (m x m). */
interface Curvature {
  readonly factors: Float64Array;
  readonly cross: Float64Array;
  readonly rows: Float64Array;
}

/** @param regularization (m) added to the curvature of the row prices. */
export function newtonStep(dual: FactorDual, regularization: Float64Array): Step {
  const { m, gain, rowLower, rowUpper } = dual.form;
  const { k } = dual.form.space;
  const { factors: hessian, cross, rows } = curvatureOf(dual);
  for (let a = 0; a < k; a++) {
    for (let b = 0; b <= a; b++) hessian[a * k + b] = gain[a]! * gain[b]! * hessian[a * k + b]!;
    hessian[a * k + a] = hessian[a * k + a]! + 1;
  }
  factorizeCholesky(hessian, k);
  // Columns of C^-1 S (G' D^-1 A'), one row price after the other.
  const columns: Float64Array[] = [];
  for (let r = 0; r < m; r++) {
    const column = new Float64Array(k);
    for (let b = 0; b < k; b++) column[b] = gain[b]! * cross[r * k + b]!;
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

function curvatureOf({ form, free, freeCount }: FactorDual): Curvature {
  const { m, space, responses, starts, rowOf, coefficients } = form;
  const { k } = space;
  const { inverse } = responses;
  const factors = new Float64Array(k * k);
  const cross = new Float64Array(m * k);
  const rows = new Float64Array(m * m);
  space.curvature(inverse, free, freeCount, factors);
  for (let at = 0; at < freeCount; at++) {
    const i = free[at]!;
    for (let e = starts[i]!; e < starts[i + 1]!; e++) {
      const r = rowOf[e]!;
      const value = coefficients[e]! * inverse[i]!;
      space.addRow(i, value, cross, r * k);
      for (let f = starts[i]!; f < starts[i + 1]!; f++)
        rows[r * m + rowOf[f]!] = rows[r * m + rowOf[f]!]! + value * coefficients[f]!;
    }
  }
  return { factors, cross, rows };
}
