/** One attempt at one run: listens to its executor and writes what it tells, state and events in one transaction each. */
import type { Observable, Subscription } from 'rxjs';

import type { UnitOfWork } from '../values/call.ts';
import type { Clock } from '../values/clock.ts';
import { Fault } from '../values/fault.ts';
import type { JsonObject } from '../values/json.ts';
import type { EventLog, RunStores } from './event-log.ts';
import { engineContext, keyOf, tenantRunOf } from './run-key.ts';
import { terminalStates } from './run.ts';
import type { Run, RunEvent, RunState } from './run.ts';

export interface RunWork {
  /** As it was when the attempt began. */
  readonly run: Run;
  /** Aborted when the run is to be cancelled: end soon, with the best that there is. */
  readonly signal: AbortSignal;
}

export type RunStep<Stores> =
  /** Conflated: only the newest of a moment is kept. */
  | { readonly kind: 'progress'; readonly payload: JsonObject }
  | { readonly kind: 'event'; readonly type: string; readonly payload: JsonObject }
  | RunEnd<Stores>;

/** Exactly one, last. The state need not be terminal: a proposal waits for its acceptance. */
export interface RunEnd<Stores> {
  readonly kind: 'end';
  readonly state: RunState;
  readonly type: string;
  readonly payload: JsonObject;
  readonly result?: JsonObject;
  /** Stores what belongs to the end, in its transaction; may run more than once. */
  record?(stores: Stores, run: Run): Promise<void>;
}

export interface ExecutionSettings {
  readonly owner: string;
  /** At most one progress event is stored in this time. */
  readonly progressMs: number;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

type LogEntry = Omit<RunEvent, 'sequence'>;

/** Thrown inside a transaction when somebody else has the run by now. */
class RunLost extends Error {}

const retryMs = 200;
const retryMsMax = 5000;

export class RunExecution<Stores extends RunStores> {
  readonly #work: UnitOfWork<Stores>;
  readonly #log: EventLog;
  readonly #settings: ExecutionSettings;
  readonly #run: Run;
  readonly #cancel = new AbortController();
  readonly #done = Promise.withResolvers<undefined>();
  #subscription: Subscription | undefined;
  #pending: LogEntry[] = [];
  #progress: LogEntry | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastFlush = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> = Promise.resolve();
  #isClosed = false;
  #isLeft = false;

  constructor(run: Run, work: UnitOfWork<Stores>, log: EventLog, settings: ExecutionSettings) {
    this.#run = run;
    this.#work = work;
    this.#log = log;
    this.#settings = settings;
  }

  /** Settles when the run has ended, was lost to another process, or was left by `leave`. Never rejects. */
  get done(): Promise<undefined> {
    return this.#done.promise;
  }

