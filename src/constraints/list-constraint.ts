/** The shape shared by no-buy, no-sell, hold, restricted and exclusion: a range per selected asset around a centre. */
import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import { fractionOfValue, measured } from './range.ts';
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

export function listHandler(rule: ListRule): ConstraintHandler<Selection> {
  const centreOf = (position: number, situation: Situation): number =>
    rule.relativeTo === 'current' ? situation.current[position]! : 0;
  return {
    type: rule.type,
    title: rule.title,
    description: rule.description,
    version: '1.0.0',
    references: [],
    schema: { ...selectionSchema(rule.title, rule.everything), examples: rule.examples },
    convexity: 'linear',
    priority: 0,
    admit: admitSelection,
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
