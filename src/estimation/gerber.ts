import { unchecked, type Checkpoint } from '../math/checkpoint.ts';
import type { CovarianceEstimator } from '../problem/estimator.ts';
import { definite, repairSchema } from './definiteness.ts';
import type { RepairChoice } from './definiteness.ts';
import { completeColumnsOf, refuseFewer } from './gaps.ts';
import { checkpointOf } from './sample.ts';

export type GerberParameters = {
  readonly statistic: 'gs1' | 'gs2';
  readonly threshold?: number;
  readonly repair?: RepairChoice;
};

const thresholdDefault = 0.5;

/**
 * (n x n) Gerber correlations. A return counts as up when r >= c s, as down when r <= -c s (s its deviation), else as neutral; N_UU
 * counts the dates on which both are up, and so on.
 * gs1 (N_UU + N_DD - N_UD - N_DU) / (T - N_NN); gs2 h_ij / sqrt(h_ii h_jj) with h the same numerator, semidefinite by construction.
 * @param columns n complete columns of length T; returns as they are, not less their mean.
 * @param deviations (n)
 */
export function gerberCorrelations(
  columns: readonly Float64Array[],
  deviations: Float64Array,
  statistic: 'gs1' | 'gs2',
  threshold: number,
  checkpoint: Checkpoint = unchecked,
): Float64Array {
  const n = columns.length;
  const signs = columns.map((column, i) => {
    const limit = threshold * deviations[i]!;
    return column.map((value) => (limit === 0 ? 0 : Number(value >= limit) - Number(value <= -limit)));
  });
  const correlations = new Float64Array(n * n);
  const moves = signs.map((column) => column.reduce((count, sign) => count + Math.abs(sign), 0));
  for (let i = 0; i < n; i += 1) {
    correlations[i * n + i] = 1;
    checkpoint(2 * i * (columns[0]?.length ?? 0));
    for (let j = 0; j < i; j += 1) {
      const [agreement, counted] = together(signs[i]!, signs[j]!);
      const scale = statistic === 'gs1' ? counted : Math.sqrt(moves[i]! * moves[j]!);
      correlations[i * n + j] = scale > 0 ? agreement / scale : 0;
      correlations[j * n + i] = correlations[i * n + j]!;
    }
  }
  return correlations;
}

/** Agreements less disagreements, and the dates on which either moved. */
function together(left: Float64Array, right: Float64Array): [number, number] {
  let [agreement, counted] = [0, 0];
  for (let t = 0; t < left.length; t += 1) {
    agreement += left[t]! * right[t]!;
    if (left[t] !== 0 || right[t] !== 0) counted += 1;
  }
  return [agreement, counted];
}

export const gerber: CovarianceEstimator<GerberParameters> = {
  type: 'gerber',
  estimates: 'covariance',
  title: 'Gerber statistic',
  description:
    'Covariance from co-movements that exceed a threshold: deviations (divisor T - 1) on both sides of the Gerber correlation, times periods per year. A return is up at or above threshold times its deviation, down at or below minus that, else neutral. ' +
    'gs1: (both up + both down - one up the other down) / (dates on which not both are neutral); it may fail to be positive semidefinite and is then refused, unless a repair is asked for. ' +
    'gs2: the same numerator over the geometric mean of the numbers of moves of both, positive semidefinite by construction. Needs returns without gaps. Costs T n^2 operations.',
  references: [
    'Gerber, Markowitz, Ernst, Miao, Javid and Sargen (2022), The Gerber statistic: a robust co-movement measure for portfolio optimization, J. Portfolio Management 48(3)',
  ],
  parameters: {
    type: 'object',
    title: 'Gerber statistic',
    properties: {
      statistic: {
        type: 'string',
        title: 'Statistic',
        description: 'gs1 or gs2 of the paper; there is no default.',
        enum: ['gs1', 'gs2'],
      },
      threshold: {
        type: 'number',
        title: 'Threshold',
        description: 'In deviations of each asset; 0.5 in the paper.',
        exclusiveMinimum: 0,
        maximum: 1,
        default: thresholdDefault,
      },
      repair: repairSchema,
    },
    required: ['statistic'],
    additionalProperties: false,
    examples: [{ statistic: 'gs2' }, { statistic: 'gs1', threshold: 0.7 }],
  },
  estimate(sample, { statistic, threshold, repair }) {
    const columns = completeColumnsOf(sample, 'gerber');
    refuseFewer(columns[0]?.length ?? 0, 2, 'gerber', 'for deviations');
    const periods = sample.series?.periodsPerYear ?? 1;
    const deviations = Float64Array.from(columns, deviationOf);
    const n = columns.length;
    const checkpoint = checkpointOf(sample);
    const correlations = gerberCorrelations(columns, deviations, statistic, threshold ?? thresholdDefault, checkpoint);
    const entries = correlations.map(
      (value, index) => periods * value * (deviations[Math.floor(index / n)]! * deviations[index % n]!),
    );
    return definite(entries, sample.universe, repair ?? 'none', checkpoint);
  },
};

function deviationOf(column: Float64Array): number {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  return Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (column.length - 1));
}
