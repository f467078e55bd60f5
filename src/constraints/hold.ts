import { listHandler } from './list-constraint.ts';

/** w_i = w0_i for every selected asset, w0 the current weights: it is neither bought nor sold. */
export const hold = listHandler({
  type: 'hold',
  title: 'Holdings kept',
  description:
    'The weight of every selected asset stays what it is: it is neither bought nor sold. Measured as the trade, weight minus current weight, exactly 0.',
  everything: false,
  examples: [{ assets: ['MA'] }, { issuers: ['Alphabet'] }],
  text: (id) => `${id} kept as held`,
  range: () => ({ min: 0, max: 0 }),
  relativeTo: 'current',
});
