/** The HTTP door: listens, with TLS when the service has it, and hands each request on. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

import type { ChannelCredentials } from '@grpc/grpc-js';

import { Fault } from '../values/fault.ts';
import { Answering } from './answering.ts';
import { exchangeOf, isLoopbackHost } from './exchange.ts';

export interface GatewaySettings {
  /** `host:port` to listen on; port 0 picks a free one. Without TLS a loopback address. */
  readonly address: string;
  /** Where the service listens for the gateway. */
  readonly grpcAddress: string;
  readonly credentials: ChannelCredentials;
  /** PEM files of the mutual TLS that callers meet; the service must then trust the gateway by `pass`. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly authority: string };
  /** Shown to the service with each call, which then believes what the gateway says of the caller. */
  readonly pass?: string;
  readonly version: string;
  readonly log: (error: unknown) => void;
}

export interface Gateway {
  readonly address: string;
  /** Stops listening and ends idle connections; streams end with the service behind them. */
  close(): Promise<void>;
}

const graceMs = 2_000;

/** Starts listening. Rejects when the address is not loopback without TLS, or cannot be bound. */
export async function startGateway(settings: GatewaySettings): Promise<Gateway> {
  const { host, port } = addressOf(settings);
  const answering = new Answering(settings.grpcAddress, settings.credentials, settings.version);
  const server = serverOf(settings, (request, response) => {
    Promise.resolve()
      .then(() => answering.answer(exchangeOf(request, response, settings.pass)))
      .catch((error: unknown) => {
        answering.fail(response, error, settings.log);
      });
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 120_000;
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
      await closed(server);
      answering.close();
    },
  };
}

function serverOf({ tls }: GatewaySettings, listener: RequestListener): Server {
  if (tls === undefined) return createServer(listener);
  const options = { cert: readFileSync(tls.certificate), key: readFileSync(tls.key), ca: readFileSync(tls.authority) };
  return createTlsServer({ ...options, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' }, listener);
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => {
      server.closeAllConnections();
    }, graceMs);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function addressOf({ address, tls }: GatewaySettings): { readonly host: string; readonly port: number } {
  const found = /^(.+):(\d+)$/.exec(address);
  const host = found?.[1] ?? '';
  if (found === null || (tls === undefined && !isLoopbackHost(host))) {
    const wanted = 'without TLS the HTTP address must be a loopback address with a port, for example 127.0.0.1:8080';
    throw new Fault('INVALID_ARGUMENT', `${wanted}; got ${address}`);
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(found[2]) };
}
