/**
 * A face of a factor model whose assets all have variance of their own: Q = diag(own) + G G'. With one more unknown for each factor,
 *     [ D  C' ] [x]   [f]
 *     [ C  -E ] [u] = [g],   C: columns of G and active rows over the free assets, E: 1 for a factor, 0 for a row,
 * so that all that is kept inverted is S = E + C D^-1 C', of the size of factors and active rows, however many assets are free.
 */
import type { Curvature } from './curvature.ts';
import type { Face } from './face.ts';
import type { Region } from './region.ts';
import { UpdatedInverse } from './updated-inverse.ts';

/** What is left of a pivot below this share of it is rounding. */
const pivotShare = 1e-13;
/** Smallest variance of an asset's own, relative to the largest variance. */
const ownMin = 1e-8;

/** Whether the face is worth it: few factors and rows, every asset with variance of its own. */
export function isFactored({ m, n }: Region, { isFactored: only, own, rank }: Curvature): boolean {
  return only && 2 * (rank + m) < n && own.every((value) => value >= ownMin);
}

export class FactorFace implements Face {
  readonly free: Int32Array;
  readonly active: Int32Array;
  freeCount = 0;
  activeCount = 0;
  private readonly region: Region;
  private readonly curvature: Curvature;
  private readonly inverse = new UpdatedInverse();
  /** By asset: its place among the free ones, or -1; by row: among the active ones. */
  private readonly place: Int32Array;
  private readonly rowPlace: Int32Array;
  /** Factors, then active rows. */
  private readonly right: Float64Array;
  private readonly prices: Float64Array;
  private readonly entering: Float64Array;
  private enteringCurvature = 0;

  constructor(region: Region, curvature: Curvature) {
    const { n, m } = region;
    this.region = region;
    this.curvature = curvature;
    this.free = new Int32Array(n);
    this.active = new Int32Array(m);
    this.place = new Int32Array(n).fill(-1);
    this.rowPlace = new Int32Array(m).fill(-1);
    this.right = new Float64Array(curvature.rank + m);
    this.prices = new Float64Array(curvature.rank + m);
    this.entering = new Float64Array(curvature.rank + m);
  }

  get work(): number {
    const size = this.curvature.rank + this.activeCount;
    return 4 * size * size + 3 * this.freeCount * size;
  }

  begin(free: readonly number[], active: readonly number[]): boolean {
    this.place.fill(-1);
    this.rowPlace.fill(-1);
    this.freeCount = 0;
    this.activeCount = 0;
    for (const asset of free) this.place[(this.free[this.freeCount] = asset)] = this.freeCount++;
    for (const row of active) this.rowPlace[(this.active[this.activeCount] = row)] = this.activeCount++;
    const { rank, own } = this.curvature;
    const size = rank + this.activeCount;
    const s = new Float64Array(size * size);
    for (let p = 0; p < rank; p++) s[p * size + p] = 1;
    for (const asset of free) {
      const c = this.columnOf(asset, this.right);
      for (let p = 0; p < size; p++) {
        const value = c[p]! / own[asset]!;
        if (value === 0) continue;
        for (let q = 0; q < size; q++) s[p * size + q] = s[p * size + q]! + value * c[q]!;
      }
    }
    return this.inverse.begin(s, size);
  }

  solve(f: Float64Array, g: Float64Array, x: Float64Array, y: Float64Array): void {
    const { right, prices } = this;
    const { rank, own } = this.curvature;
    right.fill(0);
    for (let k = 0; k < this.freeCount; k++) {
      const i = this.free[k]!;
      this.addColumn(i, f[i]! / own[i]!, right);
    }
    for (let k = 0; k < this.activeCount; k++) right[rank + k] = right[rank + k]! - g[this.active[k]!]!;
    this.inverse.times(right, prices);
    this.follow(prices, f, x, y);
  }

  release(index: number, x: Float64Array, y: Float64Array): number {
    const { n } = this.region;
    const { rank, own } = this.curvature;
    const { entering } = this;
    if (index < n) {
      const c = this.columnOf(index, this.right);
      this.inverse.times(c, entering);
      let curvature = own[index]!;
      for (let p = 0; p < this.inverse.count; p++) curvature += c[p]! * entering[p]!;
      this.follow(entering, undefined, x, y);
      x[index] = 1;
      this.enteringCurvature = curvature;
      return curvature;
    }
    const place = rank + this.rowPlace[index - n]!;
    this.inverse.column(place, entering);
    for (let p = 0; p < this.inverse.count; p++) entering[p] = -entering[p]!;
    this.follow(entering, undefined, x, y);
    this.enteringCurvature = -entering[place]!;
    return this.enteringCurvature;
  }

