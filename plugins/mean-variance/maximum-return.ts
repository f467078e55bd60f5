import {
  covarianceOf,
  defineStrategy,
  excessReturns,
  inSteps,
  returnFrontier,
  solving,
} from '@veritasvault/portfolio/sdk/v1';
import type { Program, Task } from '@veritasvault/portfolio/sdk/v1';

import { greatest, leastVariance } from './market.ts';

interface MaximumReturn {
  readonly volatilityMax?: number;
}

function own(task: Task<MaximumReturn>): Program {
  const { volatilityMax: bound } = task.parameters;
  const objective = greatest(excessReturns(task));
  if (bound === undefined) return solving(objective, 'greatest return');
  const origin = task.origin(`annual volatility at most ${100 * bound} %`);
  return solving(objective, 'greatest return', [{ norms: [{ operator: covarianceOf(task), bound, origin }] }]);
}

export const maximumReturn = defineStrategy<MaximumReturn>({
  id: 'maximum-return',
  title: 'Maximum return at a volatility',
  description:
    "Maximizes the expected annual return riskFreeRate + (mu - riskFreeRate)'w over the restrictions and sqrt(w' C w) <= volatilityMax. Without volatilityMax only the restrictions bound the risk.",
  references: ['Markowitz, H. (1959). Portfolio Selection: Efficient Diversification of Investments. Wiley.'],
  parameters: {
    type: 'object',
    additionalProperties: false,
    properties: {
      volatilityMax: {
        type: 'number',
        minimum: 0,
        maximum: 10,
        description: 'Annual volatility as a fraction: 0.15 is 15 %.',
        examples: [0.15],
      },
    },
  },
  needs: ['expected-returns', 'covariance'],
  optimize: (task) => inSteps(task, () => own(task)),
  frontier: (task, points, first) =>
    returnFrontier(task, points, leastVariance(covarianceOf(task)), () => own(task), first),
});
