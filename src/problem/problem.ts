/**
 * The canonical problem. Structure is kept, not flattened, because speed comes from structure.
 *
 *     minimize    sum_t 1/2 s_t (w - c_t)' Q_t (w - c_t)  -  mu' w  +  sum_i trading_i(w_i - w0_i)  +  sum_k tau_k tail_k(w)
 *                 -  sum_i b_i ln(w_i)  +  sum over soft restrictions of penalty * excess
 *     subject to  lower <= w <= upper,   l <= A w <= u,   sqrt((w - c_k)' Q_k (w - c_k)) <= t_k,
 *                 sum_i buy_ij (w_i - w0_i)+ + sell_ij (w0_i - w_i)+ <= b_j,   tails,   risk shares,   integrality
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
  /** Convex piecewise-linear costs of single assets, on top of the rates: taxes of lots sold one after the other, tiered commissions. */
  readonly pieces?: readonly TradingPieces[];
}

/** A convex piecewise-linear function of the trade w - current of one asset, zero at a trade of zero. */
export interface TradingPieces {
  readonly position: number;
  /** (p) trades at which the slope changes, strictly ascending. */
  readonly knots: Float64Array;
  /** (p + 1) cost per unit of trade left of, between and right of the knots, nondecreasing. */
  readonly slopes: Float64Array;
}

/**
 * What makes a restriction soft: the objective holds `penalty` (> 0) times its excess, and the restriction itself need not hold. The excess is
 * how much it is broken in its own unit: the distance of a row outside [lower, upper], max(0, sqrt((w - c)' Q (w - c)) - bound) of a norm,
 * max(0, sum - bound) of a trade limit. A soft norm with bound 0 is the term penalty * sqrt((w - c)' Q (w - c)). Where the penalty is
 * above the shadow price that the restriction would have if it were hard, both have the same answer (Nocedal and Wright, Numerical
 * Optimization, 2006, theorem 17.3).
 */
export interface Soft {
  readonly penalty?: number;
}

/** lower <= sum_k coefficients[k] w[positions[k]] <= upper; either side may be infinite. */
export interface Row extends Soft {
  readonly positions: Int32Array;
  readonly coefficients: Float64Array;
  readonly lower: number;
  readonly upper: number;
  readonly origin: Origin;
}

/** sqrt((w - centre)' operator (w - centre)) <= bound, bound >= 0. */
export interface Norm extends Soft {
  readonly operator: SymmetricOperator;
  readonly centre?: Float64Array;
  readonly bound: number;
  readonly origin: Origin;
}

/** sum_i buyRate_i (w_i - centre_i)+ + sellRate_i (centre_i - w_i)+ <= bound; rates >= 0, bound >= 0. Turnover in all its definitions. */
export interface TradeLimit extends Soft {
  readonly centre: Float64Array;
  readonly buyRate: Float64Array;
  readonly sellRate: Float64Array;
  readonly bound: number;
  readonly origin: Origin;
}

/**
 * A measure of loss over scenarios s with probabilities p_s; the result of scenario s is r_s'(w - centre). All are convex in w and
 * positively homogeneous in w - centre; annual or per period as the scenarios are.
 */
export interface TailMeasure {
  /**
   * `cvar`: mean of the worst (1 - level) share of the losses -r_s'(w - centre), the scenario at the boundary counted in part (Rockafellar
   * and Uryasev 2000). `drawdown`: the same of the drawdowns max_{t <= s} C_t - C_s, with C_0 = 0 and C the uncompounded running sum of
   * results in the order of the scenarios; level 0 is the mean drawdown, 1 the largest (Chekhlov, Uryasev and Zabarankin 2005).
   * `mean-absolute-deviation`: sum_s p_s |(r_s - mean r)'(w - centre)| (Konno and Yamazaki 1991); `level` is 0.
   */
  readonly kind: 'cvar' | 'drawdown' | 'mean-absolute-deviation';
  /** (S x n) row-major simple returns. */
  readonly scenarios: Float64Array;
  /** (S) positive, sum 1; equally likely when absent, and always for drawdowns. */
  readonly probabilities?: Float64Array;
  /** 0 to 1; 1 is the worst scenario alone. */
  readonly level: number;
  /** (n) the origin when absent; the benchmark for losses relative to it. */
  readonly centre?: Float64Array;
}

/** measure <= bound. */
export interface Tail extends TailMeasure {
  readonly bound: number;
  readonly origin: Origin;
}

/** weight * measure in the objective, weight >= 0. */
export interface TailTerm extends TailMeasure {
  readonly weight: number;
}

/** w_position lies in one of the intervals: minimum holding, minimum trade, all or none. */
export interface Domain {
  readonly position: number;
  /** Closed, ascending, disjoint; a single value is an interval of width 0; outer ends may be infinite. */
  readonly intervals: readonly (readonly [lower: number, upper: number])[];
  readonly origin: Origin;
}

