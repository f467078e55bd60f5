/** event-loop: how late the server's thread is while both solver threads are at work on the largest problem. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { lastValueFrom, toArray } from 'rxjs';

import { numbersOf } from '../../src/optimization/admission-numbers.ts';
import type { SolveJob } from '../../src/optimization/job.ts';
import { WorkerPool, workerPoolDefaults } from '../../src/workers/worker-pool.ts';
import { factorCase } from '../../test/support/problems.ts';
import type { BenchCase } from '../bench-case.ts';
import { report } from '../figure.ts';

const base = fileURLToPath(new URL('../..', import.meta.url));
const threads = 2;
const measureMs = 8000;
const sectorNames = 11;

/** In memory that threads share, as admission puts the numbers of a request. */
function shared(values: Float64Array): Float64Array {
  const memory = numbersOf(values.length);
  memory.set(values);
  return memory;
}

/** b10000x70 as a request states it: the same risk, returns, caps and sectors. */
function jobOf(n: number, k: number): SolveJob {
  const { quadratics, linear, trading, rows } = factorCase(n, k);
  const [quadratic] = quadratics;
  if (quadratic?.operator.kind !== 'factor' || trading === undefined) throw new Error('expected a factor model');
  const { exposures, factorCovariance, specific } = quadratic.operator;
  const sector: string[] = Array.from({ length: n }, () => 'none');
  for (const [index, row] of rows.slice(1).entries())
    for (const position of row.positions) sector[position] = `S${String(index)}`;
  const bands = rows
    .slice(1)
    .map((row, index): [string, { min: number; max: number }] => [
      `S${String(index)}`,
      { min: row.lower, max: Math.min(1, row.upper) },
    ]);
  const constraint = { field: 'constraints', name: '' };
  return {
    universe: { assets: sector.map((name, i) => ({ id: `A${String(i)}`, sector: name, groups: {} })) },
    current: trading.current,
    cashCurrent: 0,
    riskFreeRate: 0,
    expectedReturns: { values: Float64Array.from(linear), periodsPerYear: 1 },
    risk: {
      kind: 'factor',
      factors: Array.from({ length: k }, (_, j) => `F${String(j)}`),
      exposures: shared(exposures),
      factorCovariance: shared(factorCovariance),
      specificVariance: shared(specific),
      periodsPerYear: 1,
    },
    estimation: {},
    strategy: { type: 'quadratic-utility', parameters: { riskAversion: quadratic.scale } },
    constraints: [
      { ...constraint, id: 'caps', type: 'bounds', parameters: { all: { min: 0, max: 0.05 } } },
      { ...constraint, id: 'sectors', type: 'sector', parameters: Object.fromEntries(bands) },
    ],
    views: [],
    limits: { iterationsMax: 200, secondsMax: 60 },
  };
}

async function benchEventLoop(): Promise<void> {
  const job = jobOf(10000, 70);
  const worker = { locations: ['./plugins'], base, config: {}, serverVersion: 'bench' };
  const pool = new WorkerPool({ ...workerPoolDefaults, threads, worker, log: () => undefined });
  await pool.start();
  const signal = new AbortController().signal;
  const solve = async (): Promise<string> => {
    const news = (await lastValueFrom(pool.solve(job, signal).pipe(toArray()))).at(-1);
    if (news?.kind !== 'answer') throw new Error('no answer');
    return news.answer.termination;
  };
  try {
    await Promise.all(Array.from({ length: threads }, solve));
    const delay = monitorEventLoopDelay({ resolution: 1 });
    const end = performance.now() + measureMs;
    let done = 0;
    delay.enable();
    const keepBusy = async (): Promise<void> => {
      while (performance.now() < end) {
        const termination = await solve();
        if (termination !== 'optimal') throw new Error(`event-loop: ${termination}`);
        done += 1;
      }
    };
    await Promise.all(Array.from({ length: threads }, keepBusy));
    delay.disable();
    const note = `${String(threads)} threads, ${String(done)} solves of ${String(sectorNames)} sectors in ${String(measureMs / 1000)} s`;
    const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - 1);
    report({ case: 'event-loop', metric: 'lagP99Ms', value: ms(delay.percentile(99)), unit: 'ms', note });
    report({ case: 'event-loop', metric: 'lagP50Ms', value: ms(delay.percentile(50)), unit: 'ms' });
    report({ case: 'event-loop', metric: 'lagMaxMs', value: ms(delay.max), unit: 'ms' });
  } finally {
    await pool.close(0);
  }
}

export const eventLoopCases: readonly BenchCase[] = [
  { name: 'event-loop', problem: 'lag of the event loop while two threads solve b10000x70', run: benchEventLoop },
];
