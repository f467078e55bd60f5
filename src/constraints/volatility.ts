import type { ConstraintHandler } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import { admitNumber, invalid, measured, percent } from './range.ts';
import { covarianceOf, deviation, periodsPerYear } from './risk.ts';
import type { Period } from './risk.ts';

export type VolatilityParameters = { readonly max: number; readonly period: Period };

export const periodSchema = {
  type: 'string',
  title: 'Period',
  description:
    'The period that the limit speaks of; there is no default. Annual figures are divided by the square root of 12 (monthly) or 252 (daily): returns are taken as uncorrelated in time.',
  enum: ['annual', 'monthly', 'daily'],
} as const;

/** A limit on risk must be a finite fraction, not negative. Zero is a limit: only riskless holdings meet it. */
export function admitRiskLimit(max: number): Violation[] {
  const violations = admitNumber(max, 'max', 'fraction');
  if (max < 0) violations.push(invalid('max', `must not be negative; got ${String(max)}`));
  return violations;
}

const textOf = ({ max, period }: VolatilityParameters): string => `${period} volatility at most ${percent(max)}`;

/** sqrt(w' Sigma w / periods) <= max, Sigma the annual covariance of returns, periods 1, 12 or 252; cash has no risk. */
export const volatility: ConstraintHandler<VolatilityParameters> = {
  type: 'volatility',
  title: 'Volatility limit',
  description:
    "Ex-ante standard deviation of the portfolio's return over the period: the square root of w' Sigma w / periods, with Sigma the annual covariance, periods 1, 12 or 252. Cash has no risk.",
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
    },
    required: ['max', 'period'],
    additionalProperties: false,
    examples: [{ max: 0.15, period: 'annual' }],
  },
  convexity: 'norm',
  priority: 0,
  admit: ({ max }) => admitRiskLimit(max),
  lower: (parameters, situation, origin) => ({
    norms: [
      {
        operator: covarianceOf(situation, 'volatility'),
        bound: parameters.max * Math.sqrt(periodsPerYear[parameters.period]),
        origin: origin(textOf(parameters)),
      },
    ],
  }),
  check(parameters, holdings, situation) {
    const annual = deviation(covarianceOf(situation, 'volatility'), holdings.weights);
    const value = annual / Math.sqrt(periodsPerYear[parameters.period]);
    return [measured(textOf(parameters), value, { max: parameters.max }, `${parameters.period} volatility`)];
  },
};
