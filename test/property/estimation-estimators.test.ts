import { expect } from 'chai';
import fc from 'fast-check';

import '../support/property-seed.ts';
import { builtInCovarianceEstimators, builtInReturnEstimators } from '../../src/estimation/built-in.ts';
import { isDefinite } from '../../src/estimation/definiteness.ts';
import { expectationMaximization } from '../../src/estimation/expectation-maximization.ts';
import { denseEntries } from '../../src/estimation/operator.ts';
import { columnsOf } from '../../src/estimation/sample.ts';
import { moments } from '../../src/estimation/shrinkage.ts';
import { stambaugh } from '../../src/estimation/stambaugh.ts';
import type { NoMoments, NormalMoments } from '../../src/estimation/stambaugh.ts';
import { symmetricEigen } from '../../src/math/symmetric-eigen.ts';
import { nearestCorrelation } from '../../src/math/nearest-correlation.ts';
import { maxAbs } from '../../src/math/vectors.ts';
import type { CovarianceEstimator, ReturnEstimator, Sample } from '../../src/problem/estimator.ts';
import { Fault } from '../../src/values/fault.ts';
import type { JsonObject } from '../../src/values/json.ts';
import { Random } from '../support/problems.ts';

const settings = { numRuns: 25 };

interface Returns {
  readonly n: number;
  readonly observations: number;
  /** T x n, row-major. */
  readonly rows: Float64Array;
}

/** Returns of one common factor and noise, with means that differ. */
const returns: fc.Arbitrary<Returns> = fc
  .record({ n: fc.integer({ min: 4, max: 6 }), observations: fc.integer({ min: 24, max: 60 }), seed: fc.nat() })
  .map(({ n, observations, seed }) => {
    const random = new Random(seed + 1);
    const rows = new Float64Array(n * observations);
    for (let t = 0; t < observations; t += 1) {
      const market = random.normal();
      for (let i = 0; i < n; i += 1)
        rows[t * n + i] = 0.002 * i + 0.01 * (0.3 + 0.2 * i) * market + 0.01 * random.normal();
    }
    return { n, observations, rows };
  });

const sampleOf = ({ n, observations, rows }: Returns): Sample => ({
  universe: { assets: Array.from({ length: n }, (_, i) => ({ id: `A${String(i)}`, groups: {} })) },
  series: { observations, returns: rows, prices: new Float64Array(), periodsPerYear: 12 },
  riskFreeRate: 0.01,
});

const covariances: readonly (readonly [type: string, parameters: JsonObject, traits: string])[] = [
  ['bayes-stein-covariance', {}, 'semidefinite'],
  ['denoised', { denoise: 'constant-residual' }, 'semidefinite scalable'],
  ['denoised', { denoise: 'targeted-shrinkage', kept: 0.3, edge: 'unit-variance' }, 'semidefinite scalable'],
  ['denoised', { denoise: 'constant-residual', marketComponents: 1 }, 'semidefinite scalable'],
  ['ewma', { centre: 'plain-mean', halfLife: 10 }, 'semidefinite scalable'],
  ['gerber', { statistic: 'gs1', repair: 'nearest-correlation' }, 'scalable'],
  ['gerber', { statistic: 'gs2', threshold: 0.7 }, 'semidefinite scalable'],
  ['ledoit-wolf', { target: 'diagonal' }, 'semidefinite'],
  ['ledoit-wolf', { target: 'two-parameter' }, 'semidefinite'],
  ['oracle-approximating', {}, 'semidefinite'],
  ['semi-covariance', { threshold: 'mean' }, 'semidefinite scalable'],
  ['semi-covariance', { threshold: 'zero' }, 'semidefinite scalable'],
  ['unequal-histories', { method: 'stambaugh' }, 'semidefinite scalable'],
  ['unequal-histories', { method: 'em' }, 'semidefinite scalable'],
];

function covariance(type: string, parameters: JsonObject, given: Returns): Float64Array {
  const estimator = builtInCovarianceEstimators.find((each) => each.type === type) as CovarianceEstimator | undefined;
  if (estimator === undefined) expect.fail(`no estimator ${type}`);
  return denseEntries(estimator.estimate(sampleOf(given), parameters).covariance);
}

/** Returns in which no market stands out of the noise. */
function refused(type: string, parameters: JsonObject, given: Returns): boolean {
  try {
    covariance(type, parameters, given);
  } catch (error) {
    if (error instanceof Fault && error.message.includes('stand out of the noise')) return true;
    throw error;
  }
  return false;
}

function means(type: string, parameters: JsonObject, given: Returns): Float64Array {
  const estimator = builtInReturnEstimators.find((each) => each.type === type) as ReturnEstimator | undefined;
  if (estimator === undefined) expect.fail(`no estimator ${type}`);
  return estimator.estimate(sampleOf(given), parameters);
}

