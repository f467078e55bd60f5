/** TransactionService: one line each, from the message to the use case and back. */
import { TransactionServiceService } from '../../gen/veritasvault/portfolio/v1/transaction_service.ts';
import type { TransactionKey, Transactions } from '../../orders/transactions.ts';
import type { Violation } from '../../values/fault.ts';
import { refuse } from '../../values/fault.ts';
import { executionFrom, transactionStates, transactionTo } from '../codecs/transaction.ts';
import { idInFilter, idsOf, portfolioIdOf } from '../codecs/values.ts';
import type { Edge } from '../edge.ts';
import { served } from '../handler.ts';
import type { Served } from '../handler.ts';
import { change, unary } from '../method.ts';
import { listing, pageTo } from '../paging.ts';
import type { ListRules } from '../paging.ts';

const rules: ListRules = {
  method: 'ListTransactions',
  filters: {
    state: { property: 'state', value: (text) => transactionStates.fromName(text), values: transactionStates.names },
    asset: { property: 'assetId', value: idInFilter(['assets']) },
    rebalance: { property: 'rebalanceId', value: idInFilter(['portfolios', 'rebalances']) },
  },
  order: [
    { field: 'createdAt', descending: true },
    { field: 'ordinal', descending: false },
  ],
};

function keyOf(name: string): TransactionKey {
  const [portfolioId = '', id = ''] = idsOf(name, ['portfolios', 'transactions']);
  return { portfolioId, id };
}

export function transactionService(transactions: Transactions, edge: Edge): Served {
  return served(
    TransactionServiceService,
    {
      listTransactions: unary(async (request, context) => {
        const page = listing(request, rules);
        const found = transactions.list(portfolioIdOf(request.parent, 'parent'), page.query, context);
        const { rows, nextPageToken } = await pageTo(page, found, transactionTo);
        return { transactions: rows, nextPageToken };
      }),
      getTransaction: unary(async ({ name }, context) => transactionTo(await transactions.get(keyOf(name), context))),
      recordExecution: change(
        async ({ name, execution }, context) => {
          const violations: Violation[] = [];
          const draft = executionFrom(execution, violations);
          refuse(violations);
          return transactions.recordExecution(keyOf(name), draft, context);
        },
        transactionTo,
        { requestIdRequired: true },
      ),
    },
    edge,
  );
}
