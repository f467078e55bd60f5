import { LockMode, raw } from '@mikro-orm/core';

import { Run, type RunEvent, type RunKey, type RunKind, type RunStore } from '../../optimization/run.ts';
import { Fault } from '../../values/fault.ts';
import type { JsonObject } from '../../values/json.ts';
import type { ListQuery, Page } from '../../values/listing.ts';
import { instantField, type Listed, pageOf, pageOfIds, textField } from '../listing.ts';
import { PriceSnapshotSchema, RunEventSchema, RunSchema } from '../schema/runs.ts';
import { locked, type Session, unfollowed } from '../session.ts';
import { storeProposal } from './proposal.ts';
import { insertRows, insertUnlessTaken, rowOf, taken } from './rows.ts';

const fields = {
  subject: textField('subject'),
  state: textField('state'),
  createdAt: instantField('created_at'),
  endedAt: instantField("coalesce(ended_at, 'infinity')"),
};

const nameOf = (run: RunKey): string =>
  `portfolios/${run.portfolioId}/${run.kind === 'rebalance' ? 'rebalances' : 'optimizations'}/${run.id}`;

export class StoredRuns implements RunStore {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  find(key: RunKey): Promise<Run | undefined> {
    return this.#find(key, undefined);
  }

  findForUpdate(key: RunKey): Promise<Run | undefined> {
    return this.#find(key, LockMode.PESSIMISTIC_WRITE);
  }

  async #find(key: RunKey, mode: LockMode | undefined): Promise<Run | undefined> {
    return (await this.#session.manager.findOne(Run, this.#keyOf(key), locked(mode))) ?? undefined;
  }

  async list(kind: RunKind, portfolioId: string, query: ListQuery): Promise<Page<Run>> {
    const { tenant } = this.#session;
    const within = { tenant, kind, portfolio_id: portfolioId };
    const listed: Listed = { table: 'runs', id: textField('id'), fields, within };
    const page = await pageOfIds(this.#session, listed, query);
    const rows = await this.#session.manager.find(
      Run,
      { tenant, kind, portfolioId, id: { $in: [...page.rows] } },
      unfollowed,
    );
    return pageOf(page, rows, ({ id }) => id);
  }

  async add(run: Run): Promise<void> {
    const row = rowOf(RunSchema, run, { tenant: this.#session.tenant });
    if (!(await insertUnlessTaken(this.#session, Run, row))) throw taken(nameOf(run));
    await storeProposal(this.#session, run);
  }

  /**
   * The number of the last event is counted by `append` alone, and a lease that was extended meanwhile is not cut short. A claim by another
   * owner counts as a change, so that who lost a run cannot end it.
   */
  async update(run: Run): Promise<void> {
    const { lastSequence: _counted, ...row } = rowOf(RunSchema, run, this.#keyOf(run));
    const where: object = { ...this.#keyOf(run), version: run.version };
    const leaseUntil = run.leaseUntil === null ? null : raw('greatest(lease_until, ?)', [run.leaseUntil]);
    const data: object = { ...row, leaseUntil, version: run.version + 1 };
    const changed = await this.#session.manager.nativeUpdate(Run, where, data);
    if (changed !== 1) throw await this.#refusal(run);
    run.version += 1;
    await storeProposal(this.#session, run);
  }

  async append(run: Run, events: readonly Omit<RunEvent, 'sequence'>[]): Promise<readonly RunEvent[]> {
    if (events.length === 0) return [];
    // The row stays locked to the end of the transaction: commits come in the order of the numbers, without a gap.
    const [counted] = await this.#session.rows<{ last: string | number }>(
      `update runs set last_sequence = last_sequence + ? where tenant = ? and kind = ? and portfolio_id = ? and id = ?
       returning last_sequence as last`,
      [events.length, this.#session.tenant, run.kind, run.portfolioId, run.id],
    );
    if (counted === undefined) throw await this.#refusal(run);
    const last = Number(counted.last);
    const numbered = events.map((event, k) => ({ ...event, sequence: last - events.length + k + 1 }));
    const owner = { tenant: this.#session.tenant, kind: run.kind, portfolioId: run.portfolioId, runId: run.id };
    await insertRows(
      this.#session,
      RunEventSchema,
      numbered.map((event) => ({ ...owner, ...event })),
    );
    run.lastSequence = last;
    return numbered;
  }

  async keepPrices(digest: string, snapshot: Uint8Array): Promise<void> {
    const row = { tenant: this.#session.tenant, digest, content: snapshot };
    await insertUnlessTaken(this.#session, PriceSnapshotSchema, row);
  }

  async keptPrices(digest: string): Promise<Uint8Array | undefined> {
    const key = { tenant: this.#session.tenant, digest };
    const found = await this.#session.manager.findOne(PriceSnapshotSchema, key, unfollowed);
    return found?.content;
  }

  async events(key: RunKey, after: number, limit: number): Promise<readonly RunEvent[]> {
    const found = await this.#session.manager.find(
      RunEventSchema,
      {
        tenant: this.#session.tenant,
        kind: key.kind,
        portfolioId: key.portfolioId,
        runId: key.id,
        sequence: { $gt: after },
      },
      { ...unfollowed, orderBy: { sequence: 'asc' }, limit },
    );
    return found.map(({ sequence, at, type, payload }) => ({ sequence, at, type, payload: payload as JsonObject }));
  }

  #keyOf({ kind, portfolioId, id }: RunKey): { tenant: string; kind: RunKind; portfolioId: string; id: string } {
    return { tenant: this.#session.tenant, kind, portfolioId, id };
  }

  async #refusal(run: Run): Promise<Fault> {
    const name = nameOf(run);
    const stored = await this.#find(run, undefined);
    if (stored === undefined) return new Fault('NOT_FOUND', `${name} was not found`, { name });
    return new Fault('ETAG_MISMATCH', `${name} was changed meanwhile; read it again`, {
      name,
      expected: String(run.version),
    });
  }
}
