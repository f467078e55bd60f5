/** Transactions and executions between wire and domain. */
import { TransactionState as StateNumbers } from '../../gen/veritasvault/portfolio/v1/transaction_service.ts';
import type {
  Execution as ExecutionMessage,
  Transaction as TransactionMessage,
  TransactionState,
} from '../../gen/veritasvault/portfolio/v1/transaction_service.ts';
import type { ExecutionDraft } from '../../orders/draft.ts';
import type { Execution, Transaction, TransactionState as StateLiteral } from '../../orders/transaction.ts';
import { decimalText } from '../../values/decimal.ts';
import type { Violation } from '../../values/fault.ts';
import { sides } from './rebalance.ts';
import { enumCodec, instantFrom, moneyTo, timestampTo } from './values.ts';

export const transactionStates = enumCodec<StateLiteral, TransactionState>('TRANSACTION_STATE_', {
  pending: StateNumbers.TRANSACTION_STATE_PENDING,
  'partially-executed': StateNumbers.TRANSACTION_STATE_PARTIALLY_EXECUTED,
  executed: StateNumbers.TRANSACTION_STATE_EXECUTED,
});

export function executionFrom(message: ExecutionMessage | undefined, violations: Violation[]): ExecutionDraft {
  const { executionId = '', quantity = '', price = '', cost } = message ?? {};
  const executeTime = instantFrom(message?.executeTime, 'execution.execute_time', violations);
  return {
    executionId,
    quantity,
    price,
    ...(cost === undefined ? {} : { cost }),
    ...(executeTime === undefined ? {} : { executeTime }),
  };
}

export function transactionTo(transaction: Transaction): TransactionMessage {
  const portfolio = `portfolios/${transaction.portfolioId}`;
  return {
    name: `${portfolio}/transactions/${transaction.id}`,
    asset: `assets/${transaction.assetId}`,
    side: sides.to(transaction.side),
    quantity: decimalText(transaction.quantity),
    quantityExecuted: decimalText(transaction.quantityExecuted),
    priceExpected: decimalText(transaction.priceExpected),
    executions: transaction.executions.map(executionTo),
    state: transactionStates.to(transaction.state),
    rebalance: `${portfolio}/rebalances/${transaction.rebalanceId}`,
    order: transaction.ordinal,
    createTime: timestampTo(transaction.createdAt),
    updateTime: timestampTo(transaction.updatedAt),
  };
}

function executionTo({ id, quantity, price, costCurrency, costAmount, executedAt }: Execution): ExecutionMessage {
  return {
    executionId: id,
    quantity: decimalText(quantity),
    price: decimalText(price),
    cost: moneyTo(costCurrency, costAmount),
    executeTime: timestampTo(executedAt),
  };
}
