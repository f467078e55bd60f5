import { expect } from 'chai';

import type { Portfolio } from '../../src/portfolio/portfolio.ts';
import { Decimal } from '../../src/values/decimal.ts';
import type { ListQuery } from '../../src/values/listing.ts';
import { everything, faultOf, newCall, onEachDriver } from '../support/storage.ts';
import { fieldsOf, allocationSetOf, holdingsOf, portfolioOf } from '../support/storage-records.ts';

const day = (n: number): Date => new Date(Date.UTC(2026, 0, n));

/** What is stored of a portfolio, whatever class it came in. */
const plain = (portfolio: Portfolio | undefined): unknown => JSON.parse(JSON.stringify(portfolio ?? null));

for (const { title, use, open } of onEachDriver('portfolios')) {
  describe(title, function () {
    this.timeout(30_000);
    before(open);

    it('come back whole with their parts, every digit and every date', async () => {
      const call = newCall();
      const given = portfolioOf('p');
      await use().units.write(call, ({ portfolios }) => portfolios.add(given));
      const found = await use().units.read(call, ({ portfolios }) => portfolios.find('p'));
      const owned = (parts: readonly object[]): object[] =>
        parts.map((part) => fieldsOf(part, { tenant: call.tenant }));
      const { objectives, constraints, positions, cashBalances, policy } = given;
      expect(plain(found)).to.deep.equal(
        JSON.parse(
          JSON.stringify(
            fieldsOf(given, {
              tenant: call.tenant,
              objectives: owned(objectives),
              constraints: owned(constraints),
              positions: owned(positions),
              cashBalances: owned(cashBalances),
              policy: fieldsOf(policy, { tenant: call.tenant }),
            }),
          ),
        ),
      );
      expect(found?.createdAt).to.be.instanceOf(Date);
      expect(found?.positions[0]?.quantity).to.be.instanceOf(Decimal);
    });

    it('are refused under an id that is taken, without ending the unit of work', async () => {
      const call = newCall();
      await use().units.write(call, async ({ portfolios }) => {
        await portfolios.add(portfolioOf('p'));
        await faultOf(portfolios.add(portfolioOf('p')), 'ALREADY_EXISTS');
        await portfolios.add(portfolioOf('q'));
      });
      const page = await use().units.read(call, ({ portfolios }) => portfolios.list(everything, false));
      expect(page.rows.map(({ id }) => id)).to.deep.equal(['p', 'q']);
    });

    it('count their version with each change and refuse a change of another version', async () => {
      const call = newCall();
      await use().units.write(call, ({ portfolios }) => portfolios.add(portfolioOf('p')));
      const changed = await use().units.write(call, async ({ portfolios }) => {
        const portfolio = (await portfolios.findForUpdate('p'))!;
        portfolio.policy = null;
        portfolio.positions = portfolio.positions.slice(1);
        portfolio.displayName = 'Renamed';
        await portfolios.update(portfolio, 1);
        return portfolio;
      });
      expect(changed.version).to.equal(2);
      const stored = await use().units.read(call, ({ portfolios }) => portfolios.find('p'));
      expect(plain(stored)).to.deep.equal(plain(changed));
      expect(stored?.policy).to.equal(null);
      await faultOf(
        use().units.write(call, ({ portfolios }) => portfolios.update(changed, 1)),
        'ETAG_MISMATCH',
      );
      const absent = portfolioOf('absent');
      await faultOf(
        use().units.write(call, ({ portfolios }) => portfolios.update(absent, 1)),
        'NOT_FOUND',
      );
    });

    it('are listed by pages that stay put while rows come, filtered and ordered', async () => {
      const call = newCall();
      await use().units.write(call, async ({ portfolios }) => {
        for (const [k, id] of ['a', 'b', 'c', 'd', 'e'].entries()) {
          await portfolios.add(portfolioOf(id, { createdAt: day(1 + (k % 2)), displayName: `100%_${id}!É` }));
        }
        await portfolios.add(portfolioOf('gone', { deletedAt: day(3) }));
      });
      const ids: string[] = [];
      let query: ListQuery = { conditions: [], order: [{ field: 'createdAt', descending: true }], limit: 2 };
      for (;;) {
        const current = query;
        const page = await use().units.read(call, ({ portfolios }) => portfolios.list(current, false));
        ids.push(...page.rows.map(({ id }) => id));
        if (ids.length === 2) {
          await use().units.write(call, ({ portfolios }) => portfolios.add(portfolioOf('z', { createdAt: day(9) })));
        }
        if (page.next === undefined) break;
        query = { ...query, after: page.next };
      }
      expect(ids).to.deep.equal(['d', 'b', 'e', 'c', 'a']);
      const count = async (value: string, showDeleted = false): Promise<number> => {
        const conditions = [{ field: 'displayName', operator: ':', value }] as const;
        const page = await use().units.read(call, ({ portfolios }) =>
          portfolios.list({ ...everything, conditions }, showDeleted),
        );
        return page.rows.length;
      };
      expect(await count('%_C!é')).to.equal(1);
      expect(await count('0__')).to.equal(0);
      expect(await count('PORTFOLIO')).to.equal(1);
      expect(await count('portfolio', true)).to.equal(2);
    });

    it('name every unknown field and wrong value of a list at once, and refuse foreign page keys', async () => {
      const call = newCall();
      const list = (query: Partial<ListQuery>): Promise<unknown> =>
        use().units.read(call, ({ portfolios }) => portfolios.list({ ...everything, ...query }, false));
      const fault = await faultOf(
        list({
          conditions: [
            { field: 'secret', operator: '=', value: 'x' },
            { field: 'createdAt', operator: '=', value: 'soon' },
            { field: 'createdAt', operator: ':', value: '2026' },
          ],
          order: [{ field: 'constructor', descending: false }],
        }),
        'INVALID_ARGUMENT',
      );
      expect(fault.violations.map(({ field }) => field)).to.deep.equal(['filter', 'filter', 'filter', 'order_by']);
      await faultOf(list({ after: ['x', 'y'] }), 'PAGE_TOKEN_INVALID');
      await faultOf(
        list({ order: [{ field: 'createdAt', descending: false }], after: ['x', 'y'] }),
        'PAGE_TOKEN_INVALID',
      );
    });

    it('keep their holdings over time', async () => {
      const call = newCall();
      await use().units.write(call, async ({ portfolios }) => {
        await portfolios.add(portfolioOf('p'));
        await portfolios.addHoldings(holdingsOf('p', 1, day(1)));
        await portfolios.addHoldings(holdingsOf('p', 2, day(5)));
        await portfolios.addHoldings(holdingsOf('p', 2, day(6)));
      });
      const at = (moment: Date) => use().units.read(call, ({ portfolios }) => portfolios.holdingsAt('p', moment));
      expect(await at(new Date(day(1).getTime() - 1))).to.equal(undefined);
      expect((await at(day(5)))?.version).to.equal(1);
      const newest = await at(day(6));
      expect(fieldsOf(newest)).to.deep.equal(fieldsOf(holdingsOf('p', 2, day(6)), { tenant: call.tenant }));
      const broken = Object.assign(holdingsOf('p', 3, day(7)), { cashBalances: [{ currency: 'USD', amount: 'NaN' }] });
      const refused = await use()
        .units.write(call, ({ portfolios }) => portfolios.addHoldings(broken))
        .catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(RangeError);
    });

    it('keep every set of allocations, newest first, and refuse a version twice', async () => {
      const call = newCall();
      await use().units.write(call, async ({ portfolios }) => {
        await portfolios.add(portfolioOf('p'));
        for (const version of [1, 2, 3]) await portfolios.addAllocationSet(allocationSetOf('p', version, day(version)));
      });
      const read = (at?: Date) =>
        use().units.read(call, ({ portfolios }) => portfolios.allocationSet('p', 'target', 'asset', at));
      const newest = await read();
      expect(newest?.version).to.equal(3);
      expect(
        newest?.allocations.map(({ subject, weight, weightMax }) => ({ subject, weight, weightMax })),
      ).to.deep.equal([
        { subject: 'MSFT', weight: 0.1 + 0.2, weightMax: null },
        { subject: 'AAPL', weight: 0.7, weightMax: 0.9 },
      ]);
      expect((await read(day(2)))?.version).to.equal(2);
      expect(await read(day(0))).to.equal(undefined);
      const history = (query: ListQuery) =>
        use().units.read(call, ({ portfolios }) => portfolios.allocationHistory('p', 'target', 'asset', query));
      const first = await history({ ...everything, limit: 2 });
      expect(first.rows.map(({ version }) => version)).to.deep.equal([3, 2]);
      const rest = await history({ ...everything, limit: 2, after: first.next ?? [] });
      expect([rest.rows.map(({ version }) => version), rest.next]).to.deep.equal([[1], undefined]);
      const again = use().units.write(call, ({ portfolios }) =>
        portfolios.addAllocationSet(allocationSetOf('p', 3, day(4))),
      );
      await faultOf(again, 'ETAG_MISMATCH');
    });

    it('of one tenant are nowhere for another', async () => {
      const [mine, other] = [newCall(), newCall()];
      await use().units.write(mine, async ({ portfolios }) => {
        await portfolios.add(portfolioOf('p', { tenant: other.tenant }));
        await portfolios.addHoldings(Object.assign(holdingsOf('p', 1, day(1)), { tenant: other.tenant }));
        await portfolios.addAllocationSet(allocationSetOf('p', 1, day(1)));
      });
      await use().units.read(other, async ({ portfolios }) => {
        expect(await portfolios.find('p')).to.equal(undefined);
        expect((await portfolios.list(everything, true)).rows).to.deep.equal([]);
        expect(await portfolios.holdingsAt('p', day(9))).to.equal(undefined);
        expect(await portfolios.allocationSet('p', 'target', 'asset')).to.equal(undefined);
        expect((await portfolios.allocationHistory('p', 'target', 'asset', everything)).rows).to.deep.equal([]);
      });
      const found = await use().units.write(other, ({ portfolios }) => portfolios.findForUpdate('p'));
      expect(found).to.equal(undefined);
      await faultOf(
        use().units.write(other, ({ portfolios }) => portfolios.update(portfolioOf('p'), 1)),
        'NOT_FOUND',
      );
      const kept = await use().units.read(mine, ({ portfolios }) => portfolios.find('p'));
      expect(kept?.positions).to.have.length(2);
    });

    it('lose nothing to JSON by the mapping of their classes', async () => {
      await use().ready();
      expect(JSON.parse(JSON.stringify(portfolioOf('p'))))
        .to.have.property('objectives')
        .with.length(2);
    });
  });
}
