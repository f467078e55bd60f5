/**
 * Works on stored runs: claims them, hands each to the executor of its kind, and keeps its claims alive. A process that dies loses
 * its claims when their leases end; whoever claims next starts the run again. The same for every kind of run.
 */
import type { Observable } from 'rxjs';

import type { UnitOfWork } from '../values/call.ts';
import type { EventLog, RunStores } from './event-log.ts';
import { RunExecution } from './run-execution.ts';
import type { ExecutionSettings, RunStep, RunWork } from './run-execution.ts';
import { engineContext, tenantRunOf, textOf } from './run-key.ts';
import type { TenantRun } from './run-key.ts';
import { terminalStates } from './run.ts';
import type { Run, RunKind, RunQueue } from './run.ts';

export interface RunExecutor<Stores> {
  /** Cold; progress and events, then exactly one end. A Fault fails the run. Unsubscribing stops the work. */
  execute(work: RunWork): Observable<RunStep<Stores>>;
}

export interface RunEngineSettings extends ExecutionSettings {
  /** Runs worked on at once. */
  readonly slots: number;
  readonly leaseMs: number;
  /** Between looks for runs of other processes. */
  readonly pollMs: number;
  readonly attemptsMax: number;
}

export const runEngineDefaults = {
  slots: 4,
  leaseMs: 10_000,
  pollMs: 1000,
  progressMs: 200,
  attemptsMax: 3,
} as const;

export class RunEngine<Stores extends RunStores> {
  readonly #work: UnitOfWork<Stores>;
  readonly #queue: RunQueue;
  readonly #log: EventLog;
  readonly #settings: RunEngineSettings;
  readonly #executors = new Map<RunKind, RunExecutor<Stores>>();
  readonly #active = new Map<string, { execution: RunExecution<Stores> | undefined; readonly run: TenantRun }>();
  readonly #cancelled = new Set<string>();
  #timers: NodeJS.Timeout[] = [];
  #state: 'idle' | 'on' | 'stopped' = 'idle';
  #claiming: Promise<void> | undefined;
  #again = false;

  constructor(work: UnitOfWork<Stores>, queue: RunQueue, log: EventLog, settings: RunEngineSettings) {
    this.#work = work;
    this.#queue = queue;
    this.#log = log;
    this.#settings = settings;
  }

  register(kind: RunKind, executor: RunExecutor<Stores>): void {
    this.#executors.set(kind, executor);
  }

  /** Begins to claim, first of all what an earlier process left behind. */
  start(): void {
    if (this.#state !== 'idle') throw new Error('an engine starts once');
    this.#state = 'on';
    this.#timers = [
      setInterval(() => this.wake(), this.#settings.pollMs),
      setInterval(() => void this.#renew(), this.#settings.leaseMs / 3),
    ];
    this.wake();
  }

  /** There may be something to claim: said after a run was stored. */
  wake(): void {
    if (this.#state !== 'on') return;
    if (this.#claiming !== undefined) {
      this.#again = true;
      return;
    }
    this.#claiming = this.#claim().finally(() => {
      this.#claiming = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.wake();
    });
  }

  /** A run is to be cancelled; a run of another process learns it when its lease is renewed. */
  cancel(run: TenantRun): void {
    const text = textOf(run);
    const active = this.#active.get(text);
    if (active === undefined) return;
    if (active.execution === undefined) this.#cancelled.add(text);
    else active.execution.cancel();
  }

  /** Ends the work without ending the runs: their claims are given back, and whoever starts next begins them again. */
  async stop(): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    for (const timer of this.#timers) clearInterval(timer);
    await this.#claiming;
    await Promise.all(
      [...this.#active.values()].map(async ({ execution, run }) => {
        await execution?.leave();
        await this.#release(run);
      }),
    );
  }

