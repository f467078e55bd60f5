/**
 * Serves a call on which both sides stream: replies go out at the pace of their reader, and the next request is looked at when its turn comes,
 * so that nothing piles up in between.
 */
import type { handleBidiStreamingCall, ServerDuplexStream } from '@grpc/grpc-js';

import { Fault } from '../values/fault.ts';
import { contextOf, decoded, lifetimeOf } from './call.ts';
import type { Edge } from './edge.ts';
import type { DuplexHandler, Method } from './method.ts';
import { statusOf } from './status.ts';

type Call = ServerDuplexStream<Buffer, Buffer>;

export function duplexCall(
  method: Method,
  handler: DuplexHandler<unknown, unknown>,
  edge: Edge,
): handleBidiStreamingCall<Buffer, Buffer> {
  return (call) => {
    const lifetime = lifetimeOf(call, edge, edge.limits.streamMs);
    const leaving = new AbortController();
    const silence = edge.shutdown.listen(() => leaving.abort());
    if (edge.shutdown.phase !== 'serving') leaving.abort();
    const over = AbortSignal.any([lifetime.signal, leaving.signal]);
    const open = (): AsyncIterable<unknown> =>
      handler.open(
        received(call, method, handler, edge, over),
        contextOf(call, edge, lifetime.signal, undefined, undefined),
      );
    answered(call, method, open, over, edge)
      .then(
        () => call.end(),
        (error: unknown) => {
          if (call.cancelled) return;
          const told = over.aborted && !(error instanceof Fault) ? ended(leaving.signal.aborted) : error;
          call.emit('error', statusOf(told, edge.log, method.path));
        },
      )
      .catch((error: unknown) => edge.log.error({ err: error, method: method.path }, 'a reply could not be sent'))
      .finally(() => {
        silence();
        lifetime.end();
      });
  };
}

function ended(isLeaving: boolean): Fault {
  const why = isLeaving ? 'the server is stopping' : 'the stream has reached its longest life';
  return new Fault('SHUTTING_DOWN', `${why}; connect again`);
}

/** Whatever ends this early ends the handler too, which waits for nothing but requests. */
async function answered(
  call: Call,
  method: Method,
  open: () => AsyncIterable<unknown>,
  over: AbortSignal,
  edge: Edge,
): Promise<void> {
  for await (const reply of open()) await written(call, method.responseSerialize(reply), edge.limits.stallMs, over);
}

/** Settles when the reader's window has taken the message. grpc-js never calls back for a cancelled call: the signal ends that too. */
function written(call: Call, bytes: Buffer, stallMs: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (failure?: Error): void => {
      clearTimeout(stall);
      over.removeEventListener('abort', abort);
      if (failure === undefined) resolve();
      else reject(failure);
    };
    const abort = (): void => settle(abandoned());
    const stalled = `nothing was read for ${String(stallMs / 1000)} s`;
    const stall = setTimeout(() => settle(new Fault('WATCHER_TOO_SLOW', stalled)), stallMs);
    over.addEventListener('abort', abort);
    if (over.aborted) abort();
    else call.write(bytes, () => settle());
  });
}

/**
 * The requests, decoded; throws once the call is over. Read by hand: an iterator of the stream destroys it on a failure, and with it the
 * status that tells of it.
 */
async function* received(
  call: Call,
  method: Method,
  handler: DuplexHandler<unknown, unknown>,
  edge: Edge,
  over: AbortSignal,
): AsyncGenerator<unknown, undefined> {
  let wake = (): void => undefined;
  const changed = (): void => wake();
  const changes = ['readable', 'end', 'close'] as const;
  for (const change of changes) call.on(change, changed);
  over.addEventListener('abort', changed);
  try {
    for (;;) {
      if (over.aborted) throw abandoned();
      const bytes = call.read() as Buffer | null;
      if (bytes !== null) yield decoded(method, bytes, handler.options, edge);
      else if (call.readableEnded || call.destroyed) return undefined;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    for (const change of changes) call.off(change, changed);
    over.removeEventListener('abort', changed);
  }
}

const abandoned = (): DOMException => new DOMException('the call is over', 'AbortError');
