/** Assets, price and FX series as arrays, benchmarks and factor models. */
import { defineEntity } from '@mikro-orm/core';

import { Asset, Benchmark, FactorModel } from '../../market/asset.ts';
import {
  bytes,
  type Check,
  date,
  decimal,
  finite,
  float64,
  holds,
  instant,
  integer,
  json,
  key,
  notNaN,
  real,
  tenant,
  text,
} from '../columns/builders.ts';

const columns = defineEntity.properties;

export const AssetSchema = defineEntity({
  name: 'Asset',
  tableName: 'assets',
  properties: {
    tenant: tenant(),
    id: key(),
    displayName: text(),
    assetClass: text(),
    sector: text(),
    country: text(),
    currency: text(),
    groups: json(),
    lotSize: decimal(),
    marketCapitalization: decimal().nullable(),
    identifiers: json(),
    issuer: text(),
    averageDailyValue: decimal().nullable(),
    characteristics: json(),
    holdings: json(),
    version: integer(),
    createdAt: instant(),
    updatedAt: instant(),
  },
  indexes: [{ name: 'assets_created', properties: ['tenant', 'createdAt', 'id'] }],
  checks: [
    ...notNaN('assets', 'lot_size', 'market_capitalization', 'average_daily_value'),
    holds('assets', 'lot_size_positive', 'lot_size > 0::numeric'),
    holds('assets', 'version_counts', 'version >= 1'),
  ],
});
AssetSchema.setClass(Asset);

/** Exact values beside floats of the same length: estimation reads thousands of them and needs no exactness. */
function series(table: string): { properties: ReturnType<typeof seriesColumns>; checks: Check[] } {
  return {
    properties: seriesColumns(),
    checks: [
      holds(table, 'values_not_nan', `'NaN'::numeric <> ALL ("values")`),
      holds(
        table,
        'lengths_equal',
        `cardinality(days) = cardinality("values") AND octet_length(floats) = (8 * cardinality(days))`,
      ),
      holds(
        table,
        'complete',
        `array_position(days, NULL::integer) IS NULL AND array_position("values", NULL::numeric) IS NULL`,
      ),
    ],
  };
}

/** Days since 1970-01-01 ascending, the value of each day, and the same values as little-endian floats. */
function seriesColumns() {
  return {
    days: columns.array().columnType('int[]'),
    // The ORM reads the type of an array back without its digits; the suite of the schema looks at them itself.
    values: columns.array().columnType('numeric(28,10)[]').ignoreSchemaChanges('type'),
    floats: bytes(),
    updatedAt: instant(),
  };
}

const prices = series('price_series');
export const PriceSeriesSchema = defineEntity({
  name: 'PriceSeries',
  tableName: 'price_series',
  properties: { tenant: tenant(), assetId: key(), ...prices.properties },
  checks: prices.checks,
});

const rates = series('fx_series');
export const FxSeriesSchema = defineEntity({
  name: 'FxSeries',
  tableName: 'fx_series',
  properties: { tenant: tenant(), base: key(), quote: key(), ...rates.properties },
  checks: rates.checks,
});

export const BenchmarkSchema = defineEntity({
  name: 'Benchmark',
  tableName: 'benchmarks',
  properties: { tenant: tenant(), id: key(), displayName: text(), updatedAt: instant() },
});
BenchmarkSchema.setClass(Benchmark);

export const BenchmarkWeightSchema = defineEntity({
  name: 'BenchmarkWeight',
  tableName: 'benchmark_weights',
  properties: {
    tenant: tenant(),
    benchmarkId: key(),
    effectiveDate: date().primary(),
    assetId: key(),
    ordinal: integer(),
    weight: real(),
  },
  checks: finite('benchmark_weights', 'weight'),
});

export const FactorModelSchema = defineEntity({
  name: 'FactorModel',
  tableName: 'factor_models',
  properties: {
    tenant: tenant(),
    id: key(),
    displayName: text(),
    factors: json(),
    assetIds: json(),
    exposures: float64(),
    factorCovariance: float64(),
    specificVariance: float64(),
    updatedAt: instant(),
  },
  checks: [
    holds(
      'factor_models',
      'shapes_agree',
      'octet_length(exposures) = ((8 * jsonb_array_length(factors)) * jsonb_array_length(asset_ids))' +
        ' AND octet_length(factor_covariance) = ((8 * jsonb_array_length(factors)) * jsonb_array_length(factors))' +
        ' AND octet_length(specific_variance) = (8 * jsonb_array_length(asset_ids))',
    ),
  ],
});
FactorModelSchema.setClass(FactorModel);
