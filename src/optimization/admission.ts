/** The gate: every problem with a request as violations by field path, before anything is computed. */
import type { ConstraintDefinition } from '../portfolio/portfolio.ts';
import type { Situation } from '../problem/situation.ts';
import type { Universe } from '../problem/universe.ts';
import type { Strategy } from '../sdk/v1/index.ts';
import { under } from '../values/fault.ts';
import { readConstraints, readLimits, readSelection, readViews } from './admission-constraints.ts';
import { readEstimation, readPrices, readWindow } from './admission-estimation.ts';
import type { Window } from './admission-estimation.ts';
import { Findings } from './admission-findings.ts';
import { checkNeeds } from './admission-needs.ts';
import type { Given } from './admission-needs.ts';
import { readNumber, readVector } from './admission-numbers.ts';
import { readExpectedReturns, readRisk } from './admission-risk.ts';
import { readUniverse } from './admission-universe.ts';
import type { Catalog } from './catalog.ts';
import type { ConstraintDraft, OptimizationDraft, ProblemDraft, SelectionDraft, StatelessDraft } from './draft.ts';
import type { GivenRisk, Selection, SolveJob, StatedConstraint } from './job.ts';

export const frontierPointsMax = 1000;
const frontierPointsDefault = 20;
const sumTolerance = 1e-6;
const fractionHint = 'a fraction of net asset value, 0.5 for 50 %';
const rateRule = { min: -0.2, max: 1, hint: 'a fraction per year, 0.02 for 2 %' };

/** A stateless request as a job, or one Fault with everything wrong in it. */
export function admitStateless(draft: StatelessDraft, catalog: Catalog): SolveJob {
  const findings = new Findings();
  const frontier = draft.points !== undefined;
  const chosen = frontier ? (draft.strategy ?? { type: 'maximum-sharpe', parameters: {} }) : draft.strategy;
  const points = frontier ? readPoints(draft.points ?? 0, findings) : undefined;
  const limits = readLimits(draft.limits, catalog, 'limits', findings);
  if (draft.problem === undefined) findings.add('problem', 'is required');
  const problem = draft.problem === undefined ? undefined : readProblem(draft.problem, catalog, findings);
  const strategy = readStrategy(chosen, frontier, problem?.situation, catalog, 'strategy', findings);
  if (draft.problem !== undefined && problem !== undefined) {
    const { estimation, given, constraints, views } = problem;
    const wanted = withNeeds(catalog.strategies.get(chosen?.type ?? ''), frontier);
    checkNeeds(wanted, constraints, views, estimation, given, catalog, findings);
  }
  findings.refuse();
  if (problem === undefined || strategy === undefined) throw new TypeError('what is admitted must be whole');
  const { situation, given: _given, ...numbers } = problem;
  return {
    ...numbers,
    universe: situation.universe,
    current: situation.current,
    cashCurrent: situation.cashCurrent,
    ...(situation.benchmark === undefined ? {} : { benchmark: situation.benchmark }),
    strategy,
    limits,
    ...(points === undefined ? {} : { frontierPoints: points }),
    ...wishesOf(draft),
  };
}

type Wishes = Pick<SolveJob, 'relaxByPriority' | 'explainConstraints'>;

/** A frontier may need more than its strategy does. */
function withNeeds(strategy: Strategy | undefined, frontier: boolean): Strategy | undefined {
  if (strategy?.frontierNeeds === undefined || !frontier) return strategy;
  return { ...strategy, needs: [...strategy.needs, ...strategy.frontierNeeds] };
}

/** Absent unless asked for, so that jobs which ask for nothing keep their digests. */
function wishesOf({ relaxByPriority, explainConstraints }: Wishes): Wishes {
  return {
    ...(relaxByPriority === true ? { relaxByPriority } : {}),
    ...(explainConstraints === true ? { explainConstraints } : {}),
  };
}

function readPoints(points: number, findings: Findings): number {
  if (points === 0) return frontierPointsDefault;
  if (Number.isInteger(points) && points >= 2 && points <= frontierPointsMax) return points;
  findings.add('points', `must be 2 to ${String(frontierPointsMax)}; got ${String(points)}`);
  return frontierPointsDefault;
}

