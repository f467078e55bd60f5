/**
 * The life of a run, the same for optimizations and rebalances: an input, a state, a result, and a gapless log of events. State, result
 * and events commit in one transaction.
 */
import type { JsonObject } from '../values/json.ts';
import type { ListQuery, Page } from '../values/listing.ts';

export const runKinds = ['optimization', 'rebalance'] as const;
export type RunKind = (typeof runKinds)[number];

/**
 * queued -> running -> succeeded | failed | cancelled for optimizations;
 * queued -> running -> proposed -> accepted | rejected, or not-triggered | failed, for rebalances. queued may go to cancelled or failed.
 */
export const runStates = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'proposed',
  'accepted',
  'rejected',
  'not-triggered',
] as const;
export type RunState = (typeof runStates)[number];
export const terminalStates: ReadonlySet<RunState> = new Set([
  'succeeded',
  'failed',
  'cancelled',
  'accepted',
  'rejected',
  'not-triggered',
]);

export class Run {
  tenant = '';
  kind: RunKind = 'optimization';
  portfolioId = '';
  id = '';
  /** Strategy type of an optimization, source of a rebalance; for lists. */
  subject = '';
  state: RunState = 'queued';
  /** The request as admitted; enough to start again. */
  input: JsonObject = {};
  result: JsonObject | null = null;
  error: { readonly reason: string; readonly message: string } | null = null;
  /** Number of the last event. */
  lastSequence = 0;
  attempt = 0;
  cancelRequested = false;
  /** The server process that works on it, and until when its claim holds. */
  owner: string | null = null;
  leaseUntil: Date | null = null;
  version = 1;
  createdAt = new Date(0);
  endedAt: Date | null = null;
}

/** One event; `type` and `payload` are told to watchers as they are. */
export interface RunEvent {
  readonly sequence: number;
  readonly at: Date;
  readonly type: string;
  readonly payload: JsonObject;
}

export interface RunKey {
  readonly kind: RunKind;
  readonly portfolioId: string;
  readonly id: string;
}

/** Progress may be conflated for a slow watcher; every other type is delivered. */
export const conflatable: ReadonlySet<string> = new Set(['progress']);
/** The last event of a run. */
export const terminalTypes: ReadonlySet<string> = new Set([
  'succeeded',
  'failed',
  'cancelled',
  'accepted',
  'rejected',
  'notTriggered',
]);

/** Runs and their logs, of the tenant of the unit of work. */
export interface RunStore {
  find(key: RunKey): Promise<Run | undefined>;
  findForUpdate(key: RunKey): Promise<Run | undefined>;
  list(kind: RunKind, portfolioId: string, query: ListQuery): Promise<Page<Run>>;
  /** Inserts; Fault ALREADY_EXISTS when the id is taken. */
  add(run: Run): Promise<void>;
  /** Stores the run (version + 1; ETAG_MISMATCH when the stored version is another than `run.version`). */
  update(run: Run): Promise<void>;
  /** Appends events with the next sequence numbers, counted in this transaction on the run's row; updates `run.lastSequence`. */
  append(run: Run, events: readonly Omit<RunEvent, 'sequence'>[]): Promise<readonly RunEvent[]>;
  /**
   * Keeps the prices that runs were solved with, and the numbers that came with their requests, by the digest of what they are; what is kept
   * already stays.
   */
  keepPrices(digest: string, snapshot: Uint8Array): Promise<void>;
  keptPrices(digest: string): Promise<Uint8Array | undefined>;
  /** Events after `sequence`, ascending. */
  events(key: RunKey, after: number, limit: number): Promise<readonly RunEvent[]>;
}

/** Across tenants, for the engine itself: claiming runs that nobody works on, and looking for news. */
export interface RunQueue {
  /** Claims queued or abandoned runs (lease over, or owner gone) for `owner` until now + leaseMs and counts the attempt; at most `limit`. */
  claim(
    owner: string,
    leaseMs: number,
    limit: number,
  ): Promise<readonly { readonly tenant: string; readonly key: RunKey }[]>;
  /** Extends the leases of the owner's runs; returns the keys of those whose cancellation was requested. */
  renew(owner: string, leaseMs: number): Promise<readonly { readonly tenant: string; readonly key: RunKey }[]>;
  /** Last sequences of the runs asked for, in one query. */
  lastSequences(keys: readonly { readonly tenant: string; readonly key: RunKey }[]): Promise<readonly number[]>;
}
