/**
 * What single assets may hold and what it costs them, for the check of a search. The definitions change their mind only at the ends of
 * intervals and at centres of counts, so that between two such places, and on each, one look tells all.
 */
import type { Problem } from './problem.ts';
import { positionMin } from './problem.ts';
import type { Range } from './certificate-search.ts';

/** Admissible weights between two neighbouring places, or one place. */
interface Cell {
  readonly lower: number;
  readonly upper: number;
  /** The counts that include the asset here. */
  readonly counted: readonly number[];
  /** The limits on large holdings that count its weight here. */
  readonly large: readonly number[];
}

interface Kinked {
  readonly centre: number;
  readonly buy: number;
  readonly sell: number;
}

/** A weight this share of a step away from a lattice point stands on it. */
const latticeRounding = 1e-9;
const passes = 4;
/** Implied bounds are widened by this much, so that rounding takes no point away. */
const widening = 1e-9;

/** What a unit costs, and what is counted. */
interface Prices {
  /** (n) */
  readonly pull: Float64Array;
  /** (n) d: every asset costs 1/2 d w^2. */
  readonly diagonal: Float64Array;
  /** Without it trading costs nothing. */
  readonly withObjective: boolean;
  /** By trade limit, count and limit on large holdings. */
  readonly limits: Float64Array;
  readonly counts: Float64Array;
  readonly large: Float64Array;
}

export class AdmissibleCosts {
  private readonly problem: Problem;
  private readonly cells: readonly (readonly Cell[])[];
  private readonly lots: ReadonlyMap<number, { readonly base: number; readonly step: number }>;
  private readonly prices: Prices;

  private constructor(problem: Problem, cells: readonly (readonly Cell[])[], prices: Prices) {
    this.problem = problem;
    this.cells = cells;
    this.lots = new Map((problem.integrality?.lots ?? []).map((lot) => [lot.position, lot]));
    this.prices = prices;
  }

  static of(problem: Problem): AdmissibleCosts {
    const { lower, upper } = impliedBounds(problem);
    const cells = problem.universe.assets.map((_, i) => cellsOf(problem, i, lower[i]!, upper[i]!));
    const none = new Float64Array(0);
    const free = { pull: none, diagonal: none, withObjective: false, limits: none, counts: none, large: none };
    return new AdmissibleCosts(problem, cells, free);
  }

  /** The same weights at prices. */
  at(prices: Prices): AdmissibleCosts {
    return new AdmissibleCosts(this.problem, this.cells, prices);
  }

  /** The least cost of asset i over what a range admits; infinite when that is nothing. */
  least(i: number, range: Range): number {
    let best = Infinity;
    for (const cell of this.cells[i]!) {
      const { lower, upper, counted, large } = cell;
      const from = Math.max(lower, range.lower);
      const to = Math.min(upper, range.upper);
      const single = lower === upper;
      if (from > to) continue;
      const [fromOpen, toOpen] = [from === range.lower && range.lowerOpen, to === range.upper && range.upperOpen];
      // The ends of a cell are cells of their own.
      if (from === to && (fromOpen || toOpen || (!single && (from === lower || from === upper)))) continue;
      const price = counted.reduce((total, j) => total + this.prices.counts[j]!, 0);
      const open = { from: !single && (fromOpen || from === lower), to: !single && (toOpen || to === upper) };
      const pull = large.reduce((total, k) => total + this.prices.large[k]!, this.prices.pull[i]!);
      best = Math.min(best, price + this.between(i, pull, from, to, open));
    }
    return best;
  }

  /** Open ends matter on a lattice only; elsewhere the least cost is that of the closure. */
  private between(
    i: number,
    pull: number,
    from: number,
    to: number,
    open: { readonly from: boolean; readonly to: boolean },
  ): number {
    const lot = this.lots.get(i);
    if (lot === undefined) return this.leastOf(i, pull, from, to);
    const [first, last] = [(from - lot.base) / lot.step, (to - lot.base) / lot.step];
    const up = open.from ? Math.floor(first + latticeRounding) + 1 : Math.ceil(first - latticeRounding);
    const down = open.to ? Math.ceil(last - latticeRounding) - 1 : Math.floor(last + latticeRounding);
    if (up > down) return Infinity;
    // Convex along the lattice: the best of its points lies beside the best weight of all.
    const best = this.weightOf(i, pull, lot.base + lot.step * up, lot.base + lot.step * down);
    const near = Math.floor((best - lot.base) / lot.step);
    const at = (k: number): number => this.costAt(i, pull, lot.base + lot.step * Math.min(Math.max(k, up), down));
    return Math.min(at(near), at(near + 1));
  }

