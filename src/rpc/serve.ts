/** All services of the product on one server. */
import { readFileSync } from 'node:fs';

import { credentials } from '@grpc/grpc-js';
import type { ChannelCredentials } from '@grpc/grpc-js';

import type { Assets } from '../market/assets.ts';
import type { Allocations } from '../portfolio/allocations.ts';
import type { Estimations } from '../optimization/estimations.ts';
import type { Optimizations } from '../optimization/optimizations.ts';
import type { Transactions } from '../orders/transactions.ts';
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
import { estimationService } from './services/estimations.ts';
import { optimizationService } from './services/optimizations.ts';
import { portfolioService } from './services/portfolios.ts';
import { rebalancingService } from './services/rebalances.ts';
import type { RebalancingUseCases } from './services/rebalances.ts';
import { transactionService } from './services/transactions.ts';
import type { Log } from './status.ts';

export interface UseCases extends RebalancingUseCases {
  readonly allocations: Allocations;
  readonly assets: Assets;
  readonly catalog: PluginCatalog;
  readonly estimations: Estimations;
  readonly optimizations: Optimizations;
  readonly portfolios: Portfolios;
  readonly transactions: Transactions;
}

export interface Serving extends RunningServer {
  readonly health: Health;
}

const descriptors = new URL('../gen/descriptors.binpb', import.meta.url);

export async function serve(
  useCases: UseCases,
  settings: ServerSettings & { readonly limits?: Partial<EdgeLimits>; readonly gatewayPass?: string },
  log: Log,
): Promise<Serving> {
  const { gatewayPass } = settings;
  const trust = { secure: settings.tls !== undefined, ...(gatewayPass === undefined ? {} : { gatewayPass }) };
  const limits = { ...defaultLimits, ...settings.limits };
  const edge: Edge = { log, trust, limits, shutdown: new Shutdown() };
  const files = new FileDescriptors(readFileSync(descriptors));
  const health = new Health(files.services);
  const services = [
    allocationService(useCases.allocations, edge),
    assetService(useCases.assets, edge),
    catalogService(useCases.catalog, edge),
    estimationService(useCases.estimations, edge),
    optimizationService(useCases.optimizations, useCases.watches, edge),
    portfolioService(useCases.portfolios, edge),
    rebalancingService(useCases, edge),
    transactionService(useCases.transactions, edge),
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
