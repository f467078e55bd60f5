/** The ORM on either driver, migrated. The only place that tells the embedded engine from a server. */
import type { MikroORM, Options } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM as EmbeddedOrm, PgliteDriver } from '@mikro-orm/pglite';
import { MikroORM as ServerOrm, PostgreSqlDriver } from '@mikro-orm/postgresql';
import type { AbstractSqlDriver, BasePostgreSqlEntityManager } from '@mikro-orm/sql';

import { openEngine } from './embedded/open-engine.ts';
import { type ConnectionPool, surviveLostConnections } from './connections.ts';
import { refuseNul } from './failures.ts';
import { migrations } from './migrations/all.ts';
import { schemas } from './schema/all.ts';
import type { StorageSettings } from './settings.ts';

export interface Database {
  readonly orm: MikroORM<AbstractSqlDriver, BasePostgreSqlEntityManager>;
  /** One process, one connection: nobody else can hold a claim, and isolation needs no level. */
  readonly embedded: boolean;
  close(): Promise<void>;
}

/** Any number that no other program locks; the ORM's migrations run once at a time under it. */
const migrationLock = 7_301_944_151;

function shared(settings: StorageSettings) {
  return {
    entities: [...schemas],
    extensions: [Migrator],
    // Defaults belong to the domain classes; a column without a value is a mistake to be told.
    discovery: { inferDefaultValues: false },
    // The domain classes stay plain: no accessors planted on them, and their own field defaults hold.
    propagationOnPrototype: false,
    forceEntityConstructor: true,
    forceUtcTimezone: true,
    // Foreign keys are in the migrations; the schemas, which know no relations, do not speak of them.
    schemaGenerator: { createForeignKeyConstraints: false },
    migrations: {
      migrationsList: migrations,
      tableName: 'schema_migrations',
      snapshot: false,
      silent: true,
      disableForeignKeys: false,
    },
    onQuery: (sql: string, parameters: readonly unknown[]) => {
      refuseNul(parameters);
      return sql;
    },
    logger: (message: string) => settings.warn(message),
    colors: false,
    debug: false,
  } satisfies Partial<Options>;
}

async function openEmbedded(settings: StorageSettings): Promise<Database> {
  const { engine, close } = await openEngine(settings.directory, settings.warn);
  try {
    const orm = await EmbeddedOrm.init({
      ...shared(settings),
      driver: PgliteDriver,
      dbName: 'postgres',
      driverOptions: { pglite: () => engine },
    });
    return {
      orm,
      embedded: true,
      close: async () => {
        await orm.close(true);
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openServer(settings: StorageSettings, databaseUrl: string): Promise<Database> {
  const orm = await ServerOrm.init({
    ...shared(settings),
    driver: PostgreSqlDriver,
    clientUrl: databaseUrl,
    driverOptions: {
      connectionString: databaseUrl,
      max: Math.max(2, settings.poolSize),
      connectionTimeoutMillis: settings.connectTimeoutMs,
      statement_timeout: settings.statementTimeoutMs,
      lock_timeout: settings.lockTimeoutMs,
      idle_in_transaction_session_timeout: settings.statementTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      onPoolCreated: (pool: ConnectionPool) => {
        surviveLostConnections(pool, settings.warn);
      },
      application_name: 'veritasvault-portfolio',
    },
  });
  return { orm, embedded: false, close: () => orm.close(true) };
}

/** Opens and brings the schema up to date. Two servers that start together take turns at it. */
export async function openDatabase(settings: StorageSettings): Promise<Database> {
  const database =
    settings.databaseUrl === undefined || settings.databaseUrl === ''
      ? await openEmbedded(settings)
      : await openServer(settings, settings.databaseUrl);
  try {
    await migrate(database, 'up');
    keepClassesPlain();
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** All steps forward, or back, in one transaction. */
export async function migrate({ orm, embedded }: Database, direction: 'up' | 'down'): Promise<void> {
  const steps = async (): Promise<void> => {
    if (direction === 'up') await orm.migrator.up();
    else await orm.migrator.down({ to: 0 });
  };
  // The embedded engine has one process and one connection: nobody to wait for, and nothing to wait with.
  if (embedded) await steps();
  else await alone(orm, steps);
}

/** Runs the work while no other server does the same. The lock is held on a connection of its own. */
async function alone(orm: Database['orm'], work: () => Promise<void>): Promise<void> {
  const manager = orm.em.fork();
  await manager.begin();
  try {
    for (const limit of ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']) {
      await manager.execute(`set local ${limit} = 0`);
    }
    await manager.execute('select pg_advisory_xact_lock(?)', [migrationLock]);
    await work();
    await manager.commit();
  } catch (error) {
    await manager.rollback().catch(() => undefined);
    throw error;
  }
}

/**
 * The ORM plants a `toJSON` on each mapped class that knows the mapped columns only: a portfolio would lose its parts on the way to
 * JSON. Nothing of the ORM that is used here needs it.
 */
function keepClassesPlain(): void {
  for (const schema of schemas) Reflect.deleteProperty(schema.meta.class.prototype as object, 'toJSON');
}
