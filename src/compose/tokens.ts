/** Typed tokens of the container and the one way to bind a class to them. */
import 'reflect-metadata';

import type { Bind, Container } from 'inversify';

import type { Loaded, PluginStatus } from '../host/loaded.ts';
import type { Assets } from '../market/assets.ts';
import type { EventLog, EventLogSettings } from '../optimization/event-log.ts';
import type { EstimationEngine } from '../optimization/estimation-job.ts';
import type { Estimations } from '../optimization/estimations.ts';
import type { SolveEngine } from '../optimization/job.ts';
import type { ResumeSettings, ResumeTokens } from '../optimization/resume-token.ts';
import type { RunEngine, RunEngineSettings } from '../optimization/run-engine.ts';
import type { RunQueue } from '../optimization/run.ts';
import type { Optimizations } from '../optimization/optimizations.ts';
import type { Orders } from '../orders/orders.ts';
import type { Transactions } from '../orders/transactions.ts';
import type { Allocations } from '../portfolio/allocations.ts';
import type { ConstraintCatalog } from '../portfolio/constraint-catalog.ts';
import type { Portfolios } from '../portfolio/portfolios.ts';
import type { RebalanceExecutor } from '../rebalancing/rebalance-executor.ts';
import type { Rebalances, RunNotices } from '../rebalancing/rebalances.ts';
import type { OptimizationExecutor } from '../optimization/optimization-executor.ts';
import type { AllStores } from '../storage/storage.ts';
import type { UnitOfWork } from '../values/call.ts';
import type { Clock } from '../values/clock.ts';

/** A symbol that knows what it stands for; the property exists for the compiler only. */
export type Token<Service> = symbol & { readonly stands?: Service };

const token = <Service>(name: string): Token<Service> => Symbol(name);

export const tokens = {
  allocations: token<Allocations>('allocations'),
  assets: token<Assets>('assets'),
  catalog: token<Loaded>('catalog'),
  clock: token<Clock>('clock'),
  constraintCatalog: token<ConstraintCatalog>('constraint catalog'),
  estimationEngine: token<EstimationEngine>('estimation engine'),
  estimations: token<Estimations>('estimations'),
  eventLog: token<EventLog>('event log'),
  eventLogSettings: token<EventLogSettings>('event log settings'),
  newId: token<() => string>('new id'),
  notices: token<RunNotices>('notices of runs'),
  optimizationExecutor: token<OptimizationExecutor<AllStores>>('optimization executor'),
  optimizations: token<Optimizations>('optimizations'),
  orders: token<Orders>('orders'),
  plugin: token<PluginStatus>('plugin'),
  portfolios: token<Portfolios>('portfolios'),
  queue: token<RunQueue>('run queue'),
  rebalanceExecutor: token<RebalanceExecutor>('rebalance executor'),
  rebalances: token<Rebalances>('rebalances'),
  resumeSettings: token<ResumeSettings>('resume settings'),
  resumeTokens: token<ResumeTokens>('resume tokens'),
  runEngine: token<RunEngine<AllStores>>('run engine'),
  runEngineSettings: token<RunEngineSettings>('run engine settings'),
  solveEngine: token<SolveEngine>('solve engine'),
  transactions: token<Transactions>('transactions'),
  units: token<UnitOfWork<AllStores>>('units of work'),
} as const;

type Tokens<Needs extends readonly unknown[]> = { readonly [Position in keyof Needs]: Token<Needs[Position]> };

/** One object for the life of the container, made with `new`; two swapped tokens do not compile. */
export function make<Service, Needs extends readonly unknown[]>(
  bind: Bind,
  of: Token<Service>,
  type: new (...needs: Needs) => Service,
  needs: Tokens<Needs>,
): void {
  const construct = (...given: unknown[]): Service => new type(...(given as unknown as Needs));
  bind<Service>(of)
    .toResolvedValue<unknown[]>(construct, [...needs])
    .inSingletonScope();
}

/** Binds what there is already. */
export function give<Service>(bind: Bind, of: Token<Service>, value: Service): void {
  bind<Service>(of).toConstantValue(value);
}

export function take<Service>(container: Container, of: Token<Service>): Service {
  return container.get<Service>(of);
}

/** All that was bound under one token, as plugins are. */
export function takeAll<Service>(container: Container, of: Token<Service>): readonly Service[] {
  return container.getAll<Service>(of);
}
