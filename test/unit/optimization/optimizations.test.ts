import { expect } from 'chai';
import { lastValueFrom, of } from 'rxjs';
import type { Observable } from 'rxjs';
import { builtInCovarianceEstimators, builtInReturnEstimators } from '../../../src/estimation/built-in.ts';
import { Asset, Benchmark, FactorModel } from '../../../src/market/asset.ts';
import type { OptimizationDraft } from '../../../src/optimization/draft.ts';
import { EventLog } from '../../../src/optimization/event-log.ts';
import type { SolveJob, SolveNews } from '../../../src/optimization/job.ts';
import { inputFrom } from '../../../src/optimization/job-record.ts';
import { OptimizationExecutor } from '../../../src/optimization/optimization-executor.ts';
import { Optimizations, requestOf } from '../../../src/optimization/optimizations.ts';
import type { OptimizationStores } from '../../../src/optimization/optimizations.ts';
import { RunEngine, runEngineDefaults } from '../../../src/optimization/run-engine.ts';
import { tenantRunOf } from '../../../src/optimization/run-key.ts';
import { CashBalance, ConstraintDefinition, Portfolio, Position } from '../../../src/portfolio/portfolio.ts';
import { Decimal } from '../../../src/values/decimal.ts';
import { Fault } from '../../../src/values/fault.ts';
import { MemoryMarket } from '../../support/memory-market.ts';
import { MemoryPortfolios } from '../../support/memory-portfolio.ts';
import { MemoryDatabase } from '../../support/memory-stores.ts';
import { SetClock, callContext, countedIds, faultOf } from '../../support/memory-units.ts';
import { catalogOf, constraintOf, requestOf as statelessOf } from '../../support/optimization.ts';

const context = callContext();
const draftOf = (more: Partial<OptimizationDraft> = {}): OptimizationDraft => ({
  strategy: { type: 'least-variance', parameters: {} },
  constraints: [constraintOf('bounds', { all: { min: 0 } })],
  ignorePortfolioConstraints: false,
  views: [],
  estimation: {
    covariance: { type: 'sample', parameters: {} },
    missingPrices: 'refuse',
    periodsPerYear: 252,
    windowStart: '',
    windowEnd: '',
  },
  factorModel: '',
  universe: [],
  ...more,
});

