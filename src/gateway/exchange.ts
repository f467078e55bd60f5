/** One HTTP request with who makes it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';

import { Metadata } from '@grpc/grpc-js';

import { identityOf } from '../values/identity.ts';
import { Refusal } from './http-fault.ts';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** Aborted when the caller leaves. */
  readonly signal: AbortSignal;
  /** What the service is told of the caller. */
  readonly metadata: Metadata;
}

const loopbackHost = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/;

/** Whether `host` or `host:port` names this machine alone. */
export const isLoopbackHost = (host: string): boolean => loopbackHost.test(host);

/** A page of another site must not reach this server through its reader's browser: it would stand in Origin, or in Host (rebinding). */
function refuseForeignPage(request: IncomingMessage, secure: boolean): void {
  const { host, origin } = request.headers;
  if (host === undefined || (!secure && !isLoopbackHost(host))) {
    throw new Refusal(403, 'INVALID_ARGUMENT', 'the Host header must name a loopback address');
  }
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host)) {
    throw new Refusal(403, 'INVALID_ARGUMENT', `requests from pages of ${JSON.stringify(origin)} are refused`);
  }
}

/** Under TLS the certificate says who calls; on loopback without TLS the headers `x-tenant` and `x-principal`. */
function tellCaller(request: IncomingMessage, metadata: Metadata): void {
  if (request.socket instanceof TLSSocket) {
    const { tenant, principal } = identityOf(request.socket.getPeerCertificate().subjectaltname);
    metadata.set('x-tenant', tenant);
    metadata.set('x-principal', principal);
    return;
  }
  const { 'x-tenant': tenant, 'x-principal': principal } = request.headers;
  if (typeof tenant === 'string') metadata.set('x-tenant', tenant);
  if (typeof principal === 'string') metadata.set('x-principal', principal);
}

/** `pass` lets the service trust what it is told of the caller; see `GatewaySettings`. */
export function exchangeOf(request: IncomingMessage, response: ServerResponse, pass: string | undefined): Exchange {
  refuseForeignPage(request, request.socket instanceof TLSSocket);
  const abort = new AbortController();
  response.on('close', () => {
    abort.abort();
  });
  const metadata = new Metadata();
  tellCaller(request, metadata);
  if (pass !== undefined) metadata.set('x-gateway-pass', pass);
  return { request, response, url: new URL(request.url ?? '/', 'http://loopback'), signal: abort.signal, metadata };
}
