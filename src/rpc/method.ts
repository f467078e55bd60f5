/** Handlers by method, tied by type to the generated service: a missing, surplus or misfitting handler does not compile. */
import type { Observable } from 'rxjs';

import type { CallContext } from '../values/call.ts';

/** A method of a generated service definition. */
export interface Method<Request = unknown, Reply = unknown> {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  requestDeserialize(bytes: Buffer): Request;
  responseSerialize(reply: Reply): Buffer;
}

export interface MethodOptions {
  /** Largest message accepted, in bytes; the limit of the edge when absent. */
  readonly receiveBytes?: number;
  /** Refuses a call without `request_id`. */
  readonly requestIdRequired?: boolean;
}

export interface UnaryHandler<Request, Reply> {
  readonly kind: 'unary';
  readonly options: MethodOptions;
  act(request: Request, context: CallContext): Promise<unknown>;
  reply(result: unknown): Reply;
}

export interface StreamOptions<Request, Reply> extends MethodOptions {
  /** Messages of which a slow reader needs the newest only. */
  readonly conflatable?: (reply: Reply) => boolean;
  /** Makes the stream resumable: the token of a message, and the request that goes on after a token. */
  readonly resumable?: {
    readonly tokenOf: (reply: Reply) => string;
    readonly after: (request: Request, token: string) => Request;
    readonly start: (request: Request) => string;
  };
  /** Whether a stream that cannot be resumed ends when the server drains, or may finish. */
  readonly endsOnDrain?: boolean;
}

export interface ServerStreamHandler<Request, Reply> {
  readonly kind: 'server-stream';
  readonly options: StreamOptions<Request, Reply>;
  open(request: Request, context: CallContext): Observable<Reply>;
}

export interface ClientStreamHandler<Request, Reply> {
  readonly kind: 'client-stream';
  readonly options: MethodOptions;
  act(requests: AsyncIterable<Request>, context: CallContext): Promise<unknown>;
  reply(result: unknown): Reply;
}

export interface DuplexHandler<Request, Reply> {
  readonly kind: 'duplex';
  readonly options: MethodOptions;
  /** Replies as requests come; the call ends when they do. */
  open(requests: AsyncIterable<Request>, context: CallContext): AsyncIterable<Reply>;
}

export type AnyHandler =
  | UnaryHandler<unknown, unknown>
  | ServerStreamHandler<unknown, unknown>
  | ClientStreamHandler<unknown, unknown>
  | DuplexHandler<unknown, unknown>;

interface Typed<Request, Reply> {
  readonly requestDeserialize: (bytes: Buffer) => Request;
  readonly responseSerialize: (reply: Reply) => Buffer;
}

type HandlerOf<Definition> =
  Definition extends Typed<infer Request, infer Reply>
    ? Definition extends { readonly requestStream: true; readonly responseStream: false }
      ? ClientStreamHandler<Request, Reply>
      : Definition extends { readonly requestStream: false; readonly responseStream: true }
        ? ServerStreamHandler<Request, Reply>
        : Definition extends { readonly requestStream: false; readonly responseStream: false }
          ? UnaryHandler<Request, Reply>
          : Definition extends { readonly requestStream: true; readonly responseStream: true }
            ? DuplexHandler<Request, Reply>
            : never
    : never;

/** One handler for each method of a generated `...ServiceService`. */
export type Handlers<Service> = { readonly [Name in keyof Service]: HandlerOf<Service[Name]> };

/** A read: what `act` returns is the reply. */
export function unary<Request, Reply>(
  act: (request: Request, context: CallContext) => Promise<Reply> | Reply,
  options: MethodOptions = {},
): UnaryHandler<Request, Reply> {
  return {
    kind: 'unary',
    options,
    act: async (request, context) => act(request, context),
    reply: (result) => result as Reply,
  };
}

/** A change: `act` returns what the unit of work returned, and `reply` shapes it, for the caller and for a later replay alike. */
export function change<Request, Result, Reply>(
  act: (request: Request, context: CallContext) => Promise<Result>,
  reply: (result: Result) => Reply,
  options: MethodOptions = {},
): UnaryHandler<Request, Reply> {
  return { kind: 'unary', options, act, reply: (result) => reply(result as Result) };
}

export function serverStream<Request, Reply>(
  open: (request: Request, context: CallContext) => Observable<Reply>,
  options: StreamOptions<Request, Reply> = {},
): ServerStreamHandler<Request, Reply> {
  return { kind: 'server-stream', options, open };
}

export function clientStream<Request, Result, Reply>(
  act: (requests: AsyncIterable<Request>, context: CallContext) => Promise<Result>,
  reply: (result: Result) => Reply,
  options: MethodOptions = {},
): ClientStreamHandler<Request, Reply> {
  return { kind: 'client-stream', options, act, reply: (result) => reply(result as Result) };
}

export function duplex<Request, Reply>(
  open: (requests: AsyncIterable<Request>, context: CallContext) => AsyncIterable<Reply>,
  options: MethodOptions = {},
): DuplexHandler<Request, Reply> {
  return { kind: 'duplex', options, open };
}
