/** What every strategy here reads from its task, and the restrictions that they add. */
import type { Lowered, Objective, Origin, SymmetricOperator, Task } from '@veritasvault/portfolio/sdk/v1';

/** (n) expected returns above the risk-free rate, which is what cash earns: portfolio return = riskFreeRate + excess'w. */
export function excessReturns<Parameters>(task: Task<Parameters>): Float64Array {
  const { expectedReturns, riskFreeRate } = task.estimates;
  if (expectedReturns === undefined)
    throw new Error('the host must provide expected returns: the strategy lists them among its needs');
  return expectedReturns.map((expected) => expected - riskFreeRate);
}

/** Annual covariance of returns (n x n). */
export function covarianceOf<Parameters>(task: Task<Parameters>): SymmetricOperator {
  const { covariance } = task.estimates;
  if (covariance === undefined)
    throw new Error('the host must provide a covariance: the strategy lists it among its needs');
  return covariance;
}

/** (n) weights of the benchmark. */
export function benchmarkOf<Parameters>(task: Task<Parameters>): Float64Array {
  const { benchmark } = task.situation;
  if (benchmark === undefined)
    throw new Error('the host must provide a benchmark: the strategy lists it among its needs');
  return benchmark;
}

/** Minimize 1/2 (w - centre)' covariance (w - centre); the centre is the benchmark for active risk. */
export function leastActiveVariance(operator: SymmetricOperator, centre: Float64Array): Objective {
  return { quadratics: [{ scale: 1, operator, centre }], linear: new Float64Array(operator.size) };
}

/** Minimize 1/2 w' covariance w. */
export function leastVariance(covariance: SymmetricOperator): Objective {
  return { quadratics: [{ scale: 1, operator: covariance }], linear: new Float64Array(covariance.size) };
}

/** Maximize linear'w. */
export function greatest(linear: Float64Array): Objective {
  return { quadratics: [], linear };
}

/** riskFreeRate + excess'w >= returnMin. */
export function returnFloor(excess: Float64Array, riskFreeRate: number, returnMin: number, origin: Origin): Lowered {
  const positions = Int32Array.from(excess.keys());
  return { rows: [{ positions, coefficients: excess, lower: returnMin - riskFreeRate, upper: Infinity, origin }] };
}
