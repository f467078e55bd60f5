/**
 * Cholesky factor of the quadratic over the free assets, kept up to date as assets come and go.
 * Golub and Van Loan, Matrix Computations, 4th ed., 6.5.4 (deleting a row and column by rotations).
 */
import { factorizeCholesky } from '../../math/cholesky.ts';
import type { Checkpoint } from '../../math/checkpoint.ts';
import type { WorkingSetModel } from './model.ts';

/** A pivot below this share of its asset's own variance counts as zero. */
const pivotShare = 1e-11;
const spare = 32;

export class FreeFactor {
  /** Positions of the free assets in the order of the factor. */
  readonly free: number[] = [];
  private l = new Float64Array(0);
  private stride = 0;
  private readonly model: WorkingSetModel;
  private readonly checkpoint: Checkpoint;

  constructor(model: WorkingSetModel, checkpoint: Checkpoint) {
    this.model = model;
    this.checkpoint = checkpoint;
  }

  /** Factorizes anew over `free`. @returns false when the block is singular to rounding; the factor is then of no use. */
  refresh(free: readonly number[]): boolean {
    const { model } = this;
    this.free.splice(0, this.free.length, ...free);
    const f = free.length;
    const block = new Float64Array(f * f);
    for (let a = 0; a < f; a++) {
      const i = free[a]!;
      const row = i === model.n ? undefined : model.row(i);
      for (let b = 0; b < a; b++) {
        const j = free[b]!;
        block[a * f + b] = row === undefined || j === model.n ? 0 : row[j]!;
      }
      block[a * f + a] = model.entry(i, i);
    }
    factorizeCholesky(block, f, { pivotMin: 0, checkpoint: this.checkpoint });
    this.reserve(f + spare, false);
    for (let a = 0; a < f; a++) {
      const pivot = block[a * f + a]!;
      if (!(pivot * pivot > pivotShare * model.entry(free[a]!, free[a]!))) return false;
      this.l.set(block.subarray(a * f, a * f + a + 1), a * this.stride);
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
    if (f === this.stride) this.reserve(2 * f + spare, true);
    this.l.set(column, f * this.stride);
    this.l[f * this.stride + f] = Math.sqrt(pivot);
    free.push(position);
    return true;
  }

  /** Removes a position by rotations of the columns behind it. */
  remove(position: number): void {
    const { free, stride, l } = this;
    const at = free.indexOf(position);
    const f = free.length;
    this.checkpoint(2 * (f - at) * (f - at));
    free.splice(at, 1);
    for (let a = at; a < f - 1; a++) l.copyWithin(a * stride, (a + 1) * stride, (a + 1) * stride + a + 2);
    for (let c = at; c < f - 1; c++) {
      const x = l[c * stride + c]!;
      const y = l[c * stride + c + 1]!;
      const length = Math.sqrt(x * x + y * y);
      const cosine = x / length;
      const sine = y / length;
      l[c * stride + c] = length;
      l[c * stride + c + 1] = 0;
      for (let a = c + 1; a < f - 1; a++) {
        const p = a * stride + c;
        const left = l[p]!;
        const right = l[p + 1]!;
        l[p] = cosine * left + sine * right;
        l[p + 1] = cosine * right - sine * left;
      }
    }
  }

  /** L x = b in place, over the free positions. */
  solveLower(b: Float64Array): void {
    const { l, stride } = this;
    for (let i = 0; i < b.length; i++) {
      const p = i * stride;
      let even = 0;
      let odd = 0;
      let k = 0;
      for (; k + 2 <= i; k += 2) {
        even += l[p + k]! * b[k]!;
        odd += l[p + k + 1]! * b[k + 1]!;
      }
      if (k < i) even += l[p + k]! * b[k]!;
      b[i] = (b[i]! - even - odd) / l[p + i]!;
    }
  }

  /** L' x = b in place. */
  solveUpper(b: Float64Array): void {
    const { l, stride } = this;
    for (let i = b.length - 1; i >= 0; i--) {
      const p = i * stride;
      const x = b[i]! / l[p + i]!;
      b[i] = x;
      for (let k = 0; k < i; k++) b[k] = b[k]! - l[p + k]! * x;
    }
  }

  private reserve(size: number, keep: boolean): void {
    if (!keep && size <= this.stride) return;
    const before = this.l;
    const old = this.stride;
    this.l = new Float64Array(size * size);
    this.stride = size;
    if (keep)
      for (let a = 0; a < this.free.length; a++) this.l.set(before.subarray(a * old, a * old + a + 1), a * size);
  }
}
