/**
 * Writes one server stream at the pace of its reader. Owns all back-pressure: a bounded queue, conflation of what may be conflated, a pause
 * of the source when the rest does not fit, a stall timer, and the end by drain, age or failure with a token to resume from. One
 * function, `advance`, moves it on from any event; nothing in here awaits, so nothing can hang.
 */
import { Metadata } from '@grpc/grpc-js';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { Subject, takeUntil } from 'rxjs';

import type { CallContext } from '../values/call.ts';
import { Fault } from '../values/fault.ts';
import type { Lifetime } from './call.ts';
import type { Edge } from './edge.ts';
import type { Method, ServerStreamHandler } from './method.ts';
import { StreamQueue } from './stream-queue.ts';
import { bounded, resumeTokenKey, statusOf, withResumeToken } from './status.ts';

/** Bytes handed to HTTP/2 and not yet taken by the reader's flow-control window. */
const inFlightBytesMax = 65_536;
/** What a stream without resume may hold back: its source cannot be paused. */
const unresumableFactor = 64;

export interface StreamParts {
  readonly method: Method;
  readonly handler: ServerStreamHandler<unknown, unknown>;
  readonly edge: Edge;
  readonly lifetime: Lifetime;
}

interface Opened {
  readonly request: unknown;
  readonly context: CallContext;
}

/** Serves the call until it has ended; never throws. */
export function writeStream(call: ServerWritableStream<Buffer, Buffer>, parts: StreamParts, open: () => Opened): void {
  const stream = new StreamWriter(call, parts);
  try {
    stream.start(open());
  } catch (error) {
    stream.fail(error);
  }
}

class StreamWriter {
  readonly #call: ServerWritableStream<Buffer, Buffer>;
  readonly #parts: StreamParts;
  readonly #queue: StreamQueue;
  readonly #silence: () => void;
  readonly #age: NodeJS.Timeout;
  #opened: Opened | undefined;
  #stop = new Subject<void>();
  #source: 'open' | 'paused' | 'done' = 'done';
  #failure: { readonly error: unknown } | undefined;
  #inFlight = 0;
  #stall: NodeJS.Timeout | undefined;
  #token = '';
  #ended = false;
  #advancing = false;

