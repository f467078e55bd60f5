/** Parts of a portfolio as a matrix: how much of each asset belongs to each part, funds looked through where that is asked for. */
import type { Universe, UniverseAsset } from '../problem/universe.ts';
import { partsOf } from './look-through.ts';
import { partKeyOf } from './parts.ts';
import type { PartsParameters } from './parts.ts';

export type SharedPartsParameters = PartsParameters & { readonly lookThrough?: boolean };

/** What tells one part from another: its name in the taxonomy, or the id of the asset that stands alone. */
function keyOf(asset: UniverseAsset, parameters: PartsParameters): string {
  const key = partKeyOf(asset, parameters);
  return key === undefined ? `asset ${asset.id}` : `part ${key}`;
}

export interface PartShares {
  readonly count: number;
  /** (g x n) row-major: share of asset i that belongs to part p. */
  readonly shares: Float64Array;
}

/** Parts in order of first appearance. */
export function partShares(parameters: SharedPartsParameters, { assets }: Universe): PartShares {
  const n = assets.length;
  const rows = new Map<string, Float64Array>();
  for (const [position, asset] of assets.entries())
    for (const part of partsOf(asset, parameters.lookThrough === true)) {
      const key = keyOf(part.asset, parameters);
      const row = rows.get(key) ?? new Float64Array(n);
      row[position]! += part.share;
      rows.set(key, row);
    }
  const shares = new Float64Array(rows.size * n);
  for (const [index, row] of [...rows.values()].entries()) shares.set(row, index * n);
  return { count: rows.size, shares };
}

/** (g) total weight of each part: what is held in it, and what funds hold in it. The definition that `check` measures. */
export function totalsByPart(
  parameters: SharedPartsParameters,
  { assets }: Universe,
  weights: Float64Array,
): Float64Array {
  const totals = new Map<string, number>();
  const add = (asset: UniverseAsset, weight: number): void => {
    const { holdings = [] } = asset;
    let left = 1;
    if (parameters.lookThrough === true)
      for (const holding of holdings) {
        add(holding.asset, weight * holding.weight);
        left -= holding.weight;
      }
    const key = keyOf(asset, parameters);
    totals.set(key, (totals.get(key) ?? 0) + weight * left);
  };
  for (const [position, asset] of assets.entries()) add(asset, weights[position]!);
  return Float64Array.from(totals.values());
}
