import { randomUUID } from 'node:crypto';

import { expect } from 'chai';

import { failureOf, TestClient } from '../support/e2e/client.ts';
import type { Failure, Message } from '../support/e2e/client.ts';
import { openDesk } from '../support/e2e/desk.ts';
import { assetIds, optimizationMessage, portfolioMessage } from '../support/e2e/market.ts';

const portfolio = 'portfolios/private';
const run = `${portfolio}/optimizations/run`;
const rebalance = `${portfolio}/rebalances/proposal`;
const model = 'factorModels/secret';
const header = { name: model, displayName: 'Secret', factors: ['market'], factorCovariance: { rows: 1, columns: 1 } };
const weights = [{ subject: 'ALFA', weight: 0.5, weightMin: 0.4, weightMax: 0.6 }];
const kind = { kind: 'ALLOCATION_KIND_TARGET', dimension: 'ALLOCATION_DIMENSION_ASSET' };
const date = '2023-02-01';
const stored = {
  problem: { universe: [{ assetId: 'ALFA' }], factorModel: model },
  strategy: { type: 'minimum-variance' },
};

const instantOf = (ms: number): Message => ({ seconds: String(Math.floor(ms / 1000)), nanos: (ms % 1000) * 1e6 });

/** What is said to another tenant. */
type Outcome =
  /** The call fails with NOT_FOUND. */
  | 'nowhere'
  /** The call is refused with a violation, one of NOT_FOUND when a path is given. */
  | { readonly refused: string }
  /** A list of the reply is empty. */
  | { readonly empty: string }
  /** The call takes no name of anything stored. */
  | 'nothing stored';

interface Attempt {
  readonly method: string;
  readonly outcome: Outcome;
  readonly request?: Message | readonly Message[];
}

const onMarket: readonly Attempt[] = [
  {
    method: 'AssetService/CreateAsset',
    outcome: { refused: 'asset.holdings[0].asset' },
    request: {
      asset: {
        displayName: 'Fund',
        assetClass: 'Fund',
        currencyCode: 'USD',
        holdings: [{ asset: 'assets/ALFA', weight: 1 }],
      },
      assetId: 'FUND',
    },
  },
  { method: 'AssetService/GetAsset', outcome: 'nowhere', request: { name: 'assets/ALFA' } },
  { method: 'AssetService/ListAssets', outcome: { empty: 'assets' }, request: {} },
  {
    method: 'AssetService/UpdateAsset',
    outcome: 'nowhere',
    request: { asset: { name: 'assets/ALFA', sector: 'Taken' }, updateMask: { paths: ['sector'] } },
  },
  {
    method: 'AssetService/ImportAssets',
    outcome: { refused: 'rows[1].holdings[0].asset' },
    request: [
      {
        asset: {
          name: 'assets/FUND',
          displayName: 'Fund',
          assetClass: 'Fund',
          currencyCode: 'USD',
          lotSize: '1',
          holdings: [{ asset: 'assets/ALFA', weight: 1 }],
        },
      },
    ],
  },
  {
    method: 'AssetService/ImportPrices',
    outcome: { refused: '' },
    request: [{ prices: [{ asset: 'assets/ALFA', date, amount: '1' }] }],
  },
  { method: 'AssetService/ImportFxRates', outcome: 'nothing stored' },
  {
    method: 'AssetService/ImportBenchmarkWeights',
    outcome: { refused: '' },
    request: [
      { header: { name: 'benchmarks/BENCHMARK123', displayName: 'Taken', effectiveDate: date } },
      { weight: { asset: 'assets/ALFA', weight: 1 } },
    ],
  },
  {
    method: 'AssetService/ImportFactorModel',
    outcome: { refused: '' },
    request: [
      { header: { ...header, factorCovariance: { rows: 1, columns: 1, values: [1] } } },
      { exposure: { asset: 'assets/ALFA', exposures: [1], specificVariance: 1 } },
    ],
  },
  { method: 'AssetService/ListPrices', outcome: 'nowhere', request: { parent: 'assets/ALFA' } },
  {
    method: 'AssetService/ListFxRates',
    outcome: { empty: 'rates' },
    request: { baseCurrency: 'EUR', quoteCurrency: 'USD' },
  },
  { method: 'AssetService/GetBenchmark', outcome: 'nowhere', request: { name: 'benchmarks/BENCHMARK123' } },
  { method: 'AssetService/ListBenchmarks', outcome: { empty: 'benchmarks' }, request: {} },
  { method: 'AssetService/GetFactorModel', outcome: 'nowhere', request: { name: model } },
  { method: 'AssetService/ListFactorModels', outcome: { empty: 'factorModels' }, request: {} },
];

const onCatalogue: readonly Attempt[] = [
  { method: 'CatalogService/ListStrategies', outcome: 'nothing stored' },
  { method: 'CatalogService/ListConstraintTypes', outcome: 'nothing stored' },
  { method: 'CatalogService/ListEstimators', outcome: 'nothing stored' },
  { method: 'CatalogService/ListSolvers', outcome: 'nothing stored' },
  { method: 'CatalogService/ListPlugins', outcome: 'nothing stored' },
  { method: 'EstimationService/Estimate', outcome: { refused: '' }, request: { problem: stored.problem } },
  { method: 'EstimationService/StreamEstimates', outcome: 'nothing stored' },
];

