/** One implementation for limits on named parts of a portfolio: asset classes, countries, sectors, currencies, issuers and custom groups. */
import type { ConstraintHandler, Holdings, Measured, Situation } from '../problem/situation.ts';
import type { Lowered, Origin, Row } from '../problem/problem.ts';
import type { Universe } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { cashClass } from './asset-class-name.ts';
import { formOf, relativeForm, rowOf } from './linear-form.ts';
import { admitLookThrough, eachThrough, partsOf, universeThrough } from './look-through.ts';
import { amongKnown } from './nearest-name.ts';
import { admitRange, fieldOf, fractionOfValue, invalid, measured, percent, rangeText } from './range.ts';
import { admitRelative, centreOf, limitSchema, relativeText } from './relative.ts';
import type { Limit, RelativeTo } from './relative.ts';
import { groupTaxonomies, includesCash, nameIn, nameKey, namesOf, taxonomyLabel } from './taxonomy.ts';
import type { Taxonomy } from './taxonomy.ts';

/** Name of the part -> range of its total weight; `*` stands for every name that is not given itself. */
export type Limits = Readonly<Record<string, Limit>>;

export interface GroupLimits {
  readonly taxonomy: Taxonomy;
  readonly limits: Limits;
  /** Path of `limits` below `parameters`. */
  readonly field: string;
}

const everyOther = '*';

/** What the descriptions of all these handlers end with. */
const limitsDescription =
  'A range with relativeTo is of the difference to the weight in the benchmark or to the weight held now; with lookThrough a fund counts with what it holds, ' +
  'by weight, and what its holdings leave counts as the fund itself. The name * stands for every name that is not given itself.';

export function limitsSchema(
  what: string,
  examples: readonly Record<string, Record<string, string | number | boolean>>[],
): JsonSchema<Limits> {
  return {
    type: 'object',
    title: `Limits by ${what}`,
    description: `Name of the ${what} -> range of the total weight held in it, as a fraction of net asset value (0.4 for 40 %); * for every other ${what}.`,
    additionalProperties: limitSchema('total weight, fraction of net asset value'),
    propertyNames: { type: 'string', minLength: 1, maxLength: 255 },
    minProperties: 1,
    examples,
  };
}

const isThrough = ({ lookThrough }: Limit): boolean => lookThrough === true;

function textOf(taxonomy: Taxonomy, name: string, limit: Limit): string {
  const through = limit.lookThrough === true ? ', funds looked through,' : '';
  return `${taxonomyLabel(taxonomy)} ${name}${through}${relativeText(limit.relativeTo)} ${rangeText(limit, percent)}`;
}

/** The limits by name, `*` written out. */
function limitsByName({ taxonomy, limits }: GroupLimits, universe: Universe): readonly (readonly [string, Limit])[] {
  const named = new Set(Object.keys(limits).map((name) => nameKey(taxonomy, name)));
  return Object.entries(limits).flatMap(([name, limit]): (readonly [string, Limit])[] => {
    if (name !== everyOther) return [[name, limit]];
    const others = namesOf(universeThrough(universe, limit.lookThrough === true), taxonomy).filter((other) => {
      const key = nameKey(taxonomy, other);
      return !named.has(key) && named.add(key);
    });
    return others.map((other) => [other, limit]);
  });
}

/** What is wrong whatever the universe: nothing limited, bad ranges, one part named twice. */
function admitRanges({ taxonomy, limits, field }: GroupLimits): Violation[] {
  const violations: Violation[] = [];
  const label = taxonomyLabel(taxonomy);
  const first = new Map<string, string>();
  if (Object.keys(limits).length === 0) violations.push(invalid(field, `needs the range of at least one ${label}`));
  for (const [name, range] of Object.entries(limits)) {
    const at = fieldOf(field, name);
    violations.push(...admitRange(range, at));
    const key = nameKey(taxonomy, name);
    const twin = first.get(key);
    if (twin === undefined) first.set(key, name);
    else violations.push(invalid(at, `names the same ${label} as ${JSON.stringify(twin)}; give it once`));
  }
  return violations;
}

function admitLimits(groupLimits: GroupLimits, situation: Situation): Violation[] {
  const { taxonomy, limits, field } = groupLimits;
  const violations = admitRanges(groupLimits);
  const label = taxonomyLabel(taxonomy);
  const known = (lookThrough: boolean): readonly string[] =>
    namesOf(universeThrough(situation.universe, lookThrough), taxonomy);
  const [plainly, through] = [known(false), Object.values(limits).some(isThrough) ? known(true) : []];
  const keysOf = (names: readonly string[]): ReadonlySet<string> =>
    new Set(names.map((each) => nameKey(taxonomy, each)));
  const [keys, keysThrough] = [keysOf(plainly), keysOf(through)];
  for (const [name, limit] of Object.entries(limits)) {
    const at = fieldOf(field, name);
    const names = isThrough(limit) ? through : plainly;
    violations.push(...admitRelative(limit.relativeTo, `${at}.relativeTo`, situation));
    if (isThrough(limit)) violations.push(...admitLookThrough(situation.universe, `${at}.lookThrough`));
    if (name === everyOther && names.length === 0) violations.push(invalid(at, `no asset has any ${label}`));
    if (name === everyOther || includesCash(taxonomy, name)) continue;
    if ((isThrough(limit) ? keysThrough : keys).has(nameKey(taxonomy, name))) continue;
    const unmet =
      limit.min !== undefined && limit.min > 0 ? `, so that at least ${percent(limit.min)} cannot be met` : '';
    violations.push(invalid(at, `no asset has ${label} ${JSON.stringify(name)}${unmet}${amongKnown(name, names)}`));
  }
  return violations;
}

