import { Worker } from 'node:worker_threads';

export interface EngineData {
  readonly directory: string;
  /** Unpack an empty cluster into the directory. */
  readonly first: boolean;
}

export interface Request {
  readonly id: number;
  readonly operation: 'query' | 'exec' | 'close';
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export interface QueryResult {
  readonly rows: readonly Record<string, unknown>[];
  readonly affectedRows: number;
}

export interface Reply {
  /** 0: the engine is ready. */
  readonly id: number;
  readonly result?: QueryResult;
  /** The server's error with its SQLSTATE and fields. */
  readonly failure?: Readonly<Record<string, string | undefined>> & { readonly message: string };
}

/** SQLSTATE "connection does not exist", so that a dead engine is told like a dead server. */
const lost = '08003';

function failure(message: string, fields: Readonly<Record<string, string | undefined>>): Error {
  return Object.assign(new Error(message), fields);
}

interface Pending {
  readonly resolve: (result: QueryResult) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The embedded PostgreSQL behind a worker thread, in the shape that the ORM's driver expects of an engine. It has one connection; the driver
 * queues transactions. It writes without fsync: what it acknowledged survives the death of the process (kill -9), not the loss of power.
 */
export class EmbeddedEngine {
  readonly waitReady: Promise<void>;
  ready = false;
  closed = false;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #count = 0;
  #dead: Error | undefined;

  constructor(engineData: EngineData) {
    // Flags of the parent (a test runner's loader, an inspector) are none of the engine's business.
    this.#worker = new Worker(new URL('./engine-worker.ts', import.meta.url), { workerData: engineData, execArgv: [] });
    const started = Promise.withResolvers<undefined>();
    this.waitReady = started.promise;
    this.#worker.on('message', (reply: Reply) => {
      if (reply.id === 0) {
        this.ready = true;
        started.resolve(undefined);
        return;
      }
      this.#settle(reply);
    });
    this.#worker.on('error', (error: Error) => this.#end(error, started.reject));
    this.#worker.on('exit', () => this.#end(new Error('the embedded database has ended'), started.reject));
  }

  query(sql: string, parameters: readonly unknown[] = []): Promise<QueryResult> {
    return this.#ask('query', sql, parameters);
  }

  async exec(sql: string): Promise<void> {
    await this.#ask('exec', sql);
  }

  /** One transaction around `work`; its callers take turns. */
  async transaction<Result>(
    work: (engine: Pick<EmbeddedEngine, 'query' | 'exec'>) => Promise<Result>,
  ): Promise<Result> {
    const failed: unknown = await this.exec('begin').then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failed !== undefined) {
      // The driver waits to be told that the transaction has begun; it learns of the failure at its end.
      await work(this).catch(() => undefined);
      throw failed instanceof Error ? failed : new Error('the transaction did not begin');
    }
    let result: Result;
    try {
      result = await work({ query: this.query.bind(this), exec: this.exec.bind(this) });
      await this.exec('commit');
    } catch (error) {
      await this.exec('rollback');
      throw error;
    }
    return result;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    if (this.#dead === undefined) await this.#ask('close', '').catch(() => undefined);
    await this.#worker.terminate();
  }

  #ask(operation: Request['operation'], sql: string, parameters: readonly unknown[] = []): Promise<QueryResult> {
    if (this.#dead !== undefined) return Promise.reject(failure(this.#dead.message, { code: lost }));
    const { promise, resolve, reject } = Promise.withResolvers<QueryResult>();
    const id = ++this.#count;
    this.#pending.set(id, { resolve, reject });
    this.#worker.postMessage({ id, operation, sql, parameters } satisfies Request);
    return promise;
  }

  #settle(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (reply.failure !== undefined) pending?.reject(failure(reply.failure.message, reply.failure));
    else pending?.resolve(reply.result ?? { rows: [], affectedRows: 0 });
  }

  #end(error: Error, refuseStart: (error: Error) => void): void {
    this.#dead ??= error;
    refuseStart(failure(error.message, { code: lost }));
    for (const { reject } of this.#pending.values()) reject(failure(error.message, { code: lost }));
    this.#pending.clear();
  }
}
