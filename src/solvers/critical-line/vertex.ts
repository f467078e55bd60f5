/**
 * The portfolio of the greatest return, where every frontier begins: a simplex method over bounds and rows, from all assets at a bound.
 * First the rows are met, then the return is raised; Dantzig's rule, and Bland's once steps have had no length for a while.
 * Bland, New finite pivoting rules for the simplex method, Mathematics of Operations Research 2 (1977).
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { DenseFace } from './dense-face.ts';
import type { Region } from './region.ts';
import { Standing } from './standing.ts';

export type VertexEnd =
  | { readonly kind: 'vertex'; readonly standing: Standing }
  /** Multipliers of rows, scaled as in the region, that no weights within their bounds satisfy together. */
  | { readonly kind: 'infeasible'; readonly prices: Float64Array }
  | { readonly kind: 'unbounded' }
  | { readonly kind: 'gave-up'; readonly detail: string };

/** Reduced costs below this do not count; directions are at most 1. */
const costTolerance = 1e-11;
/** By how much a row may be off, relative to its size. */
const rowTolerance = 1e-11;
/** Smaller moves do not count in the ratio test, relative to the largest. */
const moveTolerance = 1e-10;
const noLength = 1e-13;
/** Steps without length before Bland's rule takes over. */
const patience = 40;
const refreshEvery = 40;

/** @param direction (n) what is to be greatest, largest entry 1 or 0 */
export function vertexOf(region: Region, direction: Float64Array, checkpoint: Checkpoint): VertexEnd {
  return new Simplex(region, direction, checkpoint).run();
}

class Simplex {
  private readonly region: Region;
  private readonly direction: Float64Array;
  private readonly checkpoint: Checkpoint;
  private readonly standing: Standing;
  private readonly face: DenseFace;
  /** (n) gradient of what is minimized: the infeasibility, or the negative return. */
  private readonly cost: Float64Array;
  /** (n) cost with the rows priced, and the same of the return while the rows are being met. */
  private readonly reduced: Float64Array;
  private readonly second: Float64Array;
  /** (m) */
  private readonly prices: Float64Array;
  private readonly secondPrices: Float64Array;
  private readonly x: Float64Array;
  private readonly y: Float64Array;
  private readonly moves: Float64Array;
  private readonly f: Float64Array;
  private readonly g: Float64Array;
  private idle = 0;

  constructor(region: Region, direction: Float64Array, checkpoint: Checkpoint) {
    const { n, m } = region;
    this.region = region;
    this.direction = direction;
    this.checkpoint = checkpoint;
    this.standing = new Standing(region);
    this.face = new DenseFace(region, undefined);
    this.cost = new Float64Array(n);
    this.reduced = new Float64Array(n);
    this.second = new Float64Array(n);
    this.prices = new Float64Array(m);
    this.secondPrices = new Float64Array(m);
    this.x = new Float64Array(n);
    this.y = new Float64Array(m);
    this.moves = new Float64Array(m);
    this.f = new Float64Array(n);
    this.g = new Float64Array(m);
  }

  run(): VertexEnd {
    const { region, standing } = this;
    const { n, m } = region;
    for (let i = 0; i < n; i++) {
      if (Number.isFinite(region.lower[i]!)) standing.hold(i, -1);
      else if (Number.isFinite(region.upper[i]!)) standing.hold(i, 1);
    }
    standing.measure();
    this.face.begin([], []);
    const limit = 50 * (n + m) + 1000;
    for (let pivots = 0; pivots < limit; pivots++) {
      this.checkpoint(this.face.work + 4 * (n + region.rowPositions.length));
      if (pivots % refreshEvery === refreshEvery - 1 && !this.refresh())
        return { kind: 'gave-up', detail: 'the rows at the start vertex are dependent to rounding' };
      const missing = this.priceInfeasibility();
      if (!missing) for (let i = 0; i < n; i++) this.cost[i] = -this.direction[i]!;
      this.price(this.cost, this.reduced, this.prices);
      if (missing) this.price(this.direction, this.second, this.secondPrices);
      const entering = this.entering(missing);
      if (entering < 0) {
        if (missing) return { kind: 'infeasible', prices: this.proof() };
        return this.settled();
      }
      const ending = this.pivot(entering, missing);
      if (ending !== undefined) return ending;
    }
    return { kind: 'gave-up', detail: `no start vertex after ${limit} pivots` };
  }

  /** Cost: slope of the sum of what the rows are off. @returns whether any is. */
  private priceInfeasibility(): boolean {
    const { region, cost } = this;
    let missing = false;
    cost.fill(0);
    for (let r = 0; r < region.m; r++) {
      const off = this.off(r);
      if (off === 0) continue;
      missing = true;
      for (let k = region.rowStart[r]!; k < region.rowStart[r + 1]!; k++) {
        const position = region.rowPositions[k]!;
        cost[position] = cost[position]! + off * region.rowCoefficients[k]!;
      }
    }
    return missing;
  }

  /** 1 when a slack row is above its upper side, -1 when below its lower one. */
  private off(r: number): -1 | 0 | 1 {
    const { region, standing } = this;
    const index = region.n + r;
    if (standing.side[index] !== 0) return 0;
    const tolerance = rowTolerance * region.size[index]!;
    const value = standing.rows[r]!;
    if (value > region.upper[index]! + tolerance) return 1;
    return value < region.lower[index]! - tolerance ? -1 : 0;
  }

  private price(cost: Float64Array, reduced: Float64Array, prices: Float64Array): void {
    const { face, f, g, x } = this;
    for (let k = 0; k < face.freeCount; k++) f[face.free[k]!] = -cost[face.free[k]!]!;
    g.fill(0);
    prices.fill(0);
    face.solve(f, g, x, prices);
    for (let k = 0; k < face.freeCount; k++) x[face.free[k]!] = 0;
    reduced.set(cost);
    this.region.addTransposed(prices, reduced);
  }

