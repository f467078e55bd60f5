import { groupHandler, limitsSchema } from './group-limits.ts';
import type { Limits } from './group-limits.ts';

/** min_c <= sum of w_i over the assets in currency c <= max_c, fractions of net asset value; the uninvested cash is in no currency here. */
export const currency = groupHandler<Limits>(
  {
    type: 'currency',
    title: 'Currency limits',
    description:
      'Total weight of the assets denominated in a currency, short positions counted negative, as a fraction of net asset value, within the range given for the currency. ' +
      'Currencies are compared as written (ISO 4217 codes). The uninvested cash counts in none, and hedges only as far as they are assets themselves.',
    schema: limitsSchema('currency', [
      { USD: { max: 0.9 } },
      { CHF: { min: -0.05, max: 0.05, relativeTo: 'benchmark' } },
    ]),
  },
  (limits) => ({ taxonomy: { kind: 'currency' }, limits, field: '' }),
);
