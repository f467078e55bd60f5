/** What handlers refuse, by field, and what they still take at the edge of it. */
import { expect } from 'chai';

import { builtInConstraints } from '../../../src/constraints/built-in.ts';
import type { ConstraintHandler, Situation } from '../../../src/problem/situation.ts';
import type { FundHolding, UniverseAsset } from '../../../src/problem/universe.ts';
import type { JsonObject } from '../../../src/values/json.ts';
import { market } from '../../support/oracle-market.ts';
import { fieldsOf } from './fixture.ts';

const handlerOf = (type: string): ConstraintHandler => builtInConstraints.find((handler) => handler.type === type)!;

const [fund, ...others] = market.universe.assets;
/** No benchmark, no models. */
const bare: Situation = { universe: market.universe, current: market.current, cashCurrent: market.cashCurrent };
/** Nothing is held that has an ESG score. */
const unscored: Situation = { ...market, current: new Float64Array(market.current.length), cashCurrent: 1 };
/** The fund holds itself. */
const holdings: FundHolding[] = [];
const ring: UniverseAsset = { ...fund!, holdings };
holdings.push({ asset: ring, weight: 0.5 });
const closed: Situation = { ...market, universe: { assets: [ring, ...others] } };
/** An asset outside of every part. */
const plain: Situation = {
  ...market,
  universe: { assets: market.universe.assets.map(({ id }) => ({ id, groups: {} })) },
};

