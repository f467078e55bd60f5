import { expect } from 'chai';

import { hold } from '../../../src/constraints/hold.ts';
import { holdingMinimum } from '../../../src/constraints/holding-minimum.ts';
import { liquidity } from '../../../src/constraints/liquidity.ts';
import { mutuallyExclusive } from '../../../src/constraints/mutually-exclusive.ts';
import { names } from '../../../src/constraints/names.ts';
import { restricted } from '../../../src/constraints/restricted.ts';
import { roundLots } from '../../../src/constraints/round-lots.ts';
import { tradeMinimum } from '../../../src/constraints/trade-minimum.ts';
import { trades } from '../../../src/constraints/trades.ts';
import { tradingCost } from '../../../src/constraints/trading-cost.ts';
import { turnover } from '../../../src/constraints/turnover.ts';
import type { Situation } from '../../../src/problem/situation.ts';
import { fieldsOf, holdingsOf, originOf, situation } from './fixture.ts';

/** SAP is held short. */
const longShort: Situation = { ...situation, current: Float64Array.of(0.3, 0.2, -0.1, 0, 0.2, 0), cashCurrent: 0.4 };

describe('the turnover of the same trades as systems define it', () => {
  // Buys of 6 % and 4 %, sales of 12 % and 3 %, two assets not traded, the rest is cash.
  const holdings = holdingsOf(0.36, 0.08, 0.14, 0.07, 0.2, 0);
  const definitions = [
    ['half-sum', 0.125, 'cvxportfolio: half the sum of absolute trades, cash excluded (Boyd et al. 2017, 2.3)'],
    ['gross', 0.25, 'the sum of absolute trades'],
    ['average', 0.25 / 6, 'PortfolioAnalytics: the sum of absolute trades divided by the number of assets'],
    ['one-way-buy', 0.1, 'MATLAB Financial Toolbox: one-way purchases'],
    ['one-way-sell', 0.15, 'MATLAB Financial Toolbox: one-way sales'],
  ] as const;
  for (const [definition, expected, words] of definitions)
    it(`is ${String(Number((100 * expected).toFixed(2)))} % by ${words}`, () => {
      const [verdict] = turnover.check({ definition, max: 1 }, holdings, situation);
      expect(verdict?.value).to.be.closeTo(expected, 1e-15);
    });

  it('is 12 % at most by skfolio and Riskfolio-Lib, which limit each asset by itself', () => {
    const verdicts = turnover.check({ definition: 'per-asset', max: 1 }, holdings, situation);
    expect(Math.max(...verdicts.map(({ value }) => value))).to.be.closeTo(0.12, 1e-15);
  });
});

describe('turnover of a part', () => {
  it('counts the trades of the assets meant', () => {
    const of = { countries: ['DE'] };
    const holdings = holdingsOf(0.1, 0.2, 0.2, 0.1, 0.15, 0);
    const value = (definition: 'gross' | 'average' | 'one-way-sell'): number =>
      turnover.check({ definition, max: 0.1, of }, holdings, situation)[0]!.value;
    expect(value('gross')).to.be.closeTo(0.15, 1e-15);
    expect(value('average')).to.be.closeTo(0.075, 1e-15);
    expect(value('one-way-sell')).to.be.closeTo(0.05, 1e-15);
    const [limit] = turnover.lower({ definition: 'average', max: 0.1, of }, situation, originOf).tradeLimits ?? [];
    expect([...limit!.buyRate]).to.deep.equal([0, 0, 0.5, 0, 0.5, 0]);
    expect(limit?.origin.text).to.equal('turnover (average trade) among DE at most 10 %');
    expect(turnover.lower({ definition: 'per-asset', max: 0.1, of }, situation, originOf).bounds).to.have.length(2);
    const unknown = { definition: 'gross', max: 0.1, of: { countries: ['FR'] } } as const;
    expect(fieldsOf(turnover.admit(unknown, situation))).to.deep.equal(['of.countries[0]']);
  });

  it('has a long and a short side that together are the whole', () => {
    const holdings = holdingsOf(0.2, 0.25, 0.1, -0.1, 0.2, 0.1);
    const value = (side: 'all' | 'long' | 'short'): number =>
      turnover.check({ definition: 'gross', max: 1, side }, holdings, longShort)[0]!.value;
    // Long: AAPL 0.1, XOM 0.05, GLD bought 0.1. Short: SAP covered and turned round 0.2, PFE sold short 0.1.
    expect(value('long')).to.be.closeTo(0.25, 1e-15);
    expect(value('short')).to.be.closeTo(0.3, 1e-15);
    expect(value('all')).to.be.closeTo(0.55, 1e-15);
    const [limit] = turnover.lower({ definition: 'gross', max: 1, side: 'short' }, longShort, originOf).tradeLimits!;
    expect([...limit!.buyRate]).to.deep.equal([0, 0, 1, 0, 0, 0]);
    expect([...limit!.sellRate]).to.deep.equal([0, 0, 1, 1, 0, 1]);
  });
});

