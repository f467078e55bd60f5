import { raw, type RequiredEntityData } from '@mikro-orm/core';

import { Asset, type Benchmark, type FactorModel, type FxPoint, type PricePoint } from '../../market/asset.ts';
import type { MarketStore } from '../../market/ports.ts';
import { type CalendarDate, dateOfDay, dayNumber } from '../../values/clock.ts';
import { Decimal, decimalsMax } from '../../values/decimal.ts';
import type { ListQuery, Page } from '../../values/listing.ts';
import { instantField, pageOf, pageOfIds, textField } from '../listing.ts';
import { AssetSchema } from '../schema/market.ts';
import { type Session, unfollowed } from '../session.ts';
import {
  findBenchmark,
  factorModelUpdatedAt,
  findFactorModel,
  listBenchmarks,
  listFactorModels,
  putBenchmark,
  putFactorModel,
} from './benchmark-store.ts';
import { type PriceMatrix, priceMatrixOf } from './price-matrix.ts';
import { insertUnlessTaken, rowOf, taken, updateVersion } from './rows.ts';
import { fxSeries, lastValues, priceSeries, putSeries, readFloats, readSeries } from './series.ts';

const fields = {
  displayName: textField('display_name'),
  assetClass: textField('asset_class'),
  sector: textField('sector'),
  country: textField('country'),
  currency: textField('currency'),
  createdAt: instantField('created_at'),
  updatedAt: instantField('updated_at'),
};

const dayOf = (date: CalendarDate | undefined): number | undefined =>
  date === undefined ? undefined : dayNumber(date);

export class StoredMarket implements MarketStore {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async findAsset(id: string): Promise<Asset | undefined> {
    return (await this.#session.manager.findOne(Asset, { tenant: this.#session.tenant, id }, unfollowed)) ?? undefined;
  }