/** Refused by the parameters alone, so also where they are stored without a universe. */
const anywhere: readonly (readonly [string, JsonObject, readonly string[]])[] = [
  ['all-or-none', { assets: {} }, ['assets']],
  ['all-or-none', { assets: { TEC: 0, GLD: 2.1 } }, ['assets.TEC', 'assets.GLD']],
  ['asset-class', { Equity: { min: 0.2, max: 0.1 }, Stocks: { max: -2.01 } }, ['Equity.min', 'Stocks.max', 'Stocks']],
  ['beta', { from: 'covariance', characteristic: 'beta', max: 1 }, ['characteristic']],
  ['beta', { from: 'characteristic', min: 1, max: 0.9 }, ['min']],
  ['bounds', {}, ['']],
  ['bounds', { of: { assets: ['TEC'] }, assets: { TEC: { max: 1 } } }, ['of']],
  ['bounds', { all: { max: 0.1 }, assets: { TEC: { min: 0.2 }, OIL: { max: 3 } } }, ['assets.TEC', 'assets.OIL.max']],
  ['bounds', { all: { min: -1, relativeTo: 'benchmark-multiple' } }, ['all.min']],
  ['budget', { min: 1, max: 0.9 }, ['min']],
  ['budget', {}, ['']],
  ['cash', { max: 5 }, ['max']],
  ['characteristic', { name: 'score', aggregate: 'sum', min: 2, max: 1 }, ['min']],
  ['concentration', { eachMax: 0.1, threshold: 0.2, totalMax: -0.1 }, ['totalMax', 'threshold']],
  ['concentration', { eachMax: 0.1, threshold: 0.05, totalMax: 0.4, by: 'group' }, ['taxonomy']],
  ['cvar', { max: 3, level: 0.4 }, ['max', 'level']],
  ['cvar', { max: 0.1, level: 1.01 }, ['level']],
  ['dollar-neutral', { tolerance: -0.01 }, ['tolerance']],
  ['drawdown', { measure: 'maximum', max: -0.1, level: 0.9 }, ['max', 'level']],
  ['drawdown', { measure: 'cdar', max: 0.1 }, ['level']],
  ['drawdown', { measure: 'cdar', max: 0.1, level: 0.05 }, ['level']],
  ['factor-exposure', { exposures: { Market: { min: 1, max: 0 } } }, ['exposures.Market.min']],
  ['gross-exposure', { min: 1 }, ['min']],
  ['gross-exposure', {}, ['max']],
  ['gross-exposure', { max: 20.1 }, ['max']],
  ['group', { taxonomy: 'theme', limits: {} }, ['limits']],
  ['group-ratio', { of: { assets: ['TEC'] }, to: { assets: ['OIL'] } }, ['']],
  ['group-ratio', { of: { assets: ['TEC'] }, to: { assets: ['OIL'] }, min: 2, max: 1 }, ['min']],
  ['herfindahl', { max: 0.2, effectiveNumberMin: 5 }, ['']],
  ['herfindahl', { by: 'sector' }, ['']],
  ['herfindahl', { max: 0, taxonomy: 'theme' }, ['taxonomy', 'max']],
  ['herfindahl', { max: Infinity }, ['max']],
  ['herfindahl', { effectiveNumberMin: 0.9 }, ['effectiveNumberMin']],
  ['herfindahl', { effectiveNumberMin: Infinity }, ['effectiveNumberMin']],
  ['linear', { coefficients: { TEC: 1 }, max: 2e12 }, ['max']],
  ['linear-text', { expression: 'TEC < 1' }, ['expression']],
  ['liquidity', {}, ['']],
  [
    'liquidity',
    { trade: { participation: 1.1, days: 0 }, position: { participation: 0 } },
    ['trade.participation', 'trade.days', 'position.participation'],
  ],
  ['long-exposure', { max: -0.1 }, ['max']],
  ['long-short', { longMax: 1, shortMax: 0.3, net: 1.1 }, ['net']],
  ['long-short', { longMax: 1, shortMax: 0.3, net: -0.4 }, ['net']],
  ['long-short', { longMax: -1, shortMax: 30 }, ['longMax', 'shortMax', 'net']],
  ['long-short', { longMax: 3, shortMax: 3, net: 2.5 }, ['net']],
  ['market-neutral', { from: 'covariance', characteristic: 'beta', tolerance: -1 }, ['tolerance', 'characteristic']],
  ['mean-absolute-deviation', { max: -0.01 }, ['max']],
  ['names', {}, ['']],
  ['names', { min: 3, max: 2 }, ['min']],
  ['names', { min: -1, max: 0.5 }, ['min', 'max']],
  ['net-exposure', { min: 0.5, max: 0.4 }, ['min']],
  ['no-buy', { unknown: 'ignore' }, ['']],
  ['risk-contribution', { by: 'asset' }, ['']],
  ['risk-contribution', { by: 'asset', limits: { TEC: { max: 3 } } }, ['limits.TEC.max']],
  ['cvar', { max: 0.1, level: 0 }, ['level']],
  [
    'stress-loss',
    { scenario: 's', shocks: { sectors: { Energy: -1.5 }, assets: { TEC: 10.1 } }, max: 0.1 },
    ['shocks.assets.TEC', 'shocks.sectors.Energy'],
  ],
  ['risk-contribution', { by: 'factor', taxonomy: 'theme', all: { max: 1 } }, ['taxonomy']],
  ['risk-contribution', { by: 'group', all: { min: 0.6, max: 0.5 } }, ['taxonomy', 'all.min']],
  ['risk-contribution', { by: 'asset', all: { min: 0.2 }, limits: { TEC: { max: 0.1 } } }, ['limits.TEC']],
  [
    'risk-contribution',
    { by: 'asset-class', limits: { Stocks: { max: 0.1 }, Equity: { max: 0.2 } } },
    ['limits.Equity'],
  ],
  ['short-exposure', { max: Infinity }, ['max']],
  [
    'stress-loss',
    { scenario: 's', shocks: { assets: { TEC: -1.1 }, factors: { Market: Infinity } }, max: 3 },
    ['max', 'shocks.assets.TEC', 'shocks.factors.Market'],
  ],
  ['top-holdings', { count: 0, max: -1, by: 'group' }, ['taxonomy', 'max', 'count']],
  ['tracking-error', { max: -0.1, period: 'annual', definition: 'ex-ante' }, ['max']],
  ['trades', { max: 1.5 }, ['max']],
  ['trading-cost', { max: -0.1 }, ['max', '']],
  ['trading-cost', { max: 0.1, all: { rate: -0.1 }, assets: { TEC: { buy: 1.1 } } }, ['all.rate', 'assets.TEC.buy']],
  ['turnover', { definition: 'gross', max: -0.1 }, ['max']],
  ['value-at-risk', { max: -0.1, level: 0.4, period: 'annual', definition: 'normal-zero-mean' }, ['max', 'level']],
  ['value-at-risk', { max: 0.1, level: 1, period: 'annual', definition: 'normal-zero-mean' }, ['level']],
  ['value-at-risk', { max: 0.1, level: 0.5, period: 'annual', definition: 'normal-zero-mean' }, ['level']],
  ['volatility', { max: -0.1, period: 'annual' }, ['max']],
  ['volatility', { max: 2.1, period: 'annual' }, ['max']],
];

const unknown = { assets: ['XYZ'] };
const benchmark = { relativeTo: 'benchmark' };
const of = { of: unknown };

