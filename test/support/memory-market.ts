/** Assets and series of one tenant in memory, with the semantics of the stores. What comes out is a copy. */
import type { Asset, Benchmark, FactorModel, FxPoint, PricePoint } from '../../src/market/asset.ts';
import type { MarketStore } from '../../src/market/ports.ts';
import { Decimal } from '../../src/values/decimal.ts';
import { dayNumber } from '../../src/values/clock.ts';
import type { CalendarDate } from '../../src/values/clock.ts';
import { Fault } from '../../src/values/fault.ts';
import type { ListQuery, Page } from '../../src/values/listing.ts';
import { pageOf } from './memory-listing.ts';

/** A copy that keeps the class and shares values that never change. */
export function copyOf<Value extends object>(value: Value): Value {
  const copy = Object.assign(Object.create(Object.getPrototypeOf(value) as object) as Value, value);
  for (const [key, part] of Object.entries(copy)) {
    if (!Array.isArray(part)) continue;
    const parts: unknown[] = part;
    Object.assign(copy, { [key]: parts.map((one) => (typeof one === 'object' && one !== null ? copyOf(one) : one)) });
  }
  return copy;
}

const within = (date: CalendarDate, from?: CalendarDate, to?: CalendarDate): boolean =>
  (from === undefined || date >= from) && (to === undefined || date <= to);

export class MemoryMarket implements MarketStore {
  assetsById = new Map<string, Asset>();
  pricesById = new Map<string, Map<CalendarDate, PricePoint>>();
  fx = new Map<string, FxPoint>();
  benchmarksById = new Map<string, Benchmark[]>();
  modelsById = new Map<string, FactorModel>();

  /** A store of the same content, for rolling back. */
  snapshot(): MemoryMarket {
    const copy = new MemoryMarket();
    copy.assetsById = new Map(this.assetsById);
    copy.pricesById = new Map([...this.pricesById].map(([id, points]) => [id, new Map(points)]));
    copy.fx = new Map(this.fx);
    copy.benchmarksById = new Map([...this.benchmarksById].map(([id, versions]) => [id, [...versions]]));
    copy.modelsById = new Map(this.modelsById);
    return copy;
  }

  async findAsset(id: string): Promise<Asset | undefined> {
    const asset = this.assetsById.get(id);
    return asset === undefined ? undefined : copyOf(asset);
  }

  async findAssets(ids: readonly string[]): Promise<readonly Asset[]> {
    return [...new Set(ids)].flatMap((id) => {
      const asset = this.assetsById.get(id);
      return asset === undefined ? [] : [copyOf(asset)];
    });
  }

  async listAssets(query: ListQuery): Promise<Page<Asset>> {
    return pageOf([...this.assetsById.values()].map(copyOf), query, (asset) => ({
      id: asset.id,
      displayName: asset.displayName,
      assetClass: asset.assetClass,
      sector: asset.sector,
      country: asset.country,
      currency: asset.currency,
    }));
  }

  async addAsset(asset: Asset): Promise<void> {
    if (this.assetsById.has(asset.id)) throw new Fault('ALREADY_EXISTS', `assets/${asset.id} exists`);
    this.assetsById.set(asset.id, copyOf(asset));
  }

  async updateAsset(asset: Asset, expectedVersion: number): Promise<void> {
    if (this.assetsById.get(asset.id)?.version !== expectedVersion) throw new Fault('ETAG_MISMATCH', 'another version');
    const stored = copyOf(asset);
    stored.version = expectedVersion + 1;
    this.assetsById.set(asset.id, stored);
  }

  async putAssets(assets: readonly Asset[]): Promise<void> {
    for (const asset of assets) this.assetsById.set(asset.id, copyOf(asset));
  }

  async putPrices(assetId: string, points: readonly PricePoint[]): Promise<void> {
    const series = this.pricesById.get(assetId) ?? new Map<CalendarDate, PricePoint>();
    for (const point of points) series.set(point.date, point);
    this.pricesById.set(assetId, series);
  }

