import { expect } from 'chai';

import { runRows, factorReturnsOf, regression, scenariosOf } from '../support/e2e/bad-runs.ts';
import { refusal, struct, TestClient } from '../support/e2e/client.ts';
import { openDesk } from '../support/e2e/desk.ts';
import type { Message } from '../support/e2e/client.ts';
import { assetIds, optimizationMessage, portfolioMessage } from '../support/e2e/market.ts';

interface Result {
  readonly termination: string;
  readonly detail: string;
  readonly weights: readonly { readonly assetId: string; readonly weight: number }[];
  readonly cvar?: number;
  readonly certificate: {
    readonly passed: boolean;
    readonly constraints: readonly { readonly constraintId: string; readonly value: number }[];
  };
}

const nameOf = (id: string): string => `portfolios/growth/optimizations/${id}`;
const limit = (type: string, parameters: Readonly<Record<string, unknown>>): Message => ({
  constraintId: 'limit',
  type,
  parameters: struct(parameters),
});
const least = { strategy: { type: 'minimum-cvar', parameters: struct({ level: 0.9 }) }, constraints: [] };

describe('numbers given with a stored run', function () {
  this.timeout(180_000);
  const desk = openDesk();
  let client: TestClient;
  before(async () => {
    client = desk.client;
    await client.call('PortfolioService/CreatePortfolio', { portfolio: portfolioMessage(), portfolioId: 'growth' });
  });
  // Not the desk's own since the restart.
  after(() => {
    client.close();
  });

  const create = (id: string, optimization: Message, validateOnly = false): Promise<Message> =>
    client.call('OptimizationService/CreateOptimization', {
      parent: 'portfolios/growth',
      optimization,
      optimizationId: id,
      validateOnly,
    });
  const run = async (id: string, optimization: Message): Promise<Result> => {
    await create(id, optimization);
    await client.collect('OptimizationService/WatchOptimization', { name: nameOf(id) });
    const stored = await client.call('OptimizationService/GetOptimization', { name: nameOf(id) });
    expect(stored['state'], JSON.stringify(stored['error'])).to.equal('RUN_STATE_SUCCEEDED');
    const result = stored['result'] as Result;
    expect(result.termination, result.detail).to.equal('TERMINATION_REASON_OPTIMAL');
    expect(result.certificate.passed).to.equal(true);
    return result;
  };
  const replay = async (id: string): Promise<Message> =>
    (await client.collect('OptimizationService/ReplayOptimization', { name: nameOf(id) })).at(-1)?.[
      'outcome'
    ] as Message;

  it('scenarios: the same answer in whatever order their columns stand, columns of others among them', async () => {
    const probabilities = { values: Array.from({ length: 40 }, (_, s) => (s < 20 ? 0.03 : 0.02)) };
    const optimization = (ids: readonly string[]): Message =>
      optimizationMessage({ ...least, estimation: undefined, scenarios: scenariosOf(ids, { probabilities }) });
    const straight = await run('straight', optimization(assetIds));
    const turned = await run('turned', optimization(['OTHER', ...[...assetIds].reverse()]));
    expect(turned.weights).to.deep.equal(straight.weights);
    expect(straight.cvar).to.be.a('number');
    const { scenarios } = await client.call('OptimizationService/GetOptimization', { name: nameOf('turned') });
    expect(scenarios).to.deep.include({
      assetIds: ['OTHER', ...[...assetIds].reverse()],
      period: 'RETURN_PERIOD_MONTHLY',
    });
    expect(scenarios).to.have.nested.property('returns.rows', 40);
    expect(scenarios).to.have.deep.nested.property('returns.values', []);
    expect((scenarios as { probabilities: { values: number[] } }).probabilities.values[0]).to.be.closeTo(
      0.03 / 1,
      1e-15,
    );
  });

  it('scenarios: for limits beside any strategy, for paths, and for moments', async () => {
    const scenarios = scenariosOf(assetIds);
    const free = await run('free', optimizationMessage({ constraints: [], scenarios }));
    const max = (free.cvar ?? 0) * 0.9;
    const tail = await run(
      'tail',
      optimizationMessage({ constraints: [limit('cvar', { level: 0.95, max })], scenarios }),
    );
    expect(tail.cvar).to.be.at.most(max + 1e-7);
    await run(
      'drawdown',
      optimizationMessage({
        strategy: { type: 'minimum-drawdown', parameters: struct({ measure: 'maximum' }) },
        constraints: [],
        estimation: undefined,
        scenarios: scenariosOf(assetIds, { path: true }),
      }),
    );
    await run(
      'moments',
      optimizationMessage({
        constraints: [],
        estimation: { expectedReturns: { type: 'scenario-mean' }, covariance: { type: 'scenario-covariance' } },
        scenarios,
      }),
    );
  });

  it('factor returns: a factor model by regression, with limits on its factors', async () => {
    const changes = { estimation: regression, factorReturns: factorReturnsOf() };
    await run('factors', optimizationMessage({ ...changes, constraints: [] }));
    const limited = await run(
      'limited',
      optimizationMessage({
        ...changes,
        constraints: [limit('factor-exposure', { exposures: { Market: { max: 0.01 } } })],
      }),
    );
    const verdict = limited.certificate.constraints.find(({ constraintId }) => constraintId === 'limit');
    expect(verdict?.value).to.be.at.most(0.01 + 1e-7);
  });

  it('are explained and replayed to the same bytes, after a restart and after prices were changed', async () => {
    const both = { estimation: regression, factorReturns: factorReturnsOf(), scenarios: scenariosOf(assetIds) };
    await run('both', optimizationMessage({ ...both, constraints: [limit('cvar', { level: 0.9, max: 0.5 })] }));
    client.close();
    await desk.server.kill();
    await desk.server.restart();
    client = new TestClient(desk.server.grpcAddress);
    await client.upload('AssetService/ImportPrices', [
      {
        prices: [
          { asset: 'assets/ALFA', date: '2023-02-01', amount: '1000' },
          { asset: 'assets/ALFA', date: '2024-06-15', amount: '50' },
        ],
      },
    ]);
    for (const id of ['turned', 'tail', 'limited', 'both']) {
      expect(await replay(id), id).to.deep.include({ identical: true, differences: [] });
      const explained = await client.call('OptimizationService/ExplainOptimization', { name: nameOf(id) });
      const stored = await client.call('OptimizationService/GetOptimization', { name: nameOf(id) });
      expect((explained['result'] as { objective: number }).objective).to.equal(
        (stored['result'] as { objective: number }).objective,
      );
    }
  });

  for (const [title, optimization, { reason, field }] of runRows)
    it(`answers ${title} with ${reason}`, async () => {
      const failure = await refusal(create('refused', optimization));
      expect(failure.violations.map((violation) => violation.field).join(' '), failure.message).to.contain(field);
      expect(failure.reason, failure.message).to.equal(reason);
      expect(failure.code).to.equal(3);
      expect((await refusal(create('refused', optimization, true))).reason).to.equal(reason);
    });

  it('are told everything that is wrong at once', async () => {
    const failure = await refusal(
      create(
        'refused',
        optimizationMessage({
          estimation: regression,
          scenarios: scenariosOf(assetIds, { assetIds: ['ALFA', ...assetIds.slice(1, -1), 'ALFA'], period: 0 }),
          factorReturns: factorReturnsOf({ factors: ['', 'Size'], dates: ['x'] }),
        }),
      ),
    );
    const told = failure.violations.map(({ field }) => field);
    expect(told).to.include.members([
      'optimization.scenarios.asset_ids[7]',
      'optimization.scenarios.period',
      'optimization.factor_returns.factors[0]',
      'optimization.factor_returns.dates[0]',
      'optimization.factor_returns.returns',
    ]);
  });
});
