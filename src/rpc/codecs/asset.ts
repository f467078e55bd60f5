/** Assets, series, benchmarks and factor models between wire and domain. */
import type {
  Asset as AssetMessage,
  Benchmark as BenchmarkMessage,
  BenchmarkWeight,
  FactorExposure,
  FactorModel as FactorModelMessage,
  FxRate,
  Price,
} from '../../gen/veritasvault/portfolio/v1/asset_service.ts';
import { Asset as AssetFns } from '../../gen/veritasvault/portfolio/v1/asset_service.ts';
import type { Asset, Benchmark, FactorModel, FxPoint, PricePoint } from '../../market/asset.ts';
import type {
  AssetDraft,
  AssetRow,
  BenchmarkHeader,
  BenchmarkWeightRow,
  FactorExposureRow,
  FactorModelHeader,
  FxRateRow,
  PriceRow,
} from '../../market/draft.ts';
import { decimalText } from '../../values/decimal.ts';
import { timestampTo } from './values.ts';
import { matrixNumbers, packedTo } from './numbers.ts';

export function assetFrom(message: AssetMessage = AssetFns.create()): AssetDraft {
  const { name: _name, etag: _etag, createTime: _created, updateTime: _updated, ...draft } = message;
  return draft;
}

export function assetRowFrom(message: AssetMessage | undefined): AssetRow {
  return { name: message?.name ?? '', ...assetFrom(message) };
}

export function assetTo(asset: Asset): AssetMessage {
  return {
    name: `assets/${asset.id}`,
    displayName: asset.displayName,
    assetClass: asset.assetClass,
    sector: asset.sector,
    country: asset.country,
    currencyCode: asset.currency,
    groups: asset.groups,
    lotSize: decimalText(asset.lotSize),
    marketCapitalization: asset.marketCapitalization === null ? '' : decimalText(asset.marketCapitalization),
    identifiers: asset.identifiers,
    issuer: asset.issuer,
    averageDailyValue: asset.averageDailyValue === null ? '' : decimalText(asset.averageDailyValue),
    characteristics: asset.characteristics,
    holdings: asset.holdings.map(({ assetId, weight }) => ({ asset: `assets/${assetId}`, weight })),
    etag: String(asset.version),
    createTime: timestampTo(asset.createdAt),
    updateTime: timestampTo(asset.updatedAt),
  };
}

export function priceFrom({ asset, date, amount }: Price): PriceRow {
  return { asset, date, amount };
}

export function priceTo(assetId: string, { date, price }: PricePoint): Price {
  return { asset: `assets/${assetId}`, date, amount: decimalText(price) };
}

export function fxRateFrom({ baseCurrency, quoteCurrency, date, rate }: FxRate): FxRateRow {
  return { baseCurrency, quoteCurrency, date, rate };
}

export function fxRateTo({ base, quote, date, rate }: FxPoint): FxRate {
  return { baseCurrency: base, quoteCurrency: quote, date, rate: decimalText(rate) };
}

export function benchmarkHeaderFrom({ name, displayName, effectiveDate }: BenchmarkMessage): BenchmarkHeader {
  return { name, displayName, effectiveDate };
}

export function benchmarkWeightFrom({ asset, weight }: BenchmarkWeight): BenchmarkWeightRow {
  return { asset, weight };
}

export function benchmarkTo({ id, displayName, effectiveDate, weights, updatedAt }: Benchmark): BenchmarkMessage {
  return {
    name: `benchmarks/${id}`,
    displayName,
    effectiveDate,
    weights: weights.map(({ assetId, weight }) => ({ asset: `assets/${assetId}`, weight })),
    updateTime: timestampTo(updatedAt),
  };
}

export function factorModelHeaderFrom({
  name,
  displayName,
  factors,
  factorCovariance,
}: FactorModelMessage): FactorModelHeader {
  const header = { name, displayName, factors };
  return factorCovariance === undefined ? header : { ...header, factorCovariance: matrixNumbers(factorCovariance) };
}

export function factorExposureFrom({ asset, exposures, specificVariance }: FactorExposure): FactorExposureRow {
  return { asset, exposures, specificVariance };
}

/** `withExposures` false leaves out what grows with the number of assets. */
export function factorModelTo(model: FactorModel, withExposures = true): FactorModelMessage {
  const count = model.factors.length;
  const exposures = withExposures ? model.assetIds : [];
  return {
    name: `factorModels/${model.id}`,
    displayName: model.displayName,
    factors: model.factors,
    factorCovariance: { rows: count, columns: count, values: [], packed: packedTo(model.factorCovariance) },
    exposures: exposures.map((assetId, row) => ({
      asset: `assets/${assetId}`,
      exposures: [...model.exposures.subarray(row * count, (row + 1) * count)],
      specificVariance: model.specificVariance[row] ?? 0,
    })),
    updateTime: timestampTo(model.updatedAt),
  };
}
