import { expect } from 'chai';

import { openApi } from '../../../src/gateway/openapi.ts';
import { routesOf } from '../../../src/gateway/routes.ts';
import { loadSchema } from '../../../src/gateway/schema.ts';

const schema = loadSchema();
const document = JSON.parse(JSON.stringify(openApi(schema, '0.0.0'))) as {
  openapi: string;
  paths: Record<string, Record<string, { operationId: string; summary: string; responses: Record<string, unknown> }>>;
  components: {
    schemas: Record<string, { description?: string; properties?: Record<string, { description?: string }> }>;
  };
};

describe('the OpenAPI document', () => {
  it('describes every route with the comment of its method', () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    expect(document.openapi).to.equal('3.1.0');
    expect(operations).to.have.length(routesOf(schema).length);
    expect(operations.filter((operation) => operation.summary === '')).to.deep.equal([]);
  });

  it('resolves every reference and describes every field of a message of ours', () => {
    const names = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)].map(
      (found) => found[1] ?? '',
    );
    expect(names.length).to.be.greaterThan(50);
    expect(names.filter((name) => !Object.hasOwn(document.components.schemas, name))).to.deep.equal([]);
    const portfolio = document.components.schemas['Portfolio'];
    expect(portfolio?.properties?.['baseCurrency']?.description).to.contain('ISO 4217');
  });

  it('says that streams are server-sent events', () => {
    const watch = document.paths['/v1/portfolios/{portfolio}/rebalances/{rebalance}:watch']?.['get'];
    expect(JSON.stringify(watch?.responses['200'])).to.contain('text/event-stream');
  });
});
