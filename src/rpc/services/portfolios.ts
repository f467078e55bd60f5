/** PortfolioService: one line each, from the message to the use case and back. */
import { PortfolioServiceService } from '../../gen/veritasvault/portfolio/v1/portfolio_service.ts';
import type { Portfolio as PortfolioMessage } from '../../gen/veritasvault/portfolio/v1/portfolio_service.ts';
import type { PortfolioDraft } from '../../portfolio/draft.ts';
import type { Portfolios } from '../../portfolio/portfolios.ts';
import type { Violation } from '../../values/fault.ts';
import { refuse } from '../../values/fault.ts';
import { portfolioFrom, portfolioTo, snapshotTo } from '../codecs/portfolio.ts';
import { idInFilter, instantFrom, portfolioIdOf } from '../codecs/values.ts';
import type { Edge } from '../edge.ts';
import { served } from '../handler.ts';
import type { Served } from '../handler.ts';
import { change, unary } from '../method.ts';
import { listing, pageTo } from '../paging.ts';
import type { ListRules } from '../paging.ts';

const rules: ListRules = {
  method: 'ListPortfolios',
  filters: {
    display_name: { property: 'displayName', contains: true },
    type: { property: 'type', contains: true },
    base_currency: { property: 'baseCurrency', contains: true },
    benchmark: { property: 'benchmarkId', contains: true, value: idInFilter(['benchmarks']) },
  },
  orders: { name: 'id', display_name: 'displayName', create_time: 'createdAt', update_time: 'updatedAt' },
};
/** A portfolio may have 5000 positions and 1000 constraints. */
const wholeBytes = { receiveBytes: 8_388_608 };

function draftOf(message: PortfolioMessage | undefined): PortfolioDraft {
  const violations: Violation[] = [];
  const draft = portfolioFrom(message, violations);
  refuse(violations);
  return draft;
}

export function portfolioService(portfolios: Portfolios, edge: Edge): Served {
  return served(
    PortfolioServiceService,
    {
      createPortfolio: change(
        async ({ portfolioId, portfolio }, context) => portfolios.create(portfolioId, draftOf(portfolio), context),
        portfolioTo,
        wholeBytes,
      ),
      getPortfolio: unary(async ({ name }, context) => portfolioTo(await portfolios.get(portfolioIdOf(name), context))),
      listPortfolios: unary(async (request, context) => {
        const page = listing(request, rules);
        const found = portfolios.list(page.query, request.showDeleted, context);
        const { rows, nextPageToken } = await pageTo(page, found, portfolioTo);
        return { portfolios: rows, nextPageToken };
      }),
      updatePortfolio: change(
        async ({ portfolio, updateMask }, context) => {
          const id = portfolioIdOf(portfolio?.name ?? '', 'portfolio.name');
          return portfolios.update(id, draftOf(portfolio), updateMask ?? [], portfolio?.etag ?? '', context);
        },
        portfolioTo,
        wholeBytes,
      ),
      deletePortfolio: change(
        async ({ name, etag }, context) => portfolios.delete(portfolioIdOf(name), etag, context),
        portfolioTo,
      ),
      undeletePortfolio: change(
        async ({ name, etag }, context) => portfolios.undelete(portfolioIdOf(name), etag, context),
        portfolioTo,
      ),
      getPortfolioSnapshot: unary(async ({ name, asOfTime }, context) => {
        const violations: Violation[] = [];
        const moment = instantFrom(asOfTime, 'as_of_time', violations);
        refuse(violations);
        return snapshotTo(await portfolios.snapshot(portfolioIdOf(name), moment, context));
      }),
    },
    edge,
  );
}
