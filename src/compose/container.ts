/** What is bound to what: the only file that knows Inversify, besides the tokens. */
import { randomUUID } from 'node:crypto';

import { Container, ContainerModule } from 'inversify';

import type { Loaded } from '../host/loaded.ts';
import { Assets } from '../market/assets.ts';
import type { EstimationEngine } from '../optimization/estimation-job.ts';
import { Estimations } from '../optimization/estimations.ts';
import { EventLog } from '../optimization/event-log.ts';
import type { SolveEngine } from '../optimization/job.ts';
import { ResumeTokens } from '../optimization/resume-token.ts';
import { RunEngine, runEngineDefaults } from '../optimization/run-engine.ts';
import { Allocations } from '../portfolio/allocations.ts';
import { OptimizationExecutor } from '../optimization/optimization-executor.ts';
import { Optimizations } from '../optimization/optimizations.ts';
import { Orders } from '../orders/orders.ts';
import { Transactions } from '../orders/transactions.ts';
import { RebalanceExecutor } from '../rebalancing/rebalance-executor.ts';
import { Rebalances } from '../rebalancing/rebalances.ts';
import { Portfolios } from '../portfolio/portfolios.ts';
import type { UseCases } from '../rpc/serve.ts';
import type { Log } from '../rpc/status.ts';
import type { Storage } from '../storage/storage.ts';
import { systemClock } from '../values/clock.ts';
import type { Config } from './config.ts';
import { constraintCatalog } from './constraint-catalog.ts';
import { EngineNotices } from './engine-notices.ts';
import { keptTokenKey } from './token-key.ts';
import { give, make, take, takeAll, tokens } from './tokens.ts';

export interface Outside {
  readonly config: Config;
  readonly storage: Storage;
  readonly loaded: Loaded;
  readonly pool: SolveEngine & EstimationEngine;
  readonly log: Log;
}

export function containerOf({ config, storage, loaded, pool, log }: Outside): Container {
  const container = new Container();
  const warn = (message: string): void => log.warn({}, message);
  const around = new ContainerModule(({ bind }) => {
    give(bind, tokens.clock, systemClock);
    give(bind, tokens.newId, randomUUID);
    give(bind, tokens.units, storage.units);
    give(bind, tokens.queue, storage.queue);
    give(bind, tokens.solveEngine, pool);
    give(bind, tokens.estimationEngine, pool);
    give(bind, tokens.catalog, loaded);
    give(bind, tokens.constraintCatalog, constraintCatalog(loaded));
    const pollMs = config.databaseUrl === undefined ? 1000 : 100;
    give(bind, tokens.eventLogSettings, { pollMs, heartbeatMs: config.heartbeatMs, warn });
    const engine = { ...runEngineDefaults, leaseMs: config.leaseMs, slots: config.workers };
    give(bind, tokens.runEngineSettings, { ...engine, owner: randomUUID(), clock: systemClock, warn });
    const key = config.tokenKey ?? keptTokenKey(config.dataDirectory);
    give(bind, tokens.resumeSettings, { key, epoch: '1' });
  });
  const domain = new ContainerModule(({ bind }) => {
    make(bind, tokens.assets, Assets, [tokens.units, tokens.clock]);
    make(bind, tokens.portfolios, Portfolios, [tokens.units, tokens.clock, tokens.newId, tokens.constraintCatalog]);
    make(bind, tokens.allocations, Allocations, [tokens.units, tokens.clock, tokens.newId]);
    make(bind, tokens.eventLog, EventLog, [tokens.units, tokens.queue, tokens.eventLogSettings]);
    make(bind, tokens.resumeTokens, ResumeTokens, [tokens.resumeSettings]);
    make(bind, tokens.runEngine, RunEngine, [tokens.units, tokens.queue, tokens.eventLog, tokens.runEngineSettings]);
    make(bind, tokens.notices, EngineNotices, [tokens.runEngine, tokens.eventLog]);
    make(bind, tokens.optimizations, Optimizations, [
      tokens.units,
      tokens.runEngine,
      tokens.solveEngine,
      tokens.catalog,
      tokens.clock,
      tokens.newId,
    ]);
    make(bind, tokens.estimations, Estimations, [tokens.estimationEngine, tokens.catalog]);
    make(bind, tokens.optimizationExecutor, OptimizationExecutor, [tokens.units, tokens.solveEngine]);
    make(bind, tokens.rebalances, Rebalances, [tokens.units, tokens.clock, tokens.newId, tokens.notices]);
    make(bind, tokens.rebalanceExecutor, RebalanceExecutor, [tokens.units, tokens.clock]);
    make(bind, tokens.orders, Orders, [tokens.units, tokens.clock, tokens.newId, tokens.notices]);
    make(bind, tokens.transactions, Transactions, [tokens.units, tokens.clock, tokens.newId]);
  });
  const plugins = loaded.plugins.map((plugin) => new ContainerModule(({ bind }) => give(bind, tokens.plugin, plugin)));
  container.load(around, domain, ...plugins);
  return container;
}

/** What the server serves. */
export function useCasesOf(container: Container): UseCases {
  return {
    allocations: take(container, tokens.allocations),
    assets: take(container, tokens.assets),
    catalog: { ...take(container, tokens.catalog), plugins: takeAll(container, tokens.plugin) },
    estimations: take(container, tokens.estimations),
    optimizations: take(container, tokens.optimizations),
    orders: take(container, tokens.orders),
    portfolios: take(container, tokens.portfolios),
    rebalances: take(container, tokens.rebalances),
    transactions: take(container, tokens.transactions),
    watches: { eventLog: take(container, tokens.eventLog), resumeTokens: take(container, tokens.resumeTokens) },
  };
}
