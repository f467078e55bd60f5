/** A fingerprint of a job: equal digests mean equal input, whatever order its objects were built in. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';

import type { SolveJob } from './job.ts';

/** SHA-256 in hexadecimal over everything that the answer depends on; where the caller wrote a constraint is no part of it, nor what is to be explained. */
export function digestOf(job: SolveJob): string {
  const hash = createHash('sha256');
  const { explain: _explain, ...rest } = job;
  add(hash, { ...rest, constraints: rest.constraints.map(({ field: _field, ...constraint }) => constraint) });
  return hash.digest('hex');
}

/** SHA-256 in hexadecimal of the prices of a job; empty when it has none. */
export function pricesDigestOf({ prices }: SolveJob): string {
  if (prices === undefined) return '';
  const hash = createHash('sha256');
  add(hash, prices);
  return hash.digest('hex');
}

/** Each value with its kind and length before it, so that no two inputs have the same bytes. Keys in the order of their characters. */
function add(hash: Hash, value: unknown): void {
  if (value instanceof Float64Array || value instanceof Int32Array) {
    hash.update(`${value instanceof Float64Array ? 'd' : 'i'}${String(value.length)}:`);
    // A copy, because hashing does not take memory that threads share.
    hash.update(new Uint8Array(value.slice().buffer));
  } else if (Array.isArray(value)) {
    hash.update(`[${String(value.length)}:`);
    for (const entry of value) add(hash, entry);
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    hash.update(`{${String(entries.length)}:`);
    for (const [name, member] of entries.sort(([a], [b]) => (a < b ? -1 : 1))) {
      add(hash, name);
      add(hash, member);
    }
  } else {
    const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
    hash.update(`${typeof value}${String(text.length)}:${text}`);
  }
}