describe('a trading cost budget', () => {
  const parameters = {
    max: 0.002,
    all: { rate: 0.001, halfSpread: 0.0005 },
    assets: { XOM: { halfSpread: 0.002, sell: 0.001 }, SAP: { buy: 0.005 } },
  };

  it('adds what each purchase and each sale costs', () => {
    expect(tradingCost.admit(parameters, situation)).to.deep.equal([]);
    const [verdict] = tradingCost.check(parameters, holdingsOf(0.4, 0.1, 0.2, 0.1, 0.2, 0), situation);
    expect(verdict?.value).to.be.closeTo(0.1 * 0.0015 + 0.1 * 0.004 + 0.1 * 0.0065, 1e-15);
    const [limit] = tradingCost.lower(parameters, situation, originOf).tradeLimits!;
    const rates = [limit!.buyRate, limit!.sellRate].map((each) => Array.from(each, (rate) => Number(rate.toFixed(12))));
    expect(rates).to.deep.equal([
      [0.0015, 0.003, 0.0065, 0.0015, 0.0015, 0.0015],
      [0.0015, 0.004, 0.0015, 0.0015, 0.0015, 0.0015],
    ]);
  });

  it('refuses basis points meant as fractions, unknown assets, and costs of nothing', () => {
    const wrong = { max: -1, all: { rate: 10 }, assets: { IBM: { buy: -0.1 } } };
    expect(fieldsOf(tradingCost.admit(wrong, situation))).to.deep.equal([
      'max',
      'all.rate',
      'assets.IBM.buy',
      'assets.IBM',
    ]);
    expect(fieldsOf(tradingCost.admit({ max: 0.1, all: { rate: 0 } }, situation))).to.deep.equal(['']);
  });
});

describe('liquidity limits', () => {
  const daily = [0.5, 0.2, undefined, 0.1, 2, 1];
  const market: Situation = {
    ...situation,
    universe: {
      assets: situation.universe.assets.map((asset, position) => {
        const averageDailyValue = daily[position];
        return averageDailyValue === undefined ? asset : { ...asset, averageDailyValue };
      }),
    },
  };

  it('bound trades and positions by what is traded in some days', () => {
    const parameters = {
      trade: { participation: 0.1 },
      position: { participation: 0.2, days: 5 },
      of: { assets: ['XOM'] },
    };
    expect(liquidity.admit(parameters, market)).to.deep.equal([]);
    const { bounds } = liquidity.lower(parameters, market, originOf);
    expect(bounds?.map(({ lower, upper }) => [lower, upper].map((each) => Number(each.toFixed(12))))).to.deep.equal([
      [0.18, 0.22],
      [-0.2, 0.2],
    ]);
    const verdicts = liquidity.check(parameters, holdingsOf(0, 0.25, 0, 0, 0, 0), market);
    expect(verdicts.map(({ text }) => text)).to.deep.equal([
      'trade of XOM at most 1 day at 10 % of its average daily value',
      'holding of XOM at most 5 days at 20 % of its average daily value',
    ]);
    expect(verdicts[0]?.slack).to.be.closeTo(-0.03, 1e-15);
    expect(verdicts[1]?.slack).to.be.closeTo(-0.05, 1e-15);
  });

  it('name the assets whose daily value is not known, and leave them free or still when told to', () => {
    const trade = { participation: 0.1 };
    expect(liquidity.admit({ trade }, market)[0]?.description).to.equal(
      'the average daily value of SAP is not known; state missing: unlimited or forbid, or name the assets meant in of',
    );
    expect(liquidity.lower({ trade, missing: 'unlimited' }, market, originOf).bounds).to.have.length(5);
    const forbidden = liquidity.lower({ trade, missing: 'forbid' }, market, originOf).bounds?.[2];
    expect(forbidden).to.include({ position: 2, lower: 0.1, upper: 0.1 });
    expect(fieldsOf(liquidity.admit({ trade, missing: 'unlimited' }, situation))).to.deep.equal(['missing']);
  });

  it('refuse participations and days that are none', () => {
    const wrong = { trade: { participation: 10 }, position: { participation: 0.1, days: 0 } };
    expect(fieldsOf(liquidity.admit(wrong, market))).to.deep.equal(['trade.participation', 'position.days']);
    expect(fieldsOf(liquidity.admit({}, market))).to.deep.equal(['']);
  });
});

