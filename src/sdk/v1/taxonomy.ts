/** Groups of assets by the names that clients use for them. */
import type { UniverseAsset } from '../../problem/universe.ts';

/** The asset's name in a taxonomy: `sector`, `asset-class`, `country`, `currency`, `issuer`, or a key in its own groups. */
export function groupOf(asset: UniverseAsset, taxonomy: string): string | undefined {
  switch (taxonomy) {
    case 'sector':
      return asset.sector;
    case 'asset-class':
      return asset.assetClass;
    case 'country':
      return asset.country;
    case 'currency':
      return asset.currency;
    case 'issuer':
      return asset.issuer;
    default:
      return Object.hasOwn(asset.groups, taxonomy) ? asset.groups[taxonomy] : undefined;
  }
}
