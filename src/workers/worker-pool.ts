/** Solves jobs off the event loop, on threads that live as long as the server and are replaced when they break. */
import { filter, lastValueFrom, map, Observable } from 'rxjs';
import type { Subscriber } from 'rxjs';

import type { EstimationAnswer, EstimationEngine } from '../optimization/estimation-job.ts';
import type { EstimationJob, SolveEngine, SolveJob, SolveNews } from '../optimization/job.ts';
import { Fault } from '../values/fault.ts';
import { signals } from './messages.ts';
import type { PoolJob, PoolNews, PoolOrder } from './messages.ts';
import { PoolThread } from './pool-thread.ts';
import type { ThreadSettings } from './pool-thread.ts';
import { RiskSharing } from './shared-risk.ts';

export interface WorkerPoolSettings extends ThreadSettings {
  readonly threads: number;
  /** Jobs that may wait for a thread. */
  readonly queueMax: number;
  /** After a stop, and after the time limit of an estimation, a thread that has not ended its job in this time is ended by force. */
  readonly stopMs: number;
  /** The same after the time limit of a solve, which includes the check of its best point. */
  readonly overtimeMs: number;
}

export const workerPoolDefaults = { heapMb: 2048, queueMax: 256, stopMs: 2000, overtimeMs: 30_000 } as const;

/** Before a thread that could not start is tried again. */
const restartMs = 1000;

interface Ticket {
  readonly id: number;
  readonly job: PoolJob;
  readonly control: Int32Array;
  readonly subscriber: Subscriber<PoolNews>;
  thread: PoolThread | undefined;
  /** Ends the thread by force when it fires. */
  force: NodeJS.Timeout | undefined;
}

export class WorkerPool implements SolveEngine, EstimationEngine {
  readonly #settings: WorkerPoolSettings;
  readonly #threads = new Set<PoolThread>();
  readonly #idle: PoolThread[] = [];
  readonly #queue: Ticket[] = [];
  readonly #running = new Set<Ticket>();
  readonly #restarts = new Set<NodeJS.Timeout>();
  readonly #risks = new RiskSharing();
  #next = 1;
  #isClosed = false;
  #drained: (() => void) | undefined;

  constructor(settings: WorkerPoolSettings) {
    this.#settings = settings;
  }

