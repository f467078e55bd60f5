import { groupHandler, limitsSchema } from './group-limits.ts';
import type { Limits } from './group-limits.ts';

/** min_c <= sum of w_i over the assets of country c <= max_c, fractions of net asset value; names as the assets write them. */
export const country = groupHandler<Limits>(
  {
    type: 'country',
    title: 'Country limits',
    description:
      'Total weight of the assets of a country, short positions counted negative, as a fraction of net asset value, within the range given for the country. ' +
      'Countries are compared as written (ISO 3166-1 alpha-2 codes, or the names that the assets carry).',
    schema: limitsSchema('country', [{ US: { max: 0.6 } }, { US: { min: -0.05, max: 0.05, relativeTo: 'benchmark' } }]),
  },
  (limits) => ({ taxonomy: { kind: 'country' }, limits, field: '' }),
);
