import { expect } from 'chai';

import { assetClass } from '../../../src/constraints/asset-class.ts';
import { bounds } from '../../../src/constraints/bounds.ts';
import { currency } from '../../../src/constraints/currency.ts';
import { issuer } from '../../../src/constraints/issuer.ts';
import { sector } from '../../../src/constraints/sector.ts';
import type { Situation } from '../../../src/problem/situation.ts';
import type { UniverseAsset } from '../../../src/problem/universe.ts';
import { bare, fieldsOf, holdingsOf, originOf, rowsOf, situation } from './fixture.ts';

describe('limits relative to the benchmark or to what is held', () => {
  it('are of the difference of weights, short positions counted negative', () => {
    const parameters = { Technology: { min: -0.05, max: 0.05, relativeTo: 'benchmark' as const } };
    expect(sector.admit(parameters, situation)).to.deep.equal([]);
    const [row] = rowsOf(sector.lower(parameters, situation, originOf));
    expect(row?.coefficients).to.deep.equal({ AAPL: 1, SAP: 1 });
    expect(row?.lower).to.be.closeTo(0.3, 1e-15);
    expect(row?.upper).to.be.closeTo(0.4, 1e-15);
    expect(row?.text).to.equal('sector Technology relative to the benchmark between -5 % and 5 %');
    const [verdict] = sector.check(parameters, holdingsOf(0.4, 0, 0.05, 0, 0, 0), situation);
    expect(verdict?.value).to.be.closeTo(0.1, 1e-15);
    expect(verdict?.slack).to.be.closeTo(-0.05, 1e-15);
  });

  it('count the cash held now, and none in the benchmark', () => {
    const limit = (relativeTo: 'benchmark' | 'current'): number => {
      const [verdict] = assetClass.check({ Cash: { max: 0, relativeTo } }, holdingsOf(0.75, 0, 0, 0, 0, 0), situation);
      return verdict!.value;
    };
    expect(limit('benchmark')).to.be.closeTo(0.25, 1e-15);
    expect(limit('current')).to.be.closeTo(0.15, 1e-15);
  });

  it('are refused without a benchmark, at the range that asks for it', () => {
    const relative = { max: 0.1, relativeTo: 'benchmark' } as const;
    expect(fieldsOf(sector.admit({ Energy: relative }, bare))).to.deep.equal(['Energy.relativeTo']);
    expect(fieldsOf(bounds.admit({ all: relative, assets: { XOM: relative } }, bare))).to.deep.equal([
      'assets.XOM.relativeTo',
      'all.relativeTo',
    ]);
  });

  it('may be multiples of the benchmark weight, so that what is not in it is not held', () => {
    const parameters = { all: { min: 0.5, max: 2, relativeTo: 'benchmark-multiple' as const } };
    const outside = { ...situation, benchmark: Float64Array.of(0.5, 0.5, 0, 0, 0, 0) };
    const lowered = bounds.lower(parameters, outside, originOf).bounds ?? [];
    expect(lowered.map(({ lower, upper }) => [lower, upper])).to.deep.equal([
      [0.25, 1],
      [0.25, 1],
      ...[2, 3, 4, 5].map(() => [0, 0]),
    ]);
    expect(lowered[0]?.origin.text).to.equal('weight of AAPL between 0.5 and 2 times its benchmark weight');
    const [verdict] = bounds.check(parameters, holdingsOf(0.2, 0, 0, 0, 0, 0), outside);
    expect(verdict).to.deep.include({ value: 0.2, lower: 0.25, upper: 1 });
    expect(verdict?.slack).to.be.closeTo(-0.05, 1e-15);
    expect(fieldsOf(bounds.admit({ all: { min: -1, relativeTo: 'benchmark-multiple' } }, situation))).to.deep.equal([
      'all.min',
    ]);
    expect(bounds.admit({ all: { max: 5, relativeTo: 'benchmark-multiple' } }, situation)).to.deep.equal([]);
  });

  it('of one asset stand beside the other side of the range for all when that is relative to something else', () => {
    const parameters = { all: { min: 0, max: 0.3 }, assets: { XOM: { max: 0.02, relativeTo: 'benchmark' as const } } };
    expect(bounds.admit(parameters, situation)).to.deep.equal([]);
    const onXom = (bounds.lower(parameters, situation, originOf).bounds ?? []).filter(({ position }) => position === 1);
    expect(onXom.map(({ lower, upper }) => [lower, upper])).to.deep.equal([
      [-Infinity, 0.27],
      [0, Infinity],
    ]);
    const texts = bounds.check(parameters, holdingsOf(0, 0.3, 0, 0, 0, 0), situation).map(({ text }) => text);
    expect(texts.slice(1, 3)).to.deep.equal([
      'weight relative to the benchmark of XOM at most 2 %',
      'weight of XOM at least 0 %',
    ]);
  });
});

