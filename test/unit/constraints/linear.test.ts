import { expect } from 'chai';

import { canonicalConstraint } from '../../../src/constraints/alias.ts';
import { builtInConstraints } from '../../../src/constraints/built-in.ts';
import { linearText } from '../../../src/constraints/linear-text.ts';
import { linear } from '../../../src/constraints/linear.ts';
import { bare, fieldsOf, holdingsOf, originOf, rowsOf, situation } from './fixture.ts';

const problemOf = (expression: string): string => linearText.admit({ expression }, situation)[0]?.description ?? 'none';
const loweredRows = (expression: string): ReturnType<typeof rowsOf> =>
  rowsOf(linearText.lower({ expression }, situation, originOf));

describe('linear rows', () => {
  it('weighs the named assets only', () => {
    const parameters = { coefficients: { AAPL: 1, GLD: -2 }, min: 0 };
    expect(rowsOf(linear.lower(parameters, situation, originOf))).to.deep.equal([
      { coefficients: { AAPL: 1, GLD: -2 }, lower: 0, upper: Infinity, text: '1 AAPL + -2 GLD at least 0' },
    ]);
    expect(linear.check(parameters, holdingsOf(0.25, 0, 0, 0, 0, 0.25), situation)[0]).to.include({
      value: -0.25,
      slack: -0.25,
    });
  });

  it('may be relative to the benchmark', () => {
    const parameters = { coefficients: { AAPL: 1, SAP: 2 }, max: 0.1, relativeTo: 'benchmark' as const };
    const [row] = rowsOf(linear.lower(parameters, situation, originOf));
    expect(row?.upper).to.be.closeTo(0.55, 1e-15);
    expect(row?.text).to.equal('1 AAPL + 2 SAP relative to the benchmark at most 0.1');
    const [verdict] = linear.check(parameters, holdingsOf(0.25, 0, 0.2, 0, 0, 0), situation);
    expect(verdict?.value).to.be.closeTo(0.2, 1e-15);
    expect(fieldsOf(linear.admit(parameters, bare))).to.deep.equal(['relativeTo']);
  });

  it('reports every problem of its coefficients', () => {
    const violations = linear.admit({ coefficients: { AAPL: Number.NaN, IBM: 1 }, min: 2, max: 1 }, situation);
    expect(fieldsOf(violations)).to.deep.equal(['min', 'coefficients.AAPL', 'coefficients.IBM']);
    expect(fieldsOf(linear.admit({ coefficients: { AAPL: 1e13 }, max: 1e300 }, situation))).to.deep.equal([
      'max',
      'coefficients.AAPL',
    ]);
    expect(fieldsOf(linear.admit({ coefficients: { AAPL: 0 } }, situation))).to.deep.equal(['', 'coefficients']);
  });
});

