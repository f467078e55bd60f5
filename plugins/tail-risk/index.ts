/** Strategies over scenarios that fear the losses, not the spread. See README.md. */
import { definePlugin } from '@veritasvault/portfolio/sdk/v1';

import { maximumReturnAtCvar } from './maximum-return-at-cvar.ts';
import { maximumReturnAtDrawdown } from './maximum-return-at-drawdown.ts';
import { minimax } from './minimax.ts';
import { minimumCvar } from './minimum-cvar.ts';
import { minimumDrawdown } from './minimum-drawdown.ts';
import { minimumMad } from './minimum-mad.ts';
import { minimumSemiDeviation } from './minimum-semi-deviation.ts';
import { semiVarianceUtility } from './semi-variance-utility.ts';
import { tailRiskUtility } from './tail-risk-utility.ts';

export default definePlugin({
  manifest: {
    id: 'tail-risk',
    version: '1.0.0',
    sdk: '^1.0.0',
    title: 'Tail risk',
    references: [
      'Rockafellar, R. T., Uryasev, S. (2000). Optimization of Conditional Value-at-Risk. Journal of Risk 2(3), 21-41.',
      'Chekhlov, A., Uryasev, S., Zabarankin, M. (2005). Drawdown Measure in Portfolio Optimization. International Journal of Theoretical and Applied Finance 8(1), 13-58.',
      'Konno, H., Yamazaki, H. (1991). Mean-Absolute Deviation Portfolio Optimization Model and Its Applications to Tokyo Stock Market. Management Science 37(5), 519-531.',
    ],
    capabilities: {
      strategies: [
        'minimum-cvar',
        'maximum-return-at-cvar',
        'minimum-drawdown',
        'maximum-return-at-drawdown',
        'minimum-mad',
        'minimum-semi-deviation',
        'minimax',
        'tail-risk-utility',
        'semi-variance-utility',
      ],
    },
  },
  activate: () => ({
    strategies: [
      minimumCvar,
      maximumReturnAtCvar,
      minimumDrawdown,
      maximumReturnAtDrawdown,
      minimumMad,
      minimumSemiDeviation,
      minimax,
      tailRiskUtility,
      semiVarianceUtility,
    ],
  }),
});
