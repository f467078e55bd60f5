/** A server of our own as a child process: for the demo, and for a stateless call where no server answers. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

// A program to run, not a module to import: the client speaks with the server over the wire only.
const main = join(fileURLToPath(new URL('../../..', import.meta.url)), 'src', 'main.ts');
const startMs = 60_000;
const stopMs = 10_000;
const lookEveryMs = 20;
const tailLines = 12;

export interface ServerSettings {
  /** Folder of the embedded database. */
  readonly directory: string;
  /** File that takes what the server writes. A file and not a pipe: the server may outlive us. */
  readonly log: string;
  /** `host:port`; port 0 picks a free one. */
  readonly grpcAddress: string;
  readonly httpAddress: string;
  /** Lives on when we end, and is not reached by the Ctrl-C of our terminal. */
  readonly detached?: boolean;
}

/** The command that runs the server, with the runtime that runs us. */
export const serverCommand: readonly [string, ...string[]] = [process.execPath, main];

interface Addresses {
  readonly grpc: string;
  readonly http: string;
}

/** Settings of another server that the caller may have set are not for this one; plugins are. */
function environmentOf(settings: ServerSettings): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('PORTFOLIO_') || name === 'PORTFOLIO_PLUGINS',
  );
  return {
    ...Object.fromEntries(kept),
    PORTFOLIO_DATA_DIR: settings.directory,
    PORTFOLIO_GRPC_ADDRESS: settings.grpcAddress,
    PORTFOLIO_HTTP_ADDRESS: settings.httpAddress,
  };
}

export class ServerProcess {
  readonly grpcAddress: string;
  readonly httpAddress: string;
  readonly #child: ChildProcess;
  readonly #killAtExit: () => void;

  private constructor(child: ChildProcess, addresses: Addresses, killAtExit: () => void) {
    this.#child = child;
    this.#killAtExit = killAtExit;
    this.grpcAddress = addresses.grpc;
    this.httpAddress = addresses.http;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves when the server serves; rejects with the end of what it wrote when it does not. */
  static async start(settings: ServerSettings): Promise<ServerProcess> {
    const [command, ...args] = serverCommand;
    const log = openSync(settings.log, 'w');
    const child = spawn(command, args, {
      env: environmentOf(settings),
      stdio: ['ignore', log, log],
      detached: settings.detached === true,
    });
    closeSync(log);
    // However we end, also by `process.exit`, a server that nobody released does not stay behind.
    const killAtExit = (): void => {
      child.kill('SIGKILL');
    };
    process.on('exit', killAtExit);
    child.on('exit', () => process.off('exit', killAtExit));
    return new ServerProcess(child, await announced(child, settings.log), killAtExit);
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to finish; kills it when it does not within 10 s. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => {
      this.#child.kill('SIGKILL');
    }, stopMs);
    await this.#end('SIGTERM');
    clearTimeout(timer);
  }

  /** Lets it live on when we end. */
  release(): void {
    process.off('exit', this.#killAtExit);
    this.#child.unref();
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
  }
}

/** The addresses in the JSON line that the server prints when it serves; undefined for any other line. */
export function addressesIn(line: string): Addresses | undefined {
  try {
    const read: unknown = JSON.parse(line);
    if (typeof read !== 'object' || read === null) return undefined;
    const { grpc, http } = read as { readonly grpc?: unknown; readonly http?: unknown };
    return typeof grpc === 'string' ? { grpc, http: typeof http === 'string' ? http : '' } : undefined;
  } catch {
    return undefined;
  }
}

async function announced(child: ChildProcess, log: string): Promise<Addresses> {
  let problem: string | undefined;
  child.on('error', (error) => {
    problem = `could not be started: ${error.message}`;
  });
  child.on('exit', (code, signal) => {
    problem ??= `ended with ${signal ?? `code ${String(code)}`} before it served`;
  });
  const until = performance.now() + startMs;
  for (;;) {
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    const addresses = lines.map(addressesIn).find((found) => found !== undefined);
    if (addresses !== undefined) return addresses;
    if (problem === undefined && performance.now() > until) {
      problem = `did not serve within ${String(startMs / 1000)} s`;
      child.kill('SIGKILL');
    }
    if (problem !== undefined)
      throw new Error([`the server ${problem}`, ...lines.slice(-tailLines).map((line) => `  ${line}`)].join('\n'));
    await pause(lookEveryMs);
  }
}
