/** One implementation for limits on named parts of a portfolio: asset classes, countries, sectors, currencies, issuers and custom groups. */
import type { ConstraintHandler, Holdings, Measured, Situation } from '../problem/situation.ts';
import type { Lowered, Origin } from '../problem/problem.ts';
import type { Universe } from '../problem/universe.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { formOf, relativeForm, rowOf } from './linear-form.ts';
import { admitLookThrough, sumThrough, universeThrough } from './look-through.ts';
import { amongKnown } from './nearest-name.ts';
import { admitRange, fieldOf, fractionOfValue, invalid, measured, percent, rangeText } from './range.ts';
import { admitRelative, centreOf, limitSchema, relativeText } from './relative.ts';
import type { Limit } from './relative.ts';
import { belongs, groupTaxonomies, includesCash, namesOf, sameName, taxonomyLabel } from './taxonomy.ts';
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
export const limitsDescription =
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

function textOf(taxonomy: Taxonomy, name: string, limit: Limit): string {
  const through = limit.lookThrough === true ? ', funds looked through,' : '';
  return `${taxonomyLabel(taxonomy)} ${name}${through}${relativeText(limit.relativeTo)} ${rangeText(limit, percent)}`;
}

/** The limits by name, `*` written out. */
function limitsByName({ taxonomy, limits }: GroupLimits, universe: Universe): readonly (readonly [string, Limit])[] {
  const names = Object.keys(limits).filter((name) => name !== everyOther);
  return Object.entries(limits).flatMap(([name, limit]): (readonly [string, Limit])[] => {
    if (name !== everyOther) return [[name, limit]];
    const others: string[] = [];
    for (const other of namesOf(universeThrough(universe, limit.lookThrough === true), taxonomy))
      if (![...names, ...others].some((given) => sameName(taxonomy, given, other))) others.push(other);
    return others.map((other) => [other, limit]);
  });
}

/** What is wrong whatever the universe: nothing limited, bad ranges, one part named twice. */
function admitRanges({ taxonomy, limits, field }: GroupLimits): Violation[] {
  const violations: Violation[] = [];
  const label = taxonomyLabel(taxonomy);
  const names = Object.keys(limits);
  if (names.length === 0) violations.push(invalid(field, `needs the range of at least one ${label}`));
  for (const [name, range] of Object.entries(limits)) {
    const at = fieldOf(field, name);
    violations.push(...admitRange(range, at));
    const twin = names.slice(0, names.indexOf(name)).find((other) => sameName(taxonomy, other, name));
    if (twin !== undefined)
      violations.push(invalid(at, `names the same ${label} as ${JSON.stringify(twin)}; give it once`));
  }
  return violations;
}

function admitLimits(groupLimits: GroupLimits, situation: Situation): Violation[] {
  const { taxonomy, limits, field } = groupLimits;
  const violations = admitRanges(groupLimits);
  const label = taxonomyLabel(taxonomy);
  for (const [name, limit] of Object.entries(limits)) {
    const at = fieldOf(field, name);
    const lookThrough = limit.lookThrough === true;
    violations.push(...admitRelative(limit.relativeTo, `${at}.relativeTo`, situation));
    if (lookThrough) violations.push(...admitLookThrough(situation.universe, `${at}.lookThrough`));
    const known = namesOf(universeThrough(situation.universe, lookThrough), taxonomy);
    if (name === everyOther && known.length === 0) violations.push(invalid(at, `no asset has any ${label}`));
    if (name === everyOther || includesCash(taxonomy, name)) continue;
    if (known.some((other) => sameName(taxonomy, other, name))) continue;
    const unmet =
      limit.min !== undefined && limit.min > 0 ? `, so that at least ${percent(limit.min)} cannot be met` : '';
    violations.push(invalid(at, `no asset has ${label} ${JSON.stringify(name)}${unmet}${amongKnown(name, known)}`));
  }
  return violations;
}

/** Total weight in a named part at holdings, from its definition. */
function weightIn(universe: Universe, taxonomy: Taxonomy, name: string, lookThrough: boolean, at: Holdings): number {
  let total = includesCash(taxonomy, name) ? at.cash : 0;
  for (const [position, asset] of universe.assets.entries())
    total += at.weights[position]! * sumThrough(asset, lookThrough, (each) => (belongs(each, taxonomy, name) ? 1 : 0));
  return total;
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
    lower(parameters: Parameters, situation: Situation, origin: (text: string) => Origin): Lowered {
      const { universe } = situation;
      const limits = read(parameters);
      return {
        rows: limitsByName(limits, universe).map(([name, limit]) => {
          const form = formOf(universe, limits.taxonomy, name, limit.lookThrough);
          const relative = relativeForm(form, centreOf(limit.relativeTo, situation));
          return rowOf(relative, limit, origin(textOf(limits.taxonomy, name, limit)));
        }),
      };
    },
    check(parameters: Parameters, holdings: Holdings, situation: Situation): readonly Measured[] {
      const { universe } = situation;
      const limits = read(parameters);
      const { taxonomy } = limits;
      return limitsByName(limits, universe).map(([name, limit]) => {
        const through = limit.lookThrough === true;
        const centre = centreOf(limit.relativeTo, situation);
        const here = weightIn(universe, taxonomy, name, through, holdings);
        const there = limit.relativeTo === undefined ? 0 : weightIn(universe, taxonomy, name, through, centre);
        return measured(textOf(taxonomy, name, limit), here - there, limit, fractionOfValue);
      });
    },
  };
}
