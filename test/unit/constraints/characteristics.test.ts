import { expect } from 'chai';

import { canonicalConstraint } from '../../../src/constraints/alias.ts';
import { characteristic } from '../../../src/constraints/characteristic.ts';
import { groupRatio } from '../../../src/constraints/group-ratio.ts';
import type { Situation } from '../../../src/problem/situation.ts';
import { bare, fieldsOf, holdingsOf, originOf, rowsOf, situation } from './fixture.ts';

/** Durations of the bond, yields of all, a score of the shares. */
const market: Situation = {
  ...situation,
  universe: {
    assets: situation.universe.assets.map((asset, position) => ({
      ...asset,
      characteristics: {
        yield: [0.01, 0.04, 0.02, 0.03, 0.05, 0][position]!,
        ...(position < 4 ? { score: [9, 5, 8, 6][position]! } : {}),
      },
    })),
  },
};
const average = (min: number): { name: string; aggregate: 'average'; min: number } => ({
  name: 'yield',
  aggregate: 'average',
  min,
});

describe('limits on a characteristic', () => {
  it('of the average are rows of the distance to the limit', () => {
    expect(characteristic.admit(average(0.03), market)).to.deep.equal([]);
    const [row, ...others] = rowsOf(characteristic.lower(average(0.03), market, originOf));
    expect(others).to.deep.equal([]);
    expect(row?.text).to.equal('average yield at least 0.03');
    expect(row).to.include({ lower: 0, upper: Infinity });
    expect(row?.coefficients['BUND']).to.be.closeTo(0.02, 1e-15);
    expect(row?.coefficients['GLD']).to.equal(-0.03);
    expect(row?.coefficients).to.not.have.property('PFE');
  });

  it('measure the average itself when everything is invested in the assets meant', () => {
    const [verdict] = characteristic.check(average(0.03), holdingsOf(0.5, 0.5, 0, 0, 0, 0), market);
    expect(verdict?.value).to.be.closeTo(0.025, 1e-15);
    expect(verdict?.slack).to.be.closeTo(-0.005, 1e-15);
  });

  it('hold for the same holdings whatever part is in cash, and tell the part not averaged as the limit', () => {
    const [verdict] = characteristic.check(average(0.03), holdingsOf(0.25, 0.25, 0, 0, 0, 0), market);
    expect(verdict?.value).to.be.closeTo(0.0275, 1e-15);
    expect(verdict?.unit).to.equal('yield');
    const [nothing] = characteristic.check(average(0.03), holdingsOf(0, 0, 0, 0, 0, 0), market);
    expect(nothing?.slack).to.equal(0);
  });

  it('of the sum count everything else 0, and may be relative to the benchmark', () => {
    const parameters = { name: 'yield', aggregate: 'sum', min: 0.001, relativeTo: 'benchmark' } as const;
    expect(characteristic.admit(parameters, market)).to.deep.equal([]);
    // The benchmark yields 0.0025 + 0.01 + 0.002 + 0.003 + 0.01 = 0.0275.
    const [row] = rowsOf(characteristic.lower(parameters, market, originOf));
    expect(row?.lower).to.be.closeTo(0.0285, 1e-15);
    const [verdict] = characteristic.check(parameters, holdingsOf(0, 0, 0, 0, 0.5, 0), market);
    expect(verdict?.value).to.be.closeTo(0.025 - 0.0275, 1e-15);
  });

  it('of the average may be relative to the average of the benchmark among the same assets', () => {
    const of = { assetClasses: ['Equity'] };
    const parameters = { name: 'score', aggregate: 'average', of, max: 1, relativeTo: 'benchmark' } as const;
    expect(characteristic.admit(parameters, market)).to.deep.equal([]);
    // (0.25 x 9 + 0.25 x 5 + 0.1 x 8 + 0.1 x 6) / 0.7 = 7
    const [row] = rowsOf(characteristic.lower(parameters, market, originOf));
    expect(row?.coefficients).to.have.keys('AAPL', 'XOM', 'PFE');
    expect(row?.coefficients['AAPL']).to.be.closeTo(1, 1e-14);
    const [verdict] = characteristic.check(parameters, holdingsOf(1, 0, 0, 0, 0, 0), market);
    expect(verdict?.value).to.be.closeTo(2, 1e-14);
    expect(verdict?.text).to.equal('average score among Equity relative to the benchmark at most 1');
  });

  it('with two sides are two rows, with equal ones a single one', () => {
    const texts = (min: number, max: number): string[] =>
      rowsOf(characteristic.lower({ ...average(min), max }, market, originOf)).map(({ text }) => text);
    expect(texts(0.02, 0.03)).to.deep.equal(['average yield at least 0.02', 'average yield at most 0.03']);
    expect(texts(0.02, 0.02)).to.deep.equal(['average yield exactly 0.02']);
  });

  it('name the assets that lack it, and leave them out or count 0 for them when told to', () => {
    const parameters = { name: 'score', aggregate: 'average', min: 7 } as const;
    const [violation] = characteristic.admit(parameters, market);
    expect(violation).to.deep.include({
      field: 'missing',
      description: 'BUND, GLD have no "score"; state missing: exclude or zero, or name the assets meant in of',
    });
    const coefficients = (missing: 'exclude' | 'zero'): unknown => {
      expect(characteristic.admit({ ...parameters, missing }, market)).to.deep.equal([]);
      return rowsOf(characteristic.lower({ ...parameters, missing }, market, originOf))[0]?.coefficients;
    };
    expect(coefficients('exclude')).to.deep.equal({ AAPL: 2, XOM: -2, SAP: 1, PFE: -1 });
    expect(coefficients('zero')).to.deep.equal({ AAPL: 2, XOM: -2, SAP: 1, PFE: -1, BUND: -7, GLD: -7 });
  });

  it('look through funds for what these hold', () => {
    const [held, ...others] = market.universe.assets;
    const fund = {
      id: 'FUND',
      groups: {},
      characteristics: { yield: 0.1 },
      holdings: [
        { asset: others[0]!, weight: 0.5 },
        { asset: { id: 'NEW', groups: {} }, weight: 0.25 },
      ],
    };
    const at: Situation = {
      universe: { assets: [held!, fund] },
      current: Float64Array.of(0, 0),
      cashCurrent: 1,
    };
    const parameters = { ...average(0.03), lookThrough: true };
    expect(characteristic.admit(parameters, at)[0]?.description).to.contain('NEW in FUND have no "yield"');
    const { rows } = characteristic.lower({ ...parameters, missing: 'exclude' }, at, originOf);
    // 0.5 x 0.04 + 0.25 x 0.1 over 0.75 of the fund.
    expect(rows![0]!.coefficients[1]).to.be.closeTo(0.045 - 0.03 * 0.75, 1e-15);
  });

  it('refuse names that nothing has, sums that never move, and averages relative to nothing', () => {
    expect(characteristic.admit({ ...average(1), name: 'duration' }, market)[0]?.description).to.contain(
      'known: yield, score',
    );
    const gold = { assets: ['GLD'] };
    expect(fieldsOf(characteristic.admit({ name: 'yield', aggregate: 'sum', max: 1, of: gold }, market))).to.deep.equal(
      ['name'],
    );
    const held = { ...average(0.1), relativeTo: 'current', of: gold } as const;
    expect(fieldsOf(characteristic.admit(held, market))).to.deep.equal(['relativeTo']);
    expect(fieldsOf(characteristic.admit({ ...average(0.1), relativeTo: 'benchmark' }, bare))).to.deep.equal([
      'relativeTo',
    ]);
    expect(fieldsOf(characteristic.admit({ name: 'yield', aggregate: 'sum' }, market))).to.deep.equal(['']);
  });

  it('have short names for the usual ones', () => {
    for (const [type, name] of [
      ['esg', 'esg-score'],
      ['Duration', 'duration'],
      ['yield', 'yield'],
      ['rating', 'rating'],
    ] as const)
      expect(canonicalConstraint(type, { min: 1 })).to.deep.equal({
        type: 'characteristic',
        parameters: { name, aggregate: 'average', min: 1 },
        written: {},
      });
  });
});

