import { expect } from 'chai';

import { bayesStein, bayesSteinCovariance, bayesSteinMean } from '../../../src/estimation/bayes-stein.ts';
import { ewmaMean } from '../../../src/estimation/ewma-mean.ts';
import { jamesStein, jamesSteinMean } from '../../../src/estimation/james-stein.ts';
import { meansAndPrecision } from '../../../src/estimation/mean-shrinkage.ts';
import { Fault } from '../../../src/values/fault.ts';
import { absent, expectClose, sampleOf } from '../../support/estimation-samples.ts';

describe('exponentially weighted means', () => {
  it('count the last return most, each asset on its own dates', () => {
    const sample = sampleOf([
      [0.02, absent],
      [-0.01, 0.03],
      [0.04, absent],
    ]);
    // Weights 1/4, 1/2, 1.
    const arithmetic = ewmaMean.estimate(sample, { method: 'arithmetic', halfLife: 1 });
    expectClose(arithmetic, [(12 * (0.005 - 0.005 + 0.04)) / 1.75, 0.36]);
    const compound = ewmaMean.estimate(sample, { method: 'compound', halfLife: 1 });
    expectClose(compound, [(1.02 ** 0.25 * 0.99 ** 0.5 * 1.04) ** (12 / 1.75) - 1, 1.03 ** 12 - 1]);
  });

  it('keep their digits for an asset that ended long ago', () => {
    const rows = Array.from({ length: 2000 }, (_, t) => [0.01, t < 5 ? 0.02 : absent]);
    expectClose(ewmaMean.estimate(sampleOf(rows), { method: 'arithmetic', halfLife: 1 }), [0.12, 0.24]);
  });

  it('ask for one way to state the decay before they ask for prices', () => {
    const { series: _none, ...bare } = sampleOf([[0]]);
    expect(() => ewmaMean.estimate(bare, { method: 'arithmetic' })).to.throw(Fault, 'either halfLife or span');
    expect(() => ewmaMean.estimate(bare, { method: 'arithmetic', span: 9 })).to.throw(Fault, 'price history');
  });
});

/** Uncorrelated returns: asset i is its mean plus or minus 0.1 on two dates of its own, T = 2 n; S = 0.02 / (T - 1) I. */
function uncorrelated(means: readonly number[]): number[][] {
  const n = means.length;
  return Array.from({ length: 2 * n }, (_, t) =>
    means.map((mean, i) => mean + (t === 2 * i ? 0.1 : t === 2 * i + 1 ? -0.1 : 0)),
  );
}

