/** Strategies that cluster the assets first. See README.md. */
import { definePlugin } from '@veritasvault/portfolio/sdk/v1';

import { hierarchicalEqualRisk } from './hierarchical-equal-risk.ts';
import { hierarchicalRiskParity } from './hierarchical-risk-parity.ts';
import { nestedClustered } from './nested-clustered.ts';

export default definePlugin({
  manifest: {
    id: 'hierarchical',
    version: '1.0.0',
    sdk: '^1.0.0',
    title: 'Hierarchical',
    references: [
      'Lopez de Prado, M. (2016). Building Diversified Portfolios that Outperform Out of Sample. Journal of Portfolio Management 42(4), 59-69.',
      'Raffinot, T. (2018). The Hierarchical Equal Risk Contribution Portfolio. ssrn.com/abstract=3237540.',
      'Lopez de Prado, M. (2019). A Robust Estimator of the Efficient Frontier. ssrn.com/abstract=3469961.',
    ],
    capabilities: { strategies: ['hierarchical-risk-parity', 'hierarchical-equal-risk', 'nested-clustered'] },
  },
  activate: () => ({ strategies: [hierarchicalRiskParity, hierarchicalEqualRisk, nestedClustered] }),
});
