import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { lastValueFrom, toArray } from 'rxjs';
import { loadPlugins } from '../../../src/host/loaded.ts';
import type { Loaded } from '../../../src/host/loaded.ts';
import { admitStateless } from '../../../src/optimization/admission.ts';
import type { ProblemDraft } from '../../../src/optimization/draft.ts';
import type { SolveJob } from '../../../src/optimization/job.ts';
import { parameterExamples } from '../../../src/sdk/v1/testing/examples.ts';
import { Fault } from '../../../src/values/fault.ts';
import { builtInContributions } from '../../../src/workers/built-in.ts';
import { WorkerPool, workerPoolDefaults } from '../../../src/workers/worker-pool.ts';
import { fingerprints } from '../../support/every-kind.ts';
import { assetOf, constraintOf, matrixOf, none, requestOf, vectorOf } from '../../support/optimization.ts';
import { denseCase, factorCase } from '../../support/problems.ts';

const base = fileURLToPath(new URL('../../..', import.meta.url));
const worker = { locations: ['./plugins'], base, config: {}, serverVersion: 'test' };
const live = new AbortController().signal;
const n = 16;
/** Searches over choices of names end by their count, never by the clock. */
const limits = { iterationsMax: 60, secondsMax: 600, solver: '' };

/** Sixteen assets with a covariance, or with a factor model. */
function problemWith(risk: 'covariance' | 'factor'): Partial<ProblemDraft> {
  const { quadratics, linear } = risk === 'covariance' ? denseCase(n) : factorCase(n, 5);
  const operator = quadratics[0]?.operator;
  const equal = vectorOf(new Array<number>(n).fill(1 / n));
  const square = (entries: Float64Array, columns: number) =>
    matrixOf(
      Array.from({ length: entries.length / columns }, (_, r) => [...entries.subarray(r * columns, (r + 1) * columns)]),
    );
  if (operator?.kind !== 'dense' && operator?.kind !== 'factor') throw new Error('expected a risk model');
  return {
    universe: linear.reduce<ReturnType<typeof assetOf>[]>(
      (all, _, i) => [...all, assetOf(`A${String(i)}`, { sector: `S${String(i % 3)}`, marketCapitalization: i + 1 })],
      [],
    ),
    currentWeights: equal,
    benchmarkWeights: equal,
    expectedReturns: { values: vectorOf([...linear]), period: 'annual' },
    risk:
      operator.kind === 'dense'
        ? { kind: 'covariance', matrix: square(operator.entries, n), period: 'annual', repair: false }
        : {
            kind: 'factor',
            factors: Array.from({ length: operator.factors }, (_, j) => `F${String(j)}`),
            exposures: square(operator.exposures, operator.factors),
            factorCovariance: square(operator.factorCovariance, operator.factors),
            specificVariance: { values: [...operator.specific], packed: none },
            period: 'annual',
          },
    constraints: [
      constraintOf('bounds', { all: { min: 0, max: 0.5 } }),
      constraintOf('turnover', { definition: 'half-sum', max: 0.95 }),
    ],
  };
}

describe('answers', function () {
  this.timeout(120_000);
  let loaded: Loaded;
  before(async () => {
    const found = { locations: worker.locations, base, config: {} };
    loaded = await loadPlugins({ ...found, builtIn: builtInContributions, log: () => undefined });
  });
  after(() => loaded.dispose());

  /** Every strategy that takes the problem as it is, with the parameters that it shows as an example. */
  const jobs = (): readonly SolveJob[] =>
    loaded.strategies.offers.flatMap(({ id, contribution }) =>
      (['covariance', 'factor'] as const).flatMap((risk) => {
        const [parameters = {}] = parameterExamples(contribution.parameters);
        try {
          return [admitStateless(requestOf(problemWith(risk), { strategy: { type: id, parameters }, limits }), loaded)];
        } catch (error) {
          if (error instanceof Fault) return [];
          throw error;
        }
      }),
    );

  /** Everything that is told but the time that it took, in the order of the jobs. */
  const answersBy = async (threads: number): Promise<readonly string[]> => {
    const pool = new WorkerPool({ ...workerPoolDefaults, threads, worker, log: () => undefined });
    await pool.start();
    try {
      return await Promise.all(
        jobs().map(async (job) => {
          const last = (await lastValueFrom(pool.solve(job, live).pipe(toArray()))).at(-1);
          if (last?.kind !== 'answer') throw new Error(`no answer of ${job.strategy.type}`);
          return JSON.stringify({ ...last.answer, elapsedMs: 0 });
        }),
      );
    } finally {
      await pool.close(0);
    }
  };

  it('of every kind of problem are the same bit by bit, again and in another process', () => {
    const first = fingerprints();
    const solvers = new Set(Object.values(first).map((told) => told.split(' ')[0]));
    expect([...solvers]).to.include.members(['working-set', 'factor-newton', 'interior-point', 'critical-line']);
    expect([...solvers]).to.include.members(['risk-budgeting', 'scenario-tails', 'branch-and-bound', 'periods']);
    expect(fingerprints()).to.deep.equal(first);
    const program = fileURLToPath(new URL('../../support/every-kind.ts', import.meta.url));
    const elsewhere = execFileSync(process.execPath, [program], { encoding: 'utf8' });
    expect(JSON.parse(elsewhere)).to.deep.equal(first);
  });

  it('of every strategy are the same bit by bit, however many threads solve', async () => {
    const alone = await answersBy(1);
    expect(alone.length).to.be.at.least(14);
    expect(alone.filter((answer) => answer.includes('"termination":"optimal"')).length).to.be.at.least(12);
    expect(await answersBy(2)).to.deep.equal(alone);
  });
});
