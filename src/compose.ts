/** The one place that knows all the others: opens the database, loads the plugins, puts the use cases together and serves them. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Container, ContainerModule } from 'inversify';

import type { Config } from './compose/config.ts';
import { constraintCatalog } from './compose/constraint-catalog.ts';
import { followDatabase } from './compose/readiness.ts';
import { keptTokenKey } from './compose/token-key.ts';
import { give, make, take, takeAll, tokens } from './compose/tokens.ts';
import { builtInConstraints } from './constraints/built-in.ts';
import { builtInCovarianceEstimators, builtInReturnEstimators } from './estimation/built-in.ts';
import { startGateway } from './gateway/server.ts';
import type { Gateway } from './gateway/server.ts';
import { loadPlugins } from './host/loaded.ts';
import type { Loaded } from './host/loaded.ts';
import { Assets } from './market/assets.ts';
import { EventLog } from './optimization/event-log.ts';
import { ResumeTokens } from './optimization/resume-token.ts';
import { RunEngine, runEngineDefaults } from './optimization/run-engine.ts';
import { Allocations } from './portfolio/allocations.ts';
import { Portfolios } from './portfolio/portfolios.ts';
import { loopbackCredentials, serve } from './rpc/serve.ts';
import type { Log } from './rpc/status.ts';
import { interiorPoint } from './solvers/interior-point.ts';
import { openStorage } from './storage/storage.ts';
import type { Storage } from './storage/storage.ts';
import { systemClock } from './values/clock.ts';

export interface Running {
  readonly addresses: { readonly grpc: string; readonly http?: string };
  /** Health says no, streams end with a token, calls in flight finish, runs are given back, the database is closed. */
  stop(): Promise<void>;
  /** Something is broken beyond repair: tells health at once. */
  fail(): void;
}

export const version = '0.1.0';

/** Starts everything, or throws with everything closed again. */
export async function start(config: Config, log: Log): Promise<Running> {
  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const each of closing.splice(0).reverse()) {
      await each().catch((error: unknown) => log.error({ err: error }, 'something did not close'));
    }
  };
  try {
    const warn = (message: string): void => log.warn({}, message);
    const storage = await openStorage(
      { databaseUrl: config.databaseUrl, directory: join(config.dataDirectory, 'database'), warn },
      systemClock,
    );
    closing.push(() => storage.close());
    const loaded = await loadPlugins(pluginSettings(config, log));
    closing.push(() => loaded.dispose());
    const container = containerOf(config, storage, loaded, log);
    const engine = take(container, tokens.runEngine);
    engine.start();
    closing.push(() => engine.stop());
    const { stallMs, streamMs } = config;
    const server = await serve(
      useCasesOf(container),
      { ...serverSettings(config), limits: { stallMs, streamMs } },
      log,
    );
    closing.push(followDatabase(storage, server.health, warn), () => server.drain());
    const http = await gatewayOf(config, server.address, log);
    if (http !== undefined) closing.push(() => http.close());
    const addresses = { grpc: server.address, ...(http === undefined ? {} : { http: http.address }) };
    return { addresses, stop: close, fail: () => server.health.stop() };
  } catch (error) {
    await close();
    throw error;
  }
}

function pluginSettings(config: Config, log: Log): Parameters<typeof loadPlugins>[0] {
  const own = fileURLToPath(new URL('../plugins', import.meta.url));
  return {
    locations: [own, ...config.plugins],
    base: process.cwd(),
    config: config.pluginConfig,
    builtIn: {
      constraints: builtInConstraints,
      estimators: [...builtInReturnEstimators, ...builtInCovarianceEstimators],
      solvers: [interiorPoint],
    },
    log: (level, message) => log[level]({}, message),
  };
}

function containerOf(config: Config, storage: Storage, loaded: Loaded, log: Log): Container {
  const container = new Container();
  const warn = (message: string): void => log.warn({}, message);
  const around = new ContainerModule(({ bind }) => {
    give(bind, tokens.clock, systemClock);
    give(bind, tokens.newId, randomUUID);
    give(bind, tokens.units, storage.units);
    give(bind, tokens.queue, storage.queue);
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
  });
  const plugins = loaded.plugins.map((plugin) => new ContainerModule(({ bind }) => give(bind, tokens.plugin, plugin)));
  container.load(around, domain, ...plugins);
  return container;
}

function useCasesOf(container: Container): Parameters<typeof serve>[0] {
  return {
    allocations: take(container, tokens.allocations),
    assets: take(container, tokens.assets),
    catalog: { ...take(container, tokens.catalog), plugins: takeAll(container, tokens.plugin) },
    portfolios: take(container, tokens.portfolios),
  };
}

function serverSettings({ grpcAddress, tls, drainMs, receiveBytesMax }: Config): Parameters<typeof serve>[1] {
  return { address: grpcAddress, drainMs, receiveBytesMax, ...(tls === undefined ? {} : { tls }) };
}

/** The HTTP door calls the gRPC server without a certificate; with TLS it stays shut. */
async function gatewayOf(config: Config, grpcAddress: string, log: Log): Promise<Gateway | undefined> {
  if (config.httpAddress === undefined) return undefined;
  if (config.tls !== undefined) {
    log.warn({}, 'HTTP is not served while gRPC needs client certificates');
    return undefined;
  }
  return startGateway({
    address: config.httpAddress,
    grpcAddress,
    credentials: loopbackCredentials(),
    version,
    log: (error) => log.error({ err: error }, 'an HTTP exchange failed by a bug'),
  });
}