/** w_position is `base` plus a whole multiple of `step` > 0: round lots. */
export interface Lot {
  readonly position: number;
  readonly base: number;
  readonly step: number;
  readonly origin: Origin;
}

/**
 * Between `minimum` and `maximum` of the positions have w on that side of `centre`: names held, trades, buys, sells. To count towards a
 * minimum above 0 a weight stands at least `positionMin` away from the centre; to count against a maximum any distance is enough.
 */
export interface Count {
  readonly positions: Int32Array;
  /** (n) 0 to count names, the current weights to count trades. */
  readonly centre: Float64Array;
  readonly side: 'either' | 'above' | 'below';
  readonly minimum: number;
  readonly maximum: number;
  readonly origin: Origin;
}

/**
 * The groups whose holding, the sum of their weights, is above `threshold` hold at most `limit` together; those that stand at the threshold do
 * not count (5/10/40: above 5 %, together at most 40 %; Directive 2009/65/EC, article 52). For groups that cannot be short, of which no two
 * share a position.
 */
export interface Concentration {
  /** By issuer: positions, each group with one at least. */
  readonly groups: readonly Int32Array[];
  /** >= 0 */
  readonly threshold: number;
  /** >= 0 */
  readonly limit: number;
  readonly origin: Origin;
}

/** The smallest position or trade that counts towards a minimum number of them: a hundredth of a basis point. */
export const positionMin = 1e-6;

/** A holding this little above the threshold of a concentration stands at it. */
export const thresholdWidth = 1e-9;

/** What no convex restriction can say of the weights. */
export interface Integrality {
  readonly domains: readonly Domain[];
  readonly lots: readonly Lot[];
  readonly counts: readonly Count[];
  readonly concentrations?: readonly Concentration[];
}

/**
 * lower <= contribution / variance <= upper, with the variance a' operator a of a = w - centre. The contribution of assets is
 * sum_{i in positions} a_i (operator a)_i; that of a factor is (exposures'a)(pull'a), of which the exposures are a column of B and the pull
 * one of B F in a variance a'(B F B' + D)a. All contributions sum to the variance (Euler; Qian, The Financial Interpretation of Risk
 * Contribution, Journal of Investment Management 4, 2006). Not convex. Holds where the variance is 0.
 */
export interface RiskShare {
  readonly operator: SymmetricOperator;
  readonly centre?: Float64Array;
  readonly contribution:
    | { readonly kind: 'assets'; readonly positions: Int32Array }
    | { readonly kind: 'factor'; readonly exposures: Float64Array; readonly pull: Float64Array };
  /** Shares of the variance, as fractions; either may be infinite. */
  readonly lower: number;
  readonly upper: number;
  readonly origin: Origin;
}

/** Bounds on one asset from one origin. Never soft: a soft bound is a row of one position. */
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
  readonly domains?: readonly Domain[];
  readonly lots?: readonly Lot[];
  readonly counts?: readonly Count[];
  readonly concentrations?: readonly Concentration[];
  readonly riskShares?: readonly RiskShare[];
}

/** What is minimized. `linear` is mu (n): the objective holds -mu'w. */
export interface Objective {
  readonly quadratics: readonly Quadratic[];
  readonly linear: Float64Array;
  readonly trading?: Trading;
  readonly tailTerms?: readonly TailTerm[];
  /** (n) b >= 0: the objective holds -sum_i b_i ln(w_i), so that w_i > 0 wherever b_i > 0. Risk budgets (Spinu 2013), growth. */
  readonly logarithms?: Float64Array;
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
  /** Absent when there are none, never empty. */
  readonly riskShares?: readonly RiskShare[];
  /** Absent when there is none. */
  readonly integrality?: Integrality;
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
    ...riskSharesOf(restrictions),
    ...integralityOf(restrictions),
  };
}

function riskSharesOf(restrictions: readonly Lowered[]): Pick<Problem, 'riskShares'> {
  const riskShares = restrictions.flatMap((part) => part.riskShares ?? []);
  return riskShares.length === 0 ? {} : { riskShares };
}

function integralityOf(restrictions: readonly Lowered[]): Pick<Problem, 'integrality'> {
  const domains = restrictions.flatMap((part) => part.domains ?? []);
  const lots = restrictions.flatMap((part) => part.lots ?? []);
  const counts = restrictions.flatMap((part) => part.counts ?? []);
  const concentrations = restrictions.flatMap((part) => part.concentrations ?? []);
  if (domains.length + lots.length + counts.length + concentrations.length === 0) return {};
  return { integrality: { domains, lots, counts, ...(concentrations.length === 0 ? {} : { concentrations }) } };
}
