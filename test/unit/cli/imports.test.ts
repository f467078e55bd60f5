import { expect } from 'chai';

import { maskOf } from '../../../src/cli/commands/portfolio.ts';
import { optimizationJson, selectionFrom } from '../../../src/cli/commands/optimize.ts';
import { targetsFrom, watchedKind } from '../../../src/cli/commands/rebalance.ts';
import { csvTable } from '../../../src/cli/imports/csv.ts';
import { inFile, refusalOf } from '../../../src/cli/imports/rejection.ts';
import {
  assetRows,
  benchmarkRows,
  exposureRows,
  factorCovariance,
  fxRows,
  priceRows,
} from '../../../src/cli/imports/rows.ts';
import { Fault } from '../../../src/values/fault.ts';

const csv = (...lines: readonly string[]) => csvTable(lines.join('\n'), 'file.csv');

describe('prices', () => {
  it('are read wide: a column for each asset, an empty cell is no price', () => {
    const { rows, origins, problems } = priceRows(csv('date,AAPL,GE', '2018-04-10,173.25,', '2018-04-11,172.44,12.97'));
    expect(problems).to.deep.equal([]);
    expect(rows).to.deep.equal([
      { asset: 'assets/AAPL', date: '2018-04-10', amount: '173.25' },
      { asset: 'assets/AAPL', date: '2018-04-11', amount: '172.44' },
      { asset: 'assets/GE', date: '2018-04-11', amount: '12.97' },
    ]);
    expect(origins[2]).to.deep.equal({ line: 3, column: 'GE' });
  });

  it('are read long, columns in any order', () => {
    const { rows, problems } = priceRows(csv('asset,close,date', 'AAPL,172.44,2018-04-11'));
    expect(problems).to.deep.equal([]);
    expect(rows).to.deep.equal([{ asset: 'assets/AAPL', date: '2018-04-11', amount: '172.44' }]);
  });

  it('are refused by line and column, all of them at once', () => {
    const { problems } = priceRows(
      csv('date,AAPL,GE', '2018-02-30,173.25,1e3', '', '2018-04-11,-1,0', '2018-04-12,1', '11.4.2018,1,2'),
    );
    expect(problems.map(({ line, column }) => `${String(line)} ${column}`)).to.deep.equal([
      '2 date',
      '2 GE',
      '4 AAPL',
      '4 GE',
      '5 (row)',
      '6 date',
    ]);
  });

  it('keep every digit of a price', () => {
    expect(priceRows(csv('date,AAPL', '1989-12-29,0.1172030001')).rows[0]?.amount).to.equal('0.1172030001');
  });
});

describe('assets', () => {
  it('are read with groups and identifiers; remarks are left out', () => {
    const { rows, problems } = assetRows(
      csv('id,name,sector,country,currency,isin,group:region,#source', 'AAPL,Apple,IT,US,USD,US0378331005,America,x'),
    );
    expect(problems).to.deep.equal([]);
    expect(rows[0]).to.include({
      name: 'assets/AAPL',
      displayName: 'Apple',
      sector: 'IT',
      country: 'US',
      currencyCode: 'USD',
    });
    expect(rows[0]?.groups).to.deep.equal({ region: 'America' });
    expect(rows[0]?.identifiers).to.deep.equal({ isin: 'US0378331005' });
  });

  it('refuse a column that nobody would read', () => {
    const { rows, problems } = assetRows(csv('id,secter,currency', 'AAPL,IT,USD'));
    expect(rows).to.deep.equal([]);
    expect(problems.map(({ column }) => column)).to.deep.equal(['secter']);
  });

  it('refuse a missing or doubled column, a bad id and a bad currency', () => {
    expect(assetRows(csv('id,id,name', 'A,B,C')).problems.map(({ column }) => column)).to.deep.equal([
      'id',
      'currency',
    ]);
    const bad = assetRows(csv('id,currency', 'a b,USD', 'A,Dollar', ',USD'));
    expect(bad.problems.map(({ line, column }) => `${String(line)} ${column}`)).to.deep.equal([
      '2 id',
      '3 currency',
      '4 id',
    ]);
  });
});

