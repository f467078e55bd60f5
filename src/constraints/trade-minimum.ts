import type { LeastSizeParameters } from './least-sizes.ts';
import { minimumSizeHandler } from './minimum-size.ts';

export type TradeMinimumParameters = LeastSizeParameters & { readonly closeOut?: boolean };

/** w_i = w0_i or |w_i - w0_i| >= min for every asset meant, w0 the current weights; with closeOut also w_i = 0. */
export const tradeMinimum = minimumSizeHandler<TradeMinimumParameters>({
  type: 'trade-minimum',
  title: 'Minimum trade',
  description:
    'An asset is either not traded or traded by at least this much: weight = current weight or |weight - current weight| >= min, or >= value / net asset value, the larger where both are stated. ' +
    'The assets in assets have their own minimum instead. ' +
    'With closeOut a holding that is smaller than the minimum may also be closed whole.',
  references: ['Perold (1984), Large-Scale Portfolio Optimization, Management Science 30 (minimum transaction units)'],
  text: (id) => `trade of ${id}`,
  relativeTo: 'current',
  exception: {
    schema: {
      closeOut: {
        type: 'boolean',
        title: 'Close out',
        description: 'Whether a holding that is smaller than the minimum trade may be closed whole.',
        default: false,
      },
    },
    applies: ({ closeOut }) => closeOut === true,
    weight: () => 0,
    text: 'closed',
  },
});
