import type { Run } from '../../optimization/run.ts';
import { decimalProblem } from '../../values/decimal.ts';
import type { Json, JsonObject } from '../../values/json.ts';
import type { Session } from '../session.ts';

function objectOf(json: Json | undefined): JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as JsonObject) : {};
}

/**
 * Keeps the figures of a rebalance's proposal in columns of their own, where they can be summed and checked exactly: the portfolio's version
 * that it was made for, the value before and after, and the cost. Results without a proposal (not triggered, failed) have no row.
 */
export async function storeProposal(session: Session, run: Run): Promise<void> {
  if (run.kind !== 'rebalance' || run.result === null) return;
  const { portfolioEtag, valueBefore, valueAfter, cost } = run.result;
  const amounts = [valueBefore, valueAfter, cost].map((money) => objectOf(money).amount);
  const currency = objectOf(valueBefore).currencyCode;
  const version = Number(portfolioEtag);
  const whole = amounts.every((amount) => typeof amount === 'string' && decimalProblem(amount) === undefined);
  if (!whole || typeof currency !== 'string' || !Number.isSafeInteger(version)) return;
  await session.changed(
    `insert into proposals (tenant, portfolio_id, run_id, portfolio_version, currency, value_before, value_after, cost, proposed_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (tenant, portfolio_id, run_id) do update
     set portfolio_version = excluded.portfolio_version, currency = excluded.currency, value_before = excluded.value_before,
         value_after = excluded.value_after, cost = excluded.cost`,
    [session.tenant, run.portfolioId, run.id, version, currency, ...(amounts as string[]), session.clock.now()],
  );
}
