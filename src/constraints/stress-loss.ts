import { inner } from '../problem/certificate-operator.ts';
import type { ConstraintHandler } from '../problem/situation.ts';
import type { Violation } from '../values/fault.ts';
import { awayFrom, centreSchema, centreWeights } from './centre.ts';
import { rowOf } from './linear-form.ts';
import { admitLookThrough, lookThroughSchema } from './look-through.ts';
import { fractionOfValue, measured, percent } from './range.ts';
import { admitRelative, centreOf, relativeText } from './relative.ts';
import { admitLoss } from './scenario-losses.ts';
import { admitShockNumbers, admitShocks, shocksSchema, stressReturns } from './stress-shocks.ts';
import type { ShockRules, Shocks } from './stress-shocks.ts';

export type StressLossParameters = {
  readonly scenario: string;
  readonly shocks: Shocks;
  readonly max: number;
  readonly overlap?: ShockRules['overlap'];
  readonly lookThrough?: boolean;
  readonly relativeTo?: 'none' | 'benchmark' | 'current';
};

const textOf = ({ scenario, max, relativeTo }: StressLossParameters): string =>
  `loss in ${scenario}${relativeText(relativeTo)} at most ${percent(max)}`;

const rulesOf = ({ overlap = 'refuse', lookThrough = false }: StressLossParameters): ShockRules => ({
  overlap,
  lookThrough,
});

const admitParameters = ({ shocks, max }: StressLossParameters): Violation[] => [
  ...admitLoss(max, true),
  ...admitShockNumbers(shocks),
];

/** -sum_i s_i (w_i - c_i) <= max, s the returns of the assets in the scenario, c = 0, the benchmark or the current weights; cash included. */
export const stressLoss: ConstraintHandler<StressLossParameters> = {
  type: 'stress-loss',
  title: 'Stress loss limit',
  description:
    'Loss in a named scenario: minus the sum of weight times the return of the asset in it, as a fraction of net asset value. The return of an asset is its own shock; without one, the shock of its asset class, sector, country or group, ' +
    'or its factor exposures times the shocks of the factors; 0 when nothing meets it. Where several meet it they are refused, or added up when `overlap` says so. A shock of the asset class Cash meets uninvested cash, too. Funds may be looked through: their holdings return what they would by themselves, factors meet a fund as a whole. ' +
    'Losses are linear in the weights: nothing is propagated by correlations.',
  version: '1.0.0',
  references: ['Basel Committee on Banking Supervision (2009), Principles for sound stress testing practices'],
  schema: {
    type: 'object',
    title: 'Stress loss limit',
    properties: {
      scenario: {
        type: 'string',
        title: 'Scenario',
        description: 'Its name, for reports.',
        minLength: 1,
        maxLength: 255,
      },
      shocks: shocksSchema,
      max: {
        type: 'number',
        title: 'Maximum',
        description:
          'Largest loss as a fraction of net asset value: 0.15 for 15 %; negative when the scenario is to bring a gain.',
      },
      overlap: {
        type: 'string',
        title: 'Overlap',
        description: 'What happens when several shocks meet one asset: refuse, or add them up.',
        enum: ['refuse', 'add'],
        default: 'refuse',
      },
      lookThrough: lookThroughSchema,
      relativeTo: centreSchema(
        ['none', 'benchmark', 'current'],
        'none: loss of the portfolio. benchmark: loss against the benchmark. current: loss beyond that of the current holdings.',
      ),
    },
    required: ['scenario', 'shocks', 'max'],
    additionalProperties: false,
    examples: [
      { scenario: 'equity crash', shocks: { assetClasses: { Equity: -0.35 }, assets: { NOVN: -0.2 } }, max: 0.25 },
      { scenario: 'market falls', shocks: { factors: { Market: -0.2 } }, max: 0.02, relativeTo: 'benchmark' },
    ],
  },
  convexity: 'linear',
  priority: 0,
  admitParameters,
  admit(parameters, situation) {
    const closed = parameters.lookThrough === true ? admitLookThrough(situation.universe, 'lookThrough') : [];
    return [
      ...admitParameters(parameters),
      ...closed,
      ...(closed.length > 0 ? [] : admitShocks(parameters.shocks, rulesOf(parameters), situation)),
      ...admitRelative(parameters.relativeTo, 'relativeTo', situation),
    ];
  },
  lower(parameters, situation, origin) {
    const { assets, cash } = stressReturns(parameters.shocks, rulesOf(parameters).lookThrough, situation);
    const centre = centreWeights(parameters.relativeTo, situation);
    const before = assets.reduce((total, shock, position) => total + shock * (centre?.[position] ?? 0), 0);
    const constant = before + cash * centreOf(parameters.relativeTo, situation).cash;
    const form = { weights: assets.map((shock) => -shock), cash: -cash, constant };
    return { rows: [rowOf(form, { max: parameters.max }, origin(textOf(parameters)))] };
  },
  check(parameters, { weights, cash }, situation) {
    const { shocks, relativeTo } = parameters;
    const returns = stressReturns(shocks, rulesOf(parameters).lookThrough, situation);
    const cashAway = cash - centreOf(relativeTo, situation).cash;
    const loss = -inner(returns.assets, awayFrom(weights, relativeTo, situation)) - returns.cash * cashAway;
    return [measured(textOf(parameters), loss, { max: parameters.max }, fractionOfValue)];
  },
};
