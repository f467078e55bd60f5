/** AssetService: one line each, from the message to the use case and back. */
import { AssetServiceService } from '../../gen/veritasvault/portfolio/v1/asset_service.ts';
import type { Asset } from '../../market/asset.ts';
import type { Assets, SeriesQuery, Stored } from '../../market/assets.ts';
import * as codec from '../codecs/asset.ts';
import { idsOf } from '../codecs/values.ts';
import { served } from '../handler.ts';
import type { Served } from '../handler.ts';
import { benchmarkRows, exposureRows, flattened, mapped } from '../import-rows.ts';
import type { Edge } from '../edge.ts';
import { change, clientStream, unary } from '../method.ts';
import type { Handlers } from '../method.ts';
import { listing, pageTo } from '../paging.ts';
import type { ListRequest, Listing, ListRules } from '../paging.ts';

const assetRules: ListRules = {
  method: 'ListAssets',
  filters: {
    display_name: { property: 'displayName', contains: true },
    asset_class: { property: 'assetClass', contains: true },
    sector: { property: 'sector', contains: true },
    country: { property: 'country', contains: true },
    currency_code: { property: 'currency', contains: true },
  },
  orders: { name: 'id', display_name: 'displayName' },
};
const series = { sizeMax: 5000, sizeDefault: 1000 };
const rowBytes = { receiveBytes: 4_194_304 };
const modelBytes = { receiveBytes: 16_777_216 };

const assetId = (name: string, field = 'name'): string => idsOf(name, ['assets'], field)[0] ?? '';
const storedTo = ({ stored }: Stored): { stored: bigint } => ({ stored: BigInt(stored) });

interface SeriesRequest extends ListRequest {
  readonly startDate: string;
  readonly endDate: string;
}

/** A page of a series; what its token holds is the last date. */
function seriesPage(request: SeriesRequest, method: string): Listing & { readonly series: SeriesQuery } {
  const page = listing(request, { method, ...series });
  const after = page.query.after?.[0];
  const { startDate, endDate } = request;
  return {
    ...page,
    series: { startDate, endDate, limit: page.query.limit, ...(after === undefined ? {} : { after }) },
  };
}

export function assetService(assets: Assets, edge: Edge): Served {
  return served(
    AssetServiceService,
    {
      createAsset: change(
        (request, context) => assets.create(request.assetId, codec.assetFrom(request.asset), context),
        (asset: Asset) => codec.assetTo(asset),
      ),
      getAsset: unary(async ({ name }, context) => codec.assetTo(await assets.get(assetId(name), context))),
      listAssets: unary(async (request, context) => {
        const page = listing(request, assetRules);
        const { rows, nextPageToken } = await pageTo(page, assets.list(page.query, context), codec.assetTo);
        return { assets: rows, nextPageToken };
      }),
      updateAsset: change(({ asset, updateMask }, context) => {
        const id = assetId(asset?.name ?? '', 'asset.name');
        return assets.update(id, codec.assetFrom(asset), updateMask ?? [], asset?.etag ?? '', context);
      }, codec.assetTo),
      ...imports(assets),
      listPrices: unary(async (request, context) => {
        const id = assetId(request.parent, 'parent');
        const page = seriesPage(request, 'ListPrices');
        const { rows, nextPageToken } = await pageTo(page, assets.prices(id, page.series, context), (point) =>
          codec.priceTo(id, point),
        );
        return { prices: rows, nextPageToken };
      }),
      listFxRates: unary(async (request, context) => {
        const page = seriesPage(request, 'ListFxRates');
        const found = assets.fxRates(request.baseCurrency, request.quoteCurrency, page.series, context);
        const { rows, nextPageToken } = await pageTo(page, found, codec.fxRateTo);
        return { rates: rows, nextPageToken };
      }),
      ...modelReads(assets),
    },
    edge,
  );
}

type Imports = Pick<
  Handlers<typeof AssetServiceService>,
  'importAssets' | 'importPrices' | 'importFxRates' | 'importBenchmarkWeights' | 'importFactorModel'
>;

/** Client streams: rows are read as they come. */
function imports(assets: Assets): Imports {
  return {
    importAssets: clientStream(
      (requests, context) =>
        assets.importAssets(
          mapped(requests, ({ asset }) => codec.assetRowFrom(asset)),
          context,
        ),
      storedTo,
      rowBytes,
    ),
    importPrices: clientStream(
      (requests, context) =>
        assets.importPrices(
          flattened(requests, ({ prices }) => prices.map(codec.priceFrom)),
          context,
        ),
      storedTo,
      rowBytes,
    ),
    importFxRates: clientStream(
      (requests, context) =>
        assets.importFxRates(
          flattened(requests, ({ rates }) => rates.map(codec.fxRateFrom)),
          context,
        ),
      storedTo,
      rowBytes,
    ),
    importBenchmarkWeights: clientStream(
      async (requests, context) => {
        const { header, rows } = await benchmarkRows(requests);
        return assets.importBenchmark(
          codec.benchmarkHeaderFrom(header),
          mapped(rows, codec.benchmarkWeightFrom),
          context,
        );
      },
      storedTo,
      rowBytes,
    ),
    importFactorModel: clientStream(
      async (requests, context) => {
        const { header, rows } = await exposureRows(requests);
        return assets.importFactorModel(
          codec.factorModelHeaderFrom(header),
          mapped(rows, codec.factorExposureFrom),
          context,
        );
      },
      storedTo,
      modelBytes,
    ),
  };
}

type ModelReads = Pick<
  Handlers<typeof AssetServiceService>,
  'getBenchmark' | 'listBenchmarks' | 'getFactorModel' | 'listFactorModels'
>;

/** Benchmarks and factor models. */
function modelReads(assets: Assets): ModelReads {
  return {
    getBenchmark: unary(async ({ name, asOfDate }, context) =>
      codec.benchmarkTo(await assets.benchmark(idsOf(name, ['benchmarks'])[0] ?? '', asOfDate, context)),
    ),
    listBenchmarks: unary(async (request, context) => {
      const page = listing(request, { method: 'ListBenchmarks' });
      const { rows, nextPageToken } = await pageTo(page, assets.benchmarks(page.query, context), codec.benchmarkTo);
      return { benchmarks: rows.map((benchmark) => ({ ...benchmark, weights: [] })), nextPageToken };
    }),
    getFactorModel: unary(async ({ name }, context) =>
      codec.factorModelTo(await assets.factorModel(idsOf(name, ['factorModels'])[0] ?? '', context)),
    ),
    listFactorModels: unary(async (request, context) => {
      const page = listing(request, { method: 'ListFactorModels' });
      const found = assets.factorModels(page.query, context);
      const { rows, nextPageToken } = await pageTo(page, found, (model) => codec.factorModelTo(model, false));
      return { factorModels: rows, nextPageToken };
    }),
  };
}
