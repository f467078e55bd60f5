import type { CalendarDate } from '../values/clock.ts';
import type { Decimal } from '../values/decimal.ts';
import type { ListQuery, Page } from '../values/listing.ts';
import type { Asset, Benchmark, FactorModel, FxPoint, PricePoint } from './asset.ts';

/** Assets and series of the tenant of the unit of work. */
export interface MarketStore {
  findAsset(id: string): Promise<Asset | undefined>;
  findAssets(ids: readonly string[]): Promise<readonly Asset[]>;
  listAssets(query: ListQuery): Promise<Page<Asset>>;
  /** Inserts; Fault ALREADY_EXISTS when the id is taken. */
  addAsset(asset: Asset): Promise<void>;
  /** Stores changes if the version is still the expected one; Fault ETAG_MISMATCH otherwise. */
  updateAsset(asset: Asset, expectedVersion: number): Promise<void>;
  /** Inserts or replaces. */
  putAssets(assets: readonly Asset[]): Promise<void>;

  /** Merges into the series of the asset; same dates are replaced. Stored as arrays, not a row per price. */
  putPrices(assetId: string, points: readonly PricePoint[]): Promise<void>;
  /** Ascending by date, inclusive ends. */
  prices(assetId: string, from?: CalendarDate, to?: CalendarDate): Promise<readonly PricePoint[]>;
  /** Newest price on or before the date, by asset; assets without one are absent. */
  lastPrices(assetIds: readonly string[], on: CalendarDate): Promise<ReadonlyMap<string, PricePoint>>;
  /** Prices as floats for estimation: days ascending and a row per asset in the order asked, NaN where missing. */
  priceMatrix(
    assetIds: readonly string[],
    from?: CalendarDate,
    to?: CalendarDate,
  ): Promise<{ readonly days: Int32Array; readonly prices: Float64Array /* T x n row-major */ }>;

  putFxRates(points: readonly FxPoint[]): Promise<void>;
  fxRates(base: string, quote: string, from?: CalendarDate, to?: CalendarDate): Promise<readonly FxPoint[]>;
  /** Newest rate on or before the date: units of `quote` for one `base`; the inverse pair counts too. 1 when they are equal. */
  lastFxRate(
    base: string,
    quote: string,
    on: CalendarDate,
  ): Promise<{ readonly rate: Decimal; readonly date: CalendarDate } | undefined>;

  /** Weights in force on the date, the newest when absent. */
  findBenchmark(id: string, on?: CalendarDate): Promise<Benchmark | undefined>;
  listBenchmarks(query: ListQuery): Promise<Page<Benchmark>>;
  putBenchmark(benchmark: Benchmark): Promise<void>;

  findFactorModel(id: string): Promise<FactorModel | undefined>;
  /** When it last changed, without reading it. */
  factorModelUpdatedAt(id: string): Promise<Date | undefined>;
  listFactorModels(query: ListQuery): Promise<Page<FactorModel>>;
  putFactorModel(model: FactorModel): Promise<void>;
}