  /** Starts the threads; settles when all are ready. Rejects with what stopped the first, for instance PLUGIN_DUPLICATE. */
  async start(): Promise<void> {
    await Promise.all(Array.from({ length: Math.max(1, this.#settings.threads) }, () => this.#spawn().ready));
  }

  /** Jobs that wait for a thread. */
  get waiting(): number {
    return this.#queue.length;
  }

  /**
   * Cold. Errors with QUOTA_EXCEEDED when too many jobs wait or memory runs out, SHUTTING_DOWN when the pool closes, STATE_CONFLICT
   * when aborted before it began, PLUGIN_BROKEN when its thread died or did not stop. Unsubscribing stops the job.
   */
  solve(job: SolveJob, signal: AbortSignal): Observable<SolveNews> {
    return this.#run(job, signal).pipe(filter((news) => news.kind !== 'estimates'));
  }

  /** Rejects as `solve` errors; QUOTA_EXCEEDED also when the time of the job is over, STATE_CONFLICT when it was stopped. */
  estimate(job: EstimationJob, signal: AbortSignal): Promise<EstimationAnswer> {
    const told = this.#run(job, signal).pipe(
      filter((news) => news.kind === 'estimates'),
      map(({ estimates }) => estimates),
    );
    return lastValueFrom(told);
  }

  #run(job: PoolJob, signal: AbortSignal): Observable<PoolNews> {
    return new Observable((subscriber) => {
      const refusal = this.#refusal(signal);
      if (refusal !== undefined) {
        subscriber.error(refusal);
        return;
      }
      const control = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
      const ticket: Ticket = { id: this.#next++, job, control, subscriber, thread: undefined, force: undefined };
      const stop = (): void => this.#stop(ticket);
      signal.addEventListener('abort', stop, { once: true });
      subscriber.add(() => {
        signal.removeEventListener('abort', stop);
        this.#stop(ticket);
      });
      this.#queue.push(ticket);
      this.#assign();
    });
  }

  /** Refuses new jobs, lets running ones finish for so long, then stops them, and ends all threads. */
  async close(drainMs = 5000): Promise<void> {
    this.#isClosed = true;
    for (const restart of this.#restarts) clearTimeout(restart);
    for (const ticket of this.#queue.splice(0)) ticket.subscriber.error(stopping());
    if (this.#running.size > 0) {
      const drained = new Promise<void>((resolve) => (this.#drained = resolve));
      const limit = setTimeout(() => {
        for (const ticket of this.#running) this.#stop(ticket);
      }, drainMs);
      await drained;
      clearTimeout(limit);
    }
    await Promise.all([...this.#threads].map((thread) => thread.terminate(stopping())));
  }

  #refusal(signal: AbortSignal): Fault | undefined {
    if (this.#isClosed) return stopping();
    if (signal.aborted) return cancelled();
    const { queueMax } = this.#settings;
    if (this.#queue.length < queueMax || this.#idle.length > 0) return undefined;
    return new Fault('QUOTA_EXCEEDED', `${String(queueMax)} solves wait already; try again later`, {
      queueMax: String(queueMax),
    });
  }

  #spawn(): PoolThread {
    const thread = new PoolThread(this.#settings);
    this.#threads.add(thread);
    let wasReady = false;
    void thread.ready.then(
      () => {
        wasReady = true;
        this.#idle.push(thread);
        this.#assign();
      },
      () => undefined,
    );
    void thread.gone.then(() => {
      this.#threads.delete(thread);
      const position = this.#idle.indexOf(thread);
      if (position >= 0) this.#idle.splice(position, 1);
      if (this.#isClosed) return;
      this.#settings.log('warn', `a solver thread ended ${wasReady ? 'and is replaced' : 'while it started'}`);
      if (wasReady) this.#spawn();
      else this.#restarts.add(setTimeout(() => this.#isClosed || this.#spawn(), restartMs));
    });
    return thread;
  }

  #assign(): void {
    while (this.#queue.length > 0) {
      const thread = this.#idle.pop();
      if (thread === undefined) return;
      const ticket = this.#queue.shift();
      if (ticket === undefined) {
        this.#idle.push(thread);
        return;
      }
      this.#begin(ticket, thread);
    }
  }

  #begin(ticket: Ticket, thread: PoolThread): void {
    const { id, job, control, subscriber } = ticket;
    ticket.thread = thread;
    this.#running.add(ticket);
    const { overtimeMs, stopMs } = this.#settings;
    const { secondsMax } = 'limits' in job ? job.limits : job;
    const overMs = 'limits' in job ? overtimeMs : stopMs;
    this.#forceAfter(ticket, secondsMax * 1000 + overMs, 'ran over its time limit');
    const shared = job.risk === undefined ? undefined : this.#risks.share(job.risk);
    const order = { id, control: control.buffer as SharedArrayBuffer };
    const told = shared === undefined ? { job } : { job: { ...job, risk: shared.risk }, riskNumber: shared.number };
    thread.run({ ...order, ...told } as PoolOrder, {
      news: (news) => subscriber.next(news),
      end: (failure) => {
        clearTimeout(ticket.force);
        this.#running.delete(ticket);
        ticket.thread = undefined;
        this.#free(thread);
        if (failure === undefined) subscriber.complete();
        else subscriber.error(failure);
        if (this.#running.size === 0) this.#drained?.();
      },
    });
  }

  /** Back to work, unless it is about to end. */
  #free(thread: PoolThread): void {
    if (thread.isDying || this.#isClosed) return;
    this.#idle.push(thread);
    this.#assign();
  }

  #stop(ticket: Ticket): void {
    const position = this.#queue.indexOf(ticket);
    if (position >= 0) {
      this.#queue.splice(position, 1);
      ticket.subscriber.error(cancelled());
      return;
    }
    if (ticket.thread === undefined) return;
    Atomics.compareExchange(ticket.control, 0, signals.go, signals.stop);
    Atomics.notify(ticket.control, 0);
    this.#forceAfter(ticket, this.#settings.stopMs, 'did not stop');
  }

  #forceAfter(ticket: Ticket, ms: number, what: string): void {
    clearTimeout(ticket.force);
    ticket.force = setTimeout(() => {
      const { thread } = ticket;
      if (thread === undefined) return;
      const { subject, fault } = endedByForce(ticket.job, what);
      this.#settings.log('warn', `${subject} ${what}; its thread is ended by force`);
      void thread.terminate(fault);
    }, ms);
  }
}

/** An estimation is long because of its size; a strategy is asked whether to go on and has not heard. */
function endedByForce(job: PoolJob, what: string): { readonly subject: string; readonly fault: Fault } {
  const text = `${what} and was ended by force`;
  if (!('strategy' in job)) {
    const seconds = String(job.secondsMax);
    const fault = new Fault('QUOTA_EXCEEDED', `the estimation ${text}`, { secondsMax: seconds });
    return { subject: 'an estimation', fault };
  }
  const strategy = job.strategy.type;
  const fault = new Fault('PLUGIN_BROKEN', `strategy ${strategy} ${text}`, { strategy });
  return { subject: `a solve of ${strategy}`, fault };
}

function stopping(): Fault {
  return new Fault('SHUTTING_DOWN', 'the server is stopping; connect again');
}

function cancelled(): Fault {
  return new Fault('STATE_CONFLICT', 'the solve was cancelled before it began');
}
