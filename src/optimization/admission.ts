/** The gate: every problem with a request as violations by field path, before anything is computed. */
import type { ConstraintDefinition } from '../portfolio/portfolio.ts';
import type { NetAssetValue, Situation } from '../problem/situation.ts';
import type { Universe } from '../problem/universe.ts';
import { decimalText } from '../values/decimal.ts';
import { readCurrency, readPositive } from '../values/fields.ts';
import { readConstraints, readLimits } from './admission-constraints.ts';
import { readEstimation, readPrices, readWindow } from './admission-estimation.ts';
import type { Window } from './admission-estimation.ts';
import { Findings } from './admission-findings.ts';
import { readFactorHistory, readNamedScenarios } from './admission-named.ts';
import type { FactorHistory } from './admission-named.ts';
import { checkNeeds, countingRefused } from './admission-needs.ts';
import type { Given } from './admission-needs.ts';
import { readNumber, readVector } from './admission-numbers.ts';
import { readExpectedReturns, readRisk } from './admission-risk.ts';
import { readFactorReturns, readScenarios } from './admission-scenarios.ts';
import { frontierStrategy, readStrategy } from './admission-strategy.ts';
import { readUniverse } from './admission-universe.ts';
import { readViews } from './admission-views.ts';
import type { Catalog } from './catalog.ts';
import type { ConstraintDraft, EstimateDraft, OptimizationDraft, ProblemDraft, StatelessDraft } from './draft.ts';
import type { EstimationJob, GivenRisk, SolveJob, StatedConstraint } from './job.ts';

const frontierPointsMax = 1000;
const frontierPointsDefault = 20;
/** Of an estimation. */
const secondsDefault = 60;
const sumTolerance = 1e-6;
const fractionHint = 'a fraction of net asset value, 0.5 for 50 %';
const rateRule = { min: -0.2, max: 1, hint: 'a fraction per year, 0.02 for 2 %' };

/** A stateless request as a job, or one Fault with everything wrong in it. */
export function admitStateless(draft: StatelessDraft, catalog: Catalog): SolveJob {
  const findings = new Findings();
  const { against } = draft;
  const frontier = draft.points === undefined ? undefined : against === undefined ? {} : { against };
  const chosen = frontier === undefined ? draft.strategy : frontierStrategy(draft.strategy, against);
  const points = frontier === undefined ? {} : readPoints(draft, findings);
  const limits = readLimits(draft.limits, catalog, 'limits', findings);
  if (draft.problem === undefined) findings.add('problem', 'is required');
  const problem = draft.problem === undefined ? undefined : readProblem(draft.problem, catalog, findings);
  const { selection: strategy, wanted } = readStrategy(
    chosen,
    frontier,
    problem?.situation,
    catalog,
    'strategy',
    findings,
  );
  if (problem !== undefined) checkNeeds({ ...problem, wanted }, catalog, findings);
  findings.refuse();
  if (problem === undefined || strategy === undefined) throw new TypeError('what is admitted must be whole');
  const { situation, given: _given, ...numbers } = problem;
  return {
    ...numbers,
    universe: situation.universe,
    current: situation.current,
    cashCurrent: situation.cashCurrent,
    ...(situation.netAssetValue === undefined ? {} : { netAssetValue: situation.netAssetValue }),
    ...(situation.benchmark === undefined ? {} : { benchmark: situation.benchmark }),
    strategy,
    limits,
    ...points,
    ...wishesOf(draft),
  };
}

/** A problem whose numbers alone are wanted, as a job, or one Fault with everything wrong in it. */
export function admitEstimate({ problem: draft, secondsMax }: EstimateDraft, catalog: Catalog): EstimationJob {
  const findings = new Findings();
  readNumber(secondsMax, 'seconds_max', { min: 0, max: 3600, reason: 'INVALID_ARGUMENT' }, findings);
  if (draft === undefined) findings.add('problem', 'is required');
  const problem = draft === undefined ? undefined : readProblem(draft, catalog, findings);
  if (problem !== undefined) {
    const { given, estimation } = problem;
    checkNeeds({ ...problem, wanted: [] }, catalog, findings);
    const isGiven = given.expectedReturns || given.risk || given.scenarios !== 'none';
    if (!isGiven && !estimation.expectedReturns && !estimation.covariance && !estimation.scenarios) {
      const choices = 'expected_returns, covariance or scenarios';
      findings.add('problem.estimation', `leaves nothing to estimate: choose an estimator of ${choices}`);
    }
  }
  findings.refuse();
  if (problem === undefined) throw new TypeError('what is admitted must be whole');
  const { situation, given: _given, constraints: _constraints, ...numbers } = problem;
  const { universe, current, cashCurrent, benchmark } = situation;
  const weights = { universe, current, cashCurrent, ...(benchmark === undefined ? {} : { benchmark }) };
  return { ...numbers, ...weights, secondsMax: secondsMax === 0 ? secondsDefault : secondsMax };
}