  constructor(call: ServerWritableStream<Buffer, Buffer>, parts: StreamParts) {
    this.#call = call;
    this.#parts = parts;
    const { limits, shutdown } = parts.edge;
    const factor = parts.handler.options.resumable === undefined ? unresumableFactor : 1;
    this.#queue = new StreamQueue(limits.queueEvents * factor, limits.queueBytes * factor);
    this.#silence = shutdown.listen((phase) => this.#leave(phase));
    this.#age = setTimeout(
      () => this.#endResumable('the stream has reached its longest life; connect again and resume'),
      limits.streamMs,
    );
    call.on('drain', () => this.#advance());
    call.once('cancelled', () => this.#close());
    call.once('close', () => this.#close());
  }

  start(opened: Opened): void {
    this.#opened = opened;
    this.#token = this.#parts.handler.options.resumable?.start(opened.request) ?? '';
    if (this.#call.cancelled) this.#close();
    else if (this.#parts.edge.shutdown.phase !== 'serving')
      this.fail(new Fault('SHUTTING_DOWN', 'the server is stopping; connect again'));
    else this.#open(opened);
  }

  #open(opened: Opened): void {
    const stop = new Subject<void>();
    this.#stop = stop;
    this.#source = 'open';
    this.#parts.handler
      .open(opened.request, opened.context)
      .pipe(takeUntil(stop))
      .subscribe({
        next: (reply) => this.#take(reply, stop),
        error: (error: unknown) => this.#finish(stop, { error }),
        complete: () => this.#finish(stop, undefined),
      });
  }

  #take(reply: unknown, from: Subject<void>): void {
    if (this.#ended || this.#source !== 'open' || from !== this.#stop) return;
    const { method, handler } = this.#parts;
    try {
      const bytes = method.responseSerialize(reply);
      const token = handler.options.resumable?.tokenOf(reply) ?? '';
      this.#queue.add({ bytes, token, conflatable: handler.options.conflatable?.(reply) === true });
    } catch (error) {
      this.fail(error);
      return;
    }
    this.#advance();
    if (this.#queue.full) this.#overflow();
  }

  /** Stops reading the source; it is opened again after the last message of the queue once that is written. */
  #overflow(): void {
    if (this.#parts.handler.options.resumable === undefined) {
      this.fail(new Fault('WATCHER_TOO_SLOW', 'the answer grew faster than it was read'));
      return;
    }
    this.#source = 'paused';
    this.#stop.next();
  }

  #finish(from: Subject<void>, failure: { readonly error: unknown } | undefined): void {
    if (from !== this.#stop || this.#source !== 'open') return;
    this.#source = 'done';
    this.#failure = failure;
    this.#advance();
  }

  /** Writes what the reader takes, then does what the empty queue calls for. */
  #advance(): void {
    if (this.#ended || this.#advancing) return;
    this.#advancing = true;
    while (!this.#blocked()) {
      const next = this.#queue.take();
      if (next === undefined) break;
      this.#write(next.bytes, next.token);
    }
    this.#advancing = false;
    this.#watchStall();
    if (this.#queue.isEmpty) this.#afterQueue();
  }

  #afterQueue(): void {
    if (this.#ended) return;
    if (this.#source === 'done') {
      if (this.#failure !== undefined) this.fail(this.#failure.error);
      else this.#end();
    } else if (this.#source === 'paused' && this.#opened !== undefined) {
      const { resumable } = this.#parts.handler.options;
      const request =
        resumable === undefined ? this.#opened.request : resumable.after(this.#opened.request, this.#token);
      try {
        this.#open({ ...this.#opened, request });
      } catch (error) {
        this.fail(error);
      }
    }
  }

  #blocked(): boolean {
    return this.#inFlight > 0 && (this.#inFlight >= inFlightBytesMax || this.#call.writableNeedDrain);
  }

  #write(bytes: Buffer, token: string): void {
    this.#inFlight += bytes.length;
    this.#call.write(bytes, () => {
      this.#inFlight -= bytes.length;
      this.#clearStall();
      this.#advance();
    });
    if (token !== '') this.#token = token;
  }

  /** Runs while something waits for a reader that takes nothing. grpc-js never calls back for a cancelled call: this ends that too. */
  #watchStall(): void {
    if (!this.#blocked() || this.#stall !== undefined || this.#ended) return;
    const { stallMs } = this.#parts.edge.limits;
    this.#stall = setTimeout(() => {
      const seconds = String(stallMs / 1000);
      this.fail(
        new Fault('WATCHER_TOO_SLOW', `nothing was read for ${seconds} s; resume with the token in the trailer`),
      );
    }, stallMs);
  }

  #clearStall(): void {
    clearTimeout(this.#stall);
    this.#stall = undefined;
  }

  #leave(phase: string): void {
    const { resumable, endsOnDrain } = this.#parts.handler.options;
    if (phase === 'draining' && resumable === undefined && endsOnDrain !== true) return;
    this.#endResumable('the server is stopping; connect again and resume');
  }

  #endResumable(message: string): void {
    this.fail(new Fault('SHUTTING_DOWN', message));
  }

  /** Ends the call with the status of the failure and the token of the last message written. */
  fail(error: unknown): void {
    if (this.#ended) return;
    const { edge, method, handler } = this.#parts;
    const cancelled = this.#call.cancelled;
    this.#close();
    if (cancelled) return;
    const status = statusOf(error, edge.log, method.path);
    const token = handler.options.resumable === undefined ? '' : bounded(this.#token, 1000);
    this.#call.emit('error', withResumeToken(status, token));
  }

  #end(): void {
    this.#close();
    const trailers = new Metadata();
    if (this.#token !== '') trailers.set(resumeTokenKey, this.#token);
    if (!this.#call.cancelled) this.#call.end(trailers);
  }

  /** Lets go of everything: source, timers, listeners, queue. */
  #close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#source = 'done';
    this.#stop.next();
    this.#queue.clear();
    this.#clearStall();
    clearTimeout(this.#age);
    this.#silence();
    this.#parts.lifetime.end();
  }
}
