import { randomUUID } from 'node:crypto';

import { Decimal } from 'decimal.js';
import { expect } from 'chai';

import { refusal } from '../support/e2e/client.ts';
import type { Message } from '../support/e2e/client.ts';
import { assetIds, optimizationMessage, portfolioMessage } from '../support/e2e/market.ts';
import { openDesk } from '../support/e2e/desk.ts';

interface Money {
  readonly amount: string;
}
interface Trade {
  readonly order: number;
  readonly asset: string;
  readonly side: string;
  readonly quantity: string;
  readonly price: string;
  readonly value: Money;
  readonly cost: Money;
  readonly reason: string;
  readonly explanation: string;
  readonly cashAfter: Money;
}
interface Proposal {
  readonly drift: readonly Message[];
  readonly trades: readonly Trade[];
  readonly skipped: readonly { readonly reason: string; readonly explanation: string }[];
  readonly valueBefore: Money;
  readonly valueAfter: Money;
  readonly cost: Money;
  readonly cashAfter: Money;
}

const amountOf = (money: Money): Decimal => new Decimal(money.amount);
const name = (portfolio: string, id: string): string => `portfolios/${portfolio}/rebalances/${id}`;
const targets = (weights: readonly number[]): Message => ({
  target: { weights: weights.map((weight, index) => ({ assetId: assetIds[index], weight })) },
});

