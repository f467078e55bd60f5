import { expect } from 'chai';

import { Decimal, decimalText } from '../../src/values/decimal.ts';
import { everything, faultOf, newCall, onEachDriver } from '../support/storage.ts';
import { executionOf, transactionOf } from '../support/storage-records.ts';

for (const { title, use, open } of onEachDriver('transactions')) {
  describe(title, function () {
    this.timeout(30_000);
    before(open);

    it('come back with their executions, oldest first', async () => {
      const call = newCall();
      await use().units.write(call, async ({ transactions }) => {
        await transactions.addAll([transactionOf('p', 't1'), transactionOf('p', 't2', { ordinal: 1 })]);
        await transactions.addExecution(executionOf('p', 't1', 'late'));
        const early = Object.assign(executionOf('p', 't1', 'soon'), { executedAt: new Date('2026-01-01T00:00:00Z') });
        await transactions.addExecution(early);
      });
      const found = await use().units.read(call, ({ transactions }) => transactions.find('p', 't1'));
      expect(found?.executions.map(({ id, price }) => [id, decimalText(price)])).to.deep.equal([
        ['soon', '100.01'],
        ['late', '100.01'],
      ]);
      const { executions: _listed, ...head } = found!;
      const { executions: _none, ...given } = transactionOf('p', 't1');
      expect(head).to.deep.equal({ ...given, tenant: call.tenant });
      const page = await use().units.read(call, ({ transactions }) =>
        transactions.list('p', { ...everything, order: [{ field: 'ordinal', descending: true }] }),
      );
      expect(page.rows.map(({ id, executions }) => [id, executions.length])).to.deep.equal([
        ['t2', 0],
        ['t1', 2],
      ]);
    });

    it('take an execution id once in the whole tenant, and keep apart those of others', async () => {
      const [call, other] = [newCall(), newCall()];
      for (const tenant of [call, other]) {
        await use().units.write(tenant, async ({ transactions }) => {
          await transactions.addAll([transactionOf('p', 't'), transactionOf('q', 't')]);
          await transactions.addExecution(executionOf('p', 't', 'e'));
        });
      }
      const again = use().units.write(call, ({ transactions }) =>
        transactions.addExecution(executionOf('q', 't', 'e')),
      );
      await faultOf(again, 'ALREADY_EXISTS');
      const taken = use().units.write(call, ({ transactions }) => transactions.addAll([transactionOf('p', 't')]));
      await faultOf(taken, 'ALREADY_EXISTS');
    });

    it('count their version and refuse a change of another one', async () => {
      const call = newCall();
      await use().units.write(call, ({ transactions }) => transactions.addAll([transactionOf('p', 't')]));
      const changed = await use().units.write(call, async ({ transactions }) => {
        const transaction = (await transactions.findForUpdate('p', 't'))!;
        transaction.quantityExecuted = new Decimal('10.5');
        transaction.state = 'executed';
        await transactions.update(transaction);
        return transaction;
      });
      expect(changed.version).to.equal(2);
      const stale = transactionOf('p', 't');
      await faultOf(
        use().units.write(call, ({ transactions }) => transactions.update(stale)),
        'ETAG_MISMATCH',
      );
      const stored = await use().units.read(call, ({ transactions }) => transactions.find('p', 't'));
      expect([stored?.state, decimalText(stored!.quantityExecuted)]).to.deep.equal(['executed', '10.5']);
    });

    it('never hold a quantity of zero, nor more executed than there is', async () => {
      const call = newCall();
      const refused = async (changes: Parameters<typeof transactionOf>[2]): Promise<string> => {
        const error = await use()
          .units.write(call, ({ transactions }) => transactions.addAll([transactionOf('p', 'x', changes)]))
          .catch((thrown: unknown) => thrown);
        return error instanceof Error ? error.message : 'stored';
      };
      expect(await refused({ quantity: new Decimal(0) })).to.contain('transactions_quantity_positive');
      expect(await refused({ quantityExecuted: new Decimal('10.6') })).to.contain('transactions_executed_within');
      expect(await refused({ quantityExecuted: new Decimal('-1') })).to.contain('transactions_executed_within');
    });

    it('of one tenant are nowhere for another', async () => {
      const [mine, other] = [newCall(), newCall()];
      await use().units.write(mine, ({ transactions }) =>
        transactions.addAll([
          transactionOf('p', 't', { tenant: other.tenant, executions: [executionOf('p', 't', 'e')] }),
        ]),
      );
      await use().units.write(other, async ({ transactions }) => {
        expect(await transactions.find('p', 't')).to.equal(undefined);
        expect(await transactions.findForUpdate('p', 't')).to.equal(undefined);
        expect((await transactions.list('p', everything)).rows).to.deep.equal([]);
        await faultOf(transactions.update(transactionOf('p', 't')), 'NOT_FOUND');
      });
      const kept = await use().units.read(mine, ({ transactions }) => transactions.find('p', 't'));
      expect(kept?.executions).to.have.length(1);
    });
  });
}
