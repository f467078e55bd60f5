import { expect } from 'chai';

import type { OptimizationAnswer } from '../../../src/optimization/answer.ts';
import { Run } from '../../../src/optimization/run.ts';
import type { RunState } from '../../../src/optimization/run.ts';
import type { JsonObject } from '../../../src/values/json.ts';
import { context, sampleDesk } from '../../support/memory-desk.ts';
import type { Desk } from '../../support/memory-desk.ts';
import { faultOf } from '../../support/memory-units.ts';
import { portfolioDraft } from '../../support/samples.ts';

const key = { portfolioId: 'growth', id: 'r1' };
const half = { target: { weights: [{ assetId: 'AAPL', weight: 0.5 }] } };

describe('rebalances', () => {
  let desk: Desk;

  beforeEach(async () => {
    desk = await sampleDesk();
  });

  const setPolicy = async (triggerType: string, parameters: JsonObject): Promise<void> => {
    const rebalancingPolicy = {
      rebalancingPolicyId: '',
      triggerType,
      parameters,
      trading: { costRate: '0.001', costPerTrade: '', tradeValueMin: '', fractional: false },
      ...(triggerType === 'calendar' ? { frequency: 'monthly' as const } : {}),
    };
    const { version } = await desk.portfolios.get('growth', context);
    await desk.portfolios.update(
      'growth',
      { ...portfolioDraft, rebalancingPolicy },
      ['rebalancing_policy'],
      String(version),
      context,
    );
    const allocations = [
      { allocationId: '', subject: 'AAPL', weight: 0.5 },
      { allocationId: '', subject: 'MSFT', weight: 0.36, weightMin: 0.35, weightMax: 0.45 },
    ];
    await desk.allocations.set('growth', { kind: 'target', dimension: 'asset', allocations }, '', context);
  };

  const storeOptimization = async (state: RunState, passed: boolean): Promise<void> => {
    const run = Object.assign(new Run(), { tenant: 'acme', portfolioId: 'growth', id: 'o1', state });
    const answer: Pick<OptimizationAnswer, 'termination' | 'weights' | 'certificate'> = {
      termination: 'optimal',
      weights: [
        { assetId: 'AAPL', weight: 0.8, currentWeight: 0.4 },
        { assetId: 'MSFT', weight: 3e-9, currentWeight: 0.4 },
      ],
      certificate: { passed, primal: 0, dual: 0, gap: 0, tolerance: 1e-8, constraints: [] },
    };
    run.result = answer as unknown as JsonObject;
    await desk.units.write(context, ({ runs }) => runs.add(run));
  };

  it('queue, tell drift, trades and what is skipped, and end in a proposal', async () => {
    const created = await desk.rebalances.create('growth', 'r1', half, context);
    expect([created.state, created.subject, created.lastSequence]).to.deep.equal(['queued', 'target', 1]);
    expect(desk.woken).to.deep.equal(['engine']);
    await desk.compute(key);
    const run = await desk.rebalances.get(key, context);
    expect(run.state).to.equal('proposed');
    expect(run.result).to.deep.include({ cost: { currencyCode: 'USD', amount: '0' }, portfolioEtag: '1' });
    const log = await desk.units.read(context, ({ runs }) => runs.events({ kind: 'rebalance', ...key }, 0, 100));
    expect(log.map(({ type }) => type)).to.deep.equal([
      'queued',
      'driftLine',
      'driftLine',
      'driftLine',
      'trade',
      'trade',
      'proposed',
    ]);
    expect(log.at(-1)?.payload).to.deep.equal(run.result);
  });

  it('make an id when there is none, and refuse one that is taken', async () => {
    expect((await desk.rebalances.create('growth', '', half, context)).id).to.match(/^id-/);
    await desk.rebalances.create('growth', 'r1', half, context);
    expect((await faultOf(desk.rebalances.create('growth', 'r1', half, context))).reason).to.equal('ALREADY_EXISTS');
    const page = await desk.rebalances.list('growth', { conditions: [], order: [], limit: 10 }, context);
    expect(page.rows).to.have.length(2);
  });

  it('tell every problem of the request at once', async () => {
    const draft = {
      optimization: 'portfolios/other/optimizations/o1',
      target: { weights: [] },
      trading: { costRate: '5', costPerTrade: 'x', tradeValueMin: '', fractional: false },
    };
    const fault = await faultOf(desk.rebalances.create('growth', '..', draft, context));
    expect(fault.violations.map(({ field }) => field)).to.deep.equal([
      'rebalance_id',
      'rebalance',
      'rebalance.trading.cost_rate',
      'rebalance.trading.cost_per_trade',
      'rebalance.optimization',
    ]);
    const weights = [
      { assetId: 'AAPL', weight: 0.6 },
      { assetId: 'AAPL', weight: 0.6 },
      { assetId: 'NONE', weight: -0.1 },
    ];
    const target = await faultOf(desk.rebalances.create('growth', '', { target: { weights } }, context));
    expect(target.violations.map(({ field }) => field)).to.deep.equal([
      'rebalance.target.weights[1].asset_id',
      'rebalance.target.weights[2].weight',
      'rebalance.target.weights',
      'rebalance.target.weights[2].asset_id',
    ]);
    expect((await faultOf(desk.rebalances.create('none', '', half, context))).reason).to.equal('NOT_FOUND');
  });

  it('need a policy and targets when they come from the policy', async () => {
    const bare = await faultOf(desk.rebalances.create('growth', '', {}, context));
    expect([bare.reason, bare.message]).to.deep.equal([
      'STATE_CONFLICT',
      'portfolios/growth has no rebalancing policy',
    ]);
  });

  it('trade by the policy: its costs, its bands', async () => {
    await setPolicy('absolute-drift', { band: 0.05 });
    await desk.rebalances.create('growth', 'r1', { policy: true }, context);
    await desk.compute(key);
    const { result } = await desk.rebalances.get(key, context);
    expect(result?.['cost']).to.deep.equal({ currencyCode: 'USD', amount: '5' });
    expect(result?.['trades']).to.have.length(1);
    expect(result?.['skipped']).to.have.length(1);
  });

  it('say why the policy does not call for trades', async () => {
    await setPolicy('absolute-drift', { band: 0.2 });
    await desk.rebalances.create('growth', 'r1', {}, context);
    const steps = await desk.compute(key);
    expect(steps.at(-1)).to.deep.equal({
      kind: 'end',
      state: 'not-triggered',
      type: 'notTriggered',
      payload: { explanation: 'largest drift, 10.00 % of AAPL, is within the band of 20.00 %' },
    });
  });

  it('wait for the next due date after an accepted rebalance', async () => {
    await setPolicy('calendar', {});
    await desk.rebalances.create('growth', 'r1', {}, context);
    expect((await desk.compute(key)).at(-1)).to.include({ type: 'proposed' });
    await desk.orders.accept(key, '2', context);
    desk.clock.set('2025-03-30T12:00:00Z');
    await desk.rebalances.create('growth', 'r2', {}, context);
    expect((await desk.compute({ ...key, id: 'r2' })).at(-1)).to.include({ type: 'notTriggered' });
    desk.clock.set('2025-03-31T12:00:00Z');
    await desk.rebalances.create('growth', 'r3', {}, context);
    expect((await desk.compute({ ...key, id: 'r3' })).at(-1)).to.include({ type: 'proposed' });
  });

  it('take certified weights of an optimization, and what a solver leaves near zero as nothing', async () => {
    await storeOptimization('succeeded', true);
    await desk.rebalances.create('growth', 'r1', { optimization: 'portfolios/growth/optimizations/o1' }, context);
    await desk.compute(key);
    const { result } = await desk.rebalances.get(key, context);
    const trades = result?.['trades'] as readonly { asset: string; quantity: string; reason: string }[];
    expect(trades.map(({ asset, quantity, reason }) => [asset, quantity, reason])).to.deep.equal([
      ['assets/MSFT', '50', 'close-position'],
      ['assets/AAPL', '100', 'drift'],
    ]);
  });

  for (const [state, passed] of [
    ['running', true],
    ['failed', true],
    ['succeeded', false],
  ] as const) {
    it(`refuse an optimization that is ${state}${passed ? '' : ' without a passed certificate'}`, async () => {
      await storeOptimization(state, passed);
      const draft = { optimization: 'portfolios/growth/optimizations/o1' };
      expect((await faultOf(desk.rebalances.create('growth', '', draft, context))).reason).to.equal('STATE_CONFLICT');
    });
  }

  it('refuse an optimization that does not exist', async () => {
    const draft = { optimization: 'portfolios/growth/optimizations/none' };
    expect((await faultOf(desk.rebalances.create('growth', '', draft, context))).reason).to.equal('NOT_FOUND');
  });

  it('fail with all missing prices', async () => {
    const weights = [{ assetId: 'GOLD', weight: 0.5 }];
    await desk.rebalances.create('growth', 'r1', { target: { weights } }, context);
    const fault = await faultOf(desk.compute(key));
    expect([fault.reason, fault.metadata]).to.deep.equal(['PRICE_MISSING', { missing: 'assets/GOLD' }]);
  });

  it('are rejected once, in the version read, with the words of the caller', async () => {
    await desk.rebalances.create('growth', 'r1', half, context);
    expect((await faultOf(desk.rebalances.reject(key, '1', '', context))).reason).to.equal('STATE_CONFLICT');
    await desk.compute(key);
    expect((await faultOf(desk.rebalances.reject(key, '', '', context))).reason).to.equal('ETAG_REQUIRED');
    expect((await faultOf(desk.rebalances.reject(key, '1', '', context))).reason).to.equal('ETAG_MISMATCH');
    const rejected = await desk.rebalances.reject(key, '2', 'not\nnow', context);
    expect(rejected.state).to.equal('rejected');
    const log = await desk.units.read(context, ({ runs }) => runs.events({ kind: 'rebalance', ...key }, 0, 100));
    expect(log.at(-1)).to.deep.include({ type: 'rejected', payload: { comment: 'not now' } });
    expect(desk.woken.at(-1)).to.equal(`watchers ${String(log.length)}`);
    expect((await faultOf(desk.rebalances.reject(key, '3', '', context))).reason).to.equal('STATE_CONFLICT');
  });
});
