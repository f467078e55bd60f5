import { expect } from 'chai';

import { bayesStein, bayesSteinCovariance, bayesSteinMean } from '../../src/estimation/bayes-stein.ts';
import { denoisedCovariance, signalsOf } from '../../src/estimation/denoised.ts';
import { ewmaMean } from '../../src/estimation/ewma-mean.ts';
import { ewma } from '../../src/estimation/ewma.ts';
import { gerberCorrelations } from '../../src/estimation/gerber.ts';
import { historicalMean } from '../../src/estimation/historical-mean.ts';
import { jamesSteinMean } from '../../src/estimation/james-stein.ts';
import { ledoitWolf, shrink } from '../../src/estimation/ledoit-wolf.ts';
import { meansAndPrecision } from '../../src/estimation/mean-shrinkage.ts';
import { denseEntries, multiply } from '../../src/estimation/operator.ts';
import { oracleApproximating, oracleApproximatingCovariance } from '../../src/estimation/oracle-approximating.ts';
import { consistencyFactor, robustCovariance } from '../../src/estimation/robust-covariance.ts';
import { sampleCovariance } from '../../src/estimation/sample-covariance.ts';
import { columnsOf } from '../../src/estimation/sample.ts';
import { semiCovariance } from '../../src/estimation/semi-covariance.ts';
import { returnSeries } from '../../src/estimation/series.ts';
import type { MissingPrices } from '../../src/estimation/series.ts';
import { moments } from '../../src/estimation/shrinkage.ts';
import { symmetricEigen } from '../../src/math/symmetric-eigen.ts';
import { dot } from '../../src/math/vectors.ts';
import type { Sample } from '../../src/problem/estimator.ts';
import type { SymmetricOperator } from '../../src/problem/operator.ts';
import { stockIds as assets, stockPrices } from '../support/stock-prices.ts';
import golden from './cases/estimation-peers.json' with { type: 'json' };

const prices = stockPrices();
const universe = { assets: assets.map((id) => ({ id, groups: {} })) };
const sampleOf = (missing: MissingPrices): Sample & { series: NonNullable<Sample['series']> } => ({
  universe,
  series: returnSeries({ assets, prices, periodsPerYear: 252 }, missing).series,
  riskFreeRate: 0.02,
});
const pairwise = sampleOf('pairwise');
const complete = sampleOf('complete-rows');
const n = assets.length;

interface Brief {
  readonly norm: number;
  readonly head: readonly number[];
}

/** The Frobenius norm and the lower triangle of the first six rows. */
function expectBrief(entries: Float64Array, { norm, head }: Brief, relative = 1e-11): void {
  expect(Math.sqrt(dot(entries, entries))).to.be.closeTo(norm, relative * norm);
  let index = 0;
  for (let i = 0; i < 6; i += 1)
    for (let j = 0; j <= i; j += 1) {
      const scale = Math.sqrt(entries[i * n + i]! * entries[j * n + j]!);
      expect(entries[i * n + j], `${assets[i]!} x ${assets[j]!}`).to.be.closeTo(head[index]!, relative * scale);
      index += 1;
    }
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(actual).to.have.length(expected.length);
  for (const [i, value] of expected.entries())
    expect(actual[i], `position ${String(i)}`).to.be.closeTo(value, tolerance);
}

const entriesOf = ({ covariance }: { covariance: SymmetricOperator }): Float64Array => denseEntries(covariance);

describe('expected returns on the sample market', () => {
  it('weigh recent dates more, as PyPortfolioOpt does', () => {
    expectClose(ewmaMean.estimate(pairwise, { method: 'arithmetic', span: 500 }), golden.ewmaMean, 1e-12);
  });

  it('are shrunk after James and Stein as the formulas of the papers say', () => {
    const given = jamesSteinMean.estimate(complete, { target: 'given', targetReturn: 0.08 });
    expectClose(given, golden.jamesSteinGiven.means, 1e-12);
    expectClose(jamesSteinMean.estimate(complete, { target: 'grand-mean' }), golden.jamesSteinGrand.means, 1e-12);
  });

  it('are shrunk after Jorion as the formulas of the paper say, with the covariance that goes with them', () => {
    const found = bayesStein(meansAndPrecision(complete, 'bayes-stein', 3));
    expect(found.intensity).to.be.closeTo(golden.bayesStein.intensity, 1e-12);
    expect(found.target * 252).to.be.closeTo(golden.bayesStein.target, 1e-12);
    expectClose(bayesSteinMean.estimate(complete, {}), golden.bayesStein.means, 1e-12);
    expectBrief(entriesOf(bayesSteinCovariance.estimate(complete, {})), golden.bayesStein.covariance);
  });
});

