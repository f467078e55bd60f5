/** Strategies for the growth of wealth. See README.md. */
import { definePlugin } from '@veritasvault/portfolio/sdk/v1';

import { kelly } from './kelly.ts';

export default definePlugin({
  manifest: {
    id: 'growth',
    version: '1.0.0',
    sdk: '^1.0.0',
    title: 'Growth',
    references: [
      'Kelly, J. L. (1956). A New Interpretation of Information Rate. Bell System Technical Journal 35(4), 917-926.',
      'MacLean, L. C., Thorp, E. O., Ziemba, W. T. (eds.) (2011). The Kelly Capital Growth Investment Criterion. World Scientific.',
    ],
    capabilities: { strategies: ['kelly'] },
  },
  activate: () => ({ strategies: [kelly] }),
});
