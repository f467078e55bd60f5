/** The one place that knows all the others: opens the database, loads the plugins, puts the use cases together and serves them. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Config } from './compose/config.ts';
import { followDatabase } from './compose/readiness.ts';
import { containerOf, useCasesOf } from './compose/container.ts';
import { take, tokens } from './compose/tokens.ts';
import { startGateway } from './gateway/server.ts';
import type { Gateway } from './gateway/server.ts';
import { loadPlugins } from './host/loaded.ts';
import type { PluginSettings } from './host/loaded.ts';
import { loopbackCredentials, serve } from './rpc/serve.ts';
import { refuseOpenAddress } from './rpc/server.ts';
import type { Log } from './rpc/status.ts';
import { openStorage } from './storage/storage.ts';
import { systemClock } from './values/clock.ts';
import { builtInContributions } from './workers/built-in.ts';
import { WorkerPool, workerPoolDefaults } from './workers/worker-pool.ts';

export interface Running {
  readonly addresses: { readonly grpc: string; readonly http?: string };
  /** Health says no, streams end with a token, calls in flight finish, runs are given back, the database is closed. */
  stop(): Promise<void>;
  /** Something is broken beyond repair: tells health at once. */
  fail(): void;
}

export const version = '0.1.0';

type StorageOpening = Parameters<typeof openStorage>[0];
type FoundSettings = Pick<PluginSettings, 'locations' | 'base' | 'config'>;

/** Starts everything, or throws with everything closed again. */
export async function start(config: Config, log: Log): Promise<Running> {
  if (config.tls === undefined) refuseOpenAddress(config.grpcAddress);
  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const each of closing.splice(0).reverse()) {
      await each().catch((error: unknown) => log.error({ err: error }, 'something did not close'));
    }
  };
  try {
    const warn = (message: string): void => log.warn({}, message);
    const settings = pluginSettings(config, log);
    const opened = <Part>(part: Promise<Part>, end: (part: Part) => Promise<void>): Promise<Part> =>
      part.then((open) => {
        closing.push(() => end(open));
        return open;
      });
    const pool = new WorkerPool({
      ...workerPoolDefaults,
      threads: config.workers,
      worker: { ...settings.found, serverVersion: version },
      log: settings.log,
    });
    // The three have nothing to do with each other. All are waited for, so that what opened is closed when another fails.
    const [storage, loaded] = await together(
      opened(openStorage(storageSettings(config, warn), systemClock), (open) => open.close()),
      opened(loadPlugins({ ...settings.found, log: settings.log, builtIn: builtInContributions }), (open) =>
        open.dispose(),
      ),
      opened(pool.start(), () => pool.close()),
    );
    const container = containerOf({ config, storage, loaded, pool, log });
    const engine = take(container, tokens.runEngine);
    engine.register('optimization', take(container, tokens.optimizationExecutor));
    engine.register('rebalance', take(container, tokens.rebalanceExecutor));
    engine.start();
    closing.push(() => engine.stop());
    const pass = randomUUID();
    const server = await serve(useCasesOf(container), { ...serverSettings(config), gatewayPass: pass }, log);
    closing.push(() => server.drain(), followDatabase(storage, server.health, warn));
    const http = await gatewayOf(config, server.gatewayAddress, pass, log);
    // The HTTP streams end with the gRPC streams behind them, so both doors close together.
    if (http !== undefined) closing.push(() => Promise.all([http.close(), server.drain()]).then(() => undefined));
    const addresses = { grpc: server.address, ...(http === undefined ? {} : { http: http.address }) };
    return { addresses, stop: close, fail: () => server.health.stop() };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Settles when all have; throws the first failure. */
async function together<Parts extends readonly Promise<unknown>[]>(
  ...parts: Parts
): Promise<{ -readonly [Position in keyof Parts]: Awaited<Parts[Position]> }> {
  await Promise.allSettled(parts);
  return Promise.all(parts);
}

function storageSettings({ databaseUrl, dataDirectory }: Config, warn: (message: string) => void): StorageOpening {
  return { databaseUrl, directory: join(dataDirectory, 'database'), warn };
}

function pluginSettings(config: Config, log: Log): { found: FoundSettings; log: PluginSettings['log'] } {
  const own = fileURLToPath(new URL('../plugins', import.meta.url));
  return {
    found: { locations: [own, ...config.plugins], base: process.cwd(), config: config.pluginConfig },
    log: (level, message) => log[level]({}, message),
  };
}

function serverSettings(config: Config): Parameters<typeof serve>[1] {
  const { grpcAddress, tls, drainMs, receiveBytesMax, stallMs, streamMs } = config;
  return {
    address: grpcAddress,
    drainMs,
    receiveBytesMax,
    limits: { stallMs, streamMs },
    ...(tls === undefined ? {} : { tls }),
  };
}

/** The HTTP door calls the gRPC server on loopback and shows its pass; with TLS it looks at certificates itself. */
async function gatewayOf(
  { httpAddress, tls }: Config,
  grpcAddress: string,
  pass: string,
  log: Log,
): Promise<Gateway | undefined> {
  if (httpAddress === undefined) return undefined;
  return startGateway({
    address: httpAddress,
    ...(tls === undefined ? {} : { tls, pass }),
    grpcAddress,
    credentials: loopbackCredentials(),
    version,
    log: (error) => log.error({ err: error }, 'an HTTP exchange failed by a bug'),
  });
}