const onOptimizations: readonly Attempt[] = [
  {
    method: 'OptimizationService/CreateOptimization',
    outcome: 'nowhere',
    request: { parent: portfolio, optimization: optimizationMessage(), optimizationId: 'foreign' },
  },
  { method: 'OptimizationService/GetOptimization', outcome: 'nowhere', request: { name: run } },
  { method: 'OptimizationService/ListOptimizations', outcome: 'nowhere', request: { parent: portfolio } },
  { method: 'OptimizationService/CancelOptimization', outcome: 'nowhere', request: { name: run } },
  { method: 'OptimizationService/WatchOptimization', outcome: 'nowhere', request: { name: run } },
  { method: 'OptimizationService/Optimize', outcome: { refused: 'problem.factor_model' }, request: stored },
  { method: 'OptimizationService/ExplainOptimization', outcome: 'nowhere', request: { name: run } },
  {
    method: 'OptimizationService/ExplainOptimization',
    outcome: { refused: 'request.problem.factor_model' },
    request: { request: stored },
  },
  { method: 'OptimizationService/ReplayOptimization', outcome: 'nowhere', request: { name: run } },
  {
    method: 'OptimizationService/ComputeFrontier',
    outcome: { refused: 'problem.factor_model' },
    request: { ...stored, points: 2 },
  },
];

const onPortfolios = (): readonly Attempt[] => [
  {
    method: 'AllocationService/SetAllocations',
    outcome: 'nowhere',
    request: { parent: portfolio, ...kind, allocations: weights },
  },
  { method: 'AllocationService/GetAllocations', outcome: 'nowhere', request: { parent: portfolio, ...kind } },
  { method: 'AllocationService/ListAllocationHistory', outcome: 'nowhere', request: { parent: portfolio, ...kind } },
  {
    method: 'AllocationService/ComputeDrift',
    outcome: 'nowhere',
    request: { parent: portfolio, dimension: kind.dimension },
  },
  {
    method: 'PortfolioService/CreatePortfolio',
    outcome: { refused: '' },
    request: { portfolio: portfolioMessage(), portfolioId: 'mine' },
  },
  { method: 'PortfolioService/GetPortfolio', outcome: 'nowhere', request: { name: portfolio } },
  { method: 'PortfolioService/ListPortfolios', outcome: { empty: 'portfolios' }, request: {} },
  {
    method: 'PortfolioService/UpdatePortfolio',
    outcome: 'nowhere',
    request: { portfolio: { name: portfolio, displayName: 'Taken' }, updateMask: { paths: ['display_name'] } },
  },
  { method: 'PortfolioService/DeletePortfolio', outcome: 'nowhere', request: { name: portfolio } },
  { method: 'PortfolioService/UndeletePortfolio', outcome: 'nowhere', request: { name: portfolio } },
  {
    method: 'PortfolioService/GetPortfolioSnapshot',
    outcome: 'nowhere',
    request: { name: portfolio, asOfTime: instantOf(Date.now()) },
  },
  {
    method: 'RebalancingService/CreateRebalance',
    outcome: 'nowhere',
    request: { parent: portfolio, rebalance: { target: { weights: [] } }, rebalanceId: 'foreign' },
  },
  { method: 'RebalancingService/GetRebalance', outcome: 'nowhere', request: { name: rebalance } },
  { method: 'RebalancingService/ListRebalances', outcome: 'nowhere', request: { parent: portfolio } },
  { method: 'RebalancingService/WatchRebalance', outcome: 'nowhere', request: { name: rebalance } },
  {
    method: 'RebalancingService/AcceptRebalance',
    outcome: 'nowhere',
    request: { name: rebalance, requestId: randomUUID() },
  },
  {
    method: 'RebalancingService/RejectRebalance',
    outcome: 'nowhere',
    request: { name: rebalance, requestId: randomUUID() },
  },
];

const onTransactions = (transaction: string): readonly Attempt[] => [
  { method: 'TransactionService/ListTransactions', outcome: 'nowhere', request: { parent: portfolio } },
  { method: 'TransactionService/GetTransaction', outcome: 'nowhere', request: { name: transaction } },
  {
    method: 'TransactionService/RecordExecution',
    outcome: 'nowhere',
    request: {
      name: transaction,
      execution: {
        executionId: 'e1',
        quantity: '1',
        price: '1',
        cost: { currencyCode: 'USD', amount: '0' },
        executeTime: { seconds: '1700000000' },
      },
      requestId: randomUUID(),
    },
  },
];

/** Every method of every service, with the names of another tenant wherever it takes one. `transaction` is one of that tenant's. */
const attemptsOn = (transaction: string): readonly Attempt[] => [
  ...onMarket,
  ...onCatalogue,
  ...onOptimizations,
  ...onPortfolios(),
  ...onTransactions(transaction),
];

