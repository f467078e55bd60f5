/** Prices at which an integer problem falls apart into assets, and the bound that they prove. */
import type { IntegerModel } from './integer-model.ts';
import type { NodeDomain } from './node-domain.ts';
import { AssetCosts } from './node-domain.ts';

export interface DualPoint {
  /** (n) weights at which the curvature is made linear. */
  readonly weights: Float64Array;
  readonly rows: Float64Array;
  /** By coupling: counts, then trade limits, then limits on large holdings. */
  readonly couplings: Float64Array;
}

/** A dual point with what it comes to. */
export interface PricedPoint extends DualPoint {
  /** (n) what a unit of each asset costs besides its own segments. */
  readonly pull: Float64Array;
  /** What no choice changes, and the size of its terms. */
  readonly constant: number;
  readonly size: number;
}

/** The prices of a point, less those on sides that are not there. */
export function allowed({ problem, counts }: IntegerModel, point: DualPoint): Pick<DualPoint, 'rows' | 'couplings'> {
  const rows = point.rows.map((price, r) => {
    const row = problem.rows[r]!;
    return (price > 0 ? row.upper < Infinity : row.lower > -Infinity) ? price : 0;
  });
  return { rows, couplings: point.couplings.map((price, j) => (j < counts ? price : Math.max(price, 0))) };
}

/** A dual point without what its prices may not say, and what it comes to. */
export function priced(model: IntegerModel, point: DualPoint): PricedPoint {
  const { n } = model;
  const { rows, couplings } = allowed(model, point);
  const product = new Float64Array(n);
  model.curvature.times(point.weights, product);
  let constant = model.constant;
  let size = Math.abs(constant);
  const subtract = (value: number): void => {
    constant -= value;
    size += Math.abs(value);
  };
  for (let i = 0; i < n; i++) subtract(0.5 * point.weights[i]! * product[i]!);
  rows.forEach((price, r) => {
    if (price !== 0) subtract(price * (price > 0 ? model.rowUpper[r]! : model.rowLower[r]!));
  });
  couplings.forEach((price, j) => {
    subtract(price * (price > 0 ? model.couplingUpper[j]! : model.couplingLower[j]!));
  });
  const pull = new Float64Array(n);
  model.pull(product, rows, pull);
  return { weights: point.weights, rows, couplings, pull, constant, size };
}

/** What rounding may take from a bound, as a share of its terms. */
const rounding = 1e-14;

/** By asset: the least cost, and where. */
export interface Separate {
  readonly bound: number;
  readonly costs: Float64Array;
  readonly weights: Float64Array;
  readonly pieces: Int16Array;
}

/** The bound over a domain. */
export function separate(model: IntegerModel, point: PricedPoint, domain: NodeDomain): Separate {
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
  return { bound, costs, weights, pieces };
}

/** The sum must clear zero by this share of its terms, so that rounding makes no proof. */
const marginMin = 1e-9;

/** Whether the prices alone, without the objective, leave no point in a domain: a positive combination that nothing can meet. */
export function contradicts(model: IntegerModel, point: DualPoint, domain: NodeDomain): boolean {
  const { problem, n, segments } = model;
  const { rows, couplings } = allowed(model, point);
  const pull = new Float64Array(n);
  let total = 0;
  let size = 0;
  const add = (value: number): void => {
    total += value;
    size += Math.abs(value);
  };
  problem.rows.forEach(({ positions, coefficients, lower, upper }, r) => {
    const price = rows[r]!;
    if (price === 0) return;
    for (let k = 0; k < positions.length; k++) pull[positions[k]!] = pull[positions[k]!]! + price * coefficients[k]!;
    add(-price * (price > 0 ? upper : lower));
  });
  couplings.forEach((price, j) => add(-price * (price > 0 ? model.couplingUpper[j]! : model.couplingLower[j]!)));
  for (let i = 0; i < n; i++) {
    let least = Infinity;
    for (let p = segments.start[i]!; p < segments.start[i + 1]!; p++) {
      const piece = segments.piece[p]!;
      if (piece < domain.first[i]! || piece > domain.last[i]!) continue;
      let slope = pull[i]!;
      let constant = 0;
      for (let j = 0; j < couplings.length; j++) {
        slope += couplings[j]! * segments.alpha[j]![p]!;
        constant += couplings[j]! * segments.beta[j]![p]!;
      }
      const from = Math.max(segments.lower[p]!, domain.lower?.[i] ?? -Infinity);
      const to = Math.min(segments.upper[p]!, domain.upper?.[i] ?? Infinity);
      if (from > to) continue;
      const end = slope === 0 ? 0 : slope * (slope > 0 ? from : to);
      least = Math.min(least, end + constant);
    }
    if (least === Infinity) return true;
    add(least);
  }
  return total > marginMin * size;
}
