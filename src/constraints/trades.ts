import { bySchema, countHandler } from './count-limits.ts';
import { membersSchema } from './members.ts';
import type { Selection } from './selection.ts';

export type TradesParameters = {
  readonly min?: number;
  readonly max?: number;
  readonly side?: 'all' | 'buys' | 'sells';
  readonly of?: Selection;
  readonly by?: string;
};

const sides = { all: 'either', buys: 'above', sells: 'below' } as const;

/** min <= #{i : w_i != w0_i} <= max, of buys w_i > w0_i, of sells w_i < w0_i; w0 the current weights. */
export const trades = countHandler<TradesParameters>(
  {
    type: 'trades',
    title: 'Number of trades',
    description:
      'How many assets are traded: weights that differ from the current ones; only the buys or only the sells when `side` says so. Cash does not count. ' +
      'To count towards the minimum a trade has at least 0.0001 % of net asset value. With `by` the limit holds for each sector, country, ... by itself.',
    references: [
      'Perold (1984), Large-Scale Portfolio Optimization, Management Science 30 (minimum transaction units and numbers of trades)',
    ],
    schema: {
      type: 'object',
      title: 'Number of trades',
      properties: {
        min: { type: 'integer', minimum: 0, title: 'Minimum', description: 'Fewest trades, inclusive.' },
        max: { type: 'integer', minimum: 0, title: 'Maximum', description: 'Most trades, inclusive.' },
        side: {
          type: 'string',
          title: 'Side',
          description: 'Which trades are counted.',
          enum: ['all', 'buys', 'sells'],
          default: 'all',
        },
        of: membersSchema,
        by: bySchema,
      },
      additionalProperties: false,
      minProperties: 1,
      examples: [{ max: 2 }, { max: 1, side: 'buys' }, { max: 1, side: 'sells', by: 'sector' }],
    },
  },
  ({ of, by, side = 'all', ...range }) => ({
    range,
    of,
    by,
    what: side === 'all' ? 'trades' : side,
    side: sides[side],
    relativeTo: 'current',
  }),
);
