import { expect } from 'chai';

import { multiply } from '../../../src/estimation/operator.ts';
import { countByInformation, principalComponents } from '../../../src/estimation/principal-components.ts';
import { regressionFactorModel } from '../../../src/estimation/regression-factor-model.ts';
import { statisticalFactorModel } from '../../../src/estimation/statistical-factor-model.ts';
import { RandomStream } from '../../../src/math/random.ts';
import type { Sample } from '../../../src/problem/estimator.ts';
import { Fault } from '../../../src/values/fault.ts';
import { universeOf } from '../../support/scenario-draws.ts';

interface Drawn {
  readonly sample: Sample;
  readonly exposures: readonly (readonly number[])[];
}

/** Returns of n assets over T periods by k factors, with factor returns, a specific deviation and constants alpha. */
function drawn(n: number, rows: number, k: number, specific: number, seed = 4): Drawn {
  const random = new RandomStream(seed);
  const exposures = Array.from({ length: n }, () => Array.from({ length: k }, () => random.normal()));
  const factors = Array.from({ length: rows }, () => Array.from({ length: k }, () => 0.02 * random.normal()));
  const returns = factors.flatMap((f) =>
    exposures.map((b) => 0.001 + b.reduce((sum, each, j) => sum + each * f[j]!, 0) + specific * random.normal()),
  );
  const sample: Sample = {
    universe: universeOf(...exposures.map((_, i) => `A${String(i)}`)),
    riskFreeRate: 0,
    series: { observations: rows, returns: Float64Array.from(returns), prices: new Float64Array(), periodsPerYear: 12 },
    factorReturns: { names: exposures[0]!.map((_, f) => `F${String(f)}`), returns: Float64Array.from(factors.flat()) },
  };
  return { sample, exposures };
}

function withReturns(sample: Sample, change: (returns: Float64Array) => void): Sample {
  const returns = Float64Array.from(sample.series!.returns);
  change(returns);
  return { ...sample, series: { ...sample.series!, returns } };
}

function violationsOf(work: () => unknown): { readonly reason: string; readonly fields: readonly string[] } {
  try {
    work();
  } catch (error) {
    if (error instanceof Fault) return { reason: error.reason, fields: error.violations.map(({ field }) => field) };
    throw error;
  }
  throw new Error('expected a Fault');
}

describe('the factor model by time-series regression', () => {
  const { sample, exposures } = drawn(6, 40, 2, 0);

  it('finds exposures that explain everything, and leaves no specific risk', () => {
    const { covariance, factors } = regressionFactorModel.estimate(sample, {});
    if (covariance.kind !== 'factor') throw new Error(covariance.kind);
    expect(factors?.names).to.deep.equal(['F0', 'F1']);
    for (const [i, own] of exposures.entries())
      for (const [f, each] of own.entries()) expect(covariance.exposures[2 * i + f]).to.be.closeTo(each, 1e-12);
    for (const each of covariance.specific) expect(each).to.be.closeTo(0, 1e-25);
  });

  it('uses the factors chosen, in their order', () => {
    const { factors } = regressionFactorModel.estimate(sample, { factors: ['F1', 'F0'] });
    expect(factors?.names).to.deep.equal(['F1', 'F0']);
    expect(factors?.exposures[0]).to.be.closeTo(exposures[0]![1]!, 1e-12);
    const wrong = (): unknown => regressionFactorModel.estimate(sample, { factors: ['F1', 'F9', 'F1'] });
    expect(violationsOf(wrong).fields).to.deep.equal(['factors[1]', 'factors[2]']);
  });

  it('refuses gaps unless each asset may have dates of its own', () => {
    const gaps = withReturns(sample, (returns) => returns.fill(NaN, 0, 5));
    expect(violationsOf(() => regressionFactorModel.estimate(gaps, {}))).to.deep.equal({
      reason: 'PRICE_MISSING',
      fields: ['missing'],
    });
    const { factors } = regressionFactorModel.estimate(gaps, { missing: 'own-dates' });
    expect(factors?.exposures[0]).to.be.closeTo(exposures[0]![0]!, 1e-12);
    const short = withReturns(sample, (returns) => {
      for (let t = 3; t < 40; t += 1) returns[t * 6 + 2] = NaN;
    });
    expect(violationsOf(() => regressionFactorModel.estimate(short, { missing: 'own-dates' }))).to.deep.equal({
      reason: 'INSUFFICIENT_HISTORY',
      fields: ['prices["A2"]'],
    });
  });

  it('names a factor that does not move or follows from others', () => {
    const returns = sample.factorReturns!.returns;
    const changed = (second: (first: number) => number): Sample => ({
      ...sample,
      factorReturns: {
        names: ['F0', 'F1'],
        returns: returns.map((each, index) => (index % 2 ? second(returns[index - 1]!) : each)),
      },
    });
    for (const second of [() => 0.01, (first: number) => 0.5 - 2 * first])
      expect(violationsOf(() => regressionFactorModel.estimate(changed(second), {})).fields).to.deep.equal([
        'factorReturns["F1"]',
      ]);
  });

  it('needs factor returns on the dates of the prices', () => {
    const { factorReturns, ...without } = sample;
    const fewer = { ...sample, factorReturns: { ...factorReturns!, returns: factorReturns!.returns.subarray(2) } };
    for (const each of [without, fewer])
      expect(violationsOf(() => regressionFactorModel.estimate(each, {})).fields).to.deep.equal(['factorReturns']);
  });
});

