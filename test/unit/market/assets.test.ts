import { expect } from 'chai';

import { Assets } from '../../../src/market/assets.ts';
import type { MarketStores } from '../../../src/market/assets.ts';
import type { PriceRow } from '../../../src/market/draft.ts';
import { MemoryMarket } from '../../support/memory-market.ts';
import { MemoryUnits, SetClock, callContext, faultOf } from '../../support/memory-units.ts';
import { asset, assetDraft } from '../../support/samples.ts';

const context = callContext();
const all = { conditions: [], order: [], limit: 50 };

describe('assets', () => {
  let units: MemoryUnits<MarketStores & { readonly market: MemoryMarket }>;
  let assets: Assets;

  beforeEach(async () => {
    units = new MemoryUnits({ market: new MemoryMarket() });
    assets = new Assets(units, new SetClock('2025-03-03T12:00:00Z'));
    await units.stores.market.putAssets([asset('MSFT'), asset('KO')]);
  });

  it('stores an asset and gives it back', async () => {
    await assets.create('AAPL', assetDraft, context);
    const stored = await assets.get('AAPL', context);
    expect(stored.displayName).to.equal('Apple Inc.');
    expect(stored.lotSize.toFixed()).to.equal('1');
    expect(stored.marketCapitalization?.toFixed()).to.equal('3000000000000');
    expect(stored.createdAt.toISOString()).to.equal('2025-03-03T12:00:00.000Z');
    expect(stored.tenant).to.equal('acme');
  });

  it('tells every problem of a draft at once, by the names of the fields', async () => {
    const fault = await faultOf(
      assets.create(
        '../x',
        {
          ...assetDraft,
          displayName: 'line\nbreak',
          currencyCode: 'GBX',
          lotSize: '0',
          marketCapitalization: '1e12',
          identifiers: { isin: 'US0378331006' },
          groups: { constructor: 'x', region: '' },
        },
        context,
      ),
    );
    expect(fault.violations.map(({ field }) => field)).to.deep.equal([
      'asset_id',
      'asset.display_name',
      'asset.currency_code',
      'asset.groups.constructor',
      'asset.groups.region',
      'asset.lot_size',
      'asset.market_capitalization',
      'asset.identifiers.isin',
    ]);
    expect(units.commits).to.equal(0);
  });

  it('refuses a lone surrogate and stores what looks the same as the same', async () => {
    const fault = await faultOf(assets.create('A', { ...assetDraft, displayName: 'a\ud800' }, context));
    expect(fault.violations[0]?.description).to.equal('is not well-formed Unicode');
    const stored = await assets.create('B', { ...assetDraft, displayName: 'Nestle\u0301' }, context);
    expect(stored.displayName).to.equal('Nestl\u00e9');
  });

  it('takes characteristics and what funds hold, and refuses what is no number, twice named or not there', async () => {
    await assets.create('PART', assetDraft, context);
    const fund = {
      ...assetDraft,
      averageDailyValue: '1000.5',
      characteristics: { duration: 4.2 },
      holdings: [{ asset: 'assets/PART', weight: 0.6 }],
    };
    const stored = await assets.create('FUND', fund, context);
    expect(stored.averageDailyValue?.toNumber()).to.equal(1000.5);
    expect(stored).to.deep.include({
      characteristics: { duration: 4.2 },
      holdings: [{ assetId: 'PART', weight: 0.6 }],
    });
    const wrong = {
      ...assetDraft,
      averageDailyValue: '-1',
      characteristics: { duration: NaN, constructor: 1 },
      holdings: [
        { asset: 'assets/PART', weight: 60 },
        { asset: 'assets/PART', weight: 0.1 },
        { asset: 'PART', weight: 0.1 },
      ],
    };
    const fault = await faultOf(assets.create('WRONG', wrong, context));
    expect(fault.violations.map(({ field }) => field)).to.deep.equal([
      'asset.average_daily_value',
      'asset.characteristics.constructor',
      'asset.characteristics["duration"]',
      'asset.holdings[0].weight',
      'asset.holdings[1].asset',
      'asset.holdings[2].asset',
    ]);
    const missing = { ...assetDraft, holdings: [{ asset: 'assets/NOWHERE', weight: 1 }] };
    const absent = await faultOf(assets.create('ABSENT', missing, context));
    expect(absent.violations).to.deep.equal([
      { field: 'asset.holdings[0].asset', description: 'there is no assets/NOWHERE', reason: 'NOT_FOUND' },
    ]);
    const rows = [
      { ...missing, name: 'assets/ONE' },
      { ...missing, name: 'assets/TWO', holdings: [{ asset: 'assets/ONE', weight: 1 }] },
    ];
    const rejected = await faultOf(assets.importAssets(rows, context));
    expect(rejected.violations.map(({ field }) => field)).to.deep.equal(['rows[1].holdings[0].asset']);
  });

  it('replaces only the fields of the mask, and only from the version read', async () => {
    await assets.create('AAPL', assetDraft, context);
    const draft = { ...assetDraft, displayName: 'not looked at \n', sector: 'Consumer' };
    const updated = await assets.update('AAPL', draft, ['sector'], '1', context);
    expect([updated.sector, updated.displayName, updated.version]).to.deep.equal(['Consumer', 'Apple Inc.', 2]);
    expect((await faultOf(assets.update('AAPL', draft, ['sector'], '1', context))).reason).to.equal('ETAG_MISMATCH');
    expect((await faultOf(assets.update('AAPL', draft, ['sector'], '', context))).reason).to.equal('ETAG_REQUIRED');
    const mask = await faultOf(assets.update('AAPL', draft, ['version', 'etag'], '2', context));
    expect(mask.violations).to.have.length(2);
    expect((await faultOf(assets.update('AAPL', draft, [], '2', context))).violations[0]?.field).to.equal(
      'update_mask',
    );
    expect((await faultOf(assets.update('NONE', draft, ['sector'], '2', context))).reason).to.equal('NOT_FOUND');
  });

  it('reads the pages of a series one after the other', async () => {
    const rows = ['2025-01-01', '2025-01-02', '2025-01-03', '2025-01-06'].map((date, day) =>
      price(date, String(day + 1)),
    );
    await assets.importPrices(rows, context);
    const query = { startDate: '2025-01-02', endDate: '', limit: 2 };
    const first = await assets.prices('MSFT', query, context);
    expect(first.rows.map(({ date }) => date)).to.deep.equal(['2025-01-02', '2025-01-03']);
    const second = await assets.prices('MSFT', { ...query, after: first.next?.[0] ?? '' }, context);
    expect(second.rows.map(({ price }) => price.toFixed())).to.deep.equal(['4']);
    expect(second.next).to.equal(undefined);
  });

  describe('import', () => {
    it('stores assets and replaces those that exist', async () => {
      const row = { ...assetDraft, name: 'assets/MSFT', displayName: 'Microsoft', identifiers: {} };
      expect(await assets.importAssets([row], context)).to.deep.equal({ stored: 1 });
      expect((await assets.get('MSFT', context)).version).to.equal(2);
      expect((await assets.list(all, context)).rows.map(({ id }) => id)).to.deep.equal(['KO', 'MSFT']);
    });

    it('names all bad rows by number and field and stores nothing', async () => {
      const fault = await faultOf(
        assets.importPrices(
          [
            price('2025-01-02', '10'),
            price('2025-01-02', '11'),
            price('2025-03-04', '12'),
            price('2025-02-30', '13'),
            price('2025-01-03', '0.00'),
            price('2025-01-04', '-1'),
            price('2025-01-05', '１'),
            { asset: 'assets/NONE', date: '2025-01-02', amount: '1' },
            { asset: 'MSFT', date: '2025-01-02', amount: '1,000' },
          ],
          context,
        ),
      );
      expect(fault.reason).to.equal('IMPORT_REJECTED');
      expect(fault.violations.map(({ field }) => field)).to.deep.equal([
        'rows[2].date',
        'rows[3].date',
        'rows[4].date',
        'rows[5].amount',
        'rows[6].amount',
        'rows[7].amount',
        'rows[9].asset',
        'rows[9].amount',
        'rows[8].asset',
      ]);
      expect(fault.metadata).to.include({ rows: '9', badRows: '8', problems: '9', unlisted: '0' });
      expect(units.stores.market.pricesById.size).to.equal(0);
    });

    it('lists a thousand problems and counts the rest', async () => {
      const rows = Array.from({ length: 1_500 }, (_, row) => price('2025-01-02', `x${String(row)}`));
      const fault = await faultOf(assets.importPrices(rows, context));
      expect(fault.violations).to.have.length(1_000);
      // Each number is bad, and from the second row on each date repeats.
      expect(fault.metadata).to.include({ rows: '1500', badRows: '1500', problems: '2999', unlisted: '1999' });
    });

    it('stores nothing when the caller went away in the middle', async () => {
      const leaving = new AbortController();
      async function* rows(): AsyncGenerator<PriceRow> {
        yield price('2025-01-02', '1');
        leaving.abort();
      }
      let thrown: unknown;
      await assets
        .importPrices(rows(), { ...context, signal: leaving.signal })
        .catch((error: unknown) => (thrown = error));
      expect(thrown).to.have.property('name', 'AbortError');
      expect(units.commits).to.equal(0);
    });

    it('checks exchange rates by currency, pair and number', async () => {
      const rate = { baseCurrency: 'EUR', quoteCurrency: 'USD', date: '2025-01-02', rate: '1.05' };
      expect(await assets.importFxRates([rate, { ...rate, date: '2025-01-03' }], context)).to.deep.equal({ stored: 2 });
      const fault = await faultOf(
        assets.importFxRates(
          [rate, rate, { ...rate, baseCurrency: 'XXX' }, { ...rate, quoteCurrency: 'EUR' }, { ...rate, rate: '0' }],
          context,
        ),
      );
      expect(fault.violations.map(({ field }) => field)).to.deep.equal([
        'rows[2].date',
        'rows[3].base_currency',
        'rows[4].quote_currency',
        'rows[5].rate',
        'rows[5].date',
      ]);
      const page = await assets.fxRates('EUR', 'USD', { startDate: '', endDate: '', limit: 10 }, context);
      expect(page.rows).to.have.length(2);
    });

    it('keeps benchmark weights as given, from each date on', async () => {
      const header = { name: 'benchmarks/mix', displayName: 'Mix', effectiveDate: '2025-01-01' };
      const third = { asset: 'assets/KO', weight: 1 / 3 };
      await assets.importBenchmark(header, [third, { asset: 'assets/MSFT', weight: 0.666666 }], context);
      await assets.importBenchmark(
        { ...header, effectiveDate: '2025-02-01' },
        [{ asset: 'assets/KO', weight: 1 }],
        context,
      );
      const january = await assets.benchmark('mix', '2025-01-31', context);
      expect(january.weights).to.deep.equal([
        { assetId: 'KO', weight: 1 / 3 },
        { assetId: 'MSFT', weight: 0.666666 },
      ]);
      expect((await assets.benchmark('mix', '', context)).weights).to.have.length(1);
      expect((await faultOf(assets.benchmark('mix', '2024-12-31', context))).reason).to.equal('NOT_FOUND');
    });

    it('refuses benchmark weights that do not sum to 1, do not exist, repeat or are percent', async () => {
      const header = { name: 'benchmarks/mix', displayName: '', effectiveDate: '' };
      const short = await faultOf(assets.importBenchmark(header, [{ asset: 'assets/KO', weight: 0.99 }], context));
      expect(short.violations.map(({ field }) => field)).to.have.members(['rows', 'header.effective_date']);
      const rows = [
        { asset: 'assets/KO', weight: 60 },
        { asset: 'assets/KO', weight: Number.NaN },
        { asset: 'assets/NONE', weight: 0.4 },
      ];
      const fault = await faultOf(assets.importBenchmark({ ...header, effectiveDate: '2025-01-01' }, rows, context));
      expect(fault.violations.map(({ field }) => field)).to.deep.equal([
        'rows[1].weight',
        'rows[2].asset',
        'rows[2].weight',
        'rows[3].asset',
      ]);
    });

    it('stores a factor model and refuses a covariance that is none', async () => {
      const header = { name: 'factorModels/two', displayName: 'Two', factors: ['value', 'size'] };
      const rows = [
        { asset: 'assets/KO', exposures: [1, 0.5], specificVariance: 0.01 },
        { asset: 'assets/MSFT', exposures: [0.8, -0.2], specificVariance: 0 },
      ];
      // Singular, and yet a covariance.
      const factorCovariance = Float64Array.of(0.04, 0.02, 0.02, 0.01);
      expect(await assets.importFactorModel({ ...header, factorCovariance }, rows, context)).to.deep.equal({
        stored: 2,
      });
      const stored = await assets.factorModel('two', context);
      expect([...stored.exposures]).to.deep.equal([1, 0.5, 0.8, -0.2]);
      expect(stored.assetIds).to.deep.equal(['KO', 'MSFT']);
      for (const [matrix, problem] of [
        [[0.04, 0.03, 0.03, 0.01], 'not positive semidefinite'],
        [[0.04, 0.02, 0.01, 0.01], 'not symmetric'],
        [[0.04, Number.NaN, 0.01, 0.01], 'finite'],
        [[0.04, 0, 0, -0.01], 'negative variance'],
        [[0.04], '2 x 2'],
      ] as const) {
        const bad = { ...header, factorCovariance: Float64Array.from(matrix) };
        const fault = await faultOf(assets.importFactorModel(bad, rows, context));
        expect(fault.violations[0]?.field).to.equal('header.factor_covariance');
        expect(fault.violations[0]?.description).to.contain(problem);
      }
      const fault = await faultOf(
        assets.importFactorModel(
          { ...header, factorCovariance },
          [{ asset: 'assets/KO', exposures: [1], specificVariance: -1 }],
          context,
        ),
      );
      expect(fault.violations.map(({ field }) => field)).to.deep.equal([
        'rows[1].exposures',
        'rows[1].specific_variance',
      ]);
    });
  });
});

function price(date: string, amount: string): PriceRow {
  return { asset: 'assets/MSFT', date, amount };
}
