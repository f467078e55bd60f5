import { expect } from 'chai';

import type { RunEvent } from '../../src/optimization/run.ts';
import { everything, faultOf, newCall, onEachDriver, type OpenStorage } from '../support/storage.ts';
import { fieldsOf, runOf } from '../support/storage-records.ts';

const at = new Date('2026-01-05T10:00:00.123Z');
const progress = (n: number): Omit<RunEvent, 'sequence'> => ({ at, type: 'progress', payload: { n } });
const money = (amount: string) => ({ amount, currencyCode: 'USD' });

for (const { title, use, open } of onEachDriver('runs')) {
  describe(title, function () {
    this.timeout(30_000);
    before(open);

    it('come back whole, refuse an id that is taken and a change of another version', async () => {
      const call = newCall();
      const run = runOf('p', 'r');
      await use().units.write(call, ({ runs }) => runs.add(run));
      await faultOf(
        use().units.write(call, ({ runs }) => runs.add(run)),
        'ALREADY_EXISTS',
      );
      const changed = await use().units.write(call, async ({ runs }) => {
        const stored = (await runs.findForUpdate(run))!;
        expect(fieldsOf(stored)).to.deep.equal(fieldsOf(run, { tenant: call.tenant }));
        Object.assign(stored, { state: 'failed', error: { reason: 'NOT_FOUND', message: 'gone' }, endedAt: at });
        await runs.update(stored);
        return stored;
      });
      const found = await use().units.read(call, ({ runs }) => runs.find(run));
      expect(fieldsOf(found)).to.deep.equal(fieldsOf(changed, { version: 2 }));
      await faultOf(
        use().units.write(call, ({ runs }) => runs.update(run)),
        'ETAG_MISMATCH',
      );
      await faultOf(
        use().units.write(call, ({ runs }) => runs.update(runOf('p', 'absent'))),
        'NOT_FOUND',
      );
      const page = await use().units.read(call, ({ runs }) =>
        runs.list('optimization', 'p', {
          ...everything,
          conditions: [{ field: 'state', operator: '=', value: 'failed' }],
        }),
      );
      expect(page.rows.map(({ id }) => id)).to.deep.equal(['r']);
      expect((await use().units.read(call, ({ runs }) => runs.list('rebalance', 'p', everything))).rows).to.deep.equal(
        [],
      );
    });

    it('number their events without a gap under sixteen writers at once', async () => {
      const call = newCall();
      const run = runOf('p', 'r');
      await use().units.write(call, ({ runs }) => runs.add(run));
      const numbers: number[] = [];
      let refused = 0;
      await Promise.all(
        Array.from({ length: 16 }, async (_, writer) => {
          for (let k = 0; k < 5; k++) {
            const events = Array.from({ length: 1 + ((writer + k) % 3) }, () => progress(writer));
            const append = use().units.write(call, async ({ runs }) => {
              const appended = await runs.append(runOf('p', 'r'), events);
              if ((writer + k) % 5 === 0) throw new Error('undone');
              return appended;
            });
            await append.then(
              (appended) => numbers.push(...appended.map(({ sequence }) => sequence)),
              () => refused++,
            );
          }
        }),
      );
      expect(refused).to.equal(16);
      const log = await use().units.read(call, ({ runs }) => runs.events(run, 0, 1000));
      expect(log.map(({ sequence }) => sequence)).to.deep.equal(Array.from({ length: log.length }, (_, k) => k + 1));
      expect(numbers.sort((a, b) => a - b)).to.deep.equal(log.map(({ sequence }) => sequence));
      const page = await use().units.read(call, ({ runs }) => runs.events(run, 10, 3));
      expect(page.map(({ sequence }) => sequence)).to.deep.equal([11, 12, 13]);
      expect(page[0]).to.have.keys('sequence', 'at', 'type', 'payload');
      const [last] = await use().queue.lastSequences([{ tenant: call.tenant, key: run }]);
      expect(last).to.equal(log.length);
    });

    it('never write the number of the last event back', async () => {
      const call = newCall();
      const run = runOf('p', 'r');
      await use().units.write(call, ({ runs }) => runs.add(run));
      const early = (await use().units.read(call, ({ runs }) => runs.find(run)))!;
      await use().units.write(call, ({ runs }) => runs.append(run, [progress(1), progress(2)]));
      expect(run.lastSequence).to.equal(2);
      await use().units.write(call, ({ runs }) => runs.update(early));
      const [next] = await use().units.write(call, ({ runs }) => runs.append(early, [progress(3)]));
      expect(next?.sequence).to.equal(3);
      await faultOf(
        use().units.write(call, ({ runs }) => runs.append(runOf('p', 'absent'), [progress(1)])),
        'NOT_FOUND',
      );
    });

    it('keep the figures of a proposal exactly', async () => {
      const call = newCall();
      const figures = {
        portfolioEtag: 7,
        valueBefore: money('100000.10'),
        valueAfter: money('99990.05'),
        cost: money('10.05'),
      };
      const run = runOf('p', 'r', 'rebalance', { state: 'running' });
      await use().units.write(call, async ({ runs }) => {
        await runs.add(run);
        Object.assign(run, { state: 'proposed', result: figures });
        await runs.update(run);
        Object.assign(run, { state: 'accepted' });
        await runs.update(run);
      });
      const rows = await use().sql(
        `select portfolio_version, currency, (value_before - value_after - cost)::text as rest from proposals where tenant = ?`,
        [call.tenant],
      );
      expect(rows).to.deep.equal([{ portfolio_version: 7, currency: 'USD', rest: '0.0000000000' }]);
    });

    it('of one tenant are nowhere for another', async () => {
      const [mine, other] = [newCall(), newCall()];
      const run = runOf('p', 'r', 'optimization', { tenant: other.tenant });
      await use().units.write(mine, async ({ runs }) => {
        await runs.add(run);
        await runs.append(run, [progress(1)]);
      });
      await use().units.write(other, async ({ runs }) => {
        expect(await runs.find(run)).to.equal(undefined);
        expect(await runs.findForUpdate(run)).to.equal(undefined);
        expect((await runs.list('optimization', 'p', everything)).rows).to.deep.equal([]);
        expect(await runs.events(run, 0, 10)).to.deep.equal([]);
        await faultOf(runs.update(runOf('p', 'r')), 'NOT_FOUND');
        await faultOf(runs.append(runOf('p', 'r'), [progress(1)]), 'NOT_FOUND');
      });
      expect(await use().queue.lastSequences([{ tenant: other.tenant, key: run }])).to.deep.equal([0]);
    });
  });
}