describe('linear rules in words', () => {
  it('reads names of classes, sectors, countries and assets', () => {
    expect(loweredRows('Equity >= 2 * Bond')).to.deep.equal([
      {
        coefficients: { AAPL: 1, XOM: 1, SAP: 1, PFE: 1, BUND: -2 },
        lower: 0,
        upper: Infinity,
        text: 'Equity >= 2 * Bond',
      },
    ]);
    expect(loweredRows('US + DE <= 90 %')[0]).to.deep.include({ upper: 0.9, lower: -Infinity });
    expect(loweredRows('AAPL - 0.5*(SAP + PFE) = 0')[0]?.coefficients).to.deep.equal({ AAPL: 1, SAP: -0.5, PFE: -0.5 });
    expect(loweredRows('"Health Care" / 2 >= 1 %')[0]).to.deep.include({ coefficients: { PFE: 0.5 }, lower: 0.01 });
    expect(loweredRows('-Commodities >= -(0.1)')[0]).to.deep.include({ coefficients: { GLD: -1 }, lower: -0.1 });
  });

  it('reads a chain as two rows', () => {
    const rows = loweredRows('10 % <= Technology <= 30 %');
    expect(rows.map(({ text }) => text)).to.deep.equal(['10 % <= Technology', 'Technology <= 30 %']);
    expect(rows[0]?.coefficients).to.deep.equal({ AAPL: -1, SAP: -1 });
    expect(rows[0]?.upper).to.equal(-0.1);
    expect(rows[1]?.upper).to.equal(0.3);
  });

  it('counts uninvested cash under the name Cash', () => {
    const [verdict] = linearText.check({ expression: 'Cash >= 5 %' }, holdingsOf(0.9, 0, 0, 0, 0, 0), situation);
    expect(verdict?.slack).to.be.closeTo(0.05, 1e-15);
    expect(loweredRows('Cash >= 5 %')[0]?.lower).to.be.closeTo(-0.95, 1e-15);
  });

  it('reads what a sum is in the benchmark and in what is held now', () => {
    const [energy] = loweredRows('sector:Energy <= benchmark(sector:Energy) + 50 bp');
    expect(energy?.coefficients).to.deep.equal({ XOM: 1 });
    expect(energy?.upper).to.be.closeTo(0.255, 1e-15);
    const [cash] = linearText.check(
      { expression: 'Cash = current(Cash)' },
      holdingsOf(0.3, 0.2, 0.1, 0.1, 0.1, 0),
      situation,
    );
    expect(cash?.value).to.be.closeTo(0.1, 1e-15);
    expect(linearText.admit({ expression: 'AAPL <= benchmark(AAPL)' }, bare)[0]?.description).to.equal(
      'at character 9: needs a benchmark, and there is none',
    );
  });

  it('reads the sum of weights times a characteristic that every asset has', () => {
    const rated = (values: readonly (number | undefined)[]): typeof situation => ({
      ...situation,
      universe: {
        assets: situation.universe.assets.map((asset, position) => {
          const value = values[position];
          return value === undefined ? asset : { ...asset, characteristics: { 'esg-score': value } };
        }),
      },
    });
    const expression = 'characteristic:"esg-score" >= 7 * (1 - Cash)';
    const market = rated([9, 5, 8, 7, 7, 6]);
    expect(rowsOf(linearText.lower({ expression }, market, originOf))[0]?.coefficients).to.deep.equal({
      AAPL: 2,
      XOM: -2,
      SAP: 1,
      GLD: -1,
    });
    const [verdict] = linearText.check({ expression }, holdingsOf(0.5, 0, 0.25, 0, 0, 0.25), market);
    expect(verdict?.value).to.be.closeTo(1, 1e-14);
    expect(linearText.admit({ expression }, rated([9, 5, 8, 7, 7, undefined]))[0]?.description).to.equal(
      'at character 1: GLD has no characteristic "esg-score"',
    );
    expect(linearText.admit({ expression: 'characteristic:esg >= 1' }, market)[0]?.description).to.contain(
      'nothing is called "esg" here',
    );
  });

  it('refuses an ambiguous name with the choices, and takes each choice', () => {
    expect(problemOf('Energy <= 20 %')).to.equal(
      'at character 1: "Energy" is ambiguous; write one of sector:Energy, theme:Energy',
    );
    expect(problemOf('sector:Energy <= 20 %')).to.equal('none');
    expect(problemOf('theme : "Energy" <= 20 %')).to.equal('none');
  });

  const mistakes: readonly (readonly [string, string])[] = [
    ['Tech <= 20 %', 'at character 1: nothing is called "Tech"; known: Equity'],
    ['sector:Tech <= 1', 'nothing is called "Tech" here; known: Technology, Energy, Health Care'],
    [
      'region:Asia <= 1',
      '"region" is no taxonomy; known: asset, class, sector, country, currency, issuer, theme, characteristic',
    ],
    ['Technolgy <= 20 %', 'at character 1: nothing is called "Technolgy"; did you mean Technology?'],
    ['20 % <= healthcare', 'at character 9: nothing is called "healthcare"; did you mean "Health Care"?'],
    [
      'Equity <= 0.5 * benchmark',
      'at character 17: benchmark stands before what is summed in it: benchmark(...), as in Energy <= benchmark(Energy) + 2 %',
    ],
    ['Equity <= current', 'current stands before what is summed in it: current(...)'],
    ['asset:APPL <= 1', 'nothing is called "APPL"; did you mean asset:AAPL?'],
    ['sectr:Energy <= 1', '"sectr" is no taxonomy; did you mean sector:Energy?'],
    ['curent(AAPL) <= 1', 'at character 1: "curent" is no function; did you mean current?'],
    ['sum(AAPL) <= 1', '"sum" is no function; known: benchmark, current'],
    ['benchmark(AAPL <= 1', 'expected ")", found "<="'],
    ['current(AAPL) <= 1', 'does not depend on any weight'],
    ['AAPL * SAP <= 1', 'at character 6: multiplies two weights'],
    ['1 / AAPL <= 1', 'at character 3: divides by a weight'],
    ['AAPL / 0 <= 1', 'divides by zero'],
    ['AAPL < 1', 'write <= : a strict relation has no best point'],
    ['AAPL <= SAP >= PFE', 'a chain keeps one direction'],
    ['AAPL <= ', 'expected a number, a name or "(", found the end'],
    ['(AAPL <= 1', 'expected ")", found "<="'],
    ['AAPL SAP <= 1', 'at character 6: expected <=, >= or =, found "SAP"'],
    ['AAPL ! 1', 'at character 6: does not understand "! 1"'],
    ['AAPL ≤ 20 %', 'at character 6: does not understand "≤ 20 %"; write <='],
    ['AAPL >= 0,2', 'at character 10: does not understand ",2"; write a decimal point'],
    ['"\u{1F600}\u{1F680}" + AAPL ! 1', 'at character 13: does not understand "! 1"'],
    [
      'AAPL ! \u{1F600}\u{1F600}\u{1F600}\u{1F600}\u{1F600}\u{1F600}\u{1F600}\u{1F600}\u{1F600}',
      '! \u{1F600}\u{1F600}\u{1F600}\u{1F600}\u{1F600}\u{1F600}\u{1F600}\u{1F600}\u{1F600}',
    ],
    ['sector:AAPL <= 1', 'nothing is called "AAPL" here'],
    ['characteristic:AAPL <= 1', 'nothing is called "AAPL" here'],
    ['asset:Energy <= 1', 'nothing is called "Energy"'],
    ['SAP <= AAPL <= PFE <= XOM', 'at character 20: expected the end, found "<="'],
    ['20 "bp" <= AAPL', 'at character 4: expected <=, >= or =, found "bp"'],
    ['"benchmark"(AAPL) <= SAP', 'at character 12: expected <=, >= or =, found "("'],
    [`${'('.repeat(32)}AAPL${')'.repeat(32)} <= 1`, 'at character 33: is nested deeper than 32'],
    [`${'AAPL + '.repeat(40)}${'('.repeat(32)}AAPL${')'.repeat(32)} <= 1`, 'is nested deeper than 32'],
    [' '.repeat(4000), 'at character 1: expected a number'],
    ['AAPL >= AAPL', 'does not depend on any weight'],
    ['20 % <= 30 %', 'does not depend on any weight'],
    [`${'('.repeat(101)}AAPL${')'.repeat(101)} <= 1`, 'is nested deeper than 32'],
    ['1e13 * AAPL <= 1', 'holds numbers that are too large'],
    ['-1e13 * AAPL <= 1', 'holds numbers that are too large'],
    ['AAPL <= 1e999', 'a number that is too large'],
    ['', 'expected a number, a name or "(", found the end'],
  ];
  for (const [expression, problem] of mistakes) {
    it(`refuses ${JSON.stringify(expression.slice(0, 30))} and says why`, () => {
      expect(fieldsOf(linearText.admit({ expression }, situation))).to.deep.equal(['expression']);
      expect(problemOf(expression)).to.contain(problem);
    });
  }

  it('reads 32 levels, and tells nothing but the place and the sign of what it cannot read', () => {
    expect(problemOf(`${'('.repeat(31)}AAPL${')'.repeat(31)} <= 1`)).to.equal('none');
    expect(problemOf('AAPL ! 1')).to.equal('at character 6: does not understand "! 1"');
  });

  it('refuses a text that is too long before reading it', () => {
    expect(problemOf(`AAPL <= ${'1'.repeat(5000)}`)).to.contain('at most 4000 are read');
  });
});

