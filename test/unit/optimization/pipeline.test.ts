import { expect } from 'chai';
import { lastValueFrom, toArray } from 'rxjs';
import { builtInCovarianceEstimators, builtInReturnEstimators } from '../../../src/estimation/built-in.ts';
import { admitStateless } from '../../../src/optimization/admission.ts';
import type { OptimizationAnswer } from '../../../src/optimization/answer.ts';
import { digestOf } from '../../../src/optimization/digest.ts';
import type { ProblemDraft } from '../../../src/optimization/draft.ts';
import type { SolveJob, SolveNews } from '../../../src/optimization/job.ts';
import { inputFrom, inputTo } from '../../../src/optimization/job-record.ts';
import { solveJob } from '../../../src/optimization/pipeline.ts';
import type { Interruption, Toolbox } from '../../../src/optimization/toolbox.ts';
import type { ReturnEstimator } from '../../../src/problem/estimator.ts';
import type { Solver } from '../../../src/problem/solver.ts';
import { findConflict } from '../../../src/solvers/conflict.ts';
import { findRepair } from '../../../src/solvers/repair.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { SolverRegistry } from '../../../src/solvers/registry.ts';
import { Fault } from '../../../src/values/fault.ts';
import { catalogOf, constraintOf, matrixOf, problem3, requestOf, vectorOf } from '../../support/optimization.ts';

const catalog = catalogOf({
  estimators: [...builtInReturnEstimators, ...builtInCovarianceEstimators],
  solvers: [interiorPoint],
});
const toolbox: Toolbox = {
  catalog,
  solvers: new SolverRegistry([interiorPoint]),
  findConflict,
  findRepair,
  serverVersion: 'test',
  now: () => performance.now(),
};
const free: Interruption = { interrupted: () => false, cause: undefined, signal: new AbortController().signal };

const jobOf = (problem: Partial<ProblemDraft> = {}): SolveJob => admitStateless(requestOf(problem), catalog);
const newsOf = (job: SolveJob, interruption = free): Promise<readonly SolveNews[]> =>
  lastValueFrom(solveJob(job, toolbox, interruption).pipe(toArray()));
async function answerOf(job: SolveJob, interruption = free): Promise<OptimizationAnswer> {
  const last = (await newsOf(job, interruption)).at(-1);
  if (last?.kind !== 'answer') throw new Error('the last news is no answer');
  return last.answer;
}
const weightsOf = (answer: OptimizationAnswer): readonly number[] => answer.weights.map((line) => line.weight);
const estimation = { periodsPerYear: 252, windowStart: '', windowEnd: '' };
const { risk: _risk, ...unrisked } = problem3;