describe('holdings that are kept or only reduced', () => {
  it('stay as they are', () => {
    const [bound] = hold.lower({ assets: ['AAPL'] }, situation, originOf).bounds ?? [];
    expect(bound).to.include({ lower: 0.3, upper: 0.3 });
    const [verdict] = hold.check({ assets: ['AAPL'] }, holdingsOf(0.25, 0, 0, 0, 0, 0), situation);
    expect(verdict?.slack).to.be.closeTo(-0.05, 1e-15);
    expect(verdict?.text).to.equal('AAPL kept as held');
  });

  it('go towards nothing and no further, long or short', () => {
    const { bounds } = restricted.lower({ assets: ['AAPL', 'SAP', 'PFE'] }, longShort, originOf);
    expect(bounds?.map(({ lower, upper }) => [lower, upper])).to.deep.equal([
      [0, 0.3],
      [-0.1, 0],
      [0, 0],
    ]);
    const slack = (weight: number): number =>
      restricted.check({ assets: ['SAP'] }, holdingsOf(0, 0, weight, 0, 0, 0), longShort)[0]!.slack;
    expect([-0.11, -0.05, 0.01].map((weight) => slack(weight) >= 0)).to.deep.equal([false, true, false]);
  });
});

describe('counts of parts', () => {
  it('hold for each group by itself', () => {
    const { counts } = names.lower({ max: 1, by: 'sector' }, situation, originOf);
    expect(counts?.map(({ origin, positions }) => [origin.text, ...positions])).to.deep.equal([
      ['names of sector Technology at most 1', 0, 2],
      ['names of sector Energy at most 1', 1],
      ['names of sector Health Care at most 1', 3],
    ]);
    const verdicts = trades.check({ max: 0, side: 'buys', by: 'theme' }, holdingsOf(0.4, 0.2, 0.2, 0, 0, 0), situation);
    expect(verdicts.map(({ text, value }) => [text, value])).to.deep.equal([
      ['buys of theme AI at most 0', 2],
      ['buys of theme Energy at most 0', 0],
    ]);
    const [violation] = names.admit({ min: 2, by: 'sector' }, situation);
    expect(violation?.description).to.contain('asks for 2 of 1 assets (names of sector Energy at least 2)');
    expect(fieldsOf(names.admit({ max: 1, by: 'region' }, situation))).to.deep.equal(['by']);
    expect(fieldsOf(names.admit({ max: 1, by: 'sector', of: { assets: ['GLD'] } }, situation))).to.deep.equal(['by']);
  });

  it('are of long or of short names', () => {
    const value = (side: 'long' | 'short'): unknown =>
      names.check({ max: 1, side }, holdingsOf(0.5, 0.4, -0.1, 0, 0, 0), situation)[0]!.value;
    expect([value('long'), value('short')]).to.deep.equal([2, 1]);
    expect(names.lower({ max: 1, side: 'short' }, situation, originOf).counts?.[0]).to.include({ side: 'below' });
  });

  it('let one of several be held', () => {
    const of = { assets: ['AAPL', 'SAP', 'GLD'] };
    const [verdict] = mutuallyExclusive.check({ of }, holdingsOf(0.5, 0.1, 0, 0, 0, 0.4), situation);
    expect(verdict).to.include({ text: 'names among AAPL, SAP, GLD at most 1', value: 2, slack: -1 });
    expect(fieldsOf(mutuallyExclusive.admit({ of: { assets: ['IBM'] } }, situation))).to.deep.equal(['of.assets[0]']);
  });
});