describe('rebalances over the wire', function () {
  this.timeout(120_000);
  const desk = openDesk();

  const portfolio = (id: string, changes: Message = {}): Promise<Message> =>
    desk.client.call('PortfolioService/CreatePortfolio', { portfolio: portfolioMessage(changes), portfolioId: id });
  const propose = async (parent: string, id: string, rebalance: Message): Promise<Message[]> => {
    await desk.client.call('RebalancingService/CreateRebalance', {
      parent: `portfolios/${parent}`,
      rebalance,
      rebalanceId: id,
    });
    return desk.client.collect('RebalancingService/WatchRebalance', { name: name(parent, id), untilProposed: true });
  };
  const read = (parent: string, id: string): Promise<Message> =>
    desk.client.call('RebalancingService/GetRebalance', { name: name(parent, id) });

  it('proposes whole trades, sells first, with exact cash and value', async () => {
    await portfolio('exact');
    const events = await propose('exact', 'r1', targets([0.05, 0.1, 0.15, 0.2, 0.1, 0.2, 0.1]));
    expect(events.map((event) => Number(event['sequence']))).to.deep.equal(events.map((_, index) => index + 1));
    expect(events.at(-1)?.['event']).to.equal('proposed');
    const proposal = (await read('exact', 'r1'))['proposal'] as Proposal;
    const sides = proposal.trades.map((trade) => trade.side);
    expect(sides).to.include('SIDE_SELL').and.to.include('SIDE_BUY');
    expect(sides.lastIndexOf('SIDE_SELL')).to.be.lessThan(sides.indexOf('SIDE_BUY'));
    for (const trade of proposal.trades) {
      expect(new Decimal(trade.quantity).isInteger()).to.equal(true);
      expect(amountOf(trade.cashAfter).isNegative()).to.equal(false);
      expect(trade.explanation).to.not.equal('');
      expect(trade.reason).to.not.equal('TRADE_REASON_UNSPECIFIED');
    }
    const identity = amountOf(proposal.valueAfter).plus(amountOf(proposal.cost));
    expect(identity.equals(amountOf(proposal.valueBefore))).to.equal(true);
    const costs = proposal.trades.reduce((sum, trade) => sum.plus(amountOf(trade.cost)), new Decimal(0));
    expect(costs.equals(amountOf(proposal.cost))).to.equal(true);
    expect(
      amountOf(proposal.trades.at(-1)?.cashAfter ?? { amount: 'NaN' }).equals(amountOf(proposal.cashAfter)),
    ).to.equal(true);
    const told = (kind: string): number => events.filter((event) => event['event'] === kind).length;
    expect([told('trade'), told('skippedTrade'), told('driftLine')]).to.deep.equal([
      proposal.trades.length,
      proposal.skipped.length,
      proposal.drift.length,
    ]);
  });

  it('accepts once: pending transactions, whose executions move positions and cash exactly', async () => {
    await portfolio('traded');
    await propose('traded', 'r1', targets([0.1, 0.2, 0.2, 0.2, 0.1]));
    const proposed = await read('traded', 'r1');
    const accept = { name: name('traded', 'r1'), etag: proposed['etag'], requestId: randomUUID() };
    const accepted = await desk.client.call('RebalancingService/AcceptRebalance', accept);
    expect(accepted['state']).to.equal('REBALANCE_STATE_ACCEPTED');
    expect(await desk.client.call('RebalancingService/AcceptRebalance', accept)).to.deep.equal(accepted);
    const twice = await refusal(
      desk.client.call('RebalancingService/AcceptRebalance', { ...accept, requestId: randomUUID() }),
    );
    expect(twice.reason).to.be.oneOf(['STATE_CONFLICT', 'ETAG_MISMATCH']);
    const unnamed = await refusal(desk.client.call('RebalancingService/AcceptRebalance', { ...accept, requestId: '' }));
    expect(unnamed.violations.map((violation) => violation.field)).to.deep.equal(['request_id']);

    const page = await desk.client.call('TransactionService/ListTransactions', { parent: 'portfolios/traded' });
    const transactions = page['transactions'] as Message[];
    expect(transactions.map((transaction) => transaction['name'])).to.have.members(
      accepted['transactions'] as string[],
    );
    const before = await desk.client.call('PortfolioService/GetPortfolio', { name: 'portfolios/traded' });
    const [first] = transactions.filter((transaction) => transaction['side'] === 'SIDE_SELL');
    const execution = {
      executionId: 'fill-1',
      quantity: '1',
      price: first?.['priceExpected'],
      cost: { currencyCode: 'USD', amount: '0.50' },
      executeTime: { seconds: '1760000000', nanos: 0 },
    };
    const record = (changes: Message = {}): Promise<Message> =>
      desk.client.call('TransactionService/RecordExecution', {
        name: first?.['name'],
        execution: { ...execution, ...changes },
        requestId: randomUUID(),
      });
    const recorded = await record();
    expect(recorded).to.include({ state: 'TRANSACTION_STATE_PARTIALLY_EXECUTED', quantityExecuted: '1' });
    await record();
    const after = await desk.client.call('PortfolioService/GetPortfolio', { name: 'portfolios/traded' });
    const cash = (message: Message): Decimal =>
      amountOf((message['cashBalances'] as { amount: Money }[])[0]?.amount ?? { amount: 'NaN' });
    const booked = new Decimal(String(first?.['priceExpected'])).toDecimalPlaces(2, Decimal.ROUND_HALF_EVEN);
    const moved = booked.minus('0.50');
    expect(cash(after).minus(cash(before)).equals(moved)).to.equal(true);
    const overfill = await refusal(record({ executionId: 'fill-2', quantity: '1000000' }));
    expect(overfill.violations.map((violation) => violation.field)).to.deep.equal(['execution.quantity']);
    const single = await desk.client.call('TransactionService/GetTransaction', { name: first?.['name'] });
    expect(single['executions']).to.have.length(1);
  });

  it('refuses a proposal that the portfolio has outrun', async () => {
    const created = await portfolio('moved');
    await propose('moved', 'r1', targets([0.2, 0.2, 0.2, 0.2, 0.1]));
    await desk.client.call('PortfolioService/UpdatePortfolio', {
      portfolio: {
        name: 'portfolios/moved',
        positions: [{ asset: 'assets/ALFA', quantity: '7' }],
        etag: created['etag'],
      },
      updateMask: { paths: ['positions'] },
    });
    const { etag } = await read('moved', 'r1');
    const stale = desk.client.call('RebalancingService/AcceptRebalance', {
      name: name('moved', 'r1'),
      etag,
      requestId: randomUUID(),
    });
    expect((await refusal(stale)).reason).to.equal('PROPOSAL_STALE');
    const rejected = await desk.client.call('RebalancingService/RejectRebalance', {
      name: name('moved', 'r1'),
      etag,
      comment: 'too late',
      requestId: randomUUID(),
    });
    expect(rejected['state']).to.equal('REBALANCE_STATE_REJECTED');
    const events = await desk.client.collect('RebalancingService/WatchRebalance', { name: name('moved', 'r1') });
    expect(events.at(-1)).to.have.nested.property('rejected.comment', 'too late');
  });

  it('goes from an optimization to trades, and lists what was proposed', async () => {
    await portfolio('optimized');
    await desk.client.call('OptimizationService/CreateOptimization', {
      parent: 'portfolios/optimized',
      optimization: optimizationMessage(),
      optimizationId: 'o1',
    });
    await desk.client.collect('OptimizationService/WatchOptimization', {
      name: 'portfolios/optimized/optimizations/o1',
    });
    await propose('optimized', 'r1', { optimization: 'portfolios/optimized/optimizations/o1' });
    const { proposal } = (await read('optimized', 'r1')) as { proposal: Proposal };
    expect(proposal.trades.length).to.be.greaterThan(0);
    const page = await desk.client.call('RebalancingService/ListRebalances', {
      parent: 'portfolios/optimized',
      filter: 'state = "PROPOSED"',
    });
    expect(page['rebalances']).to.have.length(1);
  });

  it('asks the policy whether to trade at all', async () => {
    await portfolio('calm');
    const snapshot = await desk.client.call('PortfolioService/GetPortfolioSnapshot', { name: 'portfolios/calm' });
    const positions = snapshot['positions'] as { asset: string; weight: number }[];
    const set = (allocations: Message[], etag: unknown): Promise<Message> =>
      desk.client.call('AllocationService/SetAllocations', {
        parent: 'portfolios/calm',
        kind: 'ALLOCATION_KIND_TARGET',
        dimension: 'ALLOCATION_DIMENSION_ASSET',
        allocations,
        etag,
      });
    const subject = (position: { asset: string }): string => position.asset.replace('assets/', '');
    const held = await set(
      positions.map((position) => ({ subject: subject(position), weight: position.weight })),
      '',
    );
    const quiet = await propose('calm', 'r1', { policy: true });
    expect(quiet.at(-1)?.['event']).to.equal('notTriggered');
    await set(
      positions.map((position, index) => ({
        subject: subject(position),
        weight: position.weight + (index === 0 ? -0.05 : index === 1 ? 0.05 : 0),
      })),
      held['etag'],
    );
    const moving = await propose('calm', 'r2', { policy: true });
    expect(moving.at(-1)?.['event']).to.equal('proposed');
  });
});
