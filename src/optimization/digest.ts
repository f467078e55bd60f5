/** A fingerprint of a job: equal digests mean equal input, whatever order its objects were built in. */
import { createHash } from 'node:crypto';

import type { SolveJob } from './job.ts';

/**
 * SHA-256 in hexadecimal over everything that the answer depends on; where the caller wrote a constraint is no part of it, nor what is to be
 * explained.
 */
export function digestOf(job: SolveJob): string {
  const { explain: _explain, ...rest } = job;
  return fingerprint({ ...rest, constraints: rest.constraints.map(({ field: _field, ...constraint }) => constraint) });
}

/** SHA-256 in hexadecimal of the prices of a job; empty when it has none. */
export function pricesDigestOf({ prices }: SolveJob): string {
  return prices === undefined ? '' : fingerprint(prices);
}

function fingerprint(value: unknown): string {
  const hash = createHash('sha256');
  // Texts are collected: one update of the hash for each of thousands of words takes longer than the hash itself.
  let pending = '';
  const flush = (): void => {
    hash.update(pending);
    pending = '';
  };
  /** Each value with its kind and length before it, so that no two inputs have the same bytes. Keys in the order of their characters. */
  const add = (part: unknown): void => {
    if (part instanceof Float64Array || part instanceof Int32Array) {
      pending += `${part instanceof Float64Array ? 'd' : 'i'}${String(part.length)}:`;
      flush();
      // A copy, because hashing does not take memory that threads share.
      hash.update(new Uint8Array(part.slice().buffer));
    } else if (Array.isArray(part)) {
      pending += `[${String(part.length)}:`;
      for (const entry of part) add(entry);
    } else if (typeof part === 'object' && part !== null) {
      const entries = Object.entries(part).filter(([, member]) => member !== undefined);
      pending += `{${String(entries.length)}:`;
      for (const [name, member] of entries.sort(([a], [b]) => (a < b ? -1 : 1))) {
        add(name);
        add(member);
      }
    } else {
      const text = typeof part === 'string' ? JSON.stringify(part) : String(part);
      pending += `${typeof part}${String(text.length)}:${text}`;
    }
  };
  add(value);
  flush();
  return hash.digest('hex');
}
