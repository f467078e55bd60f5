import { Fault } from '../values/fault.ts';

/** SQLSTATEs and socket errors that mean "no database just now"; the same call may succeed later. */
const unavailable =
  /^(?:08...|57P0[1-5]|57014|55P03|53...|58...|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ENOENT|EHOSTUNREACH)$/;
/** pg reports a connection that broke under a query by message only. */
const broken =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Connection ended/i;
/** Deadlock and serialization failure: the transaction is undone, the work may be run again. */
const repeatable = /^(?:40001|40P01)$/;
/** Text that PostgreSQL cannot hold: the character U+0000. */
const unstorable = /^(?:22021|22P05)$/;

/** SQLSTATE or socket error code, wherever the driver put it. */
export function codeOf(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string' && code !== '') return code;
  }
  return '';
}

function isUnavailable(error: unknown): boolean {
  return error instanceof Error && (unavailable.test(codeOf(error)) || broken.test(error.message));
}

export function isRepeatable(error: unknown): boolean {
  return repeatable.test(codeOf(error));
}

function unstorableText(): Fault {
  return new Fault('INVALID_ARGUMENT', 'a text holds the character U+0000, which cannot be stored');
}

/** U+0000 would cut the statement off in the protocol, and the connection with it. Inside JSON the database refuses it by itself. */
export function refuseNul(parameters: readonly unknown[]): void {
  for (const value of parameters) if (typeof value === 'string' && value.includes('\0')) throw unstorableText();
}

/** The Fault that a database error stands for; everything else as it is, a bug to be logged with its stack. */
export function faultOf(error: unknown): unknown {
  if (error instanceof Fault || !(error instanceof Error)) return error;
  const code = codeOf(error);
  if (isUnavailable(error) || isRepeatable(error)) {
    return Object.assign(
      new Fault('DATABASE_UNAVAILABLE', 'the database cannot be reached or did not answer in time; try again', {
        code,
      }),
      { cause: error },
    );
  }
  if (unstorable.test(code)) return Object.assign(unstorableText(), { cause: error });
  return error;
}
