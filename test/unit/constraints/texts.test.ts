/** The words in which parts of constraints are told, and figures at the edge of what counts. */
import { expect } from 'chai';

import { builtInConstraints } from '../../../src/constraints/built-in.ts';
import type { ConstraintHandler } from '../../../src/problem/situation.ts';
import type { JsonObject } from '../../../src/values/json.ts';
import { market } from '../../support/oracle-market.ts';

const handlerOf = (type: string): ConstraintHandler => builtInConstraints.find((handler) => handler.type === type)!;
const now = { weights: market.current, cash: market.cashCurrent };
const benchmark = { relativeTo: 'benchmark' };

const texts: readonly (readonly [string, JsonObject, readonly string[]])[] = [
  ['all-or-none', { assets: { TEC: 0.05 } }, ['holding of TEC none or all of 5 %']],
  [
    'asset-class',
    { Stocks: { min: 0.12345678, lookThrough: true } },
    ['asset class Stocks, funds looked through, at least 12.3457 %'],
  ],
  ['beta', { from: 'covariance', max: 1, ...benchmark }, ['beta relative to the benchmark at most 1']],
  ['beta', { from: 'characteristic', min: 1, max: 1.00000049 }, ['beta by characteristic beta between 1 and 1']],
  [
    'bounds',
    { assets: { TEC: { max: 2, relativeTo: 'benchmark-multiple' } } },
    ['weight of TEC at most 2 times its benchmark weight'],
  ],
  [
    'bounds',
    { assets: { TEC: { min: 0.1, max: 0.1, relativeTo: 'current' } } },
    ['weight relative to the current holding of TEC exactly 10 %'],
  ],
  [
    'characteristic',
    { name: 'score', aggregate: 'average', min: 1, max: 2, of: { sectors: ['Energy'] }, lookThrough: true },
    [
      'average score among Energy, funds looked through, at least 1',
      'average score among Energy, funds looked through, at most 2',
    ],
  ],
  ['characteristic', { name: 'score', aggregate: 'sum', min: 1, max: 2 }, ['sum score between 1 and 2']],
  ['cvar', { max: 0.1, level: 0.95 }, ['CVaR at 95 % at most 10 %']],
  ['drawdown', { measure: 'cdar', max: 0.1, level: 0.9 }, ['conditional drawdown at 90 % at most 10 %']],
  ['drawdown', { measure: 'average', max: 0.1 }, ['average drawdown at most 10 %']],
  ['factor-exposure', { exposures: { Market: { max: 1 } } }, ['exposure to Market at most 1']],
  ['factor-exposure', { exposures: { Market: { max: 1 } }, ...benchmark }, ['active exposure to Market at most 1']],
  [
    'factor-exposure',
    { exposures: { Market: { max: 1 } }, relativeTo: 'current' },
    ['change of exposure to Market at most 1'],
  ],
  [
    'gross-exposure',
    { max: 1.3, of: { assets: ['TEC'], issuers: ['State'] } },
    ['gross exposure among TEC, State at most 130 %'],
  ],
  [
    'group',
    { taxonomy: 'theme', limits: { AI: { max: 0.1, ...benchmark } } },
    ['theme AI relative to the benchmark at most 10 %'],
  ],
  [
    'group-ratio',
    { of: { assets: ['TEC'] }, to: { assets: ['OIL'] }, min: 2 },
    ['total of TEC at least 2 times the total of OIL'],
  ],
  [
    'group-ratio',
    { of: { assets: ['TEC'] }, to: { assets: ['OIL'] }, min: 2, max: 2 },
    ['total of TEC exactly 2 times the total of OIL'],
  ],
  [
    'herfindahl',
    { effectiveNumberMin: 4, by: 'group', taxonomy: 'theme' },
    ['effective number of groups of theme at least 4, as the root of the index at most 0.5'],
  ],
  ['linear', { coefficients: { TEC: 1, OIL: 2, SAP: 3, GLD: 4 }, max: 1 }, ['1 TEC + 2 OIL + 3 SAP + 4 GLD at most 1']],
  [
    'linear',
    { coefficients: { TEC: 1, OIL: 2, SAP: 3, GLD: 4, BIL: 5, BND: 6 }, max: 1 },
    ['1 TEC + 2 OIL + 3 SAP + 4 GLD + 2 more at most 1'],
  ],
  [
    'liquidity',
    {
      trade: { participation: 0.1 },
      position: { participation: 0.2, days: 2.5 },
      of: { assets: ['GLD', 'TEC'] },
      missing: 'forbid',
    },
    [
      'trade of TEC at most 1 day at 10 % of its average daily value',
      'holding of TEC at most 2.5 days at 20 % of its average daily value',
      'trade of GLD none, as its daily value is not known',
      'holding of GLD none, as its daily value is not known',
    ],
  ],
  [
    'names',
    { max: 3, by: 'sector', side: 'short' },
    [
      'short names of sector Financials at most 3',
      'short names of sector Technology at most 3',
      'short names of sector Energy at most 3',
    ],
  ],
  [
    'risk-contribution',
    { by: 'asset-class', limits: { bond: { max: 0.1 } }, ...benchmark },
    ['share of active risk of asset class Bonds at most 10 %'],
  ],
  [
    'risk-contribution',
    { by: 'factor', limits: { Rates: { max: 0.1 } } },
    ['share of risk of factor Rates at most 10 %'],
  ],
  ['top-holdings', { count: 2, max: 0.1, by: 'asset-class' }, ['2 largest asset classes together at most 10 %']],
  ['trades', { min: 1, side: 'buys' }, ['buys at least 1']],
  [
    'turnover',
    { definition: 'gross', max: 0.1, side: 'long', of: { assets: ['TEC'] } },
    ['turnover (sum of trades) of the long side among TEC at most 10 %'],
  ],
  [
    'volatility',
    { max: 0.9, period: 'annual', relativeTo: 'benchmark-multiple' },
    ['volatility at most 0.9 times that of the benchmark'],
  ],
];

