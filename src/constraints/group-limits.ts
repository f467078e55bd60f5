/** One implementation for limits on named parts of a portfolio: asset classes, countries, sectors and custom groups. */
import type { ConstraintHandler, Holdings, Measured, Situation } from '../problem/situation.ts';
import type { Lowered, Origin } from '../problem/problem.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { formOf, rowOf } from './linear-form.ts';
import { admitRange, fieldOf, fractionOfValue, invalid, measured, percent, rangeSchema, rangeText } from './range.ts';
import type { Range } from './range.ts';
import { groupTaxonomies, includesCash, listed, namesOf, sameName, taxonomyLabel, weightIn } from './taxonomy.ts';
import type { Taxonomy } from './taxonomy.ts';

/** Name of the part -> range of its total weight. */
export type Limits = Readonly<Record<string, Range>>;

export interface GroupLimits {
  readonly taxonomy: Taxonomy;
  readonly limits: Limits;
  /** Path of `limits` below `parameters`. */
  readonly field: string;
}

export function limitsSchema(
  what: string,
  examples: readonly Record<string, Record<string, number>>[],
): JsonSchema<Limits> {
  return {
    type: 'object',
    title: `Limits by ${what}`,
    description: `Name of the ${what} -> range of the total weight held in it, as a fraction of net asset value (0.4 for 40 %).`,
    additionalProperties: rangeSchema('total weight, fraction of net asset value'),
    propertyNames: { type: 'string', minLength: 1, maxLength: 255 },
    minProperties: 1,
    examples,
  };
}

const textOf = (taxonomy: Taxonomy, name: string, range: Range): string =>
  `${taxonomyLabel(taxonomy)} ${name} ${rangeText(range, percent)}`;

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
  const known = namesOf(situation.universe, taxonomy);
  const label = taxonomyLabel(taxonomy);
  for (const [name, range] of Object.entries(limits)) {
    const at = fieldOf(field, name);
    if (includesCash(taxonomy, name) || known.some((other) => sameName(taxonomy, other, name))) continue;
    const unmet =
      range.min !== undefined && range.min > 0 ? `, so that at least ${percent(range.min)} cannot be met` : '';
    violations.push(invalid(at, `no asset has ${label} ${JSON.stringify(name)}${unmet}; known: ${listed(known)}`));
  }
  return violations;
}

/** Makes the handler of one taxonomy. `read` finds the limits in the parameters, whatever their shape. */
export function groupHandler<Parameters>(
  description: Pick<ConstraintHandler<Parameters>, 'type' | 'title' | 'description' | 'schema'>,
  read: (parameters: Parameters) => GroupLimits,
): ConstraintHandler<Parameters> {
  return {
    ...description,
    version: '1.0.0',
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
          invalid('taxonomy', `no asset has a group of taxonomy ${named}; known: ${listed(known)}`),
          ...admitRanges(limits),
        ];
      }
      return admitLimits(limits, situation);
    },
    lower(parameters: Parameters, situation: Situation, origin: (text: string) => Origin): Lowered {
      const { taxonomy, limits } = read(parameters);
      return {
        rows: Object.entries(limits).map(([name, range]) =>
          rowOf(formOf(situation.universe, taxonomy, name), range, origin(textOf(taxonomy, name, range))),
        ),
      };
    },
    check(parameters: Parameters, holdings: Holdings, situation: Situation): readonly Measured[] {
      const { taxonomy, limits } = read(parameters);
      return Object.entries(limits).map(([name, range]) =>
        measured(
          textOf(taxonomy, name, range),
          weightIn(situation.universe, taxonomy, name, holdings),
          range,
          fractionOfValue,
        ),
      );
    },
  };
}
