/** The strategy contract. */
import type { Observable } from 'rxjs';

import type { SymmetricOperator } from '../../problem/operator.ts';
import type { Period } from '../../problem/periods.ts';
import type { Lowered, Objective, Origin } from '../../problem/problem.ts';
import type { Scenarios } from '../../problem/scenarios.ts';
import type { Situation } from '../../problem/situation.ts';
import type { Iterate, Solution } from '../../problem/solution.ts';
import type { Warm } from '../../problem/solver.ts';
import type { Violation } from '../../values/fault.ts';
import type { JsonObject, JsonSchema } from '../../values/json.ts';

/** What is known of the market, all annual. Positions follow the universe. */
export interface Estimates {
  /** (n) arithmetic expected returns; absent when neither given nor asked for. */
  readonly expectedReturns?: Float64Array;
  /** Absent when neither given nor asked for. */
  readonly covariance?: SymmetricOperator;
  readonly riskFreeRate: number;
  /** Absent when neither given nor asked for. */
  readonly scenarios?: Scenarios;
  /** Present when views were given: `expectedReturns` is then the posterior. */
  readonly blended?: BlendedViews;
}

/** Expected returns before and after views (Black-Litterman). All annual. */
export interface BlendedViews {
  /** (n) pi: before views. */
  readonly prior: Float64Array;
  /** (n) mu: after views. */
  readonly posterior: Float64Array;
  /** Sigma + M, which adds the uncertainty of the mean (He and Litterman 1999). */
  readonly predictiveCovariance: SymmetricOperator;
  /** (1 + tau) Sigma: the same before views. */
  readonly priorPredictiveCovariance: SymmetricOperator;
  /** After views that hold exactly, as far as they are trusted at all; undefined when such views depend on each other. */
  readonly certain: Pick<BlendedViews, 'posterior' | 'predictiveCovariance'> | undefined;
  /** One by view, in the order of the request. */
  readonly views: readonly BlendedView[];
}

export interface BlendedView {
  /** (n) */
  readonly portfolio: Float64Array;
  /** What the view states, and what prior and posterior say of its portfolio. */
  readonly stated: number;
  readonly prior: number;
  readonly posterior: number;
  /** Variance of the error of the view; Infinity when it is not trusted. */
  readonly variance: number;
  /** 0 to 1, Idzorek (2005): tau p'Sigma p / (tau p'Sigma p + variance). */
  readonly confidence: number;
}

/** One certified answer on the way: `objective` is what was minimized over the feasible set, `solution` its solution. */
export interface Answer {
  readonly objective: Objective;
  /** Restrictions that the strategy added itself (a return floor, say). */
  readonly added: readonly Lowered[];
  readonly solution: Solution;
  /** What else the strategy has to tell of its answer, as JSON: members of an ensemble, the floor of CPPI. Told to callers as it is. */
  readonly report?: JsonObject;
}

/** Another strategy with its parameters. */
export interface Delegate {
  /** Id of a strategy of the catalogue. */
  readonly type: string;
  readonly parameters: JsonObject;
}

/** A delegate as it is named before anything is solved. */
export interface NamedDelegate extends Delegate {
  /** Where it will run, as far as that is known then: it is admitted against this. Absent: where the strategy itself runs. */
  readonly situation?: Situation;
}

/** The ground that a delegate stands on; vectors follow its own universe. */
export interface DelegateGround {
  readonly situation: Situation;
  readonly estimates: Estimates;
  readonly restrictions: readonly Lowered[];
}

export type StrategyEvent =
  | { readonly kind: 'progress'; readonly phase: string; readonly iterate: Iterate }
  /** One point of an efficient frontier, as it is found; `index` is its place in the grid, in step with the points told when absent. */
  | { readonly kind: 'point'; readonly answer: Answer; readonly index?: number }
  /** Exactly one, last. */
  | { readonly kind: 'solution'; readonly answer: Answer };

export type SolveEvent =
  { readonly kind: 'iterate'; readonly iterate: Iterate } | { readonly kind: 'solution'; readonly solution: Solution };

/** What a trace of a frontier tells. Ends after `traced`, `solution` or `refused`. */
export type TraceEvent =
  | { readonly kind: 'iterate'; readonly iterate: Iterate }
  /** The optimum of the objective with `lambda` times the direction added to its linear term. */
  | { readonly kind: 'point'; readonly lambda: number; readonly solution: Solution }
  /** All points have been told; by what means, in words. */
  | { readonly kind: 'traced'; readonly choice: string }
  /** There is no frontier: why, or the best point of a trace that was stopped. */
  | { readonly kind: 'solution'; readonly solution: Solution }
  /** It cannot be traced, for this reason: solve point by point. */
  | { readonly kind: 'refused'; readonly reason: string };

/** What is minimized in one of several periods. Trades lead into it from the weights of the one before, into the first from the current ones. */
export interface Stage extends Pick<Period, 'quadratics' | 'linear' | 'trading'> {
  /** Restrictions of this stage alone, besides those of all; limits on trades speak of the trades into it. */
  readonly added?: readonly Lowered[];
}

