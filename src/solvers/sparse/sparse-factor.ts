/**
 * L D L' of a sparse symmetric quasidefinite matrix in a given order, whose signs are known: every order works, and no pivoting is needed
 * (Vanderbei, Symmetric quasidefinite matrices, SIAM J. Optimization 5, 1995). Pattern once, numbers as often as wanted; row by row along
 * the elimination tree (Davis, Direct Methods for Sparse Linear Systems, 2006, ch. 4).
 */
import type { Checkpoint } from '../../math/checkpoint.ts';

/** The upper triangle in columns, the diagonal left out: column j holds rows below j of the eliminated order. */
export interface UpperPattern {
  readonly size: number;
  readonly starts: Int32Array;
  readonly rows: Int32Array;
}

export class SparseFactor {
  private readonly upper: UpperPattern;
  private readonly checkpoint: Checkpoint;
  private readonly parent: Int32Array;
  /** Columns of L below the diagonal. */
  private readonly starts: Int32Array;
  private readonly rows: Int32Array;
  private readonly values: Float64Array;
  private readonly inverse: Float64Array;
  /** Multiplications in a factorization. */
  readonly work: number;

  constructor(upper: UpperPattern, checkpoint: Checkpoint) {
    const { size } = upper;
    this.upper = upper;
    this.checkpoint = checkpoint;
    this.parent = new Int32Array(size).fill(-1);
    const counts = this.countColumns();
    this.starts = new Int32Array(size + 1);
    let work = 0;
    for (let j = 0; j < size; j++) {
      this.starts[j + 1] = this.starts[j]! + counts[j]!;
      work += counts[j]! * counts[j]!;
    }
    this.work = work;
    this.rows = new Int32Array(this.starts[size]!);
    this.values = new Float64Array(this.starts[size]!);
    this.inverse = new Float64Array(size);
  }

  get entries(): number {
    return this.rows.length;
  }

  /** Sets the elimination tree. @returns entries of each column of L below the diagonal. */
  private countColumns(): Int32Array {
    const { size, starts, rows } = this.upper;
    const counts = new Int32Array(size);
    const reached = new Int32Array(size).fill(-1);
    for (let j = 0; j < size; j++) {
      reached[j] = j;
      let walked = 0;
      for (let p = starts[j]!; p < starts[j + 1]!; p++)
        for (let i = rows[p]!; reached[i] !== j; i = this.parent[i]!) {
          if (this.parent[i] === -1) this.parent[i] = j;
          counts[i] = counts[i]! + 1;
          reached[i] = j;
          walked++;
        }
      this.checkpoint(walked);
    }
    return counts;
  }

  /**
   * @param values of the upper pattern
   * @param diagonal by position of the order
   * @param signs of the pivots, 1 or -1; a pivot of the other sign, or nearer to zero than `pivotMin`, is replaced by `pivotMin`
   */
  factorize(values: Float64Array, diagonal: Float64Array, signs: Int8Array, pivotMin: number): void {
    const { size, starts: from, rows: upperRows } = this.upper;
    const { parent, starts, rows, values: l, inverse } = this;
    const filled = starts.slice(0, size);
    const y = new Float64Array(size);
    const reached = new Int32Array(size).fill(-1);
    const path = new Int32Array(size);
    const pattern = new Int32Array(size);
    for (let j = 0; j < size; j++) {
      let top = size;
      reached[j] = j;
      for (let p = from[j]!; p < from[j + 1]!; p++) {
        let i = upperRows[p]!;
        y[i] = y[i]! + values[p]!;
        let length = 0;
        for (; reached[i] !== j; i = parent[i]!) {
          path[length++] = i;
          reached[i] = j;
        }
        while (length > 0) pattern[--top] = path[--length]!;
      }
      let pivot = diagonal[j]!;
      let work = 0;
      for (; top < size; top++) {
        const i = pattern[top]!;
        const value = y[i]!;
        y[i] = 0;
        const end = filled[i]!;
        for (let p = starts[i]!; p < end; p++) y[rows[p]!] = y[rows[p]!]! - l[p]! * value;
        work += end - starts[i]!;
        const scaled = value * inverse[i]!;
        pivot -= scaled * value;
        rows[end] = j;
        l[end] = scaled;
        filled[i] = end + 1;
      }
      this.checkpoint(work);
      const sign = signs[j]!;
      inverse[j] = 1 / (pivot * sign > pivotMin ? pivot : sign * pivotMin);
    }
  }

  /** Overwrites b, in the order of elimination, by the solution. */
  solve(b: Float64Array): void {
    const { starts, rows, values, inverse } = this;
    this.checkpoint(2 * rows.length);
    const size = b.length;
    for (let j = 0; j < size; j++) {
      const value = b[j]!;
      if (value !== 0)
        for (let p = starts[j]!; p < starts[j + 1]!; p++) b[rows[p]!] = b[rows[p]!]! - values[p]! * value;
    }
    for (let j = 0; j < size; j++) b[j] = b[j]! * inverse[j]!;
    for (let j = size - 1; j >= 0; j--) {
      let value = b[j]!;
      for (let p = starts[j]!; p < starts[j + 1]!; p++) value -= values[p]! * b[rows[p]!]!;
      b[j] = value;
    }
  }
}