describe('the pipeline of an optimization', () => {
  it('tells which solver answered, why, and who gave up before', async () => {
    expect((await answerOf(jobOf())).provenance).to.include({
      solver: 'interior-point',
      solverChoice: 'first that takes the problem',
    });
    const hasty: Solver = {
      ...interiorPoint,
      id: 'hasty',
      solve: (problem, settings, interrupted) =>
        interiorPoint.solve(problem, { ...settings, iterationsMax: 0 }, interrupted),
    };
    const solvers = new SolverRegistry([hasty, interiorPoint]);
    const news = await lastValueFrom(solveJob(jobOf(), { ...toolbox, solvers }, free).pipe(toArray()));
    const last = news.at(-1);
    if (last?.kind !== 'answer') throw new Error('the last news is no answer');
    expect(last.answer.termination).to.equal('optimal');
    expect(last.answer.provenance.solver).to.equal('interior-point');
    expect(last.answer.provenance.solverChoice).to.match(/gave up after 0 iterations: .+; then interior-point$/);
  });

  it('fails the job, and not its thread, when a check of an answer throws', async () => {
    const fault = new Fault('PLUGIN_BROKEN', 'the check broke');
    const check = (): never => {
      throw fault;
    };
    const constraints = {
      ...catalog.constraints,
      require: (type: string, field: string) => ({ ...catalog.constraints.require(type, field), check }),
    };
    const events = solveJob(jobOf(), { ...toolbox, catalog: { ...catalog, constraints: constraints } }, free);
    const failure: unknown = await lastValueFrom(events.pipe(toArray())).catch((error: unknown) => error);
    expect(failure).to.equal(fault);
  });

  it('invests everything when no constraint speaks of cash, and only then', async () => {
    const full = await answerOf(jobOf());
    expect(weightsOf(full).reduce((sum, weight) => sum + weight, 0)).to.be.closeTo(1, 1e-9);
    expect(full.certificate?.constraints[0]).to.include({ constraintId: 'budget', text: 'invested exactly 100 %' });
    const constraints = [constraintOf('bounds', { all: { min: 0 } }), constraintOf('cash', { min: 0.2 })];
    const cautious = await answerOf(jobOf({ constraints }));
    expect(cautious.cashWeight).to.be.closeTo(1, 1e-4);
    expect(cautious.certificate?.constraints.map((verdict) => verdict.constraintId)).to.not.include('budget');
  });

  it('tells return including cash, volatility, Sharpe ratio and half-sum turnover from the final weights', async () => {
    const mu = [0.03, 0.08, 0.05];
    const held = [0.2, 0.6, 0.1];
    const job = jobOf({
      expectedReturns: { values: vectorOf(mu.map((value) => value / 12)), period: 'monthly' },
      currentWeights: vectorOf(held),
      constraints: [constraintOf('budget', { min: 0.9, max: 0.9 })],
      riskFreeRateAnnual: 0.02,
    });
    const answer = await answerOf(job);
    const weights = weightsOf(answer);
    const expected = mu.reduce((sum, value, position) => sum + value * weights[position]!, 0.02 * answer.cashWeight);
    expect(answer.expectedReturnAnnual).to.be.closeTo(expected, 1e-14);
    expect(answer.objective).to.be.closeTo((answer.volatilityAnnual ?? 0) ** 2 / 2, 1e-14);
    expect(answer.sharpeRatio).to.be.closeTo((expected - 0.02) / (answer.volatilityAnnual ?? 1), 1e-12);
    const turnover = held.reduce((sum, weight, position) => sum + Math.abs(weight - weights[position]!), 0) / 2;
    expect(answer.turnoverHalfSum).to.be.closeTo(turnover, 1e-15);
    expect(answer.cashWeight).to.be.closeTo(0.1, 1e-9);
  });

  it('estimates from prices and tells what was carried forward and how new they are', async () => {
    const rows = [
      [10, 20, 30],
      [10.2, 20.1, 29],
      [10.1, Number.NaN, 30],
      [10.4, 20.4, 31],
      [10.3, 20.2, 30.5],
      [10.5, 20.9, 31.5],
    ];
    const dates = rows.map((_, day) => `2024-01-0${String(day + 2)}`);
    const problem = { ...unrisked, prices: { dates, prices: matrixOf(rows) } };
    const chosen = { ...estimation, covariance: { type: 'sample', parameters: {} } };
    const strategy = { type: 'least-variance', parameters: {} };
    const carried = { ...chosen, missingPrices: 'carry-forward' as const };
    const answer = await answerOf(admitStateless({ problem: { ...problem, estimation: carried }, strategy }, catalog));
    expect(answer.termination).to.equal('optimal');
    expect(answer.repairs.map((repair) => repair.description).join()).to.include('EQUITY');
    expect(answer.provenance.pricesAsOf).to.equal('2024-01-07');
    const refused = { ...chosen, missingPrices: 'refuse' as const };
    const failure: unknown = await answerOf(
      admitStateless({ problem: { ...problem, estimation: refused }, strategy }, catalog),
    ).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Fault).with.property('reason', 'PRICE_MISSING');
    expect((failure as Fault).violations.map((violation) => violation.field)).to.deep.equal([
      'problem.prices["EQUITY"]',
    ]);
  });

  it('starts views from what the market implies and reports the posterior; a certain view holds exactly', async () => {
    const job = jobOf({
      benchmarkWeights: vectorOf([0.5, 0.3, 0.2]),
      views: [{ legs: [{ assetId: 'GOLD', coefficient: 1 }], expectedReturn: 0.11, confidence: 1 }],
    });
    const { posteriorReturns } = await answerOf(job);
    expect(posteriorReturns).to.have.length(3);
    expect(posteriorReturns?.[2]).to.be.closeTo(0.11, 1e-12);
    expect((await answerOf(jobOf())).posteriorReturns).to.equal(undefined);
  });

  it('says what stopped a solve', async () => {
    const job = jobOf();
    const late: Interruption = { interrupted: () => true, cause: 'time', signal: AbortSignal.abort() };
    expect(await answerOf(job, late)).to.include({ limit: 'time' });
    const cancelled: Interruption = { ...late, cause: 'interrupted' };
    expect(await answerOf(job, cancelled)).to.include({ limit: 'interrupted' });
    const short = { ...job, limits: { ...job.limits, iterationsMax: 1 } };
    expect(await answerOf(short)).to.include({ limit: 'iterations' });
  });

  it('gives long estimates up in the middle, and says what stopped them', async () => {
    let looks = 0;
    const endless: ReturnEstimator = {
      type: 'endless',
      estimates: 'expected-returns',
      title: 'Endless',
      description: 'As long as it may.',
      references: [],
      parameters: { type: 'object' },
      estimate: ({ checkpoint }) => {
        for (;;) {
          looks += 1;
          checkpoint?.(1e6);
        }
      },
    };
    const given = jobOf();
    const { expectedReturns: _, ...job } = {
      ...given,
      estimation: { ...given.estimation, expectedReturns: { type: 'endless', parameters: {} } },
    };
    const tools = { ...toolbox, catalog: catalogOf({ estimators: [endless], solvers: [interiorPoint] }) };
    const failureOf = async (cause: 'time' | 'interrupted'): Promise<unknown> => {
      looks = 0;
      const late: Interruption = { interrupted: () => looks >= 4, cause, signal: AbortSignal.abort() };
      return lastValueFrom(solveJob(job, tools, late)).catch((error: unknown) => error);
    };
    expect(await failureOf('time')).to.include({ reason: 'QUOTA_EXCEEDED' });
    expect(looks).to.equal(4);
    expect(await failureOf('interrupted')).to.include({ reason: 'STATE_CONFLICT' });
  });

  it('gives the same digest for the same input, and another for any other', () => {
    const digest = digestOf(jobOf());
    expect(digest).to.match(/^[0-9a-f]{64}$/);
    expect(digestOf(jobOf())).to.equal(digest);
    expect(digestOf(jobOf({ riskFreeRateAnnual: 1e-12 }))).to.not.equal(digest);
    expect(digestOf(jobOf({ currentWeights: vectorOf([0, 0, 1e-300]) }))).to.not.equal(digest);
    expect(digestOf(jobOf({ constraints: [constraintOf('bounds', { all: { min: 1e-9 } })] }))).to.not.equal(digest);
  });

  it('keeps a job bit by bit when it is stored as JSON', () => {
    const job = jobOf({ currentWeights: vectorOf([0.1, 0.2, 1e-310]) });
    const request = { constraints: [], ignorePortfolioConstraints: true, views: [], factorModel: '', universe: [] };
    const stored = JSON.stringify(inputTo({ request, job, window: { to: '2024-01-05' } }));
    const read = inputFrom(JSON.parse(stored) as Parameters<typeof inputFrom>[0]);
    expect(digestOf(read.job)).to.equal(digestOf(job));
    expect(read.window).to.deep.equal({ to: '2024-01-05' });
  });
});
