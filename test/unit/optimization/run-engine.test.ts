import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { EMPTY, Observable, concat, of, throwError, timer } from 'rxjs';
import { map, take } from 'rxjs/operators';
import { EventLog } from '../../../src/optimization/event-log.ts';
import type { RunStores } from '../../../src/optimization/event-log.ts';
import { RunEngine, enqueue, requestCancel, runEngineDefaults } from '../../../src/optimization/run-engine.ts';
import type { RunEngineSettings, RunExecutor } from '../../../src/optimization/run-engine.ts';
import type { RunEnd, RunStep } from '../../../src/optimization/run-execution.ts';
import { engineContext, keyOf, tenantRunOf } from '../../../src/optimization/run-key.ts';
import { Run } from '../../../src/optimization/run.ts';
import { systemClock } from '../../../src/values/clock.ts';
import { Fault } from '../../../src/values/fault.ts';
import { MemoryDatabase } from '../../support/memory-stores.ts';

type Step = RunStep<RunStores>;
const context = engineContext('acme');
const success: RunEnd<RunStores> = {
  kind: 'end',
  state: 'succeeded',
  type: 'succeeded',
  payload: { w: 1 },
  result: { w: 1 },
};
const progress = (number: number): Step => ({ kind: 'progress', payload: { number } });

