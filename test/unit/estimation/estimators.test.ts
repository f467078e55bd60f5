import { expect } from 'chai';

import { builtInCovarianceEstimators, builtInReturnEstimators } from '../../../src/estimation/built-in.ts';
import { capm } from '../../../src/estimation/capm.ts';
import { ewma } from '../../../src/estimation/ewma.ts';
import { historicalMean } from '../../../src/estimation/historical-mean.ts';
import { ledoitWolf, shrink } from '../../../src/estimation/ledoit-wolf.ts';
import { marketImplied } from '../../../src/estimation/market-implied.ts';
import { sampleCovariance } from '../../../src/estimation/sample-covariance.ts';
import { Fault } from '../../../src/values/fault.ts';
import { absent, entriesOf, expectClose, sampleOf } from '../../support/estimation-samples.ts';

describe('expected returns', () => {
  const rows = [
    [0.1, absent],
    [-0.05, 0.02],
    [0.04, 0.06],
  ];

  it('are the arithmetic or the compound mean of what each asset has', () => {
    expectClose(historicalMean.estimate(sampleOf(rows), { method: 'arithmetic' }), [0.36, 0.48]);
    expectClose(historicalMean.estimate(sampleOf(rows), { method: 'compound' }), [
      (1.1 * 0.95 * 1.04) ** 4 - 1,
      (1.02 * 1.06) ** 6 - 1,
    ]);
  });

  it('keep the digits of small returns when they are compounded', () => {
    const small = [
      [1e-9, 0],
      [3e-9, 0],
    ];
    const [growth, none] = historicalMean.estimate(sampleOf(small), { method: 'compound' });
    expect(growth! / 2.4e-8).to.be.closeTo(1, 1e-7);
    expect(none).to.equal(0);
  });

  it('are refused under CAPM when the market moves by rounding only', () => {
    const sample = sampleOf(
      Array.from({ length: 9 }, (_, t) => [0.001 + (t % 2) * 1e-18, 0.02 * t]),
      { marketWeights: Float64Array.of(1, 0) },
    );
    expect(() => capm.estimate(sample, {})).to.throw(Fault, 'did not move');
  });

  it('need a history for every asset', () => {
    expect(() => historicalMean.estimate({ ...sampleOf([[0.1, absent]]), riskFreeRate: 0 }, { method: 'arithmetic' }))
      .to.throw(Fault)
      .that.deep.includes({ reason: 'INSUFFICIENT_HISTORY' });
  });

  it('follow beta under CAPM, which is 1 for the market itself', () => {
    const market = [0.02, -0.01, 0.03, 0];
    const sample = sampleOf(
      market.map((value) => [value, 2 * value + 0.01]),
      { marketWeights: Float64Array.of(3, 0) },
    );
    expectClose(capm.estimate(sample, { marketPremium: 0.05 }), [0.07, 0.12]);
    // Historical premium: mean 0.01 a month, 0.12 a year, less 0.02.
    expectClose(capm.estimate(sample, {}), [0.12, 0.22]);
  });

  it('are implied by market weights that need not be scaled', () => {
    const covariance = { kind: 'diagonal', size: 2, entries: Float64Array.of(0.04, 0.09) } as const;
    const sample = sampleOf([[0, 0]], { covariance, marketWeights: Float64Array.of(30, 10) });
    expectClose(marketImplied.estimate(sample, { riskAversion: 2 }), [0.08, 0.065]);
    // Variance of the market 0.028125, so that a premium of 0.05625 implies lambda 2.
    expectClose(marketImplied.estimate(sample, { marketPremium: 0.05625 }), [0.08, 0.065]);
    expect(() => marketImplied.estimate(sampleOf([[0, 0]], { covariance }), { riskAversion: 2 })).to.throw(
      Fault,
      'market weights',
    );
    expect(() => marketImplied.estimate(sample, { riskAversion: NaN })).to.throw(Fault, 'riskAversion');
  });
});

