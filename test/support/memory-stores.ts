/**
 * Stores in memory that keep the promises of the real ones: a unit of work commits all or nothing, one after the other; versions and
 * sequences count; what is read is a copy.
 */
import { Fault } from '../../src/values/fault.ts';
import { Replayed } from '../../src/values/call.ts';
import type { CallContext, UnitOfWork } from '../../src/values/call.ts';
import type { Page } from '../../src/values/listing.ts';
import { Run, terminalStates } from '../../src/optimization/run.ts';
import type { RunEvent, RunKey, RunKind, RunQueue, RunStore } from '../../src/optimization/run.ts';
import { keyOf, tenantRunOf, textOf } from '../../src/optimization/run-key.ts';
import type { TenantRun } from '../../src/optimization/run-key.ts';

interface Rows {
  runs: Map<string, Run>;
  events: Map<string, readonly RunEvent[]>;
  prices: Map<string, Uint8Array>;
  replies: Map<string, { readonly digest: string; readonly reply: Uint8Array }>;
}

function copyOf(run: Run): Run {
  return Object.assign(new Run(), structuredClone(Object.fromEntries(Object.entries(run))));
}

export interface MemoryStores {
  readonly runs: RunStore;
}

/** The database: hand `unitOfWork` and `queue` to what is tested. `Extra` are further stores, made per tenant. */
export class MemoryDatabase<Extra extends object = object> {
  readonly unitOfWork: UnitOfWork<MemoryStores & Extra>;
  readonly queue: RunQueue;
  /** How often the log was read, and how often the queue looked for news. */
  readonly counts = { eventReads: 0, looks: 0, writes: 0 };
  /** When set, the next units of work fail with it. */
  failure: Error | undefined;
  #rows: Rows = { runs: new Map(), events: new Map(), prices: new Map(), replies: new Map() };
  #tail: Promise<unknown> = Promise.resolve();
  readonly #extra: (tenant: string) => Extra;

