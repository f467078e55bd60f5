/** Use cases on assets and their markets: create, read, list and update assets, import and read series, benchmarks and factor models. */
import type { CallContext, UnitOfWork } from '../values/call.ts';
import { isCalendarDate } from '../values/clock.ts';
import type { CalendarDate, Clock } from '../values/clock.ts';
import { refuse } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import { readCurrency, shown } from '../values/fields.ts';
import type { ListQuery, Page } from '../values/listing.ts';
import { readId } from '../values/resource-name.ts';
import { checkEtag, notFound, readMask } from '../values/update-mask.ts';
import { assetFields, readAsset } from './admission.ts';
import { unknownHoldings } from './holdings.ts';
import { Asset } from './asset.ts';
import type { Benchmark, FactorModel, FxPoint, PricePoint } from './asset.ts';
import type {
  AssetDraft,
  AssetRow,
  BenchmarkHeader,
  BenchmarkWeightRow,
  FactorExposureRow,
  FactorModelHeader,
  FxRateRow,
  PriceRow,
} from './draft.ts';
import {
  checkedAssets,
  checkedBenchmark,
  checkedFactorModel,
  storeAssets,
  storeBenchmark,
  storeFactorModel,
} from './model-import.ts';
import type { MarketStore } from './ports.ts';
import { checkedFxRates, checkedPrices, storeFxRates, storePrices } from './series-import.ts';

export interface MarketStores {
  readonly market: MarketStore;
}

/** A page of a series, oldest first. Empty dates are open ends; `after` is the date that the page before ended with. */
export interface SeriesQuery {
  readonly startDate: string;
  readonly endDate: string;
  readonly limit: number;
  readonly after?: CalendarDate;
}

export interface Stored {
  /** Rows stored. */
  readonly stored: number;
}

type Rows<Row> = AsyncIterable<Row> | Iterable<Row>;

export class Assets {
  private readonly units: UnitOfWork<MarketStores>;
  private readonly clock: Clock;

  constructor(units: UnitOfWork<MarketStores>, clock: Clock) {
    this.units = units;
    this.clock = clock;
  }

  /** @throws Fault with every problem of the draft; ALREADY_EXISTS. */
  async create(id: string, draft: AssetDraft, context: CallContext): Promise<Asset> {
    const violations: Violation[] = [];
    const asset = new Asset();
    asset.tenant = context.tenant;
    asset.id = readId(id, 'asset_id', violations);
    readAsset(draft, asset, 'asset', violations);
    refuse(violations);
    asset.createdAt = this.clock.now();
    asset.updatedAt = asset.createdAt;
    return this.units.write(context, async ({ market }) => {
      refuse(await unknownHoldings([asset], market, () => 'asset'));
      await market.addAsset(asset);
      return asset;
    });
  }

  /** @throws Fault NOT_FOUND. */
  async get(id: string, context: CallContext): Promise<Asset> {
    return this.units.read(context, ({ market }) => existing(market, id));
  }

  async list(query: ListQuery, context: CallContext): Promise<Page<Asset>> {
    return this.units.read(context, ({ market }) => market.listAssets(query));
  }

  /** Replaces the fields that the mask names. @throws Fault ETAG_REQUIRED, ETAG_MISMATCH, NOT_FOUND, or every problem of the draft. */
  async update(
    id: string,
    draft: AssetDraft,
    mask: readonly string[],
    etag: string,
    context: CallContext,
  ): Promise<Asset> {
    const violations: Violation[] = [];
    const fields = readMask(mask, assetFields, violations);
    readAsset(draft, new Asset(), 'asset', violations, fields);
    refuse(violations);
    return this.units.write(context, async ({ market }) => {
      const asset = await existing(market, id);
      checkEtag(etag, asset.version, `assets/${id}`);
      const expected = asset.version;
      readAsset(draft, asset, 'asset', violations, fields);
      refuse(await unknownHoldings([asset], market, () => 'asset'));
      asset.updatedAt = this.clock.now();
      await market.updateAsset(asset, expected);
      asset.version = expected + 1;
      return asset;
    });
  }

  /** Assets that exist are replaced. @throws Fault IMPORT_REJECTED with every bad row; nothing is stored then. */
  async importAssets(rows: Rows<AssetRow>, context: CallContext): Promise<Stored> {
    const checked = await checkedAssets(rows);
    return this.store(context, (market) => storeAssets(checked, market, context.tenant, this.clock));
  }

  /** @throws Fault IMPORT_REJECTED with every bad row; nothing is stored then. */
  async importPrices(rows: Rows<PriceRow>, context: CallContext): Promise<Stored> {
    const checked = await checkedPrices(rows, this.clock.now());
    return this.store(context, (market) => storePrices(checked, market));
  }

