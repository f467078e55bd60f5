import { defineStrategy, inSteps, returnFloorsOf, returnMinSchema, scenariosOf } from '@veritasvault/portfolio/sdk/v1';
import type { Answer, JsonObject, JsonSchema, Program, Task } from '@veritasvault/portfolio/sdk/v1';

import { centreOf } from './market.ts';
import { needsOf, relativeSchema, resultInWords } from './parameters.ts';
import type { Floored, Relative } from './parameters.ts';
import { groundIn, reporting } from './reporting.ts';
import { leastSemiVariance, refusedFor } from './semi-variance-descent.ts';
import type { Descent } from './semi-variance-descent.ts';
import { gapsAt, semiVariance, shortfallOf } from './shortfall.ts';
import type { Shortfall } from './shortfall.ts';

export interface Threshold extends Relative {
  readonly threshold?: number | 'mean';
}

interface MinimumSemiDeviation extends Threshold, Floored {}

export const thresholdSchema: JsonSchema = {
  anyOf: [
    { type: 'number', minimum: -1, maximum: 10 },
    { type: 'string', const: 'mean' },
  ],
  default: 0,
  description:
    'Results below it fall short: a fraction of net asset value in one period of the scenarios, or "mean" for the mean result of the scenarios.',
};

export const semiVarianceInWords =
  'The lower semi-variance is sum_s p_s (max(0, threshold - result_s))^2 over the scenarios with probabilities p_s, divided by no degrees of freedom; annual by the periods in a year; the semi-deviation is its square root.';

export function shortfallIn<Parameters extends Threshold>(task: Task<Parameters>): Shortfall {
  return shortfallOf(scenariosOf(task), task.parameters.threshold ?? 0, centreOf(task));
}

export function semiDeviationIn<Parameters extends Threshold>(
  task: Task<Parameters>,
  shortfall: Shortfall,
): (weights: Float64Array) => JsonObject {
  return (weights) => {
    const gaps = gapsAt(shortfall, weights);
    const { probabilities, periodsPerYear } = shortfall;
    const annual = semiVariance(shortfall, gaps);
    return {
      measure: 'semi-deviation',
      threshold: task.parameters.threshold ?? 0,
      value: Math.sqrt(annual / periodsPerYear),
      valueAnnual: Math.sqrt(annual),
      probabilityOfShortfall: gaps.reduce((sum, gap, s) => sum + (gap > 0 ? probabilities[s]! : 0), 0),
      ...groundIn(task, weights),
    };
  };
}

/** The least semi-variance with its figures, or why it is refused. */
export function* descending<Parameters extends Threshold>(task: Task<Parameters>, descent: Descent): Program {
  const refused: Answer | undefined = refusedFor(task.restrictions, descent.linear.length);
  if (refused !== undefined) return refused;
  return yield* reporting(leastSemiVariance(descent), semiDeviationIn(task, descent.shortfall));
}

function own(task: Task<MinimumSemiDeviation>): Program {
  const linear = new Float64Array(task.situation.current.length);
  const shortfall = shortfallIn(task);
  return descending(task, { shortfall, linear, scale: 1, added: returnFloorsOf(task), phase: 'least semi-deviation' });
}

export const minimumSemiDeviation = defineStrategy<MinimumSemiDeviation>({
  id: 'minimum-semi-deviation',
  title: 'Minimum semi-deviation',
  description: `Minimizes the lower semi-variance of the results below a threshold. ${semiVarianceInWords} ${resultInWords} With returnMin over riskFreeRate + (mu - riskFreeRate)'w >= returnMin. Found by successive quadratic models that count the scenarios which fall short; the optimality conditions of the last are those of the semi-variance. Takes no counts, lots, gaps in the weights, concentrations or shares of risk.`,
  references: [
    'Markowitz, H. (1959). Portfolio Selection: Efficient Diversification of Investments. Wiley, chapter IX.',
    'Qi, L., Sun, J. (1993). A Nonsmooth Version of Newtons Method. Mathematical Programming 58, 353-367.',
  ],
  parameters: {
    type: 'object',
    additionalProperties: false,
    properties: { threshold: thresholdSchema, returnMin: returnMinSchema, relativeToBenchmark: relativeSchema },
    examples: [{}, { threshold: 'mean', returnMin: 0.07 }],
  },
  needs: ['scenarios'],
  noFrontier:
    'the semi-deviation is no axis of frontiers; ask for it once for each returnMin, or for the frontier of minimum-variance or minimum-cvar',
  needsWith: needsOf,
  optimize: (task) => inSteps(task, () => own(task)),
});
