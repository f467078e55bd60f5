/** The HTTP door: every `google.api.http` route as proto JSON, streams as server-sent events, the short form, the OpenAPI document. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

import { fromBinary, toJson } from '@bufbuild/protobuf';
import type { DescMethod, JsonValue } from '@bufbuild/protobuf';
import { Metadata } from '@grpc/grpc-js';
import type { ChannelCredentials } from '@grpc/grpc-js';

import { readBody } from './body.ts';
import { encodeRequest, requestBytes } from './transcode.ts';
import { pipeEvents } from './event-stream.ts';
import { httpFaultOf, isServiceError, Refusal } from './http-fault.ts';
import { openApi } from './openapi.ts';
import { matchRoute, routesOf } from './routes.ts';
import type { Match, Route } from './routes.ts';
import { isObject } from './json-shape.ts';
import { loadSchema } from './schema.ts';
import type { Schema } from './schema.ts';
import { createOptimizationFrom, createPortfolioFrom } from './short-form.ts';
import { finishedOptimization } from './finished.ts';
import { Upstream } from './upstream.ts';

export interface GatewaySettings {
  /** `host:port` to listen on; port 0 picks a free one. */
  readonly address: string;
  readonly grpcAddress: string;
  readonly credentials: ChannelCredentials;
  readonly version: string;
  readonly log: (error: unknown) => void;
}

export interface Gateway {
  readonly address: string;
  /** Stops listening and ends idle connections; streams end with the service behind them. */
  close(): Promise<void>;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly signal: AbortSignal;
  readonly metadata: Metadata;
}

class GatewayServer {
  readonly #schema: Schema = loadSchema();
  readonly #routes: readonly Route[] = routesOf(this.#schema);
  readonly #upstream: Upstream;
  readonly #document: string;

  constructor(settings: GatewaySettings) {
    this.#upstream = new Upstream(settings.grpcAddress, settings.credentials);
    this.#document = JSON.stringify(openApi(this.#schema, settings.version));
  }

