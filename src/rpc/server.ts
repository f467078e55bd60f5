/** The gRPC server: options, credentials, interceptors, binding and the orderly end. */
import { readFileSync } from 'node:fs';

import { Server, ServerCredentials } from '@grpc/grpc-js';

import { Fault } from '../values/fault.ts';
import type { Edge } from './edge.ts';
import type { Served } from './handler.ts';
import type { Health } from './health.ts';
import { guard } from './interceptor.ts';

export interface TlsFiles {
  /** PEM files: certificate chain, private key and the authority that client certificates must come from. */
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

export interface ServerSettings {
  /** `host:port`; port 0 picks a free one. */
  readonly address: string;
  /** Mutual TLS; without it only loopback addresses are served. */
  readonly tls?: TlsFiles;
  /** Largest message of any method; each method has its own, smaller cap. */
  readonly receiveBytesMax?: number;
  readonly sendBytesMax?: number;
  readonly streamsPerConnectionMax?: number;
  /** How long drain() waits for calls in flight before it cuts them off. */
  readonly drainMs?: number;
}

export interface RunningServer {
  readonly address: string;
  /** Where the HTTP door of this process calls: without TLS the same; with TLS a port of its own on loopback. */
  readonly gatewayAddress: string;
  /** Health NOT_SERVING, streams end with a token, calls in flight finish, then the rest is cut off. Safe to call twice. */
  readonly drain: () => Promise<void>;
}

const mebibyte = 1_048_576;

/** What was measured, option by option: limits against floods, keepalive against half-open peers, age against stuck balance. */
function optionsOf(settings: ServerSettings): Record<string, number> {
  const jitterMs = Math.floor(Math.random() * 180_000);
  return {
    'grpc.max_concurrent_streams': settings.streamsPerConnectionMax ?? 1000,
    'grpc.max_receive_message_length': settings.receiveBytesMax ?? 256 * mebibyte,
    'grpc.max_send_message_length': settings.sendBytesMax ?? 64 * mebibyte,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.max_connection_idle_ms': 300_000,
    'grpc.max_connection_age_ms': 1_800_000 + jitterMs,
    'grpc.max_connection_age_grace_ms': 60_000,
  };
}

/** Registers the services and listens. @throws Fault INVALID_ARGUMENT when the address is not loopback and TLS is not configured. */
export async function startServer(
  settings: ServerSettings,
  services: readonly Served[],
  health: Health,
  edge: Edge,
): Promise<RunningServer> {
  const credentials = credentialsOf(settings);
  const server = new Server({ ...optionsOf(settings), interceptors: [guard] });
  for (const { definition, implementation } of services) server.addService(definition, implementation);
  const port = await bound(server, settings.address, credentials);
  const address = `${hostOf(settings.address)}:${String(port)}`;
  const gatewayAddress = settings.tls === undefined ? address : await innerAddress(server);
  health.serve();
  let drained: Promise<void> | undefined;
  return {
    address,
    gatewayAddress,
    drain: () => (drained ??= drain(server, health, edge, settings.drainMs ?? 10_000)),
  };
}

async function innerAddress(server: Server): Promise<string> {
  const port = await bound(server, '127.0.0.1:0', ServerCredentials.createInsecure());
  return `127.0.0.1:${String(port)}`;
}

function bound(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error === null) resolve(port);
      else reject(new Error(`cannot listen on ${address}: ${error.message}`, { cause: error }));
    });
  });
}

async function drain(server: Server, health: Health, edge: Edge, drainMs: number): Promise<void> {
  health.stop();
  edge.shutdown.enter('draining');
  const warning = setTimeout(() => edge.shutdown.enter('stopping'), drainMs * 0.9);
  await new Promise<void>((resolve) => {
    const force = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, drainMs);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
  clearTimeout(warning);
  edge.shutdown.enter('stopping');
}

function credentialsOf({ address, tls }: ServerSettings): ServerCredentials {
  if (tls !== undefined) {
    const pair = { private_key: readFileSync(tls.key), cert_chain: readFileSync(tls.certificate) };
    return ServerCredentials.createSsl(readFileSync(tls.authority), [pair], true);
  }
  refuseOpenAddress(address);
  return ServerCredentials.createInsecure();
}

/** @throws Fault INVALID_ARGUMENT when the address can be reached from other machines: nothing is served there without TLS. */
export function refuseOpenAddress(address: string): void {
  if (isLoopback(address)) return;
  const cure =
    'listen on 127.0.0.1, ::1 or localhost, or set PORTFOLIO_TLS_CERT, PORTFOLIO_TLS_KEY and PORTFOLIO_TLS_CA';
  throw new Fault(
    'INVALID_ARGUMENT',
    `${address} can be reached from other machines and no TLS is configured; ${cure}`,
  );
}

/** `127.0.0.1:50051` -> `127.0.0.1`, `[::1]:50051` -> `[::1]`. */
function hostOf(address: string): string {
  return address.replace(/:\d+$/, '');
}

/** 127.0.0.0/8, ::1 and localhost. */
export function isLoopback(address: string): boolean {
  const host = hostOf(address);
  return /^127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(host) || host === '[::1]' || host === 'localhost';
}
