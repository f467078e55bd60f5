/** Mean-variance strategies after Markowitz. See README.md. */
import { definePlugin } from '@veritasvault/portfolio/sdk/v1';

import { factorSpecificUtility } from './factor-specific-utility.ts';
import { maximumInformationRatio } from './maximum-information-ratio.ts';
import { maximumReturn } from './maximum-return.ts';
import { maximumSharpe } from './maximum-sharpe.ts';
import { minimumRiskAtReturn } from './minimum-risk-at-return.ts';
import { minimumTrackingError } from './minimum-tracking-error.ts';
import { minimumTurnover } from './minimum-turnover.ts';
import { minimumVariance } from './minimum-variance.ts';
import { quadraticUtility } from './quadratic-utility.ts';

export default definePlugin({
  manifest: {
    id: 'mean-variance',
    version: '1.1.0',
    sdk: '^1.0.0',
    title: 'Mean-variance',
    references: [
      'Markowitz, H. (1952). Portfolio Selection. Journal of Finance 7(1), 77-91.',
      'Markowitz, H. (1959). Portfolio Selection: Efficient Diversification of Investments. Wiley.',
    ],
    capabilities: {
      strategies: [
        'minimum-variance',
        'maximum-sharpe',
        'quadratic-utility',
        'maximum-return',
        'minimum-risk-at-return',
        'minimum-tracking-error',
        'maximum-information-ratio',
        'minimum-turnover',
        'factor-specific-utility',
      ],
    },
  },
  activate: () => ({
    strategies: [
      minimumVariance,
      maximumSharpe,
      quadraticUtility,
      maximumReturn,
      minimumRiskAtReturn,
      minimumTrackingError,
      maximumInformationRatio,
      minimumTurnover,
      factorSpecificUtility,
    ],
  }),
});
