import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { firstValueFrom, toArray } from 'rxjs';
import { EventLog } from '../../../src/optimization/event-log.ts';
import type { WatchNews } from '../../../src/optimization/event-log.ts';
import { enqueue } from '../../../src/optimization/run-engine.ts';
import { engineContext, tenantRunOf } from '../../../src/optimization/run-key.ts';
import { Run } from '../../../src/optimization/run.ts';
import type { RunKey } from '../../../src/optimization/run.ts';
import { Fault } from '../../../src/values/fault.ts';
import { MemoryDatabase } from '../../support/memory-stores.ts';

const key: RunKey = { kind: 'optimization', portfolioId: 'p', id: 'r' };
const context = engineContext('acme');

describe('the event log', () => {
  let database: MemoryDatabase;
  let log: EventLog;
  let run: Run;

  const make = (settings: Partial<{ pollMs: number; heartbeatMs: number }> = {}): EventLog =>
    new EventLog(database.unitOfWork, database.queue, {
      pollMs: 10_000,
      heartbeatMs: 10_000,
      warn: () => undefined,
      ...settings,
    });

  /** Stores events and, as the engine would, says so. */
  const tell = async (types: readonly string[], wakes = true): Promise<void> => {
    const last = await database.unitOfWork.write(context, async ({ runs }) => {
      await runs.append(
        run,
        types.map((type) => ({ at: new Date(), type, payload: {} })),
      );
      return run.lastSequence;
    });
    if (wakes) log.wake(tenantRunOf(run), last);
  };

  beforeEach(async () => {
    database = new MemoryDatabase(() => ({}));
    run = Object.assign(new Run(), { tenant: 'acme', ...{ kind: key.kind, portfolioId: key.portfolioId, id: key.id } });
    await database.unitOfWork.write(context, (stores) => enqueue(stores, run, new Date()));
    log = make();
  });

  const sequencesOf = (news: readonly WatchNews[]): readonly number[] =>
    news.map((one) => (one.kind === 'event' ? one.event.sequence : -one.sequence));

  it('replays from the start, follows, and completes after the terminal event', async () => {
    await tell(['started', 'progress']);
    const all = firstValueFrom(log.watch(key, 0, context).pipe(toArray()));
    await delay(5);
    await tell(['progress']);
    await tell(['progress', 'succeeded']);
    expect(sequencesOf(await all)).to.deep.equal([1, 2, 3, 4, 5, 6]);
    expect(log.watched).to.equal(0);
  });

  it('goes on after any event, over the bounds of pages', async () => {
    await tell([...Array<string>(118).fill('progress'), 'succeeded']);
    for (const after of [0, 1, 49, 50, 51, 99, 100, 119, 120]) {
      const news = await firstValueFrom(log.watch(key, after, context).pipe(toArray()));
      expect(sequencesOf(news)).to.deep.equal(
        Array.from({ length: 120 - after }, (_, position) => after + position + 1),
      );
    }
  });

  it('refuses a place that the log has not reached, and a run that is not there', async () => {
    for (const [asked, after, reason] of [
      [key, 2, 'RESUME_TOKEN_INVALID'],
      [{ ...key, id: 'none' }, 0, 'NOT_FOUND'],
    ] as const) {
      const error: unknown = await firstValueFrom(log.watch(asked, after, context)).catch(
        (failure: unknown) => failure,
      );
      expect(error).to.be.instanceOf(Fault).with.property('reason', reason);
    }
    const foreign: unknown = await firstValueFrom(log.watch(key, 0, engineContext('other'))).catch(
      (failure: unknown) => failure,
    );
    expect(foreign).to.be.instanceOf(Fault).with.property('reason', 'NOT_FOUND');
    expect(log.watched).to.equal(0);
  });

  it('knows of a place that another process has reached', async () => {
    const first = log.watch(key, 0, context).subscribe();
    await delay(5);
    await tell(['started', 'succeeded'], false);
    expect(sequencesOf(await firstValueFrom(log.watch(key, 2, context).pipe(toArray())))).to.deep.equal([3]);
    first.unsubscribe();
  });

  it('hears of another process by one query for all watched runs', async () => {
    log = make({ pollMs: 10 });
    const all = firstValueFrom(log.watch(key, 0, context).pipe(toArray()));
    await delay(5);
    await tell(['started', 'succeeded'], false);
    expect(sequencesOf(await all)).to.deep.equal([1, 2, 3]);
    const { looks } = database.counts;
    await delay(40);
    expect(database.counts.looks, 'looks when nobody watches').to.equal(looks);
  });

  it('sends heartbeats with the number of the last event while nothing happens', async () => {
    log = make({ heartbeatMs: 10 });
    const news: WatchNews[] = [];
    const watch = log.watch(key, 0, context).subscribe((one) => news.push(one));
    await delay(45);
    watch.unsubscribe();
    expect(sequencesOf(news).slice(0, 3)).to.deep.equal([1, -1, -1]);
    const told = news.length;
    await delay(25);
    expect(news.length, 'after leaving').to.equal(told);
  });

  it('ends a watch with the reason of its aborted call', async () => {
    const call = new AbortController();
    const seen = firstValueFrom(log.watch(key, 0, { ...context, signal: call.signal }).pipe(toArray())).catch(
      (error: unknown) => error,
    );
    await delay(5);
    call.abort(new Fault('SHUTTING_DOWN', 'stopping'));
    expect(await seen)
      .to.be.instanceOf(Fault)
      .with.property('reason', 'SHUTTING_DOWN');
    expect(log.watched).to.equal(0);
  });

  it('reads the log once for a thousand watchers, each of whom sees everything', async () => {
    await tell(['started', ...Array<string>(60).fill('progress')]);
    const watches = Array.from({ length: 1000 }, () => firstValueFrom(log.watch(key, 0, context).pipe(toArray())));
    await delay(20);
    for (let round = 0; round < 10; round += 1) {
      await tell(['progress']);
      await delay(1);
    }
    await tell(['succeeded']);
    const expected = Array.from({ length: 73 }, (_, position) => position + 1);
    for (const news of await Promise.all(watches)) expect(sequencesOf(news)).to.deep.equal(expected);
    expect(database.counts.eventReads).to.be.at.most(14);
  });

  it('tries again after a failed look, and tells a watcher of a failed read', async () => {
    const warnings: string[] = [];
    log = new EventLog(database.unitOfWork, database.queue, {
      pollMs: 5,
      heartbeatMs: 1000,
      warn: (message) => warnings.push(message),
    });
    const broken: unknown = await (async () => {
      database.failure = new Fault('DATABASE_UNAVAILABLE', 'gone');
      return firstValueFrom(log.watch(key, 0, context)).catch((error: unknown) => error);
    })();
    expect(broken).to.be.instanceOf(Fault).with.property('reason', 'DATABASE_UNAVAILABLE');
    database.failure = undefined;
    expect(sequencesOf([await firstValueFrom(log.watch(key, 0, context))])).to.deep.equal([1]);
  });
});
