import { bySchema, countHandler } from './count-limits.ts';
import { membersSchema } from './members.ts';
import type { Selection } from './selection.ts';

export type NamesParameters = {
  readonly min?: number;
  readonly max?: number;
  readonly side?: 'all' | 'long' | 'short';
  readonly of?: Selection;
  readonly by?: string;
};

const sides = { all: 'either', long: 'above', short: 'below' } as const;
const words = { all: 'names', long: 'long names', short: 'short names' } as const;

/** min <= #{i : w_i != 0} <= max, of long names w_i > 0, of short ones w_i < 0; cash is no name. To count towards the minimum a position is at least a hundredth of a basis point. */
export const names = countHandler<NamesParameters>(
  {
    type: 'names',
    title: 'Number of names',
    description:
      'How many assets are held: weights that are not 0; only the long or only the short ones when `side` says so. Cash does not count. To count towards the minimum a position has at least 0.0001 % of net asset value; ' +
      'together with holding-minimum it has at least that. With `by` the limit holds for each sector, country, ... by itself.',
    references: [
      'Chang, Meade, Beasley and Sharaiha (2000), Heuristics for cardinality constrained portfolio optimisation, Computers and Operations Research 27',
    ],
    schema: {
      type: 'object',
      title: 'Number of names',
      properties: {
        min: { type: 'integer', minimum: 0, title: 'Minimum', description: 'Fewest names held, inclusive.' },
        max: { type: 'integer', minimum: 0, title: 'Maximum', description: 'Most names held, inclusive.' },
        side: {
          type: 'string',
          title: 'Side',
          description: 'Which names are counted.',
          enum: ['all', 'long', 'short'],
          default: 'all',
        },
        of: membersSchema,
        by: bySchema,
      },
      additionalProperties: false,
      minProperties: 1,
      examples: [{ max: 2 }, { min: 2, max: 3 }, { max: 1, by: 'sector' }, { max: 2, side: 'short' }],
    },
  },
  ({ of, by, side = 'all', ...range }) => ({
    range,
    of,
    by,
    what: words[side],
    side: sides[side],
    relativeTo: 'none',
  }),
);
