import type { CallContext, Idempotency } from '../values/call.ts';
import { Replayed } from '../values/call.ts';
import { Fault } from '../values/fault.ts';
import { codeOf } from './failures.ts';
import type { Session } from './session.ts';

/** How long an answer can be asked for again. Ids of the domain stay unique for ever, so a later retry does no harm either. */
const keptMs = 7 * 86_400_000;

/**
 * Takes the request id within the transaction of the effect, or throws what was answered before. Of two requests with one id at the
 * same time, the second waits on the row of the first and then finds its answer.
 */
export async function takeRequest(session: Session, context: CallContext, idempotency: Idempotency): Promise<void> {
  const { method, requestId, digest } = idempotency;
  const now = session.clock.now();
  const key = [context.tenant, context.principal, method, requestId];
  let taken: unknown[];
  try {
    taken = await session.rows(
      `insert into idempotency (tenant, principal, method, request_id, digest, reply, created_at, expires_at)
       values (?, ?, ?, ?, ?, null, ?, ?)
       on conflict (tenant, principal, method, request_id) do update
       set digest = excluded.digest, reply = null, created_at = excluded.created_at, expires_at = excluded.expires_at
       where idempotency.expires_at <= excluded.created_at
       returning tenant`,
      [...key, digest, now, new Date(now.getTime() + keptMs)],
    );
  } catch (error) {
    if (codeOf(error) !== '55P03' && codeOf(error) !== '57014') throw error;
    throw new Fault('REQUEST_IN_PROGRESS', `the request ${requestId} is still being worked on; ask again`, {
      requestId,
    });
  }
  if (taken.length === 1) return;
  const [stored] = await session.rows<{ digest: string; reply: Uint8Array | null }>(
    'select digest, reply from idempotency where tenant = ? and principal = ? and method = ? and request_id = ?',
    key,
  );
  if (stored?.digest !== digest) {
    throw new Fault('REQUEST_ID_REUSED', `the request id ${requestId} was used for another request`, { requestId });
  }
  if (stored.reply === null) throw new Error(`the request ${requestId} was stored without its answer`);
  throw new Replayed(new Uint8Array(stored.reply));
}

/** Stores the answer beside the effect. */
export async function answerRequest(
  session: Session,
  context: CallContext,
  idempotency: Idempotency,
  result: unknown,
): Promise<void> {
  const reply = idempotency.encode(result);
  await session.changed(
    'update idempotency set reply = ? where tenant = ? and principal = ? and method = ? and request_id = ?',
    [
      Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength),
      context.tenant,
      context.principal,
      idempotency.method,
      idempotency.requestId,
    ],
  );
}

/** Forgets answers whose time is over. */
export async function forgetAnswers(session: Session): Promise<number> {
  return session.changed('delete from idempotency where expires_at <= ?', [session.clock.now()]);
}
