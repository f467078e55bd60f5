/** The assets of a problem that may move for now, what the others stand at, and which of those want to come in. */
import type { Problem } from '../../problem/problem.ts';
import { dot } from '../../math/vectors.ts';
import type { Columns } from './measure-in-play.ts';
import { addBlock, addTimes } from './operators-in-play.ts';
import type { ProgramBuilder } from './program-builder.ts';
import { tradeLimitTerms, tradingTerm, type Kink, type SeparableTerm } from './separable-kinks.ts';

/** This far from a knot an asset stands on it. */
const knotWidth = 1e-12;

/** Multipliers of what the assets enter, by row and by trade limit of the problem. */
export interface AssetPrices {
  readonly rows: Float64Array;
  readonly tradeLimits: Float64Array;
  readonly norms: Float64Array;
}

/** Slopes to the left and right of every asset: they differ on a knot. */
export interface Slopes {
  readonly left: Float64Array;
  readonly right: Float64Array;
  /** The largest term of any. */
  readonly scale: number;
}

export class AssetsInPlay {
  readonly problem: Problem;
  readonly n: number;
  /** (n) where an asset out of play stands. */
  readonly home: Float64Array;
  private readonly playing: Uint8Array;
  private readonly trading: SeparableTerm | undefined;
  private readonly tradeLimits: readonly SeparableTerm[];

  constructor(problem: Problem) {
    const { lower, upper, trading, tradeLimits } = problem;
    this.problem = problem;
    this.n = lower.length;
    const preferred = trading?.current ?? tradeLimits[0]?.centre;
    this.home = lower.map((side, i) => Math.min(Math.max(preferred?.[i] ?? 0, side), upper[i]!));
    this.playing = new Uint8Array(this.n);
    this.trading = tradingTerm(problem);
    this.tradeLimits = tradeLimitTerms(problem);
  }

  /** @returns whether it came in; a fixed asset never does. */
  add(asset: number): boolean {
    if (this.playing[asset] === 1 || !(this.problem.lower[asset]! < this.problem.upper[asset]!)) return false;
    this.playing[asset] = 1;
    return true;
  }

  has(asset: number): boolean {
    return this.playing[asset] === 1;
  }

  addAll(): void {
    for (let i = 0; i < this.n; i++) this.add(i);
  }

  columns(): Columns {
    const assets: number[] = [];
    const base = Float64Array.from(this.home);
    for (let i = 0; i < this.n; i++) {
      if (this.playing[i] === 0) continue;
      assets.push(i);
      base[i] = 0;
    }
    return { assets: Int32Array.from(assets), base };
  }

  /** Single pieces that `writeKinks` will write, in all. */
  kinkCount({ assets }: Columns): number {
    let count = 0;
    for (const term of [this.trading, ...this.tradeLimits])
      if (term !== undefined) count += term.kinks.length === 0 ? 0 : assets.length;
    return count;
  }

  /** Bounds, rows, the linear and quadratic objective. @returns the quadratic part, and which rows of the problem were written. */
  write(builder: ProgramBuilder, columns: Columns, withObjective: boolean) {
    const { problem } = this;
    const { assets, base } = columns;
    assets.forEach((asset, k) => {
      builder.lower[k] = problem.lower[asset]!;
      builder.upper[k] = problem.upper[asset]!;
    });
    const position = new Int32Array(this.n).fill(-1);
    assets.forEach((asset, k) => (position[asset] = k));
    const rows: number[] = [];
    problem.rows.forEach((row, r) => {
      if (row.lower === -Infinity && row.upper === Infinity) return;
      const coefficients = new Float64Array(builder.size);
      let fixed = 0;
      row.positions.forEach((asset, k) => {
        const at = position[asset]!;
        if (at >= 0) coefficients[at] = coefficients[at]! + row.coefficients[k]!;
        else fixed += row.coefficients[k]! * base[asset]!;
      });
      rows.push(r);
      builder.rows.push({ coefficients, lower: row.lower - fixed, upper: row.upper - fixed });
    });
    return { rows, hessian: withObjective ? this.writeObjective(builder, columns) : undefined };
  }

