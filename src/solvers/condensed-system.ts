/**
 * Solves what `BorderedSystem` does, for problems of moderate size whose quadratic alone says little of some assets: its inverse would drown
 * the rows. Inequalities are condensed into the matrix, H = M + sum_k c_k c_k' / E_k, and equations add a multiple of c c', which changes
 * no solution; so H is as definite as the whole system lets it be.
 */
import type { Checkpoint } from '../math/checkpoint.ts';
import { factorizeCholesky, solveCholesky, solveLower, solveUpper } from '../math/cholesky.ts';
import { dot } from '../math/vectors.ts';
import type { Atom } from './atoms.ts';
import { denseOf } from './atoms.ts';
import type { Border } from './bordered-system.ts';

/** Stands for the pivot of an equation that others imply. */
const dependent = 1e128;

export class CondensedSystem {
  private readonly n: number;
  private readonly checkpoint: Checkpoint;
  private readonly matrices: readonly Float64Array[];
  private free: Int32Array = new Int32Array(0);
  private rows: readonly Float64Array[] = [];
  /** E by border; 0 for equations. */
  private give: readonly number[] = [];
  private equations: readonly number[] = [];
  private factor: Float64Array = new Float64Array(0);
  /** L^-1 c of each equation. */
  private swept: readonly Float64Array[] = [];
  private schur: Float64Array = new Float64Array(0);
  private penalty = 0;

  constructor(n: number, atoms: readonly Atom[], checkpoint: Checkpoint) {
    this.n = n;
    this.checkpoint = checkpoint;
    this.matrices = atoms.map((atom) => denseOf(atom, n, checkpoint));
  }

  factorize(
    free: Int32Array,
    diagonal: Float64Array,
    weights: readonly number[],
    borders: readonly Border[],
    shift: number,
  ): void {
    const size = free.length;
    this.free = free;
    this.give = borders.map((border) => border.diagonal);
    this.rows = borders.map(({ coefficients }) => Float64Array.from(free, (i) => coefficients[i]!));
    this.equations = [...borders.keys()].filter((k) => this.give[k] === 0);
    const h = new Float64Array(size * size);
    this.matrices.forEach((matrix, a) => {
      if (weights[a]! > 0) this.addMatrix(h, weights[a]!, matrix);
    });
    for (let r = 0; r < size; r++) h[r * size + r] = h[r * size + r]! + diagonal[free[r]!]!;
    this.rows.forEach((row, k) => {
      if (this.give[k]! > 0) addOuter(h, 1 / this.give[k]!, row, this.checkpoint);
    });
    let largest = 0;
    for (let r = 0; r < size; r++) largest = Math.max(largest, h[r * size + r]!);
    this.penalty = largest > 0 ? Math.min(largest, 1) : 1;
    for (const k of this.equations) addOuter(h, this.penalty, this.rows[k]!, this.checkpoint);
    for (let r = 0; r < size; r++) h[r * size + r] = h[r * size + r]! + shift;
    const replacement = Math.max(shift, largest * 1e-16);
    factorizeCholesky(h, size, { pivotMin: shift * 1e-3, replacement, checkpoint: this.checkpoint });
    this.factor = h;
    this.factorizeEquations(shift);
  }

  private addMatrix(h: Float64Array, weight: number, matrix: Float64Array): void {
    const { free, n } = this;
    const size = free.length;
    for (let r = 0; r < size; r++) {
      this.checkpoint(r);
      const from = free[r]! * n;
      for (let c = 0; c <= r; c++) h[r * size + c] = h[r * size + c]! + weight * matrix[from + free[c]!]!;
    }
  }

  private factorizeEquations(shift: number): void {
    const { equations, free, factor } = this;
    const count = equations.length;
    this.swept = equations.map((k) => {
      const column = Float64Array.from(this.rows[k]!);
      this.checkpoint(free.length ** 2 / 2);
      solveLower(factor, free.length, column);
      return column;
    });
    const s = new Float64Array(count * count);
    for (let a = 0; a < count; a++) for (let b = 0; b <= a; b++) s[a * count + b] = dot(this.swept[a]!, this.swept[b]!);
    for (let a = 0; a < count; a++) {
      const own = s[a * count + a]! * (1 + shift * 1e-3);
      s[a * count + a] = own > 0 ? own : dependent;
    }
    factorizeCholesky(s, count, { pivotMin: 0, replacement: dependent, checkpoint: this.checkpoint });
    this.schur = s;
  }

  /** Overwrites f (n; zero off the free positions) by x and g (one per border) by y. */
  solve(f: Float64Array, g: Float64Array): void {
    const { free, rows, give, equations, factor } = this;
    const size = free.length;
    this.checkpoint(size * size + size * rows.length);
    const x = Float64Array.from(free, (i) => f[i]!);
    rows.forEach((row, k) => {
      const pull = give[k]! > 0 ? g[k]! / give[k]! : this.penalty * g[k]!;
      if (pull !== 0) for (let r = 0; r < size; r++) x[r] = x[r]! + pull * row[r]!;
    });
    solveLower(factor, size, x);
    const y = Float64Array.from(equations, (k, e) => dot(this.swept[e]!, x) - g[k]!);
    solveCholesky(this.schur, equations.length, y);
    equations.forEach((_, e) => {
      const column = this.swept[e]!;
      for (let r = 0; r < size; r++) x[r] = x[r]! - column[r]! * y[e]!;
    });
    solveUpper(factor, size, x);
    rows.forEach((row, k) => {
      if (give[k]! > 0) g[k] = (dot(row, x) - g[k]!) / give[k]!;
    });
    equations.forEach((k, e) => (g[k] = y[e]!));
    f.fill(0);
    for (let r = 0; r < size; r++) f[free[r]!] = x[r]!;
  }
}

/** h += weight row row', lower triangle. */
function addOuter(h: Float64Array, weight: number, row: Float64Array, checkpoint: Checkpoint): void {
  const size = row.length;
  for (let r = 0; r < size; r++) {
    const value = weight * row[r]!;
    if (value === 0) continue;
    checkpoint(r);
    for (let c = 0; c <= r; c++) h[r * size + c] = h[r * size + c]! + value * row[c]!;
  }
}