describe('the engine of runs', () => {
  let database: MemoryDatabase;
  let log: EventLog;
  let engines: RunEngine<RunStores>[];
  let warnings: string[];

  beforeEach(() => {
    database = new MemoryDatabase(() => ({}));
    log = new EventLog(database.unitOfWork, database.queue, { pollMs: 1000, heartbeatMs: 1000, warn: () => undefined });
    engines = [];
    warnings = [];
  });
  afterEach(async () => {
    await Promise.all(engines.map((engine) => engine.stop()));
  });

  function engineOf(
    execute: RunExecutor<RunStores>['execute'],
    settings: Partial<RunEngineSettings> = {},
  ): RunEngine<RunStores> {
    const engine = new RunEngine<RunStores>(database.unitOfWork, database.queue, log, {
      ...runEngineDefaults,
      owner: `process-${engines.length}`,
      clock: systemClock,
      warn: (message) => warnings.push(message),
      ...settings,
    });
    engine.register('optimization', { execute });
    engines.push(engine);
    return engine;
  }

  async function queued(id = 'r'): Promise<Run> {
    const run = Object.assign(new Run(), { tenant: 'acme', portfolioId: 'p', id });
    await database.unitOfWork.write(context, (stores) => enqueue(stores, run, new Date()));
    return run;
  }

  const typesOf = (run: Run): readonly string[] => database.log(tenantRunOf(run)).map((event) => event.type);
  const stored = (run: Run): Run => database.run(tenantRunOf(run)) ?? new Run();
  async function until(holds: () => boolean): Promise<void> {
    for (let round = 0; round < 400 && !holds(); round += 1) await delay(5);
    expect(holds(), 'what was waited for').to.equal(true);
  }
  const ended = (run: Run): Promise<void> => until(() => stored(run).endedAt !== null);

  it('takes a run from queued to its end, with state, result and events together', async () => {
    const run = await queued();
    const engine = engineOf(() => of(progress(1), success));
    engine.start();
    await ended(run);
    expect(typesOf(run)).to.deep.equal(['queued', 'started', 'progress', 'succeeded']);
    expect(database.log(tenantRunOf(run)).map((event) => event.sequence)).to.deep.equal([1, 2, 3, 4]);
    expect(stored(run)).to.include({ state: 'succeeded', attempt: 1, owner: null, lastSequence: 4 });
    expect(stored(run).result).to.deep.equal({ w: 1 });
  });

  it('begins a new run at once when it is woken', async () => {
    const engine = engineOf(() => of(success), { pollMs: 60_000 });
    engine.start();
    await delay(5);
    const run = await queued();
    engine.wake();
    await ended(run);
    expect(stored(run).state).to.equal('succeeded');
  });

  it('stores the first progress at once and then the newest of each moment, and every other event', async () => {
    const run = await queued();
    const many = timer(0, 1).pipe(
      take(120),
      map((number) => progress(number)),
    );
    const engine = engineOf(() => concat(many, of<Step[]>({ kind: 'event', type: 'drift', payload: {} }, success)), {
      progressMs: 50,
    });
    engine.start();
    await ended(run);
    const events = database.log(tenantRunOf(run));
    const numbers = events.filter((event) => event.type === 'progress').map((event) => event.payload['number']);
    expect(numbers[0]).to.equal(0);
    expect(numbers.at(-1)).to.equal(119);
    expect(numbers.length).to.be.within(3, 8);
    expect(typesOf(run).slice(-3)).to.deep.equal(['progress', 'drift', 'succeeded']);
  });

  it('fails a run by a Fault in its own words, and by a bug without telling it', async () => {
    const first = await queued('first');
    const second = await queued('second');
    const third = await queued('third');
    const engine = engineOf(({ run }) => {
      if (run.id === 'first') return throwError(() => new Fault('INSUFFICIENT_HISTORY', 'one price only'));
      if (run.id === 'second') throw new TypeError('secret detail');
      return EMPTY;
    });
    engine.start();
    await Promise.all([first, second, third].map(ended));
    expect(stored(first).error).to.deep.equal({ reason: 'INSUFFICIENT_HISTORY', message: 'one price only' });
    expect(database.log(tenantRunOf(first)).at(-1)).to.include({ type: 'failed' });
    expect(stored(second).error?.reason).to.equal('INTERNAL');
    expect(stored(second).error?.message).to.not.include('secret');
    expect(warnings.join()).to.include('secret detail');
    expect(stored(third).state).to.equal('failed');
  });

  it('ends a cancelled run with what its executor ends with', async () => {
    const run = await queued();
    const engine = engineOf(
      ({ signal }) =>
        new Observable<Step>((subscriber) => {
          signal.addEventListener('abort', () => {
            subscriber.next({ ...success, state: 'cancelled', type: 'cancelled', payload: { best: 1 } });
            subscriber.complete();
          });
        }),
    );
    engine.start();
    await until(() => stored(run).state === 'running');
    await database.unitOfWork.write(context, async (stores) => {
      const current = await stores.runs.findForUpdate(keyOf(run));
      await requestCancel(stores, current ?? run, new Date());
    });
    engine.cancel(tenantRunOf(run));
    await ended(run);
    expect(database.log(tenantRunOf(run)).at(-1)).to.deep.include({ type: 'cancelled', payload: { best: 1 } });
  });

  it('learns of a cancellation that another process took', async () => {
    const run = await queued();
    const engine = engineOf(
      ({ signal }) =>
        new Observable<Step>((subscriber) => {
          signal.addEventListener('abort', () => subscriber.error(new Fault('PLUGIN_BROKEN', 'does not stop')));
        }),
      { leaseMs: 60 },
    );
    engine.start();
    await until(() => stored(run).state === 'running');
    await database.unitOfWork.write(context, async (stores) => {
      const current = await stores.runs.findForUpdate(keyOf(run));
      await requestCancel(stores, current ?? run, new Date());
    });
    await ended(run);
    expect(stored(run).state).to.equal('cancelled');
  });

  it('cancels a queued run at once and never starts it', async () => {
    const run = await queued();
    await database.unitOfWork.write(context, async (stores) => {
      const current = await stores.runs.findForUpdate(keyOf(run));
      await requestCancel(stores, current ?? run, new Date());
      await requestCancel(stores, current ?? run, new Date());
    });
    engineOf(() => of(success)).start();
    await delay(20);
    expect(typesOf(run)).to.deep.equal(['queued', 'cancelled']);
  });

  it('gives running work back when it stops, and the next process begins it again', async () => {
    const run = await queued();
    let left = 0;
    const first = engineOf(() => new Observable<Step>(() => () => (left += 1)));
    first.start();
    await until(() => stored(run).state === 'running');
    await first.stop();
    expect(left).to.equal(1);
    expect(stored(run)).to.include({ state: 'running', owner: null });
    engineOf(() => of(success)).start();
    await ended(run);
    expect(typesOf(run)).to.deep.equal(['queued', 'started', 'started', 'succeeded']);
    expect(database.log(tenantRunOf(run))[2]?.payload).to.deep.equal({ attempt: 2 });
  });

  it('restarts what a dead process left, and writes nothing for a run that it lost', async () => {
    const run = await queued();
    const late = new Promise<void>((resolve) => setTimeout(resolve, 80));
    const dead = engineOf(
      () =>
        new Observable<Step>((subscriber) => {
          void late.then(() => {
            subscriber.next({ ...success, payload: { stale: true } });
            subscriber.complete();
          });
        }),
      { leaseMs: 30 },
    );
    const renew = database.queue.renew.bind(database.queue);
    Object.assign(database.queue, {
      renew: async (owner: string, ms: number) => (owner === 'process-0' ? [] : renew(owner, ms)),
    });
    dead.start();
    await until(() => stored(run).state === 'running');
    await delay(40);
    engineOf(() => timer(80).pipe(map((): Step => success)), { leaseMs: 1000 }).start();
    await ended(run);
    expect(typesOf(run)).to.deep.equal(['queued', 'started', 'started', 'succeeded']);
    expect(stored(run).result).to.deep.equal({ w: 1 });
  });

  it('fails a run that was cut off three times', async () => {
    const run = await queued();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const engine = engineOf(() => new Observable<Step>());
      engine.start();
      await until(() => stored(run).attempt === attempt + 1 && engine.active.length === 1);
      await engine.stop();
    }
    engineOf(() => of(success)).start();
    await ended(run);
    expect(stored(run).state).to.equal('failed');
    expect(stored(run).error?.message).to.include('3 times');
  });

  it('works on no more runs at once than it has slots', async () => {
    const runs = await Promise.all(Array.from({ length: 6 }, (_, position) => queued(`r${position}`)));
    let active = 0;
    let most = 0;
    engineOf(
      () =>
        new Observable<Step>((subscriber) => {
          most = Math.max(most, ++active);
          setTimeout(() => {
            active -= 1;
            subscriber.next(success);
            subscriber.complete();
          }, 5);
        }),
      { slots: 2 },
    ).start();
    await Promise.all(runs.map(ended));
    expect(most).to.equal(2);
  });

  it('stores the end as soon as the database is back', async () => {
    const run = await queued();
    engineOf(() => timer(20).pipe(map((): Step => success))).start();
    await until(() => stored(run).state === 'running');
    database.failure = new Fault('DATABASE_UNAVAILABLE', 'gone');
    await delay(60);
    database.failure = undefined;
    await ended(run);
    expect(typesOf(run)).to.deep.equal(['queued', 'started', 'succeeded']);
  });

  it('writes what belongs to the end in its transaction, all or nothing', async () => {
    const run = await queued();
    let tries = 0;
    engineOf(() =>
      of<Step>({
        ...success,
        record: async () => {
          tries += 1;
          throw new Error('does not fit');
        },
      }),
    ).start();
    await ended(run);
    expect(tries).to.equal(1);
    expect(typesOf(run)).to.deep.equal(['queued', 'started', 'failed']);
    expect(stored(run)).to.include({ state: 'failed', result: null });
  });
});
