/** Answers one HTTP request: a `google.api.http` route as proto JSON, a stream as server-sent events, the short form, the OpenAPI document. */
import type { ServerResponse } from 'node:http';

import { fromBinary, toJson } from '@bufbuild/protobuf';
import type { DescMethod, JsonValue } from '@bufbuild/protobuf';
import type { ChannelCredentials } from '@grpc/grpc-js';

import { Fault } from '../values/fault.ts';
import { readBody } from './body.ts';
import { encodeRequest, requestBytes } from './transcode.ts';
import { pipeEvents } from './event-stream.ts';
import type { Exchange } from './exchange.ts';
import { httpFaultOf, isServiceError, Refusal } from './http-fault.ts';
import { openApi } from './openapi.ts';
import { matchRoute, routesOf } from './routes.ts';
import type { Match, Route } from './routes.ts';
import { isObject } from '../wire/json-shape.ts';
import { loadSchema } from './schema.ts';
import type { Schema } from './schema.ts';
import { createOptimizationFrom, createPortfolioFrom } from './short-form.ts';
import { finishedOptimization } from './finished.ts';
import { Upstream } from './upstream.ts';

export class Answering {
  readonly #schema: Schema = loadSchema();
  readonly #routes: readonly Route[] = routesOf(this.#schema);
  readonly #upstream: Upstream;
  readonly #document: string;

  constructor(grpcAddress: string, credentials: ChannelCredentials, version: string) {
    this.#upstream = new Upstream(grpcAddress, credentials);
    this.#document = JSON.stringify(openApi(this.#schema, version));
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
    const expected = error instanceof Fault || isServiceError(error);
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
