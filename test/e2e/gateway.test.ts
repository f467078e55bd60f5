import { request } from 'node:http';

import { expect } from 'chai';

import { struct, TestClient } from '../support/e2e/client.ts';
import { importMarket, portfolioMessage } from '../support/e2e/market.ts';
import { TestServer } from '../support/e2e/server.ts';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}
interface Json {
  readonly [key: string]: Json & string & number & boolean & Json[];
}

/** The two requests of the specification, byte for byte. */
const createBody = `{
  "name": "Global Balanced Portfolio",
  "type": "Multi-Asset",
  "baseCurrency": "USD",
  "benchmarkId": "BENCHMARK123",
  "objectives": [
    {"type": "Return", "target": "8%", "priority": 1},
    {"type": "Risk", "target": "12%", "priority": 2}
  ],
  "constraints": [
    {"type": "AssetClass", "parameters": {"Equities": {"min": 0.4, "max": 0.7}}},
    {"type": "Country", "parameters": {"US": {"max": 0.6}}}
  ]
}`;
const optimizeBody = `{
  "objective": "MaximizeSharpeRatio",
  "constraints": [
    {"type": "TurnoverConstraint", "parameters": {"maxTurnover": 0.1}},
    {"type": "RiskConstraint", "parameters": {"maxVolatility": 0.15}}
  ],
  "marketViews": [
    {"assetId": "ASSET123", "expectedReturn": 0.08, "confidence": 0.6}
  ]
}`;

