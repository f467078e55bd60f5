/** A portfolio with a market, runs and transactions in memory, and the use cases of rebalancing and orders on them. */
import { lastValueFrom, toArray } from 'rxjs';

import type { RunStep } from '../../src/optimization/run-execution.ts';
import type { Run } from '../../src/optimization/run.ts';
import { Orders } from '../../src/orders/orders.ts';
import { Transactions } from '../../src/orders/transactions.ts';
import { Allocations } from '../../src/portfolio/allocations.ts';
import { Portfolios } from '../../src/portfolio/portfolios.ts';
import { RebalanceExecutor } from '../../src/rebalancing/rebalance-executor.ts';
import type { RebalanceStores } from '../../src/rebalancing/rebalance-executor.ts';
import { Rebalances } from '../../src/rebalancing/rebalances.ts';
import type { RebalanceKey } from '../../src/rebalancing/rebalances.ts';
import { boundsOnly, sampleMarket } from './memory-folio.ts';
import type { MemoryMarket } from './memory-market.ts';
import { MemoryPortfolios } from './memory-portfolio.ts';
import { MemoryRuns } from './memory-runs.ts';
import { MemoryTransactions } from './memory-transactions.ts';
import { callContext, countedIds, MemoryUnits, SetClock } from './memory-units.ts';
import { portfolioDraft } from './samples.ts';

export interface DeskStores {
  readonly market: MemoryMarket;
  readonly portfolios: MemoryPortfolios;
  readonly runs: MemoryRuns;
  readonly transactions: MemoryTransactions;
}

export interface Desk {
  readonly units: MemoryUnits<DeskStores>;
  readonly clock: SetClock;
  readonly portfolios: Portfolios;
  readonly allocations: Allocations;
  readonly rebalances: Rebalances;
  readonly orders: Orders;
  readonly transactions: Transactions;
  /** Who was woken, in order. */
  readonly woken: string[];
  /** Does what the engine does with a queued rebalance: runs its executor and stores the end. */
  compute(key: RebalanceKey): Promise<readonly RunStep<RebalanceStores>[]>;
}

export const context = callContext();

/** 100 AAPL at 200, 50 MSFT at 400 and 10,000 of cash make 50,000 USD in `portfolios/growth`. */
export async function sampleDesk(): Promise<Desk> {
  const units = new MemoryUnits<DeskStores>({
    market: await sampleMarket(),
    portfolios: new MemoryPortfolios(),
    runs: new MemoryRuns(),
    transactions: new MemoryTransactions(),
  });
  const clock = new SetClock('2025-03-03T12:00:00Z');
  const newId = countedIds();
  const woken: string[] = [];
  const notices = {
    wakeEngine: () => void woken.push('engine'),
    wakeWatchers: (_run: unknown, last: number) => void woken.push(`watchers ${String(last)}`),
  };
  const portfolios = new Portfolios(units, clock, newId, boundsOnly);
  const cashBalances = [{ cashBalanceId: '', amount: { currencyCode: 'USD', amount: '10000' } }];
  await portfolios.create('growth', { ...portfolioDraft, cashBalances }, context);
  const executor = new RebalanceExecutor(units, clock);
  return {
    units,
    clock,
    portfolios,
    allocations: new Allocations(units, clock, newId),
    rebalances: new Rebalances(units, clock, newId, notices),
    orders: new Orders(units, clock, newId, notices),
    transactions: new Transactions(units, clock, newId),
    woken,
    compute: async ({ portfolioId, id }) => {
      const run = await units.read(context, async ({ runs }) => runs.find({ kind: 'rebalance', portfolioId, id }));
      if (run === undefined) throw new Error(`no run ${id}`);
      const { signal } = new AbortController();
      const steps = await lastValueFrom(executor.execute({ run, signal }).pipe(toArray()));
      await units.write(context, async ({ runs }) => storeSteps(runs, run, steps, clock.now()));
      return steps;
    },
  };
}

async function storeSteps(
  runs: MemoryRuns,
  run: Run,
  steps: readonly RunStep<RebalanceStores>[],
  at: Date,
): Promise<void> {
  const end = steps.at(-1);
  if (end?.kind !== 'end') throw new Error('the last step is no end');
  run.state = end.state;
  run.result = end.result ?? null;
  await runs.update(run);
  const events = steps.flatMap((step) =>
    step.kind === 'progress' ? [] : [{ at, type: step.type, payload: step.payload }],
  );
  await runs.append(run, events);
}
