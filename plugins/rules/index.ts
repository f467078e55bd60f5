/** Strategies whose target weights follow from a rule instead of an optimization. See README.md. */
import { definePlugin } from '@veritasvault/portfolio/sdk/v1';

import { bands } from './bands.ts';
import { capitalizationWeights } from './capitalization-weights.ts';
import { constantMix } from './constant-mix.ts';
import { cppi } from './cppi.ts';
import { equalWeights } from './equal-weights.ts';
import { fixedWeights } from './fixed-weights.ts';
import { glidePath } from './glide-path.ts';
import { rankLongShort } from './rank-long-short.ts';

export default definePlugin({
  manifest: {
    id: 'rules',
    version: '1.1.0',
    sdk: '^1.0.0',
    title: 'Weights by rule',
    references: [
      'DeMiguel, V., Garlappi, L., Uppal, R. (2009). Optimal Versus Naive Diversification. Review of Financial Studies 22(5), 1915-1953.',
      'Perold, A. F., Sharpe, W. F. (1988). Dynamic Strategies for Asset Allocation. Financial Analysts Journal 44(1), 16-27.',
    ],
    capabilities: {
      strategies: [
        'fixed-weights',
        'equal-weights',
        'capitalization-weights',
        'bands',
        'constant-mix',
        'glide-path',
        'cppi',
        'rank-long-short',
      ],
    },
  },
  activate: () => ({
    strategies: [fixedWeights, equalWeights, capitalizationWeights, bands, constantMix, glidePath, cppi, rankLongShort],
  }),
});
