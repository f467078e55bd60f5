import type { ConstraintHandler } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import { admitLeverage } from './exposure-limit.ts';
import { rowOf } from './linear-form.ts';
import { admitNumber, fractionOfValue, invalid, measured, percent } from './range.ts';

export type LongShortParameters = { readonly longMax: number; readonly shortMax: number; readonly net?: number };

const longText = ({ longMax }: LongShortParameters): string => `long positions at most ${percent(longMax)}`;
const shortText = ({ shortMax }: LongShortParameters): string => `short positions at most ${percent(shortMax)}`;
const netText = (net: number): string => `long minus short exactly ${percent(net)}`;

function admit({ longMax, shortMax, net = 1 }: LongShortParameters): Violation[] {
  const violations = [
    ...admitLeverage(longMax, 'longMax'),
    ...admitLeverage(shortMax, 'shortMax'),
    ...admitNumber(net, 'net', 'fraction'),
  ];
  if (net > longMax)
    violations.push(invalid('net', `is above what may be held long: ${percent(net)} > ${percent(longMax)}`));
  if (net < -shortMax)
    violations.push(invalid('net', `is below what may be held short: ${percent(net)} < ${percent(-shortMax)}`));
  return violations;
}

/** sum_i max(w_i, 0) <= longMax, sum_i max(-w_i, 0) <= shortMax, sum_i w_i = net. */
export const longShort: ConstraintHandler<LongShortParameters> = {
  type: 'long-short',
  title: 'Long-short extension',
  description:
    '130/30 and the like in one: the sum of the long positions at most longMax, of the short ones at most shortMax (a positive number), and long minus short exactly net, all fractions of net asset value. ' +
    'It says how much is invested, so that no budget is needed.',
  version: '1.0.0',
  references: [
    'Jacobs and Levy (2007), 20 Myths About Enhanced Active 120-20 Strategies, Financial Analysts Journal 63',
  ],
  schema: {
    type: 'object',
    title: 'Long-short extension',
    properties: {
      longMax: { type: 'number', title: 'Long', description: 'Most that is held long: 1.3 for 130 %.' },
      shortMax: { type: 'number', title: 'Short', description: 'Most that is held short, as a positive number: 0.3.' },
      net: { type: 'number', title: 'Net', description: 'Long minus short.', default: 1 },
    },
    required: ['longMax', 'shortMax'],
    additionalProperties: false,
    examples: [{ longMax: 1.3, shortMax: 0.3 }],
  },
  convexity: 'linear',
  priority: 0,
  admitParameters: admit,
  admit,
  lower(parameters, { universe }, origin) {
    const filled = (value: number): Float64Array => new Float64Array(universe.assets.length).fill(value);
    const { longMax, shortMax, net = 1 } = parameters;
    const [zero, one] = [filled(0), filled(1)];
    const row = rowOf({ weights: one, cash: 0, constant: 0 }, { min: net, max: net }, origin(netText(net)));
    const long = { centre: zero, buyRate: one, sellRate: zero, bound: longMax, origin: origin(longText(parameters)) };
    const short = {
      centre: zero,
      buyRate: zero,
      sellRate: one,
      bound: shortMax,
      origin: origin(shortText(parameters)),
    };
    return { rows: [row], tradeLimits: [long, short] };
  },
  check(parameters, { weights }) {
    const { longMax, shortMax, net = 1 } = parameters;
    let [long, short] = [0, 0];
    for (const weight of weights) {
      if (weight > 0) long += weight;
      else short -= weight;
    }
    return [
      measured(netText(net), long - short, { min: net, max: net }, fractionOfValue),
      measured(longText(parameters), long, { max: longMax }, fractionOfValue),
      measured(shortText(parameters), short, { max: shortMax }, fractionOfValue),
    ];
  },
};
