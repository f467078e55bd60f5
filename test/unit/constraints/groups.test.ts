import { expect } from 'chai';

import { assetClass } from '../../../src/constraints/asset-class.ts';
import { assetClassName } from '../../../src/constraints/asset-class-name.ts';
import { budget } from '../../../src/constraints/budget.ts';
import { cash } from '../../../src/constraints/cash.ts';
import { country } from '../../../src/constraints/country.ts';
import { exclusion } from '../../../src/constraints/exclusion.ts';
import { group } from '../../../src/constraints/group.ts';
import { sector } from '../../../src/constraints/sector.ts';
import { fieldsOf, holdingsOf, originOf, rowsOf, situation } from './fixture.ts';

describe('limits on named parts', () => {
  it('finds assets of class Equity under Equities and of class Bonds under Fixed Income', () => {
    const parameters = { Equities: { min: 0.4, max: 0.7 }, 'Fixed Income': { max: 0.5 } };
    expect(assetClass.admit(parameters, situation)).to.deep.equal([]);
    const [equities, bonds] = rowsOf(assetClass.lower(parameters, situation, originOf));
    expect(equities).to.deep.equal({
      coefficients: { AAPL: 1, XOM: 1, SAP: 1, PFE: 1 },
      lower: 0.4,
      upper: 0.7,
      text: 'asset class Equities between 40 % and 70 %',
    });
    expect(bonds?.coefficients).to.deep.equal({ BUND: 1 });
  });

  it('counts the uninvested cash in the class Cash', () => {
    const parameters = { Cash: { max: 0.05 } };
    expect(assetClass.admit(parameters, situation)).to.deep.equal([]);
    const [row] = rowsOf(assetClass.lower(parameters, situation, originOf));
    expect(row?.coefficients).to.deep.equal({ AAPL: -1, XOM: -1, SAP: -1, PFE: -1, BUND: -1, GLD: -1 });
    expect(row?.upper).to.be.closeTo(-0.95, 1e-15);
    const [verdict] = assetClass.check(parameters, holdingsOf(0.3, 0.2, 0.1, 0.1, 0.2, 0), situation);
    expect(verdict?.value).to.be.closeTo(0.1, 1e-15);
    expect(verdict?.slack).to.be.closeTo(-0.05, 1e-15);
  });

  it('normalises asset classes by its table and nothing else', () => {
    expect(['Equities', 'equity', ' STOCKS ', 'Stock'].map(assetClassName)).to.deep.equal([
      'equity',
      'equity',
      'equity',
      'equity',
    ]);
    expect(['Bonds', 'fixed-income', 'FIXED_INCOME'].map(assetClassName)).to.deep.equal([
      'fixed income',
      'fixed income',
      'fixed income',
    ]);
    expect(assetClassName('Private Equity')).to.equal('private equity');
    expect(assetClassName('Equitys')).to.equal('equitys');
  });

  it('names every unknown part with those it knows, and says when a minimum cannot be met', () => {
    const violations = sector.admit(
      { Technology: { max: 0.3 }, Tech: { max: 0.3 }, 'Real Estate': { min: 0.1 } },
      situation,
    );
    expect(fieldsOf(violations)).to.deep.equal(['Tech', '["Real Estate"]']);
    expect(violations[0]?.description).to.equal('no asset has sector "Tech"; known: Technology, Energy, Health Care');
    expect(violations[1]?.description).to.contain('at least 10 % cannot be met');
  });

  it('suggests the name that was meant', () => {
    const descriptionOf = (name: string): string | undefined =>
      sector.admit({ [name]: { max: 0.3 } }, situation)[0]?.description;
    expect(descriptionOf('Technolgy')).to.equal(
      'no asset has sector "Technolgy"; did you mean Technology? known: Technology, Energy, Health Care',
    );
    expect(exclusion.admit({ assets: ['APPL'] }, situation)[0]?.description).to.contain('; did you mean AAPL? known:');
    expect(group.admit({ taxonomy: 'themes', limits: { AI: { max: 1 } } }, situation)[0]?.description).to.contain(
      '; did you mean theme? known: theme',
    );
  });

  it('reports percentages meant as fractions, crossed ranges and numbers that are none, all at once', () => {
    const violations = country.admit({ US: { max: 60 }, DE: { min: 0.5, max: 0.2 } }, situation);
    expect(fieldsOf(violations)).to.deep.equal(['US.max', 'DE.min']);
    expect(violations[0]?.description).to.contain('must be a fraction of net asset value').and.to.contain('6000 %');
    const broken = country.admit({ US: { min: Number.NaN, max: Infinity } }, situation);
    expect(broken.map(({ reason }) => reason)).to.deep.equal(['NUMBER_INVALID', 'NUMBER_INVALID']);
    expect(fieldsOf(country.admit({ US: {} }, situation))).to.deep.equal(['US']);
  });

  it('refuses one class under two names', () => {
    const violations = assetClass.admit({ Equity: { max: 0.5 }, Stocks: { min: 0.1 } }, situation);
    expect(fieldsOf(violations)).to.deep.equal(['Stocks']);
    expect(violations[0]?.description).to.contain('same asset class as "Equity"');
  });

  it('limits groups of a custom taxonomy, and refuses a taxonomy that no asset has', () => {
    const parameters = { taxonomy: 'theme', limits: { AI: { max: 0.3 } } };
    expect(group.admit(parameters, situation)).to.deep.equal([]);
    expect(rowsOf(group.lower(parameters, situation, originOf))[0]?.coefficients).to.deep.equal({ AAPL: 1, SAP: 1 });
    expect(group.check(parameters, holdingsOf(0.2, 0, 0.2, 0, 0, 0), situation)[0]).to.include({
      text: 'theme AI at most 30 %',
      value: 0.4,
      upper: 0.3,
      unit: 'fraction of net asset value',
    });
    const violations = group.admit({ taxonomy: 'region', limits: { Europe: { min: 3 } } }, situation);
    expect(fieldsOf(violations)).to.deep.equal(['taxonomy', 'limits.Europe.min']);
    expect(violations[0]?.description).to.contain('known: theme');
  });

  it('does not take an inherited property for a group', () => {
    expect(fieldsOf(group.admit({ taxonomy: 'constructor', limits: { a: { max: 1 } } }, situation))).to.deep.equal([
      'taxonomy',
    ]);
  });
});