describe('James-Stein means', () => {
  it('towards a given return follow the formula', () => {
    const means = [0.05, 0.01, -0.03, 0.07, 0.02];
    const sample = sampleOf(uncorrelated(means));
    // n = 5, T = 10, S = 0.02 / 9 I; distance from 0.01: (16 + 0 + 16 + 36 + 1) 1e-4 * 9 / 0.02 = 3.105; bound 3 / 7 * 9 / 10.
    const w = (3 / 7) * 0.9 * (1 / 3.105);
    const found = jamesSteinMean.estimate(sample, { target: 'given', targetReturn: 0.12 });
    expectClose(
      found,
      means.map((mean) => 12 * ((1 - w) * mean + w * 0.01)),
    );
  });

  it('towards the grand mean lose one asset to its estimation', () => {
    const means = [0.05, 0.01, -0.03, 0.07, 0.02];
    // Mean 0.024, squared distances 26^2 + 14^2 + 54^2 + 46^2 + 4^2 = 5920 (1e-6); bound 2 / 8 * 9 / 10.
    const w = (2 / 8) * 0.9 * (0.02 / 9 / 5920e-6);
    const found = jamesSteinMean.estimate(sampleOf(uncorrelated(means)), { target: 'grand-mean' });
    expectClose(
      found,
      means.map((mean) => 12 * ((1 - w) * mean + w * 0.024)),
    );
  });

  it('are the target when the means hardly differ', () => {
    const sample = meansAndPrecision(sampleOf(uncorrelated([0.01, 0.0101, 0.0099, 0.01])), 'james-stein', 1);
    const { intensity, means } = jamesStein(sample, undefined);
    expect(intensity).to.equal(1);
    expectClose(means, [0.01, 0.01, 0.01, 0.01]);
    expect(jamesStein(sample, 0.01).intensity).to.equal(1);
  });

  it('refuse by name what they cannot do', () => {
    const three = sampleOf(uncorrelated([0.01, 0.02, 0.03]));
    expect(() => jamesSteinMean.estimate(three, { target: 'grand-mean' })).to.throw(Fault, 'at least 4 assets');
    expect(jamesSteinMean.estimate(three, { target: 'given', targetReturn: 0 })).to.have.length(3);
    expect(() => jamesSteinMean.estimate(three, { target: 'given' })).to.throw(Fault, 'targetReturn');
    expect(() => jamesSteinMean.estimate(three, { target: 'grand-mean', targetReturn: 0 })).to.throw(
      Fault,
      'targetReturn',
    );
    const short = sampleOf([
      [0.1, 0.2, 0.3],
      [0.2, 0.1, 0.1],
      [0.3, 0.3, 0.1],
    ]);
    expect(() => jamesSteinMean.estimate(short, { target: 'given', targetReturn: 0 }))
      .to.throw(Fault, 'at least 4 returns')
      .that.includes({ reason: 'INSUFFICIENT_HISTORY' });
    const torn = sampleOf([...uncorrelated([0.01, 0.02, 0.03]), [absent, 0, 0]]);
    expect(() => jamesSteinMean.estimate(torn, { target: 'given', targetReturn: 0 }))
      .to.throw(Fault, 'complete-rows or carry-forward')
      .that.includes({ reason: 'PRICE_MISSING' });
    const alike = sampleOf(uncorrelated([0.01, 0.02, 0.03]).map(([a, b]) => [a!, b!, a!]));
    expect(() => jamesSteinMean.estimate(alike, { target: 'given', targetReturn: 0 }))
      .to.throw(Fault, 'singular')
      .that.includes({ reason: 'COVARIANCE_NOT_PSD' });
  });
});

describe('Bayes-Stein moments', () => {
  it('follow the formulas of Jorion', () => {
    const means = [0.05, 0.01, -0.03, 0.07, 0.02];
    const sample = sampleOf(uncorrelated(means));
    const found = bayesStein(meansAndPrecision(sample, 'bayes-stein', 3));
    // Sigma = 9 / 3 * 0.02 / 9 I = 0.02 / 3 I; lambda = 7 / (5920e-6 * 150).
    const variance = 0.02 / 3;
    const lambda = 7 / (5920e-6 / variance);
    const w = lambda / (10 + lambda);
    expect(found.intensity).to.be.closeTo(w, 1e-14);
    expect(found.target).to.be.closeTo(0.024, 1e-15);
    expectClose(
      bayesSteinMean.estimate(sample, {}),
      means.map((mean) => 12 * ((1 - w) * mean + w * 0.024)),
    );
    const { covariance } = bayesSteinCovariance.estimate(sample, {});
    if (covariance.kind !== 'dense') expect.fail('expected a dense covariance');
    // 1' Sigma^-1 1 = 5 / variance.
    const common = ((lambda / (10 * (11 + lambda))) * variance) / 5;
    expect(covariance.entries[0]).to.be.closeTo(12 * (variance * (1 + 1 / (10 + lambda)) + common), 1e-14);
    expect(covariance.entries[1]).to.be.closeTo(12 * common, 1e-14);
  });

  it('take equal means for certain that they are equal', () => {
    const sample = meansAndPrecision(sampleOf(uncorrelated([0.5, 0.5, 0.5])), 'bayes-stein', 3);
    const { intensity, covariance } = bayesStein({ ...sample, means: Float64Array.of(0.5, 0.5, 0.5) });
    expect(intensity).to.be.closeTo(1, 1e-12);
    const variance = (0.02 / 5) * 5;
    expect(covariance[1]).to.be.closeTo(variance / 3 / 6, 1e-12);
  });

  it('need three returns more than assets', () => {
    const rows = uncorrelated([0.01, 0.02, 0.03]).slice(0, 5);
    expect(() => bayesSteinMean.estimate(sampleOf(rows), {})).to.throw(Fault, 'at least 6 returns');
    expect(() => bayesSteinMean.estimate(sampleOf([[0.1], [0.2]]), {})).to.throw(Fault, 'at least 3 assets');
  });
});
