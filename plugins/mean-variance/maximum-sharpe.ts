import { covarianceOf, defineStrategy, excessReturns, inSteps, returnFrontier } from '@veritasvault/portfolio/sdk/v1';
import type { Program, Task } from '@veritasvault/portfolio/sdk/v1';

import { leastVariance } from './market.ts';
import { softCostOf } from './soft-cost.ts';
import { tangency } from './tangency.ts';

type NoParameters = Record<string, never>;

function own(task: Task<NoParameters>): Program {
  const { restrictions } = task;
  const ground = { excess: excessReturns(task), covariance: covarianceOf(task) };
  return tangency({ ...ground, restrictions, softCost: softCostOf(restrictions), words });
}

const words = {
  ratio: 'Sharpe ratio',
  rival: 'the risk-free rate',
  riskless: 'a portfolio without variance',
  advice: 'lower the risk-free rate, or minimize the variance instead',
};

export const maximumSharpe = defineStrategy<NoParameters>({
  id: 'maximum-sharpe',
  title: 'Maximum Sharpe ratio',
  description:
    "Maximizes (mu - riskFreeRate)'w / sqrt(w' C w), annual, over the restrictions as they stand; cash earns the risk-free rate. Among portfolios of the same ratio, which differ by their cash, the one of the greatest return is taken. Without a portfolio that is expected to beat the risk-free rate there is no solution; with a riskless one that does, the ratio is unbounded. What soft restrictions cost is taken off the expected return of the ratio. Under restrictions that are not convex the ratio is the greatest to 1e-6, relative.",
  references: [
    'Sharpe, W. F. (1966). Mutual Fund Performance. Journal of Business 39(1), 119-138.',
    'Dinkelbach, W. (1967). On Nonlinear Fractional Programming. Management Science 13(7), 492-498.',
  ],
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  needs: ['expected-returns', 'covariance'],
  optimize: (task) => inSteps(task, () => own(task)),
  frontier: (task, points, first) =>
    returnFrontier(task, points, leastVariance(covarianceOf(task)), () => own(task), first),
});