const reversed = ({ n, observations, rows }: Returns): Returns => ({
  n,
  observations,
  rows: rows.map((_, index) => rows[Math.floor(index / n) * n + (n - 1 - (index % n))]!),
});
const scaled = (given: Returns, factors: readonly number[]): Returns => ({
  ...given,
  rows: given.rows.map((value, index) => value * factors[index % given.n]!),
});

function expectClose(actual: Float64Array, expected: Float64Array, relative: number): void {
  const largest = Math.max(maxAbs(actual), maxAbs(expected));
  for (const [index, value] of expected.entries())
    expect(actual[index], `position ${String(index)}`).to.be.closeTo(value, relative * largest);
}

describe('covariance estimators', () => {
  for (const [type, parameters, traits] of covariances)
    it(`${type} ${JSON.stringify(parameters)}: ${traits}, whatever the order of the assets`, () => {
      fc.assert(
        fc.property(returns, (given) => {
          const { n } = given;
          if ('marketComponents' in parameters && refused(type, parameters, given)) {
            expect(refused(type, parameters, reversed(given))).to.equal(true);
            return;
          }
          const found = covariance(type, parameters, given);
          const turned = covariance(type, parameters, reversed(given)).map((_, index, all) => all[n * n - 1 - index]!);
          expectClose(turned, found, 1e-9);
          if (traits.includes('semidefinite')) expect(isDefinite(found, n, 1e-12 * maxAbs(found))).to.equal(true);
          const factors = Array.from({ length: n }, (_, i) => (traits.includes('scalable') ? 2 ** (i - 2) : 4));
          const expected = found.map((value, index) => value * factors[Math.floor(index / n)]! * factors[index % n]!);
          expectClose(covariance(type, parameters, scaled(given, factors)), expected, 1e-9);
        }),
        settings,
      );
    });

  it('minimum-covariance-determinant: scales with each asset to the last bit, and repeats', () => {
    fc.assert(
      fc.property(returns, (given) => {
        const { n } = given;
        const found = covariance('minimum-covariance-determinant', { starts: 20 }, given);
        const factors = Array.from({ length: n }, (_, i) => 2 ** (i - 2));
        const expected = found.map((value, index) => value * factors[Math.floor(index / n)]! * factors[index % n]!);
        expect(covariance('minimum-covariance-determinant', { starts: 20 }, scaled(given, factors))).to.deep.equal(
          expected,
        );
        expect(isDefinite(found, n, 0)).to.equal(true);
      }),
      { numRuns: 10 },
    );
  });

  it('keep the variances of the sample where they only change correlations', () => {
    fc.assert(
      fc.property(returns, (given) => {
        const plain = covariance('sample', {}, given);
        for (const [type, parameters] of covariances.filter(([each]) => each === 'denoised' || each === 'gerber')) {
          if ('marketComponents' in parameters && refused(type, parameters, given)) continue;
          const found = covariance(type, parameters, given);
          for (let i = 0; i < given.n; i += 1)
            expect(found[i * given.n + i], type).to.be.closeTo(plain[i * given.n + i]!, 1e-14);
        }
        const all = covariance('denoised', { denoise: 'targeted-shrinkage', kept: 1 }, given);
        expectClose(all, plain, 1e-12);
      }),
      settings,
    );
  });
});

describe('shrunk means', () => {
  it('lie between the means and their target, and move with the scale and the order', () => {
    fc.assert(
      fc.property(returns, (given) => {
        const plain = means('historical-mean', { method: 'arithmetic' }, given);
        const grand = plain.reduce((sum, value) => sum + value, 0) / given.n;
        for (const [type, parameters, target] of [
          ['james-stein', { target: 'grand-mean' }, grand],
          ['james-stein', { target: 'given', targetReturn: 0.05 }, 0.05],
        ] as const) {
          const found = means(type, parameters, given);
          const away = plain.findIndex((value) => Math.abs(value - target) > 1e-6);
          const share = (found[away]! - target) / (plain[away]! - target);
          expect(share).to.be.within(-1e-12, 1);
          for (const [i, value] of found.entries())
            expect(value).to.be.closeTo(target + share * (plain[i]! - target), 1e-9);
        }
        for (const [type, parameters] of [
          ['james-stein', { target: 'grand-mean' }],
          ['bayes-stein', {}],
        ] as const) {
          const found = means(type, parameters, given);
          expectClose(means(type, parameters, reversed(given)).reverse(), found, 1e-9);
          const four = scaled(given, new Array<number>(given.n).fill(4));
          expectClose(
            means(type, parameters, four),
            found.map((value) => 4 * value),
            1e-9,
          );
        }
      }),
      settings,
    );
  });
});