  /** In the order asked; those that are not there are left out. */
  async findAssets(ids: readonly string[]): Promise<readonly Asset[]> {
    // PostgreSQL has no text with a NUL and refuses to be asked for one.
    const possible = new Set(ids.filter((id) => !id.includes('\0')));
    if (possible.size === 0) return [];
    const where = { tenant: this.#session.tenant, id: { $in: [...possible] } };
    const rows = await this.#session.manager.find(Asset, where, unfollowed);
    return pageOf({ rows: ids }, rows, ({ id }) => id).rows;
  }

  async listAssets(query: ListQuery): Promise<Page<Asset>> {
    const { tenant } = this.#session;
    const listed = { table: 'assets', id: textField('id'), fields, within: { tenant } };
    const page = await pageOfIds(this.#session, listed, query);
    return { ...page, rows: await this.findAssets(page.rows) };
  }

  async addAsset(asset: Asset): Promise<void> {
    const row = rowOf(AssetSchema, asset, { tenant: this.#session.tenant });
    if (!(await insertUnlessTaken(this.#session, Asset, row))) throw taken(`assets/${asset.id}`);
  }

  async updateAsset(asset: Asset, expectedVersion: number): Promise<void> {
    const key = { tenant: this.#session.tenant, id: asset.id };
    await updateVersion(
      this.#session,
      Asset,
      key,
      rowOf(AssetSchema, asset, key),
      expectedVersion,
      `assets/${asset.id}`,
    );
    asset.version = expectedVersion + 1;
  }

  /** A replaced asset keeps the time of its creation and counts its version on. Rows are locked in the order of ids: no deadlock. */
  async putAssets(assets: readonly Asset[]): Promise<void> {
    const byId = new Map(
      assets.map((asset) => [asset.id, rowOf(AssetSchema, asset, { tenant: this.#session.tenant })]),
    );
    const rows = [...byId.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    if (rows.length === 0) return;
    const kept = new Set(['tenant', 'id', 'version', 'createdAt']);
    const { props } = this.#session.manager.getMetadata().get(Asset);
    const replaced = props.filter(({ name }) => !kept.has(name)).map(({ fieldNames }) => fieldNames[0]!);
    const merged = Object.fromEntries(replaced.map((column) => [column, raw(`excluded.${column}`)]));
    await this.#session.manager
      .createQueryBuilder(Asset)
      .insert(rows as unknown as RequiredEntityData<Asset>[])
      .onConflict(['tenant', 'id'])
      .merge({ ...merged, version: raw('assets.version + 1') } as object)
      .execute('run');
  }

  async putPrices(assetId: string, points: readonly PricePoint[]): Promise<void> {
    const values = points.map(({ date, price }) => ({ day: dayNumber(date), value: price }));
    await putSeries(this.#session, priceSeries, [assetId], values);
  }

  async prices(assetId: string, from?: CalendarDate, to?: CalendarDate): Promise<readonly PricePoint[]> {
    const found = await readSeries(this.#session, priceSeries, [assetId], dayOf(from), dayOf(to));
    return found.map(({ day, value }) => ({ date: dateOfDay(day), price: value }));
  }

  async lastPrices(assetIds: readonly string[], on: CalendarDate): Promise<ReadonlyMap<string, PricePoint>> {
    const keys = [...new Set(assetIds)].map((id) => [id]);
    const found = await lastValues(this.#session, priceSeries, keys, dayNumber(on));
    return new Map(found.map(({ key, day, value }) => [key[0]!, { date: dateOfDay(day), price: value }]));
  }

  async priceMatrix(assetIds: readonly string[], from?: CalendarDate, to?: CalendarDate): Promise<PriceMatrix> {
    const series = await readFloats(this.#session, priceSeries, [...new Set(assetIds)]);
    return priceMatrixOf(series, assetIds, dayOf(from), dayOf(to));
  }

  /** Pair by pair, in the order of names: no deadlock. */
  async putFxRates(points: readonly FxPoint[]): Promise<void> {
    const pairs = Map.groupBy(points, ({ base, quote }) => `${base}/${quote}`);
    for (const pair of [...pairs.keys()].sort()) {
      const rates = pairs.get(pair)!;
      const values = rates.map(({ date, rate }) => ({ day: dayNumber(date), value: rate }));
      await putSeries(this.#session, fxSeries, [rates[0]!.base, rates[0]!.quote], values);
    }
  }

  async fxRates(base: string, quote: string, from?: CalendarDate, to?: CalendarDate): Promise<readonly FxPoint[]> {
    const found = await readSeries(this.#session, fxSeries, [base, quote], dayOf(from), dayOf(to));
    return found.map(({ day, value }) => ({ base, quote, date: dateOfDay(day), rate: value }));
  }

  /** The newer of the pair and its inverse, the pair itself on the same day. An inverted rate is rounded half-even to ten decimals. */
  async lastFxRate(
    base: string,
    quote: string,
    on: CalendarDate,
  ): Promise<{ readonly rate: Decimal; readonly date: CalendarDate } | undefined> {
    if (base === quote) return { rate: new Decimal(1), date: on };
    const pairs = [
      [base, quote],
      [quote, base],
    ];
    const found = await lastValues(this.#session, fxSeries, pairs, dayNumber(on));
    const newest = found.sort((a, b) => b.day - a.day || (a.key[0] === base ? -1 : 1))[0];
    if (newest === undefined) return undefined;
    const direct = newest.key[0] === base;
    const rate = direct ? newest.value : new Decimal(1).div(newest.value).toDecimalPlaces(decimalsMax);
    return { rate, date: dateOfDay(newest.day) };
  }

  findBenchmark(id: string, on?: CalendarDate): Promise<Benchmark | undefined> {
    return findBenchmark(this.#session, id, on);
  }

  listBenchmarks(query: ListQuery): Promise<Page<Benchmark>> {
    return listBenchmarks(this.#session, query);
  }

  putBenchmark(benchmark: Benchmark): Promise<void> {
    return putBenchmark(this.#session, benchmark);
  }

  findFactorModel(id: string): Promise<FactorModel | undefined> {
    return findFactorModel(this.#session, id);
  }

  factorModelUpdatedAt(id: string): Promise<Date | undefined> {
    return factorModelUpdatedAt(this.#session, id);
  }

  listFactorModels(query: ListQuery): Promise<Page<FactorModel>> {
    return listFactorModels(this.#session, query);
  }

  putFactorModel(model: FactorModel): Promise<void> {
    return putFactorModel(this.#session, model);
  }
}
