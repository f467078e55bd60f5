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
    const replies = handler
      .open(received(call, method, handler, edge), contextOf(call, edge, lifetime.signal, undefined, undefined))
      [Symbol.asyncIterator]();
    answered(call, method, replies, over, edge)
      .then(
        () => call.end(),
        (error: unknown) => {
          // What waits for a request that will not come is let go of when the call closes.
          void Promise.resolve(replies.return?.()).catch(() => undefined);
          const told = over.aborted && !(error instanceof Fault) ? ended(leaving.signal.aborted) : error;
          if (!call.cancelled) call.emit('error', statusOf(told, edge.log, method.path));
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

async function answered(
  call: Call,
  method: Method,
  replies: AsyncIterator<unknown>,
  over: AbortSignal,
  edge: Edge,
): Promise<void> {
  const stop = new Promise<never>((_, reject) => {
    const abort = (): void => reject(new DOMException('the call is over', 'AbortError'));
    over.addEventListener('abort', abort, { once: true });
    if (over.aborted) abort();
  });
  stop.catch(() => undefined);
  for (;;) {
    const next = await Promise.race([replies.next(), stop]);
    if (next.done === true) return;
    await Promise.race([written(call, method.responseSerialize(next.value), edge.limits.stallMs), stop]);
  }
}

/** Settles when the reader's window has taken the message. */
function written(call: Call, bytes: Buffer, stallMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const stall = setTimeout(
      () => reject(new Fault('WATCHER_TOO_SLOW', `nothing was read for ${String(stallMs / 1000)} s`)),
      stallMs,
    );
    call.write(bytes, () => {
      clearTimeout(stall);
      resolve();
    });
  });
}

/** The end of the requests leaves the replies open: reading must not take the stream down with it. */
async function* received(
  call: Call,
  method: Method,
  handler: DuplexHandler<unknown, unknown>,
  edge: Edge,
): AsyncGenerator<unknown, undefined> {
  const messages = call.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const bytes of messages) yield decoded(method, bytes, handler.options, edge);
  return undefined;
}
