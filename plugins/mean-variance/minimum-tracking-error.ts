import { defineStrategy, inSteps, solving } from '@veritasvault/portfolio/sdk/v1';
import type { Objective, Program, Task } from '@veritasvault/portfolio/sdk/v1';

import { frontierOf } from './frontier.ts';
import { covarianceOf } from './market.ts';

type NoParameters = Record<string, never>;

/** Minimize 1/2 (w - b)' C (w - b). */
function activeVariance(task: Task<NoParameters>): Objective {
  const operator = covarianceOf(task);
  const { benchmark } = task.situation;
  if (benchmark === undefined)
    throw new Error('the host must provide a benchmark: the strategy lists it among its needs');
  return { quadratics: [{ scale: 1, operator, centre: benchmark }], linear: new Float64Array(operator.size) };
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
  frontier: (task, points, first) => frontierOf(task, points, activeVariance(task), () => own(task), first),
});