  async #claim(): Promise<void> {
    const free = this.#settings.slots - this.#active.size;
    if (free <= 0) return;
    try {
      const claimed = await this.#queue.claim(this.#settings.owner, this.#settings.leaseMs, free);
      await Promise.all(claimed.map((run) => this.#begin(run)));
    } catch (error) {
      this.#settings.warn(`claiming runs failed: ${messageOf(error)}`);
    }
  }

  /** Says that the attempt has begun and lets the executor go. */
  async #begin(claimed: TenantRun): Promise<void> {
    const text = textOf(claimed);
    if (this.#active.has(text)) return;
    const active = { execution: undefined as RunExecution<Stores> | undefined, run: claimed };
    this.#active.set(text, active);
    try {
      const run = await this.#started(claimed);
      const executor = run === undefined ? undefined : this.#executors.get(run.kind);
      if (run === undefined || this.#isStopped()) return;
      if (executor === undefined) throw new Error(`there is no executor for runs of kind ${run.kind}`);
      const execution = new RunExecution(run, this.#work, this.#log, this.#settings);
      active.execution = execution;
      void execution.done.then(() => {
        this.#forget(text);
        this.wake();
      });
      execution.start((work) => executor.execute(work));
      if (this.#cancelled.delete(text)) execution.cancel();
    } catch (error) {
      this.#settings.warn(`run ${claimed.key.id} was not started: ${messageOf(error)}`);
      await this.#release(claimed);
    } finally {
      // While stopping, `stop` still has to give back what was begun.
      if (active.execution === undefined && !this.#isStopped()) this.#forget(text);
    }
  }

  /** A call, because the compiler does not see that waiting changes the state. */
  #isStopped(): boolean {
    return this.#state === 'stopped';
  }

  #forget(text: string): void {
    this.#active.delete(text);
    this.#cancelled.delete(text);
  }

  /** The run as started; undefined when there is nothing to execute: cancelled before, lost, or tried too often. */
  async #started(claimed: TenantRun): Promise<Run | undefined> {
    const { owner, clock, attemptsMax } = this.#settings;
    const { run, goes } = await this.#work.write(engineContext(claimed.tenant), async ({ runs }) => {
      const found = await runs.findForUpdate(claimed.key);
      if (found?.owner !== owner || terminalStates.has(found.state)) return { run: undefined, goes: false };
      const at = clock.now();
      const over = found.attempt > attemptsMax;
      if (!found.cancelRequested && !over) {
        found.state = 'running';
        await runs.update(found);
        await runs.append(found, [{ at, type: 'started', payload: { attempt: found.attempt } }]);
        return { run: found, goes: true };
      }
      const times = `${String(attemptsMax)} times`;
      const error = {
        reason: 'SHUTTING_DOWN',
        message: `was started ${times} and cut off each time by the end of its server`,
      };
      const isCancelled = found.cancelRequested;
      found.state = isCancelled ? 'cancelled' : 'failed';
      found.error = isCancelled ? null : error;
      found.owner = null;
      found.leaseUntil = null;
      found.endedAt = at;
      await runs.update(found);
      await runs.append(found, [{ at, type: found.state, payload: isCancelled ? {} : error }]);
      return { run: found, goes: false };
    });
    if (run !== undefined) this.#log.wake(tenantRunOf(run), run.lastSequence);
    return goes ? run : undefined;
  }

  async #release(claimed: TenantRun): Promise<void> {
    try {
      await this.#work.write(engineContext(claimed.tenant), async ({ runs }) => {
        const run = await runs.findForUpdate(claimed.key);
        if (run?.owner !== this.#settings.owner || terminalStates.has(run.state)) return;
        run.owner = null;
        run.leaseUntil = null;
        await runs.update(run);
      });
    } catch (error) {
      this.#settings.warn(`run ${claimed.key.id} stays claimed until its lease ends: ${messageOf(error)}`);
    }
  }

  async #renew(): Promise<void> {
    try {
      for (const run of await this.#queue.renew(this.#settings.owner, this.#settings.leaseMs)) this.cancel(run);
    } catch (error) {
      this.#settings.warn(`renewing claims failed: ${messageOf(error)}`);
    }
  }

  /** For tests and metrics. */
  get active(): readonly TenantRun[] {
    return [...this.#active.values()].map(({ run }) => run);
  }
}

/** A new run in state queued, and the event that says so. The caller adds both in one unit of work, then wakes the engine. */
export async function enqueue(stores: RunStores, run: Run, at: Date): Promise<void> {
  await stores.runs.add(run);
  await stores.runs.append(run, [{ at, type: 'queued', payload: {} }]);
}

/** What cancelling means for a stored run: at once when nobody works on it, by request otherwise, not at all when it has ended. */
export async function requestCancel(stores: RunStores, run: Run, at: Date): Promise<void> {
  if (terminalStates.has(run.state) || run.cancelRequested) return;
  run.cancelRequested = true;
  if (run.state === 'running') {
    await stores.runs.update(run);
    return;
  }
  run.state = 'cancelled';
  run.owner = null;
  run.leaseUntil = null;
  run.endedAt = at;
  await stores.runs.update(run);
  await stores.runs.append(run, [{ at, type: 'cancelled', payload: {} }]);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
