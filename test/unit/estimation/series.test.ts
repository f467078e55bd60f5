import { expect } from 'chai';

import { returnSeries } from '../../../src/estimation/series.ts';
import type { MissingPrices, PreparedSeries } from '../../../src/estimation/series.ts';
import { Fault } from '../../../src/values/fault.ts';

const absent = NaN;

/** Two assets; B lists on the second date and lacks the fourth. */
const prices = Float64Array.of(100, absent, 110, 50, 121, 60, 121, absent, 133.1, 66, 133.1, 99);
const prepare = (missing: MissingPrices, given = prices): PreparedSeries =>
  returnSeries({ assets: ['A', 'B'], prices: given, periodsPerYear: 252 }, missing);

function faultOf(action: () => unknown): Fault {
  try {
    action();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const rounded = (values: Float64Array): number[] => Array.from(values, (value) => Number(value.toFixed(12)));

describe('missing prices', () => {
  it('are refused by asset, with how many and where', () => {
    const fault = faultOf(() => prepare('refuse'));
    expect(fault.reason).to.equal('PRICE_MISSING');
    expect(fault.violations).to.deep.equal([
      { field: 'prices["B"]', description: 'lacks 2 of 6 prices, first in row 0' },
    ]);
  });

  it('stay missing returns under pairwise', () => {
    const { series, repairs } = prepare('pairwise');
    expect(series.observations).to.equal(5);
    expect(rounded(series.returns)).to.deep.equal([0.1, NaN, 0.1, 0.2, 0, NaN, 0.1, NaN, 0, 0.5]);
    expect(repairs).to.deep.equal([]);
    expect(series.prices).to.deep.equal(prices);
  });

  it('drop the date for all under complete-rows, without a return across the gap', () => {
    const { series } = prepare('complete-rows');
    expect(series.observations).to.equal(2);
    expect(rounded(series.returns)).to.deep.equal([0.1, 0.2, 0, 0.5]);
    expect(rounded(series.prices)).to.deep.equal([110, 50, 121, 60, 121, 90]);
  });

  it('take the last price under carry-forward, told as a repair, from the first date that all assets have', () => {
    const { series, repairs } = prepare('carry-forward');
    expect(rounded(series.returns)).to.deep.equal([0.1, 0.2, 0, 0, 0.1, 0.1, 0, 0.5]);
    expect(repairs).to.deep.equal([{ what: 'prices of B carried forward', magnitude: 1 }]);
  });

  it('do not change the given prices', () => {
    const given = Float64Array.from(prices);
    prepare('carry-forward', given);
    expect(given).to.deep.equal(prices);
  });

  it('leave nothing to estimate from when too few dates remain', () => {
    const fault = faultOf(() => prepare('complete-rows', Float64Array.of(1, absent, 1, 2, 1, absent, 1, 3)));
    expect(fault.reason).to.equal('INSUFFICIENT_HISTORY');
    expect(fault.violations[0]?.description).to.contain('1 are left under complete-rows');
  });
});

describe('prices that are none', () => {
  it('are refused for every asset at once', () => {
    const fault = faultOf(() => prepare('pairwise', Float64Array.of(1, 2, 0, 2, 1, Infinity)));
    expect(fault.reason).to.equal('NUMBER_INVALID');
    expect(fault.violations.map(({ field }) => field)).to.deep.equal(['prices["A"]', 'prices["B"]']);
    expect(faultOf(() => prepare('refuse', Float64Array.of(1, 2, -1, 2, 1, 1))).violations[0]?.description).to.contain(
      'row 1 has -1',
    );
  });

  it('are refused when rows are ragged or the period is unknown', () => {
    const fault = faultOf(() =>
      returnSeries({ assets: ['A', 'B'], prices: Float64Array.of(1, 2, 3), periodsPerYear: 0 }, 'refuse'),
    );
    expect(fault.violations.map(({ field }) => field)).to.deep.equal(['prices', 'periodsPerYear']);
  });
});
