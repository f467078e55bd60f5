/** What is the same for every kind of call: its signal, its deadline, its request id, its bytes. */
import type { EventEmitter } from 'node:events';

import type { ServerUnaryCall } from '@grpc/grpc-js';

import type { CallContext, Idempotency } from '../values/call.ts';
import { Fault } from '../values/fault.ts';
import { callerOf } from './caller.ts';
import type { Edge } from './edge.ts';
import type { Method, MethodOptions } from './method.ts';

/** What calls of every kind have in common. */
export type SurfaceCall = EventEmitter &
  Pick<ServerUnaryCall<unknown, unknown>, 'cancelled' | 'metadata' | 'getDeadline' | 'getAuthContext'>;

/** Deadlines are counted from the server's clock; allow for the way. */
const clockSlackMs = 2000;

export interface Lifetime {
  readonly signal: AbortSignal;
  /** Aborts the signal and stops listening. */
  end(): void;
}

/** A signal that joins client cancel, deadline (grpc-js cancels then), the end of waiting at shutdown and the longest time of a call. */
export function lifetimeOf(call: SurfaceCall, edge: Edge, longestMs: number): Lifetime {
  const controller = new AbortController();
  const abort = (why: string): void => controller.abort(new DOMException(why, 'AbortError'));
  const onCancel = (): void => abort('the call was cancelled');
  const timer = setTimeout(() => abort('the call took too long'), longestMs);
  const silence = edge.shutdown.listen((phase) => {
    if (phase === 'stopping') abort('the server is stopping');
  });
  call.once('cancelled', onCancel);
  if (call.cancelled) onCancel();
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer);
      silence();
      call.off('cancelled', onCancel);
      if (!controller.signal.aborted) abort('the call has ended');
    },
  };
}

export function refuseLongDeadline(call: SurfaceCall, edge: Edge): void {
  const deadline = call.getDeadline();
  const leftMs = (deadline instanceof Date ? deadline.getTime() : deadline) - Date.now();
  if (leftMs === Infinity || leftMs <= edge.limits.deadlineMs + clockSlackMs) return;
  const seconds = String(Math.round(edge.limits.deadlineMs / 1000));
  throw new Fault('DEADLINE_TOO_LONG', `the deadline of this method may be at most ${seconds} s away`);
}

/** Decodes a message within the size that the method takes; malformed bytes are the caller's fault, not ours. */
export function decoded(method: Method, bytes: Buffer, options: MethodOptions, edge: Edge): unknown {
  const most = options.receiveBytes ?? edge.limits.receiveBytes;
  if (bytes.length > most) {
    const sizes = `${String(bytes.length)} bytes; this method takes at most ${String(most)}`;
    throw new Fault('INVALID_ARGUMENT', `the message has ${sizes}`, {
      bytes: String(bytes.length),
      bytesMax: String(most),
    });
  }
  try {
    return method.requestDeserialize(bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Fault('MESSAGE_MALFORMED', `the message is not a valid protobuf message: ${why}`);
  }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The request id of a message, lower case; undefined when it has none. Refuses a malformed or a missing required one. */
export function requestIdOf(request: unknown, options: MethodOptions): string | undefined {
  const id = field(request, 'requestId');
  if (id === undefined || id === '') {
    if (options.requestIdRequired !== true) return undefined;
    throw requestIdFault('is required: a UUID of your own, the same for every retry');
  }
  if (typeof id !== 'string' || !uuid.test(id))
    throw requestIdFault('must be a UUID like "6f1b0d1c-8f6e-4a53-9b4d-2a9f3c1e7d55"');
  return id.toLowerCase();
}

function requestIdFault(description: string): Fault {
  return new Fault('INVALID_ARGUMENT', `request_id: ${description}`, {}, [{ field: 'request_id', description }]);
}

function field(request: unknown, name: string): unknown {
  return typeof request === 'object' && request !== null ? (request as Record<string, unknown>)[name] : undefined;
}

/** The context of a call; `idempotency` is left out when nothing will be stored. */
export function contextOf(
  call: SurfaceCall,
  edge: Edge,
  signal: AbortSignal,
  request: unknown,
  idempotency: Idempotency | undefined,
): CallContext {
  const caller = callerOf(call, edge.trust);
  const validateOnly = field(request, 'validateOnly') === true;
  return {
    ...caller,
    signal,
    ...(validateOnly ? { validateOnly } : idempotency === undefined ? {} : { idempotency }),
  };
}
