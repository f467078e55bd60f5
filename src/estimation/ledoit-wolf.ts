import type { CovarianceEstimator, Repair, ReturnSeries } from '../problem/estimator.ts';
import { Fault } from '../values/fault.ts';
import { columnsOf, seriesOf } from './sample.ts';
import { moments, targets } from './shrinkage.ts';
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
  const sample = moments(columnsOf(series));
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
    'Sample covariance (divisor T) drawn towards a structured target with the intensity that minimizes expected squared error, times periods per year. Targets: constant-variance (mean variance times identity), ' +
    'single-factor (market model with the equally weighted market, own variances kept), constant-correlation (mean correlation, own variances kept). Needs returns without gaps.',
  references: [
    'Ledoit and Wolf (2004), A well-conditioned estimator for large-dimensional covariance matrices (constant-variance)',
    'Ledoit and Wolf (2003), Improved estimation of the covariance matrix of stock returns (single-factor)',
    'Ledoit and Wolf (2004), Honey, I Shrunk the Sample Covariance Matrix (constant-correlation)',
  ],
  parameters: {
    type: 'object',
    title: 'Ledoit-Wolf shrinkage',
    properties: {
      target: {
        type: 'string',
        title: 'Target',
        description: 'What the sample covariance is drawn towards; there is no default.',
        enum: ['constant-variance', 'single-factor', 'constant-correlation'],
      },
    },
    required: ['target'],
    additionalProperties: false,
    examples: [{ target: 'constant-correlation' }],
  },
  estimate(sample, { target }) {
    const series = seriesOf(sample, 'ledoit-wolf');
    if (series.returns.some(Number.isNaN)) {
      const description =
        'ledoit-wolf needs returns without gaps; choose complete-rows or carry-forward for missing prices';
      throw new Fault('PRICE_MISSING', description, { estimator: 'ledoit-wolf' }, [{ field: 'prices', description }]);
    }
    const size = sample.universe.assets.length;
    const entries = shrink(series, target).covariance.map((value) => value * series.periodsPerYear);
    const repairs: readonly Repair[] = [];
    return { covariance: { kind: 'dense', size, entries }, repairs };
  },
};
