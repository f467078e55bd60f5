/** What a name in an expression means: an asset, a class, sector, country, currency, issuer or group, or a characteristic. */
import { positionsById } from '../problem/universe.ts';
import type { Universe } from '../problem/universe.ts';
import { characteristicNames } from './characteristics.ts';
import type { Term } from './expression.ts';
import { elsewheres, ExpressionError } from './expression.ts';
import { amongKnown, nearestName } from './nearest-name.ts';
import { includesCash, listed, nameKey, namesOf, taxonomiesOf } from './taxonomy.ts';
import type { Taxonomy } from './taxonomy.ts';

export type Name = Extract<Term, { kind: 'name' }>;
export type Meaning =
  | { readonly kind: 'asset'; readonly position: number }
  | { readonly kind: 'part'; readonly taxonomy: Taxonomy; readonly name: string }
  | { readonly kind: 'characteristic'; readonly name: string };

/** Found only where their qualifier says so: an issuer is often called like its asset, a characteristic is no weight. */
const qualifiedOnly: ReadonlySet<string> = new Set(['currency', 'issuer']);
const characteristicQualifier = 'characteristic';

const quoted = (word: string): string => (/^[\p{L}_][\p{L}\p{M}\p{N}_.]*$/u.test(word) ? word : JSON.stringify(word));

/** What names mean in a universe, made once: a text may hold hundreds of names, a universe thousands of assets. */
interface Dictionary {
  readonly positions: ReadonlyMap<string, number>;
  /** Keys of the names of each taxonomy, by the qualifier. */
  readonly taxonomies: ReadonlyMap<string, { readonly taxonomy: Taxonomy; readonly keys: ReadonlySet<string> }>;
}

const dictionaries = new WeakMap<Universe, Dictionary>();

function dictionaryOf(universe: Universe): Dictionary {
  const known = dictionaries.get(universe);
  if (known !== undefined) return known;
  const taxonomies = new Map(
    [...taxonomiesOf(universe)].map(([qualifier, taxonomy]) => {
      const keys = new Set(namesOf(universe, taxonomy).map((name) => nameKey(taxonomy, name)));
      return [qualifier, { taxonomy, keys }] as const;
    }),
  );
  const made = { positions: positionsById(universe), taxonomies };
  dictionaries.set(universe, made);
  return made;
}

/** All that a name may mean, each with the text that says it without doubt. */
function meaningsOf(term: Name, universe: Universe): readonly { readonly choice: string; readonly meaning: Meaning }[] {
  const found: { choice: string; meaning: Meaning }[] = [];
  const { positions, taxonomies } = dictionaryOf(universe);
  if (term.qualifier === characteristicQualifier && characteristicNames(universe).includes(term.name)) {
    const choice = `${characteristicQualifier}:${quoted(term.name)}`;
    return [{ choice, meaning: { kind: 'characteristic', name: term.name } }];
  }
  if (term.qualifier === undefined || term.qualifier === 'asset') {
    const position = positions.get(term.name);
    if (position !== undefined)
      found.push({ choice: `asset:${quoted(term.name)}`, meaning: { kind: 'asset', position } });
  }
  for (const [qualifier, { taxonomy, keys }] of taxonomies) {
    if (term.qualifier === undefined ? qualifiedOnly.has(qualifier) : term.qualifier !== qualifier) continue;
    if (!includesCash(taxonomy, term.name) && !keys.has(nameKey(taxonomy, term.name))) continue;
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

/** Every name that could have been written in place of the unknown one, as it has to be written. */
function candidatesFor({ qualifier }: Name, universe: Universe): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const add = (name: string, before: string): void => {
    if (!names.has(name)) names.set(name, before + quoted(name));
  };
  if (qualifier === characteristicQualifier)
    for (const name of characteristicNames(universe)) add(name, `${qualifier}:`);
  if (qualifier === 'asset') for (const { id } of universe.assets) add(id, 'asset:');
  for (const [word, taxonomy] of taxonomiesOf(universe)) {
    if (qualifier === undefined ? qualifiedOnly.has(word) : qualifier !== word) continue;
    for (const name of namesOf(universe, taxonomy)) add(name, qualifier === undefined ? '' : `${quoted(word)}:`);
  }
  if (qualifier === undefined) {
    for (const { id } of universe.assets) add(id, '');
    for (const word of qualifiedOnly)
      for (const name of namesOf(universe, taxonomiesOf(universe).get(word)!)) add(name, `${word}:`);
    for (const name of characteristicNames(universe)) add(name, `${characteristicQualifier}:`);
  }
  return names;
}

function unknownText(term: Name, universe: Universe): string {
  const taxonomies = taxonomiesOf(universe);
  const { qualifier, name } = term;
  if (qualifier !== undefined && ![...taxonomies.keys(), 'asset', characteristicQualifier].includes(qualifier)) {
    const words = ['asset', ...taxonomies.keys(), characteristicQualifier];
    const known = amongKnown(qualifier, words, (word) => `${quoted(word)}:${quoted(name)}`);
    return `${JSON.stringify(qualifier)} is no taxonomy${known}`;
  }
  const elsewhere = elsewheres.find((word) => word === name);
  if (qualifier === undefined && elsewhere !== undefined)
    return `${elsewhere} stands before what is summed in it: ${elsewhere}(...), as in Energy <= ${elsewhere}(Energy) + 2 %`;
  const candidates = candidatesFor(term, universe);
  const near = nearestName(name, candidates.keys());
  const meant = near === undefined ? '' : ` did you mean ${candidates.get(near)!}?`;
  const where = qualifier === undefined || qualifier === 'asset' ? '' : ' here';
  const known = [...candidates].filter(([, text]) => qualifier !== undefined || !text.includes(':'));
  return `nothing is called ${JSON.stringify(name)}${where};${meant} known: ${listed(known.map(([each]) => each))}`;
}
