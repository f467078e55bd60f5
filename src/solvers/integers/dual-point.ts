/** Prices at which an integer problem falls apart into assets, and the bound that they prove. */
import type { IntegerModel } from './integer-model.ts';
import type { NodeDomain } from './node-domain.ts';
import { AssetCosts } from './node-domain.ts';
import type { QuadraticPart } from './quadratic-part.ts';
import type { Side } from './sides.ts';

export interface DualPoint {
  /** (n) weights at which the curvature is made linear. */
  readonly weights: Float64Array;
  readonly rows: Float64Array;
  /** By coupling: counts, then trade limits, then limits on large holdings. */
  readonly couplings: Float64Array;
  /** By norm limit: what half its square costs, >= 0; of a soft one, what its length costs is this times the length at `weights`. */
  readonly norms: Float64Array;
  /** (n) by norm limit: where its square is made linear; `weights` when absent. */
  readonly normWeights?: readonly Float64Array[];
}

/** A dual point with what it comes to. */
export interface PricedPoint extends DualPoint {
  /** At the prices of the norms. */
  readonly model: IntegerModel;
  /** (n) what a unit of each asset costs besides its own segments. */
  readonly pull: Float64Array;
  /** What no choice changes, and the size of its terms. */
  readonly constant: number;
  readonly size: number;
}

/** What the prices of a point may say: nothing of sides that are not there, and of what is soft no more than its penalty. */
interface Allowed extends Pick<DualPoint, 'rows' | 'couplings' | 'norms'> {
  /** By norm: what its length costs where it is soft; 0 where it is hard, of which half the square costs what `norms` says. */
  readonly lengths: Float64Array;
  /** What the bounds of the norms give back. */
  readonly room: number;
}

/** Without the objective nothing is paid for what is broken, and its prices prove nothing. */
export function allowed(model: IntegerModel, point: DualPoint, withObjective = true): Allowed {
  const { problem, counts, rowSides, couplingSides } = model;
  const capped = (price: number, most: number | undefined): number =>
    most === undefined ? price : withObjective ? Math.min(Math.max(price, -most), most) : 0;
  const rows = point.rows.map((price, r) => {
    const row = problem.rows[r]!;
    return (price > 0 ? row.upper < Infinity : row.lower > -Infinity) ? capped(price, rowSides[r]!.priceMax) : 0;
  });
  const couplings = point.couplings.map((price, j) =>
    j < counts
      ? price
      : couplingSides[j]!.upper < Infinity
        ? capped(Math.max(price, 0), couplingSides[j]!.priceMax)
        : 0,
  );
  const norms = new Float64Array(point.norms.length);
  const lengths = new Float64Array(point.norms.length);
  let room = 0;
  problem.norms.forEach(({ bound, penalty }, k) => {
    const price = point.norms[k]!;
    if (!(price > 0 && bound < Infinity)) return;
    if (penalty === undefined) {
      norms[k] = price;
      room += 0.5 * price * bound * bound;
      return;
    }
    // A length is at least its tangent: the one of half its square at this price, but for the constant.
    const length = Math.sqrt(Math.max(squareAt(model.norms[k]!, point.weights), 0));
    if (length === 0) return;
    const paid = capped(price * length, penalty);
    lengths[k] = paid;
    norms[k] = paid / length;
    room += paid * bound - 0.5 * paid * length;
  });
  return { rows, couplings, norms, lengths, room };
}

/** Where the squares of norms are made linear, by norm. */
export function squaresAt({ norms, weights, normWeights }: DualPoint): readonly Float64Array[] {
  return normWeights ?? Array.from(norms, () => weights);
}

/** (w - c)'Q(w - c); the mean of it where weights have a variance (n), as far as single assets speak of it. */
export function squareAt(
  { diagonal, curvature, linear, constant }: QuadraticPart,
  weights: Float64Array,
  variance?: Float64Array,
): number {
  const product = new Float64Array(weights.length);
  curvature.times(weights, product);
  let total = 2 * constant;
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i]!;
    total += w * (product[i]! + 2 * linear[i]!) + diagonal[i]! * (w * w + (variance?.[i] ?? 0));
  }
  return total;
}

/** A dual point without what its prices may not say, and what it comes to. */
export function priced(base: IntegerModel, point: DualPoint, withObjective = true): PricedPoint {
  const { n } = base;
  const { rows, couplings, norms, room } = allowed(base, point, withObjective);
  const model = base.at(norms, withObjective);
  const product = new Float64Array(n);
  let constant = model.constant;
  let size = Math.abs(constant);
  const subtract = (value: number): void => {
    constant -= value;
    size += Math.abs(value);
  };
  const linearAt = (part: QuadraticPart, price: number, weights: Float64Array): void => {
    const own = new Float64Array(n);
    part.curvature.times(weights, own);
    for (let i = 0; i < n; i++) {
      product[i] = product[i]! + price * own[i]!;
      subtract(0.5 * price * weights[i]! * own[i]!);
    }
  };
  if (withObjective) linearAt(model.objective, 1, point.weights);
  const at = squaresAt(point);
  norms.forEach((price, k) => price > 0 && linearAt(model.norms[k]!, price, at[k]!));
  subtract(room);
  const sideOf = (price: number, { lower, upper }: Side): void => {
    if (price !== 0) subtract(price * (price > 0 ? upper : lower));
  };
  rows.forEach((price, r) => sideOf(price, model.rowSides[r]!));
  couplings.forEach((price, j) => sideOf(price, model.couplingSides[j]!));
  const pull = new Float64Array(n);
  model.pull(product, rows, pull);
  return { ...point, rows, couplings, model, pull, constant, size };
}

/** What rounding may take from a bound, as a share of its terms. */
const rounding = 1e-14;

/** By asset: the least cost, and where. */
export interface Separate {
  readonly bound: number;
  readonly costs: Float64Array;
  readonly weights: Float64Array;
  readonly pieces: Int16Array;
  /** Of the terms of the bound. */
  readonly size: number;
}

/** The bound over a domain. */
export function separate(point: PricedPoint, domain: NodeDomain): Separate {
  const { model } = point;
  const { n } = model;
  const costs = new Float64Array(n);
  const weights = new Float64Array(n);
  const pieces = new Int16Array(n);
  const assets = new AssetCosts(model);
  let bound = point.constant;
  let size = point.size;
  for (let i = 0; i < n; i++) {
    const { cost, weight, piece } = assets.least(i, point.pull[i]!, point.couplings, domain);
    costs[i] = cost;
    weights[i] = weight;
    pieces[i] = piece;
    bound += cost;
    size += Math.abs(cost);
  }
  if (size < Infinity) bound -= rounding * size;
  return { bound, costs, weights, pieces, size };
}

/** The sum must clear zero by this share of its terms, so that rounding makes no proof. */
const marginMin = 1e-9;

/** Whether the prices alone, without the objective, leave no point in a domain: a positive combination that nothing can meet. */
export function contradicts(model: IntegerModel, point: DualPoint, domain: NodeDomain): boolean {
  const { bound, costs, size } = separate(priced(model, point, false), domain);
  return costs.includes(Infinity) || bound > marginMin * size;
}
