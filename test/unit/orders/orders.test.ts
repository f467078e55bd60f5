import { expect } from 'chai';

import type { ExecutionDraft } from '../../../src/orders/draft.ts';
import type { Transaction } from '../../../src/orders/transaction.ts';
import { Replayed } from '../../../src/values/call.ts';
import { context, sampleDesk } from '../../support/memory-desk.ts';
import type { Desk } from '../../support/memory-desk.ts';
import { faultOf } from '../../support/memory-units.ts';
import { portfolioDraft } from '../../support/samples.ts';

const key = { portfolioId: 'growth', id: 'r1' };
const query = { conditions: [], order: [], limit: 100 };

const fill = (changes: Partial<ExecutionDraft> = {}): ExecutionDraft => ({
  executionId: 'x-1',
  quantity: '10',
  price: '199.995',
  cost: { currencyCode: 'USD', amount: '1.25' },
  executeTime: new Date('2025-03-03T11:59:00Z'),
  ...changes,
});

describe('orders', () => {
  let desk: Desk;

  beforeEach(async () => {
    desk = await sampleDesk();
    const weights = [
      { assetId: 'MSFT', weight: 0.2 },
      { assetId: 'AAPL', weight: 0.5 },
      { assetId: 'SAP', weight: 0.2 },
    ];
    await desk.rebalances.create('growth', 'r1', { target: { weights } }, context);
    await desk.compute(key);
  });

  it('come from an accepted proposal: one pending transaction for each trade, in its order', async () => {
    const run = await desk.orders.accept(key, '2', context);
    const page = await desk.transactions.list('growth', query, context);
    const rows = page.rows.toSorted((one, other) => one.ordinal - other.ordinal);
    expect(
      rows.map(({ ordinal, side, quantity, assetId, state }) => [ordinal, side, quantity.toFixed(), assetId, state]),
    ).to.deep.equal([
      [1, 'sell', '25', 'MSFT', 'pending'],
      [2, 'buy', '90', 'SAP', 'pending'],
      [3, 'buy', '25', 'AAPL', 'pending'],
    ]);
    const names = rows.map(({ id }) => `portfolios/growth/transactions/${id}`);
    expect([run.state, run.result?.['transactions']]).to.deep.equal(['accepted', names]);
    const log = await desk.units.read(context, ({ runs }) => runs.events({ kind: 'rebalance', ...key }, 0, 100));
    expect(log.at(-1)).to.deep.include({ type: 'accepted', payload: { transactions: names } });
    expect(desk.woken.at(-1)).to.equal(`watchers ${String(log.length)}`);
  });

  it('are accepted once: the same request is answered again, another is told that there was one', async () => {
    const encode = (result: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(result));
    const retried = { ...context, idempotency: { method: 'AcceptRebalance', requestId: 'u-1', digest: 'd', encode } };
    await desk.orders.accept(key, '2', retried);
    const again: unknown = await desk.orders.accept(key, '2', retried).catch((error: unknown) => error);
    expect(again).to.be.instanceOf(Replayed);
    expect((await faultOf(desk.orders.accept(key, '2', context))).reason).to.equal('STATE_CONFLICT');
    expect((await desk.transactions.list('growth', query, context)).rows).to.have.length(3);
  });

  it('are not made of a stale proposal, of another version, or of a rejected one', async () => {
    expect((await faultOf(desk.orders.accept(key, '', context))).reason).to.equal('ETAG_REQUIRED');
    expect((await faultOf(desk.orders.accept(key, '1', context))).reason).to.equal('ETAG_MISMATCH');
    expect((await faultOf(desk.orders.accept({ ...key, id: 'none' }, '1', context))).reason).to.equal('NOT_FOUND');
    await desk.portfolios.update('growth', { ...portfolioDraft, displayName: 'New' }, ['display_name'], '1', context);
    const stale = await faultOf(desk.orders.accept(key, '2', context));
    expect([stale.reason, stale.metadata['proposedEtag'], stale.metadata['etag']]).to.deep.equal([
      'PROPOSAL_STALE',
      '1',
      '2',
    ]);
    await desk.rebalances.reject(key, '2', '', context);
    expect((await faultOf(desk.orders.accept(key, '3', context))).reason).to.equal('STATE_CONFLICT');
    expect((await desk.transactions.list('growth', query, context)).rows).to.have.length(0);
  });

  it('leave nothing behind, and wake nobody, when they are only validated', async () => {
    const woken = [...desk.woken];
    const validating = { ...context, validateOnly: true };
    expect((await desk.orders.accept(key, '2', validating)).state).to.equal('accepted');
    await desk.rebalances.create('growth', 'r2', { target: { weights: [] } }, validating);
    expect((await desk.rebalances.get(key, context)).state).to.equal('proposed');
    expect((await faultOf(desk.rebalances.get({ ...key, id: 'r2' }, context))).reason).to.equal('NOT_FOUND');
    expect((await desk.transactions.list('growth', query, context)).rows).to.have.length(0);
    expect(desk.woken).to.deep.equal(woken);
  });

  it('leave nothing behind when a transaction cannot be stored', async () => {
    desk.units.stores.transactions.addAll = () => Promise.reject(new Error('disk full'));
    desk.units.stores.transactions.snapshot = () => desk.units.stores.transactions;
    const failed: unknown = await desk.orders.accept(key, '2', context).catch((error: unknown) => error);
    expect(failed).to.have.property('message', 'disk full');
    expect((await desk.rebalances.get(key, context)).state).to.equal('proposed');
  });

  describe('executions', () => {
    let buy: Transaction;
    const record = (draft: ExecutionDraft, of: Transaction = buy): Promise<Transaction> =>
      desk.transactions.recordExecution({ portfolioId: 'growth', id: of.id }, draft, context);
    const transactionOf = async (assetId: string): Promise<Transaction> => {
      const { rows } = await desk.transactions.list('growth', query, context);
      const found = rows.find((transaction) => transaction.assetId === assetId);
      if (found === undefined) throw new Error(`no transaction of ${assetId}`);
      return found;
    };

    beforeEach(async () => {
      await desk.orders.accept(key, '2', context);
      buy = await transactionOf('AAPL');
    });

    it('move quantity, position and cash in one step, with a record of holdings', async () => {
      const partly = await record(fill());
      expect([partly.state, partly.quantityExecuted.toFixed(), partly.version]).to.deep.equal([
        'partially-executed',
        '10',
        2,
      ]);
      const portfolio = await desk.portfolios.get('growth', context);
      expect(portfolio.positions.find(({ assetId }) => assetId === 'AAPL')?.quantity.toFixed()).to.equal('110');
      // 10,000 - 1,999.95 - 1.25
      expect(portfolio.cashBalances.map(({ amount }) => amount.toFixed())).to.deep.equal(['7998.8']);
      expect(portfolio.version).to.equal(2);
      expect(desk.units.stores.portfolios.holdings.map(({ version }) => version)).to.deep.equal([1, 2]);
      const whole = await record(fill({ executionId: 'x-2', quantity: '15', price: '200' }));
      expect([whole.state, whole.executions.map(({ id }) => id)]).to.deep.equal(['executed', ['x-1', 'x-2']]);
    });

    it('count once: the same one told again changes nothing, another under its id is refused', async () => {
      await record(fill());
      const commits = desk.units.stores.portfolios.holdings.length;
      expect((await record(fill())).quantityExecuted.toFixed()).to.equal('10');
      expect(desk.units.stores.portfolios.holdings).to.have.length(commits);
      expect((await faultOf(record(fill({ quantity: '9' })))).reason).to.equal('ALREADY_EXISTS');
      const elsewhere = await faultOf(record(fill(), await transactionOf('MSFT')));
      expect(elsewhere.reason).to.equal('ALREADY_EXISTS');
      expect((await transactionOf('MSFT')).state).to.equal('pending');
    });

    it('are not more than was ordered', async () => {
      await record(fill());
      const fault = await faultOf(record(fill({ executionId: 'x-2', quantity: '15.0000000001' })));
      expect(fault.violations).to.deep.equal([
        { field: 'execution.quantity', description: 'is more than the 15 left of 25; got 15.0000000001' },
      ]);
    });

    it('tell every problem at once', async () => {
      const fault = await faultOf(
        record({
          executionId: 'a\nb',
          quantity: '-1',
          price: '1e3',
          cost: { currencyCode: 'usd', amount: '-0.01' },
          executeTime: new Date('2025-03-03T12:00:01Z'),
        }),
      );
      expect(fault.violations.map(({ field }) => field)).to.deep.equal([
        'execution.execution_id',
        'execution.quantity',
        'execution.price',
        'execution.cost.amount',
        'execution.cost.currency_code',
        'execution.execute_time',
      ]);
      const { executeTime: _time, ...timeless } = fill();
      expect((await faultOf(record(timeless))).violations[0]?.field).to.equal('execution.execute_time');
      const none = desk.transactions.recordExecution({ portfolioId: 'growth', id: 'none' }, fill(), context);
      expect((await faultOf(none)).reason).to.equal('NOT_FOUND');
    });

    it('book cash in the currency of the asset, in a balance opened for it', async () => {
      const { cost: _cost, ...free } = fill({ quantity: '90', price: '101.0055' });
      await record(free, await transactionOf('SAP'));
      const portfolio = await desk.portfolios.get('growth', context);
      // 90 x 101.0055 = 9,090.495, half to even.
      expect(portfolio.cashBalances.map(({ currency, amount }) => [currency, amount.toFixed()])).to.deep.equal([
        ['USD', '10000'],
        ['EUR', '-9090.5'],
      ]);
    });

    it('close a position that comes to nothing', async () => {
      await desk.portfolios.update(
        'growth',
        { ...portfolioDraft, positions: [{ positionId: '', asset: 'assets/MSFT', quantity: '25' }] },
        ['positions'],
        '1',
        context,
      );
      await record(fill({ quantity: '25', price: '400' }), await transactionOf('MSFT'));
      expect((await desk.portfolios.get('growth', context)).positions).to.deep.equal([]);
    });
  });
});
