import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';

import { IsolationLevel } from '@mikro-orm/core';

import type { CallContext, UnitOfWork } from '../values/call.ts';
import type { Clock } from '../values/clock.ts';
import { Fault } from '../values/fault.ts';
import type { Database } from './database.ts';
import { faultOf, isRepeatable } from './failures.ts';
import { answerRequest, takeRequest } from './idempotency.ts';
import { Session } from './session.ts';

const attemptsMax = 5;
const backOffMs = 20;

/** Ends a transaction that was to be checked only; carries the result past the rollback. */
class Undone extends Error {
  readonly result: unknown;

  constructor(result: unknown) {
    super('validated only');
    this.result = result;
  }
}

interface Scope {
  open: boolean;
}

/** Opens transactions, one entity manager each, thrown away after it. */
export class Transactions {
  readonly #database: Database;
  readonly #clock: Clock;
  /** Set while `work` of a transaction runs: a second one from inside would wait for ever on the embedded engine's only connection. */
  readonly #scope = new AsyncLocalStorage<Scope>();

  readonly #active = new Set<Promise<unknown>>();
  #closed = false;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** All or nothing; work that a deadlock or a serialization failure undid is run again, at most five times in all. */
  async write<Result>(tenant: string, work: (session: Session) => Promise<Result>): Promise<Result> {
    this.#refuse();
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#followed(this.#transaction(tenant, work, false));
      } catch (error) {
        if (!isRepeatable(error) || attempt === attemptsMax) throw faultOf(error);
        await delay(Math.random() * backOffMs * 2 ** attempt);
      }
    }
  }

  /** One snapshot for all that `work` reads; writing is refused. */
  async read<Result>(tenant: string, work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#told(() => this.#transaction(tenant, work, true));
  }

  /** One statement that reads, which begins and ends by itself. */
  async glance<Result>(tenant: string, work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#told(() => work(new Session(this.#database.orm.em.fork(), tenant, this.#clock)));
  }

  async #told<Result>(reading: () => Promise<Result>): Promise<Result> {
    this.#refuse();
    try {
      return await this.#followed(reading());
    } catch (error) {
      throw faultOf(error);
    }
  }

  /** Lets the work under way come to its end; nothing new is begun. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#active);
  }

  #refuse(): void {
    if (this.#closed) throw new Fault('SHUTTING_DOWN', 'the storage is closed');
    if (this.#scope.getStore()?.open !== true) return;
    throw new Error('a unit of work was begun inside the work of another; use the stores that the outer one gives');
  }

  async #followed<Result>(transaction: Promise<Result>): Promise<Result> {
    this.#active.add(transaction);
    try {
      return await transaction;
    } finally {
      this.#active.delete(transaction);
    }
  }

  async #transaction<Result>(
    tenant: string,
    work: (session: Session) => Promise<Result>,
    readOnly: boolean,
  ): Promise<Result> {
    const manager = this.#database.orm.em.fork();
    const scope: Scope = { open: true };
    await manager.begin(readOnly ? { isolationLevel: IsolationLevel.REPEATABLE_READ, readOnly } : {});
    try {
      // The embedded driver begins without saying how.
      if (readOnly && this.#database.embedded) await manager.execute('set transaction read only');
      const result = await this.#scope.run(scope, () => work(new Session(manager, tenant, this.#clock)));
      await manager.commit();
      return result;
    } catch (error) {
      // Of a broken connection the rollback fails too; the first error is the one to tell.
      await manager.rollback().catch(() => undefined);
      throw error;
    } finally {
      scope.open = false;
    }
  }
}

export class StorageUnitOfWork<Stores> implements UnitOfWork<Stores> {
  readonly #transactions: Transactions;
  readonly #storesOf: (session: Session) => Stores;

  constructor(transactions: Transactions, storesOf: (session: Session) => Stores) {
    this.#transactions = transactions;
    this.#storesOf = storesOf;
  }

  /** Work that nobody waits for any more is not begun: throws the reason of the aborted signal. */
  async read<Result>(context: CallContext, work: (stores: Stores) => Promise<Result>): Promise<Result> {
    context.signal.throwIfAborted();
    return this.#transactions.read(context.tenant, (session) => work(this.#storesOf(session)));
  }

  async glance<Result>(context: CallContext, work: (stores: Stores) => Promise<Result>): Promise<Result> {
    context.signal.throwIfAborted();
    return this.#transactions.glance(context.tenant, (session) => work(this.#storesOf(session)));
  }

  /** As `read`; a request id is taken and answered in the same transaction, except when nothing is to be stored. */
  async write<Result>(context: CallContext, work: (stores: Stores) => Promise<Result>): Promise<Result> {
    context.signal.throwIfAborted();
    const { idempotency, validateOnly = false } = context;
    try {
      return await this.#transactions.write(context.tenant, async (session) => {
        if (validateOnly) throw new Undone(await work(this.#storesOf(session)));
        if (idempotency !== undefined) await takeRequest(session, context, idempotency);
        const result = await work(this.#storesOf(session));
        if (idempotency !== undefined) await answerRequest(session, context, idempotency, result);
        return result;
      });
    } catch (error) {
      if (error instanceof Undone) return error.result as Result;
      throw error;
    }
  }
}
