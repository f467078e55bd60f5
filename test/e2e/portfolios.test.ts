import { randomUUID } from 'node:crypto';

import { expect } from 'chai';

import { refusal, struct, TestClient } from '../support/e2e/client.ts';
import type { Message } from '../support/e2e/client.ts';
import { assetIds, portfolioMessage } from '../support/e2e/market.ts';
import { openDesk } from '../support/e2e/desk.ts';

const create = (
  client: TestClient,
  id: string,
  portfolio: Message = portfolioMessage(),
  requestId = '',
): Promise<Message> => client.call('PortfolioService/CreatePortfolio', { portfolio, portfolioId: id, requestId });

describe('portfolios over the wire', function () {
  this.timeout(120_000);
  const desk = openDesk();

  it('stores a portfolio with all its parts and gives it back whole', async () => {
    const created = await create(desk.client, 'whole');
    const read = await desk.client.call('PortfolioService/GetPortfolio', { name: 'portfolios/whole' });
    expect(read).to.deep.equal(created);
    expect(read).to.nested.include({
      displayName: 'Growth',
      benchmark: 'benchmarks/BENCHMARK123',
      'positions[4].quantity': '180',
    });
    expect(read).to.have.nested.property('cashBalances[0].amount.amount', '5000');
    expect(read).to.have.nested.property('rebalancingPolicy.triggerType', 'absolute-drift');
    expect(read['etag']).to.be.a('string').and.not.equal('');
  });

  it('answers a repeated request id with the first answer and refuses it for another request', async () => {
    const requestId = randomUUID();
    const first = await create(desk.client, 'once', portfolioMessage(), requestId);
    const again = await create(desk.client, 'once', portfolioMessage(), requestId);
    expect(again).to.deep.equal(first);
    const reused = await refusal(create(desk.client, 'once', portfolioMessage({ displayName: 'Other' }), requestId));
    expect(reused.reason).to.equal('REQUEST_ID_REUSED');
    const taken = await refusal(create(desk.client, 'once'));
    expect(taken.reason).to.equal('ALREADY_EXISTS');
  });

  it('names three mistakes of one request by their field paths and stores nothing', async () => {
    const wrong = portfolioMessage({
      baseCurrency: 'dollar',
      positions: [{ asset: 'assets/ALFA', quantity: '1e5' }],
      constraints: [{ type: 'sector', parameters: struct({ Technology: { min: 0.6, max: 0.5 } }) }],
    });
    const failed = await refusal(create(desk.client, 'wrong', wrong));
    expect(failed.code).to.equal(3);
    const fields = failed.violations.map((violation) => violation.field);
    expect(fields).to.have.length(3);
    expect(fields).to.include.members(['portfolio.base_currency', 'portfolio.positions[0].quantity']);
    expect(fields.find((field) => field.startsWith('portfolio.constraints[0].parameters'))).to.be.a('string');
    const missing = await refusal(desk.client.call('PortfolioService/GetPortfolio', { name: 'portfolios/wrong' }));
    expect(missing.reason).to.equal('NOT_FOUND');
  });

  it('checks without storing when asked to', async () => {
    const request = { portfolio: portfolioMessage(), portfolioId: 'dry', validateOnly: true };
    const answer = await desk.client.call('PortfolioService/CreatePortfolio', request);
    expect(answer['displayName']).to.equal('Growth');
    const missing = await refusal(desk.client.call('PortfolioService/GetPortfolio', { name: 'portfolios/dry' }));
    expect(missing.reason).to.equal('NOT_FOUND');
  });

  it('changes only the fields of the mask, and only the version that was read', async () => {
    const created = await create(desk.client, 'changing');
    const update = (portfolio: Message): Promise<Message> =>
      desk.client.call('PortfolioService/UpdatePortfolio', {
        portfolio: { name: 'portfolios/changing', ...portfolio },
        updateMask: { paths: ['display_name'] },
      });
    const changed = await update({ displayName: 'Renamed', type: 'ignored', etag: created['etag'] });
    expect(changed).to.include({ displayName: 'Renamed', type: 'Equity' });
    expect((await refusal(update({ displayName: 'Late', etag: created['etag'] }))).reason).to.equal('ETAG_MISMATCH');
    expect((await refusal(update({ displayName: 'Blind' }))).reason).to.equal('ETAG_REQUIRED');
  });

  it('pages, filters and orders', async () => {
    for (const [index, id] of ['page-a', 'page-b', 'page-c'].entries()) {
      await create(desk.client, id, portfolioMessage({ displayName: `Paged ${String(index)}`, type: 'Paged' }));
    }
    const request = { filter: 'type = "Paged"', orderBy: 'display_name desc', pageSize: 2 };
    const first = await desk.client.call('PortfolioService/ListPortfolios', request);
    const second = await desk.client.call('PortfolioService/ListPortfolios', {
      ...request,
      pageToken: first['nextPageToken'],
    });
    const names = [first, second].flatMap((page) =>
      (page['portfolios'] as Message[]).map((portfolio) => portfolio['name']),
    );
    expect(names).to.deep.equal(['portfolios/page-c', 'portfolios/page-b', 'portfolios/page-a']);
    expect(second['nextPageToken']).to.equal('');
    const reused = desk.client.call('PortfolioService/ListPortfolios', {
      filter: 'type = "Other"',
      pageToken: first['nextPageToken'],
    });
    expect((await refusal(reused)).reason).to.equal('PAGE_TOKEN_INVALID');
  });

  it('deletes softly and brings back', async () => {
    await create(desk.client, 'going', portfolioMessage({ type: 'Going' }));
    const listed = async (showDeleted: boolean): Promise<number> => {
      const page = await desk.client.call('PortfolioService/ListPortfolios', { filter: 'type = "Going"', showDeleted });
      return (page['portfolios'] as Message[]).length;
    };
    const deleted = await desk.client.call('PortfolioService/DeletePortfolio', { name: 'portfolios/going' });
    expect(deleted['deleteTime']).to.be.an('object');
    expect([await listed(false), await listed(true)]).to.deep.equal([0, 1]);
    const back = await desk.client.call('PortfolioService/UndeletePortfolio', { name: 'portfolios/going' });
    expect(back['deleteTime']).to.equal(null);
    expect(await listed(false)).to.equal(1);
  });

  it('values positions and cash at a past moment', async () => {
    const created = await create(desk.client, 'history');
    const between = new Date();
    await desk.client.call('PortfolioService/UpdatePortfolio', {
      portfolio: { name: 'portfolios/history', positions: [], etag: created['etag'] },
      updateMask: { paths: ['positions'] },
    });
    const now = await desk.client.call('PortfolioService/GetPortfolioSnapshot', { name: 'portfolios/history' });
    const asOfTime = {
      seconds: String(Math.floor(between.getTime() / 1000)),
      nanos: (between.getTime() % 1000) * 1_000_000,
    };
    const then = await desk.client.call('PortfolioService/GetPortfolioSnapshot', {
      name: 'portfolios/history',
      asOfTime,
    });
    expect(now['positions']).to.deep.equal([]);
    expect(now).to.have.nested.property('netAssetValue.amount', '5000');
    expect(then['positions']).to.have.length(5);
    const weights = (then['positions'] as { weight: number }[]).reduce((sum, position) => sum + position.weight, 0);
    const value = Number((then['netAssetValue'] as { amount: string }).amount);
    expect(weights + 5000 / value).to.be.closeTo(1, 1e-12);
  });

  it('hides one tenant from another', async () => {
    await create(desk.client, 'private');
    const other = new TestClient(desk.server.grpcAddress, 'other');
    const foreign = await refusal(other.call('PortfolioService/GetPortfolio', { name: 'portfolios/private' }));
    const missing = await refusal(desk.client.call('PortfolioService/GetPortfolio', { name: 'portfolios/none' }));
    expect([foreign.code, foreign.reason]).to.deep.equal([missing.code, missing.reason]);
    const page = await other.call('PortfolioService/ListPortfolios', {});
    expect(page['portfolios']).to.deep.equal([]);
    other.close();
    const malformed = new TestClient(desk.server.grpcAddress, '../x');
    expect((await refusal(malformed.call('PortfolioService/ListPortfolios', {}))).reason).to.equal('TENANT_INVALID');
    malformed.close();
  });

  it('keeps target allocations with their history and computes drift against them', async () => {
    await create(desk.client, 'drifting');
    const set = (weights: readonly number[], etag: unknown): Promise<Message> =>
      desk.client.call('AllocationService/SetAllocations', {
        parent: 'portfolios/drifting',
        kind: 'ALLOCATION_KIND_TARGET',
        dimension: 'ALLOCATION_DIMENSION_ASSET',
        allocations: weights.map((weight, index) => ({
          subject: assetIds[index],
          weight,
          weightMin: weight - 0.01,
          weightMax: weight + 0.01,
        })),
        etag,
      });
    const first = await set([0.2, 0.2, 0.2, 0.2, 0.2], '');
    await set([0.3, 0.3, 0.2, 0.1, 0.05], first['etag']);
    expect((await refusal(set([1], first['etag']))).reason).to.equal('ETAG_MISMATCH');
    const key = {
      parent: 'portfolios/drifting',
      kind: 'ALLOCATION_KIND_TARGET',
      dimension: 'ALLOCATION_DIMENSION_ASSET',
    };
    const inForce = await desk.client.call('AllocationService/GetAllocations', key);
    expect(inForce).to.have.nested.property('allocations[0].weight', 0.3);
    const history = await desk.client.call('AllocationService/ListAllocationHistory', key);
    expect(history['allocationSets']).to.have.length(2);
    const drift = await desk.client.call('AllocationService/ComputeDrift', {
      parent: key.parent,
      dimension: key.dimension,
    });
    const lines = drift['lines'] as { drift: number; subject: string }[];
    expect(lines.map((line) => line.subject)).to.include.members(['ALFA', 'cash']);
    expect(lines.reduce((sum, line) => sum + line.drift, 0)).to.be.closeTo(0, 1e-9);
    expect(drift['halfSum']).to.be.closeTo(lines.reduce((sum, line) => sum + Math.abs(line.drift), 0) / 2, 1e-12);
  });
});