type Wishes = Pick<SolveJob, 'relaxByPriority' | 'explainConstraints'>;

/** Absent unless asked for, so that jobs which ask for nothing keep their digests. */
function wishesOf({ relaxByPriority, explainConstraints }: Wishes): Wishes {
  return {
    ...(relaxByPriority === true ? { relaxByPriority } : {}),
    ...(explainConstraints === true ? { explainConstraints } : {}),
  };
}

function readPoints(
  { points = 0, firstIndex = 0 }: StatelessDraft,
  findings: Findings,
): Pick<SolveJob, 'frontierPoints' | 'frontierFirst'> {
  const count = points === 0 ? frontierPointsDefault : points;
  if (!(Number.isInteger(count) && count >= 2 && count <= frontierPointsMax)) {
    findings.add('points', `must be 2 to ${String(frontierPointsMax)}; got ${String(points)}`);
  } else if (!(Number.isInteger(firstIndex) && firstIndex >= 0 && firstIndex < count)) {
    findings.add(
      'first_index',
      `must be 0 to ${String(count - 1)}, a point of the frontier; got ${String(firstIndex)}`,
    );
  }
  return { frontierPoints: count, ...(firstIndex === 0 ? {} : { frontierFirst: firstIndex }) };
}

const problemPaths: Given['paths'] = {
  expectedReturns: 'problem.expected_returns',
  covariance: 'problem.covariance',
  benchmark: 'problem.benchmark_weights',
  capitalizations: 'problem.universe',
  views: 'problem.views',
  scenarios: 'problem.scenarios',
  factors: 'problem.factor_risk',
};

function readProblem(draft: ProblemDraft, catalog: Catalog, findings: Findings) {
  const universe = readUniverse(draft.universe, draft.constituents, 'problem', findings);
  const n = universe.assets.length;
  if (n === 0) return undefined;
  const weights = { ...readWeights(draft, n, findings), ...readNetAssetValue(draft, findings) };
  const expectedReturns =
    draft.expectedReturns === undefined
      ? undefined
      : readExpectedReturns(draft.expectedReturns, n, 'problem.expected_returns', findings);
  const risk = draft.risk === undefined ? undefined : readRisk(draft.risk, universe, findings);
  const window = readWindow(draft.estimation, 'problem.estimation', findings);
  const prices =
    draft.prices === undefined ? undefined : readPrices(draft.prices, n, window, 'problem.prices', findings);
  const scenarios =
    draft.scenarios === undefined ? undefined : readScenarios(draft.scenarios, n, 'problem.scenarios', findings);
  const factorReturns =
    draft.factorReturns === undefined
      ? undefined
      : readFactorReturns(draft.factorReturns, draft.prices, window, 'problem.factor_returns', findings);
  const riskFreeRate = readNumber(draft.riskFreeRateAnnual, 'problem.risk_free_rate_annual', rateRule, findings) ?? 0;
  const numbers = {
    expectedReturns: draft.expectedReturns !== undefined,
    risk: draft.risk !== undefined,
    scenarios: draft.scenarios !== undefined,
  };
  const market = marketWeightsOf(universe, weights.benchmark);
  const regressors = factorReturns === undefined ? {} : { factorReturns };
  const ground = { universe, riskFreeRate, given: numbers, ...market, ...regressors };
  const read = readEstimation(draft.estimation, ground, catalog, 'problem.estimation', findings);
  const { estimation, usesPrices } = read;
  if (usesPrices && draft.prices === undefined) findings.add('problem.prices', 'are required by the estimators chosen');
  const factors = risk?.kind === 'factor' ? factorsOf(risk) : read.factors;
  const situation: Situation = { universe, ...weights, ...(factors === undefined ? {} : { factors }) };
  const constraints = readConstraints(
    draft.constraints,
    new Set(),
    situation,
    catalog,
    'problem.constraints',
    findings,
  );
  const views = readViews(draft.views, ground, 'problem.views', findings);
  const given: Given = {
    ...numbers,
    benchmark: draft.benchmarkWeights !== undefined,
    capitalizations: hasCapitalizations(universe),
    scenarios: draft.scenarios === undefined ? 'none' : draft.scenarios.path ? 'path' : 'any',
    factors: factors !== undefined || (draft.risk !== undefined && draft.risk.kind !== 'covariance'),
    paths: problemPaths,
  };
  return {
    situation,
    given: countingRefused(given, draft.estimation, estimation),
    estimation,
    constraints,
    views,
    riskFreeRate,
    ...(expectedReturns === undefined ? {} : { expectedReturns }),
    ...(risk === undefined ? {} : { risk }),
    ...(prices === undefined || !usesPrices ? {} : { prices }),
    ...(scenarios === undefined ? {} : { scenarios }),
    ...(prices === undefined || !usesPrices ? {} : regressors),
  };
}

