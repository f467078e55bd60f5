/** What use cases of rebalancing and orders say after a commit, to the engine of runs and to its watchers. */
import type { EventLog } from '../optimization/event-log.ts';
import type { RunEngine } from '../optimization/run-engine.ts';
import type { TenantRun } from '../optimization/run-key.ts';
import type { RunNotices } from '../rebalancing/rebalances.ts';
import type { AllStores } from '../storage/storage.ts';

export class EngineNotices implements RunNotices {
  readonly #engine: RunEngine<AllStores>;
  readonly #log: EventLog;

  constructor(engine: RunEngine<AllStores>, log: EventLog) {
    this.#engine = engine;
    this.#log = log;
  }

  wakeEngine(): void {
    this.#engine.wake();
  }

  wakeWatchers(run: TenantRun, last: number): void {
    this.#log.wake(run, last);
  }
}