describe('aliases of constraint types', () => {
  it('gives the short names their stated definitions', () => {
    expect(canonicalConstraint('TurnoverConstraint', { maxTurnover: 0.1 })).to.deep.equal({
      type: 'turnover',
      parameters: { definition: 'half-sum', max: 0.1 },
      written: { max: 'maxTurnover' },
    });
    expect(canonicalConstraint('RiskConstraint', { maxVolatility: 0.15 })).to.deep.include({
      type: 'volatility',
      parameters: { period: 'annual', max: 0.15 },
    });
    const limits = { Equities: { min: 0.4, max: 0.7 } };
    expect(canonicalConstraint('AssetClass', limits)).to.deep.include({ type: 'asset-class', parameters: limits });
    expect(canonicalConstraint('Country', limits).type).to.equal('country');
    expect(canonicalConstraint('esg', { min: 7 }).parameters).to.deep.equal({
      name: 'esg-score',
      aggregate: 'average',
      min: 7,
    });
  });

  it('lets no short name take the place of the canonical one beside it', () => {
    const both = { maxTurnover: 0.1, max: 0.3 };
    expect(canonicalConstraint('TurnoverConstraint', both).parameters).to.deep.equal({
      definition: 'half-sum',
      ...both,
    });
  });

  it('leaves kebab-case names and unknown types as they are', () => {
    expect(canonicalConstraint('tracking-error', {}).type).to.equal('tracking-error');
    expect(canonicalConstraint('TrackingError', {}).type).to.equal('tracking-error');
    expect(canonicalConstraint('aB', {}).type).to.equal('aB');
    expect(canonicalConstraint('__proto__', { a: 1 })).to.deep.equal({
      type: '__proto__',
      parameters: { a: 1 },
      written: {},
    });
  });
});

describe('the catalogue of built-in constraints', () => {
  it('has one handler per type, in order, each with a definition and a closed schema', () => {
    const types = builtInConstraints.map(({ type }) => type);
    expect(types).to.deep.equal([...new Set(types)].sort());
    for (const handler of builtInConstraints) {
      expect(handler.description.length, handler.type).to.be.greaterThan(60);
      expect(handler.schema.additionalProperties, handler.type).to.not.equal(undefined);
      expect(handler.schema.examples?.length, handler.type).to.be.greaterThan(0);
      expect(handler.priority).to.equal(0);
    }
  });
});