describe('budget and cash', () => {
  it('bounds the sum of weights', () => {
    const [row] = rowsOf(budget.lower({ min: 0.95, max: 1 }, situation, originOf));
    expect(row).to.deep.include({ lower: 0.95, upper: 1, text: 'invested between 95 % and 100 %' });
    expect(Object.values(row?.coefficients ?? {})).to.deep.equal([1, 1, 1, 1, 1, 1]);
    expect(budget.check({ min: 1, max: 1 }, holdingsOf(0.5, 0.25, 0.25, 0, 0, 0), situation)[0]).to.include({
      value: 1,
      slack: 0,
    });
    expect(fieldsOf(budget.admit({}, situation))).to.deep.equal(['']);
    expect(fieldsOf(budget.admit({ min: 95, max: 100 }, situation))).to.deep.equal(['min', 'max']);
  });

  it('writes a cash range as the complement of the sum of weights', () => {
    const [row] = rowsOf(cash.lower({ min: 0.25, max: 0.5 }, situation, originOf));
    expect(row).to.deep.include({ lower: -0.75, upper: -0.5, text: 'cash between 25 % and 50 %' });
    expect(Object.values(row?.coefficients ?? {})).to.deep.equal([-1, -1, -1, -1, -1, -1]);
    expect(cash.check({ max: 0.5 }, holdingsOf(0.25, 0, 0, 0, 0, 0), situation)[0]).to.include({
      value: 0.75,
      slack: -0.25,
    });
    expect(fieldsOf(cash.admit({ min: 0.2, max: 0.1 }, situation))).to.deep.equal(['min']);
  });
});