for (const { title, use, open } of onEachDriver('the queue of runs')) {
  describe(title, function () {
    this.timeout(30_000);
    before(open);

    const clear = async (storage: OpenStorage): Promise<void> => {
      await storage.sql("update runs set state = 'failed' where state in ('queued', 'running')");
    };
    beforeEach(() => clear(use()));

    it('hands each run to one owner, oldest first, however many claim at once', async () => {
      const call = newCall();
      const ids = Array.from({ length: 12 }, (_, k) => `r${String(k).padStart(2, '0')}`);
      await use().units.write(call, async ({ runs }) => {
        for (const [k, id] of ids.entries())
          await runs.add(runOf('p', id, 'optimization', { createdAt: new Date(k * 1000) }));
        await runs.add(runOf('p', 'done', 'optimization', { state: 'succeeded' }));
      });
      const [first] = await use().queue.claim('zero', 1000, 1);
      expect(first).to.deep.equal({ tenant: call.tenant, key: { kind: 'optimization', portfolioId: 'p', id: 'r00' } });
      const claims = await Promise.all(['a', 'b', 'c', 'd'].map((owner) => use().queue.claim(owner, 1000, 4)));
      const claimed = [first!, ...claims.flat(), ...(await use().queue.claim('rest', 1000, 20))];
      expect(claimed.map(({ key }) => key.id).sort()).to.deep.equal(ids);
      expect(await use().queue.claim('late', 1000, 20)).to.deep.equal([]);
      const run = await use().units.read(call, ({ runs }) => runs.find(first!.key));
      expect([run?.owner, run?.attempt, run?.version]).to.deep.equal(['zero', 1, 2]);
    });

    it('gives a run on when its lease is over, and the former owner can no longer end it', async () => {
      const call = newCall();
      const run = runOf('p', 'r');
      await use().units.write(call, ({ runs }) => runs.add(run));
      await use().queue.claim('first', 1000, 10);
      const held = (await use().units.read(call, ({ runs }) => runs.find(run)))!;
      use().clock.pass(600);
      expect(await use().queue.renew('first', 1000)).to.deep.equal([]);
      use().clock.pass(600);
      expect(await use().queue.claim('second', 1000, 10)).to.deep.equal([]);
      held.state = 'running';
      await use().units.write(call, ({ runs }) => runs.update(held));
      expect(await use().queue.claim('second', 1000, 10), 'an update must not cut the lease').to.deep.equal([]);
      use().clock.pass(401);
      expect(await use().queue.claim('second', 1000, 10)).to.have.length(1);
      held.state = 'succeeded';
      await faultOf(
        use().units.write(call, ({ runs }) => runs.update(held)),
        'ETAG_MISMATCH',
      );
      const now = await use().units.read(call, ({ runs }) => runs.find(run));
      expect([now?.state, now?.owner, now?.attempt]).to.deep.equal(['running', 'second', 2]);
    });

    it('tells the owner of a wish to cancel, and nobody of runs given back', async () => {
      const call = newCall();
      await use().units.write(call, ({ runs }) => runs.add(runOf('p', 'r')));
      await use().queue.claim('me', 1000, 10);
      await use().units.write(call, async ({ runs }) => {
        const run = (await runs.findForUpdate(runOf('p', 'r')))!;
        run.cancelRequested = true;
        await runs.update(run);
      });
      expect(await use().queue.renew('other', 1000)).to.deep.equal([]);
      expect((await use().queue.renew('me', 1000)).map(({ key }) => key.id)).to.deep.equal(['r']);
      await use().units.write(call, async ({ runs }) => {
        const run = (await runs.findForUpdate(runOf('p', 'r')))!;
        Object.assign(run, { owner: null, leaseUntil: null });
        await runs.update(run);
      });
      expect(await use().queue.renew('me', 1000)).to.deep.equal([]);
      expect(await use().queue.claim('next', 1000, 10)).to.have.length(1);
    });

    it('looks for news of many runs in the order asked', async () => {
      const call = newCall();
      await use().units.write(call, async ({ runs }) => {
        for (const id of ['a', 'b']) {
          await runs.add(runOf('p', id));
          await runs.append(runOf('p', id), id === 'a' ? [progress(1)] : [progress(1), progress(2)]);
        }
      });
      const keys = ['b', 'absent', 'a'].map((id) => ({ tenant: call.tenant, key: runOf('p', id) }));
      expect(await use().queue.lastSequences(keys)).to.deep.equal([2, 0, 1]);
      expect(await use().queue.lastSequences([])).to.deep.equal([]);
    });
  });
}