describe('small holdings', () => {
  const held: Situation = { ...situation, current: Float64Array.of(0.3, 0.013, -0.01, 0, 0.2, 0) };
  const at = (position: number, weight: number): ReturnType<typeof holdingsOf> =>
    holdingsOf(...held.current.map((each, i) => (i === position ? weight : each)));

  it('may stay below the minimum when they are grandfathered, exactly as they are', () => {
    const parameters = { min: 0.05, of: { assets: ['XOM', 'SAP'] }, grandfathering: true };
    const { domains } = holdingMinimum.lower(parameters, held, originOf);
    expect(domains?.map(({ intervals }) => intervals)).to.deep.equal([
      [
        [-Infinity, -0.05],
        [0, 0],
        [0.013, 0.013],
        [0.05, Infinity],
      ],
      [
        [-Infinity, -0.05],
        [-0.01, -0.01],
        [0, 0],
        [0.05, Infinity],
      ],
    ]);
    const isMet = (weight: number): boolean => holdingMinimum.check(parameters, at(1, weight), held)[0]!.slack >= 0;
    expect([0, 0.013, 0.012, -0.013, 0.02, 0.05].map(isMet)).to.deep.equal([true, true, false, false, false, true]);
    const [verdict] = holdingMinimum.check(parameters, at(1, 0.013), held);
    expect(verdict?.text).to.equal('holding of XOM none or at least 5 %, or as held');
  });

  it('may be closed though the trade is below the minimum', () => {
    const parameters = { min: 0.05, of: { assets: ['XOM', 'AAPL'] }, closeOut: true };
    const [large, small] = tradeMinimum.lower(parameters, held, originOf).domains!;
    expect(small?.intervals.map(([from]) => from)).to.deep.equal([-Infinity, 0, 0.013, 0.063]);
    expect(large?.intervals).to.have.length(3);
    const isMet = (weight: number): boolean => tradeMinimum.check(parameters, at(1, weight), held)[1]!.slack >= 0;
    expect([0, 0.013, 0.02, 0.064, -0.038, -0.01].map(isMet)).to.deep.equal([true, true, false, true, true, false]);
  });

  it('with an odd lot may be closed whole, or traded in whole lots', () => {
    const parameters = { lots: { XOM: 0.01, AAPL: 0.1 }, relativeTo: 'current' as const, closeOut: true };
    expect(roundLots.admit(parameters, held)).to.deep.equal([]);
    const { domains, lots } = roundLots.lower(parameters, held, originOf);
    expect(lots?.map(({ position }) => position)).to.deep.equal([0]);
    const near = domains![0]!.intervals
      .map(([weight]) => Number(weight.toFixed(12)))
      .filter((weight) => Math.abs(weight) < 0.02);
    expect(near).to.deep.equal([0, 0.003, 0.013]);
    expect(domains![0]!.intervals).to.have.length(101);
    const isMet = (weight: number): boolean => roundLots.check(parameters, at(1, weight), held)[0]!.slack >= 0;
    expect([0, 0.003, 0.013, 0.023, 0.993, 0.01, 1.003, -0.007].map(isMet)).to.deep.equal([
      ...[true, true, true, true, true],
      ...[false, false, false],
    ]);
    const short = roundLots.lower({ ...parameters, lots: { SAP: 0.03 } }, held, originOf).domains![0]!.intervals;
    expect(short.at(-1)).to.deep.equal([0, 0]);
    expect(short.at(-2)![0]).to.equal(-0.01);
    expect(fieldsOf(roundLots.admit({ lots: { XOM: 0.001 }, closeOut: true }, held))).to.deep.equal(['closeOut']);
  });

  it('may be closed whole where lots are small, from 0.005 % on; lots held whole may be smaller', () => {
    const lotsOf = (XOM: number, AAPL: number) => ({
      lots: { XOM, AAPL },
      relativeTo: 'current' as const,
      closeOut: true,
    });
    expect(roundLots.admit(lotsOf(6e-5, 1e-7), held)).to.deep.equal([]);
    const { domains, lots } = roundLots.lower(lotsOf(6e-5, 1e-7), held, originOf);
    expect(domains).to.have.length(1);
    expect(domains![0]!.intervals).to.have.length(1 + 216 + Math.floor(0.987 / 6e-5) + 1);
    expect(lots?.[0]).to.deep.include({ position: 0, base: 0.3, step: 1e-7 });
    expect(fieldsOf(roundLots.admit(lotsOf(4.1e-5, 1e-7), held))).to.deep.equal(['lots.XOM']);
    const large = { ...held, current: Float64Array.of(0, 1.25, 0, 0, 0, 0) };
    const kept = roundLots.lower(lotsOf(0.1, 0.1), large, originOf).domains![0]!.intervals;
    expect(kept.at(-1)).to.deep.equal([1.25, 1.25]);
    expect(roundLots.check(lotsOf(0.1, 0.1), at(1, 1.25), large)[0]!.slack).to.equal(0);
  });
});