describe('other imports', () => {
  it('read exchange rates and benchmark weights', () => {
    expect(fxRows(csv('date,base,quote,rate', '2018-04-11,EUR,USD,1.2366')).rows).to.deep.equal([
      { date: '2018-04-11', baseCurrency: 'EUR', quoteCurrency: 'USD', rate: '1.2366' },
    ]);
    expect(benchmarkRows(csv('asset,weight', 'A,0.6', 'B,x')).problems).to.have.length(1);
  });

  it('read factor models: exposures by factor and their covariance in the order of the exposures', () => {
    const { rows, factors, problems } = exposureRows(csv('asset,market,value,specific_variance', 'A,1.1,-0.2,0.04'));
    expect(problems).to.deep.equal([]);
    expect(factors).to.deep.equal(['market', 'value']);
    expect(rows).to.deep.equal([{ asset: 'assets/A', exposures: [1.1, -0.2], specificVariance: 0.04 }]);
    const covariance = factorCovariance(csv(',value,market', 'value,0.01,0.002', 'market,0.002,0.04'), factors);
    expect(covariance).to.deep.equal({ values: [0.04, 0.002, 0.002, 0.01], problems: [] });
    expect(factorCovariance(csv(',market', 'market,0.04'), factors).problems).not.to.deep.equal([]);
  });

  it('refuse an empty file', () => {
    expect(() => csv('date,AAPL')).to.throw(Fault, 'file.csv has no rows');
  });
});

describe('the refusal of a file', () => {
  it('names line and column, shows 50 problems and counts the rest', () => {
    expect(refusalOf([], 'file.csv')).to.equal(undefined);
    const problems = Array.from({ length: 53 }, (_none, index) => ({
      line: index + 2,
      column: 'AAPL',
      description: 'is bad',
    }));
    const refusal = refusalOf(problems, 'file.csv');
    expect(refusal?.violations).to.have.length(51);
    expect(refusal?.violations[0]?.field).to.equal('file.csv, line 2, column AAPL');
    expect(refusal?.violations.at(-1)?.description).to.equal('and 3 more problems');
  });

  it('translates the rows of the server', () => {
    const origins = [{ line: 2, column: 'AAPL' }, { line: 9 }];
    const told = (field: string) => inFile({ field, description: 'd' }, origins, 'f.csv').field;
    expect(told('rows[1].amount')).to.equal('f.csv, line 2, column AAPL');
    expect(told('rows[2].sector')).to.equal('f.csv, line 9, column sector');
    expect(told('request_id')).to.equal('request_id');
    expect(told('rows[7].amount')).to.equal('rows[7].amount');
  });
});

describe('documents', () => {
  it('name the fields of an update, outputs left out', () => {
    expect(
      maskOf({ displayName: 'x', risk_free_rate_annual: 0, etag: 'e', createTime: 't', positions: [] }),
    ).to.deep.equal(['display_name', 'risk_free_rate_annual', 'positions']);
  });

  it('give way to options field by field', () => {
    const document = { strategy: { type: 'a' }, estimation: { periodsPerYear: 12, windowEnd: '2018-01-01' } };
    expect(
      optimizationJson(document, { strategy: 'b', periodsPerYear: 252, missingPrices: 'complete-rows' }),
    ).to.deep.equal({
      strategy: { type: 'b', parameters: {} },
      estimation: { periodsPerYear: 252, windowEnd: '2018-01-01', missingPrices: 'MISSING_PRICES_COMPLETE_ROWS' },
    });
  });

  it('choose estimators with parameters', () => {
    expect(selectionFrom('sample')).to.deep.equal({ type: 'sample', parameters: {} });
    expect(selectionFrom('ewma:halfLife=63,target=identity')).to.deep.equal({
      type: 'ewma',
      parameters: { halfLife: 63, target: 'identity' },
    });
    expect(() => selectionFrom('ewma:63')).to.throw(Fault);
  });

  it('take targets in short or in full', () => {
    expect(targetsFrom({ A: 0.4, B: 0.6 })).to.deep.equal({
      weights: [
        { assetId: 'A', weight: 0.4 },
        { assetId: 'B', weight: 0.6 },
      ],
    });
    expect(targetsFrom({ weights: [] })).to.deep.equal({ weights: [] });
  });

  it('tell what can be watched', () => {
    expect(watchedKind('portfolios/p/optimizations/o')).to.equal('optimization');
    expect(watchedKind('portfolios/p/rebalances/r')).to.equal('rebalance');
    expect(() => watchedKind('portfolios/p')).to.throw(Fault, 'must be');
  });
});
