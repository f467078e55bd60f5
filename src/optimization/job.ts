/**
 * What a worker is given and what it tells. Plain values that survive a structured clone; all vectors follow the universe's order.
 * The worker does the heavy part of the way through the house: estimate, lower, solve, check.
 */
import type { Observable } from 'rxjs';

import type { ScenarioView } from '../estimation/scenario-views.ts';
import type { FactorReturns } from '../problem/estimator.ts';
import type { Scenarios } from '../problem/scenarios.ts';
import type { NetAssetValue } from '../problem/situation.ts';
import type { Universe } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonObject } from '../values/json.ts';
import type { OptimizationAnswer } from './answer.ts';
import type { ExplainWish } from './answering-explanation.ts';

/** A strategy or an estimator by id, with its parameters. */
export interface Selection {
  readonly type: string;
  readonly parameters: JsonObject;
}

/** A constraint of the request or of the portfolio. `field` is where the caller wrote it, for violations found late. */
export interface StatedConstraint {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly parameters: JsonObject;
  /** 0 hard, 1-5 relaxable; absent: the default of the type. */
  readonly priority?: number;
  /** Above 0: what the objective pays per unit by which it is broken; absent: it must hold. */
  readonly penalty?: number;
  readonly field: string;
}

export interface View {
  readonly legs: readonly { readonly assetId: string; readonly coefficient: number }[];
  /** Annual arithmetic return of the combination. */
  readonly expectedReturn: number;
  /** Above 0 to 1. */
  readonly confidence: number;
}

export type MissingPrices = 'refuse' | 'pairwise' | 'complete-rows' | 'carry-forward';

export interface Estimation {
  readonly expectedReturns?: Selection;
  readonly covariance?: Selection;
  readonly missingPrices?: MissingPrices;
  readonly periodsPerYear?: number;
  readonly viewTau?: number;
  readonly marketRiskAversion?: number;
  readonly scenarios?: Selection;
  readonly scenarioViews?: readonly ScenarioView[];
}

/** Numbers given instead of estimated; per period as stated, annualized by the worker. */
export type GivenRisk =
  | {
      readonly kind: 'covariance';
      readonly matrix: Float64Array;
      readonly periodsPerYear: number;
      readonly repair: boolean;
      /** Clipping when absent. */
      readonly repairMethod?: 'clip' | 'nearest-correlation';
    }
  | {
      readonly kind: 'factor';
      readonly factors: readonly string[];
      readonly exposures: Float64Array;
      readonly factorCovariance: Float64Array;
      readonly specificVariance: Float64Array;
      readonly periodsPerYear: number;
    };

export interface SolveLimits {
  readonly iterationsMax: number;
  readonly secondsMax: number;
  readonly solver?: string;
}

/** What estimates are made from. */
export interface EstimationGround {
  readonly universe: Universe;
  readonly current: Float64Array;
  readonly cashCurrent: number;
  readonly netAssetValue?: NetAssetValue;
  readonly benchmark?: Float64Array;
  readonly riskFreeRate: number;
  readonly expectedReturns?: { readonly values: Float64Array; readonly periodsPerYear: number };
  readonly risk?: GivenRisk;
  /** T ascending days (since 1970-01-01) and T x n prices, NaN where missing. */
  readonly prices?: { readonly days: Int32Array; readonly prices: Float64Array };
  readonly scenarios?: Scenarios;
  /** Names, and T - 1 x k returns of the periods that end on the days of `prices` after the first. */
  readonly factorReturns?: FactorReturns;
  readonly estimation: Estimation;
  readonly views: readonly View[];
}

/** Estimates by themselves. */
export interface EstimationJob extends EstimationGround {
  readonly secondsMax: number;
}

export interface SolveJob extends EstimationGround {
  readonly strategy: Selection;
  readonly constraints: readonly StatedConstraint[];
  readonly limits: SolveLimits;
  /** Number of points when the frontier is wanted instead of one answer. */
  readonly frontierPoints?: number;
  /** Place of the first point to tell; those before it are known. */
  readonly frontierFirst?: number;
  /** Whether constraints of priority 5 to 1 give way, higher first, when no portfolio satisfies all. */
  readonly relaxByPriority?: boolean;
  /** Whether the answer tells what the objective would gain without each constraint that binds. */
  readonly explainConstraints?: boolean;
  /** Whether the answer is to be explained, and for which assets more is asked of. */
  readonly explain?: ExplainWish;
}

export interface ProgressNews {
  readonly phase: string;
  readonly iteration: number;
  readonly objective: number;
  readonly primal: number;
  readonly dual: number;
  readonly gap: number;
  readonly elapsedMs: number;
}

export type SolveNews =
  | { readonly kind: 'progress'; readonly progress: ProgressNews }
  | { readonly kind: 'point'; readonly index: number; readonly answer: OptimizationAnswer }
  /** Exactly one, last. */
  | { readonly kind: 'answer'; readonly answer: OptimizationAnswer };

/** A failure inside the worker as plain values; the engine turns it into a Fault again. */
export interface SolveFailure {
  readonly reason: string;
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly Violation[];
}

/** Port: runs jobs off the event loop. Cold; errors with a Fault; an aborted signal ends the job with its best point as the answer. */
export interface SolveEngine {
  solve(job: SolveJob, signal: AbortSignal): Observable<SolveNews>;
}
