import { Decimal } from 'decimal.js';
import { expect } from 'chai';

import { refusal, struct } from '../support/e2e/client.ts';
import type { Message } from '../support/e2e/client.ts';
import { openDesk } from '../support/e2e/desk.ts';
import { assetIds, estimation, portfolioMessage, problemMessage } from '../support/e2e/market.ts';

const lotSizes: Readonly<Record<string, string>> = { ALFA: '10', BRAVO: '25', COSMO: '50', DELTA: '20', EKO: '100' };

interface Weight {
  readonly assetId: string;
  readonly weight: number;
}
interface Result {
  readonly termination: string;
  readonly certificate: { readonly passed: boolean };
  readonly weights: readonly Weight[];
}
interface Held {
  readonly asset: string;
  readonly quantity: string;
}
interface Proposal {
  readonly trades: readonly { readonly asset: string; readonly side: string; readonly quantity: string }[];
  readonly skipped: readonly Message[];
}

const constraint = (type: string, parameters: Readonly<Record<string, unknown>>): Message => ({
  constraintId: type,
  type,
  parameters: struct(parameters),
});
const wholeLots = { from: 'asset-data', relativeTo: 'current', closeOut: true };
const worthwhile = { value: { amount: '1500', currency: 'USD' }, closeOut: true };