describe('HTTP and JSON', function () {
  this.timeout(120_000);
  let server: TestServer;
  let client: TestClient;

  const send = (
    verb: string,
    path: string,
    body?: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = request(`http://${server.httpAddress}${path}`, {
        method: verb,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'] ?? '',
            text: Buffer.concat(chunks).toString(),
          });
        });
      });
      sent.end(body);
    });
  const json = (answer: Answer): Json => JSON.parse(answer.text) as Json;

  before(async () => {
    server = await TestServer.start();
    client = new TestClient(server.grpcAddress);
    await importMarket(client);
    // What the specification's requests speak of: ASSET123, and PORTFOLIO123 with holdings near its benchmark.
    await client.upload('AssetService/ImportAssets', [
      {
        asset: {
          name: 'assets/ASSET123',
          displayName: 'Asset 123',
          assetClass: 'Bond',
          country: 'DE',
          currencyCode: 'USD',
        },
      },
    ]);
    const prices = await client.call('AssetService/ListPrices', { parent: 'assets/HOTEL', pageSize: 5000 });
    const rows = (prices['prices'] as { date: string; amount: string }[]).map((price, index) => ({
      prices: [
        { asset: 'assets/ASSET123', date: price.date, amount: (100 + 0.01 * index + 0.2 * Math.sin(index)).toFixed(4) },
      ],
    }));
    await client.upload('AssetService/ImportPrices', rows);
    await client.call('PortfolioService/CreatePortfolio', {
      portfolioId: 'PORTFOLIO123',
      portfolio: portfolioMessage({
        constraints: [
          { constraintId: 'classes', type: 'AssetClass', parameters: struct({ Equities: { min: 0.1, max: 0.7 } }) },
        ],
        positions: [
          { asset: 'assets/ASSET123', quantity: '400' },
          { asset: 'assets/ALFA', quantity: '200' },
          { asset: 'assets/DELTA', quantity: '100' },
        ],
        cashBalances: [],
      }),
    });
  });
  after(async () => {
    client.close();
    await server.dispose();
  });

  it('creates the portfolio of the specification from its own bytes', async () => {
    const answer = await send('POST', '/portfolios', createBody);
    expect(answer.status, answer.text).to.equal(200);
    const created = json(answer);
    expect(created).to.include({
      displayName: 'Global Balanced Portfolio',
      type: 'Multi-Asset',
      baseCurrency: 'USD',
      benchmark: 'benchmarks/BENCHMARK123',
    });
    expect(created).to.have.nested.property('objectives[0].target', 0.08);
    const read = await send('GET', `/v1/${String(created['name'])}`);
    expect(json(read)).to.deep.equal(created);
  });

  it('optimizes as the specification asks and answers with the finished run', async () => {
    const answer = await send('POST', '/portfolios/PORTFOLIO123/optimize', optimizeBody);
    expect(answer.status, answer.text).to.equal(200);
    const run = json(answer);
    expect(run['state']).to.equal('RUN_STATE_SUCCEEDED');
    expect(run).to.have.nested.property('result.termination', 'TERMINATION_REASON_OPTIMAL');
    expect(run).to.have.nested.property('result.certificate.passed', true);
    const { turnoverHalfSum, volatilityAnnual } = (
      run as unknown as { result: { turnoverHalfSum: number; volatilityAnnual: number } }
    ).result;
    expect(turnoverHalfSum).to.be.at.most(0.1 + 1e-9);
    expect(volatilityAnnual).to.be.at.most(0.15 + 1e-9);
  });

  it('streams the same as server-sent events when the caller accepts them, and resumes by Last-Event-ID', async () => {
    const answer = await send('POST', '/portfolios/PORTFOLIO123/optimize', optimizeBody, {
      accept: 'text/event-stream',
    });
    expect(answer.status).to.equal(200);
    expect(answer.type).to.equal('text/event-stream');
    const frames = answer.text.trim().split('\n\n');
    const events = frames.map((frame) => /^event: (.*)$/m.exec(frame)?.[1]);
    expect(events[0]).to.equal('queued');
    expect(events.at(-1)).to.equal('succeeded');
    const id = /^id: (.*)$/m.exec(frames.at(-2) ?? '')?.[1] ?? '';
    const data = JSON.parse(/^data: (.*)$/m.exec(frames[0] ?? '')?.[1] ?? '{}') as { resumeToken: string };
    expect(data.resumeToken).to.not.equal('');
    const runs = json(await send('GET', '/v1/portfolios/PORTFOLIO123/optimizations?pageSize=1'));
    const name = (runs as unknown as { optimizations: { name: string }[] }).optimizations[0]?.name ?? '';
    const resumed = await send('GET', `/v1/${name}:watch`, undefined, { 'last-event-id': id });
    expect(resumed.text.trim().split('\n\n')).to.have.length(1);
    expect(resumed.text).to.contain('event: succeeded');
  });

  it('answers errors as google.rpc.Status with every violation', async () => {
    const missing = await send('GET', '/v1/portfolios/none');
    expect(missing.status).to.equal(404);
    expect(json(missing)).to.include({ code: 5 });
    expect(json(missing)).to.have.nested.property('details[0].reason', 'NOT_FOUND');
    const wrong = await send(
      'POST',
      '/v1/portfolios',
      JSON.stringify({ displayName: '', baseCurrency: 'x', positions: [{ asset: 'assets/ALFA', quantity: 'many' }] }),
    );
    expect(wrong.status).to.equal(400);
    const details = (json(wrong) as unknown as { details: { fieldViolations?: { field: string }[] }[] }).details;
    const fields = details.flatMap((detail) => detail.fieldViolations ?? []).map((violation) => violation.field);
    expect(fields).to.include.members([
      'portfolio.display_name',
      'portfolio.base_currency',
      'portfolio.positions[0].quantity',
    ]);
  });

  it('refuses what is not JSON, what has no route and what comes from a foreign page', async () => {
    expect((await send('POST', '/v1/portfolios', '{"a":')).status).to.equal(400);
    expect(
      (await send('POST', '/v1/portfolios', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' })).status,
    ).to.equal(415);
    expect((await send('GET', '/nowhere')).status).to.equal(404);
    expect((await send('PUT', '/v1/portfolios')).status).to.equal(405);
    expect((await send('GET', '/v1/portfolios', undefined, { origin: 'https://evil.example' })).status).to.equal(403);
    expect((await send('GET', '/v1/portfolios', undefined, { host: 'evil.example' })).status).to.equal(403);
  });

  it('serves its OpenAPI 3.1 document', async () => {
    const answer = await send('GET', '/openapi.json');
    expect(json(answer)).to.include({ openapi: '3.1.0' });
    expect(Object.keys((json(answer) as unknown as { paths: object }).paths)).to.include(
      '/v1/portfolios/{portfolio}/optimizations',
    );
  });
});
