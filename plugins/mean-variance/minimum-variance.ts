import { defineStrategy, solveToEnd } from '@veritasvault/portfolio/sdk/v1';

import { covarianceOf, leastVariance } from './market.ts';

type NoParameters = Record<string, never>;

export const minimumVariance = defineStrategy<NoParameters>({
  id: 'minimum-variance',
  title: 'Minimum variance',
  description:
    "Minimizes the annual variance w' C w over the restrictions. Cash has no variance, so without a budget or cash constraint all is held in cash.",
  references: ['Markowitz, H. (1952). Portfolio Selection. Journal of Finance 7(1), 77-91.'],
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  needs: ['covariance'],
  optimize: (task) => solveToEnd(task, leastVariance(covarianceOf(task)), 'least variance'),
});
