/** Executes stored optimizations: reads their prices, has them solved, and ends them with the answer. */
import { defer, from, map, retry, switchMap, throwError, timer } from 'rxjs';
import type { Observable } from 'rxjs';

import type { MarketStore } from '../market/ports.ts';
import type { UnitOfWork } from '../values/call.ts';
import { Fault } from '../values/fault.ts';
import { numbersOf } from './admission-numbers.ts';
import type { SolveEngine, SolveJob, SolveNews } from './job.ts';
import { inputFrom, jsonOf } from './job-record.ts';
import type { RunExecutor } from './run-engine.ts';
import type { RunStep, RunWork } from './run-execution.ts';
import { engineContext } from './run-key.ts';
import type { Run } from './run.ts';

/** A run that was admitted waits for a free place among the solves rather than fail. */
const retryMs = 500;

export class OptimizationExecutor<Stores extends { readonly market: MarketStore }> implements RunExecutor<Stores> {
  readonly #units: UnitOfWork<Stores>;
  readonly #solver: SolveEngine;

  constructor(units: UnitOfWork<Stores>, solver: SolveEngine) {
    this.#units = units;
    this.#solver = solver;
  }

  execute({ run, signal }: RunWork): Observable<RunStep<Stores>> {
    return defer(() => from(this.#jobOf(run))).pipe(
      switchMap((job) => this.#solver.solve(job, signal).pipe(retry({ delay: whileCrowded }))),
      map((news) => stepOf(news, signal)),
    );
  }

  async #jobOf(run: Run): Promise<SolveJob> {
    const { job, window } = inputFrom(run.input);
    if (window === undefined) return job;
    const ids = job.universe.assets.map((asset) => asset.id);
    const { days, prices } = await this.#units.read(engineContext(run.tenant), ({ market }) =>
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
    return { ...job, prices: { days, prices: shared } };
  }
}

function whileCrowded(error: unknown): Observable<unknown> {
  const isCrowded = error instanceof Fault && error.reason === 'QUOTA_EXCEEDED' && 'queueMax' in error.metadata;
  return isCrowded ? timer(retryMs) : throwError(() => error);
}

function stepOf(news: SolveNews, signal: AbortSignal): RunStep<never> {
  switch (news.kind) {
    case 'progress':
      return { kind: 'progress', payload: jsonOf(news.progress) };
    case 'point':
      return { kind: 'event', type: 'point', payload: { index: news.index, ...jsonOf(news.answer) } };
    case 'answer': {
      const state = signal.aborted ? 'cancelled' : 'succeeded';
      const answer = jsonOf(news.answer);
      return { kind: 'end', state, type: state, payload: answer, result: answer };
    }
  }
}
