import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { failureOf, TestClient } from '../support/e2e/client.ts';
import { openDesk } from '../support/e2e/desk.ts';
import type { Message, Stream } from '../support/e2e/client.ts';
import { optimizationMessage, portfolioMessage, problemMessage } from '../support/e2e/market.ts';

const name = 'portfolios/growth/optimizations/watched';
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resident memory of a process in MiB. */
function residentMib(pid: number): number {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  return Number(found?.[1]) / 1024;
}

describe('watchers', function () {
  this.timeout(180_000);
  const desk = openDesk({ PORTFOLIO_STALL_MS: '2000' });
  let client: TestClient;
  before(async () => {
    client = desk.client;
    await client.call('PortfolioService/CreatePortfolio', { portfolio: portfolioMessage(), portfolioId: 'growth' });
  });

  it('tells a thousand watchers of one run the same, whole story', async () => {
    const clients = Array.from({ length: 10 }, () => new TestClient(desk.server.grpcAddress));
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

  it('keeps its memory while readers take nothing, and ends them when they stall', async () => {
    const idle = new TestClient(desk.server.grpcAddress);
    const before = residentMib(desk.server.pid);
    const calls: Stream[] = Array.from({ length: 3 }, () =>
      idle.stream('OptimizationService/ComputeFrontier', { problem: problemMessage(60), points: 400 }),
    );
    const ends = calls.map(
      (call) =>
        new Promise<unknown>((resolve) => {
          call.on('error', resolve);
          call.on('end', () => {
            resolve(undefined);
          });
        }),
    );
    // Three answers of some megabytes meet readers that read nothing for longer than a stall may last.
    for (const call of calls) {
      call.once('data', () => {
        call.pause();
      });
    }
    await pause(8_000);
    expect(residentMib(desk.server.pid) - before).to.be.lessThan(150);
    for (const call of calls) call.on('data', () => undefined).resume();
    const reasons = (await Promise.all(ends)).map((end) => (end === undefined ? 'ended' : failureOf(end).reason));
    expect(new Set(reasons)).to.deep.equal(new Set(['WATCHER_TOO_SLOW']));
    idle.close();
    const catalog = await client.call('CatalogService/ListStrategies', {});
    expect(catalog['strategies']).to.not.deep.equal([]);
  });

  it('tells at once that there is nothing to watch', async () => {
    const call = client.collect('RebalancingService/WatchRebalance', { name: 'portfolios/growth/rebalances/none' });
    const failure = await call.then(
      () => undefined,
      (error: unknown) => failureOf(error),
    );
    expect(failure?.reason).to.equal('NOT_FOUND');
  });
});
