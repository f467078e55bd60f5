import { groupHandler, limitsSchema } from './group-limits.ts';
import type { Limits } from './group-limits.ts';

/** min_k <= sum of w_i over the assets of issuer k <= max_k, fractions of net asset value; names as the assets write them. */
export const issuer = groupHandler<Limits>(
  {
    type: 'issuer',
    title: 'Issuer limits',
    description:
      'Total weight of the assets of an issuer, short positions counted negative, as a fraction of net asset value, within the range given for the issuer. ' +
      'Issuers are compared as written; an asset without an issuer counts in none.',
    schema: limitsSchema('issuer', [{ '*': { max: 0.1 }, Alphabet: { max: 0.2, lookThrough: true } }]),
  },
  (limits) => ({ taxonomy: { kind: 'issuer' }, limits, field: '' }),
);
