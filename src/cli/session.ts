/** What every command is given: the connection, the two streams, and how to speak. */
import { readFileSync } from 'node:fs';

import type { JsonValue } from '@bufbuild/protobuf';

import { Fault } from '../values/fault.ts';
import { Terminal } from './display/terminal.ts';
import { Connection } from './wire/connection.ts';
import { credentialsFrom, usesTls } from './wire/tls.ts';
import type { TlsOptions } from './wire/tls.ts';

export const defaultAddress = '127.0.0.1:50051';

/** Options of `folio` itself, as commander gives them. */
export interface GlobalOptions extends TlsOptions {
  readonly address: string;
  readonly tenant?: string;
  readonly json?: boolean;
  /** Seconds. */
  readonly timeout?: number;
}

export class Session {
  readonly options: GlobalOptions;
  /** Results; with --json nothing but JSON. */
  readonly output: Terminal;
  /** Progress and remarks. */
  readonly remarks: Terminal;
  /** Whether the caller said which server is meant: by its address, or by the certificates for it. */
  readonly namesServer: boolean;
  #connection: Connection | undefined;

  constructor(options: GlobalOptions, namesAddress: boolean) {
    this.options = options;
    this.namesServer = namesAddress || usesTls(options);
    this.output = new Terminal(process.stdout);
    this.remarks = new Terminal(process.stderr);
  }

  get json(): boolean {
    return this.options.json === true;
  }

  get timeoutMs(): number | undefined {
    return this.options.timeout === undefined ? undefined : this.options.timeout * 1000;
  }

  get connection(): Connection {
    const { address, tenant } = this.options;
    const { timeoutMs } = this;
    this.#connection ??= new Connection({ address, tenant, timeoutMs, channel: credentialsFrom(this.options) });
    return this.#connection;
  }

  /** A connection to a server of our own, in plain text. */
  connectTo(address: string): Connection {
    return new Connection({ address, tenant: this.options.tenant, timeoutMs: this.timeoutMs });
  }

  printJson(value: JsonValue): void {
    process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  close(): void {
    this.#connection?.close();
  }
}

/** JSON of a file, "-" for the standard input. Throws a Fault that names the file. */
export function readJson(file: string): JsonValue {
  const source = sourceOf(file);
  const text = readText(file);
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new Fault('MESSAGE_MALFORMED', `${source} is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
}

/** Text of a file, "-" for the standard input. Throws a Fault that names the file. */
export function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new Fault('INVALID_ARGUMENT', `${sourceOf(file)} cannot be read: ${problem}`);
  }
}

export function sourceOf(file: string): string {
  return file === '-' ? 'the standard input' : file;
}

/** "growth" or "portfolios/growth" -> "portfolios/growth". */
export function named(collection: string, id: string): string {
  return id.startsWith(`${collection}/`) ? id : `${collection}/${id}`;
}
