/** Runs of one tenant in memory beside other stores, so that a unit of work over all of them rolls back as one. */
import { Run } from '../../src/optimization/run.ts';
import type { RunEvent, RunKey, RunKind, RunStore } from '../../src/optimization/run.ts';
import { Fault } from '../../src/values/fault.ts';
import type { ListQuery, Page } from '../../src/values/listing.ts';
import { pageOf } from './memory-listing.ts';

const textOf = ({ kind, portfolioId, id }: RunKey): string => `${kind}/${portfolioId}/${id}`;

const copyOf = (run: Run): Run => Object.assign(new Run(), structuredClone(run));

export class MemoryRuns implements RunStore {
  rows = new Map<string, Run>();
  logs = new Map<string, readonly RunEvent[]>();
  prices = new Map<string, Uint8Array>();

  /** A store of the same content, for rolling back. */
  snapshot(): MemoryRuns {
    const copy = new MemoryRuns();
    copy.rows = new Map(this.rows);
    copy.logs = new Map(this.logs);
    copy.prices = new Map(this.prices);
    return copy;
  }

  async keepPrices(digest: string, snapshot: Uint8Array): Promise<void> {
    if (!this.prices.has(digest)) this.prices.set(digest, snapshot);
  }

  async keptPrices(digest: string): Promise<Uint8Array | undefined> {
    return this.prices.get(digest);
  }

  async find(key: RunKey): Promise<Run | undefined> {
    const found = this.rows.get(textOf(key));
    return found === undefined ? undefined : copyOf(found);
  }

  async findForUpdate(key: RunKey): Promise<Run | undefined> {
    return this.find(key);
  }

  async list(kind: RunKind, portfolioId: string, query: ListQuery): Promise<Page<Run>> {
    const rows = [...this.rows.values()].filter((run) => run.kind === kind && run.portfolioId === portfolioId);
    return pageOf(rows.map(copyOf), query, ({ id, state, createdAt }) => ({
      id,
      state,
      createdAt: createdAt.toISOString(),
    }));
  }

  async add(run: Run): Promise<void> {
    if (this.rows.has(textOf(run))) throw new Fault('ALREADY_EXISTS', `run ${run.id} exists`);
    this.rows.set(textOf(run), copyOf(run));
  }

  async update(run: Run): Promise<void> {
    if (this.rows.get(textOf(run))?.version !== run.version)
      throw new Fault('ETAG_MISMATCH', `run ${run.id} has changed`);
    run.version += 1;
    this.rows.set(textOf(run), copyOf(run));
  }

  async append(run: Run, events: readonly Omit<RunEvent, 'sequence'>[]): Promise<readonly RunEvent[]> {
    const log = this.logs.get(textOf(run)) ?? [];
    const numbered = events.map((event, position) => ({ ...event, sequence: log.length + position + 1 }));
    run.lastSequence = log.length + events.length;
    const stored = this.rows.get(textOf(run));
    if (stored === undefined) throw new Error(`no run ${run.id}`);
    this.rows.set(textOf(run), Object.assign(copyOf(stored), { lastSequence: run.lastSequence }));
    this.logs.set(textOf(run), [...log, ...structuredClone(numbered)]);
    return numbered;
  }

  async events(key: RunKey, after: number, limit: number): Promise<readonly RunEvent[]> {
    return (this.logs.get(textOf(key)) ?? []).filter(({ sequence }) => sequence > after).slice(0, limit);
  }
}
