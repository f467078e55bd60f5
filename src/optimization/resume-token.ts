/**
 * Opaque, signed places in the log of a run. A token is base64url of
 *
 *     version (1) | epoch (8) | binding (16) | sequence (8, big-endian) | HMAC-SHA256 of all before (32)
 *
 * where binding is the start of SHA-256 over tenant and run, and epoch says which life of the database the sequence counts in: a
 * restored backup starts another.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

import { Fault } from '../values/fault.ts';
import type { RunKey } from './run.ts';

const version = 1;
const signedBytes = 33;
const tokenBytes = signedBytes + 32;
const field = 'resume_token';

export interface ResumeSettings {
  /** Secret of at least 32 bytes, the same for all servers of one database. */
  readonly key: Uint8Array;
  /** Changes when the logs may have gone back in time. */
  readonly epoch: string;
}

export class ResumeTokens {
  readonly #key: Uint8Array;
  readonly #epoch: Buffer;

  constructor(settings: ResumeSettings) {
    if (settings.key.byteLength < 32) throw new RangeError('the key of resume tokens must have at least 32 bytes');
    this.#key = settings.key;
    this.#epoch = createHash('sha256').update(settings.epoch).digest().subarray(0, 8);
  }

  /** The place after event `sequence`. */
  issue(tenant: string, key: RunKey, sequence: number): string {
    const token = Buffer.alloc(tokenBytes);
    token.writeUInt8(version, 0);
    this.#epoch.copy(token, 1);
    bindingOf(tenant, key).copy(token, 9);
    token.writeBigUInt64BE(BigInt(sequence), 25);
    this.#signatureOf(token).copy(token, signedBytes);
    return token.toString('base64url');
  }

  /**
   * The sequence after which to go on; 0 for an empty token. Throws RESUME_TOKEN_INVALID when damaged, RESUME_TOKEN_FOREIGN when it
   * belongs to another run or tenant, RESUME_TOKEN_COMPACTED when its events are no longer there.
   */
  read(token: string, tenant: string, key: RunKey): number {
    if (token === '') return 0;
    const bytes = Buffer.from(token, 'base64url');
    // Decoding skips what is no base64url; only the very text that was issued may pass.
    if (bytes.byteLength !== tokenBytes || bytes.toString('base64url') !== token || bytes.readUInt8(0) !== version) {
      throw damaged();
    }
    if (!timingSafeEqual(bytes.subarray(signedBytes), this.#signatureOf(bytes))) throw damaged();
    if (!bytes.subarray(9, 25).equals(bindingOf(tenant, key))) {
      const description = 'belongs to another run';
      throw new Fault('RESUME_TOKEN_FOREIGN', `${field}: ${description}`, {}, [{ field, description }]);
    }
    if (!bytes.subarray(1, 9).equals(this.#epoch)) throw compacted(1);
    return Number(bytes.readBigUInt64BE(25));
  }

  #signatureOf(token: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(token.subarray(0, signedBytes)).digest();
  }
}

function bindingOf(tenant: string, key: RunKey): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([tenant, key.kind, key.portfolioId, key.id]))
    .digest()
    .subarray(0, 16);
}

function damaged(): Fault {
  const description = 'is damaged: send the token of an event exactly as it was received, or none';
  return new Fault('RESUME_TOKEN_INVALID', `${field}: ${description}`, {}, [{ field, description }]);
}

/** Of a place that the log has not reached. */
export function futureToken(sequence: number, last: number): Fault {
  const description = `speaks of event ${String(sequence)}; the last one is ${String(last)}`;
  return new Fault('RESUME_TOKEN_INVALID', `${field}: ${description}`, {}, [{ field, description }]);
}

/** Of events that are no longer kept. */
export function compacted(firstSequence: number): Fault {
  const description = 'speaks of events that are no longer kept; watch from the start';
  return new Fault('RESUME_TOKEN_COMPACTED', `${field}: ${description}`, { firstSequence: String(firstSequence) }, [
    { field, description },
  ]);
}
