import { fromBinary, toJson } from '@bufbuild/protobuf';
import type { JsonValue } from '@bufbuild/protobuf';
import { expect } from 'chai';

import { Refusal } from '../../../src/gateway/http-fault.ts';
import { matchRoute, routesOf } from '../../../src/gateway/routes.ts';
import type { Match } from '../../../src/gateway/routes.ts';
import { loadSchema } from '../../../src/gateway/schema.ts';
import { requestBytes } from '../../../src/gateway/transcode.ts';

const schema = loadSchema();
const routes = routesOf(schema);

function found(verb: string, path: string): Match {
  const match = matchRoute(routes, verb, path);
  if ('allowed' in match) throw new Error(`${verb} ${path} has no route`);
  return match;
}

function requestJson(verb: string, path: string, query: string, body?: JsonValue): JsonValue {
  const match = found(verb, path);
  const bytes = requestBytes(match, new URLSearchParams(query), body, schema);
  return toJson(match.route.method.input, fromBinary(match.route.method.input, bytes), { registry: schema.registry });
}

describe('routes of the gateway', () => {
  it('has a route for every unary method and every server stream', () => {
    const served = new Set(routes.map((route) => route.method.name));
    const taking = schema.methods.filter(({ methodKind }) => ['unary', 'server_streaming'].includes(methodKind));
    const missing = taking.filter((method) => !served.has(method.name));
    expect(missing.map((method) => method.name)).to.deep.equal([]);
    expect(routes.length).to.be.greaterThan(35);
  });

  it('gives each method exactly its own path', () => {
    expect(found('GET', '/v1/portfolios/growth').route.method.name).to.equal('GetPortfolio');
    expect(found('GET', '/v1/portfolios/growth:snapshot').route.method.name).to.equal('GetPortfolioSnapshot');
    expect(found('POST', '/v1/portfolios/a/optimizations/b:cancel').route.method.name).to.equal('CancelOptimization');
    expect(found('GET', '/v1/portfolios/a/allocations:drift').route.method.name).to.equal('ComputeDrift');
    expect(found('POST', '/v1/optimizations:optimize').route.method.name).to.equal('Optimize');
  });

  it('names the verbs that a path allows', () => {
    const match = matchRoute(routes, 'PUT', '/v1/portfolios/growth');
    expect(match).to.deep.equal({ allowed: ['DELETE', 'GET', 'PATCH'] });
    expect(matchRoute(routes, 'GET', '/v2/portfolios')).to.deep.equal({ allowed: [] });
  });

  it('binds path variables, nested ones too, query parameters and the body field', () => {
    expect(
      requestJson('GET', '/v1/portfolios', 'pageSize=7&show_deleted=true&filter=type%20%3D%20%22x%22'),
    ).to.deep.equal({
      pageSize: 7,
      showDeleted: true,
      filter: 'type = "x"',
    });
    expect(
      requestJson('PATCH', '/v1/portfolios/growth', 'updateMask=displayName', { displayName: 'Growth', etag: '3' }),
    ).to.deep.equal({
      portfolio: { name: 'portfolios/growth', displayName: 'Growth', etag: '3' },
      updateMask: 'displayName',
    });
    expect(requestJson('POST', '/v1/portfolios/a/optimizations/b:cancel', '', {})).to.deep.equal({
      name: 'portfolios/a/optimizations/b',
    });
  });

  it('lets the path decide over the body', () => {
    const bound = requestJson('POST', '/v1/portfolios/a/optimizations/b:cancel', '', {
      name: 'portfolios/other/optimizations/x',
    });
    expect(bound).to.deep.equal({ name: 'portfolios/a/optimizations/b' });
  });

  it('names every unknown field and every value of the wrong kind at once', () => {
    const body = {
      displayName: 7,
      positions: [{ asset: 'assets/A', quantity: 5 }, { color: 'red' }],
      riskFreeRateAnnual: 'much',
    };
    let refusal: unknown;
    try {
      requestJson('POST', '/v1/portfolios', 'nonsense=1', body);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).to.be.instanceOf(Refusal);
    const fields = refusal instanceof Refusal ? refusal.violations.map((violation) => violation.field) : [];
    expect(fields).to.deep.equal([
      'nonsense',
      'portfolio.display_name',
      'portfolio.positions[0].quantity',
      'portfolio.positions[1].color',
      'portfolio.risk_free_rate_annual',
    ]);
  });
});
