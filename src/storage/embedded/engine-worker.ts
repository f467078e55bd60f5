/**
 * The embedded PostgreSQL on a thread of its own: in the process's main thread its work would block the event loop for
 * hundreds of milliseconds. Answers `Request` with `Reply`, one at a time in the order of arrival.
 */
import { parentPort, workerData } from 'node:worker_threads';

import { PGlite } from '@electric-sql/pglite';
import { dataDir } from '@electric-sql/pglite-prepopulatedfs';

import type { EngineData, Reply, Request } from './engine.ts';

const { directory, first } = workerData as EngineData;
const port = parentPort;
if (port === null) throw new Error('the embedded engine must be started as a worker');

const asText = (text: string): string => text;
const textTypes = {
  date: 1082,
  dates: 1182,
  timestamp: 1114,
  timestamps: 1115,
  timestamptz: 1184,
  timestamptzs: 1185,
  interval: 1186,
  intervals: 1187,
};
const bytea = 17;

const engine = await PGlite.create({
  dataDir: directory,
  // The ORM reads dates from text; the engine's own reading of bytes goes digit by digit and is slow for matrices.
  parsers: {
    ...Object.fromEntries(Object.values(textTypes).map((type) => [type, asText])),
    [bytea]: (text: string) => Buffer.from(text.slice(2), 'hex'),
  },
  // An initialised cluster to unpack instead of minutes of initdb in WebAssembly.
  ...(first ? { loadDataDir: await dataDir() } : {}),
});

async function answer({ id, operation, sql, parameters }: Request): Promise<Reply> {
  try {
    if (operation === 'close') {
      await engine.close();
      return { id };
    }
    if (operation === 'exec') {
      await engine.exec(sql);
      return { id };
    }
    const { rows, affectedRows } = await engine.query<Record<string, unknown>>(sql, [...parameters]);
    return { id, result: { rows, affectedRows: affectedRows ?? 0 } };
  } catch (error) {
    const { message, code, detail, hint, constraint, table, column } = error as Record<string, string | undefined>;
    return { id, failure: { message: message ?? String(error), code, detail, hint, constraint, table, column } };
  }
}

port.on('message', (request: Request) => {
  void answer(request).then((reply) => {
    port.postMessage(reply);
    if (request.operation === 'close') port.close();
  });
});
port.postMessage({ id: 0 } satisfies Reply);