describe('what belongs to one tenant', function () {
  this.timeout(120_000);
  const desk = openDesk();
  let other: TestClient;
  let transaction = '';
  before(async () => {
    const { client } = desk;
    other = new TestClient(desk.server.grpcAddress, 'other');
    await client.upload('AssetService/ImportFxRates', [
      { rates: [{ baseCurrency: 'EUR', quoteCurrency: 'USD', date, rate: '1.1' }] },
    ]);
    await client.upload('AssetService/ImportFactorModel', [
      { header: { ...header, factorCovariance: { rows: 1, columns: 1, values: [0.04] } } },
      ...assetIds.map((id) => ({ exposure: { asset: `assets/${id}`, exposures: [1], specificVariance: 0.01 } })),
    ]);
    await client.call('PortfolioService/CreatePortfolio', { portfolio: portfolioMessage(), portfolioId: 'private' });
    await client.call('AllocationService/SetAllocations', { parent: portfolio, ...kind, allocations: weights });
    const optimization = optimizationMessage();
    await client.call('OptimizationService/CreateOptimization', {
      parent: portfolio,
      optimization,
      optimizationId: 'run',
    });
    await client.collect('OptimizationService/WatchOptimization', { name: run });
    // The model is kept by the server from now on.
    await client.collect('OptimizationService/Optimize', stored);
    const propose = async (rebalanceId: string): Promise<string> => {
      const target = { weights: assetIds.slice(0, 4).map((assetId) => ({ assetId, weight: 0.2 })) };
      await client.call('RebalancingService/CreateRebalance', {
        parent: portfolio,
        rebalance: { target },
        rebalanceId,
      });
      const name = `${portfolio}/rebalances/${rebalanceId}`;
      await client.collect('RebalancingService/WatchRebalance', { name, untilProposed: true });
      return name;
    };
    const name = await propose('accepted');
    const { etag } = await client.call('RebalancingService/GetRebalance', { name });
    const accepted = await client.call('RebalancingService/AcceptRebalance', { name, etag, requestId: randomUUID() });
    transaction = (accepted['transactions'] as string[])[0] ?? '';
    await propose('proposal');
  });
  after(() => other.close());

  const ask = async (client: TestClient, { method, request = {} }: Attempt): Promise<Message | Failure> => {
    const { requestStream, responseStream } = TestClient.methods().find(({ path }) => path === method) ?? {};
    try {
      if (requestStream === true) return await client.upload(method, request as readonly Message[]);
      if (responseStream === true) return { messages: await client.collect(method, request as Message) };
      return await client.call(method, request as Message);
    } catch (error) {
      return failureOf(error);
    }
  };

  it('is nowhere for another, by whatever method it is asked for, changed or referred to', async () => {
    const attempts = attemptsOn(transaction);
    const methods = TestClient.methods().map(({ path }) => path);
    expect([...new Set(attempts.map(({ method }) => method))].sort()).to.deep.equal([...methods].sort());
    for (const attempt of attempts) {
      const { method, outcome } = attempt;
      if (outcome === 'nothing stored') continue;
      const said = (await ask(other, attempt)) as Message & Partial<Failure>;
      if (outcome === 'nowhere') expect(said.reason, `${method}: ${String(said.message)}`).to.equal('NOT_FOUND');
      else if ('empty' in outcome) expect(said[outcome.empty], method).to.deep.equal([]);
      else {
        expect(said.code, `${method}: ${String(said.message)}`).to.be.oneOf([3, 5, 9]);
        const fields = (said.violations ?? []).map(({ field }) => field);
        if (outcome.refused !== '') expect(fields, method).to.include(outcome.refused);
      }
      expect(JSON.stringify(said), method).not.to.match(/Secret|Growth|Inc\b/);
    }
  });

  it('is there for itself: the same requests with its own names are not turned away as unknown', async () => {
    const reading = attemptsOn(transaction).filter(
      ({ method, outcome }) => outcome === 'nowhere' && /\/(Get|List|Watch|Replay|Explain|Compute)/.test(method),
    );
    expect(reading.length).to.be.greaterThan(15);
    for (const attempt of reading.filter(({ method }) => !method.endsWith('WatchRebalance'))) {
      const said = (await ask(desk.client, attempt)) as Partial<Failure>;
      expect(said.reason, attempt.method).to.equal(undefined);
    }
  });

  it('stands as it was after all of that', async () => {
    const { client } = desk;
    expect(await client.call('PortfolioService/GetPortfolio', { name: portfolio })).to.include({
      displayName: 'Growth',
    });
    expect(await client.call('OptimizationService/GetOptimization', { name: run })).to.include({
      state: 'RUN_STATE_SUCCEEDED',
    });
    expect(await client.call('RebalancingService/GetRebalance', { name: rebalance })).to.include({
      state: 'REBALANCE_STATE_PROPOSED',
    });
    expect(await client.call('AssetService/GetAsset', { name: 'assets/ALFA' })).to.include({ sector: 'Technology' });
    const kept = await client.call('AssetService/GetFactorModel', { name: model });
    expect(kept).to.have.nested.property('exposures.length', assetIds.length);
  });
});
