/** Use cases on portfolios: create, read, list, update, delete, undelete, and what one held at a past moment. */
import type { MarketStore } from '../market/ports.ts';
import type { CallContext, UnitOfWork } from '../values/call.ts';
import { dateOf } from '../values/clock.ts';
import type { Clock } from '../values/clock.ts';
import { decimalOf } from '../values/decimal.ts';
import { Fault, refuse } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import type { ListQuery, Page } from '../values/listing.ts';
import { readId } from '../values/resource-name.ts';
import { checkEtag, notFound, readMask } from '../values/update-mask.ts';
import { portfolioFields, readPortfolio } from './admission.ts';
import type { Admission } from './admission.ts';
import type { ConstraintCatalog } from './constraint-catalog.ts';
import type { PortfolioDraft } from './draft.ts';
import { holdingsOf, holdTheSame } from './holdings.ts';
import { Portfolio } from './portfolio.ts';
import type { PortfolioStore } from './ports.ts';
import { quotesOn, valuationOf } from './valuation.ts';
import type { HeldCash, Valuation } from './valuation.ts';

export interface PortfolioStores {
  readonly portfolios: PortfolioStore;
  readonly market: MarketStore;
}

/** Positions and cash at a moment, valued at the newest prices of that date. */
export interface PortfolioSnapshot {
  readonly portfolioId: string;
  readonly asOf: Date;
  /** When the holdings shown took effect. */
  readonly effectiveAt: Date;
  readonly valuation: Valuation;
  readonly cashBalances: readonly HeldCash[];
}

export class Portfolios {
  private readonly units: UnitOfWork<PortfolioStores>;
  private readonly clock: Clock;
  private readonly newId: () => string;
  private readonly catalog: ConstraintCatalog;

  constructor(units: UnitOfWork<PortfolioStores>, clock: Clock, newId: () => string, catalog: ConstraintCatalog) {
    this.units = units;
    this.clock = clock;
    this.newId = newId;
    this.catalog = catalog;
  }

  /** An empty id is made up. @throws Fault with every problem of the draft; ALREADY_EXISTS. */
  async create(id: string, draft: PortfolioDraft, context: CallContext): Promise<Portfolio> {
    const admission = this.admission();
    const portfolio = new Portfolio();
    portfolio.tenant = context.tenant;
    portfolio.id = id === '' ? this.newId() : readId(id, 'portfolio_id', admission.violations);
    readPortfolio(draft, portfolio, admission);
    portfolio.createdAt = this.clock.now();
    portfolio.updatedAt = portfolio.createdAt;
    return this.units.write(context, async ({ portfolios, market }) => {
      await refuseUnknown(admission, market);
      await portfolios.add(portfolio);
      await portfolios.addHoldings(holdingsOf(portfolio, portfolio.createdAt));
      return portfolio;
    });
  }

  /** Also a deleted one. @throws Fault NOT_FOUND. */
  async get(id: string, context: CallContext): Promise<Portfolio> {
    return this.units.read(context, async ({ portfolios }) => existing(id, await portfolios.find(id)));
  }

  async list(query: ListQuery, showDeleted: boolean, context: CallContext): Promise<Page<Portfolio>> {
    return this.units.read(context, ({ portfolios }) => portfolios.list(query, showDeleted));
  }

  /**
   * Replaces the fields that the mask names.
   * @throws Fault ETAG_REQUIRED, ETAG_MISMATCH, NOT_FOUND, STATE_CONFLICT (deleted), or every problem of the draft.
   */
  async update(
    id: string,
    draft: PortfolioDraft,
    mask: readonly string[],
    etag: string,
    context: CallContext,
  ): Promise<Portfolio> {
    return this.units.write(context, async ({ portfolios, market }) => {
      const portfolio = alive(id, await portfolios.findForUpdate(id));
      checkEtag(etag, portfolio.version, `portfolios/${id}`);
      const before = holdingsOf(portfolio, portfolio.updatedAt);
      const admission = this.admission();
      const fields = readMask(mask, portfolioFields, admission.violations);
      readPortfolio(draft, portfolio, admission, fields);
      await refuseUnknown(admission, market);
      await this.store(portfolio, portfolios);
      const after = holdingsOf(portfolio, portfolio.updatedAt);
      if (!holdTheSame(before, after)) await portfolios.addHoldings(after);
      return portfolio;
    });
  }