describe('limits for every name', () => {
  const market: Situation = {
    ...situation,
    universe: {
      assets: situation.universe.assets.map((asset, position) => ({
        ...asset,
        currency: position < 2 ? 'USD' : 'EUR',
        ...(position < 4 ? { issuer: `I${String(position % 2)}` } : {}),
      })),
    },
  };

  it('hold for each that is not given itself', () => {
    const rows = rowsOf(sector.lower({ '*': { max: 0.2 }, Technology: { max: 0.4 } }, situation, originOf));
    expect(rows.map(({ text }) => text)).to.deep.equal([
      'sector Energy at most 20 %',
      'sector Health Care at most 20 %',
      'sector Technology at most 40 %',
    ]);
    const issuers = rowsOf(issuer.lower({ '*': { max: 0.1 } }, market, originOf));
    expect(issuers.map(({ coefficients }) => coefficients)).to.deep.equal([
      { AAPL: 1, SAP: 1 },
      { XOM: 1, PFE: 1 },
    ]);
  });

  it('leave one range for a class that is written in two ways', () => {
    const rows = rowsOf(assetClass.lower({ '*': { max: 0.5 }, 'Fixed Income': { max: 0.2 } }, situation, originOf));
    expect(rows.map(({ text }) => text)).to.deep.equal([
      'asset class Equity at most 50 %',
      'asset class Commodities at most 50 %',
      'asset class Fixed Income at most 20 %',
    ]);
  });

  it('are refused where there is no name at all', () => {
    expect(fieldsOf(issuer.admit({ '*': { max: 0.1 } }, situation))).to.deep.equal(['["*"]']);
    expect(currency.admit({ USD: { max: 0.5 } }, market)).to.deep.equal([]);
    expect(currency.admit({ CHF: { max: 0.5 } }, market)[0]?.description).to.contain('known: USD, EUR');
  });
});

describe('funds looked through', () => {
  const shares: UniverseAsset = { id: 'S', assetClass: 'Equity', sector: 'Energy', groups: {} };
  const bond: UniverseAsset = { id: 'B', assetClass: 'Bond', groups: {} };
  const inner: UniverseAsset = {
    id: 'INNER',
    assetClass: 'Fund',
    groups: {},
    holdings: [{ asset: shares, weight: 0.5 }],
  };
  const fund: UniverseAsset = {
    id: 'FUND',
    assetClass: 'Fund',
    groups: {},
    holdings: [
      { asset: inner, weight: 0.6 },
      { asset: bond, weight: 0.3 },
    ],
  };
  const levered: UniverseAsset = {
    id: 'LEVERED',
    assetClass: 'Fund',
    groups: {},
    holdings: [{ asset: shares, weight: 1.3 }],
  };
  const at = (assets: readonly UniverseAsset[]): Situation => ({
    universe: { assets },
    current: new Float64Array(assets.length),
    cashCurrent: 1,
  });
  const through = (name: string, assets: readonly UniverseAsset[]): number[] => {
    const parameters = { [name]: { max: 0.5, lookThrough: true } };
    expect(assetClass.admit(parameters, at(assets))).to.deep.equal([]);
    const { rows } = assetClass.lower(parameters, at(assets), originOf);
    const row = assets.map(() => 0);
    rows![0]!.positions.forEach((position, k) => (row[position] = rows![0]!.coefficients[k]!));
    assets.forEach((_, position) => {
      const weights = new Float64Array(assets.length);
      weights[position] = 1;
      const [verdict] = assetClass.check(parameters, { weights, cash: 0 }, at(assets));
      expect(verdict?.value).to.be.closeTo(row[position]!, 1e-15);
      expect(verdict?.text).to.equal(`asset class ${name}, funds looked through, at most 50 %`);
    });
    return row.map((share) => Number(share.toFixed(12)));
  };

  it('count with what they hold, funds in funds too, and with what that leaves as their own', () => {
    expect(through('Equity', [shares, fund])).to.deep.equal([1, 0.3]);
    expect(through('Bond', [shares, fund])).to.deep.equal([0, 0.3]);
    // 0.6 x 0.5 left by the inner fund, 0.1 by the outer one.
    expect(through('Fund', [shares, fund])).to.deep.equal([0, 0.4]);
    expect(through('Equity', [levered])).to.deep.equal([1.3]);
    expect(through('Fund', [levered])).to.deep.equal([-0.3]);
  });

  it('are one asset otherwise', () => {
    const rows = assetClass.lower({ Fund: { max: 0.5 } }, at([shares, fund]), originOf).rows!;
    expect([...rows[0]!.positions]).to.deep.equal([1]);
  });

  it('may hold a sector that no asset of the universe has', () => {
    expect(sector.admit({ Energy: { max: 0.1, lookThrough: true } }, at([fund]))).to.deep.equal([]);
    expect(fieldsOf(sector.admit({ Energy: { max: 0.1 } }, at([fund])))).to.deep.equal(['Energy']);
  });

  it('are refused when one holds itself, or is nested without end', () => {
    const loop: UniverseAsset = {
      id: 'OUTER',
      groups: {},
      holdings: [
        {
          asset: { id: 'MIDDLE', groups: {}, holdings: [{ asset: { id: 'OUTER', groups: {} }, weight: 1 }] },
          weight: 1,
        },
      ],
    };
    const [violation] = assetClass.admit({ Cash: { max: 0.1, lookThrough: true } }, at([loop]));
    expect(violation).to.deep.include({
      field: 'Cash.lookThrough',
      description: 'cannot look through OUTER: it holds itself, OUTER > MIDDLE > OUTER',
    });
    let deep = shares;
    for (let level = 0; level < 12; level += 1)
      deep = { id: `F${String(level)}`, groups: {}, holdings: [{ asset: deep, weight: 1 }] };
    expect(assetClass.admit({ Cash: { max: 0.1, lookThrough: true } }, at([deep]))[0]?.description).to.contain(
      'nested deeper than 8',
    );
  });
});
