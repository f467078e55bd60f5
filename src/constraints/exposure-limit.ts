/** One implementation for limits on the sum of positions, long ones, short ones or both: convex as maxima only. */
import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { awayFrom, centreSchema, centreWeights } from './centre.ts';
import { admitMembers, membersOf, membersSchema, membersText } from './members.ts';
import { asPercentage, fractionOfValue, invalid, measured, percent } from './range.ts';
import { admitRelative, relativeText } from './relative.ts';
import type { Selection } from './selection.ts';

export type ExposureParameters = {
  readonly max?: number;
  /** Refused, with the reason. */
  readonly min?: number;
  readonly of?: Selection;
  readonly relativeTo?: 'none' | 'benchmark';
};

export interface ExposureRule {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  /** `gross exposure`. */
  readonly what: string;
  /** What a unit of a long and of a short position counts. */
  readonly long: 0 | 1;
  readonly short: 0 | 1;
  readonly examples: readonly { readonly max: number }[];
}

/** Leverage beyond 20 times net asset value is a percentage that lost its sign. */
const leverageMax = 20;

/** Problems of a limit on leverage, which may be above 2. */
export function admitLeverage(value: number, field: string): Violation[] {
  if (!Number.isFinite(value))
    return [{ field, description: `must be a finite number; got ${String(value)}`, reason: 'NUMBER_INVALID' }];
  if (value >= 0 && value <= leverageMax) return [];
  const got = value > leverageMax ? asPercentage(value) : '';
  return [
    invalid(field, `must be a fraction of net asset value, not negative, 1.6 for 160 %; got ${String(value)}${got}`),
  ];
}

function admitSides(what: string, { max, min }: ExposureParameters): Violation[] {
  const violations: Violation[] = [];
  if (min !== undefined) {
    const why = `the portfolios with at least so much ${what} are not a convex set, and no solver here searches it`;
    violations.push(invalid('min', `cannot be kept: ${why}; limit max, or net exposure from both sides`));
  }
  if (max !== undefined) violations.push(...admitLeverage(max, 'max'));
  else if (min === undefined) violations.push(invalid('max', 'is required'));
  return violations;
}

/** Counts positions on their own side: sum_i long (w_i - c_i)+ + short (c_i - w_i)+ over the assets meant. */
export function exposureHandler(rule: ExposureRule): ConstraintHandler<ExposureParameters> {
  const { what, long, short } = rule;
  const admitParameters = (parameters: ExposureParameters): Violation[] => admitSides(what, parameters);
  const textOf = ({ max = Infinity, of, relativeTo }: ExposureParameters): string =>
    `${what}${membersText(of)}${relativeText(relativeTo)} at most ${percent(max)}`;
  const schema: JsonSchema<ExposureParameters> = {
    type: 'object',
    title: rule.title,
    properties: {
      max: { type: 'number', title: 'Maximum', description: 'Fraction of net asset value, >= 0: 1.6 for 160 %.' },
      min: {
        type: 'number',
        title: 'Minimum',
        description: 'Always refused: a minimum makes the set of portfolios non-convex.',
      },
      of: membersSchema,
      relativeTo: centreSchema(['none', 'benchmark'], 'none: the weights. benchmark: the active weights.'),
    },
    additionalProperties: false,
    minProperties: 1,
    examples: rule.examples,
  };
  const ratesOf = (rate: 0 | 1, { of }: ExposureParameters, { universe }: Situation): Float64Array => {
    const rates = new Float64Array(universe.assets.length);
    for (const position of membersOf(of, universe)) rates[position] = rate;
    return rates;
  };
  return {
    type: rule.type,
    title: rule.title,
    description: `${rule.description} Over the assets meant by \`of\`, all when it is missing; fractions of net asset value, cash excluded. Only a maximum is convex: a minimum is refused.`,
    version: '1.0.0',
    references: [
      'Jacobs, Levy and Starer (1999), Long-Short Portfolio Management: An Integrated Approach, Journal of Portfolio Management 25',
    ],
    schema,
    convexity: 'linear',
    priority: 0,
    admitParameters,
    admit: (parameters, situation) => [
      ...admitParameters(parameters),
      ...admitMembers(parameters.of, situation),
      ...admitRelative(parameters.relativeTo, 'relativeTo', situation),
    ],
    lower: (parameters, situation, origin) => ({
      tradeLimits: [
        {
          centre: centreWeights(parameters.relativeTo, situation) ?? new Float64Array(situation.universe.assets.length),
          buyRate: ratesOf(long, parameters, situation),
          sellRate: ratesOf(short, parameters, situation),
          bound: parameters.max ?? Infinity,
          origin: origin(textOf(parameters)),
        },
      ],
    }),
    check(parameters, { weights }, situation) {
      const away = awayFrom(weights, parameters.relativeTo, situation);
      let value = 0;
      for (const position of membersOf(parameters.of, situation.universe)) {
        const weight = away[position]!;
        if (weight > 0 ? long === 1 : short === 1) value += Math.abs(weight);
      }
      return [measured(textOf(parameters), value, { max: parameters.max ?? Infinity }, fractionOfValue)];
    },
  };
}
