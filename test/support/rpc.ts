/** A server over a real loopback socket with handlers of a test, and what a client sees of a failure. */
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import type { CallOptions, ClientReadableStream, ServiceError } from '@grpc/grpc-js';

import { BadRequest, ErrorInfo, RequestInfo, RetryInfo } from '../../src/gen/google/rpc/error_details.ts';
import { Status } from '../../src/gen/google/rpc/status.ts';
import { defaultLimits, Shutdown } from '../../src/rpc/edge.ts';
import type { Edge, EdgeLimits } from '../../src/rpc/edge.ts';
import type { Served } from '../../src/rpc/handler.ts';
import { Health, healthService } from '../../src/rpc/health.ts';
import { startServer } from '../../src/rpc/server.ts';
import type { RunningServer } from '../../src/rpc/server.ts';
import { detailsKey } from '../../src/rpc/status.ts';

export interface LogLine {
  readonly level: string;
  readonly fields: object;
  readonly message: string;
}

export interface TestServer {
  readonly server: RunningServer;
  readonly edge: Edge;
  readonly client: Client;
  readonly health: Health;
  readonly log: readonly LogLine[];
  readonly stop: () => Promise<void>;
}

export function testEdge(limits: Partial<EdgeLimits> = {}, log: LogLine[] = []): Edge {
  const write =
    (level: string) =>
    (fields: object, message: string): void =>
      void log.push({ level, fields, message });
  return {
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    trust: { secure: false },
    limits: { ...defaultLimits, ...limits },
    shutdown: new Shutdown(),
  };
}

export async function startTestServer(
  services: (edge: Edge) => readonly Served[],
  { limits, drainMs = 2000 }: { readonly limits?: Partial<EdgeLimits>; readonly drainMs?: number } = {},
): Promise<TestServer> {
  const log: LogLine[] = [];
  const edge = testEdge(limits, log);
  const health = new Health(['test.Service']);
  const server = await startServer(
    { address: '127.0.0.1:0', drainMs },
    [...services(edge), healthService(health, edge)],
    health,
    edge,
  );
  const client = new Client(server.address, credentials.createInsecure());
  const stop = async (): Promise<void> => {
    client.close();
    await server.drain();
  };
  return { server, edge, client, health, log, stop };
}

/** What a client sees of a generated method. */
export interface WireMethod<Request, Reply> {
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Reply;
}

export function call<Request, Reply>(
  client: Client,
  method: WireMethod<Request, Reply>,
  request: Request,
  { metadata = new Metadata(), options = {} }: { readonly metadata?: Metadata; readonly options?: CallOptions } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { path, requestSerialize, responseDeserialize } = method;
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, options, (error, reply) => {
      if (error !== null) reject(error);
      else if (reply === undefined) reject(new Error('no reply'));
      else resolve(reply);
    });
  });
}

export function stream<Request, Reply>(
  client: Client,
  method: WireMethod<Request, Reply>,
  request: Request,
  options: CallOptions = {},
): ClientReadableStream<Reply> {
  const { path, requestSerialize, responseDeserialize } = method;
  return client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, new Metadata(), options);
}

/** Resolves with the failure of a call; a call that succeeds is a failed test. */
export async function failureOf(work: Promise<unknown>): Promise<ServiceError> {
  try {
    await work;
  } catch (error) {
    return error as ServiceError;
  }
  throw new Error('the call was expected to fail');
}

/** Reads a stream to its end. */
export function readAll<Reply>(
  call: ClientReadableStream<Reply>,
): Promise<{ readonly replies: readonly Reply[]; readonly error?: ServiceError; readonly trailers: Metadata }> {
  return new Promise((resolve) => {
    const replies: Reply[] = [];
    let error: ServiceError | undefined;
    call.on('data', (reply: Reply) => replies.push(reply));
    call.on('error', (failure: ServiceError) => {
      error = failure;
    });
    call.on('status', (status: { readonly metadata: Metadata }) => {
      resolve({ replies, trailers: status.metadata, ...(error === undefined ? {} : { error }) });
    });
  });
}

export interface Details {
  readonly info?: ErrorInfo;
  readonly violations: BadRequest['fieldViolations'];
  readonly retry?: RetryInfo;
  readonly request?: RequestInfo;
  readonly status: Status;
}

/** The details of a failure, decoded. */
export function detailsOf(metadata: Metadata): Details {
  const [bytes] = metadata.get(detailsKey);
  if (!(bytes instanceof Buffer)) throw new Error('the status has no details');
  const status = Status.decode(bytes);
  const find = (type: string): Buffer | undefined =>
    status.details.find(({ typeUrl }) => typeUrl === `type.googleapis.com/google.rpc.${type}`)?.value;
  const [info, bad, retry, request] = ['ErrorInfo', 'BadRequest', 'RetryInfo', 'RequestInfo'].map(find);
  return {
    status,
    violations: bad === undefined ? [] : BadRequest.decode(bad).fieldViolations,
    ...(info === undefined ? {} : { info: ErrorInfo.decode(info) }),
    ...(retry === undefined ? {} : { retry: RetryInfo.decode(retry) }),
    ...(request === undefined ? {} : { request: RequestInfo.decode(request) }),
  };
}
