/** What every strategy here reads from its task, and the restrictions that they add. */
import type { Objective, SymmetricOperator } from '@veritasvault/portfolio/sdk/v1';

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