  join(index: number): void {
    const { n } = this.region;
    if (index < n) {
      this.inverse.add(this.entering, -1 / this.enteringCurvature);
      this.free[this.freeCount] = index;
      this.place[index] = this.freeCount++;
    } else {
      const place = this.rowPlace[index - n]!;
      this.inverse.drop(this.curvature.rank + place);
      this.rowPlace[index - n] = -1;
      this.activeCount--;
      if (place === this.activeCount) return;
      this.active[place] = this.active[this.activeCount]!;
      this.rowPlace[this.active[place]] = place;
    }
  }

  leave(index: number): boolean {
    const { n } = this.region;
    return index < n ? this.fix(index) : this.activate(index - n);
  }

  /** Never asked for: everything here has curvature. */
  exchange(): boolean {
    return false;
  }

  private fix(asset: number): boolean {
    const own = this.curvature.own[asset]!;
    const c = this.columnOf(asset, this.right);
    this.inverse.times(c, this.prices);
    let rest = own;
    for (let p = 0; p < this.inverse.count; p++) rest -= c[p]! * this.prices[p]!;
    if (!(rest > pivotShare * own)) return false;
    this.inverse.add(this.prices, 1 / rest);
    const place = this.place[asset]!;
    this.place[asset] = -1;
    this.freeCount--;
    if (place === this.freeCount) return true;
    this.free[place] = this.free[this.freeCount]!;
    this.place[this.free[place]] = place;
    return true;
  }

  private activate(row: number): boolean {
    const { region, right, prices } = this;
    const { own } = this.curvature;
    right.fill(0);
    let total = 0;
    for (let k = region.rowStart[row]!; k < region.rowStart[row + 1]!; k++) {
      const asset = region.rowPositions[k]!;
      if (this.place[asset]! < 0) continue;
      const share = region.rowCoefficients[k]! / own[asset]!;
      total += share * region.rowCoefficients[k]!;
      this.addColumn(asset, share, right);
    }
    this.inverse.times(right, prices);
    let rest = total;
    for (let p = 0; p < this.inverse.count; p++) rest -= right[p]! * prices[p]!;
    if (!(rest > pivotShare * total)) return false;
    this.inverse.border(prices, rest);
    this.active[this.activeCount] = row;
    this.rowPlace[row] = this.activeCount++;
    return true;
  }

  /** x = D^-1 (f - C'u) on the free assets, y the part of u that belongs to rows. */
  private follow(u: Float64Array, f: Float64Array | undefined, x: Float64Array, y: Float64Array): void {
    const { region, rowPlace } = this;
    const { rank, columns, own } = this.curvature;
    for (let k = 0; k < this.freeCount; k++) {
      const i = this.free[k]!;
      let s = f === undefined ? 0 : f[i]!;
      const p = i * rank;
      for (let j = 0; j < rank; j++) s -= columns[p + j]! * u[j]!;
      for (let e = region.assetStart[i]!; e < region.assetStart[i + 1]!; e++) {
        const place = rowPlace[region.assetRows[e]!]!;
        if (place >= 0) s -= region.assetCoefficients[e]! * u[rank + place]!;
      }
      x[i] = s / own[i]!;
    }
    for (let k = 0; k < this.activeCount; k++) y[this.active[k]!] = u[rank + k]!;
  }

  /** out += share c, where c is what an asset has in the factors and in the active rows. */
  private addColumn(asset: number, share: number, out: Float64Array): void {
    const { region, rowPlace } = this;
    const { rank, columns } = this.curvature;
    if (share === 0) return;
    const p = asset * rank;
    for (let j = 0; j < rank; j++) out[j] = out[j]! + share * columns[p + j]!;
    for (let e = region.assetStart[asset]!; e < region.assetStart[asset + 1]!; e++) {
      const place = rowPlace[region.assetRows[e]!]!;
      if (place >= 0) out[rank + place] = out[rank + place]! + share * region.assetCoefficients[e]!;
    }
  }

  private columnOf(asset: number, out: Float64Array): Float64Array {
    out.fill(0);
    this.addColumn(asset, 1, out);
    return out;
  }
}
