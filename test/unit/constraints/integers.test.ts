import { expect } from 'chai';
import { allOrNone } from '../../../src/constraints/all-or-none.ts';
import { holdingMinimum } from '../../../src/constraints/holding-minimum.ts';
import { names } from '../../../src/constraints/names.ts';
import { roundLots } from '../../../src/constraints/round-lots.ts';
import type { RoundLotsParameters } from '../../../src/constraints/round-lots.ts';
import { tradeMinimum } from '../../../src/constraints/trade-minimum.ts';
import { trades } from '../../../src/constraints/trades.ts';
import type { LeastSizeParameters } from '../../../src/constraints/least-sizes.ts';
import type { Situation } from '../../../src/problem/situation.ts';
import { fieldsOf, holdingsOf, originOf, situation } from './fixture.ts';

describe('the number of names', () => {
  it('counts weights that are not 0, short ones too, among the assets meant', () => {
    const holdings = holdingsOf(0.4, -0.1, 0, 0, 0.5, 0);
    const [verdict] = names.check({ max: 2 }, holdings, situation);
    expect(verdict).to.include({ text: 'names at most 2', value: 3, upper: 2, slack: -1, unit: 'names' });
    const [shares] = names.check({ max: 2, of: { assetClasses: ['Equity'] } }, holdings, situation);
    expect(shares).to.include({ text: 'names among Equity at most 2', value: 2, slack: 0 });
  });

  it('lowers to a count of weights away from 0, with no side where none is given', () => {
    const { counts } = names.lower({ min: 2 }, situation, originOf);
    expect(counts?.[0]).to.deep.include({ side: 'either', minimum: 2, maximum: 6, centre: new Float64Array(6) });
  });

  it('lets no dust count towards a minimum', () => {
    const [verdict] = names.check({ min: 2 }, holdingsOf(0.9, 1e-8, 0, 0, 0, 0), situation);
    expect(verdict?.value).to.equal(1);
  });

  it('refuses numbers that are no counts, crossed ranges, and more than there are', () => {
    expect(fieldsOf(names.admit({}, situation))).to.deep.equal(['']);
    expect(fieldsOf(names.admit({ max: 1.5 }, situation))).to.deep.equal(['max']);
    expect(fieldsOf(names.admit({ min: 3, max: 2 }, situation))).to.deep.equal(['min']);
    expect(fieldsOf(names.admit({ min: 7 }, situation))).to.deep.equal(['min']);
    expect(fieldsOf(names.admit({ max: 2, of: { assets: ['NONE'] } }, situation))).to.deep.equal(['of.assets[0]']);
    expect(names.admit({ max: 2, of: { sectors: ['Energy'] } }, situation)).to.deep.equal([]);
  });
});

describe('the number of trades', () => {
  it('counts weights away from the current ones, buys and sells apart when asked', () => {
    const holdings = holdingsOf(0.4, 0.2, 0.05, 0.1, 0.15, 0);
    expect(trades.check({ max: 2 }, holdings, situation)[0]).to.include({ value: 3, slack: -1 });
    expect(trades.check({ max: 2, side: 'buys' }, holdings, situation)[0]).to.include({ value: 1, unit: 'buys' });
    expect(trades.check({ max: 1, side: 'sells' }, holdings, situation)[0]).to.include({ value: 2, slack: -1 });
  });

  it('lowers to a count around the current weights', () => {
    const { counts } = trades.lower({ max: 3, side: 'sells' }, situation, originOf);
    expect(counts?.[0]).to.deep.include({ side: 'below', minimum: 0, maximum: 3, centre: situation.current });
  });
});

describe('minimum sizes', () => {
  it('let an asset be held not at all or by enough', () => {
    const verdicts = holdingMinimum.check({ min: 0.1 }, holdingsOf(0.3, 0.02, 0.08, 0, -0.2, 0), situation);
    expect(verdicts.map(({ slack }) => slack < 0)).to.deep.equal([false, true, true, false, false, false]);
    expect(verdicts[0]?.text).to.equal('holding of AAPL none or at least 10 %');
  });

  it('let an asset be traded not at all or by enough', () => {
    const { domains } = tradeMinimum.lower({ min: 0.05, of: { assets: ['XOM'] } }, situation, originOf);
    expect(domains?.[0]?.intervals).to.deep.equal([
      [-Infinity, 0.2 - 0.05],
      [0.2, 0.2],
      [0.25, Infinity],
    ]);
    const [verdict] = tradeMinimum.check(
      { min: 0.05, of: { assets: ['XOM'] } },
      holdingsOf(0, 0.21, 0, 0, 0, 0),
      situation,
    );
    expect(verdict?.slack).to.be.below(0);
  });

  it('refuse sizes that are none', () => {
    expect(fieldsOf(holdingMinimum.admit({ min: 0 }, situation))).to.deep.equal(['min']);
    expect(fieldsOf(holdingMinimum.admit({ min: 10 }, situation))).to.deep.equal(['min']);
    expect(fieldsOf(tradeMinimum.admit({ min: 0.1, of: { sectors: ['None'] } }, situation))).to.deep.equal([
      'of.sectors[0]',
    ]);
  });
});

