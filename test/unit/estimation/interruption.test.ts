import { expect } from 'chai';

import {
  builtInCovarianceEstimators,
  builtInReturnEstimators,
  builtInScenarioEstimators,
} from '../../../src/estimation/built-in.ts';
import { entropyPooling } from '../../../src/estimation/entropy-pooling.ts';
import { admitCovariance } from '../../../src/estimation/risk-model.ts';
import type { ScenarioView } from '../../../src/estimation/scenario-views.ts';
import type { Checkpoint } from '../../../src/math/checkpoint.ts';
import type { Estimator, Sample } from '../../../src/problem/estimator.ts';
import type { JsonObject } from '../../../src/values/json.ts';
import { Random } from '../../support/problems.ts';

const n = 24;
const T = 150;
const random = new Random(11);
const market = Float64Array.from({ length: T }, () => random.normal());
const returns = Float64Array.from({ length: T * n }, (_, index) => {
  const common = market[Math.floor(index / n)]!;
  return 0.01 * (common + random.normal());
});
const universe = { assets: Array.from({ length: n }, (_, i) => ({ id: `A${String(i)}`, groups: {} })) };
const covariance = Float64Array.from({ length: n * n }, (_, index) => (index % (n + 1) === 0 ? 0.04 : 0.01));

const whole: Sample = {
  universe,
  series: { observations: T, returns, prices: new Float64Array(), periodsPerYear: 252 },
  factorReturns: { names: ['market'], returns: market },
  covariance: { kind: 'dense', size: n, entries: covariance },
  expectedReturns: new Float64Array(n),
  scenarios: { count: T, returns, periodsPerYear: 252, isPath: true },
  riskFreeRate: 0,
};
const torn: Sample = {
  ...whole,
  series: {
    ...whole.series!,
    returns: returns.map((value, index) => (index % n === n - 1 && index < 20 * n ? NaN : value)),
  },
};

const drawing = { count: 200, seed: 1 };
/** Operations that the description of each names, about. */
const costly: readonly (readonly [type: string, parameters: JsonObject, sample: Sample, work: number])[] = [
  ['bayes-stein', {}, whole, (T * n * n) / 2],
  ['bayes-stein-covariance', {}, whole, (T * n * n) / 2],
  ['james-stein', { target: 'grand-mean' }, whole, (T * n * n) / 2],
  ['unequal-histories-mean', { method: 'stambaugh' }, torn, (T * n * n) / 2],
  ['denoised', { denoise: 'constant-residual', marketComponents: 1 }, whole, T * n * n + 8 * n ** 3],
  ['ewma', { halfLife: 20, centre: 'mean' }, whole, (T * n * n) / 2],
  ['gerber', { statistic: 'gs2' }, whole, (T * n * n) / 2],
  ['ledoit-wolf', { target: 'single-factor' }, whole, 3 * T * n * n],
  ['minimum-covariance-determinant', { starts: 20 }, whole, 20 * T * n * n],
  ['oracle-approximating', {}, whole, (T * n * n) / 2],
  ['regression-factor-model', {}, whole, T * n],
  ['sample', {}, whole, (T * n * n) / 2],
  ['scenario-covariance', {}, whole, (T * n * n) / 2],
  ['semi-covariance', { threshold: 'zero' }, whole, (T * n * n) / 2],
  ['statistical-factor-model', { count: 3 }, whole, T * n * n + 4 * n ** 3],
  ['unequal-histories', { method: 'stambaugh' }, torn, (T * n * n) / 2],
  ['unequal-histories', { method: 'em' }, torn, 5 * n ** 3],
  ['block-bootstrap', { ...drawing, blocks: 'circular', blockLength: 5, horizon: 9 }, whole, 200 * 9 * n],
  ['gaussian-scenarios', { ...drawing, periodsPerYear: 252, moments: 'exact' }, whole, 200 * n * (n + 100)],
  ['student-t-scenarios', { ...drawing, periodsPerYear: 252, degreesOfFreedom: 5 }, whole, 200 * n * (n + 100)],
];
/** Their work is in proportion to what they read, a hundred megabytes at most. */
const light = [
  'capm',
  'ewma-mean',
  'factor-model',
  'historical-mean',
  'historical-scenarios',
  'market-implied',
  'scenario-mean',
];

const estimators = [
  ...builtInCovarianceEstimators,
  ...builtInReturnEstimators,
  ...builtInScenarioEstimators,
] as unknown as readonly Estimator[];

function expectGivenUp(run: (checkpoint?: Checkpoint) => unknown, work: number): void {
  let told = 0;
  const watched = run((next) => {
    expect(next).to.be.at.most(4e6);
    told += next;
  });
  expect(told).to.be.at.least(0.5 * work);
  expect(watched).to.deep.equal(run());
  for (const share of [0, 0.5, 0.95]) {
    let left = share * told;
    const stopping = (): unknown =>
      run((next) => {
        left -= next;
        if (left < 0) throw new RangeError('enough');
      });
    expect(stopping).to.throw(RangeError, 'enough');
  }
}

describe('an estimate that is no longer wanted', () => {
  for (const [type, parameters, sample, work] of costly)
    it(`is given up by ${type} ${JSON.stringify(parameters)}, wherever it is, and else the same to the last bit`, () => {
      const estimator = estimators.find((each) => each.type === type)!;
      expectGivenUp(
        (checkpoint) =>
          estimator.estimate({ ...sample, ...(checkpoint === undefined ? {} : { checkpoint }) }, parameters),
        work,
      );
    });

  it('is given up by all that take long', () => {
    const types = [...costly.map(([type]) => type), ...light];
    expect(new Set(estimators.map(({ type }) => type))).to.deep.equal(new Set(types));
  });

  const indefinite = covariance.map((value, index) =>
    index % (n + 1) === 0 ? value : value * (index % 5 === (index / n) % 5 ? 5 : -2),
  );
  for (let i = 0; i < n; i += 1) for (let j = 0; j < i; j += 1) indefinite[j * n + i] = indefinite[i * n + j]!;
  for (const repair of ['clip', 'nearest-correlation'] as const)
    it(`is given up by the repair ${repair}`, () => {
      expectGivenUp((checkpoint) => admitCovariance(indefinite, universe, 'annual', repair, checkpoint), 4 * n ** 3);
    });

  it('is given up by entropy pooling, also while it looks for a smallest conflict', () => {
    const viewOf = (
      measure: ScenarioView['measure'],
      value: number,
      others: Partial<ScenarioView> = {},
    ): ScenarioView => ({
      legs: [{ assetId: 'A0', coefficient: 1 }],
      measure,
      relation: 'equal',
      value,
      confidence: 1,
      ...others,
    });
    const views = [viewOf('mean', 0.1), viewOf('cvar', 0.03, { level: 0.9 })];
    const { scenarios } = whole;
    expectGivenUp((checkpoint) => entropyPooling(scenarios!, views, universe, checkpoint).scenarios, 20 * 20 * T);
    const torn = [viewOf('mean', 9), viewOf('mean', 0.1), viewOf('volatility', 0.2)];
    let told = 0;
    expect(() => entropyPooling(scenarios!, torn, universe, (next) => void (told += next))).to.throw(
      'no probabilities',
    );
    let left = 0.9 * told;
    const stopped = (): unknown =>
      entropyPooling(scenarios!, torn, universe, (next) => {
        left -= next;
        if (left < 0) throw new RangeError('enough');
      });
    expect(stopped).to.throw(RangeError, 'enough');
  });
});