  private leastOf(i: number, pull: number, from: number, to: number): number {
    const weight = this.weightOf(i, pull, from, to);
    return Number.isFinite(weight) ? this.costAt(i, pull, weight) : -Infinity;
  }

  private kinks(i: number): Kinked[] {
    const { trading, tradeLimits } = this.problem;
    const kinked: Kinked[] = [];
    if (this.prices.withObjective && trading !== undefined)
      kinked.push({ centre: trading.current[i]!, buy: trading.buyRate[i]!, sell: trading.sellRate[i]! });
    tradeLimits.forEach(({ centre, buyRate, sellRate }, j) => {
      const price = this.prices.limits[j]!;
      if (price > 0) kinked.push({ centre: centre[i]!, buy: price * buyRate[i]!, sell: price * sellRate[i]! });
    });
    return kinked;
  }

  /** Places where the slope jumps, besides those of `kinks`. */
  private knots(i: number): { readonly at: number; readonly jump: number; readonly first: number }[] {
    const { trading } = this.problem;
    if (!this.prices.withObjective) return [];
    return (trading?.pieces ?? [])
      .filter(({ position }) => position === i)
      .flatMap(({ knots, slopes }) =>
        Array.from(knots, (knot, k) => ({
          at: trading!.current[i]! + knot,
          jump: slopes[k + 1]! - slopes[k]!,
          first: k === 0 ? slopes[0]! : 0,
        })),
      );
  }

  /** Where the convex cost is least: on the segment, between kinks, at which its slope changes sign. */
  private weightOf(i: number, pull: number, from: number, to: number): number {
    const kinked = this.kinks(i);
    const knots = this.knots(i);
    const impact = !this.prices.withObjective ? 0 : (this.problem.trading?.quadratic?.[i] ?? 0);
    const curve = this.prices.diagonal[i]! + 2 * impact;
    let slope = pull - 2 * impact * (this.problem.trading?.current[i] ?? 0);
    for (const { sell } of kinked) slope -= sell;
    for (const { first } of knots) slope += first;
    const jumps = [
      ...kinked.map(({ centre, buy, sell }) => ({ at: centre, by: buy + sell })),
      ...knots.map(({ at, jump }) => ({ at, by: jump })),
    ].sort((a, b) => a.at - b.at);
    for (const { at, by } of [...jumps, { at: Infinity, by: 0 }]) {
      // Left of the jump the slope at w is `slope + curve w`.
      const rest =
        curve > 0 ? -slope / curve : slope > 0 ? -Infinity : slope < 0 ? Infinity : Math.max(from, Math.min(to, at, 0));
      if (rest <= at) return Math.min(Math.max(rest, from), to);
      slope += by;
      const after = curve > 0 ? -slope / curve : slope > 0 ? -Infinity : Infinity;
      if (after < at) return Math.min(Math.max(at, from), to);
    }
    return to;
  }

  private costAt(i: number, pull: number, w: number): number {
    const { trading } = this.problem;
    let cost = pull * w + 0.5 * this.prices.diagonal[i]! * w * w;
    if (this.prices.withObjective) {
      const trade = w - (trading?.current[i] ?? 0);
      cost += (trading?.quadratic?.[i] ?? 0) * trade * trade;
      for (const { position, knots, slopes } of trading?.pieces ?? [])
        if (position === i) cost += integral(knots, slopes, trade);
    }
    for (const { centre, buy, sell } of this.kinks(i)) cost += w > centre ? buy * (w - centre) : sell * (centre - w);
    return cost;
  }
}

/** The cost whose slopes are given, zero at zero. */
function integral(knots: Float64Array, slopes: Float64Array, trade: number): number {
  let cost = 0;
  for (let k = 0; k < slopes.length; k++) {
    const from = Math.max(Math.min(trade, 0), k === 0 ? -Infinity : knots[k - 1]!);
    const to = Math.min(Math.max(trade, 0), k === knots.length ? Infinity : knots[k]!);
    if (to > from) cost += slopes[k]! * (to - from);
  }
  return trade < 0 ? -cost : cost;
}

