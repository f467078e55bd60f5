import { expect } from 'chai';

import { refusal } from '../support/e2e/client.ts';
import type { Message, TestClient } from '../support/e2e/client.ts';
import { openDesk } from '../support/e2e/desk.ts';
import { optimizationMessage, portfolioMessage, problemMessage } from '../support/e2e/market.ts';

interface Explained {
  readonly result: { readonly termination: string; readonly objective: number };
  readonly weights: readonly {
    readonly assetId: string;
    readonly residual: number;
    readonly forces: readonly { readonly kind: string; readonly pull: number }[];
  }[];
  readonly increases: readonly { readonly assetId: string; readonly cost: number | null; readonly summary: string }[];
  readonly costs: readonly { readonly constraintId: string; readonly gainWithout: number }[];
}

const run = 'portfolios/growth/optimizations/explained';
const explain = async (client: TestClient, request: Message): Promise<Explained> =>
  (await client.call('OptimizationService/ExplainOptimization', request)) as unknown as Explained;
const replay = async (client: TestClient, name = run): Promise<Message> =>
  (await client.collect('OptimizationService/ReplayOptimization', { name })).at(-1)?.['outcome'] as Message;

describe('explanations and replays over the wire', function () {
  this.timeout(120_000);
  const desk = openDesk();

  before(async () => {
    const { client } = desk;
    await client.call('PortfolioService/CreatePortfolio', { portfolio: portfolioMessage(), portfolioId: 'growth' });
    const optimization = optimizationMessage();
    await client.call('OptimizationService/CreateOptimization', {
      parent: 'portfolios/growth',
      optimization,
      optimizationId: 'explained',
    });
    await client.collect('OptimizationService/WatchOptimization', { name: run });
  });

  it('explain a stored run: balanced forces on every weight, the cost of more and the cost of constraints', async () => {
    const { result, weights, increases, costs } = await explain(desk.client, {
      name: run,
      assetIds: ['ALFA', 'HOTEL'],
      increase: 0.02,
    });
    expect(result.termination).to.equal('TERMINATION_REASON_OPTIMAL');
    expect(weights).to.have.length(8);
    for (const { residual, forces } of weights) {
      expect(Math.abs(residual)).to.be.below(1e-6);
      expect(forces.length).to.be.greaterThan(0);
    }
    expect(increases.map(({ assetId }) => assetId)).to.deep.equal(['ALFA', 'HOTEL']);
    for (const { summary } of increases) expect(summary).to.not.equal('');
    for (const { gainWithout } of costs) expect(gainWithout).to.be.at.least(0);
    const stored = await desk.client.call('OptimizationService/GetOptimization', { name: run });
    expect(result.objective).to.equal((stored['result'] as { readonly objective: number }).objective);
  });

  it('explain a problem given whole, and refuse what is neither or both with every mistake', async () => {
    const request = { problem: problemMessage(4), strategy: { type: 'minimum-variance' } };
    expect((await explain(desk.client, { request })).weights).to.have.length(4);
    const both = await refusal(explain(desk.client, { name: run, request, increase: 5, assetIds: ['A0', 'Z9', 'A0'] }));
    expect(both.violations.map(({ field }) => field)).to.include.members(['name', 'increase']);
    const unknown = await refusal(explain(desk.client, { request, assetIds: ['A0', 'Z9', 'A0'] }));
    expect(unknown.violations.map(({ field }) => field)).to.deep.equal(['asset_ids[1]', 'asset_ids[2]']);
    const bad = { problem: { ...problemMessage(4), riskFreeRateAnnual: 5 }, strategy: { type: 'nothing' } };
    const wrong = await refusal(explain(desk.client, { request: bad }));
    expect(wrong.violations.map(({ field }) => field)).to.include.members([
      'request.problem.risk_free_rate_annual',
      'request.strategy.type',
    ]);
    expect((await refusal(explain(desk.client, { name: `${run}-not` }))).reason).to.equal('NOT_FOUND');
  });

  it('replay a run to the same bytes, also after its prices were changed', async () => {
    expect(await replay(desk.client)).to.deep.include({ identical: true, differences: [] });
    await desk.client.upload('AssetService/ImportPrices', [
      { prices: [{ asset: 'assets/ALFA', date: '2023-02-01', amount: '1000' }] },
    ]);
    const again = await replay(desk.client);
    expect(again).to.deep.include({ identical: true, differences: [] });
    const { provenance } = again['result'] as { readonly provenance: { readonly pricesSnapshot: string } };
    expect(provenance.pricesSnapshot).to.match(/^[0-9a-f]{64}$/);
    expect((await refusal(replay(desk.client, `${run}-not`))).reason).to.equal('NOT_FOUND');
  });
});