describe('unequal histories', () => {
  const momentsOr = (found: NormalMoments | NoMoments): NormalMoments => {
    if ('reason' in found) expect.fail(found.reason);
    return found;
  };

  it('without gaps give the mean and the covariance of divisor T', () => {
    fc.assert(
      fc.property(returns, (given) => {
        const columns = columnsOf(sampleOf(given).series!);
        const plain = moments(columns).covariance;
        for (const method of [stambaugh, expectationMaximization])
          expectClose(momentsOr(method(columns)).covariance, plain, 1e-12);
      }),
      settings,
    );
  });

  it('that begin at different dates give the same by regression and by iteration', () => {
    fc.assert(
      fc.property(returns, fc.array(fc.nat(8), { minLength: 6, maxLength: 6 }), (given, starts) => {
        const columns = columnsOf(sampleOf(given).series!).map((column, i) =>
          column.map((value, t) => (i > 0 && t < starts[i]! ? NaN : value)),
        );
        const [left, right] = [momentsOr(stambaugh(columns)), momentsOr(expectationMaximization(columns))];
        expectClose(left.mean, right.mean, 1e-8);
        expectClose(left.covariance, right.covariance, 1e-8);
      }),
      settings,
    );
  });

  it('with gaps anywhere give moments that no small change makes more likely', () => {
    fc.assert(
      fc.property(returns, fc.nat(), (given, seed) => {
        const random = new Random(seed + 1);
        const columns = columnsOf(sampleOf(given).series!).map((column) =>
          column.map((value) => (random.next() < 0.15 ? NaN : value)),
        );
        const best = momentsOr(expectationMaximization(columns));
        const peak = logLikelihood(columns, best);
        for (let trial = 0; trial < 6; trial += 1) {
          const mean = best.mean.map((value) => value + 1e-4 * random.normal());
          const { n } = given;
          const factor = Float64Array.from({ length: n * n }, (_, index) =>
            index % (n + 1) === 0 ? 1 : 1e-2 * random.normal(),
          );
          expect(logLikelihood(columns, { mean, covariance: congruent(factor, best.covariance, n) })).to.be.below(peak);
        }
      }),
      { numRuns: 15 },
    );
  });
});

/** F S F'. */
function congruent(factor: Float64Array, s: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, index) => {
    const [i, j] = [Math.floor(index / n), index % n];
    let sum = 0;
    for (let p = 0; p < n; p += 1)
      for (let q = 0; q < n; q += 1) sum += factor[i * n + p]! * s[p * n + q]! * factor[j * n + q]!;
    return sum;
  });
}

/** Of normal returns, over what is there at each date. */
function logLikelihood(columns: readonly Float64Array[], { mean, covariance: s }: NormalMoments): number {
  const n = columns.length;
  let total = 0;
  for (let t = 0; t < columns[0]!.length; t += 1) {
    const present = [...columns.keys()].filter((i) => !Number.isNaN(columns[i]![t]!));
    const k = present.length;
    const block = Float64Array.from(present.flatMap((i) => present.map((j) => s[i * n + j]!)));
    const { values, vectors } = symmetricEigen(block, k);
    for (let e = 0; e < k; e += 1) {
      let along = 0;
      for (const [p, i] of present.entries()) along += vectors[p * k + e]! * (columns[i]![t]! - mean[i]!);
      total -= (Math.log(values[e]!) + along ** 2 / values[e]!) / 2;
    }
  }
  return total;
}

describe('the nearest correlation matrix', () => {
  const symmetric = fc.record({ n: fc.integer({ min: 1, max: 9 }), seed: fc.nat() }).map(({ n, seed }) => {
    const random = new Random(seed + 1);
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i += 1)
      for (let j = 0; j <= i; j += 1) matrix[i * n + j] = matrix[j * n + i] = i === j ? 1 : 0.8 * random.normal();
    return { n, matrix, random };
  });

  it('is one, stays as it is, and makes an obtuse angle with every other (so that none is nearer)', () => {
    fc.assert(
      fc.property(symmetric, ({ n, matrix, random }) => {
        const { matrix: nearest, settled, distance } = nearestCorrelation(matrix, n);
        expect(settled).to.equal(true);
        expect(symmetricEigen(nearest, n).values[0]).to.be.at.least(-1e-12);
        for (let i = 0; i < n; i += 1) expect(nearest[i * n + i]).to.equal(1);
        const away = matrix.map((value, index) => value - nearest[index]!);
        expect(Math.hypot(...away)).to.be.closeTo(distance, 1e-12 * (1 + distance));
        expectClose(nearestCorrelation(nearest, n).matrix, nearest, 1e-10);
        for (let trial = 0; trial < 10; trial += 1) {
          const rows = Array.from({ length: n }, () => {
            const row = Float64Array.from({ length: 1 + (trial % 4) }, () => random.normal());
            const length = Math.hypot(...row);
            return row.map((value) => value / length);
          });
          let angle = 0;
          for (let i = 0; i < n; i += 1)
            for (let j = 0; j < n; j += 1) {
              const other = rows[i]!.reduce((sum, value, k) => sum + value * rows[j]![k]!, 0);
              angle += away[i * n + j]! * (other - nearest[i * n + j]!);
            }
          expect(angle).to.be.at.most(1e-9);
        }
      }),
      { numRuns: 100 },
    );
  });
});
