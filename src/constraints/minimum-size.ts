/** One implementation for positions and trades that are either none or of a size worth having. */
import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import type { JsonSchema } from '../values/json.ts';
import type { Violation } from '../values/fault.ts';
import { admitMembers, membersOf, membersSchema } from './members.ts';
import { admitNumber, fractionOfValue, invalid, measured, percent } from './range.ts';
import type { Selection } from './selection.ts';

export type MinimumSizeParameters = { readonly min: number; readonly of?: Selection };

export interface MinimumSizeRule {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly references: readonly string[];
  /** `holding of AAPL`. */
  text(id: string): string;
  readonly relativeTo: 'none' | 'current';
}

export function minimumSizeHandler(rule: MinimumSizeRule): ConstraintHandler<MinimumSizeParameters> {
  const centreOf = (position: number, situation: Situation): number =>
    rule.relativeTo === 'current' ? situation.current[position]! : 0;
  const textOf = (id: string, min: number): string => `${rule.text(id)} none or at least ${percent(min)}`;
  const admitParameters = ({ min }: MinimumSizeParameters): Violation[] => {
    const violations = admitNumber(min, 'min', 'fraction');
    if (!(min > 0)) violations.push(invalid('min', `must be above 0; got ${String(min)}`));
    return violations;
  };
  const schema: JsonSchema<MinimumSizeParameters> = {
    type: 'object',
    title: rule.title,
    properties: {
      min: { type: 'number', title: 'Minimum', description: 'Fraction of net asset value, above 0: 0.01 for 1 %.' },
      of: membersSchema,
    },
    required: ['min'],
    additionalProperties: false,
    examples: [{ min: 0.02 }],
  };
  return {
    type: rule.type,
    title: rule.title,
    description: rule.description,
    version: '1.0.0',
    references: rule.references,
    schema,
    convexity: 'integer',
    priority: 0,
    admitParameters,
    admit: (parameters, situation) => [...admitParameters(parameters), ...admitMembers(parameters.of, situation)],
    lower: ({ min, of }, situation, origin) => ({
      domains: membersOf(of, situation.universe).map((position) => {
        const centre = centreOf(position, situation);
        const intervals = [
          [-Infinity, centre - min],
          [centre, centre],
          [centre + min, Infinity],
        ] as const;
        return { position, intervals, origin: origin(textOf(situation.universe.assets[position]!.id, min)) };
      }),
    }),
    check: ({ min, of }, holdings, situation) =>
      membersOf(of, situation.universe).map((position) => {
        const size = Math.abs(holdings.weights[position]! - centreOf(position, situation));
        const range = size < min / 2 ? { max: 0 } : { min };
        return measured(textOf(situation.universe.assets[position]!.id, min), size, range, fractionOfValue);
      }),
  };
}
