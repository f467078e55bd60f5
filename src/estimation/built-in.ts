/** The estimators that ship with the product. Parameters are checked against `parameters` before an estimator sees them. */
import type { CovarianceEstimator, ReturnEstimator } from '../problem/estimator.ts';
import { capm } from './capm.ts';
import { ewma } from './ewma.ts';
import { factorModel } from './factor-model.ts';
import { historicalMean } from './historical-mean.ts';
import { ledoitWolf } from './ledoit-wolf.ts';
import { marketImplied } from './market-implied.ts';
import { sampleCovariance } from './sample-covariance.ts';

/** Alphabetical by type. */
export const builtInReturnEstimators: readonly ReturnEstimator<never>[] = [capm, historicalMean, marketImplied];

/** Alphabetical by type. */
export const builtInCovarianceEstimators: readonly CovarianceEstimator<never>[] = [
  ewma,
  factorModel,
  ledoitWolf,
  sampleCovariance,
];
