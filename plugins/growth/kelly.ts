import {
  areConvex,
  defineStrategy,
  hasWeights,
  inSteps,
  scenariosOf,
  unanswered,
} from '@veritasvault/portfolio/sdk/v1';
import type { JsonObject, Lowered, Program, Task } from '@veritasvault/portfolio/sdk/v1';

import { factorsAt, growthOf, growthRate } from './growth.ts';
import type { Growth } from './growth.ts';
import { greatestGrowth } from './newton.ts';

interface Kelly {
  readonly fraction?: number;
  readonly leverageMax?: number;
}

function* own(task: Task<Kelly>): Program {
  const { fraction = 1 } = task.parameters;
  const n = task.situation.current.length;
  if (!areConvex(task.restrictions)) return unanswered(n, { reason: 'no solution found', detail: notConvex });
  const growth = growthOf(scenariosOf(task), task.estimates.riskFreeRate, 1 / fraction);
  const answer = yield* greatestGrowth(growth, n, leverageOf(task, n));
  if (!hasWeights(answer.solution)) return answer;
  return { ...answer, report: { fraction, ...reportOf(growth, answer.solution.weights) } };
}

/** sum_i |w_i| <= leverageMax. */
function leverageOf(task: Task<Kelly>, n: number): readonly Lowered[] {
  const { leverageMax: bound } = task.parameters;
  if (bound === undefined) return [];
  const rate = new Float64Array(n).fill(1);
  const origin = task.origin(`leverage at most ${bound}`);
  return [{ tradeLimits: [{ centre: new Float64Array(n), buyRate: rate, sellRate: rate, bound, origin }] }];
}

function reportOf(growth: Growth, weights: Float64Array): JsonObject {
  const { probabilities, periodsPerYear, count } = growth;
  const factors = factorsAt(growth, weights);
  const chance = (of: (factor: number) => boolean): number =>
    factors.reduce((sum, factor, s) => sum + (of(factor) ? probabilities[s]! : 0), 0);
  return {
    growthRateAnnual: growthRate(growth, factors),
    leverage: weights.reduce((sum, weight) => sum + Math.abs(weight), 0),
    invested: weights.reduce((sum, weight) => sum + weight, 0),
    probabilityOfRuin: chance((factor) => factor <= 0),
    probabilityOfLoss: chance((factor) => factor < 1),
    worstReturn: factors.reduce((least, factor) => Math.min(least, factor), Infinity) - 1,
    scenarios: count,
    periodsPerYear,
  };
}

const notConvex =
  'growth is found between portfolios, which counts, lots, gaps in the weights, concentrations and shares of risk do not allow; leave those constraints out, or choose quadratic-utility, which is near to growth for small returns';

export const kelly = defineStrategy<Kelly>({
  id: 'kelly',
  title: 'Kelly',
  description:
    "Maximizes the expected logarithm of wealth after one period of the scenarios, sum_s p_s ln(1 + riskFreeRate / periodsPerYear + (r_s - riskFreeRate / periodsPerYear)'w): the greatest growth in the long run. A portfolio that loses everything in some scenario is not allowed. `fraction` f below 1 maximizes the expected power utility of relative risk aversion 1 / f instead, which holds exactly f times the excess of full Kelly where returns are small or lognormal and nothing restricts the weights, and keeps all restrictions as they stand. leverageMax limits sum_i |w_i|. Found by damped Newton steps, each a certified quadratic problem; the optimality conditions of the last are those of growth to 1e-8 of the gradient. Reports the growth rate per year, the probability of ruin over the scenarios and the leverage. Takes no counts, lots, gaps in the weights, concentrations or shares of risk.",
  references: [
    'Kelly, J. L. (1956). A New Interpretation of Information Rate. Bell System Technical Journal 35(4), 917-926.',
    'MacLean, L. C., Thorp, E. O., Ziemba, W. T. (2010). Long-term Capital Growth: the Good and Bad Properties of the Kelly and Fractional Kelly Capital Growth Criteria. Quantitative Finance 10(7), 681-687.',
    'Merton, R. C. (1969). Lifetime Portfolio Selection under Uncertainty: the Continuous-Time Case. Review of Economics and Statistics 51(3), 247-257.',
  ],
  parameters: {
    type: 'object',
    additionalProperties: false,
    properties: {
      fraction: {
        type: 'number',
        minimum: 0.01,
        maximum: 1,
        default: 1,
        description: 'Fractional Kelly: relative risk aversion is 1 / fraction; 1 is full Kelly, 0.5 half Kelly.',
      },
      leverageMax: {
        type: 'number',
        minimum: 0,
        maximum: 1000,
        description: 'Largest sum of absolute weights; absent: only the restrictions limit it.',
      },
    },
    examples: [{}, { fraction: 0.5, leverageMax: 1 }],
  },
  needs: ['scenarios'],
  noFrontier:
    'growth fixes the price of risk; ask for the frontier of maximum-sharpe, on which the Kelly portfolio lies to second order, or for it once for each fraction',
  optimize: (task) => inSteps(task, () => own(task)),
});