  start(execute: (work: RunWork) => Observable<RunStep<Stores>>): void {
    let end: RunEnd<Stores> | undefined;
    const fail = (error: unknown): void => this.#close(this.#cancelledOr(failureOf(error, this.#settings.warn)));
    try {
      this.#subscription = execute({ run: this.#run, signal: this.#cancel.signal }).subscribe({
        next: (step) => {
          if (step.kind === 'end') end = step;
          else this.#take(step);
        },
        error: fail,
        complete: () => {
          if (end === undefined) fail(new Error(`run ${this.#run.id} completed without an end`));
          else this.#close(end);
        },
      });
    } catch (error) {
      fail(error);
    }
  }

  /** Asks the executor to end; what it ends with is stored. */
  cancel(): void {
    this.#cancel.abort();
  }

  /** Stops listening and writes nothing more. */
  async leave(): Promise<void> {
    this.#isLeft = true;
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#subscription?.unsubscribe();
      clearTimeout(this.#timer);
      await this.#writing;
      this.#done.resolve(undefined);
    }
    await this.#done.promise;
  }

  /** A cancelled run that could not even tell its best point is cancelled nonetheless. */
  #cancelledOr(end: RunEnd<Stores>): RunEnd<Stores> {
    return this.#cancel.signal.aborted ? { kind: 'end', state: 'cancelled', type: 'cancelled', payload: {} } : end;
  }

  #take(step: Exclude<RunStep<Stores>, { kind: 'end' }>): void {
    if (this.#isClosed) return;
    const at = this.#settings.clock.now();
    if (step.kind === 'progress') {
      this.#progress = { at, type: 'progress', payload: step.payload };
      const wait = this.#lastFlush + this.#settings.progressMs - performance.now();
      if (wait <= 0) this.#flush();
      else this.#timer ??= setTimeout(() => this.#flush(), wait);
      return;
    }
    this.#pending.push(...this.#takeProgress(), { at, type: step.type, payload: step.payload });
    this.#flush();
  }

  #takeProgress(): LogEntry[] {
    const progress = this.#progress;
    this.#progress = undefined;
    return progress === undefined ? [] : [progress];
  }

  /** Writes after what is being written; progress that comes meanwhile is conflated into the next write. */
  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastFlush = performance.now();
    this.#writing = this.#writing.then(async () => {
      // Once closed, what is left goes with the end.
      if (this.#isClosed) return;
      const entries = [...this.#pending, ...this.#takeProgress()];
      this.#pending = [];
      if (entries.length === 0) return;
      try {
        await this.#write(entries);
      } catch (error) {
        if (error instanceof RunLost) this.#lose();
        else {
          // Progress may be missed; everything else goes with the next write.
          this.#pending.unshift(...entries.filter((entry) => entry.type !== 'progress'));
          this.#settings.warn(`events of run ${this.#run.id} were not stored: ${messageOf(error)}`);
        }
      }
    });
  }

  /** Another process has it: what this one computes is of no use. */
  #lose(): void {
    if (this.#isClosed) return;
    this.#settings.warn(`run ${this.#run.id} was taken over by another process`);
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#subscription?.unsubscribe();
    this.#done.resolve(undefined);
  }

  #close(end: RunEnd<Stores>): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#writing = this.#writing.then(async () => {
      const entries = [...this.#pending, ...this.#takeProgress()];
      await this.#end(entries, end);
      this.#done.resolve(undefined);
    });
  }

  /** Tries until the database answers; an end that cannot be stored for another reason becomes a failure of the run. */
  async #end(entries: readonly LogEntry[], end: RunEnd<Stores>): Promise<void> {
    let current = end;
    for (let wait = retryMs; ; wait = Math.min(wait * 2, retryMsMax)) {
      try {
        const at = this.#settings.clock.now();
        await this.#write([...entries, { at, type: current.type, payload: current.payload }], current);
        return;
      } catch (error) {
        if (error instanceof RunLost) return;
        this.#settings.warn(`the end of run ${this.#run.id} was not stored: ${messageOf(error)}`);
        if (!(error instanceof Fault && error.reason === 'DATABASE_UNAVAILABLE')) {
          if (current !== end) return;
          current = failureOf(error, () => undefined);
          continue;
        }
        if (this.#isLeft) return;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  async #write(entries: readonly LogEntry[], end?: RunEnd<Stores>): Promise<void> {
    const { tenant, attempt } = this.#run;
    const last = await this.#work.write(engineContext(tenant), async (stores) => {
      const run = await stores.runs.findForUpdate(keyOf(this.#run));
      if (run?.owner !== this.#settings.owner || run.attempt !== attempt || terminalStates.has(run.state)) {
        throw new RunLost();
      }
      if (end !== undefined) {
        run.state = end.state;
        run.result = end.result ?? null;
        run.error = end.state === 'failed' ? errorOf(end.payload) : null;
        run.endedAt = terminalStates.has(end.state) ? this.#settings.clock.now() : null;
        run.owner = null;
        run.leaseUntil = null;
        await end.record?.(stores, run);
        await stores.runs.update(run);
      }
      await stores.runs.append(run, entries);
      return run.lastSequence;
    });
    this.#log.wake(tenantRunOf(this.#run), last);
  }
}

function errorOf(payload: JsonObject): { readonly reason: string; readonly message: string } {
  const textOf = (name: string): string => (typeof payload[name] === 'string' ? payload[name] : '');
  return { reason: textOf('reason'), message: textOf('message') };
}

/** An expected failure is told as it is; anything else is a bug, told to the operator and not to the caller. */
function failureOf(error: unknown, warn: (message: string) => void): RunEnd<never> {
  const isExpected = error instanceof Fault;
  if (!isExpected)
    warn(`a run failed by a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  const payload = isExpected
    ? { reason: error.reason, message: error.message }
    : { reason: 'INTERNAL', message: 'an internal error; the log of the server tells more' };
  return { kind: 'end', state: 'failed', type: 'failed', payload };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
