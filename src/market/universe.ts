/** Assets as the universe of a problem: the order of the assets is the order of every vector. */
import type { Universe, UniverseAsset } from '../problem/universe.ts';
import type { Asset } from './asset.ts';

/** Empty texts and unknown capitalizations are absent in the universe. */
export function universeOf(assets: readonly Asset[]): Universe {
  return { assets: assets.map(universeAssetOf) };
}

function universeAssetOf(asset: Asset): UniverseAsset {
  return {
    id: asset.id,
    ...(asset.displayName === '' ? {} : { name: asset.displayName }),
    ...(asset.assetClass === '' ? {} : { assetClass: asset.assetClass }),
    ...(asset.sector === '' ? {} : { sector: asset.sector }),
    ...(asset.country === '' ? {} : { country: asset.country }),
    ...(asset.currency === '' ? {} : { currency: asset.currency }),
    groups: asset.groups,
    ...(asset.marketCapitalization === null ? {} : { marketCapitalization: asset.marketCapitalization.toNumber() }),
  };
}
