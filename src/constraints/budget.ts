import type { ConstraintHandler } from '../problem/situation.ts';
import { rowOf } from './linear-form.ts';
import { admitRange, fractionOfValue, measured, percent, rangeSchema, rangeText } from './range.ts';
import type { Range } from './range.ts';

const textOf = (range: Range): string => `invested ${rangeText(range, percent)}`;

/** min <= sum_i w_i <= max: the part of net asset value that is invested, short positions counted negative. */
export const budget: ConstraintHandler<Range> = {
  type: 'budget',
  title: 'Invested fraction',
  description:
    'Sum of the weights of all assets, short positions counted negative, as a fraction of net asset value. What is not invested is cash: min = max = 1 means fully invested.',
  version: '1.0.0',
  references: [],
  schema: {
    ...rangeSchema('invested fraction of net asset value'),
    examples: [
      { min: 1, max: 1 },
      { min: 0.95, max: 1 },
    ],
  },
  convexity: 'linear',
  priority: 0,
  admitParameters: (range) => admitRange(range, ''),
  admit: (range) => admitRange(range, ''),
  lower: (range, { universe }, origin) => ({
    rows: [
      rowOf(
        { weights: new Float64Array(universe.assets.length).fill(1), cash: 0, constant: 0 },
        range,
        origin(textOf(range)),
      ),
    ],
  }),
  check(range, holdings) {
    let invested = 0;
    for (const weight of holdings.weights) invested += weight;
    return [measured(textOf(range), invested, range, fractionOfValue)];
  },
};
