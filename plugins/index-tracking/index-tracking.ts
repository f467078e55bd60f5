import {
  benchmarkOf,
  covarianceOf,
  defineStrategy,
  dot,
  hasWeights,
  inSteps,
  quadraticForm,
  scenariosOf,
  solving,
} from '@veritasvault/portfolio/sdk/v1';
import type {
  JsonObject,
  Lowered,
  Need,
  Objective,
  Program,
  SymmetricOperator,
  Task,
  Violation,
} from '@veritasvault/portfolio/sdk/v1';

import { activeShare, namesHeld, secondMoment } from './market.ts';

interface IndexTracking {
  readonly measure: 'covariance' | 'mean-squared' | 'mean-absolute';
  readonly maximumNames?: number;
  readonly minimumHolding?: number;
}

/** What is to be small, and how to tell it of active weights. */
interface Tracking {
  readonly objective: Objective;
  readonly figures: (active: Float64Array) => JsonObject;
}

function trackingOf(task: Task<IndexTracking>): Tracking {
  const benchmark = benchmarkOf(task);
  switch (task.parameters.measure) {
    case 'covariance':
      return squared(covarianceOf(task), benchmark, 'trackingErrorAnnual');
    case 'mean-squared':
      return squared(secondMoment(scenariosOf(task)), benchmark, 'rootMeanSquaredActiveReturnAnnual');
    case 'mean-absolute':
      return absolute(task, benchmark);
  }
}

function squared(operator: SymmetricOperator, benchmark: Float64Array, name: string): Tracking {
  return {
    objective: {
      quadratics: [{ scale: 1, operator, centre: benchmark }],
      linear: new Float64Array(operator.size),
    },
    figures: (active) => ({ [name]: Math.sqrt(Math.max(0, quadraticForm(operator, active))) }),
  };
}

function absolute(task: Task<IndexTracking>, benchmark: Float64Array): Tracking {
  const { returns, probabilities, count } = scenariosOf(task);
  const n = benchmark.length;
  const measure = {
    kind: 'mean-absolute-deviation' as const,
    scenarios: returns,
    level: 0,
    centre: benchmark,
    ...(probabilities === undefined ? {} : { probabilities }),
  };
  return {
    objective: { quadratics: [], linear: new Float64Array(n), tailTerms: [{ ...measure, weight: 1 }] },
    figures: (active) => {
      const results = Array.from({ length: count }, (_, s) => dot(returns.subarray(s * n, (s + 1) * n), active));
      const weight = (s: number): number => probabilities?.[s] ?? 1 / count;
      const mean = results.reduce((sum, result, s) => sum + weight(s) * result, 0);
      return {
        meanAbsoluteDeviation: results.reduce((sum, result, s) => sum + weight(s) * Math.abs(result - mean), 0),
      };
    },
  };
}

/** At most so many names, and of those held each at least so much. */
function wholeOf(task: Task<IndexTracking>): readonly Lowered[] {
  const { maximumNames, minimumHolding } = task.parameters;
  const { assets } = task.situation.universe;
  const added: Lowered[] = [];
  if (maximumNames !== undefined)
    added.push({
      counts: [
        {
          positions: Int32Array.from(assets.keys()),
          centre: new Float64Array(assets.length),
          side: 'either',
          minimum: 0,
          maximum: maximumNames,
          origin: task.origin(`at most ${maximumNames} names`),
        },
      ],
    });
  if (minimumHolding !== undefined)
    added.push({
      domains: assets.map(({ id }, position) => ({
        position,
        intervals: [
          [-Infinity, -minimumHolding],
          [0, 0],
          [minimumHolding, Infinity],
        ],
        origin: task.origin(`holding of ${id} none or at least ${100 * minimumHolding} %`),
      })),
    });
  return added;
}

function* own(task: Task<IndexTracking>): Program {
  const { objective, figures } = trackingOf(task);
  const answer = yield* solving(objective, 'least tracking error', wholeOf(task));
  if (!hasWeights(answer.solution)) return answer;
  const benchmark = benchmarkOf(task);
  const { weights } = answer.solution;
  const active = weights.map((weight, i) => weight - benchmark[i]!);
  const report = { ...figures(active), names: namesHeld(weights), activeShare: activeShare(weights, benchmark) };
  return { ...answer, report };
}

function admit({ measure, maximumNames, minimumHolding }: IndexTracking): readonly Violation[] {
  if (measure !== 'mean-absolute') return [];
  const description =
    'cannot be kept with measure "mean-absolute", whose search takes no counts and gaps; choose "mean-squared"';
  return Object.entries({ maximumNames, minimumHolding })
    .filter(([, value]) => value !== undefined)
    .map(([field]) => ({ field, description }));
}

export const indexTracking = defineStrategy<IndexTracking>({
  id: 'index-tracking',
  title: 'Index tracking',
  description:
    "Minimizes a tracking error against the benchmark weights b with at most maximumNames names, each held with at least minimumHolding. `covariance`: the expected annual tracking error sqrt((w - b)' C (w - b)). `mean-squared`: the root of the mean squared active return over the scenarios, sqrt(periodsPerYear sum_s p_s (r_s'(w - b))^2), its mean not taken out, annual. `mean-absolute`: the mean absolute deviation of the active return, sum_s p_s |(r_s - mean r)'(w - b)|, of one period; without maximumNames and minimumHolding. Names are chosen by branch and bound: the optimum is proven, or the answer tells its gap. An index that is not made of assets of the universe can be an asset of its own with benchmark weight 1 that may not be held.",
  references: [
    'Beasley, J. E., Meade, N., Chang, T.-J. (2003). An Evolutionary Heuristic for the Index Tracking Problem. European Journal of Operational Research 148(3), 621-643.',
    'Roll, R. (1992). A Mean/Variance Analysis of Tracking Error. Journal of Portfolio Management 18(4), 13-22.',
  ],
  parameters: {
    type: 'object',
    required: ['measure'],
    additionalProperties: false,
    properties: {
      measure: {
        type: 'string',
        enum: ['covariance', 'mean-squared', 'mean-absolute'],
        description: 'What is to be small; there is no default.',
      },
      maximumNames: {
        type: 'integer',
        minimum: 1,
        description: 'Most assets held, long or short; absent: any number.',
      },
      minimumHolding: {
        type: 'number',
        exclusiveMinimum: 0,
        maximum: 1,
        description: 'Least weight of an asset that is held, as a fraction of net asset value: 0.01 is 1 %.',
      },
    },
    examples: [
      { measure: 'covariance', maximumNames: 4, minimumHolding: 0.05 },
      { measure: 'mean-squared', maximumNames: 3 },
      { measure: 'mean-absolute' },
    ],
  },
  needs: ['benchmark'],
  noFrontier:
    'its trade is between names and tracking error; ask for it once for each number of names, or for the frontier of minimum-tracking-error for tracking error by return',
  needsWith: ({ measure }): readonly Need[] => [measure === 'covariance' ? 'covariance' : 'scenarios'],
  admit,
  optimize: (task) => inSteps(task, () => own(task)),
});
