/** Numeric characteristics of assets, by name. */
import type { Universe, UniverseAsset } from '../problem/universe.ts';

export function characteristicOf({ characteristics = {} }: UniverseAsset, name: string): number | undefined {
  return Object.hasOwn(characteristics, name) ? characteristics[name] : undefined;
}

/** Every name that occurs, in order of first appearance. */
export function characteristicNames(universe: Universe): readonly string[] {
  return [...new Set(universe.assets.flatMap((asset) => Object.keys(asset.characteristics ?? {})))];
}
