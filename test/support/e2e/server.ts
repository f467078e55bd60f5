/**
 * A real server in a process of its own, as its users run it. On the embedded database each gets a directory that survives `kill` and
 * `restart`; with PORTFOLIO_DATABASE_URL each gets a database of its own on that server.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { createDatabase, dropDatabase } from './database.ts';

const root = new URL('../../../', import.meta.url).pathname;
const bootMs = 60_000;

export class TestServer {
  readonly directory: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #databaseUrl: string | undefined;
  #process: ChildProcess | undefined;
  #exit: Promise<number | null> = Promise.resolve(0);
  grpcAddress = '';
  httpAddress = '';
  /** What the process wrote to its error stream, for messages of failed tests. */
  log = '';

  private constructor(
    directory: string,
    databaseUrl: string | undefined,
    environment: Readonly<Record<string, string>>,
  ) {
    this.directory = directory;
    this.#databaseUrl = databaseUrl;
    this.#environment = environment;
  }

  static async start(environment: Readonly<Record<string, string>> = {}): Promise<TestServer> {
    const base = process.env['PORTFOLIO_DATABASE_URL'];
    const databaseUrl = base === undefined ? undefined : await createDatabase(base);
    const server = new TestServer(mkdtempSync(join(tmpdir(), 'portfolio-e2e-')), databaseUrl, environment);
    await server.restart();
    return server;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Starts again on the same data, at fresh ports. */
  async restart(): Promise<void> {
    const child = spawn(process.execPath, [join(root, 'src/main.ts')], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'] ?? '',
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(root, '.setup/compiled'),
        PORTFOLIO_GRPC_ADDRESS: '127.0.0.1:0',
        PORTFOLIO_HTTP_ADDRESS: '127.0.0.1:0',
        PORTFOLIO_DATA_DIR: this.directory,
        ...(this.#databaseUrl === undefined ? {} : { PORTFOLIO_DATABASE_URL: this.#databaseUrl }),
        ...this.#environment,
      },
    });
    this.#process = child;
    this.#exit = new Promise((resolve) => {
      child.once('exit', (code) => {
        resolve(code);
      });
    });
    child.stderr.on('data', (chunk: Buffer) => {
      this.log = (this.log + chunk.toString()).slice(-20_000);
    });
    const line = await this.#firstLine(child);
    const serving = JSON.parse(line) as { readonly grpc: string; readonly http: string };
    this.grpcAddress = serving.grpc;
    this.httpAddress = serving.http;
  }

  #firstLine(child: ChildProcess): Promise<string> {
    return new Promise((resolve, reject) => {
      const lines = createInterface({ input: child.stdout ?? process.stdin });
      const timer = setTimeout(() => {
        reject(new Error(`the server did not serve within ${String(bootMs)} ms\n${this.log}`));
      }, bootMs);
      lines.on('line', (line) => {
        if (!line.startsWith('{')) return;
        clearTimeout(timer);
        resolve(line);
      });
      child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`the server ended with code ${String(code)} before it served\n${this.log}`));
      });
    });
  }

  /** SIGKILL: nothing is flushed, nothing is said. */
  async kill(): Promise<void> {
    this.#process?.kill('SIGKILL');
    await this.#exit;
  }

  /** SIGTERM, the ordinary end; resolves to the exit code. */
  async terminate(): Promise<number | null> {
    this.#process?.kill('SIGTERM');
    return this.#exit;
  }

  /** Ends the server whatever its state and removes its data. */
  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
    if (this.#databaseUrl !== undefined) await dropDatabase(this.#databaseUrl);
  }
}
