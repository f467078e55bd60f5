import { listHandler } from './list-constraint.ts';

/** min(0, w0_i) <= w_i <= max(0, w0_i) for every selected asset, w0 the current weights: a position is kept, reduced or closed. */
export const restricted = listHandler({
  type: 'restricted',
  title: 'Restricted list',
  description:
    'Positions in the selected assets are kept, reduced or closed, never opened, increased or turned round: the weight stays between 0 and the current weight. ' +
    'A long position is not bought and not sold short; a short position is covered only as far as it goes. no-buy allows sales below 0.',
  everything: true,
  examples: [{ assets: ['SHLD'] }, { countries: ['CH'] }],
  text: (id) => `${id} at most reduced`,
  range: (held) => ({ min: Math.min(held, 0), max: Math.max(held, 0) }),
  relativeTo: 'none',
});