function cellsOf(problem: Problem, i: number, lower: number, upper: number): Cell[] {
  const { domains = [], counts = [], lots = [], concentrations = [] } = problem.integrality ?? {};
  const own = domains.filter(({ position }) => position === i);
  const members = [...counts.keys()].filter((j) => counts[j]!.positions.includes(i));
  const near = members.flatMap((j) => {
    const centre = counts[j]!.centre[i]!;
    return counts[j]!.minimum > 0 ? [centre - positionMin, centre, centre + positionMin] : [centre];
  });
  const limits = [...concentrations.keys()].filter((k) => concentrations[k]!.groups.some((group) => group.includes(i)));
  const thresholds = limits.map((k) => concentrations[k]!.threshold);
  const ends = [lower, upper, ...own.flatMap(({ intervals }) => intervals.flat()), ...near, ...thresholds];
  const places = [...new Set(ends)].filter((place) => place >= lower && place <= upper).sort((a, b) => a - b);
  const lot = lots.find(({ position }) => position === i);
  const cells: Cell[] = [];
  const look = (from: number, to: number, at: number): void => {
    if (!own.every(({ intervals }) => intervals.some(([a, b]) => a <= at && at <= b))) return;
    if (from === to && lot !== undefined && offLattice(lot, at)) return;
    const counted: number[] = [];
    for (const j of members) {
      const { side, centre, minimum } = counts[j]!;
      const away = at - centre[i]!;
      const distance = side === 'either' ? Math.abs(away) : side === 'above' ? away : -away;
      if (!(distance > 0)) continue;
      // Nearer to the centre than counts towards a minimum: nowhere to be.
      if (minimum > 0 && distance < positionMin * (1 - 1e-6)) return;
      counted.push(j);
    }
    const large = limits.filter((k) => at > concentrations[k]!.threshold);
    cells.push({ lower: from, upper: to, counted, large });
  };
  places.forEach((place, k) => {
    if (Number.isFinite(place)) look(place, place, place);
    const next = places[k + 1];
    if (next === undefined) return;
    const middle = Number.isFinite(place + next)
      ? 0.5 * (place + next)
      : Number.isFinite(place)
        ? place + 1
        : Number.isFinite(next)
          ? next - 1
          : 0;
    look(place, next, middle);
  });
  return cells;
}

function offLattice({ base, step }: { readonly base: number; readonly step: number }, weight: number): boolean {
  const steps = (weight - base) / step;
  return Math.abs(steps - Math.round(steps)) > latticeRounding;
}

/** Infinite sides of single assets, where the rows and the other bounds imply a finite one. */
function impliedBounds({ lower, upper, rows }: Problem): {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
} {
  const bounds = { lower: Float64Array.from(lower), upper: Float64Array.from(upper) };
  for (let pass = 0; pass < passes; pass++)
    for (const row of rows.filter(({ penalty }) => penalty === undefined))
      for (const sign of [1, -1]) {
        const most = sign > 0 ? row.upper : -row.lower;
        if (!Number.isFinite(most)) continue;
        const part = (k: number): number => {
          const a = sign * row.coefficients[k]!;
          const i = row.positions[k]!;
          return a === 0 ? 0 : a * (a > 0 ? bounds.lower[i]! : bounds.upper[i]!);
        };
        const parts = Array.from(row.positions, (_, k) => part(k));
        const endless = parts.filter((value) => value === -Infinity).length;
        const finite = parts.reduce((total, value) => (value === -Infinity ? total : total + value), 0);
        row.positions.forEach((i, k) => {
          const a = sign * row.coefficients[k]!;
          if (a === 0 || endless > (parts[k] === -Infinity ? 1 : 0)) return;
          const side = (most - (parts[k] === -Infinity ? finite : finite - parts[k]!)) / a;
          const wide = widening * Math.max(1, Math.abs(side));
          if (a > 0 && bounds.upper[i] === Infinity) bounds.upper[i] = side + wide;
          if (a < 0 && bounds.lower[i] === -Infinity) bounds.lower[i] = side - wide;
        });
      }
  return bounds;
}
