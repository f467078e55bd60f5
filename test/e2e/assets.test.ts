import { expect } from 'chai';

import { refusal } from '../support/e2e/client.ts';
import type { Message } from '../support/e2e/client.ts';
import { assetIds, priceTable, tradingDays } from '../support/e2e/market.ts';
import { openDesk } from '../support/e2e/desk.ts';

describe('assets and the catalogue over the wire', function () {
  this.timeout(120_000);
  const desk = openDesk();

  it('creates, reads, lists and changes assets', async () => {
    const created = await desk.client.call('AssetService/CreateAsset', {
      asset: { displayName: 'New', assetClass: 'Bond', currencyCode: 'EUR' },
      assetId: 'NEW',
    });
    expect(created).to.include({ name: 'assets/NEW', lotSize: '1' });
    const changed = await desk.client.call('AssetService/UpdateAsset', {
      asset: { name: 'assets/NEW', sector: 'Government', etag: created['etag'] },
      updateMask: { paths: ['sector'] },
    });
    expect(changed).to.include({ sector: 'Government', displayName: 'New' });
    expect(await desk.client.call('AssetService/GetAsset', { name: 'assets/NEW' })).to.deep.equal(changed);
    const page = await desk.client.call('AssetService/ListAssets', { filter: 'sector = "Technology"' });
    expect((page['assets'] as Message[]).map((asset) => asset['name'])).to.deep.equal(['assets/ALFA', 'assets/BRAVO']);
  });

  it('reads prices page by page, exactly as they were imported', async () => {
    const prices: Message[] = [];
    let pageToken = '';
    do {
      const page = await desk.client.call('AssetService/ListPrices', {
        parent: 'assets/ALFA',
        pageSize: 150,
        pageToken,
      });
      prices.push(...(page['prices'] as Message[]));
      pageToken = String(page['nextPageToken']);
    } while (pageToken !== '');
    const { dates, rows } = priceTable();
    expect(prices).to.have.length(tradingDays);
    expect(prices.map((price) => price['date'])).to.deep.equal(dates);
    expect(prices.map((price) => Number(price['amount']))).to.deep.equal(rows.map((row) => row[0]));
  });

  it('keeps exchange rates, and a later import of the same date replaces', async () => {
    const rate = (value: string): Message => ({
      rates: [{ baseCurrency: 'EUR', quoteCurrency: 'USD', date: '2024-01-02', rate: value }],
    });
    await desk.client.upload('AssetService/ImportFxRates', [rate('1.0956')]);
    expect(await desk.client.upload('AssetService/ImportFxRates', [rate('1.0957')])).to.deep.equal({ stored: '1' });
    const page = await desk.client.call('AssetService/ListFxRates', { baseCurrency: 'EUR', quoteCurrency: 'USD' });
    expect(page['rates']).to.deep.equal([
      { baseCurrency: 'EUR', quoteCurrency: 'USD', date: '2024-01-02', rate: '1.0957' },
    ]);
  });

  it('gives the weights of a benchmark in force at a date', async () => {
    await desk.client.upload('AssetService/ImportBenchmarkWeights', [
      { header: { name: 'benchmarks/BENCHMARK123', displayName: 'Test index', effectiveDate: '2024-01-02' } },
      { weight: { asset: 'assets/ALFA', weight: 1 } },
    ]);
    const then = await desk.client.call('AssetService/GetBenchmark', {
      name: 'benchmarks/BENCHMARK123',
      asOfDate: '2023-06-30',
    });
    const now = await desk.client.call('AssetService/GetBenchmark', { name: 'benchmarks/BENCHMARK123' });
    expect(then['weights']).to.have.length(assetIds.length);
    expect(now['weights']).to.deep.equal([{ asset: 'assets/ALFA', weight: 1 }]);
    const page = await desk.client.call('AssetService/ListBenchmarks', {});
    expect((page['benchmarks'] as Message[]).map((benchmark) => benchmark['name'])).to.deep.equal([
      'benchmarks/BENCHMARK123',
    ]);
  });

  it('stores a factor model whole and refuses a broken one', async () => {
    const header = (variance: number): Message => ({
      header: {
        name: 'factorModels/two',
        displayName: 'Two factors',
        factors: ['market', 'value'],
        factorCovariance: { rows: 2, columns: 2, values: [0.03, 0.005, 0.005, variance] },
      },
    });
    const rows = assetIds.map((id, index) => ({
      exposure: { asset: `assets/${id}`, exposures: [1, 0.1 * index - 0.3], specificVariance: 0.02 },
    }));
    expect(await desk.client.upload('AssetService/ImportFactorModel', [header(0.02), ...rows])).to.deep.equal({
      stored: '8',
    });
    const model = await desk.client.call('AssetService/GetFactorModel', { name: 'factorModels/two' });
    expect(model).to.have.nested.property('exposures[2].specificVariance', 0.02);
    expect(
      (await refusal(desk.client.upload('AssetService/ImportFactorModel', [header(-1), ...rows]))).reason,
    ).to.be.oneOf(['RISK_MODEL_INVALID', 'IMPORT_REJECTED']);
    expect(await desk.client.call('AssetService/GetFactorModel', { name: 'factorModels/two' })).to.deep.equal(model);
    const page = await desk.client.call('AssetService/ListFactorModels', {});
    expect(page['factorModels']).to.have.length(1);
  });

  it('offers strategies, constraint types, estimators, solvers and plugins with their schemas', async () => {
    const list = async (method: string, key: string): Promise<Message[]> =>
      (await desk.client.call(`CatalogService/${method}`, {}))[key] as Message[];
    const strategies = await list('ListStrategies', 'strategies');
    const names = strategies.map((strategy) => strategy['id']);
    expect(names).to.include.members([
      'maximum-sharpe',
      'minimum-variance',
      'minimum-tracking-error',
      'quadratic-utility',
      'equal-weights',
      'fixed-weights',
    ]);
    for (const entry of strategies) {
      expect(entry['title'], String(entry['id'])).to.not.equal('');
      expect(entry['version']).to.match(/^\d+\.\d+\.\d+/);
      expect(entry['references']).to.be.an('array');
      expect(entry).to.have.nested.property('parametersSchema.fields');
    }
    const types = (await list('ListConstraintTypes', 'constraintTypes')).map((type) => type['id']);
    expect(types).to.include.members([
      'bounds',
      'budget',
      'cash',
      'asset-class',
      'country',
      'sector',
      'group',
      'turnover',
      'volatility',
      'tracking-error',
    ]);
    expect(types).to.include.members(['factor-exposure', 'no-buy', 'no-sell', 'exclusion', 'linear', 'linear-text']);
    const estimators = (await list('ListEstimators', 'estimators')).map((estimator) => estimator['id']);
    expect(estimators).to.include.members([
      'historical-mean',
      'capm',
      'market-implied',
      'sample',
      'ewma',
      'ledoit-wolf',
    ]);
    expect((await list('ListSolvers', 'solvers')).map((solver) => solver['id'])).to.include('interior-point');
    const plugins = await list('ListPlugins', 'plugins');
    expect(plugins.map((plugin) => [plugin['id'], plugin['state']])).to.deep.include.members([
      ['mean-variance', 'PLUGIN_STATE_ACTIVE'],
      ['rules', 'PLUGIN_STATE_ACTIVE'],
    ]);
  });
});