  constructor(extra: (tenant: string) => Extra) {
    this.#extra = extra;
    this.unitOfWork = {
      read: (context, work) => this.#inTurn(() => this.#transaction(context, work, false)),
      glance: (context, work) => this.#inTurn(() => this.#transaction(context, work, false)),
      write: (context, work) => this.#inTurn(() => this.#transaction(context, work, true)),
    };
    this.queue = {
      claim: (owner, leaseMs, limit) => this.#inTurn(async () => this.#claim(owner, leaseMs, limit)),
      renew: (owner, leaseMs) => this.#inTurn(async () => this.#renew(owner, leaseMs)),
      lastSequences: async (keys) => {
        this.counts.looks += 1;
        return keys.map((key) => this.#rows.runs.get(textOf(key))?.lastSequence ?? 0);
      },
    };
  }

  /** The run as committed. */
  run(run: TenantRun): Run | undefined {
    const found = this.#rows.runs.get(textOf(run));
    return found === undefined ? undefined : copyOf(found);
  }

  log(run: TenantRun): readonly RunEvent[] {
    return this.#rows.events.get(textOf(run)) ?? [];
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#tail.then(work, work);
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  async #transaction<Result>(
    context: CallContext,
    work: (stores: MemoryStores & Extra) => Promise<Result>,
    writes: boolean,
  ): Promise<Result> {
    context.signal.throwIfAborted();
    if (this.failure !== undefined) throw this.failure;
    if (writes) this.counts.writes += 1;
    const before = this.#rows;
    const draft: Rows = {
      runs: new Map(before.runs),
      events: new Map(before.events),
      prices: new Map(before.prices),
      replies: new Map(before.replies),
    };
    const { idempotency } = context;
    const request = JSON.stringify([context.tenant, context.principal, idempotency?.method, idempotency?.requestId]);
    const answered = idempotency === undefined ? undefined : before.replies.get(request);
    if (answered !== undefined) {
      if (answered.digest !== idempotency?.digest) throw new Fault('REQUEST_ID_REUSED', 'used with another request');
      throw new Replayed(answered.reply);
    }
    const stores = { ...this.#extra(context.tenant), runs: this.#storeOf(draft, context.tenant, writes) };
    const result = await work(stores);
    if (idempotency !== undefined) {
      draft.replies.set(request, { digest: idempotency.digest, reply: idempotency.encode(result) });
    }
    if (writes && context.validateOnly !== true) this.#rows = draft;
    return result;
  }

  #storeOf(rows: Rows, tenant: string, writes: boolean): RunStore {
    const at = (key: RunKey): string => textOf({ tenant, key });
    const mayWrite = (): void => {
      if (!writes) throw new Error('a read may not write');
    };
    const find = async (key: RunKey): Promise<Run | undefined> => {
      const found = rows.runs.get(at(key));
      return found === undefined ? undefined : copyOf(found);
    };
    return {
      find,
      findForUpdate: find,
      list: async (kind, portfolioId, query) => pageOf(rows, tenant, kind, portfolioId, query.limit, query.after),
      add: async (run) => {
        mayWrite();
        if (rows.runs.has(at(keyOf(run)))) throw new Fault('ALREADY_EXISTS', `run ${run.id} exists`);
        rows.runs.set(at(keyOf(run)), copyOf(run));
      },
      update: async (run) => {
        mayWrite();
        const stored = rows.runs.get(at(keyOf(run)));
        if (stored?.version !== run.version) throw new Fault('ETAG_MISMATCH', `run ${run.id} has changed`);
        run.version += 1;
        rows.runs.set(at(keyOf(run)), copyOf(run));
      },
      append: async (run, events) => {
        mayWrite();
        const text = at(keyOf(run));
        const stored = rows.runs.get(text);
        if (stored === undefined) throw new Error(`no run ${run.id}`);
        const numbered = events.map((event, position) => ({ ...event, sequence: stored.lastSequence + position + 1 }));
        run.lastSequence = stored.lastSequence + events.length;
        rows.runs.set(text, Object.assign(copyOf(stored), { lastSequence: run.lastSequence }));
        rows.events.set(text, [...(rows.events.get(text) ?? []), ...structuredClone(numbered)]);
        return numbered;
      },
      keepPrices: async (digest, snapshot) => {
        mayWrite();
        rows.prices.set(`${tenant}/${digest}`, snapshot);
      },
      keptPrices: async (digest) => rows.prices.get(`${tenant}/${digest}`),
      events: async (key, after, limit) => {
        this.counts.eventReads += 1;
        return (rows.events.get(at(key)) ?? []).filter((event) => event.sequence > after).slice(0, limit);
      },
    };
  }

  #claim(owner: string, leaseMs: number, limit: number): readonly TenantRun[] {
    if (this.failure !== undefined) throw this.failure;
    const now = Date.now();
    const free = [...this.#rows.runs.values()].filter(
      (run) =>
        (run.state === 'queued' || run.state === 'running') &&
        (run.owner === null || run.leaseUntil === null || run.leaseUntil.getTime() < now),
    );
    return free.slice(0, limit).map((run) => {
      // A claim counts the attempt and is a change of the run: whoever held it before can no longer update it.
      const leaseUntil = new Date(now + leaseMs);
      this.#replace(run, { owner, leaseUntil, attempt: run.attempt + 1, version: run.version + 1 });
      return tenantRunOf(run);
    });
  }

  #renew(owner: string, leaseMs: number): readonly TenantRun[] {
    if (this.failure !== undefined) throw this.failure;
    const own = [...this.#rows.runs.values()].filter((run) => run.owner === owner && !terminalStates.has(run.state));
    for (const run of own) this.#replace(run, { leaseUntil: new Date(Date.now() + leaseMs) });
    return own.filter((run) => run.cancelRequested).map(tenantRunOf);
  }

  #replace(run: Run, change: Partial<Run>): void {
    const runs = new Map(this.#rows.runs);
    runs.set(textOf(tenantRunOf(run)), Object.assign(copyOf(run), change));
    this.#rows = { ...this.#rows, runs };
  }
}

/** Newest first, then by id. */
function pageOf(
  rows: Rows,
  tenant: string,
  kind: RunKind,
  portfolioId: string,
  limit: number,
  after: readonly string[] | undefined,
): Page<Run> {
  const keysOf = (run: Run): readonly [string, string] => [run.createdAt.toISOString(), run.id];
  const sorted = [...rows.runs.values()]
    .filter((run) => run.tenant === tenant && run.kind === kind && run.portfolioId === portfolioId)
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? -1 : 1));
  const start = after === undefined ? 0 : sorted.findIndex((run) => keysOf(run).join() === after.join()) + 1;
  const page = sorted.slice(start, start + limit);
  const last = page.at(-1);
  return start + limit < sorted.length && last !== undefined
    ? { rows: page.map(copyOf), next: keysOf(last) }
    : { rows: page.map(copyOf) };
}
