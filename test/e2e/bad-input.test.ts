import { expect } from 'chai';

import { factRows, lotRows, scenarioRows, viewRows } from '../support/e2e/bad-markets.ts';
import { numbers, objectives, riskModels } from '../support/e2e/bad-problems.ts';
import { refusal } from '../support/e2e/client.ts';
import type { Message } from '../support/e2e/client.ts';
import { portfolioMessage } from '../support/e2e/market.ts';
import { openDesk } from '../support/e2e/desk.ts';

const position = (quantity: string): Message => portfolioMessage({ positions: [{ asset: 'assets/ALFA', quantity }] });
const decimals = [
  'NaN',
  'Infinity',
  '1e5',
  '0x10',
  '1,000',
  '\uff11',
  '',
  '+1',
  ' 1',
  '1\n',
  '1'.repeat(29),
  '0.12345678901',
];
const ids = [
  'x'.repeat(256),
  '../x',
  'nul\u0000',
  'new\nline',
  '__proto__',
  'constructor',
  'e\u0301',
  'a b',
  "x'; drop table portfolios; --",
];

describe('bad input', function () {
  this.timeout(120_000);
  const desk = openDesk();

  for (const [kind, rows] of Object.entries({
    numbers,
    riskModels,
    objectives,
    scenarios: scenarioRows,
    facts: factRows,
    lots: lotRows,
    views: viewRows,
  })) {
    describe(kind, () => {
      for (const [title, request, expected] of rows) {
        it(`answers ${title} with ${'reason' in expected ? expected.reason : expected.termination}`, async () => {
          const call = desk.client.collect('OptimizationService/Optimize', request);
          if ('reason' in expected) {
            const failure = await refusal(call);
            expect(failure.violations.map((violation) => violation.field).join(' '), failure.message).to.contain(
              expected.field,
            );
            expect(failure.reason, failure.message).to.equal(expected.reason);
            expect(failure.code).to.equal(failure.reason === 'INSUFFICIENT_HISTORY' ? 9 : 3);
            return;
          }
          const solution = (await call).at(-1)?.['solution'] as Message | undefined;
          expect(solution?.['termination'], String(solution?.['detail'])).to.equal(expected.termination);
          if (expected.termination.endsWith('INFEASIBLE'))
            expect(solution?.['conflict']).to.have.nested.property('members[0].text');
        });
      }
    });
  }

  it('refuses every text that is not a plain decimal, and stores nothing', async () => {
    for (const quantity of decimals) {
      const failure = await refusal(
        desk.client.call('PortfolioService/CreatePortfolio', { portfolio: position(quantity), portfolioId: 'decimal' }),
      );
      expect(failure.reason, JSON.stringify(quantity)).to.equal('NUMBER_INVALID');
      expect(failure.violations.map((violation) => violation.field)).to.deep.equal(['portfolio.positions[0].quantity']);
    }
    expect(
      (await refusal(desk.client.call('PortfolioService/GetPortfolio', { name: 'portfolios/decimal' }))).reason,
    ).to.equal('NOT_FOUND');
  });

  it('refuses every id that is not plain, and stores nothing', async () => {
    for (const portfolioId of ids) {
      const failure = await refusal(
        desk.client.call('PortfolioService/CreatePortfolio', { portfolio: portfolioMessage(), portfolioId }),
      );
      expect(failure.reason, JSON.stringify(portfolioId)).to.equal('ID_INVALID');
    }
    const page = await desk.client.call('PortfolioService/ListPortfolios', { showDeleted: true });
    expect(page['portfolios']).to.deep.equal([]);
    expect((await refusal(desk.client.call('PortfolioService/GetPortfolio', { name: '' }))).reason).to.equal(
      'ID_INVALID',
    );
  });

  it('keeps ids that differ in case apart and takes pattern characters in filters as they are', async () => {
    await desk.client.call('PortfolioService/CreatePortfolio', {
      portfolio: portfolioMessage({ displayName: '100% safe' }),
      portfolioId: 'Case',
    });
    await desk.client.call('PortfolioService/CreatePortfolio', {
      portfolio: portfolioMessage({ displayName: 'plain' }),
      portfolioId: 'case',
    });
    const found = async (filter: string): Promise<unknown[]> =>
      ((await desk.client.call('PortfolioService/ListPortfolios', { filter }))['portfolios'] as Message[]).map(
        (portfolio) => portfolio['name'],
      );
    expect(await found('display_name : "100%"')).to.deep.equal(['portfolios/Case']);
    expect(await found('display_name : "_"')).to.deep.equal([]);
    expect(await found(`display_name = "' or 1=1 --"`)).to.deep.equal([]);
    expect((await refusal(found('colour = "red"'))).violations.map((violation) => violation.field)).to.deep.equal([
      'filter',
    ]);
    expect(
      (await refusal(desk.client.call('PortfolioService/ListPortfolios', { pageSize: -1 }))).violations.map(
        (violation) => violation.field,
      ),
    ).to.deep.equal(['page_size']);
  });

  it('reports bad rows of an import by number and field and loads none of the rows', async () => {
    const rows = [
      { asset: 'assets/ALFA', date: '2026-01-02', amount: '10' },
      { asset: 'assets/NONE', date: '2026-01-02', amount: '10' },
      { asset: 'assets/ALFA', date: '2026-02-30', amount: '-1' },
    ];
    const failure = await refusal(
      desk.client.upload(
        'AssetService/ImportPrices',
        rows.map((row) => ({ prices: [row] })),
      ),
    );
    expect(failure.reason).to.equal('IMPORT_REJECTED');
    expect(failure.violations.map((violation) => violation.field)).to.have.members([
      'rows[2].asset',
      'rows[3].date',
      'rows[3].amount',
    ]);
    const stored = await desk.client.call('AssetService/ListPrices', {
      parent: 'assets/ALFA',
      startDate: '2026-01-01',
    });
    expect(stored['prices']).to.deep.equal([]);
  });

  it('verifies the check digits of identifiers', async () => {
    const asset = (isin: string): Message => ({
      asset: { displayName: 'X', assetClass: 'Equity', currencyCode: 'USD', identifiers: { isin } },
      assetId: 'CHECKED',
    });
    const failure = await refusal(desk.client.call('AssetService/CreateAsset', asset('US0378331006')));
    expect(failure.violations.map((violation) => violation.field)).to.deep.equal(['asset.identifiers.isin']);
    expect(await desk.client.call('AssetService/CreateAsset', asset('US0378331005'))).to.have.property(
      'name',
      'assets/CHECKED',
    );
  });
});
