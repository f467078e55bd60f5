/** Which asset lies in which sleeve. */
import { groupOf, listed, unknownAssets } from '@veritasvault/portfolio/sdk/v1';
import type { Situation, Universe, UniverseAsset, Violation } from '@veritasvault/portfolio/sdk/v1';

export interface Split {
  readonly by?: string;
  readonly sleeves?: Readonly<Record<string, readonly string[]>>;
}

export interface Sleeve {
  readonly name: string;
  /** In the universe. */
  readonly positions: readonly number[];
}

/** Sleeves by name, in the order of the names, so that the answer does not depend on how assets are listed. */
export function sleevesOf(split: Split, { assets }: Universe): readonly Sleeve[] {
  const owners = ownersOf(split);
  const members = new Map<string, number[]>();
  assets.forEach((asset, position) => {
    for (const name of owners(asset)) members.set(name, [...(members.get(name) ?? []), position]);
  });
  return [...members].map(([name, positions]) => ({ name, positions })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function ownersOf({ by, sleeves = {} }: Split): (asset: UniverseAsset) => readonly string[] {
  if (by !== undefined)
    return (asset) => {
      const name = groupOf(asset, by);
      return name === undefined ? [] : [name];
    };
  const owners = new Map<string, string[]>();
  for (const [name, ids] of Object.entries(sleeves))
    for (const id of new Set(ids)) owners.set(id, [...(owners.get(id) ?? []), name]);
  return ({ id }) => owners.get(id) ?? [];
}

/** What a user can mend of how the universe is split, and of what is said of single sleeves. */
export function admitSplit(
  split: Split & { readonly [key in 'insideOf' | 'bands']?: Readonly<Record<string, unknown>> },
  { universe }: Situation,
): readonly Violation[] {
  const { by, sleeves } = split;
  if ((by === undefined) === (sleeves === undefined))
    return [
      { field: 'by', description: 'either `by`, a taxonomy, or `sleeves`, lists of assets, is required, not both' },
    ];
  const violations: Violation[] = [];
  for (const [name, ids] of Object.entries(sleeves ?? {}))
    violations.push(...unknownAssets(ids, universe, (_, index) => `sleeves[${JSON.stringify(name)}][${index}]`));
  const owners = ownersOf(split);
  const field = by === undefined ? 'sleeves' : 'by';
  const homeless = universe.assets.filter((asset) => owners(asset).length === 0);
  if (homeless.length > 0) violations.push({ field, description: `leaves ${idsOf(homeless)} without a sleeve` });
  const torn = universe.assets.filter((asset) => owners(asset).length > 1);
  if (torn.length > 0) violations.push({ field, description: `puts ${idsOf(torn)} into more than one sleeve` });
  const names = new Set(sleevesOf(split, universe).map(({ name }) => name));
  for (const key of ['insideOf', 'bands'] as const)
    for (const name of Object.keys(split[key] ?? {})) {
      if (names.has(name)) continue;
      violations.push({ field: `${key}[${JSON.stringify(name)}]`, description: `there is no sleeve ${name}` });
    }
  return violations;
}

function idsOf(assets: readonly UniverseAsset[]): string {
  return listed(assets.map(({ id }) => id));
}
