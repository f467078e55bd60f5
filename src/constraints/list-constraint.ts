/** The shape shared by no-buy, no-sell, hold, restricted and exclusion: a range per selected asset around a centre. */
import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { fractionOfValue, invalid, measured } from './range.ts';
import type { Range } from './range.ts';
import { admitSelection, positionsOf, selectionSchema } from './selection.ts';
import type { Selection } from './selection.ts';

export interface ListRule {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  /** Whether the rule may be laid on every asset at once. */
  readonly everything: boolean;
  readonly examples: readonly Selection[];
  /** `no purchase of AAPL`. */
  text(id: string): string;
  /** Range that the rule allows an asset of which so much is held, fractions of net asset value. */
  range(held: number): Range;
  /** `current`: the range is of weight minus what is held. */
  readonly relativeTo: 'none' | 'current';
}

export type ListParameters = Selection & { readonly unknown?: 'refuse' | 'ignore' };

function listSchema({ title, everything, examples }: ListRule): JsonSchema<ListParameters> {
  const { properties = {}, ...schema } = selectionSchema(title, everything);
  const unknown: JsonSchema = {
    type: 'string',
    title: 'Unknown',
    description:
      'Names that no asset of the universe has: refuse them, or ignore them, as for a list kept for many portfolios.',
    enum: ['refuse', 'ignore'],
    default: 'refuse',
  };
  return { ...schema, properties: { ...properties, unknown }, examples };
}

/** A list with a choice and no names. */
function admitParameters({ unknown: _unknown, ...selection }: ListParameters): Violation[] {
  return Object.keys(selection).length === 0 ? [invalid('', 'names no asset')] : [];
}

export function listHandler(rule: ListRule): ConstraintHandler<ListParameters> {
  const centreOf = (position: number, situation: Situation): number =>
    rule.relativeTo === 'current' ? situation.current[position]! : 0;
  return {
    type: rule.type,
    title: rule.title,
    description: `${rule.description} Names that the universe does not know are refused unless unknown says ignore.`,
    version: '1.1.0',
    references: [],
    schema: listSchema(rule),
    convexity: 'linear',
    priority: 0,
    admitParameters,
    admit: (list, situation) => [
      ...admitParameters(list),
      ...(list.unknown === 'ignore' ? [] : admitSelection(list, situation)),
    ],
    lower: (selection, situation, origin) => ({
      bounds: positionsOf(selection, situation.universe).map((position) => {
        const { min, max } = rule.range(situation.current[position]!);
        const centre = centreOf(position, situation);
        return {
          position,
          lower: min === undefined ? -Infinity : centre + min,
          upper: max === undefined ? Infinity : centre + max,
          origin: origin(rule.text(situation.universe.assets[position]!.id)),
        };
      }),
    }),
    check: (selection, holdings, situation) =>
      positionsOf(selection, situation.universe).map((position) => {
        const distance = holdings.weights[position]! - centreOf(position, situation);
        const allowed = rule.range(situation.current[position]!);
        return measured(rule.text(situation.universe.assets[position]!.id), distance, allowed, fractionOfValue);
      }),
  };
}
