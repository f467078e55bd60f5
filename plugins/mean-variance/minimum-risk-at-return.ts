import {
  covarianceOf,
  defineStrategy,
  inSteps,
  returnFloorsOf,
  returnFrontier,
  returnMinSchema,
  solving,
} from '@veritasvault/portfolio/sdk/v1';
import type { Program, Task } from '@veritasvault/portfolio/sdk/v1';

import { leastVariance } from './market.ts';

interface MinimumRiskAtReturn {
  readonly returnMin: number;
}

function own(task: Task<MinimumRiskAtReturn>): Program {
  return solving(leastVariance(covarianceOf(task)), 'least variance at the return', returnFloorsOf(task));
}

export const minimumRiskAtReturn = defineStrategy<MinimumRiskAtReturn>({
  id: 'minimum-risk-at-return',
  title: 'Minimum volatility at a return',
  description:
    "Minimizes the annual variance w' C w over the restrictions and riskFreeRate + (mu - riskFreeRate)'w >= returnMin: the return of the whole portfolio, its cash included.",
  references: ['Markowitz, H. (1952). Portfolio Selection. Journal of Finance 7(1), 77-91.'],
  parameters: {
    type: 'object',
    required: ['returnMin'],
    additionalProperties: false,
    properties: {
      returnMin: { ...returnMinSchema, examples: [0.08] },
    },
  },
  needs: ['expected-returns', 'covariance'],
  optimize: (task) => inSteps(task, () => own(task)),
  frontier: (task, points, first) =>
    returnFrontier(task, points, leastVariance(covarianceOf(task)), () => own(task), first),
});
