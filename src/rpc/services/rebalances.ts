/** RebalancingService: one line each, from the message to the use case and back. */
import { defer, EMPTY, from, map, mergeMap, takeWhile } from 'rxjs';
import type { Observable } from 'rxjs';

import { RebalancingServiceService } from '../../gen/veritasvault/portfolio/v1/rebalancing_service.ts';
import type { RebalanceEvent, WatchRebalanceRequest } from '../../gen/veritasvault/portfolio/v1/rebalancing_service.ts';
import type { Orders } from '../../orders/orders.ts';
import { runKeyOf } from '../../rebalancing/rebalances.ts';
import type { RebalanceKey, Rebalances } from '../../rebalancing/rebalances.ts';
import type { CallContext } from '../../values/call.ts';
import { rebalanceEventTo, rebalanceFrom, rebalanceStates, rebalanceTo } from '../codecs/rebalance.ts';
import { idsOf, portfolioIdOf } from '../codecs/values.ts';
import type { Edge } from '../edge.ts';
import { served } from '../handler.ts';
import type { Served } from '../handler.ts';
import { change, serverStream, unary } from '../method.ts';
import { listing, pageTo } from '../paging.ts';
import type { ListRules } from '../paging.ts';
import { resumable, watchOf } from '../watching.ts';
import type { Watches } from '../watching.ts';

const rules: ListRules = {
  method: 'ListRebalances',
  filters: {
    state: { property: 'state', value: (text) => rebalanceStates.fromName(text), values: rebalanceStates.names },
  },
  order: [{ field: 'createdAt', descending: true }],
};
const required = { requestIdRequired: true };

function keyOf(name: string): RebalanceKey {
  const [portfolioId = '', id = ''] = idsOf(name, ['portfolios', 'rebalances']);
  return { portfolioId, id };
}

export interface RebalancingUseCases {
  readonly rebalances: Rebalances;
  readonly orders: Orders;
  readonly watches: Watches;
}

export function rebalancingService({ rebalances, orders, watches }: RebalancingUseCases, edge: Edge): Served {
  /** With `until_proposed` it ends at the proposal, also when the token is that of the proposal itself. */
  const watch = (request: WatchRebalanceRequest, context: CallContext): Observable<RebalanceEvent> => {
    const key = keyOf(request.name);
    const { news, tokenOf, after } = watchOf(watches, runKeyOf(key), request.resumeToken, context);
    const events = news.pipe(map((each) => rebalanceEventTo(each, tokenOf)));
    if (!request.untilProposed) return events;
    const wanted = events.pipe(takeWhile(({ event }) => event?.$case !== 'proposed', true));
    const isOver = async (): Promise<boolean> => {
      const { state, lastSequence } = await rebalances.get(key, context);
      return state === 'proposed' && after === lastSequence;
    };
    return defer(() => from(isOver())).pipe(mergeMap((over) => (over ? EMPTY : wanted)));
  };
  return served(
    RebalancingServiceService,
    {
      createRebalance: change(
        async ({ parent, rebalanceId, rebalance }, context) =>
          rebalances.create(portfolioIdOf(parent, 'parent'), rebalanceId, rebalanceFrom(rebalance), context),
        rebalanceTo,
        { receiveBytes: 1_048_576 },
      ),
      getRebalance: unary(async ({ name }, context) => rebalanceTo(await rebalances.get(keyOf(name), context))),
      listRebalances: unary(async (request, context) => {
        const page = listing(request, rules);
        const found = rebalances.list(portfolioIdOf(request.parent, 'parent'), page.query, context);
        const { rows, nextPageToken } = await pageTo(page, found, rebalanceTo);
        return { rebalances: rows, nextPageToken };
      }),
      watchRebalance: serverStream(watch, {
        conflatable: ({ event }) => event?.$case === 'heartbeat',
        resumable: resumable<WatchRebalanceRequest>(),
      }),
      acceptRebalance: change(
        async ({ name, etag }, context) => orders.accept(keyOf(name), etag, context),
        rebalanceTo,
        required,
      ),
      rejectRebalance: change(
        async ({ name, etag, comment }, context) => rebalances.reject(keyOf(name), etag, comment, context),
        rebalanceTo,
        required,
      ),
    },
    edge,
  );
}
