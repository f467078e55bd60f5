/** The estimators that ship with the product. Parameters are checked against `parameters` before an estimator sees them. */
import type { CovarianceEstimator, ReturnEstimator, ScenarioEstimator } from '../problem/estimator.ts';
import { blockBootstrap } from './block-bootstrap.ts';
import { capm } from './capm.ts';
import { ewma } from './ewma.ts';
import { factorModel } from './factor-model.ts';
import { gaussianScenarios } from './gaussian-scenarios.ts';
import { historicalMean } from './historical-mean.ts';
import { historicalScenarios } from './historical-scenarios.ts';
import { ledoitWolf } from './ledoit-wolf.ts';
import { marketImplied } from './market-implied.ts';
import { sampleCovariance } from './sample-covariance.ts';
import { scenarioCovariance } from './scenario-covariance.ts';
import { scenarioMean } from './scenario-mean.ts';
import { studentTScenarios } from './student-t-scenarios.ts';

/** Alphabetical by type. */
export const builtInReturnEstimators: readonly ReturnEstimator<never>[] = [
  capm,
  historicalMean,
  marketImplied,
  scenarioMean,
];

/** Alphabetical by type. */
export const builtInCovarianceEstimators: readonly CovarianceEstimator<never>[] = [
  ewma,
  factorModel,
  ledoitWolf,
  sampleCovariance,
  scenarioCovariance,
];

/** Alphabetical by type. */
export const builtInScenarioEstimators: readonly ScenarioEstimator<never>[] = [
  blockBootstrap,
  gaussianScenarios,
  historicalScenarios,
  studentTScenarios,
];
