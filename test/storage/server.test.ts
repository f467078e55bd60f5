import { setTimeout as delay } from 'node:timers/promises';

import { expect } from 'chai';

import { migrations } from '../../src/storage/migrations/all.ts';
import { openStorage } from '../../src/storage/storage.ts';
import { systemClock } from '../../src/values/clock.ts';
import { faultOf, newCall, type OpenStorage, openServer, serverUrl } from '../support/storage.ts';
import { portfolioOf } from '../support/storage-records.ts';

/** What only a server with many connections can show. */
for (const url of serverUrl === undefined ? [] : [serverUrl]) {
  describe('a PostgreSQL server', function () {
    this.timeout(30_000);
    let storage: OpenStorage;
    const told: string[] = [];
    before(async () => {
      storage = await openServer(url, {
        statementTimeoutMs: 3000,
        lockTimeoutMs: 1500,
        warn: (line) => told.push(line),
      });
    });
    after(() => storage.close());

    const killOthers = (): Promise<unknown> =>
      storage.sql(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );

    it('whose connections are killed ends the work with DATABASE_UNAVAILABLE, stores nothing, and is connected again', async () => {
      const call = newCall();
      const cut = storage.units.write(call, async ({ portfolios }) => {
        await portfolios.add(portfolioOf('p'));
        await killOthers();
        await delay(50);
        await portfolios.add(portfolioOf('q'));
      });
      await faultOf(cut, 'DATABASE_UNAVAILABLE');
      await Promise.all(Array.from({ length: 8 }, () => storage.ready()));
      await killOthers();
      await delay(50);
      await storage.ready();
      // More losses than the pool has places: none may be kept by a connection that is gone.
      for (let k = 0; k < 12; k++) {
        await faultOf(
          storage.units.read(call, async ({ portfolios }) => {
            await killOthers();
            await portfolios.find('p');
          }),
          'DATABASE_UNAVAILABLE',
        );
      }
      await storage.ready();
      expect(await storage.units.read(call, ({ portfolios }) => portfolios.find('p'))).to.equal(undefined);
      await storage.units.write(call, ({ portfolios }) => portfolios.add(portfolioOf('p')));
      expect(told.join()).to.contain('connection');
    });

    it('runs work again that a deadlock undid', async () => {
      const call = newCall();
      await storage.units.write(call, async ({ portfolios }) => {
        await portfolios.add(portfolioOf('a'));
        await portfolios.add(portfolioOf('b'));
      });
      const tries = { count: 0 };
      const both = (first: string, second: string) =>
        storage.units.write(call, async ({ portfolios }) => {
          tries.count += 1;
          await portfolios.findForUpdate(first);
          await delay(100);
          const portfolio = (await portfolios.findForUpdate(second))!;
          await portfolios.update(portfolio, portfolio.version);
          return portfolio.version;
        });
      const versions = await Promise.all([both('a', 'b'), both('b', 'a')]);
      expect(versions).to.deep.equal([2, 2]);
      expect(tries.count).to.be.at.least(3);
    });

    it('says of a request whose twin is still at work that it is in progress', async () => {
      const call = newCall();
      const encode = (): Uint8Array => Buffer.from('done');
      const requested = { ...call, idempotency: { method: 'm', requestId: 'q', digest: 'd', encode } };
      const release = Promise.withResolvers<undefined>();
      const slow = storage.units.write(requested, () => release.promise);
      await delay(50);
      await faultOf(
        storage.units.write(requested, async () => undefined),
        'REQUEST_IN_PROGRESS',
      );
      release.resolve(undefined);
      await slow;
    });

    it('is migrated once by servers that start together', async () => {
      await storage.sql('drop schema public cascade');
      await storage.sql('create schema public');
      const { databaseUrl } = storage.settings;
      const opened = await Promise.all(
        Array.from({ length: 3 }, () => openStorage({ databaseUrl, directory: '', poolSize: 2 }, systemClock)),
      );
      await Promise.all(opened.map((one) => one.ready()));
      const steps = await storage.sql('select name from schema_migrations');
      expect(steps).to.deep.equal(migrations.map(({ name }) => ({ name })));
      await Promise.all(opened.map((one) => one.close()));
    });
  });
}
