/** What the pool and its threads say to each other: plain values, news in the order in which they happened. */
import type { EstimationAnswer } from '../optimization/estimation-job.ts';
import type { EstimationJob, SolveFailure, SolveJob, SolveNews } from '../optimization/job.ts';
import type { JsonObject } from '../values/json.ts';
import type { PackedAnswer } from './columns.ts';

/** What a thread is started with. */
export interface WorkerSettings {
  readonly locations: readonly string[];
  readonly base: string;
  readonly config: Readonly<Record<string, JsonObject>>;
  readonly serverVersion: string;
}

/** What threads do. */
export type PoolJob = SolveJob | EstimationJob;

/** What they tell of it. */
export type PoolNews = SolveNews | { readonly kind: 'estimates'; readonly estimates: EstimationAnswer };

interface OrderOf<Job extends PoolJob> {
  readonly id: number;
  readonly job: Job;
  /** Of the job's risk model, when it lies in shared memory; see `SharedRisk`. */
  readonly riskNumber?: number;
  /** One Int32: see `signals`. Shared, so that it is seen in the middle of a solve. */
  readonly control: SharedArrayBuffer;
}

export type SolveOrder = OrderOf<SolveJob>;
export type EstimateOrder = OrderOf<EstimationJob>;
export type PoolOrder = SolveOrder | EstimateOrder;

/** A job without a strategy is one for estimates. */
export function isSolve(order: PoolOrder): order is SolveOrder {
  return 'strategy' in order.job;
}

export const signals = { go: 0, stop: 1, done: 2 } as const;

/** What comes at the end of a job: answers travel packed. */
export type LastNews =
  Exclude<PoolNews, { kind: 'answer' }> | { readonly kind: 'answer'; readonly packed: PackedAnswer };

export type WorkerReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'log'; readonly level: 'info' | 'warn'; readonly message: string }
  | { readonly kind: 'news'; readonly id: number; readonly news: PoolNews }
  /** With the last news, since every report wakes the thread that hears it. Absent failure: the job completed. */
  | { readonly kind: 'end'; readonly id: number; readonly news: readonly LastNews[]; readonly failure?: SolveFailure };

/** The reason that stands for a bug; it is none of the reasons that callers know. */
export const internal = 'INTERNAL';