describe('covariances on the sample market', () => {
  it('with exponential weights around plain means are those of PyPortfolioOpt', () => {
    const found = ewma.estimate(pairwise, { centre: 'plain-mean', span: 180 });
    expectBrief(entriesOf(found), golden.ewmaPlainMean);
  });

  it('of shortfalls are those of PyPortfolioOpt', () => {
    const zero = semiCovariance.estimate(complete, { threshold: 'zero' });
    expectBrief(entriesOf(zero), golden.semiCovarianceZero);
    expectBrief(entriesOf(semiCovariance.estimate(complete, { threshold: 'risk-free' })), golden.semiCovarianceDaily);
    const given = { threshold: 'given', thresholdReturn: 0.02 } as const;
    expectBrief(entriesOf(semiCovariance.estimate(complete, given)), golden.semiCovarianceDaily);
  });

  it('shrunk by OAS are those of scikit-learn, with its formula', () => {
    const found = oracleApproximatingCovariance.estimate(complete, { formula: 'scikit-learn' });
    expectBrief(entriesOf(found), golden.oas);
    const { intensity } = oracleApproximating(moments(columnsOf(complete.series)), 'scikit-learn');
    expect(intensity).to.be.closeTo(golden.oasIntensity, 1e-13);
  });

  it('by the Gerber statistics are those of Riskfolio-Lib, which takes deviations of divisor T', () => {
    const columns = columnsOf(complete.series);
    const { covariance } = moments(columns);
    const deviations = Float64Array.from({ length: n }, (_, i) => Math.sqrt(covariance[i * n + i]!));
    for (const [statistic, expected] of [
      ['gs1', golden.gerber1],
      ['gs2', golden.gerber2],
    ] as const) {
      const correlations = gerberCorrelations(columns, deviations, statistic, 0.5);
      const annual = correlations.map(
        (value, index) => 252 * value * deviations[Math.floor(index / n)]! * deviations[index % n]!,
      );
      expectBrief(annual, expected);
    }
  });

  it('without noise are those of Riskfolio-Lib, detoned as in the book', () => {
    const fixed = { denoise: 'constant-residual' } as const;
    expectBrief(entriesOf(denoisedCovariance.estimate(complete, fixed)), golden.denoisedFixed);
    const shrunk = { denoise: 'targeted-shrinkage', kept: 0.5 } as const;
    expectBrief(entriesOf(denoisedCovariance.estimate(complete, shrunk)), golden.denoisedShrink);
    const detoned = { denoise: 'constant-residual', marketComponents: 1 } as const;
    expectBrief(entriesOf(denoisedCovariance.estimate(complete, detoned)), golden.detoned);
  });

  it('have as many eigenvalues above the noise as Riskfolio-Lib finds', () => {
    const { covariance, observations } = moments(columnsOf(complete.series));
    const scaled = covariance.map((value, index) => {
      const [i, j] = [Math.floor(index / n), index % n];
      return value / Math.sqrt(covariance[i * n + i]! * covariance[j * n + j]!);
    });
    const spectrum = symmetricEigen(scaled, n);
    expect(signalsOf(spectrum, observations, { denoise: 'constant-residual' })).to.equal(golden.noise.signals);
  });
});