describe('least sizes', () => {
  const worth: Situation = { ...situation, netAssetValue: { amount: '200000', currency: 'EUR' } };
  const leastOf = (parameters: LeastSizeParameters): Record<string, number> =>
    Object.fromEntries(
      (holdingMinimum.lower(parameters, worth, originOf).domains ?? []).map(({ position, intervals }) => [
        worth.universe.assets[position]!.id,
        intervals.at(-1)![0],
      ]),
    );

  it('of single assets stand for that of all, and 0 for none', () => {
    const assets = { XOM: 0.2, PFE: 0, GLD: 0.01 };
    expect(leastOf({ min: 0.05, assets })).to.deep.equal({ AAPL: 0.05, XOM: 0.2, SAP: 0.05, BUND: 0.05, GLD: 0.01 });
    expect(leastOf({ assets })).to.deep.equal({ XOM: 0.2, GLD: 0.01 });
    expect(leastOf({ min: 0.05, of: { assets: ['SAP'] }, assets })).to.deep.equal({ XOM: 0.2, SAP: 0.05, GLD: 0.01 });
    const [verdict] = holdingMinimum.check({ assets }, holdingsOf(0.3, 0.15, 0, 0, 0, 0), worth);
    expect(verdict).to.include({ text: 'holding of XOM none or at least 20 %', lower: 0.2 });
    expect(verdict?.slack).to.be.closeTo(-0.05, 1e-12);
  });

  it('in money are fractions of the net asset value; the larger of both holds', () => {
    const value = { amount: '5000', currency: 'EUR' };
    const of = { assets: ['SAP', 'GLD'] };
    expect(leastOf({ value, of })).to.deep.equal({ SAP: 0.025, GLD: 0.025 });
    expect(leastOf({ value, min: 0.01, of })).to.deep.equal({ SAP: 0.025, GLD: 0.025 });
    expect(leastOf({ value, min: 0.1, of, assets: { GLD: 0.02 } })).to.deep.equal({ SAP: 0.1, GLD: 0.02 });
    const [verdict] = tradeMinimum.check({ value, of }, holdingsOf(0.3, 0.2, 0.115, 0.1, 0.2, 0), worth);
    expect(verdict).to.include({ text: 'trade of SAP none or at least 5000 EUR (2.5 %)', lower: 0.025 });
    const large = tradeMinimum.lower({ value, min: 0.1, of }, worth, originOf).domains?.[0]?.origin.text;
    expect(large).to.equal('trade of SAP none or at least 10 %');
  });

  it('refuse what names nothing, and money that is no fraction', () => {
    const problems = (parameters: LeastSizeParameters, against = worth): string[] =>
      fieldsOf(tradeMinimum.admit(parameters, against));
    expect(problems({})).to.deep.equal(['']);
    expect(problems({ of: { assets: ['XOM'] }, assets: { SAP: 0.1 } })).to.deep.equal(['of']);
    expect(problems({ assets: { XOM: -0.1, SAP: 5, IBM: 0.1 } })).to.deep.equal([
      'assets.XOM',
      'assets.SAP',
      'assets.IBM',
    ]);
    const money = (amount: string, currency: string): LeastSizeParameters => ({ value: { amount, currency } });
    expect(problems(money('0', 'EUR'))).to.deep.equal(['value.amount']);
    expect(problems(money('many', 'euro'))).to.deep.equal(['value.amount', 'value.currency']);
    expect(problems(money('5000', 'USD'))).to.deep.equal(['value.currency']);
    expect(problems(money('500000', 'EUR'))).to.deep.equal(['value.amount']);
    expect(problems(money('5000', 'EUR'), situation)).to.deep.equal(['value']);
    const [worthless] = tradeMinimum.admit(money('5', 'EUR'), {
      ...worth,
      netAssetValue: { amount: '0', currency: 'EUR' },
    });
    expect(worthless?.description).to.equal('the net asset value is 0 EUR; it must be above 0');
    expect(fieldsOf(tradeMinimum.admitParameters!({ ...money('-1', 'EUR'), min: 0 }))).to.deep.equal([
      'min',
      'value.amount',
    ]);
  });
});

