import { LockMode } from '@mikro-orm/core';

import { Execution, Transaction, type TransactionStore } from '../../orders/transaction.ts';
import type { ListQuery, Page } from '../../values/listing.ts';
import { instantField, integerField, type Listed, pageOf, pageOfIds, textField } from '../listing.ts';
import { ExecutionSchema, TransactionSchema } from '../schema/runs.ts';
import { locked, type Session, unfollowed } from '../session.ts';
import { insertUnlessTaken, rowOf, taken, updateVersion } from './rows.ts';

const fields = {
  rebalanceId: textField('rebalance_id'),
  ordinal: integerField('ordinal'),
  assetId: textField('asset_id'),
  side: textField('side'),
  state: textField('state'),
  quantity: { expression: 'quantity', type: 'decimal' },
  createdAt: instantField('created_at'),
  updatedAt: instantField('updated_at'),
} as const;

const nameOf = (transaction: { readonly portfolioId: string; readonly id: string }): string =>
  `portfolios/${transaction.portfolioId}/transactions/${transaction.id}`;

export class StoredTransactions implements TransactionStore {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  find(portfolioId: string, id: string): Promise<Transaction | undefined> {
    return this.#find(portfolioId, id, undefined);
  }

  findForUpdate(portfolioId: string, id: string): Promise<Transaction | undefined> {
    return this.#find(portfolioId, id, LockMode.PESSIMISTIC_WRITE);
  }

  async #find(portfolioId: string, id: string, mode: LockMode | undefined): Promise<Transaction | undefined> {
    const found = await this.#session.manager.findOne(Transaction, this.#keyOf(portfolioId, id), locked(mode));
    if (found === null) return undefined;
    await this.#loadExecutions(portfolioId, [found]);
    return found;
  }

  async list(portfolioId: string, query: ListQuery): Promise<Page<Transaction>> {
    const { tenant } = this.#session;
    const listed: Listed = {
      table: 'transactions',
      id: textField('id'),
      fields,
      within: { tenant, portfolio_id: portfolioId },
    };
    const page = await pageOfIds(this.#session, listed, query);
    const rows = await this.#session.manager.find(
      Transaction,
      { tenant, portfolioId, id: { $in: [...page.rows] } },
      unfollowed,
    );
    await this.#loadExecutions(portfolioId, rows);
    return pageOf(page, rows, ({ id }) => id);
  }

  /** Inserts with the executions that they may have; ALREADY_EXISTS names the first id that is taken. */
  async addAll(transactions: readonly Transaction[]): Promise<void> {
    for (const transaction of transactions) {
      const row = rowOf(TransactionSchema, transaction, { tenant: this.#session.tenant });
      if (!(await insertUnlessTaken(this.#session, Transaction, row))) throw taken(nameOf(transaction));
      for (const execution of transaction.executions) await this.addExecution(execution);
    }
  }

  /** Stores the transaction (version + 1; ETAG_MISMATCH when the stored version is another); executions are added one by one. */
  async update(transaction: Transaction): Promise<void> {
    const key = this.#keyOf(transaction.portfolioId, transaction.id);
    const row = rowOf(TransactionSchema, transaction, { tenant: this.#session.tenant });
    await updateVersion(this.#session, Transaction, key, row, transaction.version, nameOf(transaction));
    transaction.version += 1;
  }

  async addExecution(execution: Execution): Promise<void> {
    const row = rowOf(ExecutionSchema, execution, { tenant: this.#session.tenant });
    if (!(await insertUnlessTaken(this.#session, Execution, row))) throw taken(`executions/${execution.id}`);
  }

  async #loadExecutions(portfolioId: string, transactions: readonly Transaction[]): Promise<void> {
    if (transactions.length === 0) return;
    const found = await this.#session.manager.find(
      Execution,
      { tenant: this.#session.tenant, portfolioId, transactionId: { $in: transactions.map(({ id }) => id) } },
      { ...unfollowed, orderBy: { executedAt: 'asc', recordedAt: 'asc', id: 'asc' } },
    );
    const byTransaction = Map.groupBy(found, ({ transactionId }) => transactionId);
    for (const transaction of transactions) transaction.executions = byTransaction.get(transaction.id) ?? [];
  }

  #keyOf(portfolioId: string, id: string): { tenant: string; portfolioId: string; id: string } {
    return { tenant: this.#session.tenant, portfolioId, id };
  }
}
