/** A unit of work over stores in memory: work sees a copy, which replaces the stores when it commits. One unit at a time. */
import { Replayed } from '../../src/values/call.ts';
import type { CallContext, UnitOfWork } from '../../src/values/call.ts';
import type { Clock } from '../../src/values/clock.ts';
import { Fault } from '../../src/values/fault.ts';

export interface Copyable<Store> {
  snapshot(): Store;
}

export type Copied<Stores> = { readonly [Name in keyof Stores]: Copyable<Stores[Name]> & Stores[Name] };

export class MemoryUnits<
  Stores extends { readonly [Name in keyof Stores]: Copyable<Stores[Name]> },
> implements UnitOfWork<Stores> {
  stores: Stores;
  /** Units that committed. */
  commits = 0;
  private readonly replies = new Map<string, { readonly digest: string; readonly reply: Uint8Array }>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(stores: Stores) {
    this.stores = stores;
  }

  async read<Result>(_context: CallContext, work: (stores: Stores) => Promise<Result>): Promise<Result> {
    return work(this.copied());
  }

  async glance<Result>(context: CallContext, work: (stores: Stores) => Promise<Result>): Promise<Result> {
    return this.read(context, work);
  }

  async write<Result>(context: CallContext, work: (stores: Stores) => Promise<Result>): Promise<Result> {
    const result = this.turn.then(() => this.writeNow(context, work));
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async writeNow<Result>(context: CallContext, work: (stores: Stores) => Promise<Result>): Promise<Result> {
    const { idempotency } = context;
    const before =
      idempotency === undefined ? undefined : this.replies.get(`${idempotency.method}/${idempotency.requestId}`);
    if (before !== undefined) {
      if (before.digest !== idempotency?.digest) throw new Fault('REQUEST_ID_REUSED', 'the request id was used before');
      throw new Replayed(before.reply);
    }
    const stores = this.copied();
    const result = await work(stores);
    if (context.validateOnly === true) return result;
    if (idempotency !== undefined) {
      this.replies.set(`${idempotency.method}/${idempotency.requestId}`, {
        digest: idempotency.digest,
        reply: idempotency.encode(result),
      });
    }
    this.stores = stores;
    this.commits++;
    return result;
  }

  private copied(): Stores {
    const entries = Object.entries<Copyable<unknown>>(this.stores as Record<string, Copyable<unknown>>);
    return Object.fromEntries(entries.map(([name, store]) => [name, store.snapshot()])) as unknown as Stores;
  }
}

/** A clock that stands until it is set. */
export class SetClock implements Clock {
  private instant: Date;

  constructor(instant: string) {
    this.instant = new Date(instant);
  }

  now(): Date {
    return new Date(this.instant);
  }

  set(instant: string): void {
    this.instant = new Date(instant);
  }
}

export function callContext(tenant: string = 'acme'): CallContext {
  return { tenant, principal: 'tester', signal: new AbortController().signal };
}

/** Ids that count: `id-1`, `id-2`, ... */
export function countedIds(): () => string {
  let count = 0;
  return () => `id-${String(++count)}`;
}

/** The fault that a promise is rejected with. */
export async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
