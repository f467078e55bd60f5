/**
 * Watching runs. Subscribes to the wake-up first, then reads the log, then follows; nothing is told that was not read from the log.
 * Wake-ups come from the engine of this process at once, and from one query per process for all watched runs. Watchers of one run
 * share its pages, so a thousand of them read like one.
 */
import { Observable, Subject } from 'rxjs';

import type { CallContext, UnitOfWork } from '../values/call.ts';
import { Fault } from '../values/fault.ts';
import { LogPages } from './log-pages.ts';
import { futureToken } from './resume-token.ts';
import { engineContext, textOf } from './run-key.ts';
import type { TenantRun } from './run-key.ts';
import { terminalTypes } from './run.ts';
import type { RunEvent, RunKey, RunQueue, RunStore } from './run.ts';

export interface RunStores {
  readonly runs: RunStore;
}

export type WatchNews =
  | { readonly kind: 'event'; readonly event: RunEvent }
  /** Nothing new: every event up to `sequence` was told. */
  | { readonly kind: 'heartbeat'; readonly sequence: number; readonly at: Date };

export interface EventLogSettings {
  /** Between looks for news of other processes: 100 on a database server, 1000 on the embedded one, which has none. */
  readonly pollMs: number;
  readonly heartbeatMs: number;
  /** Told what went wrong with a look for news; the next one tries again. */
  readonly warn: (message: string) => void;
}

interface Channel {
  readonly run: TenantRun;
  readonly pages: LogPages;
  readonly wake: Subject<void>;
  /** The first look at the run. */
  start: Promise<void> | undefined;
  watchers: number;
}

export class EventLog {
  readonly #work: UnitOfWork<RunStores>;
  readonly #queue: RunQueue;
  readonly #settings: EventLogSettings;
  readonly #channels = new Map<string, Channel>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;

  constructor(work: UnitOfWork<RunStores>, queue: RunQueue, settings: EventLogSettings) {
    this.#work = work;
    this.#queue = queue;
    this.#settings = settings;
  }

  /** Number of runs that are watched now. */
  get watched(): number {
    return this.#channels.size;
  }

  /** Said by the engine after a commit: the log of the run reaches `last`. */
  wake(run: TenantRun, last: number): void {
    const channel = this.#channels.get(textOf(run));
    if (channel === undefined || !channel.pages.reaches(last)) return;
    channel.wake.next();
  }

  /**
   * Events after `after` in order, each once, none left out; then what follows, with heartbeats; completes after the terminal event.
   * Errors with NOT_FOUND, RESUME_TOKEN_INVALID (a place not reached yet), RESUME_TOKEN_COMPACTED, or what the store throws; with
   * the reason of `context.signal` when that is aborted. Unsubscribing only stops listening.
   */
  watch(key: RunKey, after: number, context: CallContext): Observable<WatchNews> {
    return new Observable((subscriber) => {
      const run = { tenant: context.tenant, key };
      const channel = this.#join(run);
      const ended = new Subject<void>();
      const onAbort = (): void => subscriber.error(context.signal.reason);
      if (context.signal.aborted) onAbort();
      context.signal.addEventListener('abort', onAbort, { once: true });
      subscriber.add(() => {
        context.signal.removeEventListener('abort', onAbort);
        ended.next();
        this.#leave(channel);
      });
      const follow = async (): Promise<void> => {
        await this.#open(channel, after);
        if (after > channel.pages.last) throw futureToken(after, channel.pages.last);
        let cursor = after;
        let isOver = false;
        while (!isOver && !subscriber.closed) {
          const page = await channel.pages.after(cursor);
          for (const event of page) {
            if (isClosed(subscriber)) return;
            subscriber.next({ kind: 'event', event });
            cursor = event.sequence;
            isOver ||= terminalTypes.has(event.type);
          }
          if (page.length > 0 || isOver) continue;
          // A run that is watched from beyond its terminal event has nothing more to tell.
          if (await isEnded(channel, cursor)) break;
          const woken = await wokenWithin(channel, cursor, ended, this.#settings.heartbeatMs);
          if (!woken && !isClosed(subscriber)) subscriber.next({ kind: 'heartbeat', sequence: cursor, at: new Date() });
        }
        subscriber.complete();
      };
      follow().catch((error: unknown) => subscriber.error(error));
    });
  }

  #join(run: TenantRun): Channel {
    const text = textOf(run);
    let channel = this.#channels.get(text);
    if (channel === undefined) {
      const read = (after: number, limit: number): Promise<readonly RunEvent[]> =>
        this.#work.read(engineContext(run.tenant), ({ runs }) => runs.events(run.key, after, limit));
      channel = { run, pages: new LogPages(read), wake: new Subject(), start: undefined, watchers: 0 };
      this.#channels.set(text, channel);
    }
    channel.watchers += 1;
    this.#timer ??= setInterval(() => void this.#look(), this.#settings.pollMs);
    return channel;
  }

  #leave(channel: Channel): void {
    channel.watchers -= 1;
    if (channel.watchers > 0) return;
    this.#channels.delete(textOf(channel.run));
    if (this.#channels.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Learns how far the log goes; shared by all who come while it lasts, and repeated for a place beyond what is known. */
  async #open(channel: Channel, after: number): Promise<void> {
    if (after > channel.pages.last) channel.start = undefined;
    channel.start ??= this.#work.read(engineContext(channel.run.tenant), async ({ runs }) => {
      const run = await runs.find(channel.run.key);
      if (run === undefined) throw missing(channel.run.key);
      channel.pages.reaches(run.lastSequence);
    });
    try {
      await channel.start;
    } catch (error) {
      channel.start = undefined;
      throw error;
    }
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const channels = [...this.#channels.values()];
      const lasts = await this.#queue.lastSequences(channels.map((channel) => channel.run));
      for (const [position, channel] of channels.entries()) this.wake(channel.run, lasts[position] ?? 0);
    } catch (error) {
      this.#settings.warn(`looking for news of runs failed: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#looking = false;
    }
  }
}

/** The last event known is the terminal one. */
async function isEnded(channel: Channel, cursor: number): Promise<boolean> {
  if (cursor === 0 || cursor < channel.pages.last) return false;
  const [event] = await channel.pages.after(cursor - 1);
  return event !== undefined && terminalTypes.has(event.type);
}

/** A call, because the compiler does not see that emitting may close a subscriber. */
function isClosed(subscriber: { readonly closed: boolean }): boolean {
  return subscriber.closed;
}

/** Whether there is news after `cursor`; false when the time is over or the watcher has left. */
function wokenWithin(channel: Channel, cursor: number, ended: Subject<void>, ms: number): Promise<boolean> {
  if (channel.pages.last > cursor) return Promise.resolve(true);
  return new Promise((resolve) => {
    const finish = (woken: boolean): void => {
      clearTimeout(timer);
      wake.unsubscribe();
      end.unsubscribe();
      resolve(woken);
    };
    const timer = setTimeout(() => finish(false), ms);
    const wake = channel.wake.subscribe(() => finish(true));
    const end = ended.subscribe(() => finish(false));
  });
}

export function missing(key: RunKey): Fault {
  const name = `portfolios/${key.portfolioId}/${key.kind === 'optimization' ? 'optimizations' : 'rebalances'}/${key.id}`;
  return new Fault('NOT_FOUND', `there is no ${name}`, { name });
}
