/** A purchase or sale that an accepted proposal calls for, and what was executed of it. */
import type { Decimal } from '../values/decimal.ts';
import type { ListQuery, Page } from '../values/listing.ts';

export type Side = 'buy' | 'sell';
export const transactionStates = ['pending', 'partially-executed', 'executed'] as const;
export type TransactionState = (typeof transactionStates)[number];

export class Execution {
  tenant = '';
  /** Unique for ever within the tenant. */
  id = '';
  portfolioId = '';
  transactionId = '';
  declare quantity: Decimal;
  declare price: Decimal;
  declare costAmount: Decimal;
  costCurrency = '';
  executedAt = new Date(0);
  recordedAt = new Date(0);
}

export class Transaction {
  tenant = '';
  portfolioId = '';
  id = '';
  rebalanceId = '';
  ordinal = 0;
  assetId = '';
  side: Side = 'buy';
  declare quantity: Decimal;
  declare quantityExecuted: Decimal;
  declare priceExpected: Decimal;
  state: TransactionState = 'pending';
  version = 1;
  createdAt = new Date(0);
  updatedAt = new Date(0);
  /** Oldest first; loaded and stored with the transaction. */
  executions: Execution[] = [];
}

export interface TransactionStore {
  find(portfolioId: string, id: string): Promise<Transaction | undefined>;
  findForUpdate(portfolioId: string, id: string): Promise<Transaction | undefined>;
  list(portfolioId: string, query: ListQuery): Promise<Page<Transaction>>;
  addAll(transactions: readonly Transaction[]): Promise<void>;
  update(transaction: Transaction): Promise<void>;
  /** Fault ALREADY_EXISTS when the tenant has an execution of that id. */
  addExecution(execution: Execution): Promise<void>;
}
