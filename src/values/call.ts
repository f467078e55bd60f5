/** Who calls, until when, and how a retry is told from a new request. Taken from the transport, never from a message. */

/** Makes a retried call give the first answer again. Written in the transaction of the effect. */
export interface Idempotency {
  readonly method: string;
  readonly requestId: string;
  /** SHA-256 of the encoded request, hexadecimal. */
  readonly digest: string;
  /** Encodes what the unit of work returned as the reply to store. */
  encode(result: unknown): Uint8Array;
}

export interface CallContext {
  readonly tenant: string;
  readonly principal: string;
  /** Aborted on client cancel, deadline and shutdown. */
  readonly signal: AbortSignal;
  readonly idempotency?: Idempotency;
  /** Run all checks, then undo: nothing is stored. */
  readonly validateOnly?: boolean;
}

/** Thrown by a unit of work when the request id was answered before: carries the stored reply. Not a failure. */
export class Replayed extends Error {
  readonly reply: Uint8Array;

  constructor(reply: Uint8Array) {
    super('the request was answered before');
    this.name = 'Replayed';
    this.reply = reply;
  }
}

/**
 * All stores within one database transaction, on an entity manager of its own. `write` commits what `work` did, all or nothing; when
 * `context.idempotency` is there, its row is written in the same transaction and a repeated id throws `Replayed` (same
 * digest) or the Fault REQUEST_ID_REUSED; with `context.validateOnly` it rolls back after `work` and returns its result.
 * `work` must not wait for anything but the stores.
 */
export interface UnitOfWork<Stores> {
  read<Result>(context: CallContext, work: (stores: Stores) => Promise<Result>): Promise<Result>;
  /** Reads what one statement tells, without a transaction around it: a statement is a snapshot of its own. */
  glance<Result>(context: CallContext, work: (stores: Stores) => Promise<Result>): Promise<Result>;
  write<Result>(context: CallContext, work: (stores: Stores) => Promise<Result>): Promise<Result>;
}
