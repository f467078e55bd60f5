import type { ConstraintHandler } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import { awayFrom, centreSchema, centreWeights } from './centre.ts';
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
import { admitRange, measured, plain, rangeText } from './range.ts';
import type { Range } from './range.ts';
import { admitRelative, relativeText } from './relative.ts';

export type BetaParameters = BetaSource & Range & { readonly relativeTo?: 'none' | 'benchmark' | 'current' };

const textOf = (parameters: BetaParameters): string =>
  `${betaLabel(parameters)}${relativeText(parameters.relativeTo)} ${rangeText(parameters, plain)}`;

const admitParameters = (parameters: BetaParameters): Violation[] => [
  ...admitRange(parameters, '', 'plain'),
  ...admitBetaSource(parameters),
];

/** min <= sum_i beta_i (w_i - c_i) <= max, beta = Sigma b / b'Sigma b or a characteristic; c = 0, the benchmark or the current weights. */
export const beta: ConstraintHandler<BetaParameters> = {
  type: 'beta',
  title: 'Beta range',
  description:
    "Beta of the portfolio: the sum of weight times the beta of the asset. By the covariance, beta = (Sigma b) / b' Sigma b to the benchmark b, so that the benchmark has beta 1; or a characteristic that each asset carries. " +
    'Cash has beta 0. Relative to the benchmark or to the current holdings, the difference.',
  version: '1.0.0',
  references: ['Sharpe (1964), Capital Asset Prices, Journal of Finance 19', 'Grinold and Kahn (2000), ch. 2'],
  schema: {
    type: 'object',
    title: 'Beta range',
    properties: {
      min: { type: 'number', title: 'Minimum', description: 'Least beta, inclusive. Open when missing.' },
      max: { type: 'number', title: 'Maximum', description: 'Greatest beta, inclusive. Open when missing.' },
      ...betaSourceSchema,
      relativeTo: centreSchema(
        ['none', 'benchmark', 'current'],
        'none: beta of the portfolio. benchmark, current: minus that of the benchmark or of the current holdings.',
      ),
    },
    required: ['from'],
    additionalProperties: false,
    examples: [
      { from: 'covariance', min: 0.7, max: 0.9 },
      { from: 'characteristic', max: 0.8 },
    ],
  },
  convexity: 'linear',
  priority: 0,
  needs: needsOfBeta,
  admitParameters,
  admit: (parameters, situation) => [
    ...admitRange(parameters, '', 'plain'),
    ...admitBetas(parameters, situation),
    ...admitRelative(parameters.relativeTo, 'relativeTo', situation),
  ],
  lower(parameters, situation, origin) {
    const weights = betasOf(parameters, situation);
    const centre = centreWeights(parameters.relativeTo, situation);
    const constant = -weights.reduce((sum, value, position) => sum + value * (centre?.[position] ?? 0), 0);
    return { rows: [rowOf({ weights, cash: 0, constant }, parameters, origin(textOf(parameters)))] };
  },
  check(parameters, { weights }, situation) {
    const value = portfolioBeta(parameters, awayFrom(weights, parameters.relativeTo, situation), situation);
    return [measured(textOf(parameters), value, parameters, 'beta')];
  },
};
