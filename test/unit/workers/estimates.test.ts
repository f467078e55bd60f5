import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

import { loadPlugins } from '../../../src/host/loaded.ts';
import type { Loaded } from '../../../src/host/loaded.ts';
import { estimateJob } from '../../../src/optimization/estimation-job.ts';
import { admitEstimate } from '../../../src/optimization/admission.ts';
import type { EstimationJob } from '../../../src/optimization/job.ts';
import { Fault } from '../../../src/values/fault.ts';
import { builtInContributions } from '../../../src/workers/built-in.ts';
import { WorkerPool, workerPoolDefaults } from '../../../src/workers/worker-pool.ts';
import { problem3, vectorOf } from '../../support/optimization.ts';

const base = fileURLToPath(new URL('../../..', import.meta.url));
const worker = { locations: [], base, config: {}, serverVersion: '0.1.0' };
const live = new AbortController().signal;

describe('estimates on the threads of the pool', function () {
  this.timeout(30_000);
  let loaded: Loaded;
  let pool: WorkerPool;
  const logged: string[] = [];

  before(async () => {
    loaded = await loadPlugins({ ...worker, builtIn: builtInContributions, log: () => undefined });
    pool = new WorkerPool({
      ...workerPoolDefaults,
      threads: 1,
      stopMs: 2000,
      worker,
      log: (_, message) => void logged.push(message),
    });
    await pool.start();
    logged.length = 0;
  });
  after(async () => {
    await pool.close(0);
    await loaded.dispose();
  });

  const jobOf = (count: number, secondsMax = 20): EstimationJob => {
    const scenarios = { type: 'gaussian-scenarios', parameters: { count, seed: 1, periodsPerYear: 12 } };
    const expectedReturns = { values: vectorOf([0.02, 0.06, 0.03]), period: 'annual' as const };
    const estimation = { scenarios, periodsPerYear: 0, windowStart: '', windowEnd: '' };
    return admitEstimate({ problem: { ...problem3, expectedReturns, estimation }, secondsMax }, loaded);
  };

  it('are the bits that they are anywhere', async () => {
    const job = jobOf(500);
    expect(await pool.estimate(job, live)).to.deep.equal(estimateJob(job, loaded));
  });

  it('end with what the numbers could tell only', async () => {
    const job = jobOf(10);
    const { scenarios } = job.estimation;
    const exact = { type: 'gaussian-scenarios', parameters: { ...scenarios?.parameters, count: 3, moments: 'exact' } };
    const failing = { ...job, estimation: { ...job.estimation, scenarios: exact } };
    const failure: unknown = await pool.estimate(failing, live).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Fault);
    expect((failure as Fault).violations.map(({ field }) => field)).to.deep.equal([
      'problem.estimation.scenarios.parameters.count',
    ]);
  });

  it('are refused by the parameter as the caller wrote it, before they are begun', () => {
    const { risk: _risk, ...bare } = problem3;
    const covariance = { type: 'ewma', parameters: { centre: 'zero', halfLife: 3, span: 4 } };
    const expectedReturns = { type: 'james-stein', parameters: { target: 'given' } };
    const estimation = { covariance, expectedReturns, periodsPerYear: 12, windowStart: '', windowEnd: '' };
    expect(() => admitEstimate({ problem: { ...bare, estimation }, secondsMax: 1 }, loaded))
      .to.throw(Fault)
      .that.satisfies(({ violations }: Fault) => {
        expect(violations.map(({ field }) => field)).to.include.members([
          'problem.estimation.covariance.parameters.halfLife',
          'problem.estimation.expected_returns.parameters.targetReturn',
        ]);
        return true;
      });
  });

  it('are given up when their time is over, and the next one finds a thread', async () => {
    const failure: unknown = await pool.estimate(jobOf(100_000, 0.01), live).catch((error: unknown) => error);
    expect(failure).to.deep.include({ reason: 'QUOTA_EXCEEDED' });
    const answer = await pool.estimate(jobOf(5), live);
    expect(answer.scenarios?.count).to.equal(5);
    expect(logged).to.deep.equal([]);
  });

  it('are given up in the middle when their caller leaves, within half a second and without losing the thread', async () => {
    const leaving = new AbortController();
    let left = Infinity;
    setTimeout(() => {
      left = performance.now();
      leaving.abort();
    }, 20);
    const failure: unknown = await pool.estimate(jobOf(100_000), leaving.signal).catch((error: unknown) => error);
    expect(performance.now() - left).to.be.within(0, 500);
    expect(failure).to.deep.include({ reason: 'STATE_CONFLICT', message: 'cancelled while the estimates were made' });
    expect(logged).to.deep.equal([]);
  });

  it('are given up when their caller leaves before they begin', async () => {
    const failure: unknown = await pool.estimate(jobOf(5), AbortSignal.abort()).catch((error: unknown) => error);
    expect(failure).to.deep.include({ reason: 'STATE_CONFLICT' });
  });
});
