/**
 * Several periods in a row, chained by the trades between them:
 *
 *     minimize    sum_t  1/2 s_t (w_t - c_t)' Q_t (w_t - c_t)  -  mu_t'w_t  +  cost_t(w_t - w_{t-1}),      w_0 the weights held now
 *     subject to  lower_t <= w_t <= upper_t,   l_t <= A_t w_t <= u_t,   sum_i buy_ij (w_t - w_{t-1})+ + sell_ij (w_{t-1} - w_t)+ <= b_j
 *
 * Boyd, Busseti, Diamond, Kahn, Koh, Nystrup and Speth, Multi-Period Trading via Convex Optimization (2017).
 */
import type { Bound, Lowered, Quadratic, Row, TradeLimit, Trading } from './problem.ts';
import { compose } from './problem.ts';
import type { Multipliers, Solution } from './solution.ts';
import type { Universe } from './universe.ts';

/** Cost of the trades that lead into a period; see `Trading`. */
export type PeriodTrading = Omit<Trading, 'current' | 'pieces'>;

/** Limit on the trades that lead into a period; see `TradeLimit`. */
export type PeriodLimit = Omit<TradeLimit, 'centre'>;

export interface Period {
  readonly quadratics: readonly Quadratic[];
  /** mu (n), of this period alone. */
  readonly linear: Float64Array;
  readonly trading?: PeriodTrading;
  /** (n), the intersection of `bounds`. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly bounds: readonly Bound[];
  readonly rows: readonly Row[];
  readonly limits: readonly PeriodLimit[];
}

export interface PeriodsProblem {
  readonly universe: Universe;
  /** (n) weights held before the first period. */
  readonly current: Float64Array;
  /** In order of time, one at least. */
  readonly periods: readonly Period[];
}

/** Multipliers of one period; signs as in `Multipliers`. */
export interface PeriodMultipliers {
  readonly rows: Float64Array;
  readonly bounds: Float64Array;
  /** By limit, >= 0. */
  readonly limits: Float64Array;
  /**
   * (n) g_t: marginal cost of buying into this period, limits included; a subgradient of cost_t + sum_j limits_j limit_j at the trade.
   * Stationarity reads gradient_t + A_t'rows + bounds + g_t - g_{t+1} = 0, with nothing after the last.
   */
  readonly trades: Float64Array;
}

export interface PeriodsSolution extends Pick<
  Solution,
  'solver' | 'termination' | 'objective' | 'iterations' | 'residuals'
> {
  /** (n) by period; empty only when the reason says that there is none. */
  readonly weights: readonly Float64Array[];
  readonly multipliers: readonly PeriodMultipliers[];
  /** A proof that no sequence of portfolios exists; see `verifyPeriodsInfeasibility`. */
  readonly infeasibility?: readonly PeriodMultipliers[];
}

/** A period under restrictions; those that it cannot hold (norms, tails, integrality) are left out, so look at them first. */
export function periodOf(
  universe: Universe,
  stage: Pick<Period, 'quadratics' | 'linear' | 'trading'>,
  restrictions: readonly Lowered[],
): Period {
  const { quadratics, linear } = stage;
  const { lower, upper, bounds, rows, tradeLimits } = compose(universe, { quadratics, linear }, restrictions);
  return { ...stage, lower, upper, bounds, rows, limits: tradeLimits };
}

/** The restrictions of one period as a problem of its own, with `linear` in place of its expected returns and without its trades. */
export function alone(problem: PeriodsProblem, t: number, linear = problem.periods[t]!.linear) {
  const { quadratics, lower, upper, bounds, rows } = problem.periods[t]!;
  const { universe } = problem;
  return { universe, quadratics, linear, lower, upper, bounds, rows, norms: [], tradeLimits: [], tails: [] };
}

/** The multipliers of one period as those of `alone`. */
export function aloneMultipliers({ rows, bounds }: PeriodMultipliers): Multipliers {
  return { rows, bounds, norms: new Float64Array(0), tradeLimits: new Float64Array(0) };
}
