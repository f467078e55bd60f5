import type { CovarianceEstimator } from '../problem/estimator.ts';
import { Fault, refuse } from '../values/fault.ts';
import { countAboveNoise, countByInformation, countExplaining, principalComponents } from './principal-components.ts';
import type { PrincipalComponents } from './principal-components.ts';
import { completeSeriesOf } from './scenario-parameters.ts';

export type StatisticalFactorModelParameters = {
  readonly count?: number;
  readonly explained?: number;
  readonly test?: 'bai-ng' | 'marchenko-pastur';
  readonly countMax?: number;
  readonly components?: 'covariance' | 'correlation';
};

/** Beyond this a decomposition takes more than some ten seconds. */
const sizeMax = 1000;
const countMaxDefault = 20;

/**
 * B F B' + D with B the first k eigenvectors of the sample covariance S (divisor T - 1), F their eigenvalues and D what is left of the
 * variances: diag(S - B F B'). Of the correlation C = R^-1 S R^-1, R the deviations: B = R U_k, F the eigenvalues of C.
 */
export const statisticalFactorModel: CovarianceEstimator<StatisticalFactorModelParameters> = {
  type: 'statistical-factor-model',
  estimates: 'covariance',
  title: 'Statistical factor model (principal components)',
  description:
    "Covariance B F B' + D, never made dense, from the first k principal components of the sample covariance (divisor T - 1) or correlation: B their directions, F their variances, D the variances that they leave; the variances of the assets are those of the sample. Times periods per year. " +
    'k is given (count), or the least that explains a share of the variance (explained), or tested: bai-ng, the least information criterion IC_p2 up to countMax; marchenko-pastur, the eigenvalues of the correlation above (1 + sqrt(n / T))^2, ' +
    'the edge of pure noise of variance one, which counts weak factors as noise. Factors are named PC1, PC2, ... by falling variance, for factor constraints when count is given; the exposures of each sum to a positive number. ' +
    'Needs a return of every asset in every period. With more assets than periods the T x T matrix is decomposed; the smaller of n and T may be 1000. Cost min(n, T)^2 max(n, T) / 2 + 10 min(n, T)^3.',
  references: [
    'Connor and Korajczyk (1986), Performance Measurement with the Arbitrage Pricing Theory (components from the T x T matrix)',
    'Bai and Ng (2002), Determining the Number of Factors in Approximate Factor Models',
    'Laloux, Cizeau, Bouchaud and Potters (1999), Noise Dressing of Financial Correlation Matrices',
  ],
  parameters: {
    type: 'object',
    title: 'Statistical factor model (principal components)',
    properties: {
      count: {
        type: 'integer',
        title: 'Count',
        description: 'k, the number of components. Give this, explained or test.',
        minimum: 1,
        maximum: sizeMax,
      },
      explained: {
        type: 'number',
        title: 'Explained share',
        description: 'Share of the total variance that the components explain at least, above 0 to 1.',
        exclusiveMinimum: 0,
        maximum: 1,
      },
      test: {
        type: 'string',
        title: 'Test',
        description: 'bai-ng or marchenko-pastur.',
        enum: ['bai-ng', 'marchenko-pastur'],
      },
      countMax: {
        type: 'integer',
        title: 'Largest count',
        description: `Of explained and test; with it less may be explained than asked for. Absent: for a test ${String(countMaxDefault)} or half of min(n, T), whichever is less; for explained all.`,
        minimum: 1,
        maximum: sizeMax,
      },
      components: {
        type: 'string',
        title: 'Components of',
        description: 'covariance: volatile assets weigh more. correlation: all assets weigh the same.',
        enum: ['covariance', 'correlation'],
        default: 'covariance',
      },
    },
    additionalProperties: false,
    examples: [{ count: 5 }, { explained: 0.6 }, { test: 'bai-ng', components: 'correlation' }],
  },
  // How many a test or a share finds is known afterwards.
  factorNames: ({ count }) => (count === undefined ? undefined : namesOf(count)),
  estimate(sample, parameters) {
    refuseChoice(parameters);
    const series = completeSeriesOf(sample, 'statistical-factor-model');
    const n = sample.universe.assets.length;
    const rows = series.observations;
    if (Math.min(n, rows) > sizeMax) {
      const description = `has ${String(n)} assets and ${String(rows)} periods; one of them may be at most ${String(sizeMax)}`;
      throw new Fault('INVALID_ARGUMENT', description, {}, [{ field: 'prices', description }]);
    }
    const ofCorrelation = parameters.components === 'correlation';
    const components = principalComponents(series.returns, rows, n, ofCorrelation, sample.checkpoint);
    const noise = (): PrincipalComponents =>
      ofCorrelation ? components : principalComponents(series.returns, rows, n, true, sample.checkpoint);
    const k = countOf(parameters, components, noise, rows, n);
    return modelOf(components, k, ofCorrelation, series.periodsPerYear);
  },
};

