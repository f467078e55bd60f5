/** Strategies whose target weights follow from a rule instead of an optimization. See README.md. */
import { definePlugin } from '@veritasvault/portfolio/sdk/v1';

import { capitalizationWeights } from './capitalization-weights.ts';
import { equalWeights } from './equal-weights.ts';
import { fixedWeights } from './fixed-weights.ts';

export default definePlugin({
  manifest: {
    id: 'rules',
    version: '1.0.0',
    sdk: '^1.0.0',
    title: 'Weights by rule',
    references: [
      'DeMiguel, V., Garlappi, L., Uppal, R. (2009). Optimal Versus Naive Diversification. Review of Financial Studies 22(5), 1915-1953.',
    ],
    capabilities: { strategies: ['fixed-weights', 'equal-weights', 'capitalization-weights'] },
  },
  activate: () => ({ strategies: [fixedWeights, equalWeights, capitalizationWeights] }),
});
