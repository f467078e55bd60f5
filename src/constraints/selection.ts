/** Which assets a list constraint speaks of: by id, or by class, sector, country, currency, issuer or group; the union of all that is named. */
import type { Situation } from '../problem/situation.ts';
import type { Universe, UniverseAsset } from '../problem/universe.ts';
import { positionsById } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { amongKnown } from './nearest-name.ts';
import { fieldOf, invalid } from './range.ts';
import { belongs, groupTaxonomies, namesOf, sameName, taxonomyLabel } from './taxonomy.ts';
import type { Taxonomy } from './taxonomy.ts';

export type Selection = {
  readonly everything?: true;
  readonly assets?: readonly string[];
  readonly assetClasses?: readonly string[];
  readonly sectors?: readonly string[];
  readonly countries?: readonly string[];
  readonly currencies?: readonly string[];
  readonly issuers?: readonly string[];
  /** Taxonomy -> names of its groups. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
};

interface Named {
  readonly taxonomy: Taxonomy;
  readonly names: readonly string[];
  readonly field: string;
}

const namesSchema = (title: string, description: string): JsonSchema => ({
  type: 'array',
  title,
  description,
  items: { type: 'string', minLength: 1, maxLength: 255 },
  minItems: 1,
});

/** `everything` is offered only where it makes sense. */
export function selectionSchema(title: string, everything: boolean): JsonSchema<Selection> {
  return {
    type: 'object',
    title,
    description: 'The assets meant: the union of everything named.',
    properties: {
      ...(everything
        ? { everything: { const: true, title: 'Everything', description: 'true: every asset of the universe.' } }
        : {}),
      assets: namesSchema('Assets', 'Asset ids.'),
      assetClasses: namesSchema('Asset classes', 'Compared by canonical name: Equities = Equity = Stocks.'),
      sectors: namesSchema('Sectors', 'Compared as written.'),
      countries: namesSchema('Countries', 'Compared as written.'),
      currencies: namesSchema('Currencies', 'Compared as written.'),
      issuers: namesSchema('Issuers', 'Compared as written.'),
      groups: {
        type: 'object',
        title: 'Groups',
        description: 'Taxonomy -> names of its groups, compared as written.',
        additionalProperties: namesSchema('Groups', 'Names of groups.'),
      },
    },
    additionalProperties: false,
    minProperties: 1,
  };
}

function namedParts(selection: Selection): readonly Named[] {
  const parts: Named[] = [
    { taxonomy: { kind: 'asset-class' }, names: selection.assetClasses ?? [], field: 'assetClasses' },
    { taxonomy: { kind: 'sector' }, names: selection.sectors ?? [], field: 'sectors' },
    { taxonomy: { kind: 'country' }, names: selection.countries ?? [], field: 'countries' },
    { taxonomy: { kind: 'currency' }, names: selection.currencies ?? [], field: 'currencies' },
    { taxonomy: { kind: 'issuer' }, names: selection.issuers ?? [], field: 'issuers' },
  ];
  for (const [name, names] of Object.entries(selection.groups ?? {})) {
    parts.push({ taxonomy: { kind: 'group', name }, names, field: fieldOf('groups', name) });
  }
  return parts;
}

/** So many unknown ids are named, the rest is counted. */
const shownMax = 20;

/** Every name that the universe does not know, with those that it does. */
export function admitSelection(selection: Selection, situation: Situation): Violation[] {
  const { universe } = situation;
  const violations: Violation[] = [];
  const positions = positionsById(universe);
  const ids = [...positions.keys()];
  const unknownIds = [...(selection.assets ?? []).entries()].filter(([, id]) => !positions.has(id));
  for (const [index, id] of unknownIds.slice(0, shownMax))
    violations.push(invalid(`assets[${String(index)}]`, `no asset has id ${JSON.stringify(id)}${amongKnown(id, ids)}`));
  if (unknownIds.length > shownMax)
    violations.push(invalid('assets', `${String(unknownIds.length - shownMax)} more ids are of no asset`));
  for (const { taxonomy, names, field } of namedParts(selection)) {
    if (taxonomy.kind === 'group' && !groupTaxonomies(universe).includes(taxonomy.name)) {
      violations.push(
        invalid(field, `no asset has a group of this taxonomy${amongKnown(taxonomy.name, groupTaxonomies(universe))}`),
      );
      continue;
    }
    const known = namesOf(universe, taxonomy);
    for (const [index, name] of names.entries()) {
      if (known.some((other) => sameName(taxonomy, other, name))) continue;
      const label = taxonomyLabel(taxonomy);
      violations.push(
        invalid(
          `${field}[${String(index)}]`,
          `no asset has ${label} ${JSON.stringify(name)}${amongKnown(name, known)}`,
        ),
      );
    }
  }
  if (violations.length === 0 && positionsOf(selection, universe).length === 0)
    violations.push(invalid('', 'names no asset'));
  return violations;
}

/** Positions of the assets meant, ascending. */
export function positionsOf(selection: Selection, universe: Universe): readonly number[] {
  const isMeant = meantBy(selection);
  return [...universe.assets.keys()].filter((position) => isMeant(universe.assets[position]!));
}

/** Whether an asset, of the universe or in a fund, is named or belongs to something named. */
export function meantBy(selection: Selection): (asset: UniverseAsset) => boolean {
  const ids = new Set(selection.assets);
  const parts = namedParts(selection).filter(({ names }) => names.length > 0);
  return (asset) =>
    selection.everything === true ||
    ids.has(asset.id) ||
    parts.some(({ taxonomy, names }) => names.some((name) => belongs(asset, taxonomy, name)));
}

/** What is named, in the client's words: `Energy, XOM`. */
export function selectionText(selection: Selection): string {
  if (selection.everything === true) return 'every asset';
  return [...(selection.assets ?? []), ...namedParts(selection).flatMap(({ names }) => names)].join(', ');
}
