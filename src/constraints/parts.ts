/** The parts among which concentration is measured: assets, issuers, or what a taxonomy divides the universe into. */
import type { Situation } from '../problem/situation.ts';
import type { Universe, UniverseAsset } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { amongKnown } from './nearest-name.ts';
import { invalid } from './range.ts';
import { groupTaxonomies, nameIn, nameKey } from './taxonomy.ts';
import type { Taxonomy } from './taxonomy.ts';

export type PartsParameters = {
  readonly by?: 'asset' | 'issuer' | 'asset-class' | 'sector' | 'country' | 'group';
  readonly taxonomy?: string;
};

export const partsSchema = {
  by: {
    type: 'string',
    title: 'By',
    description:
      'What counts as one: an asset, an issuer, an asset class, a sector, a country, or a group of `taxonomy`. An asset that names none stands alone.',
    enum: ['asset', 'issuer', 'asset-class', 'sector', 'country', 'group'],
    default: 'asset',
  },
  taxonomy: {
    type: 'string',
    title: 'Taxonomy',
    description: 'Key in the groups of the assets; only with `by` group.',
    minLength: 1,
    maxLength: 255,
  },
} as const satisfies Readonly<Record<string, JsonSchema>>;

/** The taxonomy whose names make the parts; undefined when each asset is one. */
function taxonomyOf({ by = 'asset', taxonomy = '' }: PartsParameters): Taxonomy | undefined {
  if (by === 'asset') return undefined;
  return by === 'group' ? { kind: 'group', name: taxonomy } : { kind: by };
}

/** What an asset is called in the taxonomy, as it writes it; undefined when it stands alone. */
function partNameOf(asset: UniverseAsset, parameters: PartsParameters): string | undefined {
  const taxonomy = taxonomyOf(parameters);
  return taxonomy === undefined ? undefined : nameIn(asset, taxonomy);
}

/** Two names are of one part when this is the same. */
export function partKey(name: string, parameters: PartsParameters): string {
  const taxonomy = taxonomyOf(parameters);
  return taxonomy === undefined ? name : nameKey(taxonomy, name);
}

/** The key of the part that an asset belongs to; undefined when it stands alone. */
export function partKeyOf(asset: UniverseAsset, parameters: PartsParameters): string | undefined {
  const name = partNameOf(asset, parameters);
  return name === undefined ? undefined : partKey(name, parameters);
}

/** (n) number of the part that each asset belongs to, counted from 0 in order of first appearance. */
export function partsOf(parameters: PartsParameters, universe: Universe): Int32Array {
  const known = new Map<string, number>();
  let count = 0;
  return Int32Array.from(universe.assets, (asset) => {
    const key = partKeyOf(asset, parameters);
    const before = key === undefined ? undefined : known.get(key);
    if (before !== undefined) return before;
    if (key !== undefined) known.set(key, count);
    return count++;
  });
}

/** (g) what each part is called: its name as the first of its assets writes it, or the id of the asset that stands alone. */
export function partNames(parameters: PartsParameters, universe: Universe): readonly string[] {
  const names: string[] = [];
  const parts = partsOf(parameters, universe);
  for (const [position, asset] of universe.assets.entries())
    names[parts[position]!] ??= partNameOf(asset, parameters) ?? asset.id;
  return names;
}

/** (g) total weight of each part. */
export function weightsByPart(parts: Int32Array, weights: Float64Array): Float64Array {
  const totals = new Float64Array(countOf(parts));
  for (const [position, part] of parts.entries()) totals[part]! += weights[position]!;
  return totals;
}

export function countOf(parts: Int32Array): number {
  return parts.reduce((most, part) => Math.max(most, part + 1), 0);
}

export function admitPartsParameters({ by, taxonomy }: PartsParameters): Violation[] {
  if (by === 'group' && taxonomy === undefined) return [invalid('taxonomy', 'is required with "by": "group"')];
  if (by !== 'group' && taxonomy !== undefined)
    return [invalid('taxonomy', 'is only looked at with "by": "group"; leave it out')];
  return [];
}

/** Beyond `admitPartsParameters`: parts that no asset names would be the assets in disguise. */
export function admitParts(parameters: PartsParameters, { universe }: Situation): Violation[] {
  const { by = 'asset', taxonomy } = parameters;
  if (by === 'asset' || admitPartsParameters(parameters).length > 0) return [];
  if (universe.assets.some((asset) => partNameOf(asset, parameters) !== undefined)) return [];
  if (by !== 'group') return [invalid('by', `no asset names its ${by.replace('-', ' ')}`)];
  const known = amongKnown(taxonomy ?? '', groupTaxonomies(universe));
  return [invalid('taxonomy', `no asset has a group of taxonomy ${JSON.stringify(taxonomy)}${known}`)];
}

/** `issuer`, `theme`; an asset that stands alone is one among them. */
export function partLabel({ by = 'asset', taxonomy = '' }: PartsParameters): string {
  return by === 'group' ? taxonomy : by.replace('-', ' ');
}

/** `issuers`, `groups of theme`. */
export function partsLabel({ by = 'asset', taxonomy = '' }: PartsParameters): string {
  const names = {
    asset: 'assets',
    issuer: 'issuers',
    'asset-class': 'asset classes',
    sector: 'sectors',
    country: 'countries',
    group: `groups of ${taxonomy}`,
  } as const;
  return names[by];
}
