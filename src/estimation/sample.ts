/** What estimators ask of a sample, refused by name when it is not there. */
import { unchecked, type Checkpoint } from '../math/checkpoint.ts';
import type { Sample } from '../problem/estimator.ts';
import type { ReturnSeries } from '../problem/estimator.ts';
import type { SymmetricOperator } from '../problem/operator.ts';
import { Fault, refuse } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';

export function seriesOf(sample: Sample, estimator: string): ReturnSeries {
  if (sample.series === undefined) {
    throw new Fault('INSUFFICIENT_HISTORY', `${estimator} needs a price history, and there is none`, { estimator });
  }
  return sample.series;
}

/** Deviations below this part of the largest return come from rounding. */
export const movementMin = 1e-12;

/** (n) market weights, scaled to sum 1. */
export function marketWeightsOf(sample: Sample, estimator: string): Float64Array {
  const { marketWeights } = sample;
  const total = marketWeights?.reduce((sum, weight) => sum + weight, 0) ?? 0;
  if (marketWeights === undefined || !(total > 0 && total < Infinity)) {
    const text = `${estimator} needs market weights (market capitalizations or a benchmark) with a positive sum`;
    throw new Fault('INVALID_ARGUMENT', text, { estimator }, [{ field: 'marketWeights', description: text }]);
  }
  return marketWeights.map((weight) => weight / total);
}

export function covarianceOf(sample: Sample, estimator: string): SymmetricOperator {
  if (sample.covariance === undefined) {
    throw new Fault('RISK_MODEL_INVALID', `${estimator} needs a covariance, and none was given or estimated`, {
      estimator,
    });
  }
  return sample.covariance;
}

export function checkpointOf({ checkpoint }: Sample): Checkpoint {
  return checkpoint ?? unchecked;
}

/** Returns by asset, contiguous in time: n arrays of length T, NaN where missing. */
export function columnsOf(series: ReturnSeries): readonly Float64Array[] {
  const { observations, returns } = series;
  const n = returns.length / observations;
  return Array.from({ length: n }, (_, i) => {
    const column = new Float64Array(observations);
    for (let t = 0; t < observations; t += 1) column[t] = returns[t * n + i]!;
    return column;
  });
}

/** Refuses assets with fewer returns than an estimate needs, all at once. */
export function refuseShort(sample: Sample, columns: readonly Float64Array[], least: number): void {
  const violations: Violation[] = [];
  for (const [position, column] of columns.entries()) {
    const present = column.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
    if (present >= least) continue;
    const id = sample.universe.assets[position]?.id ?? String(position);
    const description = `has ${String(present)} returns; at least ${String(least)} are needed`;
    violations.push({ field: `prices[${JSON.stringify(id)}]`, description });
  }
  refuse(violations, 'INSUFFICIENT_HISTORY');
}