  private writeObjective(builder: ProgramBuilder, { assets, base }: Columns): Float64Array | undefined {
    const { problem } = this;
    const { trading } = problem;
    const gradient = problem.linear.map((value) => -value);
    const quadratics = problem.quadratics.filter(({ scale }) => scale > 0);
    const curved = quadratics.length > 0 || trading?.quadratic !== undefined;
    const hessian = curved ? new Float64Array(builder.size * builder.size) : undefined;
    for (const { scale, operator, centre } of quadratics) {
      addTimes(
        operator,
        scale,
        base.map((value, i) => value - (centre?.[i] ?? 0)),
        gradient,
      );
      addBlock(operator, assets, scale, hessian!, builder.size);
    }
    assets.forEach((asset, k) => {
      const impact = 2 * (trading?.quadratic?.[asset] ?? 0);
      if (impact > 0) hessian![k * builder.size + k] = hessian![k * builder.size + k]! + impact;
      builder.linear[k] = gradient[asset]! - impact * (trading?.current[asset] ?? 0);
    });
    return hessian;
  }

  /** Trading cost and trade limits; limit j of the program is trade limit j of the problem. Comes after every dense piece. */
  writeKinks(builder: ProgramBuilder, columns: Columns, withObjective: boolean): void {
    if (withObjective && this.trading !== undefined) this.writeTerm(builder, columns, this.trading, -1);
    this.tradeLimits.forEach((term, j) => this.writeTerm(builder, columns, term, j));
  }

  private writeTerm(builder: ProgramBuilder, { assets, base }: Columns, term: SeparableTerm, limit: number): void {
    const slopes = builder.slopesOf(limit);
    const { lower, upper } = this.problem;
    let constant = term.constant;
    const position = new Int32Array(this.n).fill(-1);
    assets.forEach((asset, k) => {
      position[asset] = k;
      slopes[k] = slopes[k]! + term.slopes[asset]!;
    });
    for (let i = 0; i < this.n; i++) constant += term.slopes[i]! * base[i]!;
    for (const { asset, knot, weight } of term.kinks) {
      const k = position[asset]!;
      if (k < 0) constant += weight * Math.max(base[asset]! - knot, 0);
      else if (knot <= lower[asset]!) {
        slopes[k] = slopes[k]! + weight;
        constant -= weight * knot;
      } else if (knot < upper[asset]!) {
        builder.group(weight, true, limit);
        builder.singlePiece(k, -knot);
      }
    }
    if (limit >= 0) builder.limits[limit]!.bound -= constant;
  }

  /** Norm limits in their order, those without bound left out, as 1/2 (square / bound^2 - 1) <= 0. */
  writeNorms(builder: ProgramBuilder, { assets, base }: Columns): void {
    for (const { operator, centre, bound } of this.problem.norms) {
      if (bound === Infinity) continue;
      const scale = 1 / bound ** 2;
      const away = base.map((value, i) => value - (centre?.[i] ?? 0));
      const product = new Float64Array(this.n);
      addTimes(operator, scale, away, product);
      const limit = builder.limits[builder.limit(0.5 * (1 - dot(away, product)))]!;
      assets.forEach((asset, k) => (limit.linear[k] = product[asset]!));
      limit.curvature = new Float64Array(builder.size * builder.size);
      addBlock(operator, assets, scale, limit.curvature, builder.size);
    }
  }

  /** (n) Q (w - centre) / length, and the length. */
  pullOf(k: number, w: Float64Array): { readonly pull: Float64Array; readonly length: number } {
    const { operator, centre } = this.problem.norms[k]!;
    const away = w.map((value, i) => value - (centre?.[i] ?? 0));
    const pull = new Float64Array(this.n);
    addTimes(operator, 1, away, pull);
    const length = Math.sqrt(Math.max(dot(away, pull), 0));
    return { pull: pull.map((value) => (length > 0 ? value / length : 0)), length };
  }

