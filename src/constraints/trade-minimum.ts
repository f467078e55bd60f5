import { minimumSizeHandler } from './minimum-size.ts';

/** w_i = w0_i or |w_i - w0_i| >= min for every asset meant, w0 the current weights. */
export const tradeMinimum = minimumSizeHandler({
  type: 'trade-minimum',
  title: 'Minimum trade',
  description:
    'An asset is either not traded or traded by at least this much: weight = current weight or |weight - current weight| >= min.',
  references: ['Perold (1984), Large-Scale Portfolio Optimization, Management Science 30 (minimum transaction units)'],
  text: (id) => `trade of ${id}`,
  relativeTo: 'current',
});
