import {
  benchmarkOf,
  covarianceOf,
  defineStrategy,
  excessReturns,
  inSteps,
  returnFrontier,
} from '@veritasvault/portfolio/sdk/v1';
import type { Program, Task } from '@veritasvault/portfolio/sdk/v1';

import { leastActiveVariance } from './market.ts';
import { softCostOf } from './soft-cost.ts';
import { tangency } from './tangency.ts';

type NoParameters = Record<string, never>;

const words = {
  ratio: 'information ratio',
  rival: 'the benchmark',
  riskless: 'a portfolio without tracking error',
  advice: 'minimize the tracking error instead',
};

function own(task: Task<NoParameters>): Program {
  return tangency({
    excess: excessReturns(task),
    covariance: covarianceOf(task),
    centre: benchmarkOf(task),
    restrictions: task.restrictions,
    softCost: softCostOf(task.restrictions),
    words,
  });
}

export const maximumInformationRatio = defineStrategy<NoParameters>({
  id: 'maximum-information-ratio',
  title: 'Maximum information ratio',
  description:
    "Maximizes the expected (ex-ante) annual information ratio (mu - riskFreeRate)'(w - b) / sqrt((w - b)' C (w - b)) over the restrictions as they stand: the expected active return, that of the whole portfolio with its cash less that of the benchmark with weights b, over the tracking error. It is not the regression alpha over residual risk, which some call by the same name. Among portfolios of the same ratio, which are mixes with the benchmark, the one of the greatest active return is taken. Without a portfolio that is expected to beat the benchmark there is no solution. What soft restrictions cost is taken off the active return of the ratio. Under restrictions that are not convex the ratio is the greatest to 1e-6, relative.",
  references: [
    'Grinold, R. C., Kahn, R. N. (2000). Active Portfolio Management, 2nd edition, ch. 5. McGraw-Hill.',
    'Goodwin, T. H. (1998). The Information Ratio. Financial Analysts Journal 54(4), 34-43.',
    'Dinkelbach, W. (1967). On Nonlinear Fractional Programming. Management Science 13(7), 492-498.',
  ],
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  needs: ['expected-returns', 'covariance', 'benchmark'],
  frontierAgainst: 'tracking-error',
  optimize: (task) => inSteps(task, () => own(task)),
  frontier: (task, points, first) =>
    returnFrontier(task, points, leastActiveVariance(covarianceOf(task), benchmarkOf(task)), () => own(task), first),
});
