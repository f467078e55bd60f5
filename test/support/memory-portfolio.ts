/** Portfolios of one tenant in memory, with the semantics of the stores. What comes out is a copy. */
import type {
  AllocationDimension,
  AllocationKind,
  AllocationSet,
  HoldingsRecord,
  Portfolio,
} from '../../src/portfolio/portfolio.ts';
import type { PortfolioStore } from '../../src/portfolio/ports.ts';
import { Fault } from '../../src/values/fault.ts';
import type { ListQuery, Page } from '../../src/values/listing.ts';
import { pageOf } from './memory-listing.ts';
import { copyOf } from './memory-market.ts';

export class MemoryPortfolios implements PortfolioStore {
  rows = new Map<string, Portfolio>();
  holdings: HoldingsRecord[] = [];
  sets: AllocationSet[] = [];

  /** A store of the same content, for rolling back. */
  snapshot(): MemoryPortfolios {
    const copy = new MemoryPortfolios();
    copy.rows = new Map(this.rows);
    copy.holdings = [...this.holdings];
    copy.sets = [...this.sets];
    return copy;
  }

  async find(id: string): Promise<Portfolio | undefined> {
    const found = this.rows.get(id);
    return found === undefined ? undefined : copyOf(found);
  }

  async findForUpdate(id: string): Promise<Portfolio | undefined> {
    return this.find(id);
  }

  async list(query: ListQuery, showDeleted: boolean): Promise<Page<Portfolio>> {
    const rows = [...this.rows.values()].filter(({ deletedAt }) => showDeleted || deletedAt === null).map(copyOf);
    return pageOf(rows, query, (portfolio) => ({
      id: portfolio.id,
      displayName: portfolio.displayName,
      type: portfolio.type,
      baseCurrency: portfolio.baseCurrency,
      benchmarkId: portfolio.benchmarkId ?? '',
      createdAt: portfolio.createdAt.toISOString(),
    }));
  }

  async add(portfolio: Portfolio): Promise<void> {
    if (this.rows.has(portfolio.id)) throw new Fault('ALREADY_EXISTS', `portfolios/${portfolio.id} exists`);
    this.rows.set(portfolio.id, copyOf(portfolio));
  }

  async update(portfolio: Portfolio, expectedVersion: number): Promise<void> {
    if (this.rows.get(portfolio.id)?.version !== expectedVersion) throw new Fault('ETAG_MISMATCH', 'another version');
    portfolio.version = expectedVersion + 1;
    this.rows.set(portfolio.id, copyOf(portfolio));
  }

  async addHoldings(record: HoldingsRecord): Promise<void> {
    this.holdings.push(copyOf(record));
  }

  async holdingsAt(portfolioId: string, moment: Date): Promise<HoldingsRecord | undefined> {
    return this.holdings
      .filter((record) => record.portfolioId === portfolioId && record.effectiveAt <= moment)
      .sort((one, other) => one.effectiveAt.getTime() - other.effectiveAt.getTime() || one.version - other.version)
      .at(-1);
  }

  async allocationSet(
    portfolioId: string,
    kind: AllocationKind,
    dimension: AllocationDimension,
    at?: Date,
  ): Promise<AllocationSet | undefined> {
    return this.setsOf(portfolioId, kind, dimension).find(({ effectiveAt }) => at === undefined || effectiveAt <= at);
  }

  async allocationHistory(
    portfolioId: string,
    kind: AllocationKind,
    dimension: AllocationDimension,
    query: ListQuery,
  ): Promise<Page<AllocationSet>> {
    const before = query.after?.[0];
    const rest = this.setsOf(portfolioId, kind, dimension).filter(
      ({ version }) => before === undefined || version < Number(before),
    );
    const rows = rest.slice(0, query.limit);
    const last = rows.at(-1);
    return rest.length > rows.length && last !== undefined ? { rows, next: [String(last.version)] } : { rows };
  }

  async addAllocationSet(set: AllocationSet): Promise<void> {
    this.sets.push(copyOf(set));
  }

  /** Newest first. */
  private setsOf(portfolioId: string, kind: AllocationKind, dimension: AllocationDimension): AllocationSet[] {
    return this.sets
      .filter((set) => set.portfolioId === portfolioId && set.kind === kind && set.dimension === dimension)
      .sort((one, other) => other.version - one.version);
  }
}
