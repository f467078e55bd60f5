/** Turns handlers into what grpc-js calls. Nothing that a handler throws, now or later, leaves this file but as a status. */
import type {
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  ServerReadableStream,
  ServerUnaryCall,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';

import { Replayed } from '../values/call.ts';
import type { CallContext, Idempotency } from '../values/call.ts';
import { Fault } from '../values/fault.ts';
import { contextOf, decoded, lifetimeOf, refuseLongDeadline, requestIdOf } from './call.ts';
import type { Lifetime } from './call.ts';
import { digestOf, RunningDigest } from './digest.ts';
import { duplexCall } from './duplex.ts';
import type { Edge } from './edge.ts';
import type { AnyHandler, ClientStreamHandler, Handlers, Method, ServerStreamHandler, UnaryHandler } from './method.ts';
import { writeStream } from './server-stream.ts';
import { statusOf } from './status.ts';

type Bytes = Buffer;

export interface Served {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

/**
 * The service as grpc-js takes it. Messages pass grpc-js as bytes and are decoded and encoded in here, so that sizes are capped by method,
 * malformed bytes get their own reason, and a stored reply is replayed byte for byte.
 */
export function served<Service extends object>(service: Service, handlers: Handlers<Service>, edge: Edge): Served {
  const definition: Record<string, ServiceDefinition[string]> = {};
  const implementation: UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(service as Readonly<Record<string, Method>>)) {
    const handler = (handlers as unknown as Readonly<Record<string, AnyHandler>>)[name];
    if (handler === undefined) throw new TypeError(`${method.path} has no handler`);
    definition[name] = { ...method, ...pass, originalName: name };
    implementation[name] = callOf(method, handler, edge);
  }
  return { definition, implementation };
}

const same = (bytes: Bytes): Bytes => bytes;
const pass = { requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same };

function callOf(method: Method, handler: AnyHandler, edge: Edge): UntypedServiceImplementation[string] {
  switch (handler.kind) {
    case 'unary':
      return unaryCall(method, handler, edge);
    case 'server-stream':
      return serverStreamCall(method, handler, edge);
    case 'client-stream':
      return clientStreamCall(method, handler, edge);
    case 'duplex':
      return duplexCall(method, handler, edge);
  }
}

type Answer = (error: ReturnType<typeof statusOf> | null, bytes?: Bytes) => void;

/** Runs `work` and answers with its bytes or with the status of its failure; never rejects. */
function settle(work: () => Promise<Bytes>, answer: Answer, lifetime: Lifetime, method: Method, edge: Edge): void {
  Promise.resolve()
    .then(work)
    .then(
      (bytes) => answer(null, bytes),
      (error: unknown) => answer(statusOf(abandoned(error, lifetime.signal, edge), edge.log, method.path)),
    )
    .catch((error: unknown) => edge.log.error({ err: error, method: method.path }, 'a reply could not be sent'))
    .finally(() => lifetime.end());
}

/** A failure that only says that the call was ended from outside is not a bug. Nobody reads the status of a cancelled call. */
function abandoned(error: unknown, signal: AbortSignal, edge: Edge): unknown {
  if (error instanceof Fault || !signal.aborted) return error;
  const why = edge.shutdown.phase === 'stopping' ? 'the server is stopping; try again' : 'the call was cancelled';
  const isAbort = error === signal.reason || (error instanceof Error && error.name === 'AbortError');
  return isAbort ? new Fault('SHUTTING_DOWN', why) : error;
}

function unaryCall(method: Method, handler: UnaryHandler<unknown, unknown>, edge: Edge): handleUnaryCall<Bytes, Bytes> {
  return (call: ServerUnaryCall<Bytes, Bytes>, callback) => {
    const lifetime = lifetimeOf(call, edge, edge.limits.deadlineMs);
    const work = async (): Promise<Bytes> => {
      refuseLongDeadline(call, edge);
      const request = decoded(method, call.request, handler.options, edge);
      const encode = (result: unknown): Bytes => method.responseSerialize(handler.reply(result));
      const requestId = requestIdOf(request, handler.options);
      const idempotency: Idempotency | undefined =
        requestId === undefined ? undefined : { method: method.path, requestId, digest: digestOf(request), encode };
      const context = contextOf(call, edge, lifetime.signal, request, idempotency);
      return replayed(async () => encode(await handler.act(request, context)));
    };
    settle(work, callback, lifetime, method, edge);
  };
}

async function replayed(work: () => Promise<Bytes>): Promise<Bytes> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Replayed) return Buffer.from(error.reply);
    throw error;
  }
}

function serverStreamCall(
  method: Method,
  handler: ServerStreamHandler<unknown, unknown>,
  edge: Edge,
): handleServerStreamingCall<Bytes, Bytes> {
  return (call) => {
    const lifetime = lifetimeOf(call, edge, edge.limits.streamMs + 60_000);
    writeStream(call, { method, handler, edge, lifetime }, () => {
      const request = decoded(method, call.request, handler.options, edge);
      return { request, context: contextOf(call, edge, lifetime.signal, request, undefined) };
    });
  };
}

function clientStreamCall(
  method: Method,
  handler: ClientStreamHandler<unknown, unknown>,
  edge: Edge,
): handleClientStreamingCall<Bytes, Bytes> {
  return (call, callback) => {
    const lifetime = lifetimeOf(call, edge, edge.limits.deadlineMs);
    const work = async (): Promise<Bytes> => {
      refuseLongDeadline(call, edge);
      const digest = new RunningDigest();
      const requests = messages(call, method, handler, edge, digest);
      const first = await requests.next();
      const encode = (result: unknown): Bytes => method.responseSerialize(handler.reply(result));
      const requestId = first.done === true ? undefined : requestIdOf(first.value, handler.options);
      const idempotency = requestId === undefined ? undefined : importIdempotency(method, requestId, digest, encode);
      const context: CallContext = contextOf(call, edge, lifetime.signal, first.value, idempotency);
      return replayed(async () => encode(await handler.act(rejoined(first, requests), context)));
    };
    settle(work, callback, lifetime, method, edge);
  };
}

/** The digest grows with the rows; it is complete when the use case has read them all and writes. */
function importIdempotency(
  method: Method,
  requestId: string,
  digest: RunningDigest,
  encode: (result: unknown) => Bytes,
): Idempotency {
  return {
    method: method.path,
    requestId,
    get digest() {
      return digest.text;
    },
    encode,
  };
}

async function* messages(
  call: ServerReadableStream<Bytes, Bytes>,
  method: Method,
  handler: ClientStreamHandler<unknown, unknown>,
  edge: Edge,
  digest: RunningDigest,
): AsyncGenerator<unknown, undefined> {
  for await (const bytes of call as AsyncIterable<Bytes>) {
    const message = decoded(method, bytes, handler.options, edge);
    digest.add(message);
    yield message;
  }
  return undefined;
}

async function* rejoined(
  first: IteratorResult<unknown, undefined>,
  rest: AsyncGenerator<unknown, undefined>,
): AsyncGenerator {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}
