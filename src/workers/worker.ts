/** A thread of the pool: loads the plugins once, then solves one job after another. */
import { flushCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

import { loadPlugins } from '../host/loaded.ts';
import { estimatingUnder } from '../optimization/estimation-checkpoint.ts';
import { estimateJob } from '../optimization/estimation-job.ts';
import type { SolveFailure } from '../optimization/job.ts';
import { solveJob } from '../optimization/pipeline.ts';
import type { Toolbox } from '../optimization/toolbox.ts';
import { findConflict } from '../solvers/conflict.ts';
import { frontierPoints } from '../solvers/critical-line/points.ts';
import { solvePeriods } from '../solvers/periods/periods.ts';
import { findRepair } from '../solvers/repair.ts';
import { SolverRegistry } from '../solvers/registry.ts';
import { Fault } from '../values/fault.ts';
import { builtInContributions } from './built-in.ts';
import { packedAnswer } from './columns.ts';
import { SharedInterruption } from './interruption.ts';
import { internal, isSolve } from './messages.ts';
import type { EstimateOrder, LastNews, PoolOrder, SolveOrder, WorkerReport, WorkerSettings } from './messages.ts';
import { KnownRisks } from './shared-risk.ts';
import { ProgressThrottle } from './throttle.ts';

const port = parentPort;
if (port === null) throw new Error('this module runs in a worker thread');

const tell = (report: WorkerReport): void => port.postMessage(report);

async function toolboxFrom({ serverVersion, ...plugins }: WorkerSettings): Promise<Toolbox> {
  const loaded = await loadPlugins({
    ...plugins,
    builtIn: builtInContributions,
    // The main thread tells of broken plugins; once is enough.
    log: (level, message) => (level === 'info' ? tell({ kind: 'log', level, message }) : undefined),
  });
  return {
    catalog: loaded,
    solvers: new SolverRegistry(loaded.solvers.offers.map(({ contribution }) => contribution)),
    findConflict,
    findRepair,
    traceFrontier: frontierPoints,
    solvePeriods,
    serverVersion,
    now: () => performance.now(),
  };
}

function solve({ id, job, control }: SolveOrder, toolbox: Toolbox): void {
  const interruption = new SharedInterruption(control, job.limits.secondsMax);
  const throttle = new ProgressThrottle((news) => tell({ kind: 'news', id, news }), toolbox.now);
  const answers: LastNews[] = [];
  const end = (failure?: SolveFailure): void => {
    interruption.close();
    const news = [...throttle.held(), ...answers];
    tell(failure === undefined ? { kind: 'end', id, news } : { kind: 'end', id, news, failure });
  };
  solveJob(job, toolbox, interruption).subscribe({
    // An answer ends the job.
    next: (news) =>
      news.kind === 'answer'
        ? answers.push({ kind: 'answer', packed: packedAnswer(news.answer) })
        : throttle.take(news),
    error: (error: unknown) => end(failureOf(error)),
    complete: () => end(),
  });
}

/** An estimator that does not look at its checkpoint is ended with its thread, by the pool. */
function estimate({ id, job, control }: EstimateOrder, { catalog }: Toolbox): void {
  const interruption = new SharedInterruption(control, job.secondsMax);
  try {
    const estimates = estimateJob(job, catalog, estimatingUnder(interruption));
    tell({ kind: 'end', id, news: [{ kind: 'estimates', estimates }] });
  } catch (error) {
    tell({ kind: 'end', id, news: [], failure: failureOf(error) });
  } finally {
    interruption.close();
  }
}

function failureOf(error: unknown): SolveFailure {
  if (error instanceof Fault) {
    const { reason, message, metadata, violations } = error;
    return { reason, message, metadata, violations };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { reason: internal, message, metadata: {}, violations: [] };
}

const toolbox = await toolboxFrom(workerData as WorkerSettings);
const risks = new KnownRisks();
port.on('message', (order: PoolOrder) => {
  const known = risks.recognized(order);
  if (isSolve(known)) solve(known, toolbox);
  else estimate(known, toolbox);
});
tell({ kind: 'ready' });
flushCompileCache();
