import { randomUUID } from 'node:crypto';

import { expect } from 'chai';

import { failureOf, refusal, TestClient } from '../support/e2e/client.ts';
import type { Message } from '../support/e2e/client.ts';
import { importMarket, optimizationMessage, portfolioMessage, problemMessage } from '../support/e2e/market.ts';
import { TestServer } from '../support/e2e/server.ts';

const plugins = new URL('../support/plugins/', import.meta.url).pathname;
const name = (id: string): string => `portfolios/growth/optimizations/${id}`;
const minimumVariance: Message = { problem: problemMessage(5), strategy: { type: 'minimum-variance' } };

/** With a single worker a quick solve answers only when the long one before it has left: its delay bounds the time to stop. */
describe('cancellation', function () {
  this.timeout(120_000);
  let server: TestServer;
  let client: TestClient;

  before(async () => {
    server = await TestServer.start({ PORTFOLIO_PLUGINS: plugins, PORTFOLIO_WORKERS: '1' });
    client = new TestClient(server.grpcAddress);
    await importMarket(client);
    await client.call('PortfolioService/CreatePortfolio', { portfolio: portfolioMessage(), portfolioId: 'growth' });
    await client.collect('OptimizationService/Optimize', minimumVariance);
  });
  after(async () => {
    client.close();
    await server.dispose();
  });

  /** Starts a run that never ends and waits until it is being solved. */
  const endless = async (id: string): Promise<void> => {
    await client.call('OptimizationService/CreateOptimization', {
      parent: 'portfolios/growth',
      optimization: optimizationMessage({ strategy: { type: 'endless' }, limits: { secondsMax: 600 } }),
      optimizationId: id,
    });
    await new Promise<void>((resolve, reject) => {
      const call = client.stream('OptimizationService/WatchOptimization', { name: name(id) });
      call.on('error', (error) => {
        if (failureOf(error).code !== 1) reject(error);
      });
      call.on('data', (message: Message) => {
        if (message['event'] !== 'progress') return;
        call.cancel();
        resolve();
      });
    });
  };

  it('of a run stops the solver within 500 ms and keeps the best point', async () => {
    await endless('stopped');
    const start = performance.now();
    const requestId = randomUUID();
    const cancelled = await client.call('OptimizationService/CancelOptimization', { name: name('stopped'), requestId });
    await client.collect('OptimizationService/Optimize', minimumVariance);
    expect(performance.now() - start).to.be.lessThan(500);
    expect(cancelled['state']).to.be.oneOf(['RUN_STATE_RUNNING', 'RUN_STATE_CANCELLED']);
    const events = await client.collect('OptimizationService/WatchOptimization', { name: name('stopped') });
    expect(events.at(-1)?.['event']).to.equal('cancelled');
    const run = await client.call('OptimizationService/GetOptimization', { name: name('stopped') });
    expect(run['state']).to.equal('RUN_STATE_CANCELLED');
    expect(run).to.have.nested.property('result.limit', 'TERMINATION_LIMIT_INTERRUPTED');
    expect(run).to.have.nested.property('result.weights.length', 8);
  });

  it('of a queued run ends it before it began', async () => {
    await endless('before');
    await client.call('OptimizationService/CreateOptimization', {
      parent: 'portfolios/growth',
      optimization: optimizationMessage(),
      optimizationId: 'queued',
    });
    await client.call('OptimizationService/CancelOptimization', { name: name('queued') });
    const events = client.collect('OptimizationService/WatchOptimization', { name: name('queued') });
    await client.call('OptimizationService/CancelOptimization', { name: name('before') });
    expect((await events).at(-1)?.['event']).to.equal('cancelled');
  });

  it('of a stateless call by its caller frees the worker within 500 ms', async () => {
    const call = client.stream('OptimizationService/Optimize', {
      problem: problemMessage(5),
      strategy: { type: 'endless' },
      limits: { secondsMax: 600 },
    });
    call.on('error', () => undefined);
    await new Promise((resolve) => call.once('data', resolve));
    const start = performance.now();
    call.cancel();
    await client.collect('OptimizationService/Optimize', minimumVariance);
    expect(performance.now() - start).to.be.lessThan(500);
  });

  it('of an explanation by the deadline of its caller frees the worker within 500 ms', async () => {
    const request = { problem: problemMessage(5), strategy: { type: 'endless' }, limits: { secondsMax: 600 } };
    const asked = { request, assetIds: ['A0', 'A1'] };
    const late = await refusal(client.call('OptimizationService/ExplainOptimization', asked, 300));
    expect(late.code).to.equal(4);
    const start = performance.now();
    await client.collect('OptimizationService/Optimize', minimumVariance);
    expect(performance.now() - start).to.be.lessThan(500);
  });

  it('comes by itself at the time limit, with the best point', async () => {
    const messages = await client.collect('OptimizationService/Optimize', {
      problem: problemMessage(5),
      strategy: { type: 'endless' },
      limits: { secondsMax: 0.2 },
    });
    const solution = messages.at(-1)?.['solution'] as Message;
    expect(solution['limit']).to.equal('TERMINATION_LIMIT_TIME');
    expect(solution['termination']).to.be.oneOf(['TERMINATION_REASON_FEASIBLE', 'TERMINATION_REASON_OPTIMAL']);
    expect(solution).to.have.nested.property('weights.length', 5);
  });

  it('is what too many waiting solves are spared: the queue is bounded', async () => {
    const endlessCall: Message = {
      problem: problemMessage(3),
      strategy: { type: 'endless' },
      limits: { secondsMax: 60 },
    };
    const reasons: string[] = [];
    const calls = Array.from({ length: 300 }, () => {
      const call = client.stream('OptimizationService/Optimize', endlessCall);
      call.on('data', () => undefined);
      call.on('error', (error) => reasons.push(failureOf(error).reason));
      return call;
    });
    // One is being solved, 256 wait, the others are refused.
    while (reasons.length < 43) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(new Set(reasons)).to.deep.equal(new Set(['QUOTA_EXCEEDED']));
    expect(reasons).to.have.length(43);
    for (const call of calls) call.cancel();
    await client.collect('OptimizationService/Optimize', minimumVariance);
  });

  it('of the whole server lets calls in flight finish', async () => {
    const inFlight = Promise.all(
      Array.from({ length: 2 }, () =>
        client.collect('OptimizationService/Optimize', {
          problem: problemMessage(5),
          strategy: { type: 'endless' },
          limits: { secondsMax: 1 },
        }),
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 400));
    const code = server.terminate();
    const answers = await inFlight;
    expect(answers.every((messages) => messages.at(-1)?.['event'] === 'solution')).to.equal(true);
    expect(await code).to.equal(0);
  });
});
