/** Storage suites run on the embedded engine always, and on the PostgreSQL at PORTFOLIO_DATABASE_URL when there is one. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MikroORM } from '@mikro-orm/postgresql';
import { expect } from 'chai';

import { type Database, openDatabase } from '../../src/storage/database.ts';
import { defaultStorageSettings, type StorageSettings } from '../../src/storage/settings.ts';
import { type AllStores, type Storage, storageOver } from '../../src/storage/storage.ts';
import type { CallContext } from '../../src/values/call.ts';
import type { Clock } from '../../src/values/clock.ts';
import { Fault, type Reason } from '../../src/values/fault.ts';
import type { ListQuery } from '../../src/values/listing.ts';

/** Stands still until it is told to go on. */
export class SetClock implements Clock {
  #now = Date.parse('2026-01-05T10:00:00.123Z');

  now(): Date {
    return new Date(this.#now);
  }

  pass(ms: number): void {
    this.#now += ms;
  }
}

export interface OpenStorage extends Storage {
  readonly database: Database;
  readonly clock: SetClock;
  readonly settings: StorageSettings;
  /** Raw SQL, past every store. */
  sql(text: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

async function onServer(url: string, statement: string): Promise<void> {
  const orm = await MikroORM.init({
    clientUrl: url,
    entities: [],
    discovery: { warnWhenNoEntities: false },
    debug: false,
  });
  try {
    await orm.em.fork().execute(statement);
  } finally {
    await orm.close(true);
  }
}

async function over(settings: StorageSettings, clean: () => Promise<void> | void): Promise<OpenStorage> {
  const clock = new SetClock();
  const database = await openDatabase(settings);
  const storage = await storageOver(database, settings, clock);
  return {
    ...storage,
    database,
    clock,
    settings,
    sql: async (text, parameters = []) => database.orm.em.fork().execute(text, [...parameters]),
    close: async () => {
      await storage.close();
      await clean();
    },
  };
}

/** A new embedded database in a directory of its own, removed when it is closed. */
export async function openEmbedded(changes: Partial<StorageSettings> = {}): Promise<OpenStorage> {
  const directory = mkdtempSync(join(tmpdir(), 'portfolio-storage-'));
  return over({ ...defaultStorageSettings, directory, ...changes }, () => {
    rmSync(directory, { recursive: true, force: true });
  });
}

/** A new database on the server, dropped when it is closed. */
export async function openServer(url: string, changes: Partial<StorageSettings> = {}): Promise<OpenStorage> {
  const name = `storage_${randomUUID().replaceAll('-', '')}`;
  await onServer(url, `create database ${name}`);
  const databaseUrl = new URL(url);
  databaseUrl.pathname = `/${name}`;
  const settings = { ...defaultStorageSettings, directory: '', databaseUrl: databaseUrl.href, ...changes };
  return over(settings, () => onServer(url, `drop database ${name} with (force)`));
}

/** Undefined when no server is given: then the suites of the server are not there, and the embedded engine stands for both. */
export const serverUrl = process.env.PORTFOLIO_DATABASE_URL === '' ? undefined : process.env.PORTFOLIO_DATABASE_URL;

const drivers = new Map<string, () => Promise<OpenStorage>>([['the embedded engine', () => openEmbedded()]]);
if (serverUrl !== undefined) drivers.set('a PostgreSQL server', () => openServer(serverUrl));

/** One database per driver for the whole test run: starting one costs more than most suites. */
const opened = new Map<string, Promise<OpenStorage>>();
after(async function () {
  this.timeout(30_000);
  for (const storage of opened.values()) await (await storage).close();
});

export interface Driven {
  readonly title: string;
  /** For a `before` hook. */
  readonly open: () => Promise<void>;
  /** The database, shared by all suites: tests keep apart by tenant. */
  readonly use: () => OpenStorage;
}

/** One suite per driver. */
export function onEachDriver(subject: string): Driven[] {
  return [...drivers].map(([driver, openOne]) => {
    let storage: OpenStorage | undefined;
    return {
      title: `${subject} on ${driver}`,
      open: async () => {
        const opening = opened.get(driver) ?? openOne();
        opened.set(driver, opening);
        storage = await opening;
      },
      use: () => {
        if (storage === undefined) throw new Error('the database is not open');
        return storage;
      },
    };
  });
}

let tenants = 0;

/** A call of a tenant that no other test uses. */
export function newCall(changes: Partial<CallContext> = {}): CallContext {
  return { tenant: `tenant-${++tenants}`, principal: 'tester', signal: new AbortController().signal, ...changes };
}

export const everything: ListQuery = { conditions: [], order: [], limit: 100 };

/** Resolves to the fault that the work ends with; fails when it ends otherwise. */
export async function faultOf(work: Promise<unknown>, reason: Reason): Promise<Fault> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Fault)) {
    throw error instanceof Error ? error : new Error(`expected the fault ${reason}, but the work succeeded`);
  }
  expect(error.reason).to.equal(reason);
  return error;
}

export function writing<Result>(
  storage: Storage,
  call: CallContext,
  work: (stores: AllStores) => Promise<Result>,
): Promise<Result> {
  return storage.units.write(call, work);
}
