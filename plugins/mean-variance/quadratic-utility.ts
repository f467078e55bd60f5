import { defineStrategy, inSteps, solving } from '@veritasvault/portfolio/sdk/v1';
import type { Program, Task } from '@veritasvault/portfolio/sdk/v1';

import { frontierOf } from './frontier.ts';
import { covarianceOf, excessReturns, leastVariance } from './market.ts';

interface QuadraticUtility {
  readonly riskAversion: number;
}

function own(task: Task<QuadraticUtility>): Program {
  const quadratics = [{ scale: task.parameters.riskAversion, operator: covarianceOf(task) }];
  return solving({ quadratics, linear: excessReturns(task) }, 'quadratic utility');
}

export const quadraticUtility = defineStrategy<QuadraticUtility>({
  id: 'quadratic-utility',
  title: 'Quadratic utility',
  description:
    "Maximizes the expected annual return less riskAversion / 2 times the annual variance: riskFreeRate + (mu - riskFreeRate)'w - riskAversion / 2 w' C w over the restrictions.",
  references: ['Markowitz, H. (1959). Portfolio Selection: Efficient Diversification of Investments. Wiley.'],
  parameters: {
    type: 'object',
    required: ['riskAversion'],
    additionalProperties: false,
    properties: {
      riskAversion: {
        type: 'number',
        exclusiveMinimum: 0,
        maximum: 1e6,
        description: 'Return given up per unit of variance, doubled; 1 to 10 is usual.',
        examples: [2],
      },
    },
  },
  needs: ['expected-returns', 'covariance'],
  optimize: (task) => inSteps(task, () => own(task)),
  frontier: (task, points, first) =>
    frontierOf(task, points, leastVariance(covarianceOf(task)), () => own(task), first),
});
