/** One implementation for positions and trades that are either none or of a size worth having. */
import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import type { JsonSchema } from '../values/json.ts';
import { admitLeastSizes, admitLeastSizesIn, leastSizeProperties, leastSizes } from './least-sizes.ts';
import type { LeastSize, LeastSizeParameters } from './least-sizes.ts';
import { fractionOfValue, measured } from './range.ts';
import type { Range } from './range.ts';

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

export function minimumSizeHandler<Parameters extends LeastSizeParameters>(
  rule: MinimumSizeRule<Parameters>,
): ConstraintHandler<Parameters> {
  const { exception } = rule;
  const centreOf = (position: number, situation: Situation): number =>
    rule.relativeTo === 'current' ? situation.current[position]! : 0;
  /** The weight that the exception allows, where there is one. */
  const allowedBesides = (
    parameters: Parameters,
    { position, least }: LeastSize,
    { current }: Situation,
  ): number | undefined => {
    const held = current[position]!;
    const isSmall = held !== 0 && Math.abs(held) < least;
    return exception.applies(parameters) && isSmall ? exception.weight(held) : undefined;
  };
  const textOf = (parameters: Parameters, size: LeastSize, situation: Situation): string => {
    const besides = allowedBesides(parameters, size, situation) === undefined ? '' : `, or ${exception.text}`;
    const { id } = situation.universe.assets[size.position]!;
    return `${rule.text(id)} none or at least ${size.text}${besides}`;
  };
  return {
    type: rule.type,
    title: rule.title,
    description: rule.description,
    version: '1.2.0',
    references: rule.references,
    schema: schemaOf(rule),
    convexity: 'integer',
    priority: 0,
    admitParameters: admitLeastSizes,
    admit: admitLeastSizesIn,
    lower: (parameters, situation, origin) => ({
      domains: leastSizes(parameters, situation).map((size) => {
        const { position, least } = size;
        const centre = centreOf(position, situation);
        const besides = allowedBesides(parameters, size, situation);
        const points = besides === undefined || besides === centre ? [centre] : [centre, besides].sort((a, b) => a - b);
        const intervals = [
          [-Infinity, centre - least] as const,
          ...points.map((point) => [point, point] as const),
          [centre + least, Infinity] as const,
        ];
        return { position, intervals, origin: origin(textOf(parameters, size, situation)) };
      }),
    }),
    check: (parameters, holdings, situation) =>
      leastSizes(parameters, situation).map((stated) => {
        const { position, least } = stated;
        const weight = holdings.weights[position]!;
        const centre = centreOf(position, situation);
        const size = Math.abs(weight - centre);
        const besides = allowedBesides(parameters, stated, situation);
        let range: Range = size < least / 2 ? { max: 0 } : { min: least };
        if (besides !== undefined && Math.abs(weight - besides) < Math.min(size, Math.abs(least - size))) {
          const only = Math.abs(besides - centre);
          if (size < least) range = { min: only, max: only };
        }
        return measured(textOf(parameters, stated, situation), size, range, fractionOfValue);
      }),
  };
}

function schemaOf<Parameters extends LeastSizeParameters>(rule: MinimumSizeRule<Parameters>): JsonSchema<Parameters> {
  const [name = ''] = Object.keys(rule.exception.schema);
  return {
    type: 'object',
    title: rule.title,
    properties: { ...leastSizeProperties, ...rule.exception.schema },
    additionalProperties: false,
    minProperties: 1,
    examples: [{ min: 0.02 }, { min: 0.12, [name]: true }, { min: 0.02, assets: { AAPL: 0.05 } }],
  };
}