describe('the statistical factor model', () => {
  it('keeps the sample covariance whole when it keeps every component, also with more assets than periods', () => {
    for (const [n, rows] of [
      [5, 30],
      [12, 6],
    ] as const) {
      const { sample } = drawn(n, rows, 2, 0.01);
      const { covariance } = statisticalFactorModel.estimate(sample, { count: Math.min(n, rows - 1) });
      const returns = sample.series!.returns;
      const x = Float64Array.from({ length: n }, (_, i) => (i % 3) - 0.7);
      const own = Float64Array.from({ length: rows }, (_, t) =>
        returns.subarray(t * n, (t + 1) * n).reduce((sum, each, i) => sum + each * x[i]!, 0),
      );
      const mean = own.reduce((sum, each) => sum + each, 0) / rows;
      const variance = own.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (rows - 1);
      const product = multiply(covariance, x).reduce((sum, each, i) => sum + each * x[i]!, 0);
      expect(product).to.be.closeTo(12 * variance, 1e-12);
    }
  });

  it('finds the number of factors that the returns were made of', () => {
    const { sample } = drawn(60, 240, 3, 0.02);
    for (const test of ['bai-ng', 'marchenko-pastur'] as const) {
      for (const components of ['covariance', 'correlation'] as const)
        expect(statisticalFactorModel.estimate(sample, { test, components }).factors?.names).to.deep.equal([
          'PC1',
          'PC2',
          'PC3',
        ]);
    }
    const wide = drawn(120, 60, 2, 0.02).sample;
    expect(statisticalFactorModel.estimate(wide, { test: 'bai-ng' }).factors?.names).to.have.length(2);
  });

  it('has no factors where a test finds none: specific risk alone', () => {
    // The edge holds in the limit: one draw in some passes it by chance.
    const { sample } = drawn(20, 400, 0, 0.02, 8);
    for (const test of ['bai-ng', 'marchenko-pastur'] as const) {
      const { covariance, factors } = statisticalFactorModel.estimate(sample, { test });
      expect(covariance.kind).to.equal('diagonal');
      expect(factors?.names).to.deep.equal([]);
    }
  });

  it('gives the same directions whatever the order of the assets, each with a positive sum', () => {
    const { sample } = drawn(7, 50, 2, 0.01);
    const turned = withReturns(sample, (returns) => {
      for (let t = 0; t < 50; t += 1) returns.subarray(7 * t, 7 * t + 7).reverse();
    });
    const [first, second] = [sample, turned].map(
      (each) => statisticalFactorModel.estimate(each, { count: 2 }).factors!.exposures,
    );
    for (let i = 0; i < 7; i += 1) {
      for (let f = 0; f < 2; f += 1) expect(first![2 * i + f]).to.be.closeTo(second![2 * (6 - i) + f]!, 1e-10);
    }
    for (const f of [0, 1])
      expect(first!.reduce((sum, each, index) => sum + (index % 2 === f ? each : 0), 0)).to.be.greaterThan(0);
  });

  it('is told in exactly one way how many there are, and not more than there are', () => {
    const { sample } = drawn(5, 4, 1, 0.01);
    const of = (parameters: object) => (): unknown => statisticalFactorModel.estimate(sample, parameters);
    expect(violationsOf(of({})).fields).to.deep.equal(['count']);
    expect(violationsOf(of({ count: 2, explained: 0.5 })).fields).to.deep.equal(['count']);
    expect(violationsOf(of({ count: 2, countMax: 3 })).fields).to.deep.equal(['countMax']);
    expect(violationsOf(of({ count: 4 })).fields).to.deep.equal(['count']);
    const gap = withReturns(sample, (returns) => returns.fill(NaN, 0, 1));
    expect(violationsOf(() => statisticalFactorModel.estimate(gap, { count: 1 })).reason).to.equal('PRICE_MISSING');
  });

  it('counts no component of what does not move', () => {
    const still = principalComponents(new Float64Array(12).fill(0.01), 4, 3, true);
    expect([...still.variances]).to.deep.equal([0, 0, 0]);
    expect(countByInformation(still.variances, 4, 3, 2)).to.equal(0);
  });
});
