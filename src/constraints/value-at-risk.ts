import type { ConstraintHandler } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import { awayFrom, centreSchema, centreWeights } from './centre.ts';
import { normalQuantile } from './normal-quantile.ts';
import { invalid, measured, percent } from './range.ts';
import { admitRelative, relativeText } from './relative.ts';
import type { RelativeTo } from './relative.ts';
import { covarianceOf, deviation, periodsPerYear } from './risk.ts';
import type { Period } from './risk.ts';
import { admitLevel, levelSchema } from './scenario-losses.ts';
import { admitRiskLimit, periodSchema } from './volatility.ts';

export type ValueAtRiskParameters = {
  readonly max: number;
  readonly level: number;
  readonly period: Period;
  readonly definition: 'normal-zero-mean';
  readonly relativeTo?: RelativeTo;
};

const textOf = ({ max, level, period, relativeTo }: ValueAtRiskParameters): string =>
  `${period} normal VaR at ${percent(level)}${relativeText(relativeTo)} at most ${percent(max)}`;

/** Quantile of the standard normal loss; the limit says nothing at level 0.5 and everything at 1. */
function admitParameters({ max, level }: ValueAtRiskParameters): Violation[] {
  const violations = [...admitRiskLimit(max), ...admitLevel(level)];
  if (level === 0.5 || level === 1)
    violations.push(invalid('level', `must lie between 0.5 and 1 and be neither; got ${String(level)}`));
  return violations;
}

/** z sqrt((w - c)' Sigma (w - c) / periods) <= max, z the normal quantile at the level; c = 0, the benchmark or the current weights. */
export const valueAtRisk: ConstraintHandler<ValueAtRiskParameters> = {
  type: 'value-at-risk',
  title: 'Value-at-risk limit (normal, zero mean)',
  description:
    "Parametric value at risk of a normal return with mean zero: z(level) times the square root of w' Sigma w / periods, with Sigma the annual covariance, periods 1, 12 or 252 and z the standard normal quantile (1.645 at 0.95); relative to the benchmark or to the current holdings, of the difference of weights. " +
    'The loss that is exceeded with probability 1 - level. Expected returns are not subtracted: over the short horizons that it is used for they are small beside the risk. Value at risk over scenarios is not convex; limit CVaR, which is never below it. Cash has no risk.',
  version: '1.0.0',
  references: ['J.P. Morgan and Reuters (1996), RiskMetrics Technical Document, 4th ed.'],
  schema: {
    type: 'object',
    title: 'Value-at-risk limit',
    properties: {
      max: { type: 'number', title: 'Maximum', description: 'Loss over the period as a fraction, >= 0: 0.02 for 2 %.' },
      level: {
        ...levelSchema,
        description: 'Between 0.5 and 1: 0.95 for the loss that is exceeded in one of twenty periods.',
      },
      period: periodSchema,
      definition: {
        type: 'string',
        title: 'Definition',
        description:
          'normal-zero-mean: parametric, normal returns with mean zero. Systems disagree on the word, so it must be stated.',
        enum: ['normal-zero-mean'],
      },
      relativeTo: centreSchema(
        ['none', 'benchmark', 'current'],
        'none: the weights. benchmark, current: the weights minus those of the benchmark or those held now.',
      ),
    },
    required: ['max', 'level', 'period', 'definition'],
    additionalProperties: false,
    examples: [{ max: 0.02, level: 0.95, period: 'daily', definition: 'normal-zero-mean' }],
  },
  convexity: 'norm',
  priority: 0,
  admitParameters,
  admit: (parameters, situation) => [
    ...admitParameters(parameters),
    ...admitRelative(parameters.relativeTo, 'relativeTo', situation),
  ],
  lower(parameters, situation, origin) {
    const centre = centreWeights(parameters.relativeTo, situation);
    const perDeviation = normalQuantile(parameters.level) / Math.sqrt(periodsPerYear[parameters.period]);
    const operator = covarianceOf(situation, 'value-at-risk');
    const bound = parameters.max / perDeviation;
    return { norms: [{ operator, ...(centre && { centre }), bound, origin: origin(textOf(parameters)) }] };
  },
  check(parameters, { weights }, situation) {
    const away = awayFrom(weights, parameters.relativeTo, situation);
    const annual = deviation(covarianceOf(situation, 'value-at-risk'), away);
    const value = (normalQuantile(parameters.level) * annual) / Math.sqrt(periodsPerYear[parameters.period]);
    return [
      measured(textOf(parameters), value, { max: parameters.max }, `fraction of net asset value, ${parameters.period}`),
    ];
  },
};