describe('sample covariance', () => {
  it('divides by T - 1 and annualizes', () => {
    const { covariance } = sampleCovariance.estimate(
      sampleOf([
        [0.01, 0.02],
        [0.03, -0.02],
        [-0.01, 0.03],
      ]),
      {},
    );
    expectClose(entriesOf({ covariance }), [0.0048, -0.006, -0.006, 0.0084]);
  });

  it('uses for each pair the dates that it shares', () => {
    const { covariance } = sampleCovariance.estimate(
      sampleOf([
        [0.01, absent],
        [0.03, -0.02],
        [-0.01, 0.02],
        [0.09, absent],
      ]),
      {},
    );
    // A alone over four dates: variance 0.0056 / 3; the pair over two: 0.02 * -0.02 * 2.
    expectClose(entriesOf({ covariance }), [0.0224, -0.0096, -0.0096, 0.0096]);
  });

  it('names two assets that share too few dates', () => {
    const rows = [
      [0.1, absent],
      [0.2, absent],
      [absent, 0.1],
      [absent, 0.3],
    ];
    expect(() => sampleCovariance.estimate(sampleOf(rows), {}))
      .to.throw(Fault, 'A and B share fewer than 2 dates')
      .that.includes({ reason: 'INSUFFICIENT_HISTORY' });
  });

  /** Pairs of three assets that move together twice and apart once: no joint distribution has such correlations. */
  const torn = [
    [0.1, 0.1, absent],
    [-0.1, -0.1, absent],
    [0.1, absent, 0.1],
    [-0.1, absent, -0.1],
    [absent, 0.1, -0.1],
    [absent, -0.1, 0.1],
  ];

  it('that is not positive semidefinite is refused with its smallest eigenvalue and the assets that carry it', () => {
    try {
      sampleCovariance.estimate(sampleOf(torn), {});
      expect.fail('nothing was refused');
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      expect(error.reason).to.equal('COVARIANCE_NOT_PSD');
      // Variances 12 * 0.04 / 3 = 0.16; covariances 12 * 0.02 = +-0.24: eigenvalues 0.4, 0.4 and -0.32.
      expect(Number(error.metadata['smallestEigenvalue'])).to.be.closeTo(-0.32, 1e-9);
      expect(error.metadata['assets']?.split(',').sort()).to.deep.equal(['A', 'B', 'C']);
      expect(error.violations).to.have.length(1);
    }
  });

  it('is repaired on request: variances kept, the change told', () => {
    const { covariance, repairs } = sampleCovariance.estimate(sampleOf(torn), { repair: 'clip' });
    expectClose(entriesOf({ covariance }), [0.16, 0.08, 0.08, 0.08, 0.16, -0.08, 0.08, -0.08, 0.16], 1e-12);
    expect(repairs).to.have.length(1);
    expect(repairs[0]?.what).to.contain('clipped');
    // Off-diagonal changes of 0.16, six times, over a norm of sqrt(3 * 0.16^2 + 6 * 0.24^2).
    expect(repairs[0]?.magnitude).to.be.closeTo(Math.sqrt((6 * 0.16 ** 2) / (3 * 0.16 ** 2 + 6 * 0.24 ** 2)), 1e-12);
  });

  it('of fewer returns than assets is singular and accepted', () => {
    const { covariance } = sampleCovariance.estimate(
      sampleOf([
        [0.01, 0.02, 0.03],
        [0.03, -0.02, 0.01],
      ]),
      {},
    );
    expect(entriesOf({ covariance })).to.have.length(9);
  });
});

