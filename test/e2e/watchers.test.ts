import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { failureOf, TestClient } from '../support/e2e/client.ts';
import type { Message, Stream } from '../support/e2e/client.ts';
import { importMarket, optimizationMessage, portfolioMessage } from '../support/e2e/market.ts';
import { TestServer } from '../support/e2e/server.ts';

const name = 'portfolios/growth/optimizations/watched';
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resident memory of a process in MiB. */
function residentMib(pid: number): number {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  return Number(found?.[1]) / 1024;
}

describe('watchers', function () {
  this.timeout(180_000);
  let server: TestServer;
  let client: TestClient;

  before(async () => {
    server = await TestServer.start({ PORTFOLIO_STALL_MS: '2000' });
    client = new TestClient(server.grpcAddress);
    await importMarket(client);
    await client.call('PortfolioService/CreatePortfolio', { portfolio: portfolioMessage(), portfolioId: 'growth' });
  });
  after(async () => {
    client.close();
    await server.dispose();
  });

  it('tells a thousand watchers of one run the same, whole story', async () => {
    const clients = Array.from({ length: 10 }, () => new TestClient(server.grpcAddress));
    await client.call('OptimizationService/CreateOptimization', {
      parent: 'portfolios/growth',
      optimization: optimizationMessage(),
      optimizationId: 'watched',
    });
    const stories = await Promise.all(
      Array.from({ length: 1000 }, (_, index) =>
        (clients[index % 10] ?? client).collect('OptimizationService/WatchOptimization', { name }),
      ),
    );
    const lifecycle = (messages: readonly Message[]): unknown[] =>
      messages
        .filter((message) => !['progress', 'heartbeat'].includes(String(message['event'])))
        .map((message) => message['sequence']);
    const first = lifecycle(stories[0] ?? []);
    expect(first.length).to.be.greaterThan(2);
    for (const story of stories) {
      expect(lifecycle(story)).to.deep.equal(first);
      expect(story.at(-1)?.['event']).to.equal('succeeded');
    }
    for (const each of clients) each.close();
  });

  it('keeps its memory while watchers do not read, and ends them with a token', async () => {
    const idle = new TestClient(server.grpcAddress);
    await client.call('RebalancingService/CreateRebalance', {
      parent: 'portfolios/growth',
      rebalance: { target: { weights: [{ assetId: 'ALFA', weight: 0.5 }] } },
      rebalanceId: 'unread',
    });
    const before = residentMib(server.pid);
    const calls: Stream[] = Array.from({ length: 90 }, () => {
      const call = idle.stream('RebalancingService/WatchRebalance', { name: 'portfolios/growth/rebalances/unread' });
      call.on('error', () => undefined);
      call.pause();
      return call;
    });
    await pause(3_000);
    expect(residentMib(server.pid) - before).to.be.lessThan(60);
    for (const call of calls) call.cancel();
    idle.close();
    const catalog = await client.call('CatalogService/ListStrategies', {});
    expect(catalog['strategies']).to.not.deep.equal([]);
  });

  it('gives the deadline of a watch its ordinary status', async () => {
    const call = client.collect('RebalancingService/WatchRebalance', { name: 'portfolios/growth/rebalances/none' });
    const failure = await call.then(
      () => undefined,
      (error: unknown) => failureOf(error),
    );
    expect(failure?.reason).to.equal('NOT_FOUND');
  });
});
