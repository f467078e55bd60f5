/** The efficient frontier on the posterior. */
import {
  benchmarkOf,
  covarianceOf,
  dot,
  frontierBefore,
  quadraticForm,
  returnTradeoff,
} from '@veritasvault/portfolio/sdk/v1';
import type {
  FrontierMeasure,
  JsonObject,
  Objective,
  StrategyEvent,
  SymmetricOperator,
  Task,
} from '@veritasvault/portfolio/sdk/v1';
import type { Observable } from 'rxjs';

import { blendedOf } from './market.ts';
import type { BlackLitterman } from './market.ts';

/** The risk that the objective gives its return for. */
export function axisOf({ objective }: BlackLitterman): FrontierMeasure {
  return objective.type === 'maximum-information-ratio' ? 'tracking-error' : 'volatility';
}

/** Least risk under the covariance chosen by posterior return, then `own`, the strategy's own portfolio with its report. */
export function posteriorFrontier(
  task: Task<BlackLitterman>,
  points: number,
  own: () => Observable<StrategyEvent>,
  first?: number,
): Observable<StrategyEvent> {
  const { parameters, estimates } = task;
  const { posterior, prior, predictiveCovariance } = blendedOf(task);
  const operator = parameters.covariance === 'prior' ? covarianceOf(task) : predictiveCovariance;
  const axis = axisOf(parameters);
  const centre = axis === 'tracking-error' ? benchmarkOf(task) : undefined;
  const risk = leastRisk(operator, centre);
  const tradeoff = returnTradeoff({ ...task, estimates: { ...estimates, expectedReturns: posterior } }, risk);
  const { riskFreeRate } = estimates;
  const report = (weights: Float64Array): JsonObject => {
    const deviation = centre === undefined ? weights : weights.map((weight, i) => weight - centre[i]!);
    const invested = weights.reduce((sum, weight) => sum + weight, 0);
    return {
      covariance: parameters.covariance,
      [axis === 'tracking-error' ? 'trackingError' : 'volatility']: Math.sqrt(quadraticForm(operator, deviation)),
      posteriorReturn: dot(posterior, weights) + (1 - invested) * riskFreeRate,
      priorReturn: dot(prior, weights) + (1 - invested) * riskFreeRate,
    };
  };
  return frontierBefore(task, { ...tradeoff, report }, points, own, first);
}

/** Minimize 1/2 (w - centre)' operator (w - centre). */
function leastRisk(operator: SymmetricOperator, centre: Float64Array | undefined): Objective {
  const around = centre === undefined ? {} : { centre };
  return { quadratics: [{ scale: 1, operator, ...around }], linear: new Float64Array(operator.size) };
}