function refuseChoice({ count, explained, test, countMax }: StatisticalFactorModelParameters): void {
  const ways = [count, explained, test].filter((each) => each !== undefined).length;
  if (ways !== 1)
    refuse([{ field: 'count', description: 'give one of count, explained and test', reason: 'UNIT_REQUIRED' }]);
  if (count !== undefined && countMax !== undefined)
    refuse([{ field: 'countMax', description: 'belongs to explained or test; count says how many there are' }]);
}

function countOf(
  { count, explained, test, countMax }: StatisticalFactorModelParameters,
  { variances }: PrincipalComponents,
  noise: () => PrincipalComponents,
  rows: number,
  n: number,
): number {
  const largest = variances[0] ?? 0;
  const rank = variances.reduce((total, each) => total + (each > largest * 1e-14 * Math.max(n, rows) ? 1 : 0), 0);
  if (count !== undefined) {
    const description = `must be at most ${String(rank)}, the number of components that ${String(rows)} periods of ${String(n)} assets have; got ${String(count)}`;
    if (count > rank) refuse([{ field: 'count', description }]);
    return count;
  }
  if (explained !== undefined) return Math.min(countMax ?? rank, rank, countExplaining(variances, explained));
  // With nearly all components there is nearly no residual, and its logarithm outweighs any penalty.
  const most = Math.min(countMax ?? Math.min(countMaxDefault, Math.floor(Math.min(n, rows) / 2)), rank);
  if (test === 'bai-ng') return countByInformation(variances, rows, n, most);
  return Math.min(most, countAboveNoise(noise().variances, rows, n));
}

function modelOf(
  { variances, direction, deviations }: PrincipalComponents,
  k: number,
  ofCorrelation: boolean,
  periodsPerYear: number,
): ReturnType<typeof statisticalFactorModel.estimate> {
  const n = deviations.length;
  const exposures = new Float64Array(n * k);
  const factorCovariance = new Float64Array(k * k);
  const specific = deviations.map((each) => each * each * periodsPerYear);
  for (let f = 0; f < k; f += 1) {
    const vector = direction(f);
    const variance = variances[f]! * periodsPerYear;
    factorCovariance[f * k + f] = variance;
    for (let i = 0; i < n; i += 1) {
      const loading = vector[i]! * (ofCorrelation ? deviations[i]! : 1);
      exposures[i * k + f] = loading;
      specific[i] = Math.max(0, specific[i]! - variance * loading * loading);
    }
  }
  const factors = { names: namesOf(k), exposures };
  // A test may find nothing but noise.
  if (k === 0) return { covariance: { kind: 'diagonal', size: n, entries: specific }, factors, repairs: [] };
  return {
    covariance: { kind: 'factor', size: n, factors: k, exposures, factorCovariance, specific },
    factors,
    repairs: [],
  };
}

function namesOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, f) => `PC${String(f + 1)}`);
}
