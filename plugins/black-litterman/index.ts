/** Black-Litterman portfolios. See README.md. */
import { definePlugin } from '@veritasvault/portfolio/sdk/v1';

import { blackLitterman } from './black-litterman.ts';

export default definePlugin({
  manifest: {
    id: 'black-litterman',
    version: '1.0.0',
    sdk: '^1.0.0',
    title: 'Black-Litterman',
    references: [
      'Black, F., Litterman, R. (1992). Global Portfolio Optimization. Financial Analysts Journal 48(5), 28-43.',
      'He, G., Litterman, R. (1999). The Intuition Behind Black-Litterman Model Portfolios. Goldman Sachs.',
      'Idzorek, T. (2005). A Step-by-Step Guide to the Black-Litterman Model.',
    ],
    capabilities: { strategies: ['black-litterman'] },
  },
  activate: () => ({ strategies: [blackLitterman] }),
});
