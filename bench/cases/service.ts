/** The service as its callers meet it: a server in a process of its own, a client that knows only proto/. */
import { TestClient } from '../../test/support/e2e/client.ts';
import { importMarket, portfolioMessage, problemMessage } from '../../test/support/e2e/market.ts';
import { TestServer } from '../../test/support/e2e/server.ts';
import type { BenchCase } from '../bench-case.ts';
import { median, quantile, report } from '../figure.ts';

const elapsed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

/** From the process to the first call it answers, on an empty directory and again on the same one. */
async function benchStart(): Promise<void> {
  const start = performance.now();
  const server = await TestServer.start();
  report({
    case: 'start',
    metric: 'firstServingMs',
    value: performance.now() - start,
    unit: 'ms',
    note: 'empty directory',
  });
  await server.terminate();
  report({ case: 'start', metric: 'restartServingMs', value: await elapsed(() => server.restart()), unit: 'ms' });
  await server.dispose();
}

const firstMessage = (client: TestClient): Promise<number> =>
  new Promise((resolve, reject) => {
    const start = performance.now();
    const call = client.stream('OptimizationService/Optimize', {
      problem: problemMessage(50),
      strategy: { type: 'minimum-variance' },
    });
    call.on('error', reject);
    call.once('data', () => {
      resolve(performance.now() - start);
      call.on('error', () => undefined);
      call.resume();
    });
  });

async function benchProgress(): Promise<void> {
  const server = await TestServer.start();
  const client = new TestClient(server.grpcAddress);
  const times: number[] = [];
  for (let run = 0; run < 11; run += 1) times.push(await firstMessage(client));
  report({
    case: 'progress',
    metric: 'firstProgressMs',
    value: median(times),
    unit: 'ms',
    note: '50 assets, stateless, median of 11',
  });
  client.close();
  await server.dispose();
}

const watchers = 1000;

/** One run, a thousand watchers: from the moment the run's last event was committed to each watcher's having it. */
async function benchFanOut(): Promise<void> {
  const server = await TestServer.start();
  const client = new TestClient(server.grpcAddress);
  await importMarket(client);
  await client.call('PortfolioService/CreatePortfolio', { portfolio: portfolioMessage(), portfolioId: 'growth' });
  await client.call('RebalancingService/CreateRebalance', {
    parent: 'portfolios/growth',
    rebalance: { target: { weights: [{ assetId: 'ALFA', weight: 0.5 }] } },
    rebalanceId: 'watched',
  });
  const name = 'portfolios/growth/rebalances/watched';
  await client.collect('RebalancingService/WatchRebalance', { name, untilProposed: true });
  const clients = Array.from({ length: 10 }, () => new TestClient(server.grpcAddress));
  const arrivals: number[] = [];
  let proposed = 0;
  const ready = new Promise<void>((resolve) => {
    for (let index = 0; index < watchers; index += 1) {
      const call = (clients[index % 10] ?? client).stream('RebalancingService/WatchRebalance', { name });
      call.on('error', () => undefined);
      call.on('data', (message: Record<string, unknown>) => {
        if (message['event'] === 'rejected') arrivals.push(performance.now());
        if (message['event'] === 'proposed' && (proposed += 1) === watchers) resolve();
      });
    }
  });
  await ready;
  const { etag } = await client.call('RebalancingService/GetRebalance', { name });
  await client.call('RebalancingService/RejectRebalance', { name, etag, requestId: crypto.randomUUID() });
  const committed = performance.now();
  while (arrivals.length < watchers) await new Promise((resolve) => setTimeout(resolve, 5));
  const delays = arrivals.map((arrival) => Math.max(0, arrival - committed));
  report({
    case: 'fan-out',
    metric: 'p50Ms',
    value: quantile(delays, 0.5),
    unit: 'ms',
    note: `${String(watchers)} watchers, after the commit was acknowledged`,
  });
  report({
    case: 'fan-out',
    metric: 'p99Ms',
    value: quantile(delays, 0.99),
    unit: 'ms',
    note: `${String(watchers)} watchers, after the commit was acknowledged`,
  });
  for (const each of [client, ...clients]) each.close();
  await server.dispose();
}

export const serviceCases: readonly BenchCase[] = [
  { name: 'start', problem: 'from the process to the first call that it answers', run: benchStart },
  { name: 'progress', problem: 'from an optimization of 50 assets to its first message', run: benchProgress },
  { name: 'fan-out', problem: 'from an event to a thousand watchers of its run', run: benchFanOut },
];
