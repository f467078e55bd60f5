/** Use cases on rebalances: create, read, list and reject. Accepting one belongs to orders. */
import { enqueue } from '../optimization/run-engine.ts';
import { tenantRunOf } from '../optimization/run-key.ts';
import type { TenantRun } from '../optimization/run-key.ts';
import { Run } from '../optimization/run.ts';
import type { RunKey } from '../optimization/run.ts';
import { alive, existing } from '../portfolio/portfolios.ts';
import type { CallContext, UnitOfWork } from '../values/call.ts';
import type { Clock } from '../values/clock.ts';
import { Fault, refuse } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import { readText } from '../values/fields.ts';
import type { ListQuery, Page } from '../values/listing.ts';
import { readId } from '../values/resource-name.ts';
import { checkEtag, notFound } from '../values/update-mask.ts';
import { readRebalance } from './admission.ts';
import type { RebalanceInput } from './admission.ts';
import type { RebalanceDraft } from './draft.ts';
import type { RebalanceStores } from './rebalance-executor.ts';
import { targetsOf } from './targets.ts';

/** Told after a commit: that there is something to claim, and how far the log of a run reaches. */
export interface RunNotices {
  wakeEngine(): void;
  wakeWatchers(run: TenantRun, last: number): void;
}

/** A rebalance by its two ids. */
export interface RebalanceKey {
  readonly portfolioId: string;
  readonly id: string;
}

export function runKeyOf({ portfolioId, id }: RebalanceKey): RunKey {
  return { kind: 'rebalance', portfolioId, id };
}

export function rebalanceName({ portfolioId, id }: RebalanceKey): string {
  return `portfolios/${portfolioId}/rebalances/${id}`;
}

export class Rebalances {
  private readonly units: UnitOfWork<RebalanceStores>;
  private readonly clock: Clock;
  private readonly newId: () => string;
  private readonly notices: RunNotices;

  constructor(units: UnitOfWork<RebalanceStores>, clock: Clock, newId: () => string, notices: RunNotices) {
    this.units = units;
    this.clock = clock;
    this.newId = newId;
    this.notices = notices;
  }

  /**
   * Admits and queues; an empty id is made up.
   * @throws Fault with every problem of the draft; NOT_FOUND, ALREADY_EXISTS, or STATE_CONFLICT when the portfolio is deleted or the source
   * has no weights to give: no policy, no target allocations, an optimization that has not succeeded with certified weights.
   */
  async create(portfolioId: string, id: string, draft: RebalanceDraft, context: CallContext): Promise<Run> {
    const violations: Violation[] = [];
    const run = new Run();
    run.tenant = context.tenant;
    run.kind = 'rebalance';
    run.portfolioId = portfolioId;
    run.id = id === '' ? this.newId() : readId(id, 'rebalance_id', violations);
    const input = readRebalance(draft, portfolioId, violations);
    run.subject = input.source;
    run.input = input;
    run.createdAt = this.clock.now();
    const stored = await this.units.write(context, async (stores) => {
      const portfolio = alive(portfolioId, await stores.portfolios.find(portfolioId));
      refuse([...violations, ...(await unknownAssets(input, stores))]);
      await targetsOf(input, portfolio, stores);
      await enqueue(stores, run, run.createdAt);
      return run;
    });
    if (context.validateOnly !== true) this.notices.wakeEngine();
    return stored;
  }

  /** @throws Fault NOT_FOUND. */
  async get(key: RebalanceKey, context: CallContext): Promise<Run> {
    return this.units.read(context, async ({ runs }) => found(key, await runs.find(runKeyOf(key))));
  }

  async list(portfolioId: string, query: ListQuery, context: CallContext): Promise<Page<Run>> {
    return this.units.read(context, async ({ portfolios, runs }) => {
      existing(portfolioId, await portfolios.find(portfolioId));
      return runs.list('rebalance', portfolioId, query);
    });
  }

  /** @throws Fault NOT_FOUND, STATE_CONFLICT (not proposed), ETAG_REQUIRED, ETAG_MISMATCH. */
  async reject(key: RebalanceKey, etag: string, comment: string, context: CallContext): Promise<Run> {
    const violations: Violation[] = [];
    const words = readText(comment.replaceAll(/\s+/gu, ' '), 'comment', violations, { max: 1000 });
    refuse(violations);
    const decided = await this.units.write(context, async ({ runs }) => {
      const run = proposed(key, await runs.findForUpdate(runKeyOf(key)), etag);
      const at = this.clock.now();
      run.state = 'rejected';
      run.endedAt = at;
      await runs.update(run);
      await runs.append(run, [{ at, type: 'rejected', payload: { comment: words } }]);
      return run;
    });
    if (context.validateOnly !== true) this.notices.wakeWatchers(tenantRunOf(decided), decided.lastSequence);
    return decided;
  }
}

export function found(key: RebalanceKey, run: Run | undefined): Run {
  if (run === undefined) throw notFound(rebalanceName(key));
  return run;
}

/** A rebalance that waits for its decision, in the version read. The state comes first: a second decision is told that there was one. */
export function proposed(key: RebalanceKey, run: Run | undefined, etag: string): Run {
  const { state, version } = found(key, run);
  const name = rebalanceName(key);
  if (run === undefined || state !== 'proposed') {
    throw new Fault('STATE_CONFLICT', `${name} is ${state}; only a proposed one can be decided`, {
      resource: name,
      state,
    });
  }
  checkEtag(etag, version, name);
  return run;
}

async function unknownAssets({ targets = [] }: RebalanceInput, { market }: RebalanceStores): Promise<Violation[]> {
  const known = new Set((await market.findAssets(targets.map(({ assetId }) => assetId))).map(({ id }) => id));
  return targets.flatMap(({ assetId }, position) =>
    known.has(assetId)
      ? []
      : [
          {
            field: `rebalance.target.weights[${String(position)}].asset_id`,
            description: `names assets/${assetId}, which does not exist`,
          },
        ],
  );
}
