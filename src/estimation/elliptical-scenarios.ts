/** Scenarios drawn from moments: mean + scale * factor of the covariance * normal numbers. */
import type { Checkpoint } from '../math/checkpoint.ts';
import { factorizeCholesky, semidefiniteFactor, solveLower } from '../math/cholesky.ts';
import { RandomStream } from '../math/random.ts';
import type { Sample } from '../problem/estimator.ts';
import type { SymmetricOperator } from '../problem/operator.ts';
import type { Scenarios } from '../problem/scenarios.ts';
import { Fault, refuse } from '../values/fault.ts';
import type { JsonSchema } from '../values/json.ts';
import { centredTable, gramOf, meansOf } from './gram.ts';
import { denseEntries } from './operator.ts';
import { checkpointOf, covarianceOf } from './sample.ts';
import { drawingProperties, refuseTooMany } from './scenario-parameters.ts';
import type { Drawing } from './scenario-parameters.ts';

/** A normal number is worth so many multiplications. */
const numberWork = 100;

export interface MomentDrawing extends Drawing {
  readonly periodsPerYear: number;
  readonly moments: 'exact' | 'sampled';
}

export const momentProperties: Readonly<Record<string, JsonSchema>> = {
  ...drawingProperties,
  periodsPerYear: {
    type: 'number',
    title: 'Periods per year',
    description:
      'What a period is: 252 for a trading day, 12 for a month, 1 for a year. A scenario spans horizon periods; its mean and covariance are those per year times horizon / periodsPerYear.',
    exclusiveMinimum: 0,
    maximum: 366,
  },
  moments: {
    type: 'string',
    title: 'Moments',
    description:
      'exact: the scenarios are shifted and turned so that their means and covariances (divisor: their number) are exactly those drawn from; needs more scenarios than there are normal numbers in each (assets, and factors of a factor model). ' +
      'sampled: as they are drawn, with the error of sampling.',
    enum: ['exact', 'sampled'],
    default: 'sampled',
  },
};

export const momentRequired: readonly string[] = ['count', 'seed', 'periodsPerYear'];

/** Turns d normal numbers into the returns of n assets, less their means: a root R (n x d) of the annual covariance, R R' = covariance. */
interface Root {
  readonly width: number;
  readonly apply: (normals: Float64Array, returns: Float64Array) => void;
}

/**
 * @param scaleOf one positive factor for all the normal numbers of a scenario, of mean square 1.
 * @throws Fault RISK_MODEL_INVALID without a covariance, INVALID_ARGUMENT without expected returns or with too few scenarios to match.
 */
export function drawnScenarios(
  sample: Sample,
  parameters: MomentDrawing,
  estimator: string,
  scaleOf: (random: RandomStream) => number,
): Scenarios {
  const { count, seed, periodsPerYear, horizon = 1, moments } = parameters;
  const covariance = covarianceOf(sample, estimator);
  const means = expectedReturnsOf(sample, estimator);
  const n = means.length;
  refuseTooMany(count, n);
  const checkpoint = checkpointOf(sample);
  const root = rootOf(covariance, checkpoint);
  if (moments === 'exact') refuseTooFew(count, root.width);
  refuseTooMany(count, root.width);
  const random = new RandomStream(seed);
  const drawn = new Float64Array(count * root.width);
  for (let s = 0; s < count; s += 1) {
    const scale = scaleOf(random);
    checkpoint(numberWork * root.width);
    for (let d = 0; d < root.width; d += 1) drawn[s * root.width + d] = scale * random.normal();
  }
  const normals = moments === 'exact' ? standardized(drawn, count, root.width, checkpoint) : drawn;
  const years = horizon / periodsPerYear;
  const returns = new Float64Array(count * n);
  for (let s = 0; s < count; s += 1) {
    const own = returns.subarray(s * n, (s + 1) * n);
    checkpoint(n * root.width);
    root.apply(normals.subarray(s * root.width, (s + 1) * root.width), own);
    for (let i = 0; i < n; i += 1) own[i] = means[i]! * years + own[i]! * Math.sqrt(years);
  }
  return { count, returns, periodsPerYear: 1 / years, isPath: false };
}

function expectedReturnsOf(sample: Sample, estimator: string): Float64Array {
  if (sample.expectedReturns !== undefined) return sample.expectedReturns;
  const description = `${estimator} needs expected returns, and none were given or estimated`;
  throw new Fault('INVALID_ARGUMENT', description, { estimator }, [{ field: 'expectedReturns', description }]);
}

function refuseTooFew(count: number, width: number): void {
  if (count > width) return;
  const description = `must be more than ${String(width)} for exact moments of this covariance; got ${String(count)}`;
  refuse([{ field: 'count', description }]);
}

/** A factor model keeps its structure: k numbers for the factors and one for each asset, n k operations a scenario. */
function rootOf(covariance: SymmetricOperator, checkpoint: Checkpoint): Root {
  const n = covariance.size;
  if (covariance.kind === 'diagonal') {
    const deviations = covariance.entries.map(Math.sqrt);
    return {
      width: n,
      apply: (normals, returns) => returns.set(normals.map((each, i) => each * deviations[i]!)),
    };
  }
  if (covariance.kind === 'factor') return factorRoot(covariance, checkpoint);
  const lower = semidefiniteFactor(denseEntries(covariance), n, checkpoint);
  return { width: n, apply: (normals, returns) => multiplyLower(lower, n, normals, returns) };
}

function factorRoot(model: Extract<SymmetricOperator, { kind: 'factor' }>, checkpoint: Checkpoint): Root {
  const { size: n, factors: k, exposures, factorCovariance } = model;
  const lower = semidefiniteFactor(factorCovariance, k, checkpoint);
  const deviations = model.specific.map(Math.sqrt);
  const common = new Float64Array(k);
  return {
    width: k + n,
    apply: (normals, returns) => {
      multiplyLower(lower, k, normals, common);
      for (let i = 0; i < n; i += 1) {
        let sum = deviations[i]! * normals[k + i]!;
        for (let f = 0; f < k; f += 1) sum += exposures[i * k + f]! * common[f]!;
        returns[i] = sum;
      }
    },
  };
}

function multiplyLower(lower: Float64Array, size: number, x: Float64Array, result: Float64Array): void {
  for (let i = 0; i < size; i += 1) {
    let sum = 0;
    for (let j = 0; j <= i; j += 1) sum += lower[i * size + j]! * x[j]!;
    result[i] = sum;
  }
}

/** The rows z (count x width) shifted and turned so that their mean is zero and their covariance, divisor count, the identity. */
function standardized(normals: Float64Array, count: number, width: number, checkpoint: Checkpoint): Float64Array {
  let z = normals;
  // Twice: the second pass takes out the rounding of the first.
  for (let pass = 0; pass < 2; pass += 1) {
    z = centredTable(z, count, width, meansOf(z, count, width));
    const lower = gramOf(z, count, width, undefined, checkpoint).map((each) => each / count);
    if (factorizeCholesky(lower, width, { pivotMin: 0, checkpoint }) > 0)
      throw new RangeError('normal numbers span all their dimensions');
    for (let s = 0; s < count; s += 1) {
      checkpoint((width * width) / 2);
      solveLower(lower, width, z.subarray(s * width, (s + 1) * width));
    }
  }
  return z;
}
