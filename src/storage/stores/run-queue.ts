import type { RunKey, RunKind, RunQueue } from '../../optimization/run.ts';
import type { Clock } from '../../values/clock.ts';
import type { Transactions } from '../unit-of-work.ts';

interface KeyRow {
  readonly tenant: string;
  readonly kind: RunKind;
  readonly portfolio_id: string;
  readonly id: string;
}

interface TenantKey {
  readonly tenant: string;
  readonly key: RunKey;
}

/** No tenant has this name: the queue looks across all of them. */
const everyTenant = '';

const keyOf = ({ tenant, kind, portfolio_id, id }: KeyRow): TenantKey => ({
  tenant,
  key: { kind, portfolioId: portfolio_id, id },
});

export class StoredRunQueue implements RunQueue {
  readonly #transactions: Transactions;
  readonly #clock: Clock;

  constructor(transactions: Transactions, clock: Clock) {
    this.#transactions = transactions;
    this.#clock = clock;
  }

  /**
   * Oldest first; servers that claim at the same time skip each other's rows instead of waiting. A claim is a change of the run: whoever held
   * it before can no longer update it.
   */
  claim(owner: string, leaseMs: number, limit: number): Promise<readonly TenantKey[]> {
    const now = this.#clock.now();
    return this.#transactions.write(everyTenant, async (session) => {
      const rows = await session.rows<KeyRow>(
        `with free as (
           select tenant, kind, portfolio_id, id from runs
           where state in ('queued', 'running') and (owner is null or lease_until is null or lease_until <= ?)
           order by created_at, tenant, portfolio_id, id
           limit ? for update skip locked
         ), claimed as (
           update runs set owner = ?, lease_until = ?, attempt = attempt + 1, version = version + 1
           from free
           where runs.tenant = free.tenant and runs.kind = free.kind and runs.portfolio_id = free.portfolio_id and runs.id = free.id
           returning runs.tenant, runs.kind, runs.portfolio_id, runs.id, runs.created_at
         )
         select tenant, kind, portfolio_id, id from claimed order by created_at, tenant, portfolio_id, id`,
        [now, limit, owner, new Date(now.getTime() + leaseMs)],
      );
      return rows.map(keyOf);
    });
  }

  renew(owner: string, leaseMs: number): Promise<readonly TenantKey[]> {
    return this.#transactions.write(everyTenant, async (session) => {
      const rows = await session.rows<KeyRow & { readonly cancel_requested: boolean }>(
        `update runs set lease_until = ? where owner = ? and state in ('queued', 'running')
         returning tenant, kind, portfolio_id, id, cancel_requested`,
        [new Date(this.#clock.now().getTime() + leaseMs), owner],
      );
      return rows.filter((row) => row.cancel_requested).map(keyOf);
    });
  }

  /** In the order asked; 0 for a run that is not there. */
  async lastSequences(keys: readonly TenantKey[]): Promise<readonly number[]> {
    if (keys.length === 0) return [];
    const rows = await this.#transactions.read(everyTenant, (session) =>
      session.rows<KeyRow & { readonly last: string | number }>(
        `select tenant, kind, portfolio_id, id, last_sequence as last from runs
         where (tenant, kind, portfolio_id, id) in (${keys.map(() => '(?, ?, ?, ?)').join(', ')})`,
        keys.flatMap(({ tenant, key }) => [tenant, key.kind, key.portfolioId, key.id]),
      ),
    );
    const text = (key: TenantKey): string =>
      JSON.stringify([key.tenant, key.key.kind, key.key.portfolioId, key.key.id]);
    const lasts = new Map(rows.map((row) => [text(keyOf(row)), Number(row.last)]));
    return keys.map((key) => lasts.get(text(key)) ?? 0);
  }
}
