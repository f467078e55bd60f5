/** Transactions of one tenant in memory, with the semantics of the stores. What comes out is a copy. */
import type { Execution, Transaction, TransactionStore } from '../../src/orders/transaction.ts';
import { Fault } from '../../src/values/fault.ts';
import type { ListQuery, Page } from '../../src/values/listing.ts';
import { pageOf } from './memory-listing.ts';
import { copyOf } from './memory-market.ts';

export class MemoryTransactions implements TransactionStore {
  rows = new Map<string, Transaction>();
  executions = new Map<string, Execution>();

  /** A store of the same content, for rolling back. */
  snapshot(): MemoryTransactions {
    const copy = new MemoryTransactions();
    copy.rows = new Map(this.rows);
    copy.executions = new Map(this.executions);
    return copy;
  }

  async find(portfolioId: string, id: string): Promise<Transaction | undefined> {
    const found = this.rows.get(`${portfolioId}/${id}`);
    if (found === undefined) return undefined;
    const copy = copyOf(found);
    copy.executions = [...this.executions.values()]
      .filter((execution) => execution.portfolioId === portfolioId && execution.transactionId === id)
      .sort((one, other) => one.executedAt.getTime() - other.executedAt.getTime());
    return copy;
  }

  async findForUpdate(portfolioId: string, id: string): Promise<Transaction | undefined> {
    return this.find(portfolioId, id);
  }

  async list(portfolioId: string, query: ListQuery): Promise<Page<Transaction>> {
    const rows = [...this.rows.values()].filter((transaction) => transaction.portfolioId === portfolioId);
    return pageOf(rows.map(copyOf), query, (transaction) => ({
      id: transaction.id,
      state: transaction.state,
      assetId: transaction.assetId,
      rebalanceId: transaction.rebalanceId,
      createdAt: transaction.createdAt.toISOString(),
    }));
  }

  async addAll(transactions: readonly Transaction[]): Promise<void> {
    for (const transaction of transactions) {
      const key = `${transaction.portfolioId}/${transaction.id}`;
      if (this.rows.has(key)) throw new Fault('ALREADY_EXISTS', `transaction ${transaction.id} exists`);
      this.rows.set(key, copyOf(transaction));
    }
  }

  async update(transaction: Transaction): Promise<void> {
    const key = `${transaction.portfolioId}/${transaction.id}`;
    if (this.rows.get(key)?.version !== transaction.version) throw new Fault('ETAG_MISMATCH', 'another version');
    transaction.version += 1;
    this.rows.set(key, copyOf(transaction));
  }

  async addExecution(execution: Execution): Promise<void> {
    if (this.executions.has(execution.id)) throw new Fault('ALREADY_EXISTS', `executions/${execution.id} exists`);
    this.executions.set(execution.id, copyOf(execution));
  }
}
