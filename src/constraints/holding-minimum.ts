import type { LeastSizeParameters } from './least-sizes.ts';
import { minimumSizeHandler } from './minimum-size.ts';

export type HoldingMinimumParameters = LeastSizeParameters & { readonly grandfathering?: boolean };

/** w_i = 0 or |w_i| >= min for every asset meant; with grandfathering also w_i = w0_i, w0 the current weights. */
export const holdingMinimum = minimumSizeHandler<HoldingMinimumParameters>({
  type: 'holding-minimum',
  title: 'Minimum holding',
  description:
    'An asset is either not held or held with at least this weight, long or short: weight 0 or |weight| >= min, or >= value / net asset value, the larger where both are stated. ' +
    'The assets in assets have their own minimum instead. ' +
    'With grandfathering a holding that is smaller already may also stay exactly as it is; it is then not traded. Without, it is closed or brought up to the minimum.',
  references: [
    'Chang, Meade, Beasley and Sharaiha (2000), Heuristics for cardinality constrained portfolio optimisation, Computers and Operations Research 27',
  ],
  text: (id) => `holding of ${id}`,
  relativeTo: 'none',
  exception: {
    schema: {
      grandfathering: {
        type: 'boolean',
        title: 'Grandfathering',
        description: 'Whether a holding that is below the minimum now may stay as it is.',
        default: false,
      },
    },
    applies: ({ grandfathering }) => grandfathering === true,
    weight: (held) => held,
    text: 'as held',
  },
});
