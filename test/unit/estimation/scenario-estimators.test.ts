import { expect } from 'chai';

import { blockBootstrap } from '../../../src/estimation/block-bootstrap.ts';
import { gaussianScenarios } from '../../../src/estimation/gaussian-scenarios.ts';
import { historicalScenarios } from '../../../src/estimation/historical-scenarios.ts';
import { denseEntries } from '../../../src/estimation/operator.ts';
import { scenarioCovariance } from '../../../src/estimation/scenario-covariance.ts';
import { scenarioMean } from '../../../src/estimation/scenario-mean.ts';
import { studentTScenarios } from '../../../src/estimation/student-t-scenarios.ts';
import type { Sample } from '../../../src/problem/estimator.ts';
import type { SymmetricOperator } from '../../../src/problem/operator.ts';
import type { Scenarios } from '../../../src/problem/scenarios.ts';
import { Fault } from '../../../src/values/fault.ts';
import { universeOf } from '../../support/scenario-draws.ts';

const universe = universeOf('A', 'B', 'C');
const rows = [
  [0.01, 0.02, -0.01],
  [-0.02, 0.01, 0.03],
  [0.03, -0.01, 0],
  [0, 0.015, -0.02],
  [0.02, 0.005, 0.01],
];
const sample: Sample = {
  universe,
  riskFreeRate: 0,
  series: {
    observations: rows.length,
    returns: Float64Array.from(rows.flat()),
    prices: new Float64Array(),
    periodsPerYear: 12,
  },
};
const dense: SymmetricOperator = {
  kind: 'dense',
  size: 3,
  entries: Float64Array.of(0.04, 0.006, 0, 0.006, 0.09, 0.01, 0, 0.01, 0.01),
};
const factor: SymmetricOperator = {
  kind: 'factor',
  size: 3,
  factors: 1,
  exposures: Float64Array.of(1, 0.5, -0.2),
  factorCovariance: Float64Array.of(0.04),
  specific: Float64Array.of(0.01, 0.02, 0),
};
const expectedReturns = Float64Array.of(0.06, 0.1, 0.02);
const moments = (covariance: SymmetricOperator): Sample => ({ universe, riskFreeRate: 0, covariance, expectedReturns });
const rowOf = ({ returns }: Scenarios, s: number): number[] => [...returns.subarray(3 * s, 3 * s + 3)];
const momentsOf = (scenarios: Scenarios): [Float64Array, Float64Array] => {
  const of = { universe, riskFreeRate: 0, scenarios };
  return [scenarioMean.estimate(of, {}), denseEntries(scenarioCovariance.estimate(of, {}).covariance)];
};

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).to.equal(expected.length);
  for (let i = 0; i < expected.length; i += 1) expect(actual[i]).to.be.closeTo(expected[i]!, tolerance);
}

function faultOf(work: () => unknown): Pick<Fault, 'reason'> & { readonly fields: readonly string[] } {
  try {
    work();
  } catch (error) {
    if (error instanceof Fault) return { reason: error.reason, fields: error.violations.map(({ field }) => field) };
  }
  throw new Error('expected a Fault');
}

describe('historical scenarios', () => {
  it('are the series in its order, equally likely', () => {
    const scenarios = historicalScenarios.estimate(sample, {});
    expect(scenarios).to.deep.equal({ count: 5, returns: sample.series?.returns, periodsPerYear: 12, isPath: true });
  });

  it('are less likely by half with every half-life of age, and then no path', () => {
    const { probabilities = [], isPath } = historicalScenarios.estimate(sample, { halfLife: 2 });
    expectClose(
      probabilities,
      [0.25, 2 ** -1.5, 0.5, 2 ** -0.5, 1].map((each) => each / (1.75 + 2 ** -1.5 + 2 ** -0.5)),
      1e-15,
    );
    expect(isPath).to.equal(false);
    const short = historicalScenarios.estimate(sample, { halfLife: 1e-6 }).probabilities;
    expect(short?.every((each) => each > 0)).to.equal(true);
  });

  it('need a return of every asset in every period', () => {
    const gap = {
      ...sample,
      series: { ...sample.series!, returns: Float64Array.from([NaN, ...rows.flat().slice(1)]) },
    };
    expect(faultOf(() => historicalScenarios.estimate(gap, {}))).to.deep.equal({
      reason: 'PRICE_MISSING',
      fields: ['prices'],
    });
    expect(faultOf(() => historicalScenarios.estimate(moments(dense), {})).reason).to.equal('INSUFFICIENT_HISTORY');
  });
});

