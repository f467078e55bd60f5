/**
 * The canonical problem. Structure is kept, not flattened, because speed comes from structure.
 *
 *     minimize    sum_t 1/2 s_t (w - c_t)' Q_t (w - c_t)  -  mu' w  +  sum_i trading_i(w_i - w0_i)
 *     subject to  lower <= w <= upper,   l <= A w <= u,   sqrt((w - c_k)' Q_k (w - c_k)) <= t_k,
 *                 sum_i buy_ij (w_i - w0_i)+ + sell_ij (w0_i - w_i)+ <= b_j,   tails,   integrality
 *
 * n assets, m rows; weights are fractions of net asset value, one period. Periods chain such blocks by their trades.
 */
import type { SymmetricOperator } from './operator.ts';
import type { Universe } from './universe.ts';

/** Which client constraint a row, norm, limit or bound came from, in the client's own words. */
export interface Origin {
  /** Id of the constraint within the request or portfolio, unique there. `strategy` and `budget` for what the engine adds. */
  readonly constraint: string;
  /** The client's name for it. */
  readonly name: string;
  /** The part of it that this restriction expresses, as a sentence: `sector Technology at most 20 %`. */
  readonly text: string;
  /** 0 is hard; 1-5 may be relaxed, higher first. */
  readonly priority: number;
}

/** 1/2 scale (w - centre)' operator (w - centre); a missing centre is the origin. */
export interface Quadratic {
  readonly scale: number;
  readonly operator: SymmetricOperator;
  readonly centre?: Float64Array;
}

/** Separable cost of trading away from `current`, per unit of weight, all (n): rates >= 0 with buy + sell >= 0. */
export interface Trading {
  readonly current: Float64Array;
  readonly buyRate: Float64Array;
  readonly sellRate: Float64Array;
  /** Coefficient of |trade|^(3/2), >= 0. */
  readonly threeHalves?: Float64Array;
  /** Coefficient of trade^2, >= 0. */
  readonly quadratic?: Float64Array;
}

/** lower <= sum_k coefficients[k] w[positions[k]] <= upper; either side may be infinite. */
export interface Row {
  readonly positions: Int32Array;
  readonly coefficients: Float64Array;
  readonly lower: number;
  readonly upper: number;
  readonly origin: Origin;
}

/** sqrt((w - centre)' operator (w - centre)) <= bound, bound >= 0. */
export interface Norm {
  readonly operator: SymmetricOperator;
  readonly centre?: Float64Array;
  readonly bound: number;
  readonly origin: Origin;
}

/** sum_i buyRate_i (w_i - centre_i)+ + sellRate_i (centre_i - w_i)+ <= bound; rates >= 0, bound >= 0. Turnover in all its definitions. */
export interface TradeLimit {
  readonly centre: Float64Array;
  readonly buyRate: Float64Array;
  readonly sellRate: Float64Array;
  readonly bound: number;
  readonly origin: Origin;
}

/** Mean loss beyond `level` over equally likely scenarios (S x n returns, row-major) <= bound. */
export interface Tail {
  readonly scenarios: Float64Array;
  readonly level: number;
  readonly bound: number;
  readonly origin: Origin;
}

/** Bounds on one asset from one origin. */
export interface Bound {
  readonly position: number;
  readonly lower: number;
  readonly upper: number;
  readonly origin: Origin;
}

/** What one constraint lowers to. */
export interface Lowered {
  readonly bounds?: readonly Bound[];
  readonly rows?: readonly Row[];
  readonly norms?: readonly Norm[];
  readonly tradeLimits?: readonly TradeLimit[];
  readonly tails?: readonly Tail[];
}

/** What is minimized. `linear` is mu (n): the objective holds -mu'w. */
export interface Objective {
  readonly quadratics: readonly Quadratic[];
  readonly linear: Float64Array;
  readonly trading?: Trading;
}

export interface Problem extends Objective {
  readonly universe: Universe;
  /** (n), the intersection of `bounds`; infinite where none. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Every bound with its origin, also those that another one hides. */
  readonly bounds: readonly Bound[];
  readonly rows: readonly Row[];
  readonly norms: readonly Norm[];
  readonly tradeLimits: readonly TradeLimit[];
  readonly tails: readonly Tail[];
}

/** Joins an objective with the restrictions that hold it. Pure; copies nothing but the two bound vectors. */
export function compose(universe: Universe, objective: Objective, restrictions: readonly Lowered[]): Problem {
  const n = universe.assets.length;
  const lower = new Float64Array(n).fill(-Infinity);
  const upper = new Float64Array(n).fill(Infinity);
  const bounds = restrictions.flatMap((part) => part.bounds ?? []);
  for (const bound of bounds) {
    lower[bound.position] = Math.max(lower[bound.position]!, bound.lower);
    upper[bound.position] = Math.min(upper[bound.position]!, bound.upper);
  }
  return {
    ...objective,
    universe,
    lower,
    upper,
    bounds,
    rows: restrictions.flatMap((part) => part.rows ?? []),
    norms: restrictions.flatMap((part) => part.norms ?? []),
    tradeLimits: restrictions.flatMap((part) => part.tradeLimits ?? []),
    tails: restrictions.flatMap((part) => part.tails ?? []),
  };
}
