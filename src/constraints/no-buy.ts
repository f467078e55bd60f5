import { listHandler } from './list-constraint.ts';

/** w_i <= w0_i for every selected asset, w0 the current weights: it may be held or sold, not bought. */
export const noBuy = listHandler({
  type: 'no-buy',
  title: 'No purchases',
  description:
    'The weight of every selected asset stays at or below its current weight: it may be held or sold, not bought. Measured as the trade, weight minus current weight, at most 0.',
  everything: true,
  examples: [{ assets: ['SHLD'] }, { sectors: ['Energy'] }],
  text: (id) => `no purchase of ${id}`,
  range: () => ({ max: 0 }),
  relativeTo: 'current',
});