  /** Marks it as deleted; nothing is lost. An empty etag stands for the present version. */
  async delete(id: string, etag: string, context: CallContext): Promise<Portfolio> {
    return this.units.write(context, async ({ portfolios }) => {
      const portfolio = alive(id, await portfolios.findForUpdate(id));
      checkEtag(etag, portfolio.version, `portfolios/${id}`, false);
      portfolio.deletedAt = this.clock.now();
      await this.store(portfolio, portfolios);
      return portfolio;
    });
  }

  /** Brings a deleted portfolio back. @throws Fault STATE_CONFLICT when it is not deleted. */
  async undelete(id: string, etag: string, context: CallContext): Promise<Portfolio> {
    return this.units.write(context, async ({ portfolios }) => {
      const portfolio = existing(id, await portfolios.findForUpdate(id));
      checkEtag(etag, portfolio.version, `portfolios/${id}`, false);
      if (portfolio.deletedAt === null) {
        throw new Fault('STATE_CONFLICT', `portfolios/${id} is not deleted`, { resource: `portfolios/${id}` });
      }
      portfolio.deletedAt = null;
      await this.store(portfolio, portfolios);
      return portfolio;
    });
  }

  /**
   * Holdings at the moment (now when absent), at the newest prices and exchange rates of its date.
   * @throws Fault NOT_FOUND (no such portfolio, or not at that time yet), PRICE_MISSING with all that are missing.
   */
  async snapshot(id: string, moment: Date | undefined, context: CallContext): Promise<PortfolioSnapshot> {
    const now = this.clock.now();
    const asOf = moment ?? now;
    if (asOf > now)
      refuse([{ field: 'as_of_time', description: `must not be in the future; it is ${now.toISOString()}` }]);
    return this.units.read(context, async ({ portfolios, market }) => {
      const portfolio = existing(id, await portfolios.find(id));
      const record = await portfolios.holdingsAt(id, asOf);
      if (record === undefined) {
        throw new Fault('NOT_FOUND', `portfolios/${id} held nothing yet at ${asOf.toISOString()}`, {
          resource: `portfolios/${id}`,
        });
      }
      const positions = record.positions.map(({ assetId, quantity }) => ({ assetId, quantity: decimalOf(quantity) }));
      const cashBalances = record.cashBalances.map(({ currency, amount }) => ({ currency, amount: decimalOf(amount) }));
      const quotes = await quotesOn(
        market,
        portfolio.baseCurrency,
        positions.map(({ assetId }) => assetId),
        cashBalances.map(({ currency }) => currency),
        dateOf(asOf),
      );
      const valuation = valuationOf(positions, cashBalances, quotes);
      return { portfolioId: id, asOf, effectiveAt: record.effectiveAt, valuation, cashBalances };
    });
  }

  private admission(): Admission {
    const { catalog, newId } = this;
    return { catalog, newId, today: dateOf(this.clock.now()), violations: [], references: [] };
  }

  /** Counts the version that the store counts as well. */
  private async store(portfolio: Portfolio, portfolios: PortfolioStore): Promise<void> {
    const expected = portfolio.version;
    portfolio.updatedAt = this.clock.now();
    await portfolios.update(portfolio, expected);
    portfolio.version = expected + 1;
  }
}

/** @throws Fault NOT_FOUND. */
export function existing(id: string, portfolio: Portfolio | undefined): Portfolio {
  if (portfolio === undefined) throw notFound(`portfolios/${id}`);
  return portfolio;
}

/** @throws Fault NOT_FOUND, or STATE_CONFLICT when it is deleted. */
export function alive(id: string, portfolio: Portfolio | undefined): Portfolio {
  const found = existing(id, portfolio);
  if (found.deletedAt !== null) {
    throw new Fault('STATE_CONFLICT', `portfolios/${id} is deleted; undelete it first`, {
      resource: `portfolios/${id}`,
    });
  }
  return found;
}

/** Refuses everything that admission found, together with assets and benchmarks that do not exist. */
async function refuseUnknown({ references, violations }: Admission, market: MarketStore): Promise<void> {
  const assetIds = references.filter(({ collection }) => collection === 'assets').map(({ id }) => id);
  const known = new Set((await market.findAssets(assetIds)).map(({ id }) => id));
  const missing: Violation[] = [];
  for (const { collection, id, field } of references) {
    const exists = collection === 'assets' ? known.has(id) : (await market.findBenchmark(id)) !== undefined;
    if (!exists) missing.push({ field, description: `names ${collection}/${id}, which does not exist` });
  }
  refuse([...violations, ...missing]);
}