function readWeights(
  draft: ProblemDraft,
  n: number,
  findings: Findings,
): Pick<Situation, 'current' | 'cashCurrent' | 'benchmark'> {
  const rule = { min: -10, max: 10, hint: fractionHint };
  const current =
    draft.currentWeights === undefined
      ? new Float64Array(n)
      : (readVector(draft.currentWeights, n, 'problem.current_weights', rule, findings) ?? new Float64Array(n));
  const invested = sum(current);
  if (Math.abs(invested) > 10) {
    findings.add('problem.current_weights', `sum to ${String(invested)}; each is ${fractionHint}`, 'NUMBER_INVALID');
  }
  const weights = { current, cashCurrent: 1 - invested };
  if (draft.benchmarkWeights === undefined) return weights;
  const benchmark = readVector(draft.benchmarkWeights, n, 'problem.benchmark_weights', rule, findings);
  if (benchmark === undefined) return { ...weights, benchmark: new Float64Array(n) };
  const total = sum(benchmark);
  if (Math.abs(total - 1) > sumTolerance) {
    findings.add('problem.benchmark_weights', `must sum to 1; they sum to ${String(total)}`);
  }
  return { ...weights, benchmark };
}

function readNetAssetValue({ netAssetValue }: ProblemDraft, findings: Findings): Pick<Situation, 'netAssetValue'> {
  if (netAssetValue === undefined) return {};
  const field = 'problem.net_asset_value';
  const currency = readCurrency(netAssetValue.currencyCode, `${field}.currency_code`, findings.violations);
  const amount = readPositive(netAssetValue.amount, `${field}.amount`, findings.violations);
  return { netAssetValue: { amount: decimalText(amount), currency } };
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function factorsOf(risk: Extract<GivenRisk, { kind: 'factor' }>) {
  return { names: risk.factors, exposures: risk.exposures };
}

/** (n) what the market holds: the benchmark, else shares of market capitalization; absent when neither is known. */
export function marketWeightsOf(
  universe: Universe,
  benchmark: Float64Array | undefined,
): { readonly marketWeights?: Float64Array } {
  if (benchmark !== undefined) return { marketWeights: benchmark };
  if (!hasCapitalizations(universe)) return {};
  const capitalizations = Float64Array.from(universe.assets, (asset) => asset.marketCapitalization ?? 0);
  const total = sum(capitalizations);
  return { marketWeights: capitalizations.map((value) => value / total) };
}

function hasCapitalizations(universe: Universe): boolean {
  return universe.assets.every((asset) => asset.marketCapitalization !== undefined);
}

/** What is known of a stored portfolio when a run over it is admitted. */
export interface StoredGround {
  readonly universe: Universe;
  readonly current: Float64Array;
  readonly cashCurrent: number;
  readonly netAssetValue?: NetAssetValue;
  readonly benchmark?: Float64Array;
  readonly riskFreeRate: number;
  readonly risk?: GivenRisk;
  /** Of the portfolio. */
  readonly constraints: readonly ConstraintDefinition[];
}

export interface AdmittedRun {
  /** Without prices, and without the returns of factors that stand beside them. */
  readonly job: SolveJob;
  readonly factorHistory?: FactorHistory;
  /** Stored prices that the job still needs; absent when it needs none. */
  readonly window?: Window;
}

const root = 'optimization';

const storedPaths: Given['paths'] = {
  expectedReturns: `${root}.estimation.expected_returns`,
  covariance: `${root}.estimation.covariance`,
  benchmark: 'portfolio.benchmark',
  capitalizations: 'assets',
  views: `${root}.views`,
  scenarios: `${root}.estimation.scenarios`,
  factors: `${root}.factor_model`,
};

/**
 * A run over a stored portfolio as a job. `findings` may hold what assembling the ground has found already; everything is thrown
 * as one Fault. Paths start with `optimization`; those of the portfolio's own constraints with `portfolio`.
 */
export function admitStored(
  draft: OptimizationDraft,
  ground: StoredGround,
  catalog: Catalog,
  findings: Findings = new Findings(),
): AdmittedRun {
  const { constraints: own, riskFreeRate: portfolioRate, risk, ...weights } = ground;
  const rate = draft.riskFreeRateAnnual;
  if (rate !== undefined) readNumber(rate, `${root}.risk_free_rate_annual`, rateRule, findings);
  const riskFreeRate = rate ?? portfolioRate;
  const numbers = { expectedReturns: false, risk: risk !== undefined, scenarios: draft.scenarios !== undefined };
  const { universe, benchmark } = ground;
  const { scenarios, factorHistory } = readGiven(draft, universe, findings);
  const market = marketWeightsOf(universe, benchmark);
  const regressors = factorHistory === undefined ? {} : { factorReturns: factorHistory };
  const estimators = { universe, riskFreeRate, given: numbers, ...market, ...regressors };
  const read = readEstimation(draft.estimation, estimators, catalog, `${root}.estimation`, findings);
  if (draft.factorReturns !== undefined && !read.usesPrices)
    findings.add(
      `${root}.factor_returns`,
      'are read by none of the estimators chosen: no estimate is made from prices',
    );
  const factors = risk?.kind === 'factor' ? factorsOf(risk) : read.factors;
  const situation: Situation = { ...weights, ...(factors === undefined ? {} : { factors }) };
  const { selection: strategy, wanted } = readStrategy(
    draft.strategy,
    undefined,
    situation,
    catalog,
    `${root}.strategy`,
    findings,
  );
  const limits = readLimits(draft.limits, catalog, `${root}.limits`, findings);
  const inherited = draft.ignorePortfolioConstraints ? [] : own.map(draftOf);
  const ids = new Set(inherited.map((constraint) => constraint.constraintId));
  const constraints: readonly StatedConstraint[] = [
    ...readConstraints(inherited, new Set(), situation, catalog, 'portfolio.constraints', findings),
    ...readConstraints(draft.constraints, ids, situation, catalog, `${root}.constraints`, findings),
  ];
  const views = readViews(draft.views, estimators, `${root}.views`, findings);
  const window = readWindow(draft.estimation, `${root}.estimation`, findings);
  const given: Given = {
    ...numbers,
    benchmark: ground.benchmark !== undefined,
    capitalizations: hasCapitalizations(ground.universe),
    scenarios: draft.scenarios === undefined ? 'none' : draft.scenarios.path ? 'path' : 'any',
    factors: factors !== undefined,
    paths: storedPaths,
  };
  const { estimation } = read;
  const counted = countingRefused(given, draft.estimation, estimation);
  checkNeeds({ wanted, constraints, views, estimation, given: counted }, catalog, findings);
  findings.refuse();
  if (strategy === undefined) throw new TypeError('what is admitted must be whole');
  const job: SolveJob = {
    ...weights,
    riskFreeRate,
    ...(risk === undefined ? {} : { risk }),
    estimation,
    strategy,
    constraints,
    views,
    limits,
    ...(scenarios === undefined ? {} : { scenarios }),
    ...wishesOf(draft),
  };
  if (!read.usesPrices) return { job };
  return { job, window, ...(factorHistory === undefined ? {} : { factorHistory }) };
}

/** Numbers that come with the request, by name. */
function readGiven({ scenarios, factorReturns }: OptimizationDraft, universe: Universe, findings: Findings) {
  return {
    scenarios: scenarios && readNamedScenarios(scenarios, universe, `${root}.scenarios`, findings),
    factorHistory: factorReturns && readFactorHistory(factorReturns, `${root}.factor_returns`, findings),
  };
}

function draftOf(constraint: ConstraintDefinition): ConstraintDraft {
  const { id, displayName, type, parameters, priority, penalty, inactive } = constraint;
  const stated = { constraintId: id, displayName, type, parameters, inactive };
  return { ...stated, ...(priority === null ? {} : { priority }), ...(penalty === null ? {} : { penalty }) };
}
