/** The choice of estimators and what they are given: nothing is guessed, what a run needs must be stated. */
import type { Estimator, FactorReturns } from '../problem/estimator.ts';
import type { FactorExposures, Universe } from '../problem/universe.ts';
import { dayNumber, isCalendarDate } from '../values/clock.ts';
import { Fault } from '../values/fault.ts';
import { readSelection } from './admission-constraints.ts';
import { shownMax } from './admission-findings.ts';
import type { Findings } from './admission-findings.ts';
import { readMatrix, readNumber } from './admission-numbers.ts';
import { readScenarioViews } from './admission-views.ts';
import type { Catalog } from './catalog.ts';
import type { EstimationDraft, ProblemDraft, SelectionDraft } from './draft.ts';
import { placesOf } from './estimated.ts';
import type { Estimation, Selection, SolveJob } from './job.ts';
import { located } from './located.ts';

type Estimates = Estimator['estimates'];

const words: Readonly<Record<Estimates, string>> = {
  'expected-returns': 'estimator of expected returns',
  covariance: 'estimator of the covariance',
  scenarios: 'estimator of scenarios',
};

export interface Window {
  /** YYYY-MM-DD, inclusive; absent when open. */
  readonly from?: string;
  readonly to?: string;
}

/** What estimators may look at before there are prices. */
export interface Ground {
  readonly universe: Universe;
  readonly marketWeights?: Float64Array;
  readonly riskFreeRate: number;
  /** Numbers given in place of an estimate. */
  readonly given: { readonly expectedReturns: boolean; readonly risk: boolean; readonly scenarios: boolean };
  readonly factorReturns?: FactorReturns;
}

export interface ReadEstimation {
  readonly estimation: Estimation;
  /** An estimate will be made, and it takes prices. */
  readonly usesPrices: boolean;
  /** Of an estimator that brings its own factor model. */
  readonly factors?: FactorExposures;
}

/** The estimation as it can be carried out. What depends on prices is required only when an estimator uses them. */
export function readEstimation(
  draft: EstimationDraft | undefined,
  ground: Ground,
  catalog: Catalog,
  field: string,
  findings: Findings,
): ReadEstimation {
  if (draft === undefined) return { estimation: {}, usesPrices: false };
  const { missingPrices, periodsPerYear, viewTau, marketRiskAversion } = draft;
  const expectedReturns = readEstimator(
    draft.expectedReturns,
    'expected-returns',
    catalog,
    `${field}.expected_returns`,
    findings,
  );
  const covariance = readEstimator(draft.covariance, 'covariance', catalog, `${field}.covariance`, findings);
  const risk = ground.given.risk ? undefined : trial(covariance, ground, catalog, `${field}.covariance`, findings);
  const returns = ground.given.expectedReturns
    ? undefined
    : trial(expectedReturns, ground, catalog, `${field}.expected_returns`, findings);
  const scenarios = readEstimator(draft.scenarios, 'scenarios', catalog, `${field}.scenarios`, findings);
  const drawn = ground.given.scenarios ? undefined : trial(scenarios, ground, catalog, `${field}.scenarios`, findings);
  const usesPrices = [risk, returns, drawn].includes('needs prices');
  const scenarioViews = readScenarioViews(draft.scenarioViews ?? [], ground, `${field}.scenario_views`, findings);
  noteRing([expectedReturns, covariance], ground.given.scenarios ? undefined : scenarios, catalog, field, findings);
  if (usesPrices && missingPrices === undefined) {
    const choices = 'refuse, pairwise, complete rows or carry forward';
    findings.add(`${field}.missing_prices`, `is required when prices are used: ${choices}`, 'UNIT_REQUIRED');
  }
  if (usesPrices && periodsPerYear === 0) {
    const hint = '252 for trading days, 12 for months';
    findings.add(`${field}.periods_per_year`, `is required when prices are used: ${hint}`, 'UNIT_REQUIRED');
  }
  const reason = 'INVALID_ARGUMENT';
  readNumber(periodsPerYear, `${field}.periods_per_year`, { min: 0, max: 366, reason }, findings);
  if (viewTau !== undefined) readNumber(viewTau, `${field}.view_tau`, { positive: true, max: 1 }, findings);
  if (marketRiskAversion !== undefined) {
    readNumber(marketRiskAversion, `${field}.market_risk_aversion`, { positive: true, max: 1000 }, findings);
  }
  const estimation: Estimation = {
    ...(expectedReturns === undefined ? {} : { expectedReturns }),
    ...(covariance === undefined ? {} : { covariance }),
    ...(missingPrices === undefined ? {} : { missingPrices }),
    ...(periodsPerYear === 0 ? {} : { periodsPerYear }),
    ...(viewTau === undefined ? {} : { viewTau }),
    ...(marketRiskAversion === undefined ? {} : { marketRiskAversion }),
    ...(scenarios === undefined ? {} : { scenarios }),
    ...(scenarioViews.length === 0 ? {} : { scenarioViews }),
  };
  const factors =
    typeof risk === 'object' && 'covariance' in risk ? risk.factors : expectedFactors(covariance, ground, catalog);
  return { estimation, usesPrices, ...(factors === undefined ? {} : { factors }) };
}

type Trial = ReturnType<Estimator['estimate']> | 'needs prices' | undefined;

