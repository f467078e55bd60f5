import type { ReturnEstimator } from '../problem/estimator.ts';
import type { SymmetricOperator } from '../problem/operator.ts';
import { Fault, refuse } from '../values/fault.ts';
import { dot } from '../math/vectors.ts';
import { multiply } from './operator.ts';
import { covarianceOf, marketWeightsOf } from './sample.ts';

export type MarketImpliedParameters = { readonly riskAversion: number } | { readonly marketPremium: number };

/** r_f + lambda Sigma w_m: the expected returns under which the market weights are optimal. Annual; w_m (n) sums to 1. */
export function impliedReturns(
  covariance: SymmetricOperator,
  marketWeights: Float64Array,
  riskAversion: number,
  riskFreeRate: number,
): Float64Array {
  return multiply(covariance, marketWeights).map((risk) => riskFreeRate + riskAversion * risk);
}

/** lambda = premium / (w_m' Sigma w_m): the risk aversion of an investor who holds the market for its premium. */
export function impliedRiskAversion(
  covariance: SymmetricOperator,
  marketWeights: Float64Array,
  marketPremium: number,
): number {
  const variance = dot(marketWeights, multiply(covariance, marketWeights));
  if (!(variance > 0))
    throw new Fault('RISK_MODEL_INVALID', 'the market weights have no risk, so that no risk aversion can be implied');
  return marketPremium / variance;
}

/** Reverse optimization: mu = r_f + lambda Sigma w_m, with lambda given or implied by the market's premium. */
export const marketImplied: ReturnEstimator<MarketImpliedParameters> = {
  type: 'market-implied',
  estimates: 'expected-returns',
  title: 'Market-implied returns',
  description:
    'The expected annual returns under which the market weights are optimal: risk-free rate plus risk aversion times covariance times market weights. ' +
    "Risk aversion is given, or the market's premium divided by its variance.",
  references: [
    'Sharpe (1974), Imputing Expected Security Returns from Portfolio Composition',
    'He and Litterman (1999)',
  ],
  parameters: {
    type: 'object',
    title: 'Market-implied returns',
    properties: {
      riskAversion: {
        type: 'number',
        title: 'Risk aversion',
        description: 'lambda, about 2.5 to 3.5 for world markets.',
        exclusiveMinimum: 0,
        maximum: 1000,
      },
      marketPremium: {
        type: 'number',
        title: 'Market premium',
        description:
          'Expected annual return of the market less the risk-free rate, as a fraction; stands in for risk aversion.',
        exclusiveMinimum: 0,
        maximum: 1,
      },
    },
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
    examples: [{ riskAversion: 2.5 }, { marketPremium: 0.05 }],
  },
  estimate(sample, parameters) {
    const weights = marketWeightsOf(sample, 'market-implied');
    const covariance = covarianceOf(sample, 'market-implied');
    if ('marketPremium' in parameters) {
      return impliedReturns(
        covariance,
        weights,
        impliedRiskAversion(covariance, weights, parameters.marketPremium),
        sample.riskFreeRate,
      );
    }
    const { riskAversion } = parameters;
    if (!(riskAversion > 0 && riskAversion < Infinity)) {
      refuse([
        {
          field: 'riskAversion',
          description: `must be a positive number; got ${String(riskAversion)}`,
          reason: 'NUMBER_INVALID',
        },
      ]);
    }
    return impliedReturns(covariance, weights, riskAversion, sample.riskFreeRate);
  },
};
