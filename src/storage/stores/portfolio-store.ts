import { LockMode } from '@mikro-orm/core';

import {
  type AllocationDimension,
  type AllocationKind,
  type AllocationSet,
  HoldingsRecord,
  Portfolio,
} from '../../portfolio/portfolio.ts';
import type { PortfolioStore } from '../../portfolio/ports.ts';
import type { ListQuery, Page } from '../../values/listing.ts';
import { storedDecimal } from '../columns/decimal-column.ts';
import { instantField, integerField, type Listed, pageOf, pageOfIds, textField } from '../listing.ts';
import { HoldingsSchema, PortfolioSchema } from '../schema/portfolio.ts';
import { locked, type Session, unfollowed } from '../session.ts';
import { addAllocationSet, findAllocationSet, listAllocationSets } from './allocation-store.ts';
import { loadParts, storeParts } from './portfolio-parts.ts';
import { insertRows, insertUnlessTaken, rowOf, taken, updateVersion } from './rows.ts';

const fields = {
  displayName: textField('display_name'),
  type: textField('type'),
  baseCurrency: textField('base_currency'),
  inceptionDate: { expression: 'inception_date', type: 'date' },
  benchmarkId: textField("coalesce(benchmark_id, '')"),
  version: integerField('version'),
  createdAt: instantField('created_at'),
  updatedAt: instantField('updated_at'),
} as const;

export class StoredPortfolios implements PortfolioStore {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  find(id: string): Promise<Portfolio | undefined> {
    return this.#find(id, undefined);
  }

  findForUpdate(id: string): Promise<Portfolio | undefined> {
    return this.#find(id, LockMode.PESSIMISTIC_WRITE);
  }

  async #find(id: string, mode: LockMode | undefined): Promise<Portfolio | undefined> {
    const portfolio = await this.#session.manager.findOne(
      Portfolio,
      { tenant: this.#session.tenant, id },
      locked(mode),
    );
    if (portfolio === null) return undefined;
    await loadParts(this.#session, [portfolio]);
    return portfolio;
  }

  async list(query: ListQuery, showDeleted: boolean): Promise<Page<Portfolio>> {
    const { tenant } = this.#session;
    const listed: Listed = {
      table: 'portfolios',
      id: textField('id'),
      fields,
      within: { tenant },
      conditions: showDeleted ? [] : ['deleted_at is null'],
    };
    const page = await pageOfIds(this.#session, listed, query);
    const rows = await this.#session.manager.find(Portfolio, { tenant, id: { $in: [...page.rows] } }, unfollowed);
    await loadParts(this.#session, rows);
    return pageOf(page, rows, ({ id }) => id);
  }

  async add(portfolio: Portfolio): Promise<void> {
    const row = rowOf(PortfolioSchema, portfolio, { tenant: this.#session.tenant });
    if (!(await insertUnlessTaken(this.#session, Portfolio, row))) throw taken(`portfolios/${portfolio.id}`);
    await storeParts(this.#session, portfolio, true);
  }

  async update(portfolio: Portfolio, expectedVersion: number): Promise<void> {
    const key = { tenant: this.#session.tenant, id: portfolio.id };
    const row = rowOf(PortfolioSchema, portfolio, key);
    await updateVersion(this.#session, Portfolio, key, row, expectedVersion, `portfolios/${portfolio.id}`);
    await storeParts(this.#session, portfolio, false);
    portfolio.version = expectedVersion + 1;
  }

  /** A second record of the same version replaces the first. */
  async addHoldings(record: HoldingsRecord): Promise<void> {
    for (const { quantity } of record.positions) storedDecimal(quantity);
    for (const { amount } of record.cashBalances) storedDecimal(amount);
    const key = { tenant: this.#session.tenant, portfolioId: record.portfolioId, version: record.version };
    await this.#session.manager.nativeDelete(HoldingsRecord, key);
    await insertRows(this.#session, HoldingsRecord, [rowOf(HoldingsSchema, record, key)]);
  }

  async holdingsAt(portfolioId: string, moment: Date): Promise<HoldingsRecord | undefined> {
    const [record] = await this.#session.manager.find(
      HoldingsRecord,
      { tenant: this.#session.tenant, portfolioId, effectiveAt: { $lte: moment } },
      { ...unfollowed, orderBy: { effectiveAt: 'desc', version: 'desc' }, limit: 1 },
    );
    return record;
  }

  allocationSet(
    portfolioId: string,
    kind: AllocationKind,
    dimension: AllocationDimension,
    at?: Date,
  ): Promise<AllocationSet | undefined> {
    return findAllocationSet(this.#session, portfolioId, kind, dimension, at);
  }

  allocationHistory(
    portfolioId: string,
    kind: AllocationKind,
    dimension: AllocationDimension,
    query: ListQuery,
  ): Promise<Page<AllocationSet>> {
    return listAllocationSets(this.#session, portfolioId, kind, dimension, query);
  }

  addAllocationSet(set: AllocationSet): Promise<void> {
    return addAllocationSet(this.#session, set);
  }
}
