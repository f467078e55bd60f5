import type { CovarianceEstimator, FactorReturns, Sample } from '../problem/estimator.ts';
import { Fault, refuse } from '../values/fault.ts';
import { definite } from './definiteness.ts';
import { regressOnFactors } from './factor-regression.ts';
import type { FactorRegression } from './factor-regression.ts';
import { seriesOf } from './sample.ts';

export type RegressionFactorModelParameters = {
  readonly factors?: readonly string[];
  readonly halfLife?: number;
  readonly missing?: 'refuse' | 'own-dates';
};

/** The regression behind the model, per period: alphas, exposures, explained shares. */
export function factorRegressionOf(
  sample: Sample,
  parameters: RegressionFactorModelParameters,
): FactorRegression & {
  readonly factors: readonly string[];
} {
  const series = seriesOf(sample, 'regression-factor-model');
  const given = factorReturnsOf(sample, series.observations);
  const { names: factors, returns: factorReturns } = chosen(given, parameters.factors);
  const { halfLife, missing = 'refuse' } = parameters;
  const hasGaps = series.returns.some(Number.isNaN) || factorReturns.some(Number.isNaN);
  if (missing === 'refuse' && hasGaps) {
    const description =
      'returns or factor returns are missing on some dates; choose missing own-dates, or complete-rows or carry-forward for missing prices';
    throw new Fault('PRICE_MISSING', description, {}, [{ field: 'missing', description }]);
  }
  const weights = Float64Array.from(
    { length: series.observations },
    (_, t) => 2 ** (-(series.observations - 1 - t) / (halfLife ?? Infinity)),
  );
  const assets = sample.universe.assets.map(({ id }) => id);
  const regression = regressOnFactors({
    returns: series.returns,
    assets,
    factorReturns,
    factors,
    ...(halfLife === undefined ? {} : { weights }),
    ...(sample.checkpoint === undefined ? {} : { checkpoint: sample.checkpoint }),
  });
  return { ...regression, factors };
}

/** B F B' + D from the regression of every asset on the factor returns told with the series. */
export const regressionFactorModel: CovarianceEstimator<RegressionFactorModelParameters> = {
  type: 'regression-factor-model',
  estimates: 'covariance',
  title: 'Factor model by time-series regression',
  description:
    "Covariance B F B' + D, never made dense: exposures B by least squares of each asset's simple returns on the factor returns with an intercept, F the covariance of the factor returns (divisor T - 1), " +
    'D the residual variances (divisor T - k - 1), times periods per year. With halfLife the squared errors of each date weigh less by half every halfLife periods of age; divisors are then those of the effective number of dates ' +
    '(sum v)^2 / sum v^2. Exposures are named as the factors, so that factor constraints apply. missing refuse: no return may be missing; own-dates: each asset over the dates that it has, dates without all factor returns left out. ' +
    'Cost T n k.',
  references: [
    'Sharpe (1963), A Simplified Model for Portfolio Analysis',
    'Rosenberg (1974), Extra-Market Components of Covariance in Security Returns',
    'Kish (1965), Survey Sampling, 8.2 (effective number of weighted observations)',
  ],
  parameters: {
    type: 'object',
    title: 'Factor model by time-series regression',
    properties: {
      factors: {
        type: 'array',
        title: 'Factors',
        description: 'Names of the factor returns to use, in this order; all of them when absent.',
        items: { type: 'string', minLength: 1 },
        minItems: 1,
      },
      halfLife: {
        type: 'number',
        title: 'Half-life',
        description: 'Periods of age after which a date counts half; all dates count the same when absent.',
        exclusiveMinimum: 0,
        maximum: 1_000_000,
      },
      missing: {
        type: 'string',
        title: 'Missing returns',
        description: 'refuse, or own-dates: each asset is regressed over the dates that it has.',
        enum: ['refuse', 'own-dates'],
        default: 'refuse',
      },
    },
    additionalProperties: false,
    examples: [{}, { halfLife: 126, missing: 'own-dates' }],
  },
  factorNames: ({ factors }, { factorReturns }) => factors ?? factorReturns?.names,
  estimate(sample, parameters) {
    const { factors, exposures, factorCovariance, specificVariance } = factorRegressionOf(sample, parameters);
    const { periodsPerYear } = seriesOf(sample, 'regression-factor-model');
    const byName = { assets: factors.map((id) => ({ id, groups: {} })) };
    const annual = definite(
      factorCovariance.map((each) => each * periodsPerYear),
      byName,
      'none',
    );
    return {
      covariance: {
        kind: 'factor',
        size: sample.universe.assets.length,
        factors: factors.length,
        exposures,
        factorCovariance: annual.covariance.entries,
        specific: specificVariance.map((each) => each * periodsPerYear),
      },
      factors: { names: factors, exposures },
      repairs: annual.repairs,
    };
  },
};

function factorReturnsOf({ factorReturns }: Sample, observations: number): FactorReturns {
  const refused = (description: string): never => {
    throw new Fault('INVALID_ARGUMENT', description, {}, [{ field: 'factorReturns', description }]);
  };
  if (factorReturns === undefined || factorReturns.names.length === 0)
    return refused('regression-factor-model needs factor returns on the dates of the prices, and there are none');
  if (factorReturns.returns.length !== observations * factorReturns.names.length)
    return refused('regression-factor-model needs one return of every factor on each date of the returns');
  return factorReturns;
}

function chosen(given: FactorReturns, names: readonly string[] | undefined): FactorReturns {
  if (names === undefined) return given;
  const places = names.map((name) => given.names.indexOf(name));
  refuse(
    names.flatMap((name, index) => {
      const field = `factors[${String(index)}]`;
      if (places[index]! < 0)
        return [
          {
            field,
            description: `no factor returns are named ${JSON.stringify(name)}; there are ${given.names.join(', ')}`,
          },
        ];
      return names.indexOf(name) < index ? [{ field, description: `names ${JSON.stringify(name)} twice` }] : [];
    }),
  );
  const width = given.names.length;
  const rows = given.returns.length / width;
  const returns = new Float64Array(rows * names.length);
  for (let t = 0; t < rows; t += 1)
    for (const [f, place] of places.entries()) returns[t * names.length + f] = given.returns[t * width + place]!;
  return { names, returns };
}