describe('optimizations over stored portfolios', () => {
  let market: MemoryMarket;
  let portfolios: MemoryPortfolios;
  let portfolio: Portfolio;
  let database: MemoryDatabase<{ market: MemoryMarket; portfolios: MemoryPortfolios }>;
  let optimizations: Optimizations;
  let woken: number;
  let cancelled: string[];
  let solved: SolveJob[];
  let news: readonly SolveNews[];

  const answer = {
    termination: 'optimal',
    weights: [],
    provenance: { pricesSnapshot: 'abc', serverVersion: '1' },
  } as unknown as Extract<SolveNews, { kind: 'answer' }>['answer'];

  function assetOf(id: string, currency = 'USD'): Asset {
    const asset = Object.assign(new Asset(), { tenant: 'acme', id, displayName: id, currency, assetClass: 'Equity' });
    asset.lotSize = new Decimal(1);
    return asset;
  }

  beforeEach(async () => {
    market = new MemoryMarket();
    portfolios = new MemoryPortfolios();
    await market.putAssets([assetOf('A'), assetOf('B', 'EUR'), assetOf('C'), assetOf('D')]);
    const days = ['2024-01-02', '2024-01-03', '2024-01-04'];
    for (const [id, prices] of [
      ['A', [10, 11, 12]],
      ['B', [20, 19, 20]],
      ['C', [5, 6, 5]],
    ] as const) {
      await market.putPrices(
        id,
        prices.map((price, day) => ({ date: days[day] ?? '', price: new Decimal(price) })),
      );
    }
    await market.putFxRates([{ base: 'EUR', quote: 'USD', date: '2024-01-02', rate: new Decimal('1.5') }]);
    await market.putBenchmark(
      Object.assign(new Benchmark(), {
        id: 'index',
        effectiveDate: '2024-01-01',
        weights: [
          { assetId: 'A', weight: 0.6 },
          { assetId: 'C', weight: 0.4 },
        ],
      }),
    );
    portfolio = Object.assign(new Portfolio(), {
      tenant: 'acme',
      id: 'p',
      baseCurrency: 'USD',
      riskFreeRateAnnual: 0.02,
    });
    const position = (assetId: string, quantity: number): Position => {
      const held = Object.assign(new Position(), { id: assetId, assetId });
      held.quantity = new Decimal(quantity);
      return held;
    };
    const cash = Object.assign(new CashBalance(), { id: 'usd', currency: 'USD' });
    cash.amount = new Decimal(50);
    Object.assign(portfolio, { positions: [position('A', 50), position('B', 10)], cashBalances: [cash] });
    portfolios.rows.set('p', portfolio);
    database = new MemoryDatabase(() => ({ market, portfolios }));
    [woken, cancelled, solved, news] = [0, [], [], [{ kind: 'answer', answer }]];
    const catalog = catalogOf({ estimators: [...builtInReturnEstimators, ...builtInCovarianceEstimators] });
    optimizations = new Optimizations(
      database.unitOfWork,
      { wake: () => void (woken += 1), cancel: ({ key }) => void cancelled.push(key.id) },
      solver,
      catalog,
      new SetClock('2024-01-05T12:00:00Z'),
      countedIds(),
    );
  });
  const solver = {
    solve: (job: SolveJob): Observable<SolveNews> => {
      solved.push(job);
      return of(...news);
    },
  };

  it('stores the run with its first event, everything admitted, and wakes the engine', async () => {
    portfolio.benchmarkId = 'index';
    const run = await optimizations.create('p', draftOf(), undefined, context);
    expect(run).to.include({ id: 'id-1', state: 'queued', subject: 'least-variance', lastSequence: 1 });
    expect(database.log(tenantRunOf(run)).map((event) => event.type)).to.deep.equal(['queued']);
    expect(woken).to.equal(1);
    const { job, window } = inputFrom(database.run(tenantRunOf(run))?.input ?? {});
    expect(job.universe.assets.map((asset) => asset.id)).to.deep.equal(['A', 'B', 'C']);
    // 50 x 12 = 600, 10 x 20 x 1.5 = 300 and 50 in cash make 950.
    expect(job.current[0]).to.be.closeTo(600 / 950, 1e-15);
    expect(job.current[1]).to.be.closeTo(300 / 950, 1e-15);
    expect(job.cashCurrent).to.be.closeTo(50 / 950, 1e-15);
    expect(job.netAssetValue).to.deep.equal({ amount: '950', currency: 'USD' });
    expect(job.universe.assets[1]).to.include({ lotSize: 1, unitValue: 30 / 950 });
    expect([...(job.benchmark ?? [])]).to.deep.equal([0.6, 0, 0.4]);
    expect(job.riskFreeRate).to.equal(0.02);
    expect(window).to.deep.equal({ to: '2024-01-05' });
    expect(requestOf(run)).to.deep.equal(draftOf());
  });

  it('names every asset without a price at once', async () => {
    const held = Object.assign(new Position(), { id: 'D', assetId: 'D' });
    held.quantity = new Decimal(1);
    portfolio.positions.push(held);
    const fault = await faultOf(optimizations.create('p', draftOf(), undefined, context));
    expect(fault.reason).to.equal('PRICE_MISSING');
    expect(fault.violations.map((violation) => violation.field)).to.deep.equal(['assets/D']);
    expect(woken).to.equal(0);
  });

  it('refuses a wanted asset that has no price to estimate from', async () => {
    const fault = await faultOf(optimizations.create('p', draftOf({ universe: ['A', 'B', 'D'] }), undefined, context));
    expect(fault.reason).to.equal('PRICE_MISSING');
    expect(fault.metadata).to.deep.equal({ missing: 'assets/D' });
  });

  it('sells what is held outside a named universe, in the words of the run', async () => {
    const run = await optimizations.create('p', draftOf({ universe: ['C', 'A'] }), 'named', context);
    const { job } = inputFrom(run.input);
    expect(job.universe.assets.map((asset) => asset.id)).to.deep.equal(['C', 'A', 'B']);
    const closing = job.constraints.find(({ id }) => id === 'universe');
    expect(closing).to.include({ type: 'exclusion', field: 'optimization.universe' });
    expect(closing?.parameters).to.deep.equal({ assets: ['B'] });
  });

  it('looks nothing up by what is no id', async () => {
    const looked: string[] = [];
    const findAssets = market.findAssets.bind(market);
    market.findAssets = (ids) => {
      looked.push(...ids);
      return findAssets(ids);
    };
    const universe = ['A', 'B\u0000', 'A'];
    const fault = await faultOf(optimizations.create('p', draftOf({ universe }), undefined, context));
    const fields = fault.violations.map(({ field }) => field);
    expect(fields).to.include.members(['optimization.universe[1]', 'optimization.universe[2]']);
    expect(looked).to.include('A').and.not.include('B\u0000');
  });

  it('leaves the caller a constraint with the id universe beside a named universe', async () => {
    const constraints = [
      { constraintId: 'universe', displayName: '', type: 'bounds', parameters: { all: { min: 0 } }, inactive: false },
    ];
    const run = await optimizations.create('p', draftOf({ universe: ['C', 'A'], constraints }), 'named', context);
    const { job } = inputFrom(run.input);
    expect(job.constraints.map(({ id }) => id)).to.include.members(['universe', 'universe-2']);
  });

  it("applies the portfolio's own constraints and its target weights widen the universe", async () => {
    const own = Object.assign(new ConstraintDefinition(), {
      id: 'cap',
      type: 'bounds',
      parameters: { all: { max: 0.5 } },
    });
    portfolio.constraints.push(own);
    await portfolios.addAllocationSet({
      portfolioId: 'p',
      kind: 'target',
      dimension: 'asset',
      version: 1,
      effectiveAt: new Date(0),
      allocations: [
        { subject: 'C', weight: 0.5 },
        { subject: 'cash', weight: 0.5 },
      ] as never,
    });
    const run = await optimizations.create('p', draftOf(), undefined, context);
    const { job } = inputFrom(run.input);
    expect(job.constraints.map((constraint) => constraint.id)).to.deep.equal(['cap', 'bounds-1']);
    expect(job.universe.assets.map((asset) => asset.id)).to.deep.equal(['A', 'B', 'C']);
  });

  it('takes the covariance from a stored factor model in the order of the universe', async () => {
    const model = Object.assign(new FactorModel(), {
      id: 'axioma',
      factors: ['Market'],
      assetIds: ['B', 'A'],
      exposures: Float64Array.of(2, 1),
      factorCovariance: Float64Array.of(0.04),
      specificVariance: Float64Array.of(0.02, 0.01),
    });
    await market.putFactorModel(model);
    const { estimation: _estimation, ...rest } = draftOf({ factorModel: 'factorModels/axioma' });
    const run = await optimizations.create('p', rest, undefined, context);
    const { job, window } = inputFrom(run.input);
    expect(job.risk?.kind === 'factor' ? [...job.risk.exposures] : []).to.deep.equal([1, 2]);
    expect(window).to.equal(undefined);
    const fault = await faultOf(optimizations.create('p', { ...rest, universe: ['C'] }, undefined, context));
    expect(fault.violations.map(({ field, reason }) => [field, reason])).to.deep.include([
      'optimization.factor_model',
      'RISK_MODEL_INVALID',
    ]);
  });

  it('tells mistakes of request, ids and names together', async () => {
    const draft = draftOf({
      universe: ['A', '../x', 'none', 'A'],
      factorModel: 'models/x',
      strategy: { type: 'best', parameters: {} },
    });
    const fault = await faultOf(optimizations.create('p', draft, 'a/b', context));
    expect(fault.violations.map((violation) => violation.field)).to.include.members([
      'optimization_id',
      'optimization.universe[1]',
      'optimization.universe[2]',
      'optimization.universe[3]',
      'optimization.factor_model',
      'optimization.strategy.type',
    ]);
  });

  it('refuses portfolios that are not there, and ids that are taken', async () => {
    expect((await faultOf(optimizations.create('none', draftOf(), undefined, context))).reason).to.equal('NOT_FOUND');
    await optimizations.create('p', draftOf(), 'x', context);
    expect((await faultOf(optimizations.create('p', draftOf(), 'x', context))).reason).to.equal('ALREADY_EXISTS');
    expect((await faultOf(optimizations.get('p', 'y', context))).reason).to.equal('NOT_FOUND');
    expect((await optimizations.get('p', 'x', context)).id).to.equal('x');
    expect((await faultOf(optimizations.get('p', 'x', callContext('other')))).reason).to.equal('NOT_FOUND');
  });

  it('stores nothing and wakes nobody when it is to validate only', async () => {
    const run = await optimizations.create('p', draftOf(), 'x', { ...context, validateOnly: true });
    expect(run.state).to.equal('queued');
    expect(database.run(tenantRunOf(run))).to.equal(undefined);
    expect(woken).to.equal(0);
  });

  it('tells who only validates every contradiction that arithmetic shows, and starts nothing', async () => {
    const draft = draftOf({
      constraints: [
        constraintOf('bounds', { all: { min: 0, max: 0.2 } }, { constraintId: 'caps' }),
        constraintOf('names', { max: 2 }, { constraintId: 'few' }),
        constraintOf('linear', { coefficients: { A: 1, B: 1 }, min: 0.9 }, { constraintId: 'much' }),
      ],
    });
    const fault = await faultOf(optimizations.create('p', draft, 'x', { ...context, validateOnly: true }));
    expect(fault.reason).to.equal('CONSTRAINT_INVALID');
    expect(fault.violations.map(({ field }) => field)).to.include('optimization.constraints[2]');
    expect((await optimizations.create('p', draft, 'y', context)).state).to.equal('queued');
  });

  it('cancels a queued run at once and any run only once', async () => {
    const run = await optimizations.create('p', draftOf(), 'x', context);
    expect((await optimizations.cancel('p', 'x', context)).state).to.equal('cancelled');
    expect((await optimizations.cancel('p', 'x', context)).state).to.equal('cancelled');
    expect(database.log(tenantRunOf(run)).map((event) => event.type)).to.deep.equal(['queued', 'cancelled']);
    expect(cancelled).to.deep.equal(['x', 'x']);
  });

  it('lists runs of an existing portfolio, newest first', async () => {
    await optimizations.create('p', draftOf(), 'x', context);
    await optimizations.create('p', draftOf(), 'y', context);
    const page = await optimizations.list('p', { conditions: [], order: [], limit: 1 }, context);
    expect(page.rows.map((run) => run.id)).to.deep.equal(['x']);
    expect(page.next).to.have.length(2);
    expect(
      (await faultOf(optimizations.list('none', { conditions: [], order: [], limit: 1 }, context))).reason,
    ).to.equal('NOT_FOUND');
  });

  function started() {
    const log = new EventLog(database.unitOfWork, database.queue, {
      pollMs: 1000,
      heartbeatMs: 1000,
      warn: () => undefined,
    });
    const engine = new RunEngine<OptimizationStores>(database.unitOfWork, database.queue, log, {
      ...runEngineDefaults,
      owner: 'test',
      clock: { now: () => new Date() },
      warn: () => undefined,
    });
    engine.register('optimization', new OptimizationExecutor(database.unitOfWork, solver));
    return { log, engine };
  }

  it('executes a run with the prices of its window and ends it with the answer', async () => {
    const run = await optimizations.create('p', draftOf(), 'x', context);
    const { log, engine } = started();
    const watched = lastValueFrom(log.watch({ kind: 'optimization', portfolioId: 'p', id: 'x' }, 0, context));
    engine.start();
    const last = await watched;
    await engine.stop();
    expect(last.kind === 'event' ? last.event.type : '').to.equal('succeeded');
    expect(database.run(tenantRunOf(run))).to.deep.include({ state: 'succeeded', result: answer });
    expect([...(solved[0]?.prices?.prices ?? [])]).to.deep.equal([10, 20, 11, 19, 12, 20]);
  });

  it('keeps the prices of a run, so that it is solved anew from them whatever is imported later', async () => {
    const { log, engine } = started();
    const { id } = await optimizations.create('p', draftOf(), 'x', context);
    const early = await faultOf(lastValueFrom(optimizations.replay('p', id, context)));
    expect(early.reason).to.equal('STATE_CONFLICT');
    const watched = lastValueFrom(log.watch({ kind: 'optimization', portfolioId: 'p', id }, 0, context));
    engine.start();
    await watched;
    await engine.stop();
    await market.putPrices('A', [{ date: '2024-01-03', price: new Decimal(99) }]);
    const same = await lastValueFrom(optimizations.replay('p', id, context));
    expect(same).to.deep.include({ kind: 'outcome' });
    expect(same.kind === 'outcome' ? same.outcome : undefined).to.deep.include({ differences: [], answer });
    expect(solved).to.have.length(2);
    expect(solved[1]).to.deep.equal(solved[0]);
    news = [
      {
        kind: 'answer',
        answer: { ...answer, objective: 0.5, weights: [{ assetId: 'A', weight: 1, currentWeight: 0 }] },
      },
    ];
    const other = await lastValueFrom(optimizations.replay('p', id, context));
    expect(other.kind === 'outcome' ? other.outcome.differences : []).to.deep.equal([
      'weights[0]: nothing recorded, {"assetId":"A","weight":1,"currentWeight":0} replayed',
      'objective: nothing recorded, 0.5 replayed',
    ]);
    const missing = await faultOf(lastValueFrom(optimizations.replay('p', 'nowhere', context)));
    expect(missing.reason).to.equal('NOT_FOUND');
  });

  it('takes the risk of a problem given whole from a stored model, and never from one that has changed since', async () => {
    const modelOf = (specific: number): FactorModel =>
      Object.assign(new FactorModel(), {
        id: 'm',
        factors: ['f'],
        assetIds: ['GOLD', 'BOND', 'EQUITY'],
        exposures: Float64Array.of(1, 2, 3),
        factorCovariance: Float64Array.of(0.02),
        specificVariance: Float64Array.of(specific, specific, specific),
        updatedAt: new Date(specific * 1e6),
      });
    const request = statelessOf({ risk: { kind: 'stored', name: 'factorModels/m' } });
    const specificsIn = (job: SolveJob | undefined): number[] =>
      job?.risk?.kind === 'factor' ? [...job.risk.specificVariance] : [];
    const missing = await faultOf(lastValueFrom(optimizations.optimize(request, context)));
    expect(missing.violations[0]).to.deep.include({ field: 'problem.factor_model', reason: 'NOT_FOUND' });
    await market.putFactorModel(modelOf(0.01));
    await lastValueFrom(optimizations.optimize(request, context));
    expect(solved[0]?.risk).to.deep.include({ kind: 'factor', exposures: Float64Array.of(2, 3, 1) });
    await lastValueFrom(optimizations.optimize(request, context));
    expect(solved).to.have.length(2);
    expect(solved[1]?.risk).to.equal(solved[0]?.risk);
    await market.putFactorModel(modelOf(0.02));
    await lastValueFrom(optimizations.optimize(request, context));
    expect(specificsIn(solved.at(-1))).to.deep.equal([0.02, 0.02, 0.02]);
    await lastValueFrom(optimizations.optimize(request, context));
    expect(solved).to.have.length(5);
  });

  it('solves a problem given whole without storing anything, and errors with what is wrong', async () => {
    const last = await lastValueFrom(optimizations.optimize(statelessOf(), context));
    expect(last.kind).to.equal('answer');
    expect(database.counts.writes).to.equal(0);
    const fault = await faultOf(lastValueFrom(optimizations.frontier(statelessOf(), context)));
    expect(fault).to.be.instanceOf(Fault);
    expect(fault.violations.map((violation) => violation.field)).to.deep.equal(['strategy.type']);
  });
});
