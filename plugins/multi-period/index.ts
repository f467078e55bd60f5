/** Strategies that plan several trades ahead. See README.md. */
import { definePlugin } from '@veritasvault/portfolio/sdk/v1';

import { liquidation } from './liquidation.ts';
import { recedingHorizon } from './receding-horizon.ts';

export default definePlugin({
  manifest: {
    id: 'multi-period',
    version: '1.1.0',
    sdk: '^1.0.0',
    title: 'Multi-period',
    references: [
      'Boyd, S., Busseti, E., Diamond, S., Kahn, R., Koh, K., Nystrup, P., Speth, J. (2017). Multi-Period Trading via Convex Optimization. Foundations and Trends in Optimization 3(1), 1-76.',
      'Almgren, R., Chriss, N. (2001). Optimal Execution of Portfolio Transactions. Journal of Risk 3(2), 5-39.',
    ],
    capabilities: { strategies: ['receding-horizon', 'liquidation'] },
  },
  activate: () => ({ strategies: [recedingHorizon, liquidation] }),
});
