import {
  benchmarkOf,
  covarianceOf,
  defineStrategy,
  excessReturns,
  inSteps,
  returnFrontier,
  solving,
} from '@veritasvault/portfolio/sdk/v1';
import type { Program, Task } from '@veritasvault/portfolio/sdk/v1';

import { leastVariance } from './market.ts';

interface QuadraticUtility {
  readonly riskAversion: number;
  readonly risk?: 'total' | 'active';
}

function own(task: Task<QuadraticUtility>): Program {
  const { riskAversion, risk } = task.parameters;
  const centre = risk === 'active' ? { centre: benchmarkOf(task) } : {};
  const quadratics = [{ scale: riskAversion, operator: covarianceOf(task), ...centre }];
  return solving({ quadratics, linear: excessReturns(task) }, 'quadratic utility');
}

export const quadraticUtility = defineStrategy<QuadraticUtility>({
  id: 'quadratic-utility',
  title: 'Quadratic utility',
  description:
    "Maximizes the expected annual return less riskAversion / 2 times the annual variance: riskFreeRate + (mu - riskFreeRate)'w - riskAversion / 2 a' C a over the restrictions, where a is w (risk: total) or w - b, b the benchmark weights (risk: active). Its frontier is against volatility in both.",
  references: [
    'Markowitz, H. (1959). Portfolio Selection: Efficient Diversification of Investments. Wiley.',
    'Grinold, R. C., Kahn, R. N. (2000). Active Portfolio Management, 2nd edition, ch. 5. McGraw-Hill.',
  ],
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
      risk: {
        type: 'string',
        enum: ['total', 'active'],
        description:
          'Whose variance: that of the portfolio, or of its difference from the benchmark; total when absent.',
      },
    },
    examples: [{ riskAversion: 2 }, { riskAversion: 10, risk: 'active' }],
  },
  needs: ['expected-returns', 'covariance'],
  needsWith: ({ risk }) => (risk === 'active' ? ['benchmark'] : []),
  optimize: (task) => inSteps(task, () => own(task)),
  frontier: (task, points, first) =>
    returnFrontier(task, points, leastVariance(covarianceOf(task)), () => own(task), first),
});
