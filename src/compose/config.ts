/** Settings of the server from environment variables, every problem at once. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, isAbsolute, resolve } from 'node:path';

import type { TlsFiles } from '../rpc/server.ts';
import { refuse } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonObject } from '../values/json.ts';

export interface Config {
  readonly grpcAddress: string;
  /** Absent: no HTTP. */
  readonly httpAddress?: string;
  /** Absent: the embedded database. */
  readonly databaseUrl?: string;
  readonly dataDirectory: string;
  /** Directories and names of npm packages. */
  readonly plugins: readonly string[];
  readonly pluginConfig: Readonly<Record<string, JsonObject>>;
  readonly tls?: TlsFiles;
  /** Worker threads that solve. */
  readonly workers: number;
  readonly stallMs: number;
  readonly streamMs: number;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  readonly drainMs: number;
  readonly receiveBytesMax: number;
  /** Signs resume tokens; absent: a key of its own in the data directory. */
  readonly tokenKey?: Uint8Array;
  readonly logLevel: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
const address = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/;

/** @throws Fault with a violation for each variable that cannot be read; `field` is its name. */
export function readConfig(environment: Environment): Config {
  const reader = new Reader(environment);
  const httpAddress = reader.text('HTTP_ADDRESS', '127.0.0.1:8080');
  const databaseUrl = reader.databaseUrl();
  const tls = reader.tls();
  const tokenKey = reader.tokenKey();
  const config: Config = {
    grpcAddress: reader.address('GRPC_ADDRESS', '127.0.0.1:50051'),
    ...(httpAddress === 'off' ? {} : { httpAddress: reader.address('HTTP_ADDRESS', httpAddress) }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    dataDirectory: resolve(reader.text('DATA_DIR', '.data')),
    plugins: reader.plugins(),
    pluginConfig: reader.pluginConfig(),
    ...(tls === undefined ? {} : { tls }),
    workers: reader.integer('WORKERS', Math.max(1, availableParallelism() - 1), 1, 256),
    stallMs: reader.integer('STALL_MS', 30_000, 10, 3_600_000),
    streamMs: reader.integer('STREAM_MS', 3_600_000, 1000, 86_400_000),
    leaseMs: reader.integer('LEASE_MS', 10_000, 500, 600_000),
    heartbeatMs: reader.integer('HEARTBEAT_MS', 10_000, 50, 600_000),
    drainMs: reader.integer('DRAIN_MS', 10_000, 100, 600_000),
    receiveBytesMax: reader.integer('RECEIVE_BYTES_MAX', 67_108_864, 1_048_576, 1_073_741_824),
    ...(tokenKey === undefined ? {} : { tokenKey }),
    logLevel: reader.oneOf('LOG_LEVEL', 'info', levels),
  };
  refuse(reader.violations);
  return config;
}

class Reader {
  readonly violations: Violation[] = [];
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** An empty variable counts as unset. */
  #raw(name: string): string | undefined {
    const text = this.#environment[`PORTFOLIO_${name}`]?.trim();
    return text === '' ? undefined : text;
  }

  #refuse(name: string, description: string): void {
    this.violations.push({ field: `PORTFOLIO_${name}`, description });
  }

  text(name: string, absent: string): string {
    return this.#raw(name) ?? absent;
  }

  address(name: string, absent: string): string {
    const text = this.#raw(name) ?? absent;
    const port = address.exec(text)?.[1];
    if (port === undefined || Number(port) > 65_535) {
      this.#refuse(name, `must be "host:port" with a port from 0 (any) to 65535; got ${JSON.stringify(text)}`);
    }
    return text;
  }

  integer(name: string, absent: number, least: number, most: number): number {
    const text = this.#raw(name);
    if (text === undefined) return absent;
    const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    this.#refuse(name, `must be an integer from ${String(least)} to ${String(most)}; got ${JSON.stringify(text)}`);
    return absent;
  }

  oneOf(name: string, absent: string, known: readonly string[]): string {
    const text = this.#raw(name) ?? absent;
    if (!known.includes(text)) this.#refuse(name, `must be one of ${known.join(', ')}; got ${JSON.stringify(text)}`);
    return text;
  }

  databaseUrl(): string | undefined {
    const text = this.#raw('DATABASE_URL');
    // The text itself may hold a password and is not repeated.
    if (text !== undefined && !/^postgres(?:ql)?:\/\/\S+$/.test(text)) {
      this.#refuse(
        'DATABASE_URL',
        'must be "postgresql://user@host:port/database", or unset for the embedded database',
      );
    }
    return text;
  }

  tls(): TlsFiles | undefined {
    const [certificate, key, authority] = ['TLS_CERT', 'TLS_KEY', 'TLS_CA'].map((name) => this.#raw(name));
    if (certificate === undefined && key === undefined && authority === undefined) return undefined;
    for (const [name, file] of [
      ['TLS_CERT', certificate],
      ['TLS_KEY', key],
      ['TLS_CA', authority],
    ] as const) {
      if (file === undefined) this.#refuse(name, 'must be set too: TLS needs certificate, key and authority');
      else this.#readable(name, file);
    }
    return { certificate: certificate ?? '', key: key ?? '', authority: authority ?? '' };
  }

  /** Separated by commas (or by what separates paths here); paths that begin with "." are relative to the working directory. */
  plugins(): readonly string[] {
    const text = this.#raw('PLUGINS') ?? '';
    const separator = text.includes(',') ? ',' : delimiter;
    const parts = text.split(separator).map((part) => part.trim());
    return parts
      .filter((part) => part !== '')
      .map((part) => (part.startsWith('.') && !isAbsolute(part) ? resolve(part) : part));
  }

  /** A JSON file: an object by plugin id. */
  pluginConfig(): Readonly<Record<string, JsonObject>> {
    const file = this.#raw('PLUGIN_CONFIG');
    const text = file === undefined ? '{}' : this.#readable('PLUGIN_CONFIG', file);
    try {
      const read: unknown = JSON.parse(text ?? '{}');
      const isObject = (value: unknown): boolean =>
        typeof value === 'object' && value !== null && !Array.isArray(value);
      if (isObject(read) && Object.values(read as object).every(isObject)) return read as Record<string, JsonObject>;
      this.#refuse('PLUGIN_CONFIG', 'must name a JSON file that holds an object for each plugin id');
    } catch (error) {
      this.#refuse('PLUGIN_CONFIG', `holds no JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
    return {};
  }

  tokenKey(): Uint8Array | undefined {
    const text = this.#raw('TOKEN_KEY');
    if (text === undefined) return undefined;
    const key = Buffer.from(text, 'base64');
    if (key.length < 32)
      this.#refuse('TOKEN_KEY', 'must be at least 32 bytes in base64, the same for all servers of one database');
    return key;
  }

  #readable(name: string, file: string): string | undefined {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      this.#refuse(name, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }
}