/** Refused for what the universe or the situation has not. */
const here: readonly (readonly [string, JsonObject, readonly string[], Situation])[] = [
  ['all-or-none', { assets: { XYZ: 0.1 } }, ['assets.XYZ'], market],
  ['asset-class', { Equity: { max: 1, lookThrough: true } }, ['Equity.lookThrough'], closed],
  ['asset-class', { Equity: { max: 1, ...benchmark }, Option: { min: 0.1 } }, ['Equity.relativeTo', 'Option'], bare],
  ['sector', { '*': { max: 0.1 } }, ['["*"]'], plain],
  ['sector', { Utilities: { max: 0.1 } }, ['Utilities'], market],
  ['group', { taxonomy: 'topic', limits: { AI: { min: 1, max: 0 } } }, ['taxonomy', 'limits.AI.min'], market],
  ['beta', { from: 'covariance', max: 1, ...benchmark }, ['from', 'relativeTo'], bare],
  ['beta', { from: 'characteristic', characteristic: 'esg', max: 1, min: 2 }, ['min', 'characteristic'], market],
  [
    'bounds',
    { relativeTo: 'benchmark', all: { max: 1, ...benchmark }, ...of },
    ['of.assets[0]', 'all.relativeTo', 'relativeTo'],
    bare,
  ],
  [
    'bounds',
    { assets: { XYZ: { max: 1, relativeTo: 'benchmark-multiple' } } },
    ['assets.XYZ', 'assets.XYZ.relativeTo'],
    bare,
  ],
  [
    'bounds',
    { all: { max: 0.1 }, of: { assets: ['TEC'] }, assets: { TEC: { min: 0.2 }, OIL: { min: 0.2 } } },
    ['assets.TEC'],
    market,
  ],
  [
    'characteristic',
    { name: 'score', aggregate: 'sum', max: 1, ...of, ...benchmark, lookThrough: true },
    ['of.assets[0]', 'relativeTo', 'lookThrough'],
    { ...closed, benchmark: undefined } as unknown as Situation,
  ],
  ['characteristic', { name: 'skore', aggregate: 'sum', max: 1 }, ['name'], market],
  ['characteristic', { name: 'esg', aggregate: 'sum', max: 1 }, ['missing'], market],
  [
    'characteristic',
    { name: 'esg', aggregate: 'average', max: 1, missing: 'exclude', relativeTo: 'current' },
    ['relativeTo'],
    unscored,
  ],
  ['characteristic', { name: 'beta', aggregate: 'sum', max: 1, of: { assets: ['BIL'] } }, ['name'], market],
  ['concentration', { eachMax: 0.1, threshold: 0.05, totalMax: 0.4 }, ['by'], plain],
  [
    'concentration',
    { eachMax: 0.1, threshold: 0.05, totalMax: 0.4, by: 'group', taxonomy: 'topic' },
    ['taxonomy'],
    market,
  ],
  ['cvar', { max: 0.1, level: 0.3, ...benchmark }, ['level', 'relativeTo'], bare],
  ['dollar-neutral', of, ['of.assets[0]'], market],
  ['drawdown', { measure: 'average', max: 0.1, ...benchmark }, ['relativeTo'], bare],
  ['factor-exposure', { exposures: {} }, ['exposures'], market],
  ['factor-exposure', { exposures: { Market: { max: 1 } }, ...benchmark }, ['exposures', 'relativeTo'], bare],
  ['factor-exposure', { exposures: { Size: { max: 1 } } }, ['exposures.Size'], market],
  ['gross-exposure', { max: 1, ...of, ...benchmark }, ['of.assets[0]', 'relativeTo'], bare],
  ['group-ratio', { of: unknown, to: { sectors: ['Tech'] }, max: 1 }, ['of.assets[0]', 'to.sectors[0]'], market],
  ['group-ratio', { of: { assets: ['TEC'] }, to: { assets: ['TEC'] }, min: 1 }, ['min'], market],
  [
    'group-ratio',
    { of: { assets: ['TEC'] }, to: { assets: ['OIL'] }, max: 1, lookThrough: true },
    ['lookThrough'],
    closed,
  ],
  [
    'herfindahl',
    { max: 0.2, by: 'sector', lookThrough: true, ...benchmark },
    ['lookThrough', 'relativeTo'],
    { ...closed, benchmark: undefined } as unknown as Situation,
  ],
  [
    'hold',
    { ...unknown, currencies: ['CHF'], groups: { topic: ['AI'], theme: ['Ai'] } },
    ['assets[0]', 'currencies[0]', 'groups.topic', 'groups.theme[0]'],
    market,
  ],
  [
    'linear',
    { coefficients: { XYZ: 1, TEC: 2e12 }, max: 1, ...benchmark },
    ['coefficients.XYZ', 'coefficients.TEC', 'relativeTo'],
    bare,
  ],
  ['linear', { coefficients: { TEC: 0 }, max: 1 }, ['coefficients'], market],
  ['liquidity', { trade: { participation: 1 }, ...of }, ['of.assets[0]'], market],
  ['liquidity', { trade: { participation: 1 } }, ['missing'], market],
  ['liquidity', { trade: { participation: 1 }, missing: 'unlimited' }, ['missing'], plain],
  ['market-neutral', { from: 'covariance', tolerance: -1 }, ['tolerance', 'from'], bare],
  ['mean-absolute-deviation', { max: 0.1, ...benchmark }, ['relativeTo'], bare],
  ['mutually-exclusive', { of: { assetClasses: ['Options'] } }, ['of.assetClasses[0]'], market],
  ['names', { max: 1, by: 'topic' }, ['by'], market],
  ['names', { max: 1, by: 'sector' }, ['by'], plain],
  ['names', { min: 9 }, ['min'], market],
  ['names', { min: 2, by: 'sector' }, ['min', 'min'], market],
  ['net-exposure', { max: 1, ...of, ...benchmark }, ['of.assets[0]', 'relativeTo'], bare],
  ['risk-contribution', { by: 'factor', all: { max: 1 }, ...benchmark }, ['by', 'relativeTo'], bare],
  ['risk-contribution', { by: 'group', taxonomy: 'topic', all: { max: 1 } }, ['taxonomy'], market],
  ['risk-contribution', { by: 'sector', all: { max: 1 } }, ['by'], plain],
  [
    'stress-loss',
    { scenario: 's', shocks: { sectors: { Energy: -0.1 }, factors: { Market: -0.1 } }, max: 0.1 },
    ['shocks'],
    market,
  ],
  [
    'stress-loss',
    { scenario: 's', shocks: { assetClasses: { Bonds: -0.1, 'fixed income': -0.2 } }, max: 0.1 },
    ['shocks.assetClasses["fixed income"]'],
    market,
  ],
  ['risk-contribution', { by: 'factor', limits: { Size: { max: 1 } } }, ['limits.Size'], market],
  ['risk-contribution', { by: 'sector', limits: { technology: { max: 1 } } }, ['limits.technology'], market],
  [
    'stress-loss',
    { scenario: 's', shocks: { assetClasses: { Equity: -0.1 } }, max: 0.1, lookThrough: true, ...benchmark },
    ['lookThrough', 'relativeTo'],
    { ...closed, benchmark: undefined } as unknown as Situation,
  ],
  [
    'stress-loss',
    { scenario: 's', shocks: { assets: { NST: 0 }, sectors: { Utilities: 0 }, factors: { Market: 0 } }, max: 0.1 },
    ['shocks.assets.NST', 'shocks.sectors.Utilities', 'shocks.factors'],
    bare,
  ],
  [
    'stress-loss',
    { scenario: 's', shocks: { sectors: { Energy: 0 }, countries: { US: 0 } }, max: 0.1 },
    ['shocks'],
    market,
  ],
  ['top-holdings', { count: 9, max: 0.5, lookThrough: true }, ['lookThrough'], closed],
  ['top-holdings', { count: 9, max: 0.5 }, ['count'], market],
  ['tracking-error', { max: 0.1, period: 'annual', definition: 'ex-ante' }, [''], bare],
  ['top-holdings', { count: 1, max: 0.5, by: 'group', taxonomy: 'topic' }, ['taxonomy'], market],
  ['trading-cost', { max: 0.1, assets: { XYZ: { rate: 0.1 } } }, ['assets.XYZ'], market],
  ['turnover', { definition: 'gross', max: -1, ...of }, ['max', 'of.assets[0]'], market],
  [
    'value-at-risk',
    { max: 0.1, level: 0.9, period: 'daily', definition: 'normal-zero-mean', ...benchmark },
    ['relativeTo'],
    bare,
  ],
  ['volatility', { max: 0.1, period: 'daily', relativeTo: 'benchmark-multiple' }, ['relativeTo'], bare],
];

