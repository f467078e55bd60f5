/** What every handler of one server shares. */
import type { Trust } from './caller.ts';
import type { Log } from './status.ts';

export interface EdgeLimits {
  /** Longest deadline of a unary call or an import, and the time given to one without a deadline. */
  readonly deadlineMs: number;
  /** Longest life of a stream; it ends with a resume token. */
  readonly streamMs: number;
  /** How long a watcher may read nothing while events wait for it. */
  readonly stallMs: number;
  /** Events and bytes that wait for one watcher; beyond, the log is not read further. */
  readonly queueEvents: number;
  readonly queueBytes: number;
  /** Largest message of a method that does not say otherwise. */
  readonly receiveBytes: number;
}

export const defaultLimits: EdgeLimits = {
  deadlineMs: 600_000,
  streamMs: 3_600_000,
  stallMs: 30_000,
  queueEvents: 256,
  queueBytes: 1_048_576,
  receiveBytes: 262_144,
};

type Phase = 'serving' | 'draining' | 'stopping';

/** Tells open calls that the server goes: first that streams should end with a token, later that nobody waits any longer. */
export class Shutdown {
  #phase: Phase = 'serving';
  readonly #listeners = new Set<(phase: Phase) => void>();

  get phase(): Phase {
    return this.#phase;
  }

  enter(phase: Phase): void {
    if (this.#phase === phase) return;
    this.#phase = phase;
    for (const listener of [...this.#listeners]) listener(phase);
  }

  /** Returns what ends the listening. A set instead of an AbortSignal: thousands of streams listen and leave. */
  listen(listener: (phase: Phase) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export interface Edge {
  readonly log: Log;
  readonly trust: Trust;
  readonly limits: EdgeLimits;
  readonly shutdown: Shutdown;
}
