/** How the database is reached. */
export interface StorageSettings {
  /** `postgresql://...` of a server; absent: the embedded engine in `directory`. */
  readonly databaseUrl?: string | undefined;
  /** Where the embedded engine keeps its files; one process at a time. */
  readonly directory: string;
  /** Connections to a server at most; at least 2. */
  readonly poolSize: number;
  /** A server gives a statement up after this long. The embedded engine has no such clock. */
  readonly statementTimeoutMs: number;
  /** A server gives waiting for another transaction's row up after this long. */
  readonly lockTimeoutMs: number;
  /** Waiting for a connection ends with DATABASE_UNAVAILABLE after this long. */
  readonly connectTimeoutMs: number;
  /** Told what is worth a line in the log: lost connections, an unfinished directory set aside. */
  readonly warn: (message: string) => void;
}

export const defaultStorageSettings = {
  poolSize: 10,
  statementTimeoutMs: 30_000,
  lockTimeoutMs: 10_000,
  connectTimeoutMs: 5_000,
  warn: (): void => undefined,
} satisfies Omit<StorageSettings, 'databaseUrl' | 'directory'>;