describe('round lots from the data of the assets, over the wire', function () {
  this.timeout(120_000);
  const desk = openDesk();
  const portfolio = 'portfolios/lots';
  const run = `${portfolio}/optimizations/o1`;

  const create = (constraints: readonly Message[], changes: Message = {}, id = 'o1'): Promise<Message> =>
    desk.client.call('OptimizationService/CreateOptimization', {
      parent: portfolio,
      optimization: {
        strategy: { type: 'quadratic-utility', parameters: struct({ riskAversion: 6 }) },
        // Room for cash, which costs are paid from.
        constraints: [constraint('budget', { min: 0.9, max: 0.99 }), ...constraints],
        estimation,
        universe: assetIds.slice(0, 6),
        ...changes,
      },
      optimizationId: id,
    });
  const held = async (): Promise<ReadonlyMap<string, Held>> => {
    const { positions } = await desk.client.call('PortfolioService/GetPortfolioSnapshot', { name: portfolio });
    return new Map((positions as Held[]).map((each) => [each.asset.replace('assets/', ''), each]));
  };
  const lastPrice = async (id: string): Promise<string> => {
    const page = await desk.client.call('AssetService/ListPrices', { parent: `assets/${id}`, pageSize: 1000 });
    return (page['prices'] as { amount: string }[]).at(-1)!.amount;
  };
  const proposalOf = async (id: string, changes: Message = {}): Promise<Proposal> => {
    const name = `${portfolio}/rebalances/${id}`;
    await desk.client.call('RebalancingService/CreateRebalance', {
      parent: portfolio,
      rebalance: { optimization: run, ...changes },
      rebalanceId: id,
    });
    await desk.client.collect('RebalancingService/WatchRebalance', { name, untilProposed: true });
    return (await desk.client.call('RebalancingService/GetRebalance', { name }))['proposal'] as Proposal;
  };

  before(async () => {
    for (const [id, lotSize] of Object.entries(lotSizes)) {
      const { name, etag } = await desk.client.call('AssetService/GetAsset', { name: `assets/${id}` });
      await desk.client.call('AssetService/UpdateAsset', {
        asset: { name, etag, lotSize },
        updateMask: { paths: ['lot_size'] },
      });
    }
    const positions = [
      { asset: 'assets/ALFA', quantity: '300' },
      // Odd lots: 3 of 25, 40 of 50 and 30 of 100.
      { asset: 'assets/BRAVO', quantity: '103' },
      { asset: 'assets/COSMO', quantity: '140' },
      { asset: 'assets/EKO', quantity: '130' },
    ];
    await desk.client.call('PortfolioService/CreatePortfolio', {
      portfolio: portfolioMessage({ positions, benchmark: '' }),
      portfolioId: 'lots',
    });
    await create([constraint('round-lots', wholeLots), constraint('trade-minimum', worthwhile)]);
    await desk.client.collect('OptimizationService/WatchOptimization', { name: run });
  });

  it('make weights that are whole lots away from what is held, or closed, by trades worth making', async () => {
    const { result } = (await desk.client.call('OptimizationService/GetOptimization', { name: run })) as {
      result?: Result;
    };
    expect(result?.termination).to.equal('TERMINATION_REASON_OPTIMAL');
    expect(result?.certificate.passed).to.equal(true);
    const positions = await held();
    const { netAssetValue } = await desk.client.call('PortfolioService/GetPortfolioSnapshot', { name: portfolio });
    const total = new Decimal((netAssetValue as { amount: string }).amount);
    let traded = 0;
    for (const { assetId, weight } of result!.weights) {
      const { quantity = '0' } = positions.get(assetId) ?? {};
      const price = await lastPrice(assetId);
      const trade = total.times(weight).div(price).minus(quantity);
      if (trade.abs().lt(1e-9)) continue;
      traded += 1;
      const lots = trade.div(lotSizes[assetId] ?? '1');
      if (weight !== 0) expect(lots.minus(lots.round()).abs().toNumber(), assetId).to.be.below(1e-9);
      if (weight !== 0) expect(trade.abs().times(price).toNumber(), assetId).to.be.at.least(1500 - 1e-6);
    }
    expect(traded).to.be.greaterThan(1);
  });

  it('are traded exactly as found: nothing is skipped, and closed lines leave no odd lot where that is asked for', async () => {
    const { result } = (await desk.client.call('OptimizationService/GetOptimization', { name: run })) as {
      result?: Result;
    };
    const closed = result!.weights.filter(({ weight }) => weight === 0).map(({ assetId }) => assetId);
    const positions = await held();
    const { trades, skipped } = await proposalOf('r1', { closeOddLots: true });
    expect(skipped).to.deep.equal([]);
    expect(trades.length).to.be.greaterThan(1);
    for (const { asset, quantity } of trades) {
      const id = asset.replace('assets/', '');
      if (closed.includes(id)) expect(quantity, id).to.equal(positions.get(id)?.quantity);
      else expect(new Decimal(quantity).mod(lotSizes[id] ?? '1').isZero(), id).to.equal(true);
    }
    const odd = closed.filter((id) => !new Decimal(positions.get(id)?.quantity ?? 0).mod(lotSizes[id] ?? '1').isZero());
    expect(odd, 'the market of this suite closes an odd lot').to.not.deep.equal([]);
    const whole = await proposalOf('r2');
    for (const { asset, quantity } of whole.trades)
      expect(new Decimal(quantity).mod(lotSizes[asset.replace('assets/', '')] ?? '1').isZero(), asset).to.equal(true);
  });

  it('are replayed to the same bytes, also after lot sizes and prices were changed', async () => {
    const { etag } = await desk.client.call('AssetService/GetAsset', { name: 'assets/ALFA' });
    const asset = { name: 'assets/ALFA', etag, lotSize: '7' };
    await desk.client.call('AssetService/UpdateAsset', { asset, updateMask: { paths: ['lot_size'] } });
    const { outcome } = (await desk.client.collect('OptimizationService/ReplayOptimization', { name: run })).at(-1)!;
    expect(outcome).to.deep.include({ identical: true, differences: [] });
  });

  it('refuse an asset without a price by name, and money in another currency', async () => {
    const unpriced = { name: 'assets/INDIA', displayName: 'India', currencyCode: 'USD', lotSize: '10' };
    await desk.client.upload('AssetService/ImportAssets', [{ asset: unpriced }]);
    const lots = constraint('round-lots', { from: 'asset-data' });
    const money = constraint('trade-minimum', { value: { amount: '1500', currency: 'EUR' } });
    const failure = await refusal(create([lots, money], { universe: ['ALFA', 'INDIA'] }, 'o2'));
    expect(failure.reason).to.equal('CONSTRAINT_INVALID');
    expect(failure.violations.map(({ field }) => field)).to.deep.equal([
      'optimization.constraints[1].parameters.from',
      'optimization.constraints[2].parameters.value.currency',
    ]);
    expect(failure.message).to.contain('INDIA').and.to.contain('must be USD');
  });

  it('hold for problems given whole, which state lot sizes, unit values and the net asset value', async () => {
    const sizes = [10, 7, 25, 1];
    const units = [0.0003, 0.00041, 0.00012, 0.0033];
    const request = problemMessage(4);
    const universe = (request['universe'] as Message[]).map((each, position) => ({
      ...each,
      lotSize: String(sizes[position]),
      unitValue: units[position],
    }));
    const constraints = [
      ...(request['constraints'] as Message[]),
      constraint('budget', { min: 0.97, max: 1 }),
      constraint('round-lots', { from: 'asset-data' }),
      constraint('holding-minimum', { value: { amount: '2500', currency: 'CHF' }, assets: { A3: 0.3 } }),
    ];
    const netAssetValue = { amount: '10000', currencyCode: 'CHF' };
    const { solution } = (
      await desk.client.collect('OptimizationService/Optimize', {
        problem: { ...request, universe, constraints, netAssetValue },
        strategy: { type: 'minimum-variance' },
      })
    ).at(-1)!;
    const { termination, weights } = solution as Result;
    expect(termination).to.equal('TERMINATION_REASON_OPTIMAL');
    expect(weights).to.have.length(4);
    for (const [position, { weight }] of weights.entries()) {
      const lots = weight / (sizes[position]! * units[position]!);
      expect(Math.abs(lots - Math.round(lots)), `A${String(position)}`).to.be.below(1e-9);
      expect(weight === 0 || weight >= (position === 3 ? 0.3 : 0.25)).to.equal(true);
    }
  });
});
