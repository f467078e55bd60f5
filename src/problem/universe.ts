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
