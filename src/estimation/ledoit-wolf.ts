import type { Checkpoint } from '../math/checkpoint.ts';
import type { CovarianceEstimator, Repair, ReturnSeries } from '../problem/estimator.ts';
import { completeColumnsOf } from './gaps.ts';
import { columnsOf } from './sample.ts';
import { moments, targetNames, targets } from './shrinkage.ts';
import type { Target } from './shrinkage.ts';

export type LedoitWolfParameters = { readonly target: Target };

export interface Shrunk {
  /** (n x n) per period, divisor T. */
  readonly covariance: Float64Array;
  /** Weight of the target, 0 to 1. */
  readonly intensity: number;
}

/**
 * delta F + (1 - delta) S: S the sample covariance with divisor T, F the target, delta the intensity that minimizes the expected
 * squared Frobenius distance to the true covariance, estimated as in the paper of each target. Per period, not annual.
 * @param series without missing returns, T >= 2.
 */
export function shrink(series: ReturnSeries, target: Target): Shrunk {
  return shrunkColumns(columnsOf(series), target);
}

function shrunkColumns(columns: readonly Float64Array[], target: Target, checkpoint?: Checkpoint): Shrunk {
  const sample = moments(columns, checkpoint);
  const { entries, intensity } = targets[target](sample);
  const covariance = sample.covariance.map((value, index) => intensity * entries[index]! + (1 - intensity) * value);
  return { covariance, intensity };
}

/** Ledoit-Wolf shrinkage, annual. Positive definite whenever the target is, also with fewer returns than assets. */
export const ledoitWolf: CovarianceEstimator<LedoitWolfParameters> = {
  type: 'ledoit-wolf',
  estimates: 'covariance',
  title: 'Ledoit-Wolf shrinkage',
  description:
    'Sample covariance (divisor T) drawn towards a structured target with the intensity that minimizes expected squared error, times periods per year. Targets: identity (mean variance times the identity matrix), constant-variance (another name for the same), ' +
    'diagonal (own variances, no covariances), two-parameter (mean variance on the diagonal, mean covariance off it), ' +
    'single-factor (market model with the equally weighted market, own variances kept), constant-correlation (mean correlation, own variances kept). Needs returns without gaps. Costs 2 to 5 times T n^2 operations.',
  references: [
    'Ledoit and Wolf (2004), A well-conditioned estimator for large-dimensional covariance matrices (identity, constant-variance)',
    'Ledoit and Wolf (2003), Improved estimation of the covariance matrix of stock returns (single-factor)',
    'Ledoit and Wolf (2004), Honey, I Shrunk the Sample Covariance Matrix (constant-correlation)',
    'Ledoit and Wolf (2022), The power of (non-)linear shrinking: a review and guide to covariance matrix estimation (diagonal, two-parameter)',
  ],
  parameters: {
    type: 'object',
    title: 'Ledoit-Wolf shrinkage',
    properties: {
      target: {
        type: 'string',
        title: 'Target',
        description: 'What the sample covariance is drawn towards; there is no default.',
        enum: [...targetNames],
      },
    },
    required: ['target'],
    additionalProperties: false,
    examples: [{ target: 'constant-correlation' }],
  },
  estimate(sample, { target }) {
    const columns = completeColumnsOf(sample, 'ledoit-wolf');
    const periods = sample.series?.periodsPerYear ?? 1;
    const entries = shrunkColumns(columns, target, sample.checkpoint).covariance.map((value) => value * periods);
    const repairs: readonly Repair[] = [];
    return { covariance: { kind: 'dense', size: columns.length, entries }, repairs };
  },
};
