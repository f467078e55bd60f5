/** Strategies that expect their estimates to be wrong. See README.md. */
import { definePlugin } from '@veritasvault/portfolio/sdk/v1';

import { robustMeanVariance } from './robust-mean-variance.ts';
import { worstCaseCovariance } from './worst-case-covariance.ts';

export default definePlugin({
  manifest: {
    id: 'robust',
    version: '1.0.0',
    sdk: '^1.0.0',
    title: 'Robust',
    references: [
      'Tutuncu, R. H., Koenig, M. (2004). Robust Asset Allocation. Annals of Operations Research 132, 157-187.',
      'Fabozzi, F. J., Kolm, P. N., Pachamanova, D. A., Focardi, S. M. (2007). Robust Portfolio Optimization and Management. Wiley.',
    ],
    capabilities: { strategies: ['robust-mean-variance', 'worst-case-covariance'] },
  },
  activate: () => ({ strategies: [robustMeanVariance, worstCaseCovariance] }),
});
