import { readFileSync } from 'node:fs';
import { request } from 'node:https';

import { credentials } from '@grpc/grpc-js';
import type { ChannelCredentials } from '@grpc/grpc-js';
import { expect } from 'chai';

import { failureOf, refusal, TestClient } from '../support/e2e/client.ts';
import { portfolioMessage } from '../support/e2e/market.ts';
import { TestServer } from '../support/e2e/server.ts';

const folder = new URL('../support/tls/', import.meta.url).pathname;
const pem = (name: string): Buffer => readFileSync(`${folder}${name}.pem`);
const certified = (name: string): ChannelCredentials =>
  credentials.createSsl(pem('authority'), pem(`${name}.key`), pem(name));
const list = (client: TestClient): Promise<unknown> => client.call('PortfolioService/ListPortfolios', {}, 5_000);

describe('mutual TLS', function () {
  this.timeout(60_000);
  let server: TestServer;
  const clients: TestClient[] = [];
  const connect = (channel: ChannelCredentials, tenant?: string): TestClient => {
    const client = new TestClient(server.grpcAddress.replace('127.0.0.1', 'localhost'), tenant, channel);
    clients.push(client);
    return client;
  };

  before(async () => {
    server = await TestServer.start({
      PORTFOLIO_TLS_CERT: `${folder}server.pem`,
      PORTFOLIO_TLS_KEY: `${folder}server.key.pem`,
      PORTFOLIO_TLS_CA: `${folder}authority.pem`,
    });
  });
  after(async () => {
    for (const client of clients) client.close();
    await server.dispose();
  });

  it('takes the tenant from the certificate and never from what the caller says', async () => {
    const bare = portfolioMessage({ benchmark: '', positions: [], constraints: [] });
    const alpha = connect(certified('client-alpha'), 'beta');
    await alpha.call('PortfolioService/CreatePortfolio', { portfolio: bare, portfolioId: 'owned' });
    expect(await alpha.call('PortfolioService/GetPortfolio', { name: 'portfolios/owned' })).to.have.property(
      'name',
      'portfolios/owned',
    );
    const beta = connect(certified('client-beta'), 'alpha');
    expect((await refusal(beta.call('PortfolioService/GetPortfolio', { name: 'portfolios/owned' }))).reason).to.equal(
      'NOT_FOUND',
    );
  });

  it('refuses callers without a certificate, with a foreign one, and with one that names no tenant', async () => {
    const unavailable = 14;
    const codeOf = (call: Promise<unknown>): Promise<number> =>
      call.then(
        () => 0,
        (error: unknown) => failureOf(error).code,
      );
    expect(await codeOf(list(connect(credentials.createSsl(pem('authority')))))).to.equal(unavailable);
    expect(await codeOf(list(connect(certified('client-foreign'))))).to.equal(unavailable);
    expect(await codeOf(list(connect(credentials.createInsecure())))).to.equal(unavailable);
    expect((await refusal(list(connect(certified('client-nameless'))))).reason).to.equal('TENANT_INVALID');
  });

  it('serves HTTP under the same certificates and tenants', async () => {
    const get = (path: string, name?: string): Promise<{ status: number; text: string }> =>
      new Promise((resolve, reject) => {
        const identity = name === undefined ? {} : { cert: pem(name), key: pem(`${name}.key`) };
        const sent = request(`https://${server.httpAddress}${path}`, {
          ca: pem('authority'),
          headers: { 'x-tenant': 'alpha' },
          ...identity,
        });
        sent.on('error', reject);
        sent.on('response', (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () => {
            resolve({ status: response.statusCode ?? 0, text });
          });
        });
        sent.end();
      });
    expect((await get('/v1/portfolios/owned', 'client-alpha')).status).to.equal(200);
    expect((await get('/v1/portfolios/owned', 'client-beta')).status).to.equal(404);
    const refused = await get('/v1/portfolios/owned').then(
      () => 'answered',
      () => 'refused',
    );
    expect(refused).to.equal('refused');
  });

  it('does not serve other machines without TLS, and says what to do', async () => {
    let message = '';
    try {
      await TestServer.start({ PORTFOLIO_GRPC_ADDRESS: '0.0.0.0:0' });
    } catch (error) {
      message = error instanceof Error ? error.message : '';
    }
    expect(message).to.contain('0.0.0.0').and.to.contain('PORTFOLIO_TLS_CERT');
  });
});
