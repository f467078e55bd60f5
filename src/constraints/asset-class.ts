import { groupHandler, limitsSchema } from './group-limits.ts';
import type { Limits } from './group-limits.ts';

const examples = [
  { Equities: { min: 0.4, max: 0.7 }, 'Fixed Income': { max: 0.5 } },
  {
    Equities: { min: -0.1, max: 0.1, relativeTo: 'benchmark', lookThrough: true },
    Cash: { max: 0.05, relativeTo: 'current' },
  },
];

/**
 * min_c <= sum of w_i over the assets of class c <= max_c, fractions of net asset value. Class names are compared by their
 * canonical name (see asset-class-name.ts); the uninvested cash belongs to the class Cash.
 */
export const assetClass = groupHandler<Limits>(
  {
    type: 'asset-class',
    title: 'Asset class limits',
    description:
      'Total weight of the assets of a class, short positions counted negative, as a fraction of net asset value, within the range given for the class. ' +
      'Class names are compared without case, in singular or plural and with a fixed table of synonyms (Equities = Equity = Stocks, Bonds = Fixed Income). ' +
      'The uninvested cash belongs to the class Cash.',
    schema: limitsSchema('asset class', examples),
  },
  (limits) => ({ taxonomy: { kind: 'asset-class' }, limits, field: '' }),
);
