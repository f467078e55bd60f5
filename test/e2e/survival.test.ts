import { expect } from 'chai';

import { failureOf, TestClient } from '../support/e2e/client.ts';
import type { Message } from '../support/e2e/client.ts';
import { importMarket, optimizationMessage, portfolioMessage, seeded } from '../support/e2e/market.ts';
import { TestServer } from '../support/e2e/server.ts';

const terminal = new Set(['succeeded', 'failed', 'cancelled']);
const name = (id: string): string => `portfolios/growth/optimizations/${id}`;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A watcher that never gives up: it notes every event it sees and resumes with the last token. */
class Watcher {
  readonly sequences: number[] = [];
  readonly events: string[] = [];
  token = '';
  finished = false;
  readonly #id: string;

  constructor(id: string) {
    this.#id = id;
  }

  /** Reads until the run or the connection ends. */
  follow(client: TestClient): Promise<void> {
    return new Promise((resolve) => {
      const call = client.stream('OptimizationService/WatchOptimization', {
        name: name(this.#id),
        resumeToken: this.token,
      });
      call.on('data', (message: Message) => {
        const event = String(message['event']);
        if (event === 'heartbeat') return;
        this.sequences.push(Number(message['sequence']));
        this.events.push(event);
        this.token = String(message['resumeToken']);
        if (terminal.has(event)) this.finished = true;
      });
      call.on('error', () => {
        resolve();
      });
      call.on('end', () => {
        resolve();
      });
    });
  }
}

describe('survival', function () {
  this.timeout(600_000);
  let server: TestServer;

  beforeEach(async () => {
    server = await TestServer.start({ PORTFOLIO_LEASE_MS: '1500' });
    const client = new TestClient(server.grpcAddress);
    await importMarket(client);
    await client.call('PortfolioService/CreatePortfolio', { portfolio: portfolioMessage(), portfolioId: 'growth' });
    client.close();
  });
  afterEach(async () => {
    await server.dispose();
  });

  it('loses and repeats no event over 50 kills at random moments', async () => {
    const seed = 20261122;
    const random = seeded(seed);
    const watchers: Watcher[] = [];
    const acknowledged: string[] = [];
    let kills = 0;
    for (let round = 0; kills < 50; round += 1) {
      const client = new TestClient(server.grpcAddress);
      const id = `run-${String(round)}`;
      await client.call('OptimizationService/CreateOptimization', {
        parent: 'portfolios/growth',
        optimization: optimizationMessage(),
        optimizationId: id,
      });
      acknowledged.push(id);
      const watcher = new Watcher(id);
      watchers.push(watcher);
      const unfinished = watchers.filter((candidate) => !candidate.finished);
      const following = unfinished.map((candidate) => candidate.follow(client));
      await pause(random() * 150);
      await server.kill();
      kills += 1;
      await Promise.all(following);
      client.close();
      await server.restart();
    }
    const client = new TestClient(server.grpcAddress);
    for (const watcher of watchers) while (!watcher.finished) await watcher.follow(client);
    for (const id of acknowledged) {
      const run = await client.call('OptimizationService/GetOptimization', { name: name(id) });
      expect(run['state'], `${id}, seed ${String(seed)}`).to.be.oneOf(['RUN_STATE_SUCCEEDED', 'RUN_STATE_FAILED']);
    }
    for (const [index, watcher] of watchers.entries()) {
      expect(watcher.sequences, `run-${String(index)}, seed ${String(seed)}`).to.deep.equal(
        watcher.sequences.map((_, position) => position + 1),
      );
    }
    expect(watchers.length).to.equal(50);
    // Whichever attempt ended a run, the prices that it was solved with are those that were kept.
    let replayed = 0;
    for (const id of acknowledged.slice(-8)) {
      const { state } = await client.call('OptimizationService/GetOptimization', { name: name(id) });
      if (state !== 'RUN_STATE_SUCCEEDED') continue;
      const events = await client.collect('OptimizationService/ReplayOptimization', { name: name(id) });
      expect(events.at(-1)?.['outcome'], id).to.deep.include({ identical: true, differences: [] });
      replayed += 1;
    }
    expect(replayed).to.be.greaterThan(0);
    client.close();
  });

  it('ends watches with a token on SIGTERM, exits cleanly, and goes on after the start', async () => {
    const client = new TestClient(server.grpcAddress);
    await client.call('RebalancingService/CreateRebalance', {
      parent: 'portfolios/growth',
      rebalance: { target: { weights: [{ assetId: 'ALFA', weight: 0.5 }] } },
      rebalanceId: 'waiting',
    });
    const seen: Message[] = [];
    const ended = new Promise<unknown>((resolve) => {
      const call = client.stream('RebalancingService/WatchRebalance', { name: 'portfolios/growth/rebalances/waiting' });
      call.on('data', (message: Message) => seen.push(message));
      call.on('error', resolve);
    });
    while (!seen.some((message) => message['event'] === 'proposed')) await pause(20);
    const [code, error] = await Promise.all([server.terminate(), ended]);
    expect(code).to.equal(0);
    const failure = failureOf(error);
    expect([failure.code, failure.reason]).to.deep.equal([14, 'SHUTTING_DOWN']);
    const [token] = failure.trailers.get('resume-token');
    expect(token).to.equal(seen.at(-1)?.['resumeToken']);
    client.close();
    await server.restart();
    const again = new TestClient(server.grpcAddress);
    const rebalance = await again.call('RebalancingService/GetRebalance', {
      name: 'portfolios/growth/rebalances/waiting',
    });
    expect(rebalance['state']).to.equal('REBALANCE_STATE_PROPOSED');
    again.close();
  });

  it('refuses a second process on the same directory in plain words', async function () {
    if (process.env['PORTFOLIO_DATABASE_URL'] !== undefined) {
      // Several processes may share a PostgreSQL server; both must serve.
      const second = await TestServer.start({ PORTFOLIO_DATA_DIR: server.directory });
      expect(second.grpcAddress).to.not.equal(server.grpcAddress);
      await second.dispose();
      return;
    }
    let message = '';
    try {
      await TestServer.start({ PORTFOLIO_DATA_DIR: server.directory });
    } catch (error) {
      message = error instanceof Error ? error.message : '';
    }
    expect(message).to.contain(server.directory).and.to.contain(String(server.pid));
  });
});
