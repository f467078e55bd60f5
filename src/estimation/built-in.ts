/** The estimators that ship with the product. Parameters are checked against `parameters` before an estimator sees them. */
import type { CovarianceEstimator, ReturnEstimator, ScenarioEstimator } from '../problem/estimator.ts';
import { bayesSteinCovariance, bayesSteinMean } from './bayes-stein.ts';
import { blockBootstrap } from './block-bootstrap.ts';
import { capm } from './capm.ts';
import { denoisedCovariance } from './denoised.ts';
import { ewma } from './ewma.ts';
import { ewmaMean } from './ewma-mean.ts';
import { factorModel } from './factor-model.ts';
import { gaussianScenarios } from './gaussian-scenarios.ts';
import { gerber } from './gerber.ts';
import { historicalMean } from './historical-mean.ts';
import { historicalScenarios } from './historical-scenarios.ts';
import { jamesSteinMean } from './james-stein.ts';
import { ledoitWolf } from './ledoit-wolf.ts';
import { marketImplied } from './market-implied.ts';
import { oracleApproximatingCovariance } from './oracle-approximating.ts';
import { regressionFactorModel } from './regression-factor-model.ts';
import { robustCovarianceEstimator } from './robust-covariance.ts';
import { sampleCovariance } from './sample-covariance.ts';
import { scenarioCovariance } from './scenario-covariance.ts';
import { scenarioMean } from './scenario-mean.ts';
import { semiCovariance } from './semi-covariance.ts';
import { statisticalFactorModel } from './statistical-factor-model.ts';
import { studentTScenarios } from './student-t-scenarios.ts';
import { unequalHistories, unequalHistoriesMean } from './unequal-histories.ts';

/** Alphabetical by type. */
export const builtInReturnEstimators: readonly ReturnEstimator<never>[] = [
  bayesSteinMean,
  capm,
  ewmaMean,
  historicalMean,
  jamesSteinMean,
  marketImplied,
  scenarioMean,
  unequalHistoriesMean,
];

/** Alphabetical by type. */
export const builtInCovarianceEstimators: readonly CovarianceEstimator<never>[] = [
  bayesSteinCovariance,
  denoisedCovariance,
  ewma,
  factorModel,
  gerber,
  ledoitWolf,
  robustCovarianceEstimator,
  oracleApproximatingCovariance,
  regressionFactorModel,
  sampleCovariance,
  scenarioCovariance,
  semiCovariance,
  statisticalFactorModel,
  unequalHistories,
];

/** Alphabetical by type. */
export const builtInScenarioEstimators: readonly ScenarioEstimator<never>[] = [
  blockBootstrap,
  gaussianScenarios,
  historicalScenarios,
  studentTScenarios,
];