  async prices(assetId: string, from?: CalendarDate, to?: CalendarDate): Promise<readonly PricePoint[]> {
    return [...(this.pricesById.get(assetId)?.values() ?? [])]
      .filter(({ date }) => within(date, from, to))
      .sort((one, other) => (one.date < other.date ? -1 : 1));
  }

  async lastPrices(assetIds: readonly string[], on: CalendarDate): Promise<ReadonlyMap<string, PricePoint>> {
    const last = new Map<string, PricePoint>();
    for (const id of assetIds) {
      const point = (await this.prices(id, undefined, on)).at(-1);
      if (point !== undefined) last.set(id, point);
    }
    return last;
  }

  async priceMatrix(
    assetIds: readonly string[],
    from?: CalendarDate,
    to?: CalendarDate,
  ): Promise<{ readonly days: Int32Array; readonly prices: Float64Array }> {
    const series = await Promise.all(assetIds.map((id) => this.prices(id, from, to)));
    const dates = [...new Set(series.flat().map(({ date }) => date))].sort();
    const prices = new Float64Array(dates.length * assetIds.length).fill(Number.NaN);
    for (const [column, points] of series.entries()) {
      for (const { date, price } of points) prices[dates.indexOf(date) * assetIds.length + column] = price.toNumber();
    }
    return { days: Int32Array.from(dates, dayNumber), prices };
  }

  async putFxRates(points: readonly FxPoint[]): Promise<void> {
    for (const point of points) this.fx.set(`${point.base}/${point.quote}/${point.date}`, point);
  }

  async fxRates(base: string, quote: string, from?: CalendarDate, to?: CalendarDate): Promise<readonly FxPoint[]> {
    return [...this.fx.values()]
      .filter((point) => point.base === base && point.quote === quote && within(point.date, from, to))
      .sort((one, other) => (one.date < other.date ? -1 : 1));
  }

  async lastFxRate(
    base: string,
    quote: string,
    on: CalendarDate,
  ): Promise<{ readonly rate: Decimal; readonly date: CalendarDate } | undefined> {
    if (base === quote) return { rate: new Decimal(1), date: on };
    const direct = (await this.fxRates(base, quote, undefined, on)).at(-1);
    const inverse = (await this.fxRates(quote, base, undefined, on)).at(-1);
    if (direct !== undefined && (inverse === undefined || direct.date >= inverse.date)) return direct;
    if (inverse === undefined) return undefined;
    return { rate: new Decimal(1).div(inverse.rate), date: inverse.date };
  }

  async findBenchmark(id: string, on?: CalendarDate): Promise<Benchmark | undefined> {
    const found = this.benchmarksById
      .get(id)
      ?.filter(({ effectiveDate }) => on === undefined || effectiveDate <= on)
      .sort((one, other) => (one.effectiveDate < other.effectiveDate ? -1 : 1))
      .at(-1);
    return found === undefined ? undefined : copyOf(found);
  }

  async listBenchmarks(query: ListQuery): Promise<Page<Benchmark>> {
    const newest = await Promise.all([...this.benchmarksById.keys()].map((id) => this.findBenchmark(id)));
    return pageOf(
      newest.filter((benchmark) => benchmark !== undefined),
      query,
      ({ id }) => ({ id }),
    );
  }

  async putBenchmark(benchmark: Benchmark): Promise<void> {
    const others = (this.benchmarksById.get(benchmark.id) ?? []).filter(
      ({ effectiveDate }) => effectiveDate !== benchmark.effectiveDate,
    );
    this.benchmarksById.set(benchmark.id, [...others, copyOf(benchmark)]);
  }

  async findFactorModel(id: string): Promise<FactorModel | undefined> {
    const model = this.modelsById.get(id);
    return model === undefined ? undefined : copyOf(model);
  }

  async factorModelUpdatedAt(id: string): Promise<Date | undefined> {
    return this.modelsById.get(id)?.updatedAt;
  }

  async listFactorModels(query: ListQuery): Promise<Page<FactorModel>> {
    return pageOf([...this.modelsById.values()].map(copyOf), query, ({ id }) => ({ id }));
  }

  async putFactorModel(model: FactorModel): Promise<void> {
    this.modelsById.set(model.id, copyOf(model));
  }
}