describe('the block bootstrap', () => {
  const drawing = { count: 4000, seed: 5, blocks: 'circular', blockLength: 3 } as const;
  const positionOf = (row: readonly number[]): number => rows.findIndex((each) => each.join() === row.join());

  it('draws whole periods in blocks around a ring', () => {
    const scenarios = blockBootstrap.estimate(sample, { ...drawing, count: 12 });
    const found = Array.from({ length: 12 }, (_, s) => positionOf(rowOf(scenarios, s)));
    for (const [s, position] of found.entries()) {
      expect(position).to.be.at.least(0);
      if (s % 3 > 0) expect(position).to.equal((found[s - 1]! + 1) % 5);
    }
    expect(scenarios).to.include({ periodsPerYear: 12, isPath: true });
  });

  it('begins a new block with probability 1 / blockLength when it is stationary', () => {
    const scenarios = blockBootstrap.estimate(sample, { ...drawing, blocks: 'stationary', blockLength: 4 });
    const found = Array.from({ length: 4000 }, (_, s) => positionOf(rowOf(scenarios, s)));
    const going = found.filter((position, s) => s > 0 && position === (found[s - 1]! + 1) % 5).length / 3999;
    // A new block falls on the next period by chance once in five.
    expect(going).to.be.closeTo(0.75 + 0.25 / 5, 0.03);
  });

  it('compounds the periods of a horizon', () => {
    const single = blockBootstrap.estimate(sample, { ...drawing, count: 12 });
    const quarterly = blockBootstrap.estimate(sample, { ...drawing, count: 4, horizon: 3 });
    expect(quarterly.periodsPerYear).to.equal(4);
    const [a, b, c] = [0, 1, 2].map((s) => rowOf(single, s)[0]!);
    expect(rowOf(quarterly, 0)[0]).to.be.closeTo((1 + a!) * (1 + b!) * (1 + c!) - 1, 1e-15);
  });

  it('repeats with its seed and refuses half a block', () => {
    expect(blockBootstrap.estimate(sample, drawing)).to.deep.equal(blockBootstrap.estimate(sample, drawing));
    const half = (): unknown => blockBootstrap.estimate(sample, { ...drawing, blockLength: 2.5 });
    expect(faultOf(half).fields).to.deep.equal(['blockLength']);
    const many = (): unknown =>
      blockBootstrap.estimate(
        { ...sample, universe: universeOf(...Array.from({ length: 11 }, (_, i) => `X${String(i)}`)) },
        { ...drawing, count: 1e6 },
      );
    expect(faultOf(many).fields).to.deep.equal(['count']);
  });
});

