/** One implementation for positions and trades that are either none or of a size worth having. */
import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import type { JsonSchema } from '../values/json.ts';
import type { Violation } from '../values/fault.ts';
import { admitMembers, membersOf, membersSchema } from './members.ts';
import { admitNumber, fractionOfValue, invalid, measured, percent } from './range.ts';
import type { Range } from './range.ts';
import type { Selection } from './selection.ts';

export type MinimumSizeParameters = { readonly min: number; readonly of?: Selection };

/** The parameter that lets an asset held in less than the minimum have one weight more. */
export interface Exception<Parameters> {
  readonly schema: Readonly<Record<string, JsonSchema>>;
  applies(parameters: Parameters): boolean;
  /** The weight that is allowed besides; `held` is above 0 and below the minimum, or the same short. */
  weight(held: number): number;
  readonly text: string;
}

export interface MinimumSizeRule<Parameters> {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly references: readonly string[];
  /** `holding of AAPL`. */
  text(id: string): string;
  readonly relativeTo: 'none' | 'current';
  readonly exception: Exception<Parameters>;
}

function admitParameters({ min }: MinimumSizeParameters): Violation[] {
  const violations = admitNumber(min, 'min', 'fraction');
  if (!(min > 0)) violations.push(invalid('min', `must be above 0; got ${String(min)}`));
  return violations;
}

export function minimumSizeHandler<Parameters extends MinimumSizeParameters>(
  rule: MinimumSizeRule<Parameters>,
): ConstraintHandler<Parameters> {
  const { exception } = rule;
  const centreOf = (position: number, situation: Situation): number =>
    rule.relativeTo === 'current' ? situation.current[position]! : 0;
  /** The weight that the exception allows, where there is one. */
  const allowedBesides = (parameters: Parameters, position: number, { current }: Situation): number | undefined => {
    const held = current[position]!;
    const isSmall = held !== 0 && Math.abs(held) < parameters.min;
    return exception.applies(parameters) && isSmall ? exception.weight(held) : undefined;
  };
  const textOf = (parameters: Parameters, position: number, situation: Situation): string => {
    const besides = allowedBesides(parameters, position, situation) === undefined ? '' : `, or ${exception.text}`;
    const { id } = situation.universe.assets[position]!;
    return `${rule.text(id)} none or at least ${percent(parameters.min)}${besides}`;
  };
  return {
    type: rule.type,
    title: rule.title,
    description: rule.description,
    version: '1.1.0',
    references: rule.references,
    schema: schemaOf(rule),
    convexity: 'integer',
    priority: 0,
    admitParameters,
    admit: (parameters, situation) => [...admitParameters(parameters), ...admitMembers(parameters.of, situation)],
    lower: (parameters, situation, origin) => ({
      domains: membersOf(parameters.of, situation.universe).map((position) => {
        const centre = centreOf(position, situation);
        const besides = allowedBesides(parameters, position, situation);
        const points = besides === undefined || besides === centre ? [centre] : [centre, besides].sort((a, b) => a - b);
        const intervals = [
          [-Infinity, centre - parameters.min] as const,
          ...points.map((point) => [point, point] as const),
          [centre + parameters.min, Infinity] as const,
        ];
        return { position, intervals, origin: origin(textOf(parameters, position, situation)) };
      }),
    }),
    check: (parameters, holdings, situation) =>
      membersOf(parameters.of, situation.universe).map((position) => {
        const weight = holdings.weights[position]!;
        const centre = centreOf(position, situation);
        const size = Math.abs(weight - centre);
        const besides = allowedBesides(parameters, position, situation);
        let range: Range = size < parameters.min / 2 ? { max: 0 } : { min: parameters.min };
        if (besides !== undefined && Math.abs(weight - besides) < Math.min(size, Math.abs(parameters.min - size))) {
          const only = Math.abs(besides - centre);
          if (size < parameters.min) range = { min: only, max: only };
        }
        return measured(textOf(parameters, position, situation), size, range, fractionOfValue);
      }),
  };
}

function schemaOf<Parameters extends MinimumSizeParameters>(rule: MinimumSizeRule<Parameters>): JsonSchema<Parameters> {
  const [name = ''] = Object.keys(rule.exception.schema);
  return {
    type: 'object',
    title: rule.title,
    properties: {
      min: { type: 'number', title: 'Minimum', description: 'Fraction of net asset value, above 0: 0.01 for 1 %.' },
      of: membersSchema,
      ...rule.exception.schema,
    },
    required: ['min'],
    additionalProperties: false,
    examples: [{ min: 0.02 }, { min: 0.12, [name]: true }],
  };
}
