import type { ConstraintHandler } from '../problem/situation.ts';
import { rowOf } from './linear-form.ts';
import { admitRange, fractionOfValue, measured, percent, rangeSchema, rangeText } from './range.ts';
import type { Range } from './range.ts';

const textOf = (range: Range): string => `cash ${rangeText(range, percent)}`;

/** min <= cash <= max, where cash = 1 - sum_i w_i: the part of net asset value that is in no asset. */
export const cash: ConstraintHandler<Range> = {
  type: 'cash',
  title: 'Cash range',
  description:
    'Uninvested cash as a fraction of net asset value: one minus the sum of the weights of all assets. Assets of the class Cash are invested and do not count.',
  version: '1.0.0',
  references: [],
  schema: { ...rangeSchema('cash, fraction of net asset value'), examples: [{ min: 0.01, max: 0.05 }] },
  convexity: 'linear',
  priority: 0,
  admitParameters: (range) => admitRange(range, ''),
  admit: (range) => admitRange(range, ''),
  lower: (range, { universe }, origin) => ({
    rows: [
      rowOf({ weights: new Float64Array(universe.assets.length), cash: 1, constant: 0 }, range, origin(textOf(range))),
    ],
  }),
  check: (range, holdings) => [measured(textOf(range), holdings.cash, range, fractionOfValue)],
};
