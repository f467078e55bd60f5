import { setTimeout as delay } from 'node:timers/promises';

import { expect } from 'chai';

import { Replayed } from '../../src/values/call.ts';
import type { CallContext } from '../../src/values/call.ts';
import { everything, faultOf, newCall, onEachDriver, type OpenStorage } from '../support/storage.ts';
import { portfolioOf, runOf } from '../support/storage-records.ts';

function requested(call: CallContext, requestId: string, digest = 'd1', principal = call.principal): CallContext {
  const encode = (result: unknown): Uint8Array => Buffer.from(JSON.stringify(result));
  return { ...call, principal, idempotency: { method: 'CreatePortfolio', requestId, digest, encode } };
}

function create(storage: OpenStorage, call: CallContext, id: string, pause = 0): Promise<string> {
  return storage.units.write(call, async ({ portfolios }) => {
    await portfolios.add(portfolioOf(id));
    if (pause > 0) await delay(pause);
    return `made ${id}`;
  });
}

async function replyOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    (result) => new Error(`done again: ${String(result)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Replayed)) throw error;
  return JSON.parse(Buffer.from(error.reply).toString()) as string;
}

async function ids(storage: OpenStorage, call: CallContext): Promise<string[]> {
  const page = await storage.units.read(call, ({ portfolios }) => portfolios.list(everything, false));
  return page.rows.map(({ id }) => id);
}

for (const { title, use, open } of onEachDriver('a unit of work')) {
  describe(title, function () {
    this.timeout(30_000);
    before(open);

    it('stores all or nothing', async () => {
      const call = newCall();
      const broken = use().units.write(call, async ({ portfolios, runs }) => {
        await portfolios.add(portfolioOf('p'));
        await runs.add(runOf('p', 'r'));
        throw new Error('in the middle');
      });
      expect(await broken.catch((error: unknown) => (error as Error).message)).to.equal('in the middle');
      expect(await ids(use(), call)).to.deep.equal([]);
      await create(use(), call, 'p');
      expect(await ids(use(), call)).to.deep.equal(['p']);
    });

    it('checks without storing when it only validates, and tells its result', async () => {
      const call = newCall();
      expect(await create(use(), { ...requested(call, 'q'), validateOnly: true }, 'p')).to.equal('made p');
      expect(await ids(use(), call)).to.deep.equal([]);
      await create(use(), call, 'p');
      await faultOf(create(use(), { ...call, validateOnly: true }, 'p'), 'ALREADY_EXISTS');
      expect(await create(use(), requested(call, 'q', 'other'), 'p2'), 'the id was not taken').to.equal('made p2');
    });

    it('reads one snapshot and refuses to write in a read', async () => {
      const call = newCall();
      const writing = use().units.read(call, ({ portfolios }) => portfolios.add(portfolioOf('p')));
      expect(await writing.catch((error: unknown) => (error as Error).message)).to.contain('read-only');
      expect(await ids(use(), call)).to.deep.equal([]);
    });

    it('says at once that another may not begin inside it, but one after the other may', async () => {
      const call = newCall();
      const nested = use().units.write(call, () => use().units.read(call, async () => 1));
      expect(await nested.catch((error: unknown) => (error as Error).message)).to.contain('inside the work of another');
      const queued = use().units.read(call, () => use().queue.lastSequences([{ tenant: 't', key: runOf('p', 'r') }]));
      expect(await queued.catch((error: unknown) => (error as Error).message)).to.contain('inside the work of another');
      let later: Promise<string[]> | undefined;
      await use().units.write(call, async () => {
        later = delay(20).then(() => ids(use(), call));
      });
      expect(await later).to.deep.equal([]);
    });

    it('is not begun for a caller who has left', async () => {
      const call = newCall({ signal: AbortSignal.abort(new Error('left')) });
      expect(await create(use(), call, 'p').catch((error: unknown) => (error as Error).message)).to.equal('left');
      expect(await ids(use(), { ...call, signal: new AbortController().signal })).to.deep.equal([]);
    });

    it('takes text that PostgreSQL cannot hold for a mistake of the caller', async () => {
      const call = newCall();
      const adding = use().units.write(call, ({ portfolios }) =>
        portfolios.add(portfolioOf('p', { displayName: 'a\0b' })),
      );
      await faultOf(adding, 'INVALID_ARGUMENT');
    });
  });
}

for (const { title, use, open } of onEachDriver('a request id')) {
  describe(title, function () {
    this.timeout(30_000);
    before(open);

    it('replays the first answer and does nothing again', async () => {
      const call = newCall();
      expect(await create(use(), requested(call, 'q'), 'p')).to.equal('made p');
      expect(await replyOf(create(use(), requested(call, 'q'), 'another'))).to.equal('made p');
      expect(await ids(use(), call)).to.deep.equal(['p']);
    });

    it("is refused for another request, and is each principal's and tenant's own", async () => {
      const [call, other] = [newCall(), newCall()];
      await create(use(), requested(call, 'q'), 'p');
      await faultOf(create(use(), requested(call, 'q', 'd2'), 'p2'), 'REQUEST_ID_REUSED');
      expect(await create(use(), requested(call, 'q', 'd2', 'somebody'), 'p2')).to.equal('made p2');
      expect(await create(use(), requested(other, 'q', 'd2'), 'p2')).to.equal('made p2');
    });

    it('of a request that failed may be used again', async () => {
      const call = newCall();
      await create(use(), call, 'p');
      await faultOf(create(use(), requested(call, 'q'), 'p'), 'ALREADY_EXISTS');
      expect(await create(use(), requested(call, 'q', 'd2'), 'p2')).to.equal('made p2');
    });

    it('of requests at the same time is worked on once', async () => {
      const call = newCall();
      const results = await Promise.allSettled(
        Array.from({ length: 6 }, (_, k) => create(use(), requested(call, 'q'), `p${k}`, 20)),
      );
      const done = results.filter(({ status }) => status === 'fulfilled');
      const replayed = results.filter((result) => result.status === 'rejected' && result.reason instanceof Replayed);
      expect([done.length, replayed.length]).to.deep.equal([1, 5]);
      expect(await ids(use(), call)).to.have.length(1);
    });

    it('is forgotten after seven days', async () => {
      const call = newCall();
      await create(use(), requested(call, 'q'), 'p');
      use().clock.pass(7 * 86_400_000 - 1);
      expect(await replyOf(create(use(), requested(call, 'q'), 'p'))).to.equal('made p');
      use().clock.pass(1);
      expect(await create(use(), requested(call, 'q', 'd2'), 'p2')).to.equal('made p2');
    });
  });
}
