/** What estimators of scenarios ask for alike: how many, from which seed, and over how many periods. */
import { seedMax } from '../math/random.ts';
import type { ReturnSeries, Sample } from '../problem/estimator.ts';
import { Fault, refuse } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { seriesOf } from './sample.ts';

export interface Drawing {
  readonly count: number;
  readonly seed: number;
  readonly horizon?: number;
}

export const countMax = 100_000;
/** Numbers in a table of scenarios: 10 million, 80 MB. */
export const entriesMax = 10_000_000;

export const drawingProperties: Readonly<Record<'count' | 'seed' | 'horizon', JsonSchema>> = {
  count: {
    type: 'integer',
    title: 'Count',
    description: `Number of scenarios, 1 to ${String(countMax)}; times the number of assets at most ${String(entriesMax)}.`,
    minimum: 1,
    maximum: countMax,
  },
  seed: {
    type: 'integer',
    title: 'Seed',
    description: 'The same seed gives the same scenarios, bit for bit, on every machine. There is no default.',
    minimum: 0,
    maximum: seedMax,
  },
  horizon: {
    type: 'integer',
    title: 'Horizon',
    description: 'Periods that one scenario spans; tail measures then speak of so many periods.',
    minimum: 1,
    maximum: 1000,
    default: 1,
  },
};

/** @throws Fault INVALID_ARGUMENT when the table would be too large. */
export function refuseTooMany(count: number, assets: number): void {
  if (count * assets <= entriesMax) return;
  const most = String(Math.floor(entriesMax / assets));
  refuse([
    { field: 'count', description: `must be at most ${most} with ${String(assets)} assets; got ${String(count)}` },
  ]);
}

/**
 * The series with a return of every asset in every row.
 * @throws Fault INSUFFICIENT_HISTORY without a series, PRICE_MISSING when a return is missing, with the choices that close gaps.
 */
export function completeSeriesOf(sample: Sample, estimator: string): ReturnSeries {
  const series = seriesOf(sample, estimator);
  if (!series.returns.some(Number.isNaN)) return series;
  const description = `${estimator} needs a return of every asset in every period; choose complete-rows or carry-forward for missing prices`;
  throw new Fault('PRICE_MISSING', description, { estimator }, [{ field: 'prices', description }]);
}