  async answer(exchange: Exchange): Promise<void> {
    const { request, response, url } = exchange;
    const verb = request.method ?? 'GET';
    if (verb === 'GET' && url.pathname === '/openapi.json') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(this.#document);
      return;
    }
    const short = /^\/portfolios(?:\/([^/]+)\/optimize)?$/.exec(url.pathname);
    if (short !== null && verb === 'POST') {
      await this.#answerShort(exchange, short[1]);
      return;
    }
    const match = matchRoute(this.#routes, verb, url.pathname);
    if ('allowed' in match) {
      refuseUnrouted(match.allowed, response, verb, url);
      return;
    }
    await this.#answerRoute(exchange, match);
  }

  async #answerRoute(exchange: Exchange, match: Match): Promise<void> {
    const body = await readBody(exchange.request);
    const query = new URLSearchParams(exchange.url.searchParams);
    const { method } = match.route;
    const resume = exchange.request.headers['last-event-id'];
    if (typeof resume === 'string' && method.input.fields.some((field) => field.name === 'resume_token'))
      query.set('resume_token', resume);
    const bytes = requestBytes(match, query, body, this.#schema);
    if (method.methodKind === 'server_streaming') this.#stream(exchange, method, bytes);
    else this.#reply(exchange, method, await this.#upstream.unary(method, bytes, exchange.metadata, exchange.signal));
  }

  async #answerShort(exchange: Exchange, portfolio: string | undefined): Promise<void> {
    const body = await readBody(exchange.request);
    if (portfolio === undefined) {
      const method = this.#method('CreatePortfolio');
      const bytes = encodeRequest(method.input, createPortfolioFrom(body), this.#schema);
      this.#reply(exchange, method, await this.#upstream.unary(method, bytes, exchange.metadata, exchange.signal));
      return;
    }
    const create = this.#method('CreateOptimization');
    const bytes = encodeRequest(
      create.input,
      createOptimizationFrom(decodeURIComponent(portfolio), body),
      this.#schema,
    );
    const created = toJson(
      create.output,
      fromBinary(create.output, await this.#upstream.unary(create, bytes, exchange.metadata, exchange.signal)),
    );
    const name = isObject(created) && typeof created['name'] === 'string' ? created['name'] : '';
    const watch = this.#method('WatchOptimization');
    const watched = encodeRequest(watch.input, { name }, this.#schema);
    if (exchange.request.headers.accept?.includes('text/event-stream') === true) {
      this.#stream(exchange, watch, watched);
      return;
    }
    await finishedOptimization(this.#upstream.stream(watch, watched, exchange.metadata), exchange.signal);
    const get = this.#method('GetOptimization');
    const finished = await this.#upstream.unary(
      get,
      encodeRequest(get.input, { name }, this.#schema),
      exchange.metadata,
      exchange.signal,
    );
    this.#reply(exchange, get, finished);
  }

  #stream(exchange: Exchange, method: DescMethod, bytes: Uint8Array): void {
    pipeEvents(this.#upstream.stream(method, bytes, exchange.metadata), method.output, exchange.response, this.#schema);
  }

  #reply(exchange: Exchange, method: DescMethod, bytes: Uint8Array): void {
    const json: JsonValue = toJson(method.output, fromBinary(method.output, bytes), {
      registry: this.#schema.registry,
      alwaysEmitImplicit: true,
    });
    exchange.response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  }

  #method(name: string): DescMethod {
    const found = this.#schema.methods.find((method) => method.name === name);
    if (found === undefined) throw new Error(`the descriptor set lacks the method ${name}`);
    return found;
  }

  fail(response: ServerResponse, error: unknown, log: (error: unknown) => void): void {
    const expected = error instanceof Refusal || isServiceError(error);
    if (!expected) log(error);
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const fault = expected
      ? httpFaultOf(error, this.#schema)
      : { httpStatus: 500, body: { code: 13, message: 'internal error', details: [] } };
    response.writeHead(fault.httpStatus, { 'content-type': 'application/json' }).end(JSON.stringify(fault.body));
  }

  close(): void {
    this.#upstream.close();
  }
}

function refuseUnrouted(allowed: readonly string[], response: ServerResponse, verb: string, url: URL): void {
  if (allowed.length === 0)
    throw new Refusal(404, 'NOT_FOUND', `no route for ${verb} ${url.pathname}; see /openapi.json`);
  response.setHeader('allow', allowed.join(', '));
  throw new Refusal(
    405,
    'INVALID_ARGUMENT',
    `${verb} is not allowed on ${url.pathname}; allowed: ${allowed.join(', ')}`,
  );
}

const loopbackHost = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/;

/** A page of another site must not reach a server on loopback: its name would stand in Host (rebinding) or Origin. */
function refuseForeignPage(request: IncomingMessage): void {
  const { host, origin } = request.headers;
  if (host === undefined || !loopbackHost.test(host))
    throw new Refusal(403, 'INVALID_ARGUMENT', 'the Host header must name a loopback address');
  if (origin !== undefined && new URL(origin).host !== host)
    throw new Refusal(403, 'INVALID_ARGUMENT', `requests from pages of ${origin} are refused`);
}

function exchangeOf(request: IncomingMessage, response: ServerResponse): Exchange {
  const abort = new AbortController();
  response.on('close', () => {
    abort.abort();
  });
  const metadata = new Metadata();
  const { 'x-tenant': tenant, 'x-principal': principal } = request.headers;
  if (typeof tenant === 'string') metadata.set('x-tenant', tenant);
  if (typeof principal === 'string') metadata.set('x-principal', principal);
  return { request, response, url: new URL(request.url ?? '/', 'http://loopback'), signal: abort.signal, metadata };
}

/** Starts listening. Rejects when the address is not loopback or cannot be bound. */
export async function startGateway(settings: GatewaySettings): Promise<Gateway> {
  const gateway = new GatewayServer(settings);
  const server: Server = createServer((request, response) => {
    Promise.resolve()
      .then(() => {
        refuseForeignPage(request);
        return gateway.answer(exchangeOf(request, response));
      })
      .catch((error: unknown) => {
        gateway.fail(response, error, settings.log);
      });
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 120_000;
  const { host, port } = loopbackAddress(settings.address);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the gateway has no address');
  const shown = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return {
    address: `${shown}:${String(bound.port)}`,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeIdleConnections();
        setTimeout(() => {
          server.closeAllConnections();
        }, 2_000).unref();
      });
      gateway.close();
    },
  };
}

function loopbackAddress(address: string): { readonly host: string; readonly port: number } {
  const found = /^(.+):(\d+)$/.exec(address);
  const host = (found?.[1] ?? '').replace(/^\[|\]$/g, '');
  if (found === null || !loopbackHost.test(host === '::1' ? '[::1]' : host)) {
    throw new Refusal(
      400,
      'INVALID_ARGUMENT',
      `the HTTP address must be a loopback address with a port, for example 127.0.0.1:8080; got ${address}`,
    );
  }
  return { host, port: Number(found[2]) };
}