/** What a plan over several periods tells: iterates, then exactly one solution. */
export type PlanEvent =
  | { readonly kind: 'iterate'; readonly iterate: Iterate }
  | {
      readonly kind: 'solution';
      /** (n) by stage; empty where there is none. */
      readonly weights: readonly Float64Array[];
      /** (n) by stage: multipliers of the bounds, positive at an upper side; empty where there are no weights. */
      readonly boundPrices: readonly Float64Array[];
      /**
       * The first stage as a problem of its own: what its trades are worth later stands in its linear term. Where the restrictions of a later
       * stage contradict each other, that stage, with the proof; where only the chain of all stages does, no solution, with its words.
       */
      readonly answer: Answer;
    };

/** What a strategy needs before it can run; the host sees to it or refuses the request. */
export type Need =
  | 'expected-returns'
  | 'covariance'
  | 'benchmark'
  | 'market-capitalizations'
  | 'scenarios'
  /** Scenarios that follow each other in time. */
  | 'path-scenarios'
  | 'factor-exposures'
  | 'views';

/** The axis of risk of a frontier. */
export type FrontierMeasure = 'volatility' | 'tracking-error' | 'turnover' | 'cvar';

export interface Task<Parameters = JsonObject> {
  readonly parameters: Parameters;
  readonly situation: Situation;
  readonly estimates: Estimates;
  /** The client's constraints, lowered. */
  readonly restrictions: readonly Lowered[];
  /** Ends the run with its best point. Unsubscribing only stops listening. */
  readonly signal: AbortSignal;
  /**
   * Minimizes `objective` over the restrictions and `added`: iterates, then exactly one solution. Cold. `warm`: the end of a solve that was
   * close to this one, which may make it faster.
   */
  solve(objective: Objective, added?: readonly Lowered[], warm?: Warm): Observable<SolveEvent>;
  /**
   * Traces the frontier between `objective`, which is to be small, and `direction`'w (n), which is to be great, over the restrictions and
   * `added`: `points` (at least 2) of it, evenly spaced in direction'w, from the least objective to the greatest direction'w. Cold. Absent
   * where nothing is traced.
   */
  trace?(
    objective: Objective,
    direction: Float64Array,
    points: number,
    added?: readonly Lowered[],
  ): Observable<TraceEvent>;
  /**
   * Minimizes the sum of `stages` over the restrictions and `added`, which hold in each of them; limits on trades speak of the trades into
   * each stage. Cold. Fails with a Fault where a restriction cannot be kept over several periods. Absent where nothing is planned.
   */
  plan?(stages: readonly Stage[], added?: readonly Lowered[]): Observable<PlanEvent>;
  /**
   * Runs another strategy, on another ground when one is given: a sleeve of the universe, resampled estimates. Cold: its events end with its
   * solution. Only what `delegates` named may be run: nothing else has been admitted. Absent where nothing is delegated.
   */
  delegate?(delegate: Delegate, ground?: DelegateGround): Observable<StrategyEvent>;
  /** An origin for restrictions that the strategy adds. */
  origin(text: string): Origin;
}

export interface Strategy<Parameters = JsonObject> {
  /** kebab-case, unique: `maximum-sharpe`. */
  readonly id: string;
  readonly title: string;
  /** What it optimizes: the exact definition, for the catalogue. */
  readonly description: string;
  readonly references: readonly string[];
  readonly parameters: JsonSchema<Parameters>;
  readonly needs: readonly Need[];
  /** What its frontier needs besides. */
  readonly frontierNeeds?: readonly Need[];
  /** What the risk axis of its frontier measures; volatility when absent. */
  readonly frontierAgainst?: FrontierMeasure;
  /** What its frontier gives risk for, where that is not the expected return: `tilt`. */
  readonly frontierAlong?: string;
  /** Why it has no frontier and what to ask for instead, in a sentence without its subject; for those without `frontier`. */
  readonly noFrontier?: string;
  /**
   * The strategies that it will run, by field path below `parameters`: the host sees to it that each exists, takes its parameters and has
   * what it needs. `situation`, when there is one, is where the strategy itself runs.
   */
  delegates?(parameters: Parameters, situation?: Situation): Readonly<Record<string, NamedDelegate>>;
  /** What it needs beyond `needs` with these parameters. */
  needsWith?(parameters: Parameters): readonly Need[];
  /** What the risk axis of its frontier measures with these parameters; `frontierAgainst` when absent. */
  frontierAgainstWith?(parameters: Parameters): FrontierMeasure;
  /** What a user can mend beyond the schema, as field paths below `parameters`. */
  admit?(parameters: Parameters, situation: Situation): readonly Violation[];
  /** Cold and finite: progress, then exactly one solution, then complete. */
  optimize(task: Task<Parameters>): Observable<StrategyEvent>;
  /**
   * Streams `points` points of the efficient frontier from the least risk to the most return, or to the most of what else it trades risk
   * for; absent when it has none. Those before `first`
   * (0 when absent) are known already and not told; the others are the same, bit for bit.
   */
  frontier?(task: Task<Parameters>, points: number, first?: number): Observable<StrategyEvent>;
}
