/** What a solver reports: outcomes are values, never exceptions. */
export type TerminationReason =
  /** Certified to the tolerance asked for. */
  | 'optimal'
  /** No point satisfies the restrictions; `infeasibility` proves it. */
  | 'infeasible'
  /** The objective falls without end. */
  | 'unbounded'
  /** Stopped at `limit` with a point that satisfies the restrictions. */
  | 'feasible'
  /** Stopped at `limit` with no such point. */
  | 'no solution found'
  /** The numbers broke down, or the answer failed its own check; no weights are given. */
  | 'numerical error';
export type Limit = 'iterations' | 'time' | 'interrupted';

export interface Termination {
  readonly reason: TerminationReason;
  readonly limit?: Limit;
  readonly detail: string;
}

/**
 * Multipliers by restriction, in the units of the original problem. Stationarity reads
 * `gradient(objective) + A' rows + bounds + sum_k norms_k grad_k + sum_j (subgradient of trade limit j) tradeLimits_j = 0`
 * (plus a subgradient of the trading cost). `rows` and `bounds` are positive at an active upper side, negative at a lower one.
 */
export interface Multipliers {
  readonly rows: Float64Array;
  readonly bounds: Float64Array;
  readonly norms: Float64Array;
  readonly tradeLimits: Float64Array;
  /**
   * By limit on large holdings: its price, >= 0, of the sum of those that are above their threshold. Behind these, by group of several
   * assets: the price of the side of the threshold on which it stands, positive at the threshold from below, negative from above. Absent
   * when there are no such limits, or when nothing is known of their prices.
   */
  readonly concentrations?: Float64Array;
  /**
   * By limit on shares of risk: its price, positive at an active upper side, negative at a lower one. Makes a point stationary, not optimal.
   * Absent when there are none, or when nothing is known of their prices.
   */
  readonly riskShares?: Float64Array;
  /** By tail limit: its shadow price, and the stress at which the measure is met. Absent when there are none. */
  readonly tails?: readonly TailPrice[];
  /** By tail term of the objective. Absent when there are none. */
  readonly tailTerms?: readonly TailStress[];
}

/**
 * The scenario weights at which a tail measure is attained; they make it a linear function of w that lies below it everywhere.
 * `losses` (S): of `cvar`, 0 <= q_s <= p_s / (1 - level), sum 1, measure >= -sum_s q_s r_s'(w - centre). Of
 * `mean-absolute-deviation`, |q_s| <= p_s, measure >= sum_s q_s (r_s - mean r)'(w - centre). Of `drawdown`, q as for `cvar`, and
 * `peaks` (S + 1, that of C_0 first) >= 0 with the same sum and, up to every s, at least as much of it as of the losses: measure >=
 * sum_t peaks_t C_t - sum_s q_s C_s.
 */
export interface TailStress {
  readonly losses: Float64Array;
  readonly peaks?: Float64Array;
}

export interface TailPrice {
  /** >= 0. */
  readonly price: number;
  readonly stress: TailStress;
}

/**
 * A proof that no point exists: nonnegative combination of restrictions that no w satisfies. `directions[k]` (n) gives the linear
 * minorant `(Q_k d)'(w - c_k)` of norm k, with sqrt(d' Q_k d) <= norms_k; `slopes[j]` (n) the one of trade limit j.
 */
export interface InfeasibilityProof extends Multipliers {
  readonly directions: readonly Float64Array[];
  readonly slopes: readonly Float64Array[];
}

/** One step of a solver, for progress. Residuals and gap are relative. */
export interface Iterate {
  readonly iteration: number;
  readonly objective: number;
  readonly primal: number;
  readonly dual: number;
  readonly gap: number;
}

/**
 * Why no point of an integer problem is below a bound, or why there is none: a tree of cuts that leaves no weight out, each end of it
 * with a bound of its own.
 */
export interface SearchProof {
  /** (n) >= 0: taken out of the quadratic terms, which stay convex without it. */
  readonly diagonal: Float64Array;
  /** By norm limit (n) >= 0: the same of its square. Nothing is taken out of any when absent. */
  readonly normDiagonals?: readonly Float64Array[];
  readonly root: SearchBranch;
}

export type SearchBranch = SearchCut | SearchLeaf;

/** Below: w_position <= at, or < at when `at` belongs above. */
export interface SearchCut {
  readonly position: number;
  readonly at: number;
  /** The side on which `at` itself lies. */
  readonly owner: 'below' | 'above';
  readonly below: SearchBranch;
  readonly above: SearchBranch;
}

/**
 * The Lagrangian at `multipliers` with what couples assets made linear at `weights`, minimized asset by asset over what the cuts leave.
 * Without `weights` the objective is left out: the minimum is then above zero, and no point exists.
 */
export interface SearchLeaf {
  /** (n) */
  readonly weights?: Float64Array;
  /** Of norms: the price of a length, which is made linear at `weights`. */
  readonly multipliers: Multipliers;
  /** By norm limit that is not soft: what half its square costs, >= 0, made linear at a point (n) of its own. */
  readonly squares?: { readonly prices: Float64Array; readonly at: readonly Float64Array[] };
  /** By count: what one position more costs; positive at a maximum, negative at a minimum. */
  readonly counts: Float64Array;
  /** By limit on large holdings: its price, >= 0; absent when there are none. */
  readonly concentrations?: Float64Array;
}

export interface Solution {
  /** The one that answered. */
  readonly solver: string;
  /** Why it was this one, and who gave up before it; told by the registry. */
  readonly choice?: string;
  readonly termination: Termination;
  /** (n) best point; empty only when the reason says that there is none. */
  readonly weights: Float64Array;
  readonly objective: number;
  readonly multipliers: Multipliers;
  readonly infeasibility?: InfeasibilityProof;
  /** With integrality: what no point can better, as claimed by the search. */
  readonly bound?: number;
  /** With integrality: the proof of `bound`, or of infeasibility. Absent when it is too large to carry. */
  readonly proof?: SearchProof;
  readonly iterations: number;
  readonly residuals: { readonly primal: number; readonly dual: number; readonly gap: number };
}
