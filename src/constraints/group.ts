import { groupHandler, limitsSchema } from './group-limits.ts';
import type { Limits } from './group-limits.ts';

export type GroupParameters = { readonly taxonomy: string; readonly limits: Limits };

/** min_g <= sum of w_i over the assets whose group in `taxonomy` is g <= max_g, fractions of net asset value. */
export const group = groupHandler<GroupParameters>(
  {
    type: 'group',
    title: 'Custom group limits',
    description:
      "Total weight of the assets of a group of one of the client's own taxonomies (region, theme, ...), short positions counted negative, " +
      'as a fraction of net asset value, within the range given for the group. Names are compared as written.',
    schema: {
      type: 'object',
      title: 'Custom group limits',
      properties: {
        taxonomy: {
          type: 'string',
          title: 'Taxonomy',
          description: 'Key in the groups of the assets: `region`, `theme`.',
          minLength: 1,
          maxLength: 255,
        },
        limits: limitsSchema('group', [{ Europe: { min: 0.2, max: 0.4 } }]),
      },
      required: ['taxonomy', 'limits'],
      additionalProperties: false,
      examples: [{ taxonomy: 'region', limits: { Europe: { min: 0.2, max: 0.4 } } }],
    },
  },
  ({ taxonomy, limits }) => ({ taxonomy: { kind: 'group', name: taxonomy }, limits, field: 'limits' }),
);
