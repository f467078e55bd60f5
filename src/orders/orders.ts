/** Accepting a proposal: its trades become pending transactions, all or none, with the event that says so. */
import { tenantRunOf } from '../optimization/run-key.ts';
import type { Run } from '../optimization/run.ts';
import { alive } from '../portfolio/portfolios.ts';
import type { RebalanceResult } from '../rebalancing/proposal.ts';
import { proposed, rebalanceName, runKeyOf } from '../rebalancing/rebalances.ts';
import type { RebalanceKey, RunNotices } from '../rebalancing/rebalances.ts';
import type { RebalanceStores } from '../rebalancing/rebalance-executor.ts';
import type { CallContext, UnitOfWork } from '../values/call.ts';
import type { Clock } from '../values/clock.ts';
import { decimalOf, zero } from '../values/decimal.ts';
import { Fault } from '../values/fault.ts';
import { nameOf } from '../values/resource-name.ts';
import { Transaction } from './transaction.ts';
import type { TransactionStore } from './transaction.ts';

export interface OrderStores extends RebalanceStores {
  readonly transactions: TransactionStore;
}

export class Orders {
  private readonly units: UnitOfWork<OrderStores>;
  private readonly clock: Clock;
  private readonly newId: () => string;
  private readonly notices: Pick<RunNotices, 'wakeWatchers'>;

  constructor(
    units: UnitOfWork<OrderStores>,
    clock: Clock,
    newId: () => string,
    notices: Pick<RunNotices, 'wakeWatchers'>,
  ) {
    this.units = units;
    this.clock = clock;
    this.newId = newId;
    this.notices = notices;
  }

  /**
   * The rebalance as accepted; its result then names the transactions.
   * @throws Fault NOT_FOUND, STATE_CONFLICT (decided before, or the portfolio is deleted), ETAG_REQUIRED, ETAG_MISMATCH, and PROPOSAL_STALE when the
   * portfolio has changed since the trades were proposed.
   */
  async accept(key: RebalanceKey, etag: string, context: CallContext): Promise<Run> {
    const accepted = await this.units.write(context, async ({ portfolios, runs, transactions }) => {
      // The portfolio is locked first, as everywhere, so that two decisions never wait for each other.
      const portfolio = await portfolios.findForUpdate(key.portfolioId);
      const run = proposed(key, await runs.findForUpdate(runKeyOf(key)), etag);
      const { version } = alive(key.portfolioId, portfolio);
      const proposal = run.result as RebalanceResult | null;
      if (proposal === null) throw new Error(`${rebalanceName(key)} is proposed without a proposal`);
      refuseStale(key, proposal, version);
      const at = this.clock.now();
      const pending = this.transactionsOf(run, proposal, at);
      await transactions.addAll(pending);
      const names = pending.map(({ id }) => nameOf('portfolios', key.portfolioId, 'transactions', id));
      run.state = 'accepted';
      run.endedAt = at;
      run.result = { ...proposal, transactions: names };
      await runs.update(run);
      await runs.append(run, [{ at, type: 'accepted', payload: { transactions: names } }]);
      return run;
    });
    if (context.validateOnly !== true) this.notices.wakeWatchers(tenantRunOf(accepted), accepted.lastSequence);
    return accepted;
  }

  private transactionsOf(run: Run, proposal: RebalanceResult, at: Date): Transaction[] {
    return proposal.trades.map((trade) => {
      const transaction = new Transaction();
      transaction.tenant = run.tenant;
      transaction.portfolioId = run.portfolioId;
      transaction.id = this.newId();
      transaction.rebalanceId = run.id;
      transaction.ordinal = trade.order;
      transaction.assetId = trade.asset.slice('assets/'.length);
      transaction.side = trade.side;
      transaction.quantity = decimalOf(trade.quantity);
      transaction.quantityExecuted = zero;
      transaction.priceExpected = decimalOf(trade.price);
      transaction.createdAt = at;
      transaction.updatedAt = at;
      return transaction;
    });
  }
}

function refuseStale(key: RebalanceKey, { portfolioEtag }: RebalanceResult, version: number): void {
  if (portfolioEtag === String(version)) return;
  const resource = `portfolios/${key.portfolioId}`;
  throw new Fault('PROPOSAL_STALE', `${resource} has changed since ${rebalanceName(key)} was proposed; propose anew`, {
    resource,
    proposedEtag: portfolioEtag,
    etag: String(version),
  });
}