describe('scenarios drawn from moments', () => {
  const drawing = { count: 200, seed: 11, periodsPerYear: 12, moments: 'exact' } as const;

  for (const [name, covariance] of [
    ['a matrix', dense],
    ['a factor model', factor],
    ['variances', { kind: 'diagonal', size: 3, entries: Float64Array.of(0.04, 0, 0.01) }],
  ] as const) {
    it(`have exactly the moments asked for, of ${name}`, () => {
      for (const scenarios of [
        gaussianScenarios.estimate(moments(covariance), { ...drawing, horizon: 3 }),
        studentTScenarios.estimate(moments(covariance), { ...drawing, degreesOfFreedom: 4 }),
      ]) {
        const [means, entries] = momentsOf(scenarios);
        expectClose(means, expectedReturns, 1e-13);
        expectClose(entries, denseEntries(covariance), 1e-13);
      }
    });

    it(`have them up to sampling otherwise, of ${name}`, () => {
      const many = { ...drawing, count: 20_000, moments: 'sampled' } as const;
      for (const scenarios of [
        gaussianScenarios.estimate(moments(covariance), many),
        studentTScenarios.estimate(moments(covariance), { ...many, degreesOfFreedom: 6 }),
      ]) {
        const [means, entries] = momentsOf(scenarios);
        expectClose(means, expectedReturns, 0.03);
        expectClose(entries, denseEntries(covariance), 0.005);
        expect(means[0]).to.not.be.closeTo(expectedReturns[0]!, 1e-9);
      }
    });
  }

  it('have fat tails in the same scenarios when they are Student t', () => {
    const many = { count: 50_000, seed: 2, periodsPerYear: 1, moments: 'sampled' } as const;
    const kurtosisOf = ({ count, returns }: Scenarios): number => {
      let [squares, fourth] = [0, 0];
      for (let s = 0; s < count; s += 1) {
        const each = returns[3 * s]! - expectedReturns[0]!;
        squares += each ** 2 / count;
        fourth += each ** 4 / count;
      }
      return fourth / squares ** 2 - 3;
    };
    expect(kurtosisOf(gaussianScenarios.estimate(moments(dense), many))).to.be.closeTo(0, 0.1);
    const heavy = studentTScenarios.estimate(moments(dense), { ...many, degreesOfFreedom: 9 });
    expect(kurtosisOf(heavy)).to.be.closeTo(6 / (9 - 4), 0.3);
  });

  it('are the same for the same seed, and the first ones do not depend on how many there are', () => {
    const sampled = { ...drawing, moments: 'sampled' } as const;
    const few = gaussianScenarios.estimate(moments(factor), { ...sampled, count: 3 });
    expect([...few.returns]).to.deep.equal([
      ...gaussianScenarios.estimate(moments(factor), sampled).returns.subarray(0, 9),
    ]);
  });

  it('refuse too few scenarios to match, and missing moments', () => {
    const few = (): unknown => gaussianScenarios.estimate(moments(factor), { ...drawing, count: 4 });
    expect(faultOf(few).fields).to.deep.equal(['count']);
    expect(
      faultOf(() => gaussianScenarios.estimate({ universe, riskFreeRate: 0, covariance: dense }, drawing)).fields,
    ).to.deep.equal(['expectedReturns']);
    expect(
      faultOf(() => gaussianScenarios.estimate({ universe, riskFreeRate: 0, expectedReturns }, drawing)).reason,
    ).to.equal('RISK_MODEL_INVALID');
  });
});

describe('moments of scenarios', () => {
  const scenarios: Scenarios = {
    count: 2,
    returns: Float64Array.of(0.1, 0, 0.02, -0.1, 0.05, 0.02),
    probabilities: Float64Array.of(0.75, 0.25),
    periodsPerYear: 4,
    isPath: false,
  };
  const of: Sample = { universe, riskFreeRate: 0, scenarios };

  it('weigh each scenario by its probability, per year', () => {
    expectClose(scenarioMean.estimate(of, {}), [0.2, 0.05, 0.08], 1e-15);
    const entries = denseEntries(scenarioCovariance.estimate(of, {}).covariance);
    expectClose(entries, [0.03, -0.0075, 0, -0.0075, 0.001875, 0, 0, 0, 0], 1e-11);
    const unbiased = denseEntries(scenarioCovariance.estimate(of, { divisor: 'unbiased' }).covariance);
    expect(unbiased[0]).to.be.closeTo(0.03 / 0.375, 1e-10);
  });

  it('need scenarios', () => {
    expect(faultOf(() => scenarioMean.estimate(sample, {})).fields).to.deep.equal(['scenarios']);
    expect(faultOf(() => scenarioCovariance.estimate(sample, {})).fields).to.deep.equal(['scenarios']);
    const single = {
      ...of,
      scenarios: {
        ...scenarios,
        count: 1,
        returns: scenarios.returns.subarray(0, 3),
        probabilities: Float64Array.of(1),
      },
    };
    expect(faultOf(() => scenarioCovariance.estimate(single, { divisor: 'unbiased' })).fields).to.deep.equal([
      'divisor',
    ]);
  });
});
