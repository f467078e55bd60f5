/** A connection for calls that need nothing stored: to the server at the address, or to one of our own that lives as long as the call. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { defaultAddress } from '../session.ts';
import type { Session } from '../session.ts';
import type { Connection } from '../wire/connection.ts';
import { ServerProcess } from '../wire/server-process.ts';

const probeMs = 1000;

/**
 * Runs with a connection that answers. When no server answers at the default address, one is started with a database in a temporary
 * folder and taken away afterwards; a server that the caller named is never replaced.
 */
export async function withAnyServer(session: Session, run: (connection: Connection) => Promise<void>): Promise<void> {
  if (session.namesServer || (await session.connection.answers(probeMs))) {
    await run(session.connection);
    return;
  }
  const { remarks } = session;
  remarks.line(remarks.paint.dim(`no server at ${defaultAddress}; using a temporary one for this call`));
  const folder = mkdtempSync(join(tmpdir(), 'folio-'));
  const removed = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', removed);
  try {
    const server = await ServerProcess.start({
      directory: join(folder, 'database'),
      log: join(folder, 'server.log'),
      grpcAddress: '127.0.0.1:0',
      httpAddress: '127.0.0.1:0',
    });
    const connection = session.connectTo(server.grpcAddress);
    try {
      await run(connection);
    } finally {
      connection.close();
      // Nothing in it is worth an orderly end.
      await server.kill();
    }
  } finally {
    removed();
    process.off('exit', removed);
  }
}

/** A signal that aborts on the first Ctrl-C or SIGTERM; a second one ends the process as usual. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  return controller.signal;
}
