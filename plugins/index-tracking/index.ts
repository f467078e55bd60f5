/** Strategies that follow an index with few names. See README.md. */
import { definePlugin } from '@veritasvault/portfolio/sdk/v1';

import { indexTracking } from './index-tracking.ts';
import { stratifiedSampling } from './stratified-sampling.ts';

export default definePlugin({
  manifest: {
    id: 'index-tracking',
    version: '1.0.0',
    sdk: '^1.0.0',
    title: 'Index tracking',
    references: [
      'Beasley, J. E., Meade, N., Chang, T.-J. (2003). An Evolutionary Heuristic for the Index Tracking Problem. European Journal of Operational Research 148(3), 621-643.',
      'Roll, R. (1992). A Mean/Variance Analysis of Tracking Error. Journal of Portfolio Management 18(4), 13-22.',
    ],
    capabilities: { strategies: ['index-tracking', 'stratified-sampling'] },
  },
  activate: () => ({ strategies: [indexTracking, stratifiedSampling] }),
});
