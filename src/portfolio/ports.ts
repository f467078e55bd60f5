import type { ListQuery, Page } from '../values/listing.ts';
import type { AllocationDimension, AllocationKind, AllocationSet, HoldingsRecord, Portfolio } from './portfolio.ts';

/** Portfolios of the tenant of the unit of work, always whole with their parts. */
export interface PortfolioStore {
  find(id: string): Promise<Portfolio | undefined>;
  /** The same, locked until the unit of work ends: readers that go on to change what depends on it. */
  findForUpdate(id: string): Promise<Portfolio | undefined>;
  list(query: ListQuery, showDeleted: boolean): Promise<Page<Portfolio>>;
  /** Inserts with its parts; Fault ALREADY_EXISTS when the id is taken. */
  add(portfolio: Portfolio): Promise<void>;
  /** Stores the portfolio and its parts with version + 1 if the stored version is still the expected one; Fault ETAG_MISMATCH otherwise. */
  update(portfolio: Portfolio, expectedVersion: number): Promise<void>;

  addHoldings(record: HoldingsRecord): Promise<void>;
  /** The newest record with effectiveAt <= moment. */
  holdingsAt(portfolioId: string, moment: Date): Promise<HoldingsRecord | undefined>;

  allocationSet(
    portfolioId: string,
    kind: AllocationKind,
    dimension: AllocationDimension,
    at?: Date,
  ): Promise<AllocationSet | undefined>;
  /** Newest first; `after` holds the version. */
  allocationHistory(
    portfolioId: string,
    kind: AllocationKind,
    dimension: AllocationDimension,
    query: ListQuery,
  ): Promise<Page<AllocationSet>>;
  addAllocationSet(set: AllocationSet): Promise<void>;
}
