/**
 * The Newton step of the factor dual: curvature comes from the free assets alone. Factor prices are eliminated; what is left in the row
 * prices is a small quadratic with a kink at zero for each two-sided row, maximized exactly. (Projecting the prices instead, row by row,
 * is what makes plain versions stall.)
 */
import { factorizeCholesky, solveLower, solveUpper } from '../../math/cholesky.ts';
import { solveLowerRows, type Scope } from '../../math/kernels.ts';
import type { FactorDual } from './dual.ts';
import { maximizeKinked } from './kinks.ts';

export interface Step {
  readonly z: Float64Array;
  readonly y: Float64Array;
}

export class NewtonSystem {
  private readonly dual: FactorDual;
  /** (m) added to the curvature of the row prices. */
  private readonly regularization: Float64Array;
  /** Over the free assets: I + S G' D^-1 G S (k x k, lower triangle), A D^-1 G S (m x k) and A D^-1 A' (m x m). */
  private readonly factors: Float64Array;
  private readonly cross: Float64Array;
  private readonly rows: Float64Array;

  constructor(scope: Scope, dual: FactorDual, regularization: Float64Array) {
    const { m, space } = dual.form;
    this.dual = dual;
    this.regularization = regularization;
    this.factors = scope.floats(space.k * space.k);
    this.cross = scope.floats(m * space.k);
    this.rows = new Float64Array(m * m);
  }

  /** From where the dual stands now. */
  step(): Step {
    const { dual, factors, cross, rows, regularization } = this;
    const { m, space, rowLower, rowUpper } = dual.form;
    const { k } = space;
    this.gather();
    factorizeCholesky(factors, k);
    solveLowerRows(factors, k, cross, m);
    const dz = Float64Array.from(dual.factorGradient);
    solveLower(factors, k, dz);
    const slopes = new Float64Array(m);
    for (let r = 0; r < m; r++) {
      slopes[r] = dual.held[r]! - inner(cross, r * k, dz, 0, k);
      for (let q = 0; q <= r; q++) {
        const value = rows[r * m + q]! - inner(cross, r * k, cross, q * k, k) + (q === r ? regularization[r]! : 0);
        rows[r * m + q] = rows[q * m + r] = value;
      }
    }
    for (let r = 0; r < m; r++) for (let q = 0; q < m; q++) slopes[r] = slopes[r]! + rows[r * m + q]! * dual.y[q]!;
    const kinked = { matrix: rows, slopes, lower: rowLower, upper: rowUpper };
    let y = maximizeKinked(kinked, dual.y);
    // What is added to the curvature holds prices back; a second step from where the first one ended makes good for it.
    for (let r = 0; r < m; r++) slopes[r] = slopes[r]! + regularization[r]! * (y[r]! - dual.y[r]!);
    y = maximizeKinked(kinked, y);
    for (let r = 0; r < m; r++) {
      y[r] = y[r]! - dual.y[r]!;
      for (let j = 0; j < k; j++) dz[j] = dz[j]! - cross[r * k + j]! * y[r]!;
    }
    solveUpper(factors, k, dz);
    return { z: dz, y };
  }

  private gather(): void {
    const { factors, cross } = this;
    const { form, free, freeCount } = this.dual;
    const { m, space, gain, responses } = form;
    const { k } = space;
    space.curvature(responses.inverse, free.subarray(0, freeCount), factors);
    this.gatherRows();
    for (let r = 0; r < m; r++) for (let j = 0; j < k; j++) cross[r * k + j] = gain[j]! * cross[r * k + j]!;
    for (let a = 0; a < k; a++) {
      for (let b = 0; b <= a; b++) factors[a * k + b] = gain[a]! * gain[b]! * factors[a * k + b]!;
      factors[a * k + a] = factors[a * k + a]! + 1;
    }
  }

  private gatherRows(): void {
    const { cross, rows } = this;
    const { form, free, freeCount } = this.dual;
    const { m, space, responses, firstOf, nextOf, rowOf, coefficients } = form;
    cross.fill(0);
    rows.fill(0);
    for (let at = 0; at < freeCount; at++) {
      const i = free[at]!;
      for (let e = firstOf[i]!; e >= 0; e = nextOf[e]!) {
        const r = rowOf[e]!;
        const value = coefficients[e]! * responses.inverse[i]!;
        space.addRow(i, value, cross, r * space.k);
        for (let f = firstOf[i]!; f >= 0; f = nextOf[f]!)
          rows[r * m + rowOf[f]!] = rows[r * m + rowOf[f]!]! + value * coefficients[f]!;
      }
    }
  }
}

/** sum of x[at + j] y[to + j] over `count`. */
function inner(x: Float64Array, at: number, y: Float64Array, to: number, count: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let j = 0;
  for (; j + 4 <= count; j += 4) {
    s0 += x[at + j]! * y[to + j]!;
    s1 += x[at + j + 1]! * y[to + j + 1]!;
    s2 += x[at + j + 2]! * y[to + j + 2]!;
    s3 += x[at + j + 3]! * y[to + j + 3]!;
  }
  for (; j < count; j++) s0 += x[at + j]! * y[to + j]!;
  return s0 + s1 + (s2 + s3);
}
