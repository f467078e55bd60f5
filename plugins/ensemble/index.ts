/** Strategies of strategies. See README.md. */
import { definePlugin } from '@veritasvault/portfolio/sdk/v1';

import { ensemble } from './ensemble.ts';
import { resampled } from './resampled.ts';
import { sleeves } from './sleeves.ts';
import { subsetResampling } from './subset-resampling.ts';

export default definePlugin({
  manifest: {
    id: 'ensemble',
    version: '1.0.0',
    sdk: '^1.0.0',
    title: 'Strategies of strategies',
    references: [
      'Michaud, R. O. (1998). Efficient Asset Management. Harvard Business School Press.',
      'Shen, W., Wang, J. (2017). Portfolio Selection via Subset Resampling. Proceedings of the AAAI Conference on Artificial Intelligence 31(1), 1517-1523.',
    ],
    capabilities: { strategies: ['ensemble', 'resampled', 'subset-resampling', 'sleeves'] },
  },
  activate: () => ({ strategies: [ensemble, resampled, subsetResampling, sleeves] }),
});
