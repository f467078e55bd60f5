import {
  covarianceOf,
  defineStrategy,
  inSteps,
  nearestTo,
  solving,
  unanswered,
  volatilities,
} from '@veritasvault/portfolio/sdk/v1';
import type { Program, Task } from '@veritasvault/portfolio/sdk/v1';

import { inverses } from './maximum-diversification.ts';

interface Invested {
  readonly invested?: number;
}

export const inverseVolatilityWeights = defineStrategy<Invested>({
  id: 'inverse-volatility-weights',
  title: 'Inverse volatility',
  description:
    'Target weights in proportion to 1 / volatility, sum `invested`; assets without risk have none, and where none has any there is no answer. The answer is the portfolio nearest to them (least sum of squared differences) that satisfies the restrictions: they themselves when they do.',
  references: [
    'Maillard, S., Roncalli, T., Teiletche, J. (2010). The Properties of Equally Weighted Risk Contribution Portfolios. Journal of Portfolio Management 36(4), 60-70.',
  ],
  parameters: {
    type: 'object',
    additionalProperties: false,
    properties: {
      invested: {
        type: 'number',
        minimum: 0,
        maximum: 10,
        default: 1,
        description: 'Fraction of net asset value held in assets together; the rest is cash.',
      },
    },
  },
  needs: ['covariance'],
  noFrontier:
    'its weights follow from a formula and not from an objective; ask for the frontier of minimum-variance under the same constraints',
  optimize: (task) => inSteps(task, () => own(task)),
});

function* own(task: Task<Invested>): Program {
  const deviations = volatilities(covarianceOf(task));
  if (deviations.every((value) => value === 0)) {
    const detail = 'no asset has any volatility that weights could be in inverse proportion to; choose equal-weights';
    return unanswered(deviations.length, { reason: 'no solution found', detail });
  }
  return yield* solving(
    nearestTo(inverses(deviations, task.parameters.invested ?? 1)),
    'nearest to inverse volatility',
  );
}
