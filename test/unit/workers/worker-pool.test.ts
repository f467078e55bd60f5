import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { lastValueFrom, toArray } from 'rxjs';
import { loadPlugins } from '../../../src/host/loaded.ts';
import type { Loaded } from '../../../src/host/loaded.ts';
import { admitStateless } from '../../../src/optimization/admission.ts';
import type { OptimizationAnswer } from '../../../src/optimization/answer.ts';
import type { SolveJob, SolveNews } from '../../../src/optimization/job.ts';
import { Fault } from '../../../src/values/fault.ts';
import { builtInContributions } from '../../../src/workers/built-in.ts';
import { WorkerPool, workerPoolDefaults } from '../../../src/workers/worker-pool.ts';
import type { WorkerPoolSettings } from '../../../src/workers/worker-pool.ts';
import { requestOf } from '../../support/optimization.ts';

const base = fileURLToPath(new URL('../../..', import.meta.url));
const locations = ['./plugins', './test/support/optimization-plugin'];
const worker = { locations, base, config: {}, serverVersion: '0.1.0' };
const live = new AbortController().signal;

describe('the pool of solver threads', function () {
  this.timeout(30_000);
  let loaded: Loaded;
  let pool: WorkerPool;
  const pools: WorkerPool[] = [];

  const poolOf = async (settings: Partial<WorkerPoolSettings> = {}): Promise<WorkerPool> => {
    const made = new WorkerPool({
      ...workerPoolDefaults,
      threads: 1,
      stopMs: 300,
      worker,
      log: () => undefined,
      ...settings,
    });
    pools.push(made);
    await made.start();
    return made;
  };
  const jobOf = (type: string, secondsMax = 20): SolveJob => {
    const limits = { iterationsMax: 200, secondsMax, solver: '' };
    return admitStateless(requestOf({}, { strategy: { type, parameters: {} }, limits }), loaded);
  };
  const answerOf = (news: readonly SolveNews[]): OptimizationAnswer => {
    const last = news.at(-1);
    if (last?.kind !== 'answer') throw new Error('the last news is no answer');
    return last.answer;
  };
  const solve = (type: string, signal = live, secondsMax = 20): Promise<readonly SolveNews[]> =>
    lastValueFrom(pool.solve(jobOf(type, secondsMax), signal).pipe(toArray()));
  const failureOf = async (type: string, signal = live, secondsMax = 20): Promise<unknown> =>
    solve(type, signal, secondsMax).catch((error: unknown) => error);

  before(async () => {
    loaded = await loadPlugins({ locations, base, config: {}, builtIn: builtInContributions, log: () => undefined });
    pool = await poolOf();
  });
  after(async () => {
    await Promise.all(pools.map((each) => each.close(0)));
    await loaded.dispose();
  });

  it('solves a job with a plugin and a solver that the thread loaded itself', async () => {
    const news = await solve('minimum-variance');
    expect(news[0]?.kind).to.equal('progress');
    const answer = answerOf(news);
    expect(answer.termination).to.equal('optimal');
    expect(answer.certificate?.passed).to.equal(true);
    expect(answer.provenance.strategy).to.match(/^minimum-variance mean-variance@\d+\.\d+\.\d+$/);
    expect(answer.provenance).to.include({
      solver: 'working-set',
      serverVersion: '0.1.0',
    });
    expect(answer.weights.reduce((sum, line) => sum + line.weight, answer.cashWeight)).to.be.closeTo(1, 1e-12);
  });

  it('stops a solve within half a second of its cancellation and answers with the best point', async () => {
    const controller = new AbortController();
    const solving = solve('patient', controller.signal);
    await delay(200);
    const began = performance.now();
    controller.abort();
    const answer = answerOf(await solving);
    expect(performance.now() - began).to.be.lessThan(500);
    expect(answer.weights).to.have.length(3);
    expect(answer.certificate?.primal).to.be.lessThan(1e-6);
  });

  it('wakes a strategy that waits, when it is cancelled and when its time is over', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    expect(answerOf(await solve('waiting', controller.signal)).limit).to.equal('interrupted');
    const began = performance.now();
    expect(answerOf(await solve('waiting', live, 0.2)).limit).to.equal('time');
    expect(performance.now() - began).to.be.within(190, 1500);
  });

  it('ends a solve at its time limit', async () => {
    const began = performance.now();
    const news = await solve('patient', live, 0.3);
    expect(performance.now() - began).to.be.within(290, 1500);
    expect(answerOf(news).weights).to.have.length(3);
    const progress = news.filter((one) => one.kind === 'progress').length;
    expect(progress, 'one progress in 50 ms').to.be.within(2, 10);
  });

  it('ends a thread by force that does not stop, and goes on with another', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const failure = await failureOf('stuck', controller.signal);
    expect(failure).to.be.instanceOf(Fault).with.property('reason', 'PLUGIN_BROKEN');
    expect(answerOf(await solve('minimum-variance')).termination).to.equal('optimal');
  });

  it('fails the job of a thread that dies, and replaces the thread', async () => {
    for (const type of ['crashing', 'rejecting']) {
      const failure = await failureOf(type);
      expect(failure, type).to.be.instanceOf(Fault).with.property('reason', 'PLUGIN_BROKEN');
      expect(answerOf(await solve('minimum-variance')).termination).to.equal('optimal');
    }
  });

  it('keeps a solve that hoards memory from taking the server along', async () => {
    const small = await poolOf({ heapMb: 64 });
    const job = jobOf('greedy');
    const failure: unknown = await lastValueFrom(small.solve(job, live)).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Fault).with.property('reason', 'QUOTA_EXCEEDED');
    await small.close();
  });

  it('tells a bug of a strategy as a bug, and one that gives no answer too', async () => {
    const failure = await failureOf('throwing');
    expect(failure).to.be.instanceOf(Error).and.not.instanceOf(Fault);
    expect((failure as Error).message)
      .to.include('a bug of the strategy')
      .and.include('index.ts');
    expect(await failureOf('silent'))
      .to.be.instanceOf(Error)
      .with.property('message')
      .that.includes('without a solution');
  });

  it("shows plugins none of the server's environment", async () => {
    expect(answerOf(await solve('curious')).termination).to.equal('optimal');
  });

  it('gives no weights when what a strategy claims does not pass the check', async () => {
    const answer = answerOf(await solve('lying'));
    expect(answer.termination).to.equal('numerical error');
    expect(answer.weights).to.deep.equal([]);
    expect(answer.detail).to.include('failed its own check');
  });

  it('frees the thread when nobody listens any more', async () => {
    const leaving = pool.solve(jobOf('patient'), live).subscribe();
    await delay(100);
    leaving.unsubscribe();
    const began = performance.now();
    expect(answerOf(await solve('minimum-variance')).termination).to.equal('optimal');
    expect(performance.now() - began).to.be.lessThan(500);
  });

  it('lets only so many jobs wait, and forgets one that is cancelled before it began', async () => {
    const narrow = await poolOf({ queueMax: 1 });
    const controller = new AbortController();
    const first = lastValueFrom(narrow.solve(jobOf('patient'), controller.signal));
    const waiter = new AbortController();
    const second = lastValueFrom(narrow.solve(jobOf('patient'), waiter.signal)).catch((error: unknown) => error);
    const third: unknown = await lastValueFrom(narrow.solve(jobOf('patient'), live)).catch((error: unknown) => error);
    expect(third).to.be.instanceOf(Fault).with.property('reason', 'QUOTA_EXCEEDED');
    waiter.abort();
    expect(await second)
      .to.be.instanceOf(Fault)
      .with.property('reason', 'STATE_CONFLICT');
    expect(narrow.waiting).to.equal(0);
    controller.abort();
    expect((await first).kind).to.equal('answer');
    await narrow.close();
  });

  it('lets running jobs finish when it closes, stops them after a while, and refuses new ones', async () => {
    const closing = await poolOf();
    const running = lastValueFrom(closing.solve(jobOf('patient'), live));
    const waiting = lastValueFrom(closing.solve(jobOf('patient'), live)).catch((error: unknown) => error);
    await delay(50);
    await closing.close(100);
    expect((await running).kind).to.equal('answer');
    expect(await waiting)
      .to.be.instanceOf(Fault)
      .with.property('reason', 'SHUTTING_DOWN');
    const late: unknown = await lastValueFrom(closing.solve(jobOf('patient'), live)).catch((error: unknown) => error);
    expect(late).to.be.instanceOf(Fault).with.property('reason', 'SHUTTING_DOWN');
  });

  it("names the constraints in conflict in the client's own words", async () => {
    const request = requestOf({
      constraints: [
        {
          constraintId: 'floor',
          displayName: 'Bonds please',
          type: 'bounds',
          parameters: { assets: { BOND: { min: 0.7 } } },
          inactive: false,
        },
        {
          constraintId: 'tech',
          displayName: 'Some tech',
          type: 'sector',
          parameters: { Technology: { min: 0.4 } },
          inactive: false,
        },
        {
          constraintId: 'rest',
          displayName: 'No shorts',
          type: 'bounds',
          parameters: { all: { min: 0 } },
          inactive: false,
        },
        {
          constraintId: 'idle',
          displayName: 'Idle',
          type: 'sector',
          parameters: { Metals: { max: 0.9 } },
          inactive: false,
        },
      ],
    });
    const job = admitStateless({ ...request, strategy: { type: 'minimum-variance', parameters: {} } }, loaded);
    const answer = answerOf(await lastValueFrom(pool.solve(job, live).pipe(toArray())));
    expect(answer.termination).to.equal('infeasible');
    expect(answer.conflict?.proofVerified).to.equal(true);
    expect(answer.conflict?.members.map((member) => member.constraintId).sort()).to.deep.equal([
      'budget',
      'floor',
      'rest',
      'tech',
    ]);
    expect(answer.conflict?.members.find((member) => member.constraintId === 'floor')?.name).to.equal('Bonds please');
    expect(answer.weights).to.deep.equal([]);
  });
});
