import type { ConstraintHandler } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import {
  admitBetas,
  admitBetaSource,
  betaLabel,
  betasOf,
  betaSourceSchema,
  needsOfBeta,
  portfolioBeta,
} from './betas.ts';
import type { BetaSource } from './betas.ts';
import { rowOf } from './linear-form.ts';
import { admitNumber, invalid, measured, plain, rangeText } from './range.ts';
import type { Range } from './range.ts';

export type MarketNeutralParameters = BetaSource & { readonly tolerance?: number };

const bandOf = ({ tolerance = 0 }: MarketNeutralParameters): Range => ({ min: 0 - tolerance, max: tolerance });

const textOf = (parameters: MarketNeutralParameters): string =>
  `market neutral: ${betaLabel(parameters)} ${rangeText(bandOf(parameters), plain)}`;

function admitTolerance({ tolerance = 0 }: MarketNeutralParameters): Violation[] {
  const violations = admitNumber(tolerance, 'tolerance', 'plain');
  if (tolerance < 0) violations.push(invalid('tolerance', `must not be negative; got ${String(tolerance)}`));
  return violations;
}

/** -tolerance <= sum_i beta_i w_i <= tolerance, beta = Sigma b / b'Sigma b or a characteristic. */
export const marketNeutral: ConstraintHandler<MarketNeutralParameters> = {
  type: 'market-neutral',
  title: 'Market neutral',
  description:
    "Beta of the portfolio within a band around 0: the sum of weight times the beta of the asset, by the covariance (Sigma b) / b' Sigma b to the benchmark b, or a characteristic that each asset carries. Cash has beta 0. " +
    'It does not say how much is invested: with dollar-neutral or net-exposure it does.',
  version: '1.0.0',
  references: ['Grinold and Kahn (2000), Active Portfolio Management, ch. 15'],
  schema: {
    type: 'object',
    title: 'Market neutral',
    properties: {
      tolerance: { type: 'number', title: 'Tolerance', description: 'Largest beta on either side, >= 0.', default: 0 },
      ...betaSourceSchema,
    },
    required: ['from'],
    additionalProperties: false,
    examples: [{ from: 'covariance', tolerance: 0.05 }, { from: 'characteristic' }],
  },
  convexity: 'linear',
  priority: 0,
  needs: needsOfBeta,
  admitParameters: (parameters) => [...admitTolerance(parameters), ...admitBetaSource(parameters)],
  admit: (parameters, situation) => [...admitTolerance(parameters), ...admitBetas(parameters, situation)],
  lower(parameters, situation, origin) {
    const form = { weights: betasOf(parameters, situation), cash: 0, constant: 0 };
    return { rows: [rowOf(form, bandOf(parameters), origin(textOf(parameters)))] };
  },
  check(parameters, { weights }, situation) {
    const value = portfolioBeta(parameters, weights, situation);
    return [measured(textOf(parameters), value, bandOf(parameters), 'beta')];
  },
};