describe('the robust covariance', () => {
  it('is that of scikit-learn where its seeds agree, with the divisor of the paper', () => {
    const { assets: size, dates, support, kept, mean, covariance, raw } = golden.mcd;
    const columns = columnsOf(complete.series)
      .slice(0, size)
      .map((column) => column.subarray(-dates));
    for (const seed of [1, 2, 3]) {
      const found = robustCovariance(columns, { support: support / dates, seed });
      if (found === undefined) expect.fail('no fit');
      expect(dates - found.outliers).to.equal(kept);
      expectClose(found.mean, mean, 1e-14);
      const factor = consistencyFactor(support / dates, size);
      let index = 0;
      for (let i = 0; i < size; i += 1)
        for (let j = 0; j <= i; j += 1) {
          expect(found.raw[i * size + j]! / factor).to.be.closeTo(raw[index]!, 1e-15);
          expect(252 * found.covariance[i * size + j]!).to.be.closeTo(covariance[index]!, 1e-12);
          index += 1;
        }
    }
  });
});

describe('portfolios that PyPortfolioOpt publishes have the volatility that it tells', () => {
  // There a missing return counts as zero, in all covariances but the exponentially weighted one.
  const filled = {
    ...pairwise,
    series: { ...pairwise.series, returns: pairwise.series.returns.map((value) => (Number.isNaN(value) ? 0 : value)) },
  };
  const covariances: Readonly<Record<string, SymmetricOperator>> = {
    semi: semiCovariance.estimate(filled, { threshold: 'zero' }).covariance,
    ewma: ewma.estimate(pairwise, { centre: 'plain-mean', span: 180 }).covariance,
    'single-factor': ledoitWolf.estimate(filled, { target: 'single-factor' }).covariance,
  };

  for (const { id, covariance, weights, volatility, tolerance } of golden.portfolios.cases)
    it(id, () => {
      const w = Float64Array.from(weights);
      const found = Math.sqrt(dot(w, multiply(covariances[covariance]!, w)));
      expect(found).to.be.closeTo(volatility, tolerance * volatility);
    });
});

describe('shrinkage elsewhere', () => {
  it('by OAS on ten US stocks is that of scikit-learn', () => {
    const { observations, sample, covariance, intensity } = golden.oas200;
    const full = new Float64Array(100);
    let index = 0;
    for (let i = 0; i < 10; i += 1)
      for (let j = 0; j <= i; j += 1) full[i * 10 + j] = full[j * 10 + i] = sample[index++]!;
    const found = oracleApproximating({ size: 10, observations, covariance: full }, 'scikit-learn');
    expect(found.intensity).to.be.closeTo(intensity, 1e-13);
    index = 0;
    for (let i = 0; i < 10; i += 1)
      for (let j = 0; j <= i; j += 1) expect(found.covariance[i * 10 + j]).to.be.closeTo(covariance[index++]!, 1e-16);
  });

  const targets = {
    'constant-variance-null-correlation': 'identity',
    'constant-correlation': 'constant-correlation',
    'null-correlation': 'diagonal',
  } as const;
  for (const { id, target, returns, covariance } of golden.small.cases) {
    it(`by ${target ?? 'nothing'} on three assets is that of portfolio_allocation_js (${id})`, () => {
      const observations = returns[0]!.length;
      const columns = returns.map((row) => Float64Array.from(row));
      const rows = Array.from({ length: observations }, (_, t) => columns.map((column) => column[t]!));
      const given = {
        observations,
        returns: Float64Array.from(rows.flat()),
        prices: new Float64Array(),
        periodsPerYear: 1,
      };
      const found =
        target === null
          ? moments(columns).covariance
          : shrink(given, targets[target as keyof typeof targets]).covariance;
      expectClose(found, covariance, 1e-12);
    });
  }

  it('is none in the mean and the covariance of divisor T - 1 (pajs-0304, pajs-0305, pajs-0246)', () => {
    const { returns, covariance } = golden.small.unbiased;
    const observations = returns[0]!.length;
    const rows = Array.from({ length: observations }, (_, t) => returns.map((row) => row[t]!));
    const series = {
      observations,
      returns: Float64Array.from(rows.flat()),
      prices: new Float64Array(),
      periodsPerYear: 1,
    };
    const two = {
      assets: [
        { id: 'A', groups: {} },
        { id: 'B', groups: {} },
      ],
    };
    const sample = { universe: two, series, riskFreeRate: 0 };
    expectClose(entriesOf(sampleCovariance.estimate(sample, {})), covariance, 1e-17);
    expectClose(historicalMean.estimate(sample, { method: 'arithmetic' }), [0.07 / 3, -0.01], 1e-17);
  });
});
