/** Portfolios that meet every restriction: made from choices, improved by changing one or two of them. */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { latticeDown, latticeUp } from './choices.ts';
import type { IntegerModel } from './integer-model.ts';
import type { PricedPoint } from './dual-point.ts';
import type { NodeDomain } from './node-domain.ts';
import { AssetCosts, wholeDomain } from './node-domain.ts';
import type { SupportPoint } from './support-program.ts';

/** A piece by asset. */
export type Choice = Int16Array;

export interface Incumbent extends SupportPoint {
  readonly choice: Choice;
  /** (n) the bounds that the choice leaves. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Solves the convex problem within bounds; nothing when it has no point or none was found. */
export type SolveWithin = (lower: Float64Array, upper: Float64Array, guess: Float64Array) => SupportPoint | undefined;

const rounding = 1e-9;
/** Assets on either side of a swap that are tried together. */
const enteringMax = 24;

export class Incumbents {
  best: Incumbent | undefined;
  private readonly model: IntegerModel;
  private readonly solve: SolveWithin;
  private readonly checkpoint: Checkpoint;
  private readonly tried = new Set<string>();
  private readonly whole: NodeDomain;

  constructor(model: IntegerModel, solve: SolveWithin, checkpoint: Checkpoint) {
    this.model = model;
    this.solve = solve;
    this.checkpoint = checkpoint;
    this.whole = wholeDomain(model.choices);
  }

  get cutoff(): number {
    return this.best?.objective ?? Infinity;
  }

  /** The best portfolio of a choice. @returns whether it is better than the best so far */
  attempt(choice: Choice, guess: Float64Array): boolean {
    if (!this.countsHold(choice) || this.largeExcess(choice) >= 0) return false;
    const key = choice.join();
    if (this.tried.has(key) && !this.hasLattices()) return false;
    this.tried.add(key);
    const { pieces } = this.model.choices;
    const lower = Float64Array.from(choice, (piece, i) => pieces[i]![piece]!.lower);
    const upper = Float64Array.from(choice, (piece, i) => pieces[i]![piece]!.upper);
    this.checkpoint(1e5);
    const point = this.hasLattices() ? this.dive(lower, upper, guess) : this.solve(lower, upper, guess);
    return point !== undefined && this.offer({ ...point, choice: Int16Array.from(choice), lower, upper });
  }

  /** Takes a portfolio that meets every restriction. @returns whether it is better than the best so far */
  offer(incumbent: Incumbent): boolean {
    if (!(incumbent.objective < this.cutoff)) return false;
    this.best = incumbent;
    return true;
  }

  hasLattices(): boolean {
    return this.whole.lower !== undefined;
  }

  /** Puts one asset after the other on its lattice, the nearest first; the bounds end as points there. */
  private dive(lower: Float64Array, upper: Float64Array, guess: Float64Array): SupportPoint | undefined {
    const { lattices } = this.model.choices;
    let point = this.solve(lower, upper, guess);
    while (point !== undefined && point.objective < this.cutoff) {
      let nearest = -1;
      let least = Infinity;
      for (let i = 0; i < lower.length; i++) {
        const lattice = lattices[i];
        if (lattice === undefined || lower[i] === upper[i]) continue;
        const off = (point.weights[i]! - lattice.base) / lattice.step;
        const distance = Math.abs(off - Math.round(off));
        if (distance < least) [nearest, least] = [i, distance];
      }
      if (nearest < 0) return point;
      point = this.settled(nearest, point, lower, upper);
    }
    return undefined;
  }

  /** Fixes an asset on the lattice point at its weight, or on the other side of it when the first leaves nothing. */
  private settled(i: number, point: SupportPoint, lower: Float64Array, upper: Float64Array): SupportPoint | undefined {
    const lattice = this.model.choices.lattices[i]!;
    const [from, to] = [lower[i]!, upper[i]!];
    const weight = point.weights[i]!;
    const sides = [latticeDown(lattice, weight), latticeUp(lattice, weight)].map((side) =>
      Math.min(Math.max(side, from), to),
    );
    sides.sort((a, b) => Math.abs(a - weight) - Math.abs(b - weight));
    for (const side of new Set(sides)) {
      lower[i] = upper[i] = side;
      const next = this.solve(lower, upper, point.weights);
      if (next !== undefined) return next;
    }
    return undefined;
  }

