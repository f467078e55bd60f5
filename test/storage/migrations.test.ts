import { expect } from 'chai';

import { migrate } from '../../src/storage/database.ts';
import { newCall, onEachDriver, type OpenStorage } from '../support/storage.ts';

const instant = "'2026-01-05T10:00:00.123Z'";

/** What a server of the first schema has stored, written as it wrote it. */
async function filled(storage: OpenStorage, tenant: string): Promise<void> {
  const statements = [
    `insert into assets values (?, 'OLD', 'Old', 'Equity', 'Tech', 'US', 'USD', '{"size":"large"}', 1, null, '{"ticker":"OLD"}', 3,
       ${instant}, ${instant})`,
    `insert into portfolios values (?, 'p', 'Growth', 'Equity', 'USD', '2026-01-01', null, 0.02, 2, ${instant}, ${instant}, null)`,
    `insert into constraints values (?, 'p', 'cap', 0, 'Cap', 'bounds', '{"all":{"max":0.5}}', 2, false)`,
    `insert into runs values (?, 'optimization', 'p', 'r', 'minimum-variance', 'succeeded', '{"request":{},"job":{},"window":{"to":"2026-01-05"}}',
       '{"termination":"optimal","provenance":{"pricesAsOf":"2026-01-05"}}', null, 1, 1, false, null, null, 2, ${instant}, ${instant})`,
    `insert into run_events values (?, 'optimization', 'p', 'r', 1, ${instant}, 'succeeded', '{"termination":"optimal"}')`,
  ];
  for (const statement of statements) await storage.sql(statement, [tenant]);
}

for (const { title, use, open } of onEachDriver('a database of the first schema')) {
  describe(title, function () {
    this.timeout(30_000);
    before(open);
    after(() => migrate(use().database, 'up'));

    const backToFirst = () => use().database.orm.migrator.down({ to: '0001-tables' });
    const everythingOf = async (tenant: string): Promise<Record<string, unknown>[][]> =>
      Promise.all(
        ['assets', 'portfolios', 'constraints', 'runs', 'run_events'].map((table) =>
          use().sql(`select * from ${table} where tenant = ?`, [tenant]),
        ),
      );

    it('keeps what it holds on its way forward, and what is new is absent', async () => {
      const call = newCall();
      await backToFirst();
      await filled(use(), call.tenant);
      await migrate(use().database, 'up');
      const { asset, portfolio, run, prices } = await use().units.read(call, async ({ market, portfolios, runs }) => ({
        asset: await market.findAsset('OLD'),
        portfolio: await portfolios.find('p'),
        run: await runs.find({ kind: 'optimization', portfolioId: 'p', id: 'r' }),
        prices: await runs.keptPrices('abc'),
      }));
      expect(asset).to.include({ displayName: 'Old', version: 3, issuer: '', averageDailyValue: null });
      expect(asset).to.deep.include({ groups: { size: 'large' }, characteristics: {}, holdings: [] });
      expect(portfolio?.constraints).to.have.length(1);
      expect(portfolio?.constraints[0]).to.deep.include({ id: 'cap', priority: 2, penalty: null });
      expect(run).to.include({ state: 'succeeded', version: 2 });
      expect(run?.result).to.deep.equal({ termination: 'optimal', provenance: { pricesAsOf: '2026-01-05' } });
      expect(prices).to.equal(undefined);
    });

    it('takes changes and new rows once it is there, and loses on its way back nothing that it held before', async () => {
      const call = newCall();
      await backToFirst();
      await filled(use(), call.tenant);
      const before = await everythingOf(call.tenant);
      await migrate(use().database, 'up');
      await use().units.write(call, async ({ market, portfolios, runs }) => {
        const [asset, portfolio] = [await market.findAsset('OLD'), await portfolios.find('p')];
        if (asset === undefined || portfolio === undefined) throw new Error('they are there');
        await market.putAssets([Object.assign(asset, { issuer: 'Old Inc', characteristics: { yield: 0.02 } })]);
        await runs.keepPrices('abc', Uint8Array.of(1, 2, 3));
        await runs.keepPrices('abc', Uint8Array.of(1, 2, 3));
      });
      expect(await use().units.read(call, ({ runs }) => runs.keptPrices('abc'))).to.deep.equal(Uint8Array.of(1, 2, 3));
      const [changed] = await use().sql('select issuer, version from assets where tenant = ?', [call.tenant]);
      expect(changed).to.include({ issuer: 'Old Inc' });
      await use().sql('update assets set version = 3 where tenant = ?', [call.tenant]);
      await use().sql(`update assets set updated_at = ${instant} where tenant = ?`, [call.tenant]);
      await backToFirst();
      expect(await everythingOf(call.tenant)).to.deep.equal(before);
    });

    it('ends forward in the same tables whichever way it came', async () => {
      await migrate(use().database, 'up');
      const shape = (): Promise<Record<string, unknown>[]> =>
        use().sql(
          `select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
           where table_schema = 'public' order by 1, 2`,
        );
      const straight = await shape();
      await backToFirst();
      await migrate(use().database, 'up');
      expect(await shape()).to.deep.equal(straight);
    });
  });
}
