/** All services of the product on one server. */
import { readFileSync } from 'node:fs';

import { credentials } from '@grpc/grpc-js';
import type { ChannelCredentials } from '@grpc/grpc-js';

import type { Assets } from '../market/assets.ts';
import type { Allocations } from '../portfolio/allocations.ts';
import type { Portfolios } from '../portfolio/portfolios.ts';
import { defaultLimits, Shutdown } from './edge.ts';
import type { Edge, EdgeLimits } from './edge.ts';
import { FileDescriptors } from './file-descriptors.ts';
import { Health, healthService } from './health.ts';
import { reflectionServices } from './reflection.ts';
import { startServer } from './server.ts';
import type { RunningServer, ServerSettings } from './server.ts';
import { allocationService } from './services/allocations.ts';
import { assetService } from './services/assets.ts';
import { catalogService } from './services/catalog.ts';
import type { PluginCatalog } from './services/catalog.ts';
import { portfolioService } from './services/portfolios.ts';
import type { Log } from './status.ts';

export interface UseCases {
  readonly allocations: Allocations;
  readonly assets: Assets;
  readonly catalog: PluginCatalog;
  readonly portfolios: Portfolios;
}

export interface Serving extends RunningServer {
  readonly health: Health;
}

const descriptors = new URL('../gen/descriptors.binpb', import.meta.url);

export async function serve(
  useCases: UseCases,
  settings: ServerSettings & { readonly limits?: Partial<EdgeLimits> },
  log: Log,
): Promise<Serving> {
  const limits = { ...defaultLimits, ...settings.limits };
  const edge: Edge = { log, secure: settings.tls !== undefined, limits, shutdown: new Shutdown() };
  const files = new FileDescriptors(readFileSync(descriptors));
  const health = new Health(files.services);
  const services = [
    allocationService(useCases.allocations, edge),
    assetService(useCases.assets, edge),
    catalogService(useCases.catalog, edge),
    portfolioService(useCases.portfolios, edge),
    healthService(health, edge),
    ...reflectionServices(files, edge),
  ];
  const server = await startServer(settings, services, health, edge);
  return { ...server, health };
}

/** For clients within this process, on loopback. */
export function loopbackCredentials(): ChannelCredentials {
  return credentials.createInsecure();
}
