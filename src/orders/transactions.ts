/** Use cases on transactions: read, list, and record what was executed of them. */
import type { MarketStore } from '../market/ports.ts';
import { holdingsOf } from '../portfolio/holdings.ts';
import { existing } from '../portfolio/portfolios.ts';
import type { Portfolio } from '../portfolio/portfolio.ts';
import type { PortfolioStore } from '../portfolio/ports.ts';
import type { CallContext, UnitOfWork } from '../values/call.ts';
import type { Clock } from '../values/clock.ts';
import { decimalText } from '../values/decimal.ts';
import { Fault, refuse } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import type { ListQuery, Page } from '../values/listing.ts';
import { notFound } from '../values/update-mask.ts';
import { readExecution, tellTheSame } from './admission.ts';
import type { ExecutionDraft } from './draft.ts';
import { settle } from './settlement.ts';
import type { Execution, Transaction, TransactionStore } from './transaction.ts';

export interface TransactionStores {
  readonly transactions: TransactionStore;
  readonly portfolios: PortfolioStore;
  readonly market: MarketStore;
}

export interface TransactionKey {
  readonly portfolioId: string;
  readonly id: string;
}

export class Transactions {
  private readonly units: UnitOfWork<TransactionStores>;
  private readonly clock: Clock;
  private readonly newId: () => string;

  constructor(units: UnitOfWork<TransactionStores>, clock: Clock, newId: () => string) {
    this.units = units;
    this.clock = clock;
    this.newId = newId;
  }

  /** @throws Fault NOT_FOUND. */
  async get(key: TransactionKey, context: CallContext): Promise<Transaction> {
    return this.units.read(context, async ({ transactions }) =>
      found(key, await transactions.find(key.portfolioId, key.id)),
    );
  }

  async list(portfolioId: string, query: ListQuery, context: CallContext): Promise<Page<Transaction>> {
    return this.units.read(context, async ({ portfolios, transactions }) => {
      existing(portfolioId, await portfolios.find(portfolioId));
      return transactions.list(portfolioId, query);
    });
  }

  /**
   * Adds to the executed quantity and moves position and cash, all in one step. The same execution told again changes nothing.
   * @throws Fault with every problem of the draft, among them more than is left of the order; NOT_FOUND; ALREADY_EXISTS when the id was used
   * for another execution of the tenant.
   */
  async recordExecution(key: TransactionKey, draft: ExecutionDraft, context: CallContext): Promise<Transaction> {
    const violations: Violation[] = [];
    const execution = readExecution(draft, this.clock.now(), violations);
    return this.units.write(context, async ({ transactions, portfolios, market }) => {
      // The portfolio is locked first, as everywhere, so that executions of one portfolio queue and never wait for each other in a ring.
      const portfolio = existing(key.portfolioId, await portfolios.findForUpdate(key.portfolioId));
      const transaction = found(key, await transactions.findForUpdate(key.portfolioId, key.id));
      const asset = await market.findAsset(transaction.assetId);
      if (asset === undefined) throw notFound(`assets/${transaction.assetId}`);
      if (execution.costCurrency === '') execution.costCurrency = asset.currency;
      const before = transaction.executions.find(({ id }) => id === execution.id);
      if (before !== undefined && violations.length === 0) {
        if (tellTheSame(before, execution)) return transaction;
        throw usedBefore(execution);
      }
      refuse([...violations, ...overfill(transaction, execution)]);
      adopt(execution, transaction);
      await transactions.addExecution(execution);
      count(transaction, execution);
      await transactions.update(transaction);
      settle(portfolio, { assetId: asset.id, currency: asset.currency, side: transaction.side }, execution, this.newId);
      await this.store(portfolio, portfolios);
      return transaction;
    });
  }

  private async store(portfolio: Portfolio, portfolios: PortfolioStore): Promise<void> {
    const expected = portfolio.version;
    portfolio.updatedAt = this.clock.now();
    await portfolios.update(portfolio, expected);
    portfolio.version = expected + 1;
    await portfolios.addHoldings(holdingsOf(portfolio, portfolio.updatedAt));
  }
}

function found({ portfolioId, id }: TransactionKey, transaction: Transaction | undefined): Transaction {
  if (transaction === undefined) throw notFound(`portfolios/${portfolioId}/transactions/${id}`);
  return transaction;
}

function overfill({ quantity, quantityExecuted }: Transaction, execution: Execution): Violation[] {
  const left = quantity.minus(quantityExecuted);
  if (!execution.quantity.greaterThan(left)) return [];
  return [
    {
      field: 'execution.quantity',
      description: `is more than the ${decimalText(left)} left of ${decimalText(quantity)}; got ${decimalText(execution.quantity)}`,
    },
  ];
}

function adopt(execution: Execution, transaction: Transaction): void {
  execution.tenant = transaction.tenant;
  execution.portfolioId = transaction.portfolioId;
  execution.transactionId = transaction.id;
}

function count(transaction: Transaction, execution: Execution): void {
  transaction.executions = [...transaction.executions, execution].sort(
    (one, other) =>
      one.executedAt.getTime() - other.executedAt.getTime() || one.recordedAt.getTime() - other.recordedAt.getTime(),
  );
  transaction.quantityExecuted = transaction.quantityExecuted.plus(execution.quantity);
  transaction.state = transaction.quantityExecuted.equals(transaction.quantity) ? 'executed' : 'partially-executed';
  transaction.updatedAt = execution.recordedAt;
}

function usedBefore({ id }: Execution): Fault {
  return new Fault('ALREADY_EXISTS', `execution ${id} was recorded with another content`, { execution: id });
}
