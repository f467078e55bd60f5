import { randomUUID } from 'node:crypto';

import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';

import { failureOf, refusal, struct, TestClient } from '../support/e2e/client.ts';
import type { Message } from '../support/e2e/client.ts';
import { estimation, importMarket, optimizationMessage, portfolioMessage } from '../support/e2e/market.ts';
import { TestServer } from '../support/e2e/server.ts';

const prefix = '/veritasvault.portfolio.v1.';
const same = (bytes: Buffer): Buffer => bytes;

/** A field of wire type 2: tag, length, bytes. */
function field(number: number, bytes: Buffer): Buffer {
  const head = [(number << 3) | 2];
  let rest = bytes.length;
  for (; rest > 127; rest = Math.floor(rest / 128)) head.push((rest % 128) | 128);
  return Buffer.concat([Buffer.from([...head, rest]), bytes]);
}

/** CreatePortfolioRequest whose objective has parameters nested `depth` objects deep. */
function nestedPortfolio(depth: number): Buffer {
  let struct: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level += 1) {
    struct = field(1, Buffer.concat([field(1, Buffer.from('k')), field(2, field(5, struct))]));
  }
  return field(1, field(7, Buffer.concat([field(2, Buffer.from('return')), field(4, struct)])));
}

describe('the edge of the service', function () {
  this.timeout(120_000);
  let server: TestServer;
  let client: TestClient;
  let raw: Client;

  before(async () => {
    server = await TestServer.start();
    client = new TestClient(server.grpcAddress);
    raw = new Client(server.grpcAddress, credentials.createInsecure());
    await importMarket(client);
    await client.call('PortfolioService/CreatePortfolio', { portfolio: portfolioMessage(), portfolioId: 'growth' });
  });
  after(async () => {
    raw.close();
    client.close();
    await server.dispose();
  });

  /** Sends bytes as they are; resolves to the reply or the error. */
  const send = (path: string, bytes: Buffer, timeout?: string): Promise<Buffer | ServiceError> =>
    new Promise((resolve) => {
      const metadata = new Metadata();
      if (timeout !== undefined) metadata.set('grpc-timeout', timeout);
      const deadline = timeout === undefined ? { deadline: Date.now() + 10_000 } : {};
      raw.makeUnaryRequest(path, same, same, bytes, metadata, deadline, (error, reply) => {
        resolve(error ?? reply ?? Buffer.alloc(0));
      });
    });

  it('answers bytes that are no message, or nested too deeply, as a mistake of the caller', async () => {
    const truncated = Buffer.from([0x0a, 0x50, 0x01]);
    const malformed = failureOf(await send(`${prefix}PortfolioService/GetPortfolio`, truncated));
    expect([malformed.code, malformed.reason]).to.deep.equal([status.INVALID_ARGUMENT, 'MESSAGE_MALFORMED']);
    for (const depth of [300, 10_000]) {
      const deep = failureOf(await send(`${prefix}PortfolioService/CreatePortfolio`, nestedPortfolio(depth)));
      expect(deep.code, deep.message).to.equal(status.INVALID_ARGUMENT);
    }
    expect(await client.call('PortfolioService/ListPortfolios', {})).to.have.property('portfolios');
  });

  it('refuses a message over the cap of its method', async () => {
    const bulky = portfolioMessage({ displayName: 'x'.repeat(8_000_000) });
    const failure = await refusal(client.call('PortfolioService/CreatePortfolio', { portfolio: bulky }));
    expect(failure.code).to.be.oneOf([status.INVALID_ARGUMENT, status.RESOURCE_EXHAUSTED]);
  });

  it('refuses deadlines that overflow instead of ending at once', async () => {
    const failure = failureOf(await send(`${prefix}PortfolioService/ListPortfolios`, Buffer.alloc(0), '600H'));
    expect([failure.code, failure.reason]).to.deep.equal([status.INVALID_ARGUMENT, 'DEADLINE_TOO_LONG']);
  });

  it('answers a hundred concurrent requests of one id with one effect and one answer', async () => {
    const requestId = randomUUID();
    const create = async (): Promise<Message> => {
      for (;;) {
        try {
          return await client.call('PortfolioService/CreatePortfolio', {
            portfolio: portfolioMessage({ type: 'Once' }),
            requestId,
          });
        } catch (error) {
          expect(failureOf(error).reason).to.equal('REQUEST_IN_PROGRESS');
        }
      }
    };
    const answers = await Promise.all(Array.from({ length: 100 }, create));
    for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
    const page = await client.call('PortfolioService/ListPortfolios', { filter: 'type = "Once"' });
    expect(page['portfolios']).to.have.length(1);
  });

  it('names every held asset that has no price, and stores no run', async () => {
    for (const assetId of ['BARE1', 'BARE2']) {
      const asset = { displayName: assetId, assetClass: 'Equity', currencyCode: 'USD' };
      await client.call('AssetService/CreateAsset', { asset, assetId });
    }
    const positions = ['BARE1', 'BARE2', 'ALFA'].map((id) => ({ asset: `assets/${id}`, quantity: '10' }));
    await client.call('PortfolioService/CreatePortfolio', {
      portfolio: portfolioMessage({ positions }),
      portfolioId: 'bare',
    });
    const failure = await refusal(
      client.call('OptimizationService/CreateOptimization', {
        parent: 'portfolios/bare',
        optimization: optimizationMessage({ universe: [] }),
        optimizationId: 'none',
      }),
    );
    expect([failure.code, failure.reason]).to.deep.equal([status.FAILED_PRECONDITION, 'PRICE_MISSING']);
    expect(`${failure.message} ${JSON.stringify(failure.violations)}`)
      .to.contain('BARE1')
      .and.to.contain('BARE2');
    const page = await client.call('OptimizationService/ListOptimizations', { parent: 'portfolios/bare' });
    expect(page['optimizations']).to.deep.equal([]);
  });

  it('finds every mistake of an optimization at once', async () => {
    const wrong = optimizationMessage({
      strategy: { type: 'nothing' },
      constraints: [{ type: 'turnover', parameters: struct({ max: 0.1 }) }],
      estimation: { ...estimation, missingPrices: 'MISSING_PRICES_UNSPECIFIED' },
      universe: ['ALFA', 'ALFA', '../x'],
    });
    const call = client.call('OptimizationService/CreateOptimization', {
      parent: 'portfolios/growth',
      optimization: wrong,
    });
    const fields = (await refusal(call)).violations.map((violation) => violation.field);
    expect(fields)
      .to.include('optimization.strategy.type')
      .and.to.include('optimization.universe[1]')
      .and.to.include('optimization.universe[2]');
    expect(fields.some((field) => field.startsWith('optimization.constraints[0].parameters'))).to.equal(true);
  });

  it('reports its health, as a whole and by service', async () => {
    const check = async (service: string): Promise<Buffer | ServiceError> =>
      send('/grpc.health.v1.Health/Check', Buffer.concat([Buffer.from([0x0a, service.length]), Buffer.from(service)]));
    const serving = Buffer.from([0x08, 0x01]);
    expect(await check('')).to.deep.equal(serving);
    expect(await check('veritasvault.portfolio.v1.OptimizationService')).to.deep.equal(serving);
    expect(await check('nobody.v1.Service')).to.have.property('code', status.NOT_FOUND);
  });
});