  /** What is gained per unit of letting an index go; the sign says which way an asset without bounds would go. */
  private gain(index: number, reduced: Float64Array, prices: Float64Array): number {
    const { n } = this.region;
    const side = this.standing.side[index]!;
    if (index >= n) return -side * prices[index - n]!;
    return side === 0 ? Math.abs(reduced[index]!) : side * reduced[index]!;
  }

  /** The most profitable index, of equal ones that which adds most return; the first profitable one once steps have had no length. */
  private entering(missing: boolean): number {
    const { region, standing, face } = this;
    const { n, m } = region;
    const isFree = new Uint8Array(n);
    for (let k = 0; k < face.freeCount; k++) isFree[face.free[k]!] = 1;
    let best = -1;
    let most = costTolerance;
    let mostSecond = -Infinity;
    for (let index = 0; index < n + m; index++) {
      if (region.isFixed(index)) continue;
      if (index < n ? isFree[index] === 1 : standing.side[index] === 0) continue;
      const gain = this.gain(index, this.reduced, this.prices);
      if (!(gain > costTolerance)) continue;
      if (this.idle > patience) return index;
      if (gain < most * (1 - 1e-12)) continue;
      const second = missing ? -this.gain(index, this.second, this.secondPrices) : 0;
      if (gain <= most * (1 + 1e-12) && second <= mostSecond) continue;
      [best, most, mostSecond] = [index, gain, second];
    }
    return best;
  }

  private pivot(entering: number, missing: boolean): VertexEnd | undefined {
    const { region, standing, face, x, y, moves } = this;
    const { n } = region;
    const side = standing.side[entering]!;
    const sign = side === 0 ? -Math.sign(this.reduced[entering]!) : -side;
    x.fill(0);
    face.release(entering, x, y);
    for (let i = 0; i < n; i++) x[i] = sign * x[i]!;
    region.rowValues(x, moves);
    const block = this.block(entering, missing);
    if (block === undefined)
      return missing
        ? { kind: 'gave-up', detail: 'the search for a start vertex lost its way' }
        : { kind: 'unbounded' };
    const { leaving, step, at } = block;
    for (let i = 0; i < n; i++) standing.w[i] = standing.w[i]! + step * x[i]!;
    this.idle = step > noLength ? 0 : this.idle + 1;
    if (leaving !== entering) {
      standing.side[entering] = 0;
      if (!face.exchange(entering, leaving))
        return { kind: 'gave-up', detail: 'the rows at the start vertex are dependent to rounding' };
    }
    standing.hold(leaving, at);
    standing.measure();
    return undefined;
  }

  /** What stops the move first; of several the one that moves most, or the first once steps have had no length. */
  private block(entering: number, missing: boolean) {
    const { region, standing, face, x, moves } = this;
    const { n, m } = region;
    let largest = 0;
    for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(x[i]!));
    let best: { leaving: number; step: number; at: -1 | 1; rate: number } | undefined;
    const consider = (index: number, rate: number, off: -1 | 0 | 1): void => {
      if (Math.abs(rate) <= moveTolerance * largest) return;
      // What is off comes back to the side that it broke; what moves further off does not stop anything.
      if (off !== 0 && off * rate > 0) return;
      const at = off !== 0 ? off : rate > 0 ? 1 : -1;
      const limit = at > 0 ? region.upper[index]! : region.lower[index]!;
      if (!Number.isFinite(limit)) return;
      const step = Math.max(0, (limit - standing.value(index)) / rate);
      const tied = best !== undefined && Math.abs(step - best.step) <= 1e-12 * (1 + step);
      const better = this.idle > patience ? index < (best?.leaving ?? index) : Math.abs(rate) > (best?.rate ?? 0);
      if (best === undefined || (tied ? better : step < best.step))
        best = { leaving: index, step, at, rate: Math.abs(rate) };
    };
    for (let k = 0; k < face.freeCount; k++) consider(face.free[k]!, x[face.free[k]!]!, 0);
    if (entering < n) consider(entering, x[entering]!, 0);
    for (let r = 0; r < m; r++) {
      const index = n + r;
      if (index === entering || standing.side[index] === 0) consider(index, moves[r]!, missing ? this.off(r) : 0);
    }
    return best;
  }

  /** Rebuilds the face and meets the active rows again. */
  private refresh(): boolean {
    const { face, standing, x, y, f, g } = this;
    const free = Array.from(face.free.subarray(0, face.freeCount));
    const active = Array.from(face.active.subarray(0, face.activeCount));
    if (!face.begin(free, active)) return false;
    standing.lacks(g);
    f.fill(0);
    face.solve(f, g, x, y);
    for (const i of free) standing.w[i] = standing.w[i]! + x[i]!;
    standing.measure();
    return true;
  }

  private settled(): VertexEnd {
    const { region, standing, face } = this;
    if (!this.refresh()) return { kind: 'gave-up', detail: 'the rows at the start vertex are dependent to rounding' };
    const isFree = new Set(face.free.subarray(0, face.freeCount));
    for (let i = 0; i < region.n; i++)
      if (standing.side[i] === 0 && !isFree.has(i))
        return { kind: 'gave-up', detail: 'the restrictions have no vertex: some assets may move without end' };
    return { kind: 'vertex', standing };
  }

  /** (m) prices under which even the best weights within their bounds miss the rows. */
  private proof(): Float64Array {
    return this.prices.map((price, r) => price + this.off(r));
  }
}
