import { listHandler } from './list-constraint.ts';

/** w_i = 0 for every selected asset: what is held of it is sold. */
export const exclusion = listHandler({
  type: 'exclusion',
  title: 'Exclusions',
  description:
    'The weight of every selected asset is 0: it is not bought, and what is held of it is sold. To keep what is held, use no-buy.',
  everything: false,
  examples: [{ assets: ['XOM'], sectors: ['Tobacco'] }],
  text: (id) => `${id} excluded`,
  range: () => ({ min: 0, max: 0 }),
  relativeTo: 'none',
});
