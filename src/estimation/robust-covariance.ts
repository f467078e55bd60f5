import { unchecked, type Checkpoint } from '../math/checkpoint.ts';
import { chiSquareBelow, chiSquareQuantile } from '../math/chi-square.ts';
import type { CovarianceEstimator, Repair } from '../problem/estimator.ts';
import { Fault, refuse } from '../values/fault.ts';
import { fitOf, leastDeterminant } from './determinant-search.ts';
import { completeColumnsOf, refuseFewer } from './gaps.ts';

export type RobustCovarianceParameters = {
  readonly support?: number;
  readonly starts?: number;
  readonly seed?: number;
};

export interface RobustCovariance {
  /** (n) per period. */
  readonly mean: Float64Array;
  /** (n x n) per period. */
  readonly covariance: Float64Array;
  /** Observations left out as outliers. */
  readonly outliers: number;
  /** (n x n) of the h observations of least determinant, times its consistency factor. */
  readonly raw: Float64Array;
}

/** Part of normal observations that counts as no outlier. */
const inliers = 0.975;
const startsDefault = 500;
const sizeMax = 200;

/** alpha / P(chi2_(n+2) <= chi2_(n, alpha)): makes a covariance of the alpha innermost normal observations unbiased in the limit. */
export function consistencyFactor(alpha: number, n: number): number {
  return alpha >= 1 ? 1 : alpha / chiSquareBelow(chiSquareQuantile(alpha, n), n + 2);
}

/**
 * Minimum covariance determinant: h = max(floor((T + n + 1) / 2), round(support T)) observations by FAST-MCD, times the factor of Croux and
 * Haesbroeck (1999) for h / T; then mean and covariance (divisor count - 1) of the observations within the 0.975 quantile of chi-square by
 * that fit, times the factor for 0.975. Undefined when h observations lie on a hyperplane.
 * @param columns n complete columns of length T that all move.
 */
export function robustCovariance(
  columns: readonly Float64Array[],
  { support = 0, starts = startsDefault, seed = 1 }: RobustCovarianceParameters,
  checkpoint: Checkpoint = unchecked,
): RobustCovariance | undefined {
  const size = columns.length;
  const count = columns[0]?.length ?? 0;
  const centres = columns.map(medianOf);
  const scales = columns.map((column, i) =>
    Math.sqrt(column.reduce((sum, value) => sum + (value - centres[i]!) ** 2, 0) / count),
  );
  const rows = Float64Array.from({ length: count * size }, (_, index) => {
    const i = index % size;
    return (columns[i]![Math.floor(index / size)]! - centres[i]!) / scales[i]!;
  });
  const h = Math.min(count, Math.max(Math.floor((count + size + 1) / 2), Math.round(support * count)));
  const data = { rows, count, size, checkpoint };
  const raw = leastDeterminant(data, { support: h, starts, seed });
  if (raw === undefined) return undefined;
  const rawFactor = consistencyFactor(h / count, size);
  const limit = chiSquareQuantile(inliers, size) * rawFactor;
  const near = Int32Array.from([...raw.distances.keys()].filter((t) => raw.distances[t]! <= limit));
  const fit = fitOf(data, near);
  if (fit === undefined) return undefined;
  const factor = (consistencyFactor(inliers, size) * near.length) / (near.length - 1);
  const back = (matrix: Float64Array, times: number): Float64Array =>
    matrix.map((value, index) => times * value * (scales[Math.floor(index / size)]! * scales[index % size]!));
  return {
    mean: fit.mean.map((value, i) => centres[i]! + scales[i]! * value),
    covariance: back(fit.covariance, factor),
    outliers: count - near.length,
    raw: back(raw.covariance, rawFactor),
  };
}

function medianOf(values: Float64Array): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const robustCovarianceEstimator: CovarianceEstimator<RobustCovarianceParameters> = {
  type: 'minimum-covariance-determinant',
  estimates: 'covariance',
  title: 'Robust covariance (MCD)',
  description:
    'Covariance that up to almost half of the dates cannot corrupt, times periods per year: the h of T dates whose covariance has the least determinant (FAST-MCD, random starts from a fixed seed), h = floor((T + n + 1) / 2) or the support asked for; ' +
    'then the covariance (divisor count - 1) of all dates within the 97.5 % quantile of chi-square by that fit. Both times the consistency factor of Croux and Haesbroeck, which makes them right for normal returns in the limit; no correction for small samples. Of returns with fat tails it tells the risk of ordinary dates, which is below that of all dates. ' +
    'Dates left out as outliers are told. Needs returns without gaps, up to 200 assets and at least 2 n returns, better 5 n. Costs about starts times T n^2 operations up to 600 dates, less per date beyond.',
  references: [
    'Rousseeuw and van Driessen (1999), A fast algorithm for the minimum covariance determinant estimator, Technometrics 41(3)',
    'Croux and Haesbroeck (1999), Influence function and efficiency of the minimum covariance determinant scatter matrix estimator, J. Multivariate Analysis 71',
  ],
  parameters: {
    type: 'object',
    title: 'Robust covariance (MCD)',
    properties: {
      support: {
        type: 'number',
        title: 'Support',
        description: 'Part of the dates that is sure to be good, 0.5 to 1; absent: the least, (T + n + 1) / (2 T).',
        minimum: 0.5,
        maximum: 1,
      },
      starts: {
        type: 'integer',
        title: 'Starts',
        description: 'Random starts of the search.',
        minimum: 10,
        maximum: 5000,
        default: startsDefault,
      },
      seed: {
        type: 'integer',
        title: 'Seed',
        description: 'Of the random starts: the same seed gives the same answer.',
        minimum: 0,
        maximum: 4294967295,
        default: 1,
      },
    },
    additionalProperties: false,
    examples: [{}, { support: 0.75 }],
  },
  estimate(sample, parameters) {
    const { assets } = sample.universe;
    const n = assets.length;
    if (n > sizeMax) refuse([{ field: 'universe', description: `has more than ${String(sizeMax)} assets` }]);
    const columns = completeColumnsOf(sample, 'minimum-covariance-determinant');
    refuseFewer(columns[0]?.length ?? 0, Math.max(3, 2 * n), 'minimum-covariance-determinant', 'twice the assets');
    const still = assets.filter((_, i) => columns[i]!.every((value) => value === columns[i]![0]));
    if (still.length > 0) throw onHyperplane(`${still.map(({ id }) => id).join(', ')} never move`);
    const robust = robustCovariance(columns, parameters, sample.checkpoint);
    if (robust === undefined) throw onHyperplane('on half of the dates or more the returns lie on a hyperplane');
    const { covariance, outliers } = robust;
    const entries = covariance.map((value) => value * (sample.series?.periodsPerYear ?? 1));
    const what = 'dates that the robust covariance leaves out as outliers';
    const repairs: Repair[] = outliers === 0 ? [] : [{ what, magnitude: outliers }];
    return { covariance: { kind: 'dense', size: n, entries }, repairs };
  },
};

function onHyperplane(what: string): Fault {
  const description = `${what}, so that no robust covariance can be told; leave out assets that others replicate, or prices that stand still`;
  return new Fault('INSUFFICIENT_HISTORY', description, {}, [{ field: 'prices', description }]);
}
