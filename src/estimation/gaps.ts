/** Series without gaps, for estimators that cannot do with missing returns. */
import type { Sample } from '../problem/estimator.ts';
import { Fault } from '../values/fault.ts';
import { columnsOf, seriesOf } from './sample.ts';

/**
 * Returns by asset (n columns of length T), none of them missing.
 * @throws Fault INSUFFICIENT_HISTORY without a series, PRICE_MISSING when a return is missing, with the choices that close gaps.
 */
export function completeColumnsOf(sample: Sample, estimator: string): readonly Float64Array[] {
  const series = seriesOf(sample, estimator);
  if (series.returns.some(Number.isNaN)) {
    const description = `${estimator} needs returns without gaps; choose complete-rows or carry-forward for missing prices`;
    throw new Fault('PRICE_MISSING', description, { estimator }, [{ field: 'prices', description }]);
  }
  return columnsOf(series);
}

/** @throws Fault INSUFFICIENT_HISTORY, told what the estimator needs, when there are fewer than `least` returns. */
export function refuseFewer(observations: number, least: number, estimator: string, because: string): void {
  if (observations >= least) return;
  const description = `${estimator} needs at least ${String(least)} returns of every asset (${because}); there are ${String(observations)}`;
  throw new Fault('INSUFFICIENT_HISTORY', description, { estimator }, [{ field: 'prices', description }]);
}

/** @throws Fault INVALID_ARGUMENT when the universe has fewer than `least` assets. */
export function refuseSmaller(size: number, least: number, estimator: string): void {
  if (size >= least) return;
  const description = `${estimator} needs at least ${String(least)} assets, because below that shrinkage does not pay; there are ${String(size)}`;
  throw new Fault('INVALID_ARGUMENT', description, { estimator }, [{ field: 'universe', description }]);
}
