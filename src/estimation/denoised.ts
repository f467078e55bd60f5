import type { Checkpoint } from '../math/checkpoint.ts';
import { bulkEdge, noiseVariance } from '../math/marchenko-pastur.ts';
import { composed, symmetricEigen } from '../math/symmetric-eigen.ts';
import type { Spectrum } from '../math/symmetric-eigen.ts';
import { maxAbs } from '../math/vectors.ts';
import type { CovarianceEstimator } from '../problem/estimator.ts';
import { Fault, refuse } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import { completeColumnsOf, refuseFewer } from './gaps.ts';
import { checkpointOf, movementMin } from './sample.ts';
import { moments } from './shrinkage.ts';

export type DenoisedParameters = {
  readonly denoise: 'constant-residual' | 'targeted-shrinkage' | 'none';
  readonly edge?: 'fitted' | 'unit-variance';
  readonly bandwidth?: number;
  readonly kept?: number;
  readonly marketComponents?: number;
};

const bandwidthDefault = 0.01;
/** Beyond this a decomposition takes more than some ten seconds. */
const sizeMax = 1000;

/** Eigenvalues above the edge of the bulk, the signal: how many. */
export function signalsOf(
  { values }: Pick<Spectrum, 'values'>,
  observations: number,
  parameters: DenoisedParameters,
  checkpoint?: Checkpoint,
): number {
  const variance =
    parameters.edge === 'unit-variance'
      ? 1
      : noiseVariance(values, observations, parameters.bandwidth ?? bandwidthDefault, checkpoint);
  const edge = bulkEdge(values.length, observations, variance);
  return values.reduce((count, value) => count + (value >= edge ? 1 : 0), 0);
}

/**
 * Correlations with the noise in all but the `signals` largest eigenvalues reduced.
 * constant-residual: those eigenvalues become their mean, and the diagonal is scaled back to one (snippet 2.5).
 * targeted-shrinkage: the correlations that they carry count `kept` (0 to 1), their part of the diagonal in full (snippet 2.6).
 */
export function denoisedCorrelations(
  { values, vectors }: Spectrum,
  signals: number,
  { denoise, kept = 0 }: DenoisedParameters,
  checkpoint?: Checkpoint,
): Float64Array {
  const n = values.length;
  const noise = n - signals;
  const changed = (to: (value: number) => number): Float64Array =>
    composed({ values: values.map((value, k) => (k < noise ? to(value) : value)), vectors }, checkpoint);
  if (denoise === 'constant-residual') {
    const residual = values.subarray(0, noise).reduce((sum, value) => sum + value, 0) / Math.max(1, noise);
    return unitDiagonal(
      changed(() => residual),
      n,
    );
  }
  const shrunk = changed((value) => kept * value);
  for (let i = 0; i < n; i += 1) shrunk[i * n + i] = 1;
  return shrunk;
}

/**
 * Correlations without their `components` largest principal components, the diagonal scaled back to one: C - W_M L_M W_M' (section 2.6).
 * Singular, semidefinite.
 */
export function detonedCorrelations(
  correlations: Float64Array,
  n: number,
  components: number,
  checkpoint?: Checkpoint,
): Float64Array {
  const { values, vectors } = symmetricEigen(correlations, n, checkpoint);
  const left = values.map((value, k) => (k < n - components ? Math.max(0, value) : 0));
  return unitDiagonal(composed({ values: left, vectors }, checkpoint), n);
}

/** An asset of which nothing is left keeps variance one and no correlation. */
function unitDiagonal(matrix: Float64Array, n: number): Float64Array {
  const scale = Float64Array.from({ length: n }, (_, i) => {
    const own = matrix[i * n + i]!;
    return own > n * Number.EPSILON ? 1 / Math.sqrt(own) : 0;
  });
  return matrix.map((value, index) => {
    const [i, j] = [Math.floor(index / n), index % n];
    return i === j ? 1 : value * scale[i]! * scale[j]!;
  });
}

