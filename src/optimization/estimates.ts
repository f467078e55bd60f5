/** From what a job gives to annual estimates: series, covariance, expected returns, views. */
import { blackLitterman } from '../estimation/black-litterman.ts';
import { impliedReturns } from '../estimation/market-implied.ts';
import { returnSeries } from '../estimation/series.ts';
import type { CovarianceEstimator, Repair, ReturnEstimator, Sample } from '../problem/estimator.ts';
import type { SymmetricOperator } from '../problem/operator.ts';
import type { Situation } from '../problem/situation.ts';
import type { FactorExposures } from '../problem/universe.ts';
import type { Estimates } from '../sdk/v1/index.ts';
import { dateOfDay } from '../values/clock.ts';
import { Fault, under } from '../values/fault.ts';
import { marketWeightsOf } from './admission.ts';
import type { Catalog } from './catalog.ts';
import { annualRisk } from './given-risk.ts';
import type { Selection, SolveJob } from './job.ts';

/** Weight on the uncertainty of the prior, Idzorek (2005). */
const tauDefault = 0.025;
/** Risk aversion of the market, Idzorek (2005) rounded down. */
const marketRiskAversionDefault = 2.5;

export interface Estimated {
  readonly situation: Situation;
  readonly estimates: Estimates;
  readonly repairs: readonly Repair[];
  /** (n) annual expected returns after views; absent without views. */
  readonly posteriorReturns?: Float64Array;
  /** Date of the newest price used; empty when none was. */
  readonly pricesAsOf: string;
}

/** Throws Faults with violations below `problem` for what only the numbers can tell: missing prices, an indefinite covariance. */
export function estimatesOf(job: SolveJob, catalog: Catalog): Estimated {
  const { universe, riskFreeRate, estimation } = job;
  const repairs: Repair[] = [];
  let sample: Sample = { universe, riskFreeRate, ...marketWeightsOf(universe, job.benchmark) };
  let pricesAsOf = '';
  if (job.prices !== undefined) {
    const { days, prices } = job.prices;
    const assets = universe.assets.map((asset) => asset.id);
    const table = { assets, prices, periodsPerYear: estimation.periodsPerYear ?? 0 };
    const prepared = located('problem', () => returnSeries(table, estimation.missingPrices ?? 'refuse'));
    repairs.push(...prepared.repairs);
    sample = { ...sample, series: prepared.series };
    pricesAsOf = dateOfDay(days.at(-1) ?? 0);
  }
  const risk = riskOf(job, sample, catalog, repairs);
  if (risk !== undefined) sample = { ...sample, covariance: risk.covariance };
  const prior = returnsOf(job, sample, catalog);
  const posterior = job.views.length === 0 ? undefined : posteriorOf(job, sample, prior);
  const expectedReturns = posterior ?? prior;
  const covariance = risk === undefined ? {} : { covariance: risk.covariance };
  const situation: Situation = {
    universe,
    current: job.current,
    cashCurrent: job.cashCurrent,
    ...(job.benchmark === undefined ? {} : { benchmark: job.benchmark }),
    ...covariance,
    ...(risk?.factors === undefined ? {} : { factors: risk.factors }),
  };
  return {
    situation,
    estimates: { riskFreeRate, ...covariance, ...(expectedReturns === undefined ? {} : { expectedReturns }) },
    repairs,
    ...(posterior === undefined ? {} : { posteriorReturns: posterior }),
    pricesAsOf,
  };
}

interface Risk {
  readonly covariance: SymmetricOperator;
  readonly factors?: FactorExposures;
  readonly repairs: readonly Repair[];
}

function riskOf(job: SolveJob, sample: Sample, catalog: Catalog, repairs: Repair[]): Risk | undefined {
  const { risk, universe, estimation } = job;
  const found =
    risk !== undefined
      ? annualRisk(risk, universe)
      : estimation.covariance === undefined
        ? undefined
        : estimated<CovarianceEstimator>(estimation.covariance, 'covariance', catalog, (estimator, parameters) =>
            estimator.estimate(sample, parameters),
          );
  repairs.push(...(found?.repairs ?? []));
  return found;
}

function returnsOf(job: SolveJob, sample: Sample, catalog: Catalog): Float64Array | undefined {
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

function estimated<Estimator extends ReturnEstimator | CovarianceEstimator>(
  selection: Selection,
  field: string,
  catalog: Catalog,
  estimate: (estimator: Estimator, parameters: Selection['parameters']) => ReturnType<Estimator['estimate']>,
): ReturnType<Estimator['estimate']> {
  const at = `problem.estimation.${field}`;
  // Admission has seen that an estimator of this type estimates what is asked for.
  const estimator = catalog.estimators.require(selection.type, `${at}.type`) as Estimator;
  return located(at, () => estimate(estimator, selection.parameters));
}

/** Black-Litterman over given, estimated or market-implied returns, with confidence after Idzorek; the covariance stays as it is. */
function posteriorOf(job: SolveJob, sample: Sample, prior: Float64Array | undefined): Float64Array {
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
  return located('problem', () =>
    blackLitterman({ universe: job.universe, prior: start, covariance, views, tau, posterior: 'prior' }),
  ).expectedReturns;
}

/** Runs `work`; the violations of its Faults stand below `field` afterwards. */
export function located<Result>(field: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault(error.reason, error.message, error.metadata, under(field, error.violations));
  }
}