/** By key of a name the positions that belong to it, ascending, with how much of each does. All names at once: there may be thousands. */
function membersByName(
  universe: Universe,
  taxonomy: Taxonomy,
  lookThrough: boolean,
): ReadonlyMap<string, ReadonlyMap<number, number>> {
  const byName = new Map<string, Map<number, number>>();
  for (const [position, asset] of universe.assets.entries())
    for (const part of partsOf(asset, lookThrough)) {
      const name = nameIn(part.asset, taxonomy);
      if (name === undefined) continue;
      const key = nameKey(taxonomy, name);
      let members = byName.get(key);
      if (members === undefined) {
        members = new Map<number, number>();
        byName.set(key, members);
      }
      members.set(position, (members.get(position) ?? 0) + part.share);
    }
  return byName;
}

/** Total weight by key of a name at holdings, from its definition, with the uninvested cash where it belongs. */
function totalsByName(
  universe: Universe,
  taxonomy: Taxonomy,
  lookThrough: boolean,
  { weights, cash }: Holdings,
): ReadonlyMap<string, number> {
  const totals = new Map<string, number>();
  const add = (key: string, weight: number): void => void totals.set(key, (totals.get(key) ?? 0) + weight);
  if (taxonomy.kind === 'asset-class') add(cashClass, cash);
  for (const [position, asset] of universe.assets.entries())
    eachThrough(
      asset,
      weights[position]!,
      () => lookThrough,
      (each, weight) => {
        const name = nameIn(each, taxonomy);
        if (name !== undefined) add(nameKey(taxonomy, name), weight);
      },
    );
  return totals;
}

/** What `make` returns, made once for each of its arguments. */
function once<Made>(make: (lookThrough: boolean, relativeTo: RelativeTo) => Made): typeof make {
  const made = new Map<string, Made>();
  return (lookThrough, relativeTo) => {
    const key = `${String(lookThrough)} ${relativeTo}`;
    const known = made.get(key) ?? make(lookThrough, relativeTo);
    made.set(key, known);
    return known;
  };
}

function lowerLimits(limits: GroupLimits, situation: Situation, origin: (text: string) => Origin): Lowered {
  const { universe } = situation;
  const { taxonomy } = limits;
  const members = once((lookThrough) => membersByName(universe, taxonomy, lookThrough));
  const centres = once((_, relativeTo) => centreOf(relativeTo, situation));
  const rows = limitsByName(limits, universe).map(([name, limit]): Row => {
    const centre = centres(false, limit.relativeTo ?? 'none');
    const stated = origin(textOf(taxonomy, name, limit));
    if (includesCash(taxonomy, name))
      return rowOf(relativeForm(formOf(universe, taxonomy, name, isThrough(limit)), centre), limit, stated);
    const own = members(isThrough(limit), 'none').get(nameKey(taxonomy, name)) ?? new Map<number, number>();
    const entries = [...own].filter(([, share]) => share !== 0);
    const there = entries.reduce((total, [position, share]) => total + share * centre.weights[position]!, 0);
    return {
      positions: Int32Array.from(entries, ([position]) => position),
      coefficients: Float64Array.from(entries, ([, share]) => share),
      lower: limit.min === undefined ? -Infinity : limit.min + there,
      upper: limit.max === undefined ? Infinity : limit.max + there,
      origin: stated,
    };
  });
  return { rows };
}

function checkLimits(limits: GroupLimits, holdings: Holdings, situation: Situation): readonly Measured[] {
  const { universe } = situation;
  const { taxonomy } = limits;
  const here = once((lookThrough) => totalsByName(universe, taxonomy, lookThrough, holdings));
  const there = once((lookThrough, relativeTo) =>
    totalsByName(universe, taxonomy, lookThrough, centreOf(relativeTo, situation)),
  );
  return limitsByName(limits, universe).map(([name, limit]) => {
    const { relativeTo = 'none' } = limit;
    const key = nameKey(taxonomy, name);
    const value = here(isThrough(limit), 'none').get(key) ?? 0;
    const compared = relativeTo === 'none' ? 0 : (there(isThrough(limit), relativeTo).get(key) ?? 0);
    return measured(textOf(taxonomy, name, limit), value - compared, limit, fractionOfValue);
  });
}

/** Makes the handler of one taxonomy. `read` finds the limits in the parameters, whatever their shape. */
export function groupHandler<Parameters>(
  description: Pick<ConstraintHandler<Parameters>, 'type' | 'title' | 'description' | 'schema'>,
  read: (parameters: Parameters) => GroupLimits,
): ConstraintHandler<Parameters> {
  return {
    ...description,
    description: `${description.description} ${limitsDescription}`,
    version: '1.1.0',
    references: [],
    convexity: 'linear',
    priority: 0,
    admitParameters: (parameters: Parameters) => admitRanges(read(parameters)),
    admit(parameters: Parameters, situation: Situation): readonly Violation[] {
      const limits = read(parameters);
      const known = groupTaxonomies(situation.universe);
      if (limits.taxonomy.kind === 'group' && !known.includes(limits.taxonomy.name)) {
        const named = JSON.stringify(limits.taxonomy.name);
        return [
          invalid('taxonomy', `no asset has a group of taxonomy ${named}${amongKnown(limits.taxonomy.name, known)}`),
          ...admitRanges(limits),
        ];
      }
      return admitLimits(limits, situation);
    },
    lower: (parameters: Parameters, situation, origin) => lowerLimits(read(parameters), situation, origin),
    check: (parameters: Parameters, holdings, situation) => checkLimits(read(parameters), holdings, situation),
  };
}
