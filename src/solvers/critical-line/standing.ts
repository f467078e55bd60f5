/** Where every asset and row stands: free or held at a side, and the weights that go with it. */
import type { Region } from './region.ts';

export class Standing {
  readonly region: Region;
  /** (n + m) 0 free (an asset) or slack (a row), -1 held at the lower side, 1 at the upper. */
  readonly side: Int8Array;
  readonly w: Float64Array;
  /** (m) value of each row. */
  readonly rows: Float64Array;

  constructor(region: Region) {
    this.region = region;
    this.side = new Int8Array(region.n + region.m);
    this.w = new Float64Array(region.n);
    this.rows = new Float64Array(region.m);
  }

  /** Of an asset its weight, of a row its value. */
  value(index: number): number {
    const { n } = this.region;
    return index < n ? this.w[index]! : this.rows[index - n]!;
  }

  /** The side at which an index is held. */
  heldAt(index: number): number {
    return this.limit(index, this.side[index]! < 0 ? -1 : 1);
  }

  limit(index: number, side: -1 | 1): number {
    return side < 0 ? this.region.lower[index]! : this.region.upper[index]!;
  }

  /** Holds an index at a side; an asset's weight is then exactly that. */
  hold(index: number, side: -1 | 1): void {
    this.side[index] = side;
    if (index < this.region.n) this.w[index] = this.heldAt(index);
  }

  /** (m) how far the active rows are off, in the direction of what they lack; 0 for slack rows. */
  lacks(out: Float64Array): number {
    const { n, m } = this.region;
    let worst = 0;
    for (let r = 0; r < m; r++) {
      out[r] = this.side[n + r] === 0 ? 0 : this.heldAt(n + r) - this.rows[r]!;
      worst = Math.max(worst, Math.abs(out[r]!) / this.region.size[n + r]!);
    }
    return worst;
  }

  measure(): void {
    this.region.rowValues(this.w, this.rows);
  }
}