function readProblem(draft: ProblemDraft, catalog: Catalog, findings: Findings) {
  const universe = readUniverse(draft.universe, 'problem.universe', findings);
  const n = universe.assets.length;
  if (n === 0) return undefined;
  const weights = readWeights(draft, n, findings);
  const expectedReturns =
    draft.expectedReturns === undefined
      ? undefined
      : readExpectedReturns(draft.expectedReturns, n, 'problem.expected_returns', findings);
  const risk = draft.risk === undefined ? undefined : readRisk(draft.risk, universe, findings);
  const window = readWindow(draft.estimation, 'problem.estimation', findings);
  const prices =
    draft.prices === undefined ? undefined : readPrices(draft.prices, n, window, 'problem.prices', findings);
  const riskFreeRate = readNumber(draft.riskFreeRateAnnual, 'problem.risk_free_rate_annual', rateRule, findings) ?? 0;
  const numbers = { expectedReturns: draft.expectedReturns !== undefined, risk: draft.risk !== undefined };
  const ground = { universe, riskFreeRate, given: numbers, ...marketWeightsOf(universe, weights.benchmark) };
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
  const views = readViews(draft.views, situation, 'problem.views', findings);
  const given: Given = {
    ...numbers,
    benchmark: draft.benchmarkWeights !== undefined,
    capitalizations: hasCapitalizations(universe),
    paths: {
      expectedReturns: 'problem.expected_returns',
      covariance: 'problem.covariance',
      benchmark: 'problem.benchmark_weights',
      capitalizations: 'problem.universe',
      views: 'problem.views',
    },
  };
  return {
    situation,
    given,
    estimation,
    constraints,
    views,
    riskFreeRate,
    ...(expectedReturns === undefined ? {} : { expectedReturns }),
    ...(risk === undefined ? {} : { risk }),
    ...(prices === undefined || !usesPrices ? {} : { prices }),
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

/** The strategy, if it exists, has a frontier where one is asked for, and accepts its parameters. */
function readStrategy(
  draft: SelectionDraft | undefined,
  frontier: boolean,
  situation: Situation | undefined,
  catalog: Catalog,
  field: string,
  findings: Findings,
): Selection | undefined {
  let found: Strategy | undefined;
  const schemaOf = (type: string, at: string) => {
    found = findings.find(catalog.strategies, type, at, 'strategy');
    if (found !== undefined && frontier && found.frontier === undefined) findings.add(at, `${type} has no frontier`);
    return found?.parameters;
  };
  const selection = readSelection(draft, schemaOf, field, findings);
  if (selection === undefined || situation === undefined) return selection;
  findings.addAll(under(`${field}.parameters`, found?.admit?.(selection.parameters, situation) ?? []));
  return selection;
}

/** What is known of a stored portfolio when a run over it is admitted. */
export interface StoredGround {
  readonly universe: Universe;
  readonly current: Float64Array;
  readonly cashCurrent: number;
  readonly benchmark?: Float64Array;
  readonly riskFreeRate: number;
  readonly risk?: GivenRisk;
  /** Of the portfolio. */
  readonly constraints: readonly ConstraintDefinition[];
}

export interface AdmittedRun {
  /** Without prices. */
  readonly job: SolveJob;
  /** Stored prices that the job still needs; absent when it needs none. */
  readonly window?: Window;
}

const root = 'optimization';

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
  const numbers = { expectedReturns: false, risk: risk !== undefined };
  const { universe, benchmark } = ground;
  const estimators = { universe, riskFreeRate, given: numbers, ...marketWeightsOf(universe, benchmark) };
  const read = readEstimation(draft.estimation, estimators, catalog, `${root}.estimation`, findings);
  const factors = risk?.kind === 'factor' ? factorsOf(risk) : read.factors;
  const situation: Situation = { ...weights, ...(factors === undefined ? {} : { factors }) };
  const strategy = readStrategy(draft.strategy, false, situation, catalog, `${root}.strategy`, findings);
  const limits = readLimits(draft.limits, catalog, `${root}.limits`, findings);
  const inherited = draft.ignorePortfolioConstraints ? [] : own.map(draftOf);
  const ids = new Set(inherited.map((constraint) => constraint.constraintId));
  const constraints: readonly StatedConstraint[] = [
    ...readConstraints(inherited, new Set(), situation, catalog, 'portfolio.constraints', findings),
    ...readConstraints(draft.constraints, ids, situation, catalog, `${root}.constraints`, findings),
  ];
  const views = readViews(draft.views, situation, `${root}.views`, findings);
  const window = readWindow(draft.estimation, `${root}.estimation`, findings);
  const given: Given = {
    ...numbers,
    benchmark: ground.benchmark !== undefined,
    capitalizations: hasCapitalizations(ground.universe),
    paths: {
      expectedReturns: `${root}.estimation.expected_returns`,
      covariance: `${root}.estimation.covariance`,
      benchmark: 'portfolio.benchmark',
      capitalizations: 'assets',
      views: `${root}.views`,
    },
  };
  const contribution = catalog.strategies.get(draft.strategy?.type ?? '');
  checkNeeds(contribution, constraints, views, read.estimation, given, catalog, findings);
  findings.refuse();
  if (strategy === undefined) throw new TypeError('what is admitted must be whole');
  const job: SolveJob = {
    ...weights,
    riskFreeRate,
    ...(risk === undefined ? {} : { risk }),
    estimation: read.estimation,
    strategy,
    constraints,
    views,
    limits,
    ...wishesOf(draft),
  };
  return read.usesPrices ? { job, window } : { job };
}

function draftOf(constraint: ConstraintDefinition): ConstraintDraft {
  const { id, displayName, type, parameters, priority, inactive } = constraint;
  const stated = { constraintId: id, displayName, type, parameters, inactive };
  return priority === null ? stated : { ...stated, priority };
}
