/**
 * Cholesky factor of the quadratic over the free assets, kept up to date as assets come and go.
 * Golub and Van Loan, Matrix Computations, 4th ed., 6.5.4 (deleting a row and column by rotations).
 */
import { factorizeCholesky, solveLower, solveUpper } from '../../math/cholesky.ts';
import type { Checkpoint } from '../../math/checkpoint.ts';
import type { Scope } from '../../math/kernels.ts';
import type { WorkingSetModel } from './model.ts';

/** A pivot below this share of its asset's own variance counts as zero. */
const pivotShare = 1e-11;

export class FreeFactor {
  /** Positions of the free assets in the order of the factor. */
  readonly free: number[] = [];
  /** (f x f) row-major without gaps, at the beginning of room for more. */
  private l: Float64Array;
  private readonly scope: Scope;
  private readonly model: WorkingSetModel;
  private readonly checkpoint: Checkpoint;

  constructor(scope: Scope, model: WorkingSetModel, checkpoint: Checkpoint) {
    this.scope = scope;
    this.l = new Float64Array(0);
    this.model = model;
    this.checkpoint = checkpoint;
  }

  /** Factorizes anew over `free`. @returns false when the block is singular to rounding; the factor is then of no use. */
  refresh(free: readonly number[]): boolean {
    const { model } = this;
    this.free.splice(0, this.free.length, ...free);
    const f = free.length;
    this.reserve(f * f);
    const { l } = this;
    model.gather(free, l);
    factorizeCholesky(l, f, { pivotMin: 0, checkpoint: this.checkpoint });
    for (let a = 0; a < f; a++) {
      const pivot = l[a * f + a]!;
      if (!(pivot * pivot > pivotShare * model.entry(free[a]!, free[a]!))) return false;
    }
    return true;
  }

  /** Appends a position. @returns false when the block would be singular; the factor then stays as it was. */
  add(position: number): boolean {
    const { free, model } = this;
    const f = free.length;
    this.checkpoint(f * f);
    const column = Float64Array.from(free, (other) => model.entry(position, other));
    this.solveLower(column);
    const own = model.entry(position, position);
    let pivot = own;
    for (let a = 0; a < f; a++) pivot -= column[a]! * column[a]!;
    if (!(pivot > pivotShare * own)) return false;
    this.reserve((f + 1) * (f + 1));
    const { l } = this;
    for (let a = f - 1; a > 0; a--) l.copyWithin(a * (f + 1), a * f, a * f + a + 1);
    l.set(column, f * (f + 1));
    l[(f + 1) * (f + 1) - 1] = Math.sqrt(pivot);
    free.push(position);
    return true;
  }

  /** Removes a position by rotations of the columns behind it. */
  remove(position: number): void {
    const { free, l } = this;
    const at = free.indexOf(position);
    const f = free.length;
    this.checkpoint(2 * (f - at) * (f - at));
    free.splice(at, 1);
    for (let a = at; a < f - 1; a++) l.copyWithin(a * f, (a + 1) * f, (a + 1) * f + a + 2);
    for (let c = at; c < f - 1; c++) {
      const x = l[c * f + c]!;
      const y = l[c * f + c + 1]!;
      const length = Math.sqrt(x * x + y * y);
      const cosine = x / length;
      const sine = y / length;
      l[c * f + c] = length;
      l[c * f + c + 1] = 0;
      for (let a = c + 1; a < f - 1; a++) {
        const p = a * f + c;
        const left = l[p]!;
        const right = l[p + 1]!;
        l[p] = cosine * left + sine * right;
        l[p + 1] = cosine * right - sine * left;
      }
    }
    for (let a = 1; a < f - 1; a++) l.copyWithin(a * (f - 1), a * f, a * f + a + 1);
  }

  /** L x = b in place, over the free positions. */
  solveLower(b: Float64Array): void {
    solveLower(this.l, this.free.length, b);
  }

  /** L' x = b in place. */
  solveUpper(b: Float64Array): void {
    solveUpper(this.l, this.free.length, b);
  }

  /** Room for so many numbers; what is there stays. */
  private reserve(length: number): void {
    if (length <= this.l.length) return;
    const before = this.l;
    this.l = this.scope.floats(2 * length);
    this.l.set(before);
  }
}