  /** Prices of the couplings that show a choice to break a count; nothing when it keeps them all. */
  brokenCounts(choice: Choice): Float64Array | undefined {
    const excess = this.excessOf(choice);
    const j = excess.findIndex((value) => value !== 0);
    return j < 0 ? undefined : new Float64Array(this.model.couplingSides.length).fill(Math.sign(excess[j]!), j, j + 1);
  }

  /** The first limit that holdings above its threshold break even where they hold the least; -1 when none is. */
  private largeExcess(choice: Choice): number {
    const { problem, choices } = this.model;
    return (problem.integrality?.concentrations ?? []).findIndex(({ limit }, k) => {
      let least = 0;
      choice.forEach((piece, i) => {
        const { large, lower } = choices.pieces[i]![piece]!;
        if (large[k] === 1) least += lower;
      });
      return least > limit * (1 + rounding) + rounding;
    });
  }

  private countsHold(choice: Choice): boolean {
    return this.excessOf(choice).every((value) => value === 0);
  }

  /** By count: how many too many, negative when too few. */
  private excessOf(choice: Choice): number[] {
    const { choices, couplingSides } = this.model;
    return choices.counts.map((_, j) => {
      let total = 0;
      for (let i = 0; i < choice.length; i++) total += choices.pieces[i]![choice[i]!]!.counted[j]!;
      const { lower, upper } = couplingSides[j]!;
      return total > upper ? total - upper : Math.min(total - lower, 0);
    });
  }

  /**
   * Changes the choices that cost least, at the pulls given, until every count holds.
   * @returns nothing when that does not come about
   */
  repaired(choice: Choice, { model, pull }: PricedPoint, domain: NodeDomain): Choice | undefined {
    const { choices, n } = model;
    const costs = new AssetCosts(model);
    const result = Int16Array.from(choice);
    const none = new Float64Array(this.model.couplingSides.length);
    for (let pass = 0; pass < 4; pass++) {
      const excess = this.excessOf(result);
      const j = excess.findIndex((value) => value !== 0);
      if (j < 0) break;
      const wanted = excess[j]! > 0 ? 0 : 1;
      const moves: { i: number; piece: number; cost: number }[] = [];
      for (let i = 0; i < n; i++) {
        const present = result[i]!;
        if (choices.pieces[i]![present]!.counted[j] === wanted) continue;
        const here = costs.least(i, pull[i]!, none, domain, present, present).cost;
        let best = { i, piece: -1, cost: Infinity };
        for (let piece = domain.first[i]!; piece <= domain.last[i]!; piece++) {
          if (choices.pieces[i]![piece]!.counted[j] !== wanted) continue;
          const cost = costs.least(i, pull[i]!, none, domain, piece, piece).cost - here;
          if (cost < best.cost) best = { i, piece, cost };
        }
        if (best.piece >= 0) moves.push(best);
      }
      moves.sort((a, b) => a.cost - b.cost || a.i - b.i);
      if (moves.length < Math.abs(excess[j]!)) return undefined;
      for (const { i, piece } of moves.slice(0, Math.abs(excess[j]!))) result[i] = piece;
    }
    return this.countsHold(result) ? this.lightened(result, costs, pull, domain) : undefined;
  }

