import type { ConstraintHandler, Situation } from '../problem/situation.ts';
import { Fault } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import { admitNumber, invalid, measured, percent, plain } from './range.ts';
import { admitRelative } from './relative.ts';
import { covarianceOf, deviation, periodsPerYear } from './risk.ts';
import type { Period } from './risk.ts';

export type VolatilityParameters = {
  readonly max: number;
  readonly period: Period;
  readonly relativeTo?: 'none' | 'benchmark-multiple';
};

export const periodSchema = {
  type: 'string',
  title: 'Period',
  description:
    'The period that the limit speaks of; there is no default. Annual figures are divided by the square root of 12 (monthly) or 252 (daily): returns are taken as uncorrelated in time.',
  enum: ['annual', 'monthly', 'daily'],
} as const;

/** A limit on risk must be finite, a fraction unless it is a multiple, not negative. Zero is a limit: only riskless holdings meet it. */
export function admitRiskLimit(max: number, unit: 'fraction' | 'plain' = 'fraction'): Violation[] {
  const violations = admitNumber(max, 'max', unit);
  if (max < 0) violations.push(invalid('max', `must not be negative; got ${String(max)}`));
  return violations;
}

const admitParameters = ({ max, relativeTo }: VolatilityParameters): Violation[] =>
  admitRiskLimit(max, relativeTo === 'benchmark-multiple' ? 'plain' : 'fraction');

function textOf({ max, period, relativeTo }: VolatilityParameters): string {
  if (relativeTo === 'benchmark-multiple') return `volatility at most ${plain(max)} times that of the benchmark`;
  return `${period} volatility at most ${percent(max)}`;
}

/** Annual volatility that 1 in the unit of the limit stands for. */
function annualUnit({ period, relativeTo }: VolatilityParameters, situation: Situation): number {
  if (relativeTo !== 'benchmark-multiple') return Math.sqrt(periodsPerYear[period]);
  if (situation.benchmark === undefined)
    throw new Fault('INVALID_ARGUMENT', 'a multiple of its volatility needs a benchmark');
  const volatility = deviation(covarianceOf(situation, 'volatility'), situation.benchmark);
  if (volatility > 0) return volatility;
  throw new Fault(
    'RISK_MODEL_INVALID',
    'a limit on volatility as a multiple of that of the benchmark needs one with risk',
  );
}

/**
 * sqrt(w' Sigma w / periods) <= max, Sigma the annual covariance of returns, periods 1, 12 or 252; or sqrt(w' Sigma w / b' Sigma b) <= max, b the
 * benchmark weights. Cash has no risk.
 */
export const volatility: ConstraintHandler<VolatilityParameters> = {
  type: 'volatility',
  title: 'Volatility limit',
  description:
    "Ex-ante standard deviation of the portfolio's return over the period: the square root of w' Sigma w / periods, with Sigma the annual covariance, periods 1, 12 or 252; or the same as a multiple of that of the benchmark. Cash has no risk.",
  version: '1.0.0',
  references: ['Markowitz (1952), Portfolio Selection'],
  schema: {
    type: 'object',
    title: 'Volatility limit',
    properties: {
      max: {
        type: 'number',
        title: 'Maximum',
        description: 'Standard deviation of return as a fraction, >= 0: 0.15 for 15 %.',
      },
      period: periodSchema,
      relativeTo: {
        type: 'string',
        title: 'Relative to',
        description:
          'none: the volatility itself. benchmark-multiple: as a multiple of the volatility of the benchmark, 0.9 for a tenth less, whatever the period. For the volatility of the difference see tracking-error.',
        enum: ['none', 'benchmark-multiple'],
        default: 'none',
      },
    },
    required: ['max', 'period'],
    additionalProperties: false,
    examples: [
      { max: 0.15, period: 'annual' },
      { max: 0.9, period: 'annual', relativeTo: 'benchmark-multiple' },
    ],
  },
  convexity: 'norm',
  priority: 0,
  admitParameters,
  admit: (parameters, situation) => [
    ...admitParameters(parameters),
    ...admitRelative(parameters.relativeTo, 'relativeTo', situation),
  ],
  lower: (parameters, situation, origin) => ({
    norms: [
      {
        operator: covarianceOf(situation, 'volatility'),
        bound: parameters.max * annualUnit(parameters, situation),
        origin: origin(textOf(parameters)),
      },
    ],
  }),
  check(parameters, holdings, situation) {
    const annual = deviation(covarianceOf(situation, 'volatility'), holdings.weights);
    const isMultiple = parameters.relativeTo === 'benchmark-multiple';
    const unit = isMultiple ? 'multiple of the benchmark' : `${parameters.period} volatility`;
    return [measured(textOf(parameters), annual / annualUnit(parameters, situation), { max: parameters.max }, unit)];
  },
};
