import { covarianceOf, defineStrategy, inSteps, returnFrontier, solving } from '@veritasvault/portfolio/sdk/v1';
import type { Program, Task } from '@veritasvault/portfolio/sdk/v1';

import { leastVariance } from './market.ts';

type NoParameters = Record<string, never>;

function own(task: Task<NoParameters>): Program {
  return solving(leastVariance(covarianceOf(task)), 'least variance');
}

export const minimumVariance = defineStrategy<NoParameters>({
  id: 'minimum-variance',
  title: 'Minimum variance',
  description:
    "Minimizes the annual variance w' C w over the restrictions. Cash has no variance, so without a budget or cash constraint all is held in cash.",
  references: ['Markowitz, H. (1952). Portfolio Selection. Journal of Finance 7(1), 77-91.'],
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  needs: ['covariance'],
  frontierNeeds: ['expected-returns'],
  optimize: (task) => inSteps(task, () => own(task)),
  frontier: (task, points, first) =>
    returnFrontier(task, points, leastVariance(covarianceOf(task)), () => own(task), first),
});