  /** @param given (n) slopes of the tail measures, weighed */
  slopes(w: Float64Array, prices: AssetPrices, given: readonly Float64Array[], withObjective: boolean): Slopes {
    const { problem, n } = this;
    const total = new Float64Array(n);
    let scale = Number.MIN_VALUE;
    const add = (values: ArrayLike<number>, factor: number): void => {
      for (let i = 0; i < n; i++) {
        const value = factor * values[i]!;
        total[i] = total[i]! + value;
        if (Math.abs(value) > scale) scale = Math.abs(value);
      }
    };
    for (const slope of given) add(slope, 1);
    if (withObjective) {
      add(problem.linear, -1);
      for (const { scale: factor, operator, centre } of problem.quadratics) {
        const product = new Float64Array(n);
        addTimes(
          operator,
          factor,
          w.map((value, i) => value - (centre?.[i] ?? 0)),
          product,
        );
        add(product, 1);
      }
      const { trading } = problem;
      if (trading?.quadratic !== undefined)
        add(
          trading.quadratic.map((value, i) => 2 * value * (w[i]! - trading.current[i]!)),
          1,
        );
    }
    problem.norms.forEach((_, k) => {
      const price = prices.norms[k]!;
      if (price > 0) add(this.pullOf(k, w).pull, price);
    });
    problem.rows.forEach(({ positions, coefficients }, r) => {
      const price = prices.rows[r]!;
      if (price === 0) return;
      for (let k = 0; k < positions.length; k++) {
        const value = price * coefficients[k]!;
        total[positions[k]!] = total[positions[k]!]! + value;
        scale = Math.max(scale, Math.abs(value));
      }
    });
    const right = new Float64Array(n);
    const separable = (term: SeparableTerm, price: number): void => {
      add(term.slopes, price);
      for (const { asset, knot, weight } of term.kinks)
        addKink(total, right, { asset, knot, weight: weight * price }, w);
    };
    if (withObjective && this.trading !== undefined) separable(this.trading, 1);
    this.tradeLimits.forEach((term, j) => {
      if (prices.tradeLimits[j]! > 0) separable(term, prices.tradeLimits[j]!);
    });
    return { left: total, right: right.map((value, i) => value + total[i]!), scale };
  }

  /**
   * By trade limit (n): of the slopes that its kinks allow, those that bring the whole nearest to zero. One limit after the other takes what
   * it can.
   */
  limitSlopes(w: Float64Array, prices: Float64Array, { left }: Slopes): readonly Float64Array[] {
    const lacking = left.map((value) => Math.max(-value, 0));
    return this.tradeLimits.map((term, j) => {
      const price = prices[j]!;
      const slopes = term.slopes.map((value) => price * value);
      if (!(price > 0)) return slopes.fill(0);
      for (const { asset, knot, weight } of term.kinks) {
        const past = w[asset]! - knot;
        if (past > knotWidth) slopes[asset] = slopes[asset]! + price * weight;
        else if (past >= -knotWidth) {
          const part = Math.min(lacking[asset]!, price * weight);
          slopes[asset] = slopes[asset]! + part;
          lacking[asset] = lacking[asset]! - part;
        }
      }
      return slopes;
    });
  }

  /** Brings in at most so many assets that gain from moving by more than `tolerance` per unit, the most eager first. @returns how many. */
  review({ left, right }: Slopes, tolerance: number, most: number): number {
    const { lower, upper } = this.problem;
    const eager: { readonly asset: number; readonly gain: number }[] = [];
    for (let i = 0; i < this.n; i++) {
      if (this.playing[i] === 1) continue;
      const gain = Math.max(this.home[i]! < upper[i]! ? -right[i]! : 0, this.home[i]! > lower[i]! ? left[i]! : 0);
      if (gain > tolerance) eager.push({ asset: i, gain });
    }
    eager.sort((a, b) => b.gain - a.gain || a.asset - b.asset);
    let entered = 0;
    for (const { asset } of eager.slice(0, most)) if (this.add(asset)) entered++;
    return entered;
  }
}

function addKink(left: Float64Array, right: Float64Array, { asset, knot, weight }: Kink, w: Float64Array): void {
  const past = w[asset]! - knot;
  if (past > knotWidth) left[asset] = left[asset]! + weight;
  else if (past >= -knotWidth) right[asset] = right[asset]! + weight;
}
