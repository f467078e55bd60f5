import { listHandler } from './list-constraint.ts';

/** w_i >= w0_i for every selected asset, w0 the current weights: it may be held or bought, not sold. */
export const noSell = listHandler({
  type: 'no-sell',
  title: 'No sales',
  description:
    'The weight of every selected asset stays at or above its current weight: it may be held or bought, not sold. Measured as the trade, weight minus current weight, at least 0.',
  everything: true,
  examples: [{ assets: ['MA'] }, { groups: { account: ['locked'] } }],
  text: (id) => `no sale of ${id}`,
  range: () => ({ min: 0 }),
  relativeTo: 'current',
});
