/**
 * The universe fixes the order of every vector: position i of each (n) array speaks of `assets[i]`. Cash is not an asset of the
 * universe: its weight is what the assets leave, `1 - sum(w)`, it has no variance and earns the risk-free rate.
 */
export interface UniverseAsset {
  readonly id: string;
  readonly name?: string;
  readonly assetClass?: string;
  /** GICS sector or the caller's own. */
  readonly sector?: string;
  /** ISO 3166-1 alpha-2, or the caller's own region name. */
  readonly country?: string;
  readonly currency?: string;
  /** Further taxonomies: `{ region: 'Europe', theme: 'Water' }`. */
  readonly groups: Readonly<Record<string, string>>;
  /** Market capitalization in one currency for the whole universe; any unit, only ratios are used. */
  readonly marketCapitalization?: number;
  /** Who stands behind it; several assets may share one. */
  readonly issuer?: string;
  /** Average value traded in a day, as a multiple of the portfolio's net asset value: 0.5 when a day's trade is half of it. */
  readonly averageDailyValue?: number;
  /** Smallest tradable quantity, above 0: what is traded is a whole multiple of it. */
  readonly lotSize?: number;
  /** Value of a quantity of 1, a share, as a fraction of the portfolio's net asset value; above 0. */
  readonly unitValue?: number;
  /** Numeric characteristics by name: `{ 'esg-score': 7.1, duration: 4.2 }`, each in a unit of its own, the same for all assets. */
  readonly characteristics?: Readonly<Record<string, number>>;
  /** Of a fund: what it holds. Only constraints that look through it read this; what the weights leave is the fund's own. */
  readonly holdings?: readonly FundHolding[];
}

/** A part of a fund. */
export interface FundHolding {
  readonly asset: UniverseAsset;
  /** Fraction of the fund's net asset value. */
  readonly weight: number;
}

export interface Universe {
  readonly assets: readonly UniverseAsset[];
}

/** Named exposures (loadings) of each asset: n x k, row-major. */
export interface FactorExposures {
  readonly names: readonly string[];
  readonly exposures: Float64Array;
}

/** Position of every id in the universe. */
export function positionsById(universe: Universe): ReadonlyMap<string, number> {
  return new Map(universe.assets.map((asset, position) => [asset.id, position]));
}
