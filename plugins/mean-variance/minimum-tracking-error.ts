import {
  benchmarkOf,
  covarianceOf,
  defineStrategy,
  inSteps,
  returnFrontier,
  solving,
} from '@veritasvault/portfolio/sdk/v1';
import type { Objective, Program, Task } from '@veritasvault/portfolio/sdk/v1';

import { leastActiveVariance } from './market.ts';

type NoParameters = Record<string, never>;

function activeVariance(task: Task<NoParameters>): Objective {
  return leastActiveVariance(covarianceOf(task), benchmarkOf(task));
}

function own(task: Task<NoParameters>): Program {
  return solving(activeVariance(task), 'least tracking error');
}

export const minimumTrackingError = defineStrategy<NoParameters>({
  id: 'minimum-tracking-error',
  title: 'Minimum tracking error',
  description:
    "Minimizes the expected (ex-ante) annual tracking error sqrt((w - b)' C (w - b)) against the benchmark weights b over the restrictions. The benchmark itself is the answer when the restrictions allow it.",
  references: [
    'Roll, R. (1992). A Mean/Variance Analysis of Tracking Error. Journal of Portfolio Management 18(4), 13-22.',
  ],
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  needs: ['covariance', 'benchmark'],
  frontierNeeds: ['expected-returns'],
  frontierAgainst: 'tracking-error',
  optimize: (task) => inSteps(task, () => own(task)),
  frontier: (task, points, first) => returnFrontier(task, points, activeVariance(task), () => own(task), first),
});