/** At the edge of what is refused. */
const taken: readonly (readonly [string, JsonObject])[] = [
  ['bounds', { all: { min: 0.1, max: 0.1 }, assets: { TEC: { max: 0.1 } } }],
  ['bounds', { all: { min: 0, max: 5, relativeTo: 'benchmark-multiple' } }],
  ['bounds', { all: { max: 0.1 }, assets: { TEC: { min: 0.2, relativeTo: 'benchmark' } } }],
  ['budget', { min: -2, max: 2 }],
  ['concentration', { eachMax: 0, threshold: 0, totalMax: 0 }],
  ['cvar', { max: -2, level: 0.5 }],
  ['dollar-neutral', { tolerance: 0 }],
  ['drawdown', { measure: 'cdar', max: 0, level: 1 }],
  ['gross-exposure', { max: 20 }],
  ['gross-exposure', { max: 0 }],
  ['herfindahl', { effectiveNumberMin: 1 }],
  ['linear', { coefficients: { TEC: -1e12 }, min: -1e12 }],
  ['liquidity', { trade: { participation: 1, days: 0.1 }, missing: 'unlimited' }],
  ['long-short', { longMax: 1, shortMax: 0.5, net: 1 }],
  ['long-short', { longMax: 1, shortMax: 0.5, net: -0.5 }],
  ['market-neutral', { from: 'characteristic', tolerance: 0 }],
  ['mean-absolute-deviation', { max: 0 }],
  ['names', { min: 8, max: 8 }],
  ['risk-contribution', { by: 'asset', all: { min: 0.2 }, limits: { TEC: { max: 0.2 } } }],
  ['names', { max: 0 }],
  [
    'stress-loss',
    {
      scenario: 's',
      shocks: { assets: { NST: -1, TEC: 10 }, sectors: { Utilities: 0.1 } },
      max: -2,
      lookThrough: true,
    },
  ],
  ['top-holdings', { count: 8, max: 0 }],
  ['tracking-error', { max: 0, period: 'annual', definition: 'ex-ante' }],
  ['trading-cost', { max: 0, all: { buy: 1 } }],
  ['turnover', { definition: 'average', max: 0 }],
  ['volatility', { max: 0, period: 'annual' }],
  ['volatility', { max: 2.5, period: 'annual', relativeTo: 'benchmark-multiple' }],
];