describe('the ratio of two groups', () => {
  const of = { assetClasses: ['Equity'] };
  const to = { assetClasses: ['Bonds'] };

  it('is a row for each side of the range', () => {
    const parameters = { of, to, min: 2, max: 4 };
    expect(groupRatio.admit(parameters, situation)).to.deep.equal([]);
    const rows = rowsOf(groupRatio.lower(parameters, situation, originOf));
    expect(rows.map(({ text, lower, upper }) => [text, lower, upper])).to.deep.equal([
      ['total of Equity at least 2 times the total of Bonds', 0, Infinity],
      ['total of Equity at most 4 times the total of Bonds', -Infinity, 0],
    ]);
    expect(rows[0]?.coefficients).to.deep.equal({ AAPL: 1, XOM: 1, SAP: 1, PFE: 1, BUND: -2 });
    const [least, most] = groupRatio.check(parameters, holdingsOf(0.5, 0, 0, 0, 0.25, 0), situation);
    expect([least?.value, most?.value]).to.deep.equal([0, -0.5]);
  });

  it('refuses unknown names on either side, and a group beside itself', () => {
    const violations = groupRatio.admit({ of: { sectors: ['Tech'] }, to: { issuers: ['X'] }, min: 1 }, situation);
    expect(fieldsOf(violations)).to.deep.equal(['of.sectors[0]', 'to.issuers[0]']);
    expect(fieldsOf(groupRatio.admit({ of, to: of, min: 1, max: 2 }, situation))).to.deep.equal(['min']);
    expect(fieldsOf(groupRatio.admit({ of, to }, situation))).to.deep.equal(['']);
  });
});
