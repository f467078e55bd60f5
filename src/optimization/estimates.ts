/** From what a job gives to annual estimates: series, covariance, expected returns, views. */
import { blendedViews } from '../estimation/black-litterman.ts';
import type { ScenarioViewOutcome } from '../estimation/entropy-posterior.ts';
import { impliedReturns } from '../estimation/market-implied.ts';
import { returnSeries } from '../estimation/series.ts';
import type { Checkpoint } from '../math/checkpoint.ts';
import type { CovarianceEstimator, Repair, ReturnEstimator, Sample } from '../problem/estimator.ts';
import type { SymmetricOperator } from '../problem/operator.ts';
import type { Situation } from '../problem/situation.ts';
import type { FactorExposures } from '../problem/universe.ts';
import type { BlendedViews, Estimates } from '../sdk/v1/index.ts';
import { dateOfDay } from '../values/clock.ts';
import { Fault } from '../values/fault.ts';
import { marketWeightsOf } from './admission.ts';
import type { Catalog } from './catalog.ts';
import { scenariosBefore, scenariosOf } from './estimates-scenarios.ts';
import { annualRisk } from './given-risk.ts';
import { estimated } from './estimated.ts';
import type { EstimationGround } from './job.ts';
import { located } from './located.ts';

/** Weight on the uncertainty of the prior, Idzorek (2005). */
const tauDefault = 0.025;
/** Risk aversion of the market, Idzorek (2005) rounded down. */
const marketRiskAversionDefault = 2.5;

export interface Estimated {
  readonly situation: Situation;
  readonly estimates: Estimates;
  readonly repairs: readonly Repair[];
  /** Absent without views on scenarios. */
  readonly scenarioViews?: { readonly relativeEntropy: number; readonly effectiveScenarios: number };
  /** Of each view on scenarios, in their order. */
  readonly scenarioViewOutcomes: readonly ScenarioViewOutcome[];
  /** Date of the newest price used; empty when none was. */
  readonly pricesAsOf: string;
}

/**
 * Throws Faults with violations below `problem` for what only the numbers can tell: missing prices, an indefinite covariance; and what
 * `checkpoint` does, which is told of long work.
 */
export function estimatesOf(job: EstimationGround, catalog: Catalog, checkpoint?: Checkpoint): Estimated {
  const { universe, riskFreeRate } = job;
  const repairs: Repair[] = [];
  let sample: Sample = {
    universe,
    riskFreeRate,
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...marketWeightsOf(universe, job.benchmark),
    ...seriesOf(job, repairs),
  };
  const early = scenariosBefore(job, catalog) ? scenariosOf(job, sample, catalog) : undefined;
  if (early !== undefined) sample = { ...sample, scenarios: early.scenarios };
  const risk = riskOf(job, sample, catalog, repairs);
  if (risk !== undefined) sample = { ...sample, covariance: risk.covariance };
  const prior = returnsOf(job, sample, catalog);
  const blended = job.views.length === 0 ? undefined : blendOf(job, sample, prior);
  const expectedReturns = blended?.posterior ?? prior;
  if (expectedReturns !== undefined) sample = { ...sample, expectedReturns };
  const drawn = early ?? scenariosOf(job, sample, catalog);
  const covariance = risk === undefined ? {} : { covariance: risk.covariance };
  const scenarios = drawn === undefined ? {} : { scenarios: drawn.scenarios };
  const situation: Situation = {
    universe,
    current: job.current,
    cashCurrent: job.cashCurrent,
    ...(job.netAssetValue === undefined ? {} : { netAssetValue: job.netAssetValue }),
    ...(job.benchmark === undefined ? {} : { benchmark: job.benchmark }),
    ...covariance,
    ...(risk?.factors === undefined ? {} : { factors: risk.factors }),
    ...scenarios,
  };
  return {
    situation,
    estimates: {
      riskFreeRate,
      ...covariance,
      ...(expectedReturns === undefined ? {} : { expectedReturns }),
      ...scenarios,
      ...(blended === undefined ? {} : { blended }),
    },
    repairs,
    ...(drawn?.views === undefined ? {} : { scenarioViews: drawn.views }),
    scenarioViewOutcomes: drawn?.outcomes ?? [],
    pricesAsOf: job.prices === undefined ? '' : dateOfDay(job.prices.days.at(-1) ?? 0),
  };
}

