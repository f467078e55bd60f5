/** What an execution must fulfil, by the field names of the proto message Execution. */
import { zero } from '../values/decimal.ts';
import type { Violation } from '../values/fault.ts';
import { readAmount, readCurrency, readPositive } from '../values/fields.ts';
import { readId } from '../values/resource-name.ts';
import type { ExecutionDraft } from './draft.ts';
import { Execution } from './transaction.ts';

/** The execution without its owner. A cost that is absent is zero, in a currency that the caller of this function fills in. */
export function readExecution(draft: ExecutionDraft, now: Date, violations: Violation[]): Execution {
  const execution = new Execution();
  execution.id = readId(draft.executionId, 'execution.execution_id', violations);
  execution.quantity = readPositive(draft.quantity, 'execution.quantity', violations);
  execution.price = readPositive(draft.price, 'execution.price', violations);
  execution.costAmount = zero;
  if (draft.cost !== undefined) {
    execution.costAmount = readAmount(draft.cost.amount, 'execution.cost.amount', violations, { absent: zero });
    const isNothing = draft.cost.currencyCode === '' && execution.costAmount.isZero();
    if (!isNothing) {
      execution.costCurrency = readCurrency(draft.cost.currencyCode, 'execution.cost.currency_code', violations);
    }
  }
  const { executeTime } = draft;
  if (executeTime === undefined) {
    violations.push({ field: 'execution.execute_time', description: 'is required' });
  } else if (executeTime > now) {
    violations.push({
      field: 'execution.execute_time',
      description: `must not be in the future; got ${executeTime.toISOString()}, it is ${now.toISOString()}`,
    });
  } else execution.executedAt = executeTime;
  execution.recordedAt = now;
  return execution;
}

/** Whether two executions tell the same, whenever they were recorded. */
export function tellTheSame(one: Execution, other: Execution): boolean {
  return (
    one.id === other.id &&
    one.quantity.equals(other.quantity) &&
    one.price.equals(other.price) &&
    one.costAmount.equals(other.costAmount) &&
    one.costCurrency === other.costCurrency &&
    one.executedAt.getTime() === other.executedAt.getTime()
  );
}
