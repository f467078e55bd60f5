/** Runs that are watched: the one loop behind `optimize`, `rebalance`, `watch` and the demo. */
import { setTimeout as pause } from 'node:timers/promises';

import { OptimizationServiceService as optimizations } from '../gen/veritasvault/portfolio/v1/optimization_service.ts';
import type { OptimizationEvent } from '../gen/veritasvault/portfolio/v1/optimization_service.ts';
import { RebalancingServiceService as rebalances } from '../gen/veritasvault/portfolio/v1/rebalancing_service.ts';
import type { RebalanceEvent } from '../gen/veritasvault/portfolio/v1/rebalancing_service.ts';
import { elapsed } from './display/figures.ts';
import type { Terminal } from './display/terminal.ts';
import type { Connection } from './wire/connection.ts';
import { isStreamLost } from './wire/failure.ts';
import { watch } from './wire/watch.ts';
import type { Loss, WatchSettings } from './wire/watch.ts';

const terminalOptimization = new Set(['succeeded', 'failed', 'cancelled']);
const terminalRebalance = new Set(['notTriggered', 'accepted', 'rejected', 'failed']);

/** Says once that the stream was lost and once that it goes on. */
export interface WatchReport {
  lost(loss: Loss): void;
  resumed(after: bigint): void;
}

export function reportOn(terminal: Terminal): WatchReport {
  return {
    lost: ({ after, attempt, waitMs }) => {
      if (attempt > 1) return;
      terminal.line(
        terminal.paint.yellow(`stream lost after event ${String(after)}; trying again in ${elapsed(waitMs)}`),
      );
    },
    resumed: (after) => {
      terminal.line(terminal.paint.green(`resumed after event ${String(after)}`));
    },
  };
}

export interface WatchOptions {
  /** Ends the watch. */
  readonly signal?: AbortSignal;
  /** Longest wait before the next attempt, for a server that is known to come back soon; the back-off's own when absent. */
  readonly waitMostMs?: number;
}

type Common = Pick<WatchSettings<OptimizationEvent>, 'isLost' | 'random' | 'wait'>;

const common = ({ signal, waitMostMs = Number.POSITIVE_INFINITY }: WatchOptions): Common => ({
  isLost: isStreamLost,
  random: Math.random,
  wait: async (milliseconds) => {
    await pause(Math.min(milliseconds, waitMostMs), undefined, signal === undefined ? {} : { signal });
  },
});

/** Every event of an optimization from the first, through any number of lost streams, to its end. */
export function watchOptimization(
  connection: Connection,
  name: string,
  report: WatchReport,
  options: WatchOptions = {},
): AsyncGenerator<OptimizationEvent, void> {
  return watch<OptimizationEvent>({
    ...common(options),
    ...report,
    open: (resumeToken) => connection.stream(optimizations.watchOptimization, { name, resumeToken }, options.signal),
    isTerminal: ({ event }) => event !== undefined && terminalOptimization.has(event.$case),
    isHeartbeat: ({ event }) => event?.$case === 'heartbeat',
  });
}

/** Every event of a rebalance, to its proposal or to its end. */
export function watchRebalance(
  connection: Connection,
  name: string,
  untilProposed: boolean,
  report: WatchReport,
  options: WatchOptions = {},
): AsyncGenerator<RebalanceEvent, void> {
  const isEnd = (kind: string): boolean => terminalRebalance.has(kind) || (untilProposed && kind === 'proposed');
  return watch<RebalanceEvent>({
    ...common(options),
    ...report,
    open: (resumeToken) =>
      connection.stream(rebalances.watchRebalance, { name, resumeToken, untilProposed }, options.signal),
    isTerminal: ({ event }) => event !== undefined && isEnd(event.$case),
    isHeartbeat: ({ event }) => event?.$case === 'heartbeat',
  });
}
