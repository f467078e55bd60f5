import type { ConstraintHandler } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import { rowOf } from './linear-form.ts';
import { admitMembers, membersOf, membersSchema, membersText } from './members.ts';
import { admitNumber, fractionOfValue, invalid, measured, percent, rangeText } from './range.ts';
import type { Range } from './range.ts';
import type { Selection } from './selection.ts';

export type DollarNeutralParameters = { readonly tolerance?: number; readonly of?: Selection };

const bandOf = ({ tolerance = 0 }: DollarNeutralParameters): Range => ({ min: 0 - tolerance, max: tolerance });

const textOf = (parameters: DollarNeutralParameters): string =>
  `dollar neutral${membersText(parameters.of)}: long minus short ${rangeText(bandOf(parameters), percent)}`;

function admitParameters({ tolerance = 0 }: DollarNeutralParameters): Violation[] {
  const violations = admitNumber(tolerance, 'tolerance', 'fraction');
  if (tolerance < 0) violations.push(invalid('tolerance', `must not be negative; got ${String(tolerance)}`));
  return violations;
}

/** -tolerance <= sum_i w_i <= tolerance over the assets meant. */
export const dollarNeutral: ConstraintHandler<DollarNeutralParameters> = {
  type: 'dollar-neutral',
  title: 'Dollar neutral',
  description:
    'As much short as long: the sum of the weights over the assets meant by `of`, all when it is missing, within a band around 0, as a fraction of net asset value. ' +
    'Over all assets, net asset value stays in cash. Without a limit on leverage or risk a dollar-neutral portfolio may grow without end.',
  version: '1.0.0',
  references: [
    'Jacobs, Levy and Starer (1999), Long-Short Portfolio Management: An Integrated Approach, Journal of Portfolio Management 25',
  ],
  schema: {
    type: 'object',
    title: 'Dollar neutral',
    properties: {
      tolerance: {
        type: 'number',
        title: 'Tolerance',
        description: 'Largest difference on either side, fraction of net asset value, >= 0.',
        default: 0,
      },
      of: membersSchema,
    },
    additionalProperties: false,
    minProperties: 1,
    examples: [{ tolerance: 0 }, { tolerance: 0.02, of: { sectors: ['Technology'] } }],
  },
  convexity: 'linear',
  priority: 0,
  admitParameters,
  admit: (parameters, situation) => [...admitParameters(parameters), ...admitMembers(parameters.of, situation)],
  lower(parameters, { universe }, origin) {
    const weights = new Float64Array(universe.assets.length);
    for (const position of membersOf(parameters.of, universe)) weights[position] = 1;
    return { rows: [rowOf({ weights, cash: 0, constant: 0 }, bandOf(parameters), origin(textOf(parameters)))] };
  },
  check(parameters, { weights }, { universe }) {
    const net = membersOf(parameters.of, universe).reduce((sum, position) => sum + weights[position]!, 0);
    return [measured(textOf(parameters), net, bandOf(parameters), fractionOfValue)];
  },
};
