import { expect } from 'chai';

import { migrate } from '../../src/storage/database.ts';
import { onEachDriver, type OpenStorage } from '../support/storage.ts';

/** What would have to change for the tables to be what the classes say. Foreign keys are the migrations' own. */
async function drift({ database }: OpenStorage): Promise<string[]> {
  const sql = await database.orm.schema.getUpdateSchemaSQL({ wrap: false });
  return sql.split('\n').filter((line) => line !== '' && !/drop constraint "\w+_fkey";$/.test(line));
}

async function tables(storage: OpenStorage): Promise<string[]> {
  const rows = await storage.sql(
    "select table_name as name from information_schema.tables where table_schema = 'public' order by 1",
  );
  return rows.map(({ name }) => String(name)).filter((name) => name !== 'schema_migrations');
}

/** The message of the error, or 'taken' when the database took it. */
async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'taken',
    (error: unknown) => (error as Error).message,
  );
}

for (const { title, use, open } of onEachDriver('the schema')) {
  describe(title, function () {
    this.timeout(30_000);
    before(open);

    it('is what the mapping of the classes says', async () => {
      expect(await drift(use())).to.deep.equal([]);
      await use().sql('alter table runs drop constraint runs_state_known, add column extra text');
      expect((await drift(use())).join(' '))
        .to.contain('runs_state_known')
        .and.to.contain('extra');
      await migrate(use().database, 'down');
      await migrate(use().database, 'up');
    });

    it('keeps prices with ten decimals, and parts only with what they belong to', async () => {
      const types = await use().sql(
        `select format_type(a.atttypid, a.atttypmod) as type from pg_attribute a join pg_class c on c.oid = a.attrelid
       where a.attname = 'values' and c.relname in ('price_series', 'fx_series')`,
      );
      expect(types).to.deep.equal([{ type: 'numeric(28,10)[]' }, { type: 'numeric(28,10)[]' }]);
      const keys = await use().sql(
        `select c.relname as child, p.relname as parent from pg_constraint k join pg_class c on c.oid = k.conrelid
       join pg_class p on p.oid = k.confrelid where k.contype = 'f' order by 1`,
      );
      expect(keys.map(({ child, parent }) => `${String(child)} of ${String(parent)}`)).to.deep.equal([
        'allocation_sets of portfolios',
        'allocations of allocation_sets',
        'benchmark_weights of benchmarks',
        'cash_balances of portfolios',
        'constraints of portfolios',
        'executions of transactions',
        'holdings of portfolios',
        'investment_objectives of portfolios',
        'positions of portfolios',
        'rebalancing_policies of portfolios',
        'run_events of runs',
      ]);
    });

    it('goes back to nothing and forward again', async () => {
      const before = await tables(use());
      expect(before).to.include.members(['portfolios', 'allocations', 'transactions', 'run_events', 'proposals']);
      await migrate(use().database, 'down');
      expect(await tables(use())).to.deep.equal([]);
      await migrate(use().database, 'up');
      expect(await tables(use())).to.deep.equal(before);
      expect(await drift(use())).to.deep.equal([]);
    });

    it('begins every primary key with the tenant', async () => {
      const rows = await use().sql(
        `select c.relname as name, a.attname as first from pg_index i
       join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
       where i.indisprimary and n.nspname = 'public' and c.relname <> 'schema_migrations' order by 1`,
      );
      expect(rows.map(({ name }) => name)).to.deep.equal(await tables(use()));
      expect(new Set(rows.map(({ first }) => first))).to.deep.equal(new Set(['tenant']));
    });

    it('refuses NaN in every numeric column and NaN and infinities in every float column', async () => {
      const columns = await use().sql(
        `select table_name as name, column_name as column, data_type as type, udt_name as udt from information_schema.columns
       where table_schema = 'public' and (data_type in ('numeric', 'double precision') or udt_name = '_numeric') order by 1, 2`,
      );
      const checks = await use().sql(
        `select c.relname as name, pg_get_constraintdef(k.oid) as definition from pg_constraint k
       join pg_class c on c.oid = k.conrelid where k.contype = 'c'`,
      );
      const unguarded = columns.filter(({ name, column, type, udt }) => {
        const definitions = checks.filter((check) => check.name === name).map((check) => String(check.definition));
        const guarded = (part: string): boolean => definitions.some((definition) => definition.includes(part));
        if (udt === '_numeric')
          return (
            !guarded(`'NaN'::numeric <> ALL (("${String(column)}")`) &&
            !guarded(`'NaN'::numeric <> ALL ("${String(column)}")`)
          );
        if (type === 'numeric') return !guarded(`(${String(column)} <> 'NaN'::numeric)`);
        return (
          !guarded(`${String(column)} < 'Infinity'::double precision`) ||
          !guarded(`${String(column)} > '-Infinity'::double precision`)
        );
      });
      expect(columns.length).to.be.at.least(20);
      expect(unguarded).to.deep.equal([]);
    });

    it('refuses them when they come by plain SQL', async () => {
      const asset = (lot: string, capitalization: string): string =>
        `insert into assets values ('t', 'a', '', '', '', '', '', '{}', ${lot}, ${capitalization}, '{}', 1, now(), now(), '', null, '{}', '[]')`;
      expect(await refusal(use().sql(asset("'NaN'", 'null')))).to.contain('assets_lot_size_not_nan');
      expect(await refusal(use().sql(asset('1', "'NaN'")))).to.contain('assets_market_capitalization_not_nan');
      expect(await refusal(use().sql(asset('1', "'Infinity'")))).to.match(/infinity|overflow/i);
      const series = (values: string): string =>
        `insert into price_series values ('t', 'a', '{1,2}', '${values}', '\\x00000000000000000000000000000000', now())`;
      expect(await refusal(use().sql(series('{1,NaN}')))).to.contain('price_series_values_not_nan');
      expect(await refusal(use().sql(series('{1,NULL}')))).to.contain('price_series_complete');
      expect(await refusal(use().sql(series('{1}')))).to.contain('price_series_lengths_equal');
      const portfolio = (rate: string): string =>
        `insert into portfolios values ('t', 'p', '', '', '', '2026-01-01', null, ${rate}, 1, now(), now(), null)`;
      for (const rate of ["'NaN'", "'Infinity'", "'-Infinity'"]) {
        expect(await refusal(use().sql(portfolio(rate))), rate).to.contain('portfolios_risk_free_rate_annual_finite');
      }
      const run = (state: string): string =>
        `insert into runs values ('t', 'optimization', 'p', 'r', '', '${state}', '{}', null, null, 0, 0, false, null, null, 1, now(), null)`;
      expect(await refusal(use().sql(run('dreaming')))).to.contain('runs_state_known');
      expect(await refusal(use().sql(run('queued')))).to.equal('taken');
    });
  });
}
