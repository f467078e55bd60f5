import { countHandler } from './count-limits.ts';
import { selectionSchema } from './selection.ts';
import type { Selection } from './selection.ts';

export type MutuallyExclusiveParameters = { readonly of: Selection; readonly max?: number };

/** #{i in S : w_i != 0} <= max, S the assets of `of`. */
export const mutuallyExclusive = countHandler<MutuallyExclusiveParameters>(
  {
    type: 'mutually-exclusive',
    title: 'Mutually exclusive assets',
    description:
      'Of the selected assets at most `max`, one unless stated, are held, long or short: two share classes, an asset and its substitute, funds on the same index.',
    references: [],
    schema: {
      type: 'object',
      title: 'Mutually exclusive assets',
      properties: {
        of: selectionSchema('Among', false),
        max: { type: 'integer', minimum: 0, title: 'Maximum', description: 'How many may be held.', default: 1 },
      },
      required: ['of'],
      additionalProperties: false,
      examples: [{ of: { assets: ['AAPL', 'GOOG'] } }, { of: { issuers: ['Alphabet'], sectors: ['Energy'] }, max: 1 }],
    },
  },
  ({ of, max = 1 }) => ({ range: { max }, of, what: 'names', side: 'either', relativeTo: 'none' }),
);
