/** Assets and series as the caller wrote them; nothing is checked yet. Names of assets are resource names, `assets/AAPL`. */

export interface AssetDraft {
  readonly displayName: string;
  readonly assetClass: string;
  readonly sector: string;
  readonly country: string;
  readonly currencyCode: string;
  readonly groups: Readonly<Record<string, string>>;
  /** Empty: 1. */
  readonly lotSize: string;
  /** Empty: unknown. */
  readonly marketCapitalization: string;
  readonly identifiers: Readonly<Record<string, string>>;
  readonly issuer: string;
  /** Empty: unknown. */
  readonly averageDailyValue: string;
  readonly characteristics: Readonly<Record<string, number>>;
  readonly holdings: readonly { readonly asset: string; readonly weight: number }[];
}

export interface AssetRow extends AssetDraft {
  readonly name: string;
}

export interface PriceRow {
  readonly asset: string;
  readonly date: string;
  readonly amount: string;
}

export interface FxRateRow {
  readonly baseCurrency: string;
  readonly quoteCurrency: string;
  readonly date: string;
  readonly rate: string;
}

export interface BenchmarkHeader {
  /** `benchmarks/{benchmark}`. */
  readonly name: string;
  readonly displayName: string;
  readonly effectiveDate: string;
}

export interface BenchmarkWeightRow {
  readonly asset: string;
  readonly weight: number;
}

export interface FactorModelHeader {
  /** `factorModels/{factor_model}`. */
  readonly name: string;
  readonly displayName: string;
  readonly factors: readonly string[];
  /** k x k, row-major. Absent or another length: refused. */
  readonly factorCovariance?: Float64Array;
}

export interface FactorExposureRow {
  readonly asset: string;
  readonly exposures: readonly number[];
  readonly specificVariance: number;
}
