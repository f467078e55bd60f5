/** What a name in an expression means: an asset, or a class, sector, country or group. */
import type { Universe } from '../problem/universe.ts';
import type { Term } from './expression.ts';
import { ExpressionError } from './expression.ts';
import { groupTaxonomies, includesCash, listed, namesOf, sameName } from './taxonomy.ts';
import type { Taxonomy } from './taxonomy.ts';

export type Name = Extract<Term, { kind: 'name' }>;
export type Meaning =
  | { readonly kind: 'asset'; readonly position: number }
  | { readonly kind: 'part'; readonly taxonomy: Taxonomy; readonly name: string };

const fixed: Readonly<Record<string, Taxonomy>> = {
  class: { kind: 'asset-class' },
  sector: { kind: 'sector' },
  country: { kind: 'country' },
};

/** Every taxonomy by the qualifier that selects it: `class`, `sector`, `country`, then the client's own. */
function taxonomiesOf(universe: Universe): ReadonlyMap<string, Taxonomy> {
  const own = groupTaxonomies(universe).filter((name) => !Object.hasOwn(fixed, name));
  return new Map<string, Taxonomy>([
    ...Object.entries(fixed),
    ...own.map((name): [string, Taxonomy] => [name, { kind: 'group', name }]),
  ]);
}

const quoted = (word: string): string => (/^[\p{L}_][\p{L}\p{M}\p{N}_.]*$/u.test(word) ? word : JSON.stringify(word));

/** All that a name may mean, each with the text that says it without doubt. */
function meaningsOf(term: Name, universe: Universe): readonly { readonly choice: string; readonly meaning: Meaning }[] {
  const found: { choice: string; meaning: Meaning }[] = [];
  if (term.qualifier === undefined || term.qualifier === 'asset') {
    const position = universe.assets.findIndex(({ id }) => id === term.name);
    if (position >= 0) found.push({ choice: `asset:${quoted(term.name)}`, meaning: { kind: 'asset', position } });
  }
  for (const [qualifier, taxonomy] of taxonomiesOf(universe)) {
    if (term.qualifier !== undefined && term.qualifier !== qualifier) continue;
    const known =
      includesCash(taxonomy, term.name) ||
      namesOf(universe, taxonomy).some((name) => sameName(taxonomy, name, term.name));
    if (!known) continue;
    const choice = `${quoted(qualifier)}:${quoted(term.name)}`;
    found.push({ choice, meaning: { kind: 'part', taxonomy, name: term.name } });
  }
  return found;
}

/** The one meaning of a name. Throws ExpressionError when there is none, or more than one, with the choices. */
export function meaningOf(term: Name, universe: Universe): Meaning {
  const meanings = meaningsOf(term, universe);
  const [only] = meanings;
  if (only === undefined) throw new ExpressionError(unknownText(term, universe), term.at);
  if (meanings.length > 1) {
    const choices = meanings.map(({ choice }) => choice).join(', ');
    throw new ExpressionError(`${JSON.stringify(term.name)} is ambiguous; write one of ${choices}`, term.at);
  }
  return only.meaning;
}

function unknownText(term: Name, universe: Universe): string {
  const taxonomies = taxonomiesOf(universe);
  const { qualifier, name } = term;
  if (qualifier !== undefined && qualifier !== 'asset' && !taxonomies.has(qualifier)) {
    return `${JSON.stringify(qualifier)} is no taxonomy; known: ${listed(['asset', ...taxonomies.keys()])}`;
  }
  const taxonomy = qualifier === undefined ? undefined : taxonomies.get(qualifier);
  if (taxonomy !== undefined)
    return `nothing is called ${JSON.stringify(name)} here; known: ${listed(namesOf(universe, taxonomy))}`;
  const parts = qualifier === 'asset' ? [] : [...taxonomies.values()].flatMap((each) => namesOf(universe, each));
  const known = [...new Set([...parts, ...universe.assets.map(({ id }) => id)])];
  return `nothing is called ${JSON.stringify(name)}; known: ${listed(known)}`;
}
