import { expect } from 'chai';

import { bounds } from '../../../src/constraints/bounds.ts';
import { exclusion } from '../../../src/constraints/exclusion.ts';
import { noBuy } from '../../../src/constraints/no-buy.ts';
import { noSell } from '../../../src/constraints/no-sell.ts';
import { bare, fieldsOf, holdingsOf, originOf, situation } from './fixture.ts';

describe('weight bounds', () => {
  it('lets the sides stated for an asset take the place of those for all', () => {
    const parameters = { all: { min: 0, max: 0.3 }, assets: { XOM: { max: 0.05 }, GLD: { min: 0.01 } } };
    expect(bounds.admit(parameters, situation)).to.deep.equal([]);
    const lowered = bounds.lower(parameters, situation, originOf).bounds ?? [];
    expect(lowered.map(({ lower, upper }) => [lower, upper])).to.deep.equal([
      [0, 0.3],
      [0, 0.05],
      [0, 0.3],
      [0, 0.3],
      [0, 0.3],
      [0.01, 0.3],
    ]);
    expect(lowered[1]?.origin.text).to.equal('weight of XOM between 0 % and 5 %');
  });

  it('centres on the benchmark or on the current holding when asked', () => {
    const active = bounds.lower(
      { relativeTo: 'benchmark', assets: { AAPL: { min: -0.02, max: 0.02 } } },
      situation,
      originOf,
    ).bounds;
    expect(active).to.have.length(1);
    expect(active?.[0]?.lower).to.be.closeTo(0.23, 1e-15);
    expect(active?.[0]?.upper).to.be.closeTo(0.27, 1e-15);
    const held = bounds.check(
      { relativeTo: 'current', all: { max: 0.1 } },
      holdingsOf(0.5, 0.2, 0.1, 0.1, 0.1, 0),
      situation,
    );
    expect(held[0]?.value).to.be.closeTo(0.2, 1e-15);
    expect(held[0]?.slack).to.be.closeTo(-0.1, 1e-15);
    expect(held[0]?.text).to.equal('weight relative to the current holding of AAPL at most 10 %');
  });

  it('leaves assets without a range free', () => {
    expect(bounds.lower({ assets: { SAP: { max: 0.1 } } }, situation, originOf).bounds).to.have.length(1);
    expect(bounds.check({ assets: { SAP: { max: 0.1 } } }, holdingsOf(1, 1, 0, 0, 0, 0), situation)).to.have.length(1);
  });

  it('limits every asset of a part, and others by name', () => {
    const parameters = {
      all: { max: 0.1 },
      of: { sectors: ['Technology'] },
      assets: { SAP: { min: 0.01 }, GLD: { max: 0.2 } },
    };
    expect(bounds.admit(parameters, situation)).to.deep.equal([]);
    const lowered = bounds.lower(parameters, situation, originOf).bounds ?? [];
    expect(lowered.map(({ position, lower, upper }) => [position, lower, upper])).to.deep.equal([
      [0, -Infinity, 0.1],
      [2, 0.01, 0.1],
      [5, -Infinity, 0.2],
    ]);
    const crossing = { ...parameters, all: { min: 0.3 }, assets: { SAP: { max: 0.2 }, GLD: { max: 0.2 } } };
    expect(fieldsOf(bounds.admit(crossing, situation))).to.deep.equal(['assets.SAP']);
    expect(fieldsOf(bounds.admit({ all: { max: 0.1 }, of: { sectors: ['Tech'] } }, situation))).to.deep.equal([
      'of.sectors[0]',
    ]);
    expect(
      fieldsOf(bounds.admit({ of: { sectors: ['Technology'] }, assets: { GLD: { max: 1 } } }, situation)),
    ).to.deep.equal(['of']);
  });

  it('reports an unknown asset, a percentage, an inherited crossing and a missing benchmark together', () => {
    const violations = bounds.admit(
      { relativeTo: 'benchmark', all: { min: 0.1, max: 40 }, assets: { IBM: { max: 0.2 }, AAPL: { max: 0.05 } } },
      bare,
    );
    expect(fieldsOf(violations)).to.deep.equal(['all.max', 'assets.AAPL', 'assets.IBM', 'relativeTo']);
    expect(violations[1]?.description).to.contain('minimum 10 % is above its maximum 5 %');
    expect(fieldsOf(bounds.admit({ relativeTo: 'none' }, situation))).to.deep.equal(['']);
  });
});

describe('lists of assets', () => {
  it('forbids purchases above and sales below the current weight', () => {
    const buys = noBuy.lower({ assets: ['AAPL'], sectors: ['Energy'] }, situation, originOf).bounds ?? [];
    expect(buys.map(({ position, lower, upper }) => [position, lower, upper])).to.deep.equal([
      [0, -Infinity, 0.3],
      [1, -Infinity, 0.2],
    ]);
    const sells = noSell.lower({ everything: true }, situation, originOf).bounds ?? [];
    expect(sells.map(({ lower }) => lower)).to.deep.equal([0.3, 0.2, 0.1, 0.1, 0.2, 0]);
    expect(noSell.check({ assets: ['SAP'] }, holdingsOf(0, 0, 0.05, 0, 0, 0), situation)[0]).to.include({
      text: 'no sale of SAP',
      value: -0.05,
      slack: -0.05,
    });
  });

  it('excludes by id, class, sector, country and group alike', () => {
    const excluded = exclusion.lower(
      { assets: ['PFE'], assetClasses: ['Commodity'], groups: { theme: ['Energy'] } },
      situation,
      originOf,
    ).bounds;
    expect(excluded?.map(({ origin }) => origin.text)).to.deep.equal(['XOM excluded', 'PFE excluded', 'GLD excluded']);
    expect(excluded?.every(({ lower, upper }) => lower === 0 && upper === 0)).to.equal(true);
    expect(
      exclusion.check({ countries: ['DE'] }, holdingsOf(0, 0, 0.25, 0, 0, 0), situation).map(({ slack }) => slack),
    ).to.deep.equal([-0.25, 0]);
  });

  it('may be kept for many portfolios: names of other universes are ignored when told to', () => {
    const list = {
      assets: ['AAPL', 'IBM'],
      sectors: ['Tobacco'],
      groups: { region: ['Asia'] },
      unknown: 'ignore',
    } as const;
    expect(exclusion.admit(list, situation)).to.deep.equal([]);
    expect(exclusion.lower(list, situation, originOf).bounds?.map(({ position }) => position)).to.deep.equal([0]);
    expect(exclusion.lower({ assets: ['IBM'], unknown: 'ignore' }, situation, originOf).bounds).to.deep.equal([]);
    expect(fieldsOf(noBuy.admit({ unknown: 'ignore' }, situation))).to.deep.equal(['']);
  });

  it('names twenty of many unknown ids and counts the rest', () => {
    const violations = exclusion.admit({ assets: Array.from({ length: 3000 }, (_, k) => `X${String(k)}`) }, situation);
    expect(violations).to.have.length(21);
    expect(violations[20]).to.deep.include({ field: 'assets', description: '2980 more ids are of no asset' });
  });

  it('names everything in a list that the universe does not know', () => {
    const violations = exclusion.admit(
      {
        assets: ['AAPL', 'IBM'],
        sectors: ['Tobacco'],
        countries: ['us'],
        groups: { theme: ['Water'], region: ['Asia'] },
      },
      situation,
    );
    expect(fieldsOf(violations)).to.deep.equal([
      'assets[1]',
      'sectors[0]',
      'countries[0]',
      'groups.theme[0]',
      'groups.region',
    ]);
  });
});
