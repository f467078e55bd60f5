import { countHandler } from './count-limits.ts';
import { membersSchema } from './members.ts';
import type { Selection } from './selection.ts';

export type NamesParameters = { readonly min?: number; readonly max?: number; readonly of?: Selection };

/** min <= #{i : w_i != 0} <= max; cash is no name. To count towards the minimum a position is at least a hundredth of a basis point. */
export const names = countHandler<NamesParameters>(
  {
    type: 'names',
    title: 'Number of names',
    description:
      'How many assets are held, long or short: weights that are not 0. Cash does not count. To count towards the minimum a position has at least 0.0001 % of net asset value; ' +
      'together with holding-minimum it has at least that.',
    references: [
      'Chang, Meade, Beasley and Sharaiha (2000), Heuristics for cardinality constrained portfolio optimisation, Computers and Operations Research 27',
    ],
    schema: {
      type: 'object',
      title: 'Number of names',
      properties: {
        min: { type: 'integer', minimum: 0, title: 'Minimum', description: 'Fewest names held, inclusive.' },
        max: { type: 'integer', minimum: 0, title: 'Maximum', description: 'Most names held, inclusive.' },
        of: membersSchema,
      },
      additionalProperties: false,
      minProperties: 1,
      examples: [{ max: 2 }, { min: 2, max: 3 }],
    },
  },
  ({ of, ...range }) => ({ range, of, what: 'names', side: 'either', relativeTo: 'none' }),
);