/** Taken where the fund holds itself, because it is not looked through. */
const unopened: readonly (readonly [string, JsonObject])[] = [
  ['asset-class', { Equity: { max: 0.5, lookThrough: false } }],
  ['characteristic', { name: 'score', aggregate: 'sum', max: 6 }],
  ['group-ratio', { of: { assets: ['TEC'] }, to: { assets: ['OIL'] }, max: 1 }],
  ['herfindahl', { max: 0.2 }],
  ['stress-loss', { scenario: 's', shocks: { assets: { FND: -0.1 } }, max: 0.1 }],
  ['top-holdings', { count: 2, max: 0.5 }],
];

describe('what constraints refuse', () => {
  for (const [type, parameters, fields] of anywhere)
    it(`whatever the universe: ${type} ${JSON.stringify(parameters)}`, () => {
      const handler = handlerOf(type);
      expect(fieldsOf(handler.admitParameters!(parameters))).to.deep.equal(fields);
      expect(fieldsOf(handler.admit(parameters, market))).to.include.members([...fields]);
    });

  for (const [type, parameters, fields, situation] of here)
    it(`in a situation: ${type} ${JSON.stringify(parameters)}`, () => {
      expect(fieldsOf(handlerOf(type).admit(parameters, situation))).to.deep.equal(fields);
    });

  it('tells of a level that says how much of the tail there is what it would speak of', () => {
    const told = (level: number): string => handlerOf('cvar').admit({ max: 0.1, level }, market)[0]!.description;
    expect(told(0.05)).to.match(/; got 0.05, which would speak of the worst 95 %$/);
    expect(told(0)).to.match(/; got 0$/);
    expect(told(1.5)).to.match(/; got 1.5$/);
  });

  for (const [type, parameters] of unopened)
    it(`is not a fund that is not looked through: ${type}`, () => {
      expect(handlerOf(type).admit(parameters, closed)).to.deep.equal([]);
    });

  it('is told apart: what is no number, and what is too large or a percentage', () => {
    const [infinite] = handlerOf('gross-exposure').admit({ max: Infinity }, market);
    expect(infinite).to.deep.include({
      reason: 'NUMBER_INVALID',
      description: 'must be a finite number; got Infinity',
    });
    const [large] = handlerOf('gross-exposure').admit({ max: 130 }, market);
    expect(large!.reason).to.equal('CONSTRAINT_INVALID');
    expect(large!.description).to.match(/; got 130, which would be 13000 %$/);
    expect(handlerOf('gross-exposure').admit({ max: 1e308 }, market)[0]!.description).to.match(/; got 1e\+308$/);
    expect(handlerOf('gross-exposure').admit({ max: -1 }, market)[0]!.description).to.match(/; got -1$/);
  });

  for (const [type, parameters] of taken)
    it(`is not ${type} ${JSON.stringify(parameters)}`, () => {
      const handler = handlerOf(type);
      expect(handler.admitParameters?.(parameters) ?? []).to.deep.equal([]);
      expect(handler.admit(parameters, market)).to.deep.equal([]);
    });
});