describe('round lots', () => {
  it('hold whole lots, or trade whole lots and keep the odd one', () => {
    const lots = { AAPL: 0.04 };
    const held = (weight: number, relativeTo: 'none' | 'current'): boolean =>
      roundLots.check({ lots, relativeTo }, holdingsOf(weight, 0, 0, 0, 0, 0), situation)[0]!.slack >= 0;
    expect([held(0.36, 'none'), held(0.3, 'none'), held(0.3, 'current'), held(0.38, 'current')]).to.deep.equal([
      true,
      false,
      true,
      true,
    ]);
    const { lots: lowered } = roundLots.lower({ lots, relativeTo: 'current' }, situation, originOf);
    expect(lowered?.[0]).to.include({ position: 0, base: 0.3, step: 0.04 });
  });

  it('refuse lots of nothing and of unknown assets', () => {
    expect(fieldsOf(roundLots.admit({ lots: { AAPL: 0, NONE: 0.1 } }, situation))).to.deep.equal([
      'lots.AAPL',
      'lots.NONE',
    ]);
    expect(fieldsOf(roundLots.admit({ lots: {} }, situation))).to.deep.equal(['lots']);
  });

  const priced: Situation = {
    ...situation,
    universe: {
      assets: situation.universe.assets.map((asset) => ({
        ...asset,
        ...(asset.id === 'GLD' ? {} : { unitValue: 0.0004 }),
        ...(asset.id === 'BUND' || asset.id === 'GLD' ? {} : { lotSize: 100 }),
      })),
    },
  };

  it('take lot sizes and unit values from the assets when asked to, of those meant and not stated', () => {
    const of = { assetClasses: ['Equity'] };
    const parameters = { from: 'asset-data' as const, of, lots: { XOM: 0.01, GLD: 0.02 } };
    expect(roundLots.admit(parameters, priced)).to.deep.equal([]);
    const { lots } = roundLots.lower(parameters, priced, originOf);
    expect(lots?.map(({ position, step }) => [position, step])).to.deep.equal([
      [1, 0.01],
      [5, 0.02],
      [0, 0.04],
      [2, 0.04],
      [3, 0.04],
    ]);
    expect(lots?.[2]?.origin.text).to.equal('holding of AAPL in whole lots of 100 (4 %)');
    const verdicts = roundLots.check(parameters, holdingsOf(0.08, 0.02, 0.06, 0, 0, 0), priced);
    expect(verdicts.map(({ slack }) => slack >= 0)).to.deep.equal([true, true, true, false, true]);
  });

  it('take a default lot size, in shares, only where the asset states none', () => {
    const parameters = { from: 'asset-data' as const, of: { assets: ['SAP', 'BUND'] }, defaultLotSize: 10 };
    expect(roundLots.admit(parameters, priced)).to.deep.equal([]);
    expect(roundLots.lower(parameters, priced, originOf).lots?.map(({ step }) => step)).to.deep.equal([0.04, 0.004]);
  });

  it('refuse assets without data by name, and what needs the data', () => {
    const problems = (parameters: RoundLotsParameters) => roundLots.admit(parameters, priced);
    expect(problems({ from: 'asset-data' }).map(({ description }) => description)).to.deep.equal([
      'the lot size of BUND, GLD is not known; state it there, or a defaultLotSize, or lots',
      'what a unit of GLD is worth is not known, which takes a price and a net asset value above 0; name the assets meant in of, or state lots',
    ]);
    expect(fieldsOf(problems({ lots: { XOM: 0.1 }, of: { assets: ['XOM'] }, defaultLotSize: 0 }))).to.deep.equal([
      'of',
      'defaultLotSize',
      'defaultLotSize',
    ]);
    expect(fieldsOf(problems({ from: 'asset-data', of: { assets: ['IBM', 'SAP'] } }))).to.deep.equal(['of.assets[0]']);
    expect(fieldsOf(problems({}))).to.deep.equal(['lots']);
  });
});

describe('all or none', () => {
  it('allows the weight stated or nothing', () => {
    const slackAt = (weight: number): number =>
      allOrNone.check({ assets: { XOM: 0.1 } }, holdingsOf(0, weight, 0, 0, 0, 0), situation)[0]!.slack;
    expect([slackAt(0), slackAt(0.1)].map((slack) => slack === 0)).to.deep.equal([true, true]);
    expect(slackAt(0.06)).to.be.below(0);
    const { domains } = allOrNone.lower({ assets: { XOM: -0.1 } }, situation, originOf);
    expect(domains?.[0]?.intervals).to.deep.equal([
      [-0.1, -0.1],
      [0, 0],
    ]);
  });

  it('refuses a whole of nothing and unknown assets', () => {
    expect(fieldsOf(allOrNone.admit({ assets: { XOM: 0, NONE: 0.1 } }, situation))).to.deep.equal([
      'assets.XOM',
      'assets.NONE',
    ]);
    expect(fieldsOf(allOrNone.admit({ assets: {} }, situation))).to.deep.equal(['assets']);
  });
});