export const denoisedCovariance: CovarianceEstimator<DenoisedParameters> = {
  type: 'denoised',
  estimates: 'covariance',
  title: 'Denoised and detoned covariance',
  description:
    'Sample correlations without the noise that the Marchenko-Pastur law expects of n unrelated series over T dates, times the sample deviations (divisor T - 1), times periods per year. Eigenvalues below v (1 + sqrt(n / T))^2 count as noise; ' +
    'edge fitted: v is fitted to the eigenvalues smoothed by a Gaussian kernel (needs T > n), edge unit-variance: v = 1. denoise constant-residual: noise eigenvalues become their mean, the diagonal is scaled back; ' +
    'targeted-shrinkage: correlations carried by noise count `kept`; none. marketComponents takes out that many of the largest components of the result (detoning), which leaves it singular. ' +
    'Needs returns without gaps and assets that all moved. Up to 1000 assets; costs T n^2 + 10 n^3 operations, detoning 10 n^3 more, the fit some 10^5 n exponentials.',
  references: [
    'Lopez de Prado (2020), Machine Learning for Asset Managers, chapter 2',
    'Laloux, Cizeau, Bouchaud and Potters (1999), Noise dressing of financial correlation matrices, Physical Review Letters 83',
  ],
  parameters: {
    type: 'object',
    title: 'Denoised and detoned covariance',
    properties: {
      denoise: {
        type: 'string',
        title: 'Denoise',
        description: 'constant-residual, targeted-shrinkage or none; there is no default.',
        enum: ['constant-residual', 'targeted-shrinkage', 'none'],
      },
      edge: {
        type: 'string',
        title: 'Edge of the noise',
        description: 'fitted: variance of the noise as it fits the eigenvalues; unit-variance: 1. Absent: fitted.',
        enum: ['fitted', 'unit-variance'],
      },
      bandwidth: {
        type: 'number',
        title: 'Bandwidth',
        description: 'Of the kernel that smooths the eigenvalues, for edge fitted. Absent: 0.01, as in the book.',
        exclusiveMinimum: 0,
        maximum: 1,
      },
      kept: {
        type: 'number',
        title: 'Kept',
        description: 'Part of the correlations carried by noise that stays, for targeted-shrinkage. Absent: 0, none.',
        minimum: 0,
        maximum: 1,
      },
      marketComponents: {
        type: 'integer',
        title: 'Market components',
        description:
          'Largest principal components that are taken out (detoning); 0 for none, 1 for the market. After denoising at most as many as stand out of the noise.',
        minimum: 0,
        default: 0,
      },
    },
    required: ['denoise'],
    additionalProperties: false,
    examples: [
      { denoise: 'constant-residual' },
      { denoise: 'targeted-shrinkage', kept: 0.1, edge: 'unit-variance' },
      { denoise: 'constant-residual', marketComponents: 1 },
    ],
  },
  estimate(sample, parameters) {
    const { denoise, edge = 'fitted', marketComponents = 0 } = parameters;
    const n = sample.universe.assets.length;
    if (n > sizeMax) refuse([{ field: 'universe', description: `has more than ${String(sizeMax)} assets` }]);
    refuse(parameterViolations(parameters, n));
    const columns = completeColumnsOf(sample, 'denoised');
    const { observations, covariance } = moments(columns, sample.checkpoint);
    const least = denoise !== 'none' && edge === 'fitted' ? n + 1 : 2;
    refuseFewer(observations, least, 'denoised', least > 2 ? 'more than assets to fit the edge' : 'for deviations');
    const deviations = Float64Array.from({ length: n }, (_, i) => Math.sqrt(covariance[i * n + i]!));
    refuseStill(columns, deviations, sample.universe.assets);
    const scaled = covariance.map((value, index) => {
      const [i, j] = [Math.floor(index / n), index % n];
      return i === j ? 1 : value / (deviations[i]! * deviations[j]!);
    });
    const quiet = denoise === 'none' ? scaled : withoutNoise(scaled, observations, parameters, checkpointOf(sample));
    const correlations =
      marketComponents === 0 ? quiet : detonedCorrelations(quiet, n, marketComponents, sample.checkpoint);
    const annual = ((sample.series?.periodsPerYear ?? 1) * observations) / (observations - 1);
    const entries = correlations.map(
      (value, index) => annual * value * (deviations[Math.floor(index / n)]! * deviations[index % n]!),
    );
    return { covariance: { kind: 'dense', size: n, entries }, repairs: [] };
  },
};

/** @throws Fault INVALID_ARGUMENT when more components are to be taken out than stand out of the noise: which ones would be arbitrary. */
function withoutNoise(
  scaled: Float64Array,
  observations: number,
  parameters: DenoisedParameters,
  checkpoint: Checkpoint,
): Float64Array {
  const spectrum = symmetricEigen(scaled, Math.sqrt(scaled.length), checkpoint);
  const signals = signalsOf(spectrum, observations, parameters, checkpoint);
  const { marketComponents = 0 } = parameters;
  if (marketComponents > signals) {
    const description = `must be at most ${String(signals)}, the number of components that stand out of the noise of these returns; got ${String(marketComponents)}`;
    refuse([{ field: 'marketComponents', description }]);
  }
  return denoisedCorrelations(spectrum, signals, parameters, checkpoint);
}

/** What would have no effect is refused, like what cannot be. */
function parameterViolations(
  { denoise, edge, bandwidth, kept, marketComponents = 0 }: DenoisedParameters,
  n: number,
): Violation[] {
  const violations: Violation[] = [];
  const idle = (field: string, value: unknown, without: string): void => {
    if (value !== undefined) violations.push({ field, description: `has no effect ${without}` });
  };
  if (denoise !== 'targeted-shrinkage') idle('kept', kept, `with denoise ${denoise}`);
  if (denoise === 'none') idle('edge', edge, 'with denoise none');
  if (denoise === 'none' || edge === 'unit-variance') idle('bandwidth', bandwidth, 'unless an edge is fitted');
  if (marketComponents >= n) {
    const description = `must be below the number of assets, ${String(n)}; got ${String(marketComponents)}`;
    violations.push({ field: 'marketComponents', description });
  }
  if (denoise === 'none' && marketComponents === 0)
    violations.push({
      field: 'denoise',
      description: 'none without marketComponents would change nothing; take sample',
    });
  return violations;
}

function refuseStill(
  columns: readonly Float64Array[],
  deviations: Float64Array,
  assets: readonly { readonly id: string }[],
): void {
  const isStill = (i: number): boolean => !(deviations[i]! > movementMin * maxAbs(columns[i]!));
  const still = assets.filter((_, i) => isStill(i)).map(({ id }) => id);
  if (still.length === 0) return;
  const description = `of ${still.join(', ')} never move, so that they have no correlations to denoise; leave them out`;
  throw new Fault('INSUFFICIENT_HISTORY', `the prices ${description}`, { assets: still.join(',') }, [
    { field: 'prices', description },
  ]);
}
