import {
  covarianceOf,
  defineStrategy,
  dot,
  inSteps,
  investedSchema,
  quadraticForm,
  unanswered,
  volatilities,
} from '@veritasvault/portfolio/sdk/v1';
import type { Program, Task } from '@veritasvault/portfolio/sdk/v1';

import { hasRisk, longOnly } from './market.ts';
import { answerOf, zeroOf } from './search.ts';

interface Invested {
  readonly invested?: number;
}

export const maximumDiversification = defineStrategy<Invested>({
  id: 'maximum-diversification',
  title: 'Maximum diversification',
  description:
    "Maximizes the diversification ratio, the mean volatility of the assets over the volatility of the portfolio: sigma'w / sqrt(w' C w), long only, over the restrictions. Where a portfolio of risky assets has no risk the ratio is unbounded; without any risky asset there is no answer.",
  references: [
    'Choueifaty, Y., Coignard, Y. (2008). Toward Maximum Diversification. Journal of Portfolio Management 35(1), 40-51.',
    'Choueifaty, Y., Froidure, T., Reynier, J. (2013). Properties of the Most Diversified Portfolio. Journal of Investment Strategies 2(2), 49-70.',
  ],
  parameters: {
    type: 'object',
    additionalProperties: false,
    properties: {
      invested: investedSchema,
    },
  },
  needs: ['covariance'],
  noFrontier:
    'it weighs the risk of the parts against that of the whole, and return plays no part; ask for the frontier of minimum-variance, or of maximum-sharpe with expected returns in proportion to volatilities',
  optimize: (task) => inSteps(task, () => mostDiversified(task)),
});

/**
 * The optimum of aversion / 2 w' C w - sigma'w at aversion = sigma'w / w' C w has the greatest ratio: both have the same conditions. Below it
 * sigma'w exceeds aversion w' C w, above it falls short.
 */
function* mostDiversified(task: Task<Invested>): Program {
  const covariance = covarianceOf(task);
  const { invested = 1 } = task.parameters;
  const deviations = volatilities(covariance);
  const added = [longOnly(task, invested)];
  const even = inverses(deviations, invested);
  const variance = quadraticForm(covariance, even);
  const found = yield* zeroOf({
    first: variance > 0 ? dot(deviations, even) / variance : 1,
    phase: 'greatest diversification',
    added,
    objective: (aversion) => ({ quadratics: [{ scale: aversion, operator: covariance }], linear: deviations }),
    value: (aversion, { weights }) => {
      const mean = dot(deviations, weights);
      const risk = aversion * quadraticForm(covariance, weights);
      return mean > 0 ? (risk - mean) / (risk + mean) : 0;
    },
  });
  const answer = answerOf(found.trial, added, found.isZero ? undefined : 'the greatest ratio is known only roughly');
  const { termination, weights } = answer.solution;
  if (termination.reason !== 'optimal' || hasRisk(covariance, weights)) return answer;
  if (!(dot(deviations, weights) > 0))
    return unanswered(weights.length, {
      reason: 'no solution found',
      detail: 'no asset that can be held has any risk',
    });
  const detail =
    'assets that hedge each other make a portfolio without risk, so the diversification ratio has no bound';
  return { ...answer, solution: { ...answer.solution, termination: { reason: 'unbounded', detail } } };
}

/** (n) in proportion to 1 / deviation, sum `invested`; what has no risk has none of it. */
export function inverses(deviations: Float64Array, invested: number): Float64Array {
  const raw = deviations.map((value) => (value > 0 ? 1 / value : 0));
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => (total > 0 ? (invested * value) / total : 0));
}
