/** Executes stored optimizations: reads their prices, has them solved, and ends them with the answer. */
import { concatMap, defer, from, retry, switchMap, throwError, timer } from 'rxjs';
import type { Observable } from 'rxjs';

import type { MarketStore } from '../market/ports.ts';
import type { UnitOfWork } from '../values/call.ts';
import { Fault } from '../values/fault.ts';
import { numbersOf } from './admission-numbers.ts';
import type { RunStores } from './event-log.ts';
import type { SolveEngine, SolveJob, SolveNews } from './job.ts';
import { beside, givenJob } from './given-numbers.ts';
import { inputFrom, jsonOf } from './job-record.ts';
import { snapshotOf } from './price-snapshot.ts';
import type { RunExecutor } from './run-engine.ts';
import type { RunStep, RunWork } from './run-execution.ts';
import { engineContext } from './run-key.ts';
import type { Run } from './run.ts';

/** A run that was admitted waits for a free place among the solves rather than fail. */
const retryMs = 500;

type ExecutorStores = RunStores & { readonly market: MarketStore };

export class OptimizationExecutor<Stores extends ExecutorStores> implements RunExecutor<Stores> {
  readonly #units: UnitOfWork<Stores>;
  readonly #solver: SolveEngine;

  constructor(units: UnitOfWork<Stores>, solver: SolveEngine) {
    this.#units = units;
    this.#solver = solver;
  }

  execute({ run, signal }: RunWork): Observable<RunStep<Stores>> {
    return defer(() => from(this.#jobOf(run))).pipe(
      switchMap((job) =>
        this.#solver.solve(job, signal).pipe(
          retry({ delay: whileCrowded }),
          concatMap(async (news) =>
            stepOf<Stores>(news, signal, news.kind === 'answer' ? await keeping(job) : undefined),
          ),
        ),
      ),
    );
  }

  async #jobOf(run: Run): Promise<SolveJob> {
    const recorded = inputFrom(run.input);
    const { window } = recorded;
    const context = engineContext(run.tenant);
    const { job, factorHistory } = await this.#units.read(context, ({ runs }) => givenJob(recorded, runs));
    if (window === undefined) return job;
    const ids = job.universe.assets.map((asset) => asset.id);
    const { days, prices } = await this.#units.read(context, ({ market }) =>
      market.priceMatrix(ids, window.from, window.to),
    );
    if (days.length < 2) {
      throw new Fault(
        'INSUFFICIENT_HISTORY',
        'there are fewer than two days with prices in the window of the estimation',
      );
    }
    const shared = numbersOf(prices.length);
    shared.set(prices);
    return beside({ ...job, prices: { days, prices: shared } }, factorHistory);
  }
}

function whileCrowded(error: unknown): Observable<unknown> {
  const isCrowded = error instanceof Fault && error.reason === 'QUOTA_EXCEEDED' && 'queueMax' in error.metadata;
  return isCrowded ? timer(retryMs) : throwError(() => error);
}

/** The prices of a job as they are kept; nothing for a job without. */
async function keeping({ prices }: SolveJob): Promise<Uint8Array | undefined> {
  return prices === undefined ? undefined : snapshotOf(prices);
}

function stepOf<Stores extends ExecutorStores>(
  news: SolveNews,
  signal: AbortSignal,
  snapshot: Uint8Array | undefined,
): RunStep<Stores> {
  switch (news.kind) {
    case 'progress':
      return { kind: 'progress', payload: jsonOf(news.progress) };
    case 'point':
      return { kind: 'event', type: 'point', payload: { index: news.index, ...jsonOf(news.answer) } };
    case 'answer': {
      const state = signal.aborted ? 'cancelled' : 'succeeded';
      const answer = jsonOf(news.answer);
      const end = { kind: 'end', state, type: state, payload: answer, result: answer } as const;
      if (snapshot === undefined) return end;
      const { pricesSnapshot = '' } = news.answer.provenance;
      return { ...end, record: ({ runs }) => runs.keepPrices(pricesSnapshot, snapshot) };
    }
  }
}