describe('the words of constraints', () => {
  for (const [type, parameters, expected] of texts)
    it(`${type}: ${expected[0]!}`, () => {
      const told = handlerOf(type).check(parameters, now, market);
      expect(told.map(({ text }) => text)).to.deep.equal(expected);
    });

  it('say where an average is missing, and how many of which part were asked for', () => {
    const average = { name: 'esg', aggregate: 'average', max: 1, missing: 'exclude' } as const;
    const nothing = new Float64Array(market.current.length);
    const empty = { ...market, current: nothing, benchmark: nothing };
    const problem = (parameters: JsonObject): string =>
      handlerOf('characteristic').admit(parameters, empty)[0]!.description;
    expect(problem({ ...average, relativeTo: 'current' })).to.match(/^what is held now has no weight with "esg"/);
    expect(problem({ ...average, ...benchmark })).to.match(/^the benchmark has no weight with "esg"/);
    const asked = (parameters: JsonObject): string => handlerOf('names').admit(parameters, market)[0]!.description;
    expect(asked({ min: 9 })).to.equal('asks for 9 of 8 assets');
    expect(asked({ min: 3, by: 'sector', of: { sectors: ['Technology'] } })).to.equal(
      'asks for 3 of 2 assets (names of sector Technology among Technology at least 3)',
    );
  });
});

describe('a misspelt name', () => {
  const near: readonly (readonly [string, string])[] = [
    ['TEX <= 1', '; did you mean TEC?'],
    ['asset:TEX <= 1', '; did you mean asset:TEC?'],
    ['asset:Energi <= 1', 'nothing is called "Energi"; known: FND, TEC'],
    ['Alpa <= 1', '; did you mean issuer:Alpha?'],
    ['issuer:Alpa <= 1', ' here; did you mean issuer:Alpha?'],
    ['US1 <= 1', '; did you mean US?'],
    ['UST <= 1', '; did you mean US?'],
    ['scores <= 1', '; did you mean characteristic:score?'],
    ['characteristic:scores <= 1', ' here; did you mean characteristic:score?'],
    ['characteristic:Energy <= 1', 'nothing is called "Energy" here; known: score, beta, esg'],
    ['sector:scores <= 1', 'nothing is called "scores" here; known: Financials, Technology, Energy'],
    ['theme:Watr <= 1', ' here; did you mean theme:Water?'],
    ['EURO <= 1', '; did you mean currency:EUR?'],
  ];
  for (const [expression, told] of near)
    it(`in ${expression} is told as it has to be written`, () => {
      expect(handlerOf('linear-text').admit({ expression }, market)[0]!.description).to.contain(told);
    });

  it('is looked for in funds where they are looked through, and tells what cannot be met', () => {
    const problem = (limit: JsonObject): string =>
      handlerOf('sector').admit({ Utilitis: limit }, market)[0]!.description;
    expect(problem({ min: 0.1, lookThrough: true })).to.equal(
      'no asset has sector "Utilitis", so that at least 10 % cannot be met; did you mean Utilities? known: Financials, Technology, Energy, Utilities',
    );
    expect(problem({ min: 0, max: 0.1 })).to.equal(
      'no asset has sector "Utilitis"; known: Financials, Technology, Energy',
    );
  });
});

describe('figures at the edge of what counts', () => {
  const valueOf = (type: string, parameters: JsonObject, weight: number): number => {
    const weights = new Float64Array(market.current.length);
    weights[1] = weight;
    return handlerOf(type).check(parameters, { weights, cash: 1 - weight }, market)[0]!.value;
  };

  it('a hundredth of a basis point is a name for a minimum, any more than rounding for a maximum', () => {
    expect(valueOf('names', { min: 1 }, 1e-6)).to.equal(1);
    expect(valueOf('names', { min: 1 }, 0.99e-6)).to.equal(0);
    expect(valueOf('names', { max: 0 }, 0.99e-6)).to.equal(1);
    expect(valueOf('names', { max: 0 }, 1e-9)).to.equal(0);
    expect(valueOf('names', { max: 0, side: 'short' }, 0.1)).to.equal(0);
  });

  it('a sector called like the class Cash holds no uninvested cash', () => {
    const universe = { assets: market.universe.assets.map((asset) => ({ ...asset, sector: 'cash' })) };
    const told = handlerOf('sector').check({ cash: { max: 1 } }, now, { ...market, universe });
    expect(told[0]!.value).to.be.closeTo(1 - market.cashCurrent, 1e-15);
  });

  it('one at the threshold of a concentration does not count', () => {
    const rule = { eachMax: 0.4, threshold: 0.2, totalMax: 0.1, by: 'asset' };
    const counted = (weight: number): number => {
      const weights = new Float64Array(market.current.length).fill(0.01);
      weights[1] = weight;
      return handlerOf('concentration').check(rule, { weights, cash: 0 }, market).at(-1)!.value;
    };
    expect(counted(0.2)).to.equal(0);
    expect(counted(0.2 + 5e-10)).to.equal(0);
    expect(counted(0.2 + 2e-9)).to.equal(0.2 + 2e-9);
  });
});
