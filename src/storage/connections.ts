/** What is needed of a connection of `pg` and of its pool. */
interface Connection {
  query(...parameters: unknown[]): unknown;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

export interface ConnectionPool {
  on(event: 'connect', listener: (connection: Connection) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/**
 * Lost connections neither end the process nor leak. An `error` event without a listener is fatal to a process. And the query builder below the ORM gives
 * a transaction's connection back only when its `rollback` succeeds, which on a broken connection it never does: each lost connection would keep its
 * place in the pool for good. So a rollback always succeeds here; one that could not be sent ends its connection, and the server undoes the transaction.
 */
export function surviveLostConnections(pool: ConnectionPool, warn: (message: string) => void): void {
  pool.on('error', (error) => warn(`an idle connection to the database was lost: ${error.message}`));
  pool.on('connect', (connection) => {
    connection.on('error', (error) => warn(`a connection to the database was lost: ${error.message}`));
    const query = connection.query.bind(connection);
    connection.query = (...parameters: unknown[]): unknown => {
      const asked = query(...parameters);
      if (parameters[0] !== 'rollback' || !(asked instanceof Promise)) return asked;
      return asked.catch(() => {
        // Ended connections are dropped by the pool when they are given back.
        connection.end().catch(() => undefined);
        return { command: 'ROLLBACK', rowCount: 0, rows: [] };
      });
    };
  });
}
