/** Assets and their series. Plain domain classes; `storage` maps them. */
import type { Decimal } from '../values/decimal.ts';
import type { CalendarDate } from '../values/clock.ts';

export class Asset {
  tenant = '';
  id = '';
  displayName = '';
  assetClass = '';
  sector = '';
  country = '';
  currency = '';
  groups: Record<string, string> = {};
  declare lotSize: Decimal;
  marketCapitalization: Decimal | null = null;
  issuer = '';
  /** Average value traded in a day, in the asset's currency. */
  averageDailyValue: Decimal | null = null;
  characteristics: Record<string, number> = {};
  /** Of a fund; fractions of its net asset value. */
  holdings: { readonly assetId: string; readonly weight: number }[] = [];
  identifiers: Record<string, string> = {};
  version = 1;
  createdAt = new Date(0);
  updatedAt = new Date(0);
}

/** A closing price in the asset's currency. */
export interface PricePoint {
  readonly date: CalendarDate;
  readonly price: Decimal;
}

/** One unit of `base` costs `rate` units of `quote`. */
export interface FxPoint {
  readonly base: string;
  readonly quote: string;
  readonly date: CalendarDate;
  readonly rate: Decimal;
}

/** Weights of a benchmark from `effectiveDate` on; fractions that sum to 1. */
export class Benchmark {
  tenant = '';
  id = '';
  displayName = '';
  effectiveDate: CalendarDate = '';
  weights: { readonly assetId: string; readonly weight: number }[] = [];
  updatedAt = new Date(0);
}

/** exposures (n x k) and factorCovariance (k x k) row-major, specificVariance (n); all annual. */
export class FactorModel {
  tenant = '';
  id = '';
  displayName = '';
  factors: string[] = [];
  assetIds: string[] = [];
  exposures = new Float64Array(0);
  factorCovariance = new Float64Array(0);
  specificVariance = new Float64Array(0);
  updatedAt = new Date(0);
}
