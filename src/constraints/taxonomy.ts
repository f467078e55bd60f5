/** Which assets belong to a named class, sector, country, currency, issuer or group. */
import type { Holdings } from '../problem/situation.ts';
import type { Universe, UniverseAsset } from '../problem/universe.ts';
import { assetClassName, cashClass } from './asset-class-name.ts';

/** A way to divide the universe. `group` names one of the client's own taxonomies in `UniverseAsset.groups`. */
export type Taxonomy =
  | { readonly kind: 'asset-class' }
  | { readonly kind: 'sector' }
  | { readonly kind: 'country' }
  | { readonly kind: 'currency' }
  | { readonly kind: 'issuer' }
  | { readonly kind: 'group'; readonly name: string };

/** The word that selects a taxonomy in texts and in `by`: these, then the keys of the assets' own groups. */
const fixed: Readonly<Record<string, Taxonomy>> = {
  class: { kind: 'asset-class' },
  sector: { kind: 'sector' },
  country: { kind: 'country' },
  currency: { kind: 'currency' },
  issuer: { kind: 'issuer' },
};

/** Every taxonomy of a universe by the word that selects it: `class`, `sector`, `country`, `currency`, `issuer`, then the client's own. */
export function taxonomiesOf(universe: Universe): ReadonlyMap<string, Taxonomy> {
  const own = groupTaxonomies(universe).filter((name) => !Object.hasOwn(fixed, name));
  return new Map<string, Taxonomy>([
    ...Object.entries(fixed),
    ...own.map((name): [string, Taxonomy] => [name, { kind: 'group', name }]),
  ]);
}

/** The name under which a taxonomy is spoken of: `sector`, `asset class`, `theme`. */
export function taxonomyLabel(taxonomy: Taxonomy): string {
  if (taxonomy.kind === 'group') return taxonomy.name;
  return taxonomy.kind === 'asset-class' ? 'asset class' : taxonomy.kind;
}

/** The name that an asset carries in a taxonomy, as the asset writes it. */
export function nameIn(asset: UniverseAsset, taxonomy: Taxonomy): string | undefined {
  switch (taxonomy.kind) {
    case 'asset-class':
      return asset.assetClass;
    case 'group':
      return Object.hasOwn(asset.groups, taxonomy.name) ? asset.groups[taxonomy.name] : undefined;
    default:
      return asset[taxonomy.kind];
  }
}

/** Two names mean the same when this is the same: names as written, asset classes by their canonical name. */
export function nameKey(taxonomy: Taxonomy, name: string): string {
  return taxonomy.kind === 'asset-class' ? assetClassName(name) : name;
}

export function sameName(taxonomy: Taxonomy, left: string, right: string): boolean {
  return nameKey(taxonomy, left) === nameKey(taxonomy, right);
}

export function belongs(asset: UniverseAsset, taxonomy: Taxonomy, name: string): boolean {
  const own = nameIn(asset, taxonomy);
  return own !== undefined && sameName(taxonomy, own, name);
}

/** Uninvested cash is a member of the asset class Cash and of nothing else. */
export function includesCash(taxonomy: Taxonomy, name: string): boolean {
  return taxonomy.kind === 'asset-class' && assetClassName(name) === cashClass;
}

/** Every name that occurs, in order of first appearance. */
export function namesOf(universe: Universe, taxonomy: Taxonomy): readonly string[] {
  return [...new Set(universe.assets.map((asset) => nameIn(asset, taxonomy)).filter((name) => name !== undefined))];
}

/** The client's own taxonomies, in order of first appearance. */
export function groupTaxonomies(universe: Universe): readonly string[] {
  return [...new Set(universe.assets.flatMap((asset) => Object.keys(asset.groups)))];
}

/** Total weight held in a named part, with the uninvested cash where it belongs. The definition that `check` measures. */
export function weightIn(universe: Universe, taxonomy: Taxonomy, name: string, holdings: Holdings): number {
  let total = includesCash(taxonomy, name) ? holdings.cash : 0;
  for (const [position, asset] of universe.assets.entries()) {
    if (belongs(asset, taxonomy, name)) total += holdings.weights[position]!;
  }
  return total;
}

/** `Energy, Technology and 9 more`, for messages. */
export function listed(names: readonly string[], most = 12): string {
  if (names.length === 0) return 'none';
  if (names.length <= most) return names.join(', ');
  return `${names.slice(0, most).join(', ')} and ${String(names.length - most)} more`;
}