/** The return series with the factor returns of the same dates; nothing without prices. */
function seriesOf(job: EstimationGround, repairs: Repair[]): Pick<Sample, 'series' | 'factorReturns'> {
  const { universe, estimation, prices: history, factorReturns } = job;
  if (history === undefined) return {};
  const assets = universe.assets.map((asset) => asset.id);
  const table = { assets, prices: history.prices, periodsPerYear: estimation.periodsPerYear ?? 0 };
  const prepared = located('problem', () => returnSeries(table, estimation.missingPrices ?? 'refuse'));
  repairs.push(...prepared.repairs);
  if (factorReturns === undefined) return { series: prepared.series };
  const { names, returns } = factorReturns;
  const k = names.length;
  const kept = new Float64Array(prepared.kept.length * k);
  for (const [t, row] of prepared.kept.entries()) kept.set(returns.subarray(row * k, (row + 1) * k), t * k);
  return { series: prepared.series, factorReturns: { names, returns: kept } };
}

interface Risk {
  readonly covariance: SymmetricOperator;
  readonly factors?: FactorExposures;
  readonly repairs: readonly Repair[];
}

function riskOf(job: EstimationGround, sample: Sample, catalog: Catalog, repairs: Repair[]): Risk | undefined {
  const { risk, universe, estimation } = job;
  const found =
    risk !== undefined
      ? annualRisk(risk, universe, sample.checkpoint)
      : estimation.covariance === undefined
        ? undefined
        : estimated<CovarianceEstimator>(estimation.covariance, 'covariance', catalog, (estimator, parameters) =>
            estimator.estimate(sample, parameters),
          );
  repairs.push(...(found?.repairs ?? []));
  return found;
}

function returnsOf(job: EstimationGround, sample: Sample, catalog: Catalog): Float64Array | undefined {
  const { expectedReturns, estimation, universe } = job;
  if (expectedReturns !== undefined) {
    return expectedReturns.values.map((value) => value * expectedReturns.periodsPerYear);
  }
  if (estimation.expectedReturns === undefined) return undefined;
  const field = 'expected_returns';
  const returns = estimated<ReturnEstimator>(estimation.expectedReturns, field, catalog, (estimator, parameters) =>
    estimator.estimate(sample, parameters),
  );
  if (returns.length !== universe.assets.length || !returns.every(Number.isFinite)) {
    const message = `estimator ${estimation.expectedReturns.type} gave no finite return for every asset`;
    throw new Fault('PLUGIN_BROKEN', message, { estimator: estimation.expectedReturns.type });
  }
  return returns;
}

/** Black-Litterman over given, estimated or market-implied returns, with confidence after Idzorek; the covariance stays as it is. */
function blendOf(job: EstimationGround, sample: Sample, prior: Float64Array | undefined): BlendedViews {
  const { covariance, marketWeights } = sample;
  const { estimation, riskFreeRate } = job;
  if (covariance === undefined) throw new Fault('RISK_MODEL_INVALID', 'views need a covariance, and there is none');
  const aversion = estimation.marketRiskAversion ?? marketRiskAversionDefault;
  const start = prior ?? (marketWeights && impliedReturns(covariance, marketWeights, aversion, riskFreeRate));
  if (start === undefined) throw new Fault('INVALID_ARGUMENT', 'views need returns to start from, and there are none');
  const views = job.views.map(({ legs, expectedReturn, confidence }) => {
    return { legs, expectedReturn, trust: { kind: 'confidence', confidence } as const };
  });
  const tau = estimation.viewTau ?? tauDefault;
  return located('problem', () => blendedViews({ universe: job.universe, prior: start, covariance, views, tau }));
}