/** Runs an estimator without prices: it says that it needs them, or what is wrong with its parameters, or it does without. */
function trial(
  selection: Selection | undefined,
  ground: Ground,
  catalog: Catalog,
  field: string,
  findings: Findings,
): Trial {
  const estimator = selection === undefined ? undefined : catalog.estimators.get(selection.type);
  // What starts from scenarios has none to try yet.
  if (selection === undefined || estimator === undefined || estimator.from === 'scenarios') return undefined;
  const { given: _given, ...sample } = ground;
  try {
    const [root = ''] = field.split('.');
    const places = placesOf(estimator, field, root);
    return located<ReturnType<Estimator['estimate']>>(
      field,
      () => estimator.estimate(sample, selection.parameters),
      places,
    );
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.reason === 'INSUFFICIENT_HISTORY') return 'needs prices';
    // Without a covariance, estimators that start from one cannot be tried.
    const startsFromRisk = estimator.estimates === 'expected-returns' || estimator.from === 'moments';
    if (error.reason === 'RISK_MODEL_INVALID' && startsFromRisk) return undefined;
    if (error.violations.length === 0) findings.add(field, error.message, error.reason);
    else
      findings.addAll(
        error.violations.map((violation) => ({ ...violation, reason: violation.reason ?? error.reason })),
      );
    return undefined;
  }
}

function readEstimator(
  draft: SelectionDraft | undefined,
  estimates: Estimates,
  catalog: Catalog,
  field: string,
  findings: Findings,
): Selection | undefined {
  if (draft === undefined) return undefined;
  const schemaOf = (type: string, at: string) => {
    const found = findings.find(catalog.estimators, type, at, words[estimates]);
    if (found === undefined || found.estimates === estimates) return found?.parameters;
    const known = catalog.estimators.offers
      .map((offer) => offer.id)
      .filter((id) => catalog.estimators.get(id)?.estimates === estimates)
      .join(', ');
    findings.add(at, `${type} is no ${words[estimates]}; known are ${known === '' ? 'none' : known}`, 'UNKNOWN_TYPE');
    return undefined;
  };
  return readSelection(draft, schemaOf, field, findings);
}

/** Factors that an estimator will find in the series, by name; their exposures are not known yet. */
function expectedFactors(
  selection: Selection | undefined,
  ground: Ground,
  catalog: Catalog,
): FactorExposures | undefined {
  const estimator = selection === undefined ? undefined : catalog.estimators.get(selection.type);
  if (selection === undefined || ground.given.risk || estimator?.estimates !== 'covariance') return undefined;
  const { given: _given, ...sample } = ground;
  const names = estimator.factorNames?.(selection.parameters, sample);
  if (names === undefined) return undefined;
  return { names, exposures: new Float64Array(sample.universe.assets.length * names.length).fill(NaN) };
}

/** Moments from scenarios that are drawn from the moments: neither can be first. */
function noteRing(
  moments: readonly (Selection | undefined)[],
  scenarios: Selection | undefined,
  catalog: Catalog,
  field: string,
  findings: Findings,
): void {
  if (scenarios === undefined || catalog.estimators.get(scenarios.type)?.from !== 'moments') return;
  for (const estimator of moments) {
    if (estimator === undefined || catalog.estimators.get(estimator.type)?.from !== 'scenarios') continue;
    const ring = `${estimator.type} starts from the scenarios, and ${scenarios.type} from what it estimates`;
    findings.add(`${field}.scenarios`, `${ring}: give scenarios, or estimate one of them from prices`);
  }
}

export function readWindow(draft: EstimationDraft | undefined, field: string, findings: Findings): Window {
  const from = readDate(draft?.windowStart ?? '', `${field}.window_start`, findings);
  const to = readDate(draft?.windowEnd ?? '', `${field}.window_end`, findings);
  if (from !== undefined && to !== undefined && from > to) {
    findings.add(`${field}.window_start`, `is after window_end: ${from} > ${to}`);
  }
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function readDate(text: string, field: string, findings: Findings): string | undefined {
  if (text === '') return undefined;
  if (isCalendarDate(text)) return text;
  findings.add(field, `must be a date YYYY-MM-DD; got ${JSON.stringify(text.slice(0, 30))}`);
  return undefined;
}

const daysMax = 100_000;

/** Inline prices within the window. */
export function readPrices(
  draft: NonNullable<ProblemDraft['prices']>,
  assets: number,
  window: Window,
  field: string,
  findings: Findings,
): SolveJob['prices'] {
  const { dates } = draft;
  if (dates.length > daysMax) {
    findings.add(`${field}.dates`, `holds ${String(dates.length)} dates; at most ${String(daysMax)} are allowed`);
    return undefined;
  }
  if (dates.length < 2) {
    findings.add(`${field}.dates`, 'must hold at least two dates: one return takes two prices', 'INSUFFICIENT_HISTORY');
    return undefined;
  }
  const before = findings.violations.length;
  for (const [position, date] of dates.entries()) {
    const at = `${field}.dates[${String(position)}]`;
    const previous = dates[position - 1];
    if (date === '') findings.add(at, 'must be a date YYYY-MM-DD; it is empty');
    else if (readDate(date, at, findings) === undefined) continue;
    else if (previous !== undefined && previous >= date)
      findings.add(at, `must be after the date before it, ${previous}`);
    if (findings.violations.length >= before + shownMax) return undefined;
  }
  const rule = { missing: true, positive: true };
  const prices = readMatrix(draft.prices, dates.length, assets, `${field}.prices`, rule, findings);
  if (prices === undefined || findings.violations.length > before) return undefined;
  const start = dates.findIndex((date) => window.from === undefined || date >= window.from);
  const end = dates.findLastIndex((date) => window.to === undefined || date <= window.to) + 1;
  if (start === -1 || end - start < 2) {
    findings.add(
      `${field}.dates`,
      'holds fewer than two dates within the window of the estimation',
      'INSUFFICIENT_HISTORY',
    );
    return undefined;
  }
  const days = Int32Array.from(dates.slice(start, end), (date) => dayNumber(date));
  return { days, prices: prices.subarray(start * assets, end * assets) };
}