  /** @throws Fault IMPORT_REJECTED with every bad row; nothing is stored then. */
  async importFxRates(rows: Rows<FxRateRow>, context: CallContext): Promise<Stored> {
    const checked = await checkedFxRates(rows, this.clock.now());
    return this.store(context, (market) => storeFxRates(checked, market));
  }

  /** Weights must sum to 1 within 1e-6; they are never renormalised. @throws Fault IMPORT_REJECTED with every bad row. */
  async importBenchmark(
    header: BenchmarkHeader,
    rows: Rows<BenchmarkWeightRow>,
    context: CallContext,
  ): Promise<Stored> {
    const checked = await checkedBenchmark(header, rows);
    return this.store(context, (market) => storeBenchmark(checked, market, context.tenant, this.clock));
  }

  /** The factor covariance must be symmetric positive semidefinite. @throws Fault IMPORT_REJECTED with every bad row. */
  async importFactorModel(
    header: FactorModelHeader,
    rows: Rows<FactorExposureRow>,
    context: CallContext,
  ): Promise<Stored> {
    const checked = await checkedFactorModel(header, rows);
    return this.store(context, (market) => storeFactorModel(checked, market, context.tenant, this.clock));
  }

  async prices(assetId: string, query: SeriesQuery, context: CallContext): Promise<Page<PricePoint>> {
    const [from, to] = window(query, []);
    return this.units.read(context, async ({ market }) => {
      await existing(market, assetId);
      return page(await market.prices(assetId, from, to), query);
    });
  }

  async fxRates(base: string, quote: string, query: SeriesQuery, context: CallContext): Promise<Page<FxPoint>> {
    const violations: Violation[] = [];
    readCurrency(base, 'base_currency', violations);
    readCurrency(quote, 'quote_currency', violations);
    const [from, to] = window(query, violations);
    return this.units.read(context, async ({ market }) => page(await market.fxRates(base, quote, from, to), query));
  }

  /** The weights in force on the date; the newest when it is empty. */
  async benchmark(id: string, asOfDate: string, context: CallContext): Promise<Benchmark> {
    if (asOfDate !== '') refuse(dateViolations(asOfDate, 'as_of_date'));
    return this.units.read(context, async ({ market }) => {
      const found = await (asOfDate === '' ? market.findBenchmark(id) : market.findBenchmark(id, asOfDate));
      if (found === undefined) throw notFound(`benchmarks/${id}`);
      return found;
    });
  }

  async benchmarks(query: ListQuery, context: CallContext): Promise<Page<Benchmark>> {
    return this.units.read(context, ({ market }) => market.listBenchmarks(query));
  }

  async factorModel(id: string, context: CallContext): Promise<FactorModel> {
    return this.units.read(context, async ({ market }) => {
      const found = await market.findFactorModel(id);
      if (found === undefined) throw notFound(`factorModels/${id}`);
      return found;
    });
  }

  async factorModels(query: ListQuery, context: CallContext): Promise<Page<FactorModel>> {
    return this.units.read(context, ({ market }) => market.listFactorModels(query));
  }

  /** The one write of an import. A caller who has gone away in the middle of the rows must not leave half of them behind. */
  private async store(context: CallContext, work: (market: MarketStore) => Promise<number>): Promise<Stored> {
    context.signal.throwIfAborted();
    return this.units.write(context, async ({ market }) => ({ stored: await work(market) }));
  }
}

async function existing(market: MarketStore, id: string): Promise<Asset> {
  const asset = await market.findAsset(id);
  if (asset === undefined) throw notFound(`assets/${id}`);
  return asset;
}

function dateViolations(date: string, field: string): Violation[] {
  return isCalendarDate(date) ? [] : [{ field, description: `must be a date YYYY-MM-DD; got ${shown(date)}` }];
}

/** Ends of the window with the page token applied; refuses bad dates together with `violations`. */
function window(
  query: SeriesQuery,
  violations: readonly Violation[],
): readonly [CalendarDate | undefined, CalendarDate | undefined] {
  const { startDate, endDate, after } = query;
  refuse([
    ...violations,
    ...(startDate === '' ? [] : dateViolations(startDate, 'start_date')),
    ...(endDate === '' ? [] : dateViolations(endDate, 'end_date')),
    ...(startDate !== '' && endDate !== '' && startDate > endDate
      ? [{ field: 'end_date', description: 'must not be before start_date' }]
      : []),
  ]);
  const from = after !== undefined && after > startDate ? after : startDate;
  return [from === '' ? undefined : from, endDate === '' ? undefined : endDate];
}

function page<Point extends { readonly date: CalendarDate }>(
  points: readonly Point[],
  query: SeriesQuery,
): Page<Point> {
  const { after, limit } = query;
  const rest = after === undefined ? points : points.filter((point) => point.date > after);
  const rows = rest.slice(0, limit);
  const last = rows.at(-1);
  return rest.length > rows.length && last !== undefined ? { rows, next: [last.date] } : { rows };
}
