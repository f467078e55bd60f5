import type { MarketStore } from '../market/ports.ts';
import type { RunQueue, RunStore } from '../optimization/run.ts';
import type { TransactionStore } from '../orders/transaction.ts';
import type { PortfolioStore } from '../portfolio/ports.ts';
import type { UnitOfWork } from '../values/call.ts';
import type { Clock } from '../values/clock.ts';
import { type Database, openDatabase } from './database.ts';
import { faultOf } from './failures.ts';
import { forgetAnswers } from './idempotency.ts';
import type { Session } from './session.ts';
import { defaultStorageSettings, type StorageSettings } from './settings.ts';
import { StoredMarket } from './stores/market-store.ts';
import { StoredPortfolios } from './stores/portfolio-store.ts';
import { StoredRunQueue } from './stores/run-queue.ts';
import { StoredRuns } from './stores/run-store.ts';
import { StoredTransactions } from './stores/transaction-store.ts';
import { StorageUnitOfWork, Transactions } from './unit-of-work.ts';

export interface AllStores {
  readonly portfolios: PortfolioStore;
  readonly market: MarketStore;
  readonly runs: RunStore;
  readonly transactions: TransactionStore;
}

export interface Storage {
  readonly units: UnitOfWork<AllStores>;
  readonly queue: RunQueue;
  /** Resolves when the database answers; Fault DATABASE_UNAVAILABLE when it does not. For health checks. */
  ready(): Promise<void>;
  /** Waits for the work under way, then releases connections, the engine and the lock of its directory. Later calls: SHUTTING_DOWN. */
  close(): Promise<void>;
}

const forgetEveryMs = 3_600_000;

function storesOf(session: Session): AllStores {
  return {
    portfolios: new StoredPortfolios(session),
    market: new StoredMarket(session),
    runs: new StoredRuns(session),
    transactions: new StoredTransactions(session),
  };
}

/**
 * Opens the server at `databaseUrl`, or the embedded engine in `directory`, and brings its schema up to date. Faults: DATABASE_UNAVAILABLE when the
 * server cannot be reached, STATE_CONFLICT when another process has the directory.
 */
export async function openStorage(
  given: Pick<StorageSettings, 'databaseUrl' | 'directory'> & Partial<StorageSettings>,
  clock: Clock,
): Promise<Storage> {
  const settings: StorageSettings = { ...defaultStorageSettings, ...given };
  try {
    const database = await openDatabase(settings);
    try {
      return await storageOver(database, settings, clock);
    } catch (error) {
      await database.close();
      throw error;
    }
  } catch (error) {
    throw faultOf(error);
  }
}

/** The storage over a database that is open and migrated; closing it closes the database. */
export async function storageOver(
  database: Database,
  settings: Pick<StorageSettings, 'warn'>,
  clock: Clock,
): Promise<Storage> {
  const transactions = new Transactions(database, clock);
  const forget = (): Promise<number> => transactions.write('', forgetAnswers);
  await forget();
  if (database.embedded) await transactions.write('', freeRuns);
  const forgetting = setInterval(() => {
    forget().catch((error: unknown) => settings.warn(`old answers were not forgotten: ${String(error)}`));
  }, forgetEveryMs);
  forgetting.unref();
  return {
    units: new StorageUnitOfWork(transactions, storesOf),
    queue: new StoredRunQueue(transactions, clock),
    ready: async () => {
      await transactions.read('', (session) => session.rows('select 1'));
    },
    close: async () => {
      clearInterval(forgetting);
      await transactions.close();
      await database.close();
    },
  };
}

/** The lock of the directory proves that every earlier owner is gone: their claims need not run out first. */
async function freeRuns(session: Session): Promise<number> {
  return session.changed(
    "update runs set owner = null, lease_until = null where state in ('queued', 'running') and lease_until is not null",
  );
}
