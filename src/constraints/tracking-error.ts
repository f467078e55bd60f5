import type { ConstraintHandler } from '../problem/situation.ts';
import { awayFrom } from './centre.ts';
import { invalid, measured, percent } from './range.ts';
import { centreOf } from './relative.ts';
import { covarianceOf, deviation, periodsPerYear } from './risk.ts';
import type { Period } from './risk.ts';
import { admitRiskLimit, periodSchema } from './volatility.ts';

export type TrackingErrorParameters = { readonly max: number; readonly period: Period; readonly definition: 'ex-ante' };

const textOf = ({ max, period }: TrackingErrorParameters): string =>
  `${period} ex-ante tracking error at most ${percent(max)}`;

/** sqrt((w - b)' Sigma (w - b) / periods) <= max, b the benchmark weights, Sigma the annual covariance, periods 1, 12 or 252. */
export const trackingError: ConstraintHandler<TrackingErrorParameters> = {
  type: 'tracking-error',
  title: 'Tracking error limit',
  description:
    "Ex-ante tracking error: the square root of a' Sigma a / periods, with a = weights - benchmark weights, Sigma the annual covariance, periods 1, 12 or 252. " +
    'Forecast from the risk model, not measured from past active returns.',
  version: '1.0.0',
  references: ['Grinold and Kahn (2000), Active Portfolio Management, ch. 3'],
  schema: {
    type: 'object',
    title: 'Tracking error limit',
    properties: {
      max: {
        type: 'number',
        title: 'Maximum',
        description: 'Standard deviation of active return as a fraction, >= 0: 0.03 for 3 %.',
      },
      period: periodSchema,
      definition: {
        type: 'string',
        title: 'Definition',
        description:
          'ex-ante: from the covariance and the active weights. Systems disagree on the word, so it must be stated.',
        enum: ['ex-ante'],
      },
    },
    required: ['max', 'period', 'definition'],
    additionalProperties: false,
    examples: [{ max: 0.03, period: 'annual', definition: 'ex-ante' }],
  },
  convexity: 'norm',
  priority: 0,
  admitParameters: ({ max }) => admitRiskLimit(max),
  admit({ max }, situation) {
    const violations = admitRiskLimit(max);
    if (situation.benchmark === undefined) violations.push(invalid('', 'needs a benchmark, and there is none'));
    return violations;
  },
  lower: (parameters, situation, origin) => ({
    norms: [
      {
        operator: covarianceOf(situation, 'tracking error'),
        centre: centreOf('benchmark', situation).weights,
        bound: parameters.max * Math.sqrt(periodsPerYear[parameters.period]),
        origin: origin(textOf(parameters)),
      },
    ],
  }),
  check(parameters, holdings, situation) {
    const active = awayFrom(holdings.weights, 'benchmark', situation);
    const value =
      deviation(covarianceOf(situation, 'tracking error'), active) / Math.sqrt(periodsPerYear[parameters.period]);
    return [measured(textOf(parameters), value, { max: parameters.max }, `${parameters.period} tracking error`)];
  },
};
