import { groupHandler, limitsSchema } from './group-limits.ts';
import type { Limits } from './group-limits.ts';

/** min_s <= sum of w_i over the assets of sector s <= max_s, fractions of net asset value; names as the assets write them. */
export const sector = groupHandler<Limits>(
  {
    type: 'sector',
    title: 'Sector limits',
    description:
      'Total weight of the assets of a sector, short positions counted negative, as a fraction of net asset value, within the range given for the sector. ' +
      'Sectors are compared as written.',
    schema: limitsSchema('sector', [
      { Technology: { max: 0.3 }, Energy: { min: 0.05, max: 0.15 } },
      { Technology: { max: 0.05, relativeTo: 'benchmark' }, '*': { max: 0.2, lookThrough: true } },
    ]),
  },
  (limits) => ({ taxonomy: { kind: 'sector' }, limits, field: '' }),
);