describe('exponentially weighted covariance', () => {
  const rows = [
    [0.02, 0.01],
    [-0.01, 0.03],
  ];

  it('keeps the digits of pairs that ended long ago', () => {
    const long = [...rows, ...rows, ...Array.from({ length: 2000 }, (_, t) => [0.01 * (t % 3), absent])];
    const recent = ewma.estimate(sampleOf([...rows, ...rows]), { centre: 'mean', halfLife: 1 });
    const ended = ewma.estimate(sampleOf(long), { centre: 'mean', halfLife: 1, repair: 'clip' });
    expect(entriesOf(ended)[3]).to.be.closeTo(entriesOf(recent)[3]!, 1e-15);
    expect(entriesOf(ended)[3]).to.be.above(0);
  });

  it('counts a return half after its half-life, around zero or the weighted mean', () => {
    const zero = ewma.estimate(sampleOf(rows), { centre: 'zero', halfLife: 1 }).covariance;
    expectClose(entriesOf({ covariance: zero }), [0.0024, -0.0016, -0.0016, 0.0076]);
    const mean = ewma.estimate(sampleOf(rows), { centre: 'mean', halfLife: 1 }).covariance;
    // Weights 1/3 and 2/3: variance p (1 - p) d^2 = 2/9 * 0.0009, times 12.
    expectClose(entriesOf({ covariance: mean }), [0.0024, -0.0016, -0.0016, 0.0032 / 3]);
    expectClose(entriesOf(ewma.estimate(sampleOf(rows), { centre: 'zero', span: 3 })), entriesOf({ covariance: zero }));
  });

  it('asks for exactly one way to state the decay', () => {
    expect(() => ewma.estimate(sampleOf(rows), { centre: 'zero' })).to.throw(Fault, 'either halfLife or span');
    expect(() => ewma.estimate(sampleOf(rows), { centre: 'zero', span: 3, halfLife: 1 })).to.throw(Fault);
    expect(() => ewma.estimate(sampleOf(rows), { centre: 'zero', halfLife: -1 })).to.throw(Fault, 'decay');
  });
});

describe('Ledoit-Wolf shrinkage', () => {
  const rows = [
    [0.02, 0.01, 0.03],
    [-0.01, 0.03, 0],
    [0.04, -0.02, 0.01],
    [0.01, 0.02, -0.05],
    [-0.03, 0, 0.02],
  ];

  it('lies between the sample and the target and keeps own variances where the target does', () => {
    const sample = sampleOf(rows);
    for (const target of ['constant-variance', 'single-factor', 'constant-correlation'] as const) {
      const { covariance, intensity } = shrink(sample.series!, target);
      expect(intensity, target).to.be.within(0, 1);
      const column = rows.map((row) => row[0]!);
      const mean = column.reduce((sum, value) => sum + value, 0) / 5;
      const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 5;
      if (target !== 'constant-variance') expect(covariance[0], target).to.be.closeTo(variance, 1e-16);
    }
  });

  it('refuses gaps, naming the choices that close them', () => {
    expect(() => ledoitWolf.estimate(sampleOf([...rows, [absent, 0, 0]]), { target: 'single-factor' }))
      .to.throw(Fault, 'complete-rows or carry-forward')
      .that.includes({ reason: 'PRICE_MISSING' });
  });

  it('takes a single asset as it is', () => {
    for (const target of ['constant-variance', 'single-factor', 'constant-correlation'] as const) {
      expect(shrink(sampleOf([[0.1], [0.2]]).series!, target).covariance[0], target).to.be.closeTo(0.0025, 1e-16);
    }
  });
});

describe('the catalogue of built-in estimators', () => {
  it('states for each its definition, source and closed parameters', () => {
    const all = [...builtInReturnEstimators, ...builtInCovarianceEstimators];
    expect(new Set(all.map(({ type }) => type)).size).to.equal(all.length);
    for (const kind of [builtInReturnEstimators, builtInCovarianceEstimators]) {
      const types = kind.map(({ type }) => type);
      expect(types).to.deep.equal([...types].sort());
    }
    for (const estimator of all) {
      expect(estimator.description.length, estimator.type).to.be.greaterThan(60);
      expect(estimator.references.length, estimator.type).to.be.greaterThan(0);
      expect(estimator.parameters.additionalProperties, estimator.type).to.equal(false);
    }
  });
});