  /** Brings holdings down to their thresholds, the cheapest first, until those that stay above have room. */
  private lightened(choice: Choice, costs: AssetCosts, pull: Float64Array, domain: NodeDomain): Choice | undefined {
    const { choices, n } = this.model;
    const result = Int16Array.from(choice);
    const none = new Float64Array(this.model.couplingSides.length);
    for (let k = this.largeExcess(result); k >= 0; k = this.largeExcess(result)) {
      let best = { i: -1, piece: -1, cost: Infinity };
      for (let i = 0; i < n; i++) {
        const present = result[i]!;
        if (choices.pieces[i]![present]!.large[k] !== 1) continue;
        const here = costs.least(i, pull[i]!, none, domain, present, present).cost;
        for (let piece = domain.first[i]!; piece < present; piece++) {
          if (choices.pieces[i]![piece]!.large[k] === 1) continue;
          const cost = costs.least(i, pull[i]!, none, domain, piece, piece).cost - here;
          if (cost < best.cost) best = { i, piece, cost };
        }
      }
      if (best.i < 0) return undefined;
      result[best.i] = best.piece;
    }
    return this.countsHold(result) ? result : undefined;
  }

  /** Changes one choice, or two that keep the counts, for as long as that helps and the allowance lasts. */
  improve(allowance: number): void {
    for (let left = allowance; left > 0;) {
      const before = this.best;
      if (before === undefined) return;
      left = this.improveOnce(before, left);
      if (this.best === before) return;
    }
  }

  private improveOnce(incumbent: Incumbent, allowance: number): number {
    const moves = this.movesFrom(incumbent);
    let left = allowance;
    for (const { i, piece } of moves.slice(0, enteringMax)) {
      if (left-- <= 0) return 0;
      if (this.attempt(incumbent.choice.with(i, piece), incumbent.weights)) return left;
    }
    const neutral = (a: Move, b: Move): boolean =>
      a.i !== b.i && a.change.some((value, j) => value !== 0 && value === -b.change[j]!);
    for (const entering of moves.slice(0, enteringMax))
      for (const leaving of moves) {
        if (!neutral(entering, leaving)) continue;
        if (left-- <= 0) return 0;
        const choice = incumbent.choice.with(entering.i, entering.piece).with(leaving.i, leaving.piece);
        if (this.attempt(choice, incumbent.weights)) return left;
      }
    return left;
  }

  /** Every single change of a choice, the most promising first, as its own curvature and slope judge it. */
  private movesFrom({ choice, weights, rows, norms }: Incumbent): Move[] {
    const model = norms === undefined ? this.model : this.model.at(norms);
    const costs = new AssetCosts(model);
    const { choices, n } = model;
    const product = new Float64Array(n);
    const pull = new Float64Array(n);
    model.curvature.times(weights, product);
    model.pull(product, rows, pull);
    const none = new Float64Array(model.couplingSides.length);
    const own = new Float64Array(1);
    const moves: Move[] = [];
    for (let i = 0; i < n; i++) {
      const pieces = choices.pieces[i]!;
      if (pieces.length < 2) continue;
      model.curvature.block(Int32Array.of(i), 1, own);
      // The asset's own share of the curvature bends its cost as well.
      const extra = own[0]!;
      const costAt = (piece: number): number => {
        const { weight, cost } = costs.least(i, pull[i]! - extra * weights[i]!, none, this.whole, piece, piece);
        return cost + 0.5 * extra * weight * weight;
      };
      const here = costAt(choice[i]!);
      for (let piece = 0; piece < pieces.length; piece++) {
        if (piece === choice[i]) continue;
        const change = pieces[piece]!.counted.map((value, j) => value - pieces[choice[i]!]!.counted[j]!);
        moves.push({ i, piece, cost: costAt(piece) - here, change: Int8Array.from(change) });
      }
    }
    return moves
      .filter(({ cost }) => cost < Infinity)
      .sort((a, b) => a.cost - b.cost || a.i - b.i || a.piece - b.piece);
  }

  /** Whether weights already stand on every lattice. */
  onLattices(weights: Float64Array): boolean {
    return this.model.choices.lattices.every((lattice, i) => {
      if (lattice === undefined) return true;
      const off = (weights[i]! - lattice.base) / lattice.step;
      return Math.abs(off - Math.round(off)) <= rounding;
    });
  }
}

interface Move {
  readonly i: number;
  readonly piece: number;
  readonly cost: number;
  /** By count. */
  readonly change: Int8Array;
}
