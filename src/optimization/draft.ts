/**
 * A request as the caller wrote it, before anything is checked: codecs only carry it over, admission finds every problem at once. Absent
 * enums are undefined. Paths in violations use the field names of the protos.
 */
import type { FoundRisk } from './stored-risk.ts';
import type { FrontierMeasure } from '../sdk/v1/index.ts';

export type { FrontierMeasure };
import type { JsonObject } from '../values/json.ts';

export interface SelectionDraft {
  readonly type: string;
  readonly parameters: JsonObject;
}

export interface ConstraintDraft {
  readonly constraintId: string;
  readonly displayName: string;
  readonly type: string;
  readonly parameters: JsonObject;
  readonly priority?: number;
  readonly inactive: boolean;
  /** Absent when hard, and in requests of earlier versions. */
  readonly penalty?: number;
  /** Path of what the caller stated it with, when that is not its place among the constraints. */
  readonly field?: string;
}

/** An asset, or a group when `assetId` is empty. `taxonomy` and `group` are absent in requests of earlier versions. */
export interface ViewLegDraft {
  readonly assetId: string;
  readonly coefficient: number;
  readonly taxonomy?: string;
  readonly group?: string;
}

export interface ViewDraft {
  readonly legs: readonly ViewLegDraft[];
  readonly expectedReturn: number;
  readonly confidence: number;
}

export interface ScenarioViewDraft {
  readonly legs: readonly ViewLegDraft[];
  readonly measure?: 'mean' | 'volatility' | 'correlation' | 'quantile' | 'cvar';
  readonly relation?: 'equal' | 'at-least' | 'at-most';
  readonly value: number;
  readonly level?: number;
  readonly confidence?: number;
}

export interface EstimationDraft {
  readonly expectedReturns?: SelectionDraft;
  readonly covariance?: SelectionDraft;
  readonly missingPrices?: 'refuse' | 'pairwise' | 'complete-rows' | 'carry-forward';
  readonly periodsPerYear: number;
  readonly windowStart: string;
  readonly windowEnd: string;
  readonly viewTau?: number;
  readonly marketRiskAversion?: number;
  /** These two are absent in requests of earlier versions. */
  readonly scenarios?: SelectionDraft;
  readonly scenarioViews?: readonly ScenarioViewDraft[];
}

export interface LimitsDraft {
  readonly iterationsMax: number;
  readonly secondsMax: number;
  readonly solver: string;
}

/** A run over a stored portfolio. */
export interface OptimizationDraft {
  readonly strategy?: SelectionDraft;
  readonly constraints: readonly ConstraintDraft[];
  readonly ignorePortfolioConstraints: boolean;
  readonly views: readonly ViewDraft[];
  readonly estimation?: EstimationDraft;
  /** Resource name or empty. */
  readonly factorModel: string;
  readonly universe: readonly string[];
  readonly riskFreeRateAnnual?: number;
  readonly limits?: LimitsDraft;
  /** Absent in requests of earlier versions. */
  readonly relaxByPriority?: boolean;
  /** Absent in requests of earlier versions. */
  readonly explainConstraints?: boolean;
  readonly scenarios?: NamedScenariosDraft;
  readonly factorReturns?: FactorReturnsDraft;
}

/** Scenarios by asset id. */
export interface NamedScenariosDraft extends ScenariosDraft {
  readonly assetIds: readonly string[];
}

export interface ScenariosDraft {
  readonly returns?: MatrixDraft;
  readonly probabilities?: VectorDraft;
  readonly period?: PeriodDraft;
  readonly path: boolean;
}

export interface FactorReturnsDraft {
  readonly factors: readonly string[];
  readonly dates: readonly string[];
  readonly returns?: MatrixDraft;
}

/** Numbers by one of two ways; both or neither is a violation. */
export interface VectorDraft {
  readonly values: readonly number[];
  readonly packed: Uint8Array;
}
export interface MatrixDraft extends VectorDraft {
  readonly rows: number;
  readonly columns: number;
}

export type PeriodDraft = 'annual' | 'monthly' | 'daily';

export interface ProblemAssetDraft {
  readonly assetId: string;
  readonly displayName: string;
  readonly assetClass: string;
  readonly sector: string;
  readonly country: string;
  readonly currencyCode: string;
  readonly groups: Readonly<Record<string, string>>;
  readonly marketCapitalization: number;
  readonly issuer: string;
  readonly averageDailyValue?: number | undefined;
  readonly characteristics: Readonly<Record<string, number>>;
  readonly holdings: readonly { readonly assetId: string; readonly weight: number }[];
  /** Decimal text; empty or absent when unknown. */
  readonly lotSize?: string;
  readonly unitValue?: number | undefined;
}

export interface ProblemDraft {
  readonly universe: readonly ProblemAssetDraft[];
  readonly netAssetValue?: { readonly currencyCode: string; readonly amount: string };
  readonly currentWeights?: VectorDraft;
  readonly benchmarkWeights?: VectorDraft;
  readonly expectedReturns?: { readonly values?: VectorDraft; readonly period?: PeriodDraft };
  readonly risk?:
    | {
        readonly kind: 'covariance';
        readonly matrix?: MatrixDraft;
        readonly period?: PeriodDraft;
        readonly repair: boolean;
        readonly repairMethod?: 'clip' | 'nearest-correlation';
      }
    | {
        readonly kind: 'factor';
        readonly factors: readonly string[];
        readonly exposures?: MatrixDraft;
        readonly factorCovariance?: MatrixDraft;
        readonly specificVariance?: VectorDraft;
        readonly period?: PeriodDraft;
      }
    /** By name; what the name stands for is `found` before the problem is admitted. */
    | { readonly kind: 'stored'; readonly name: string; readonly found?: FoundRisk };
  readonly prices?: { readonly dates: readonly string[]; readonly prices?: MatrixDraft };
  readonly estimation?: EstimationDraft;
  readonly scenarios?: ScenariosDraft;
  readonly factorReturns?: FactorReturnsDraft;
  readonly constituents: readonly ProblemAssetDraft[];
  readonly constraints: readonly ConstraintDraft[];
  readonly views: readonly ViewDraft[];
  readonly riskFreeRateAnnual: number;
}

/** A stateless request: `Optimize`, or `ComputeFrontier` when `points` is there. */
export interface StatelessDraft {
  readonly problem?: ProblemDraft;
  readonly strategy?: SelectionDraft;
  readonly limits?: LimitsDraft;
  readonly points?: number;
  readonly against?: FrontierMeasure;
  readonly firstIndex?: number;
  readonly relaxByPriority?: boolean;
  readonly explainConstraints?: boolean;
}

/** A stateless request for numbers alone. */
export interface EstimateDraft {
  readonly problem?: ProblemDraft;
  /** 0 for the default. */
  readonly secondsMax: number;
}
