/**
 * Solves  [ N  B' ] [x]   [f]     N (m x m) positive semidefinite, B (q x m), E = diag(border) >= 0, by Cholesky of N and of
 *         [ B  -E ] [v] = [g]     E + B N^-1 B', both scaled to a diagonal of ones: entries range over twenty orders near an optimum.
 * A direction in which N vanishes is lent some, and a border that depends on others is held; what that leaves is refined away where it can be.
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { addProduct, solveLowerRows } from '../../math/kernels.ts';
import type { Floats } from './epigraph-program.ts';
import { factorizeCholesky, solveCholesky, solveLower, solveUpper } from '../../math/cholesky.ts';

const pivotMin = 1e-15;
/** Curvature lent to a direction without any, of a diagonal of ones. */
const lent = 1e-6;
const held = 1e128;

export class BorderedMatrix {
  readonly size: number;
  readonly count: number;
  /** (m x m) the lower triangle is read. */
  readonly matrix: Float64Array;
  /** (q x m) */
  readonly borders: Float64Array;
  /** (q) */
  readonly border: Float64Array;
  private readonly factor: Float64Array;
  /** (m) and (q): by these both sides of each matrix are multiplied. */
  private readonly scale: Float64Array;
  private readonly schurScale: Float64Array;
  private readonly swept: Float64Array;
  private readonly schur: Float64Array;

  constructor(size: number, count: number, floats: Floats) {
    this.size = size;
    this.count = count;
    this.matrix = floats(size * size);
    this.borders = new Float64Array(count * size);
    this.border = new Float64Array(count);
    this.factor = floats(size * size);
    this.scale = new Float64Array(size);
    this.schurScale = new Float64Array(count);
    this.swept = floats(count * size);
    this.schur = new Float64Array(count * count);
  }

  /** @returns whether the numbers are finite. */
  factorize(checkpoint: Checkpoint): boolean {
    const { size: m, count, matrix, factor, swept, schur, border, scale } = this;
    factor.set(matrix);
    if (!scaled(factor, m, scale)) return false;
    factorizeCholesky(factor, m, { pivotMin, replacement: lent, checkpoint });
    for (let r = 0; r < count; r++) for (let k = 0; k < m; k++) swept[r * m + k] = this.borders[r * m + k]! * scale[k]!;
    solveLowerRows(factor, m, swept, count, checkpoint);
    schur.fill(0);
    for (let r = 0; r < count; r++) schur[r * count + r] = border[r]!;
    const sides = { left: swept, right: swept, rightTransposed: true };
    addProduct({ rows: count, columns: count, terms: m, ...sides, target: schur, lower: true, checkpoint });
    if (!scaled(schur, count, this.schurScale)) return false;
    factorizeCholesky(schur, count, { pivotMin, replacement: held, checkpoint });
    return true;
  }

  /** In place; `refinements` corrections against the matrices as they stand. */
  solve(f: Float64Array, g: Float64Array, refinements: number): void {
    const wantedX = Float64Array.from(f);
    const wantedV = Float64Array.from(g);
    this.solveOnce(f, g);
    for (let pass = 0; pass < refinements; pass++) {
      const x = Float64Array.from(wantedX);
      const v = Float64Array.from(wantedV);
      this.subtractProduct(f, g, x, v);
      this.solveOnce(x, v);
      for (let i = 0; i < f.length; i++) f[i] = f[i]! + x[i]!;
      for (let r = 0; r < g.length; r++) g[r] = g[r]! + v[r]!;
    }
  }

  private solveOnce(f: Float64Array, g: Float64Array): void {
    const { size: m, factor, swept, schur, count, scale, schurScale } = this;
    for (let k = 0; k < m; k++) f[k] = f[k]! * scale[k]!;
    solveLower(factor, m, f);
    for (let r = 0; r < count; r++) {
      let total = -g[r]!;
      for (let k = 0; k < m; k++) total += swept[r * m + k]! * f[k]!;
      g[r] = total * schurScale[r]!;
    }
    solveCholesky(schur, count, g);
    for (let r = 0; r < count; r++) {
      const price = g[r]! * schurScale[r]!;
      g[r] = price;
      for (let k = 0; k < m; k++) f[k] = f[k]! - price * swept[r * m + k]!;
    }
    solveUpper(factor, m, f);
    for (let k = 0; k < m; k++) f[k] = f[k]! * scale[k]!;
  }

  /** x -= N dx + B' dv, v -= B dx - E dv. */
  private subtractProduct(dx: Float64Array, dv: Float64Array, x: Float64Array, v: Float64Array): void {
    const { size: m, matrix, borders, border, count } = this;
    for (let i = 0; i < m; i++) {
      const own = dx[i]!;
      let total = matrix[i * m + i]! * own;
      for (let k = 0; k < i; k++) {
        const entry = matrix[i * m + k]!;
        total += entry * dx[k]!;
        x[k] = x[k]! - entry * own;
      }
      x[i] = x[i]! - total;
    }
    for (let r = 0; r < count; r++) {
      let total = -border[r]! * dv[r]!;
      for (let k = 0; k < m; k++) {
        total += borders[r * m + k]! * dx[k]!;
        x[k] = x[k]! - borders[r * m + k]! * dv[r]!;
      }
      v[r] = v[r]! - total;
    }
  }
}

/** Scales the lower triangle to a diagonal of ones. @returns whether it is finite; a diagonal of zero stays, and is scaled like the largest. */
function scaled(matrix: Float64Array, size: number, scale: Float64Array): boolean {
  let largest = 0;
  for (let i = 0; i < size; i++) {
    const entry = matrix[i * size + i]!;
    if (!(entry >= 0 && entry < Infinity)) return false;
    largest = Math.max(largest, entry);
  }
  for (let i = 0; i < size; i++) {
    const entry = matrix[i * size + i]!;
    scale[i] = 1 / Math.sqrt(entry > 0 ? entry : largest > 0 ? largest : 1);
  }
  for (let i = 0; i < size; i++)
    for (let k = 0; k <= i; k++) matrix[i * size + k] = matrix[i * size + k]! * scale[i]! * scale[k]!;
  return true;
}
