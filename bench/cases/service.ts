/** The service as its callers meet it: a server in a process of its own, a client that knows only proto/. */
import { Client, credentials } from '@grpc/grpc-js';

import { OptimizeRequest, OptimizeResponse } from '../../src/gen/veritasvault/portfolio/v1/optimization_service.ts';
import { ReturnPeriod } from '../../src/gen/veritasvault/portfolio/v1/values.ts';
import { TestClient } from '../../test/support/e2e/client.ts';
import { importMarket, portfolioMessage, problemMessage, seeded } from '../../test/support/e2e/market.ts';
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

/** A call that asks for nothing that takes time: what the machine and the transport cost just now. */
const bareCall = (client: Client): Promise<void> =>
  new Promise((resolve, reject) => {
    const same = (message: Buffer): Buffer => message;
    client.makeUnaryRequest('/grpc.health.v1.Health/Check', same, same, Buffer.alloc(0), (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });

/** The bytes of the last message: what a client makes of them is its own cost. */
const lastMessage = (client: Client, request: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    let last: Buffer = Buffer.alloc(0);
    const same = (message: Buffer): Buffer => message;
    const call = client.makeServerStreamRequest(
      '/veritasvault.portfolio.v1.OptimizationService/Optimize',
      same,
      same,
      request,
    );
    call.on('data', (message: Buffer) => (last = message));
    call.on('error', reject);
    call.on('end', () => {
      resolve(last);
    });
  });

const overheadAssets = 500;
const overheadFactors = 20;

/** Stores a factor model, and gives a request over it that names the model only. */
async function requestOverStoredModel(client: TestClient): Promise<Parameters<typeof OptimizeRequest.fromPartial>[0]> {
  const ids = Array.from({ length: overheadAssets }, (_, index) => `N${String(index)}`);
  const random = seeded(11);
  const exposures = ids.map(() => Array.from({ length: overheadFactors }, () => random() - 0.3));
  await client.upload(
    'AssetService/ImportAssets',
    ids.map((id) => ({ asset: { name: `assets/${id}`, displayName: id, currencyCode: 'USD' } })),
  );
  const size = overheadFactors;
  const values = Array.from({ length: size * size }, (_, at) => (Math.floor(at / size) === at % size ? 0.02 : 0.002));
  await client.upload('AssetService/ImportFactorModel', [
    {
      header: {
        name: 'factorModels/bench',
        displayName: 'Bench',
        factors: Array.from({ length: size }, (_, factor) => `f${String(factor)}`),
        factorCovariance: { rows: size, columns: size, values },
      },
    },
    ...ids.map((id, row) => ({
      exposure: { asset: `assets/${id}`, exposures: exposures[row], specificVariance: 0.02 + 0.04 * random() },
    })),
  ]);
  return {
    problem: {
      universe: ids.map((assetId) => ({ assetId })),
      risk: { $case: 'factorModel', value: 'factorModels/bench' },
      expectedReturns: { values: { values: ids.map(() => 0.1 * random()) }, period: ReturnPeriod.RETURN_PERIOD_ANNUAL },
      constraints: [{ constraintId: 'long-only', type: 'bounds', parameters: { all: { min: 0, max: 0.05 } } }],
    },
    strategy: { type: 'quadratic-utility', parameters: { riskAversion: 4 } },
  };
}

/** What a request costs besides the solve: the whole call of a client less the time that the answer tells. */
async function benchOverhead(): Promise<void> {
  const server = await TestServer.start();
  const client = new TestClient(server.grpcAddress);
  const request = await requestOverStoredModel(client);
  const bytes = Buffer.from(OptimizeRequest.encode(OptimizeRequest.fromPartial(request)).finish());
  const walls: number[] = [];
  const insides: number[] = [];
  const bare: number[] = [];
  const raw = new Client(server.grpcAddress, credentials.createInsecure());
  for (let run = 0; run < 300; run += 1) {
    const start = performance.now();
    const last = await lastMessage(raw, bytes);
    const wallMs = performance.now() - start;
    const { event } = OptimizeResponse.decode(last);
    const insideMs = event?.$case === 'solution' ? Number(event.value.elapsedMs) : Number.NaN;
    // The first calls compile and prepare.
    if (run < 100) continue;
    insides.push(insideMs);
    walls.push(wallMs);
  }
  for (let run = 0; run < 100; run += 1) bare.push(await elapsed(() => bareCall(raw)));
  raw.close();
  // Answers tell whole milliseconds, whose mean is nearer to what was measured than their median.
  const insideMs = insides.reduce((total, each) => total + each, 0) / insides.length;
  const sample = `${String(overheadAssets)} names, ${String(overheadFactors)} factors, model stored; ${String(walls.length)} calls`;
  const figures = [
    ['overheadMs', median(walls) - insideMs, sample],
    ['insideMs', insideMs, 'estimate, solve and check, as the answer tells; mean'],
    ['bareCallMs', median(bare), 'a health check after them: the transport alone'],
  ] as const;
  for (const [metric, value, note] of figures) report({ case: 'overhead', metric, value, unit: 'ms', note });
  client.close();
  await server.dispose();
}

const small = 20;
const requestsInAll = 1200;
const atOnce = 16;

/** Small problems given whole, as fast as two workers answer them. */
async function benchThroughput(): Promise<void> {
  const server = await TestServer.start({ PORTFOLIO_WORKERS: '2' });
  const client = new TestClient(server.grpcAddress);
  const request = { problem: problemMessage(small), strategy: { type: 'minimum-variance' } };
  const some = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += 1) await client.collect('OptimizationService/Optimize', request);
  };
  const together = (count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: atOnce }, () => some(Math.ceil(count / atOnce))));
  await together(200);
  const ms = await elapsed(() => together(requestsInAll));
  report({
    case: 'throughput',
    metric: 'requestsPerSecond',
    value: (1000 * requestsInAll) / ms,
    unit: '1/s',
    note: `${String(small)} names, two workers, ${String(atOnce)} at once`,
  });
  client.close();
  await server.dispose();
}

export const serviceCases: readonly BenchCase[] = [
  { name: 'start', problem: 'from the process to the first call that it answers', run: benchStart },
  { name: 'progress', problem: 'from an optimization of 50 assets to its first message', run: benchProgress },
  {
    name: 'overhead',
    problem: 'what a request over a stored factor model costs besides the solve',
    run: benchOverhead,
  },
  { name: 'throughput', problem: 'small optimizations a second on two workers', run: benchThroughput },
  { name: 'fan-out', problem: 'from an event to a thousand watchers of its run', run: benchFanOut },
];
