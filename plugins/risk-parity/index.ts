/** Strategies that balance risk instead of money. See README.md. */
import { definePlugin } from '@veritasvault/portfolio/sdk/v1';

import { factorRiskParity } from './factor-risk-parity.ts';
import { inverseVolatilityWeights } from './inverse-volatility-weights.ts';
import { maximumDiversification } from './maximum-diversification.ts';
import { riskParity } from './risk-parity.ts';

export default definePlugin({
  manifest: {
    id: 'risk-parity',
    version: '1.0.0',
    sdk: '^1.0.0',
    title: 'Risk parity',
    references: [
      'Roncalli, T. (2013). Introduction to Risk Parity and Budgeting. Chapman and Hall.',
      'Maillard, S., Roncalli, T., Teiletche, J. (2010). The Properties of Equally Weighted Risk Contribution Portfolios. Journal of Portfolio Management 36(4), 60-70.',
    ],
    capabilities: {
      strategies: ['risk-parity', 'factor-risk-parity', 'maximum-diversification', 'inverse-volatility-weights'],
    },
  },
  activate: () => ({ strategies: [riskParity, factorRiskParity, maximumDiversification, inverseVolatilityWeights] }),
});
