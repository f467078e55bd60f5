import type { CovarianceEstimator } from '../problem/estimator.ts';
import { Fault } from '../values/fault.ts';
import { definite, repairSchema } from './definiteness.ts';
import type { RepairChoice } from './definiteness.ts';
import { columnsOf, refuseShort, seriesOf, checkpointOf } from './sample.ts';

export type SampleParameters = { readonly repair?: RepairChoice };

/**
 * P * sum_t (r_it - m_i)(r_jt - m_j) / (T - 1). With missing returns each pair uses the T_ij dates that it shares, with means over
 * those dates; such a matrix may not be positive semidefinite.
 */
export const sampleCovariance: CovarianceEstimator<SampleParameters> = {
  type: 'sample',
  estimates: 'covariance',
  title: 'Sample covariance',
  description:
    'Unbiased covariance of past simple returns (divisor T - 1) times periods per year. With missing returns each pair uses the dates that it shares. ' +
    'A result that is not positive semidefinite is refused, unless a repair is asked for.',
  references: ['Markowitz (1952), Portfolio Selection'],
  parameters: {
    type: 'object',
    title: 'Sample covariance',
    properties: { repair: repairSchema },
    additionalProperties: false,
    examples: [{}],
  },
  estimate(sample, { repair }) {
    const series = seriesOf(sample, 'sample');
    const columns = columnsOf(series);
    refuseShort(sample, columns, 2);
    const n = columns.length;
    const checkpoint = checkpointOf(sample);
    const complete = columns.every((column) => !column.some(Number.isNaN));
    const centred = complete ? columns.map(centre) : columns;
    const entries = new Float64Array(n * n);
    for (let i = 0; i < n; i += 1) {
      checkpoint(2 * i * series.observations);
      for (let j = 0; j <= i; j += 1) {
        const value = complete ? product(centred[i]!, centred[j]!) : sharedCovariance(columns[i]!, columns[j]!);
        if (Number.isNaN(value)) throw unshared(sample.universe.assets[i]?.id, sample.universe.assets[j]?.id);
        entries[i * n + j] = value * series.periodsPerYear;
        entries[j * n + i] = entries[i * n + j]!;
      }
    }
    return definite(entries, sample.universe, repair ?? 'none', checkpoint);
  },
};

function centre(column: Float64Array): Float64Array {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  return column.map((value) => value - mean);
}

function product(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < left.length; t += 1) sum += left[t]! * right[t]!;
  return sum / (left.length - 1);
}

/** NaN when fewer than two dates are shared. */
function sharedCovariance(left: Float64Array, right: Float64Array): number {
  let count = 0;
  let leftSum = 0;
  let rightSum = 0;
  for (let t = 0; t < left.length; t += 1) {
    if (Number.isNaN(left[t]!) || Number.isNaN(right[t]!)) continue;
    count += 1;
    leftSum += left[t]!;
    rightSum += right[t]!;
  }
  let sum = 0;
  for (let t = 0; t < left.length; t += 1) {
    if (Number.isNaN(left[t]!) || Number.isNaN(right[t]!)) continue;
    sum += (left[t]! - leftSum / count) * (right[t]! - rightSum / count);
  }
  return count < 2 ? NaN : sum / (count - 1);
}

export function unshared(left = '', right = ''): Fault {
  const text = `${right} and ${left} share fewer than 2 dates, so that their covariance cannot be estimated`;
  return new Fault('INSUFFICIENT_HISTORY', text, { assets: `${right},${left}` }, [
    { field: 'prices', description: text },
  ]);
}
