/** Strategies that aim at exposures to the factors of a risk model. See README.md. */
import { definePlugin } from '@veritasvault/portfolio/sdk/v1';

import { factorMimicking } from './factor-mimicking.ts';
import { factorNeutral } from './factor-neutral.ts';
import { factorTarget } from './factor-target.ts';

export default definePlugin({
  manifest: {
    id: 'factor-target',
    version: '1.0.0',
    sdk: '^1.0.0',
    title: 'Factor targets',
    references: [
      'Grinold, R. C., Kahn, R. N. (2000). Active Portfolio Management, 2nd edition, ch. 2 and 3. McGraw-Hill.',
      'Fama, E. F., MacBeth, J. D. (1973). Risk, Return, and Equilibrium: Empirical Tests. Journal of Political Economy 81(3), 607-636.',
    ],
    capabilities: { strategies: ['factor-target', 'factor-neutral', 'factor-mimicking'] },
  },
  activate: () => ({ strategies: [factorTarget, factorNeutral, factorMimicking] }),
});
