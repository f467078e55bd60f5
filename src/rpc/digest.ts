/** Digests of requests that do not depend on the order of map entries, which encoders are free to choose. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';

/** JSON with sorted keys; bytes as base64, integers of 64 bits as text, numbers that JSON lacks by name. */
export function canonicalText(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'bigint') return `"${String(value)}"`;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : `"${String(value)}"`;
  if (typeof value !== 'object') return JSON.stringify(value);
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`;
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  entries.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, field]) => `${JSON.stringify(key)}:${canonicalText(field)}`).join(',')}}`;
}

/** SHA-256 in hexadecimal. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalText(value)).digest('hex');
}

/** The digest of a stream of messages, readable at any time. */
export class RunningDigest {
  readonly #hash: Hash = createHash('sha256');

  add(message: unknown): void {
    this.#hash.update(canonicalText(message)).update('\n');
  }

  get text(): string {
    return this.#hash.copy().digest('hex');
  }
}
