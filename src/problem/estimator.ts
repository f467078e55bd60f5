/** Estimator contracts: from series to expected returns and covariance. */
import type { SymmetricOperator } from './operator.ts';
import type { Scenarios } from './scenarios.ts';
import type { FactorExposures, Universe } from './universe.ts';
import type { Checkpoint } from '../math/checkpoint.ts';
import type { JsonObject, JsonSchema } from '../values/json.ts';

/** Simple returns per period, T x n row-major, NaN where a price is missing; what `missing` left of them. */
export interface ReturnSeries {
  readonly observations: number;
  readonly returns: Float64Array;
  /** Prices T+1 x n row-major, NaN where missing, for estimators that compound. */
  readonly prices: Float64Array;
  readonly periodsPerYear: number;
}

/** Simple returns of factors in step with the series: T x k row-major, NaN where missing. */
export interface FactorReturns {
  readonly names: readonly string[];
  readonly returns: Float64Array;
}

/** What an estimator may look at. What it lacks it refuses: series by INSUFFICIENT_HISTORY, the rest by RISK_MODEL_INVALID. */
export interface Sample {
  readonly universe: Universe;
  readonly series?: ReturnSeries;
  /** (n) benchmark or market weights. */
  readonly marketWeights?: Float64Array;
  readonly covariance?: SymmetricOperator;
  /** (n) annual; told to estimators of scenarios. */
  readonly expectedReturns?: Float64Array;
  /** Told to estimators that start `from` them. */
  readonly scenarios?: Scenarios;
  readonly factorReturns?: FactorReturns;
  readonly riskFreeRate: number;
  /**
   * Told of long work before it is done, in multiplications, some millions at a time at most; throws when the estimate is no longer wanted. What
   * it throws is to pass through.
   */
  readonly checkpoint?: Checkpoint;
}

/** A change made to an input on request, told with the answer. */
export interface Repair {
  readonly what: string;
  readonly magnitude: number;
}

export interface EstimatorDescription<Parameters = JsonObject> {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly references: readonly string[];
  readonly parameters: JsonSchema<Parameters>;
  /** What it starts from besides the series: the scenarios (means and covariances under their probabilities), or the moments. */
  readonly from?: 'scenarios' | 'moments';
}

export interface ReturnEstimator<Parameters = JsonObject> extends EstimatorDescription<Parameters> {
  readonly estimates: 'expected-returns';
  /** (n) annual arithmetic expected returns. */
  estimate(sample: Sample, parameters: Parameters): Float64Array;
}

export interface CovarianceEstimator<Parameters = JsonObject> extends EstimatorDescription<Parameters> {
  readonly estimates: 'covariance';
  /**
   * Names of the factors that it will estimate, when they are known before it has seen any series: constraints on factors are then admitted by
   * name. `factorNames` of the sample are those of the factor returns.
   */
  factorNames?(parameters: Parameters, sample: Sample): readonly string[] | undefined;
  /** Annual covariance and, for factor models, the exposures behind it. */
  estimate(
    sample: Sample,
    parameters: Parameters,
  ): {
    readonly covariance: SymmetricOperator;
    readonly factors?: FactorExposures;
    readonly repairs: readonly Repair[];
  };
}

export interface ScenarioEstimator<Parameters = JsonObject> extends EstimatorDescription<Parameters> {
  readonly estimates: 'scenarios';
  /** Whether its scenarios will follow each other in time, so that drawdowns mean something; not when absent. */
  isPath?(parameters: Parameters): boolean;
  /** Random ones are drawn from a seed among the parameters: the same seed gives the same scenarios. */
  estimate(sample: Sample, parameters: Parameters): Scenarios;
}

export type Estimator<Parameters = JsonObject> =
  ReturnEstimator<Parameters> | CovarianceEstimator<Parameters> | ScenarioEstimator<Parameters>;
