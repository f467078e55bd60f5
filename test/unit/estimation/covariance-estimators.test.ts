import { expect } from 'chai';

import { denoisedCorrelations, denoisedCovariance, detonedCorrelations } from '../../../src/estimation/denoised.ts';
import { definite } from '../../../src/estimation/definiteness.ts';
import { ewma } from '../../../src/estimation/ewma.ts';
import { gerber, gerberCorrelations } from '../../../src/estimation/gerber.ts';
import { shrink } from '../../../src/estimation/ledoit-wolf.ts';
import { oracleApproximating } from '../../../src/estimation/oracle-approximating.ts';
import { consistencyFactor, robustCovarianceEstimator } from '../../../src/estimation/robust-covariance.ts';
import { sampleCovariance } from '../../../src/estimation/sample-covariance.ts';
import { semiCovariance } from '../../../src/estimation/semi-covariance.ts';
import { unequalHistories, unequalHistoriesMean } from '../../../src/estimation/unequal-histories.ts';
import { symmetricEigen } from '../../../src/math/symmetric-eigen.ts';
import { Fault } from '../../../src/values/fault.ts';
import { Random } from '../../support/problems.ts';
import { absent, entriesOf, expectClose, sampleOf } from '../../support/estimation-samples.ts';

describe('semi-covariance', () => {
  const rows = [
    [-0.02, 0.01],
    [0.03, -0.01],
    [-0.04, -0.03],
    [0.05, 0.02],
  ];

  it('counts shortfalls below zero, the mean or an annual return over all dates', () => {
    expectClose(entriesOf(semiCovariance.estimate(sampleOf(rows), { threshold: 'zero' })), [
      3 * 0.002,
      3 * 0.0012,
      3 * 0.0012,
      3 * 0.001,
    ]);
    // Means 0.005 and -0.0025: shortfalls -0.025, 0, -0.045, 0 and 0, -0.0075, -0.0275, 0.
    const mean = entriesOf(semiCovariance.estimate(sampleOf(rows), { threshold: 'mean' }));
    expectClose(mean, [3 * 0.00265, 3 * 0.0012375, 3 * 0.0012375, 3 * 0.0008125]);
    const given = { threshold: 'given', thresholdReturn: 1.01 ** 12 - 1 } as const;
    // Shortfalls below 0.01: -0.03, 0, -0.05, 0 and 0, -0.02, -0.04, 0.
    expectClose(entriesOf(semiCovariance.estimate(sampleOf(rows), given)), [0.0102, 0.006, 0.006, 0.006], 1e-13);
    const free = semiCovariance.estimate(sampleOf(rows, { riskFreeRate: 1.01 ** 12 - 1 }), { threshold: 'risk-free' });
    expectClose(entriesOf(free), [0.0102, 0.006, 0.006, 0.006], 1e-13);
  });

  it('uses for each pair the dates that it shares, and names a pair without', () => {
    const torn = [...rows, [-0.1, absent]];
    const found = entriesOf(semiCovariance.estimate(sampleOf(torn), { threshold: 'zero' }));
    expectClose(found, [(12 * 0.012) / 5, 3 * 0.0012, 3 * 0.0012, 3 * 0.001]);
    const apart = [
      [0.1, absent],
      [0.2, absent],
      [absent, 0.1],
      [absent, 0.3],
    ];
    expect(() => semiCovariance.estimate(sampleOf(apart), { threshold: 'zero' })).to.throw(Fault, 'A and B share');
  });

  it('takes a threshold return with the threshold given only', () => {
    expect(() => semiCovariance.estimate(sampleOf(rows), { threshold: 'given' })).to.throw(Fault, 'thresholdReturn');
    expect(() => semiCovariance.estimate(sampleOf(rows), { threshold: 'zero', thresholdReturn: 0 })).to.throw(Fault);
  });
});

describe('shrinkage towards a multiple of the identity', () => {
  it('by OAS follows the formula of the paper or that of scikit-learn', () => {
    // n = 2, T = 10, tr S = 3, tr S^2 = 5: (0 * 5 + 9) / (10 * (5 - 4.5)) is above one; without 2 / n: 14 / (11 * 0.5).
    const sample = { size: 2, observations: 10, covariance: Float64Array.of(1, 0, 0, 2) };
    expect(oracleApproximating(sample, 'chen-2010').intensity).to.equal(1);
    const wide = { size: 2, observations: 100, covariance: Float64Array.of(1, 0, 0, 2) };
    expect(oracleApproximating(wide, 'chen-2010').intensity).to.be.closeTo(9 / (100 * 0.5), 1e-15);
    expect(oracleApproximating(wide, 'scikit-learn').intensity).to.be.closeTo(14 / (101 * 0.5), 1e-15);
    expectClose(oracleApproximating(wide, 'chen-2010').covariance, [1 + 0.18 / 2, 0, 0, 2 - 0.18 / 2]);
  });

  it('leaves what is one already', () => {
    const sample = { size: 2, observations: 10, covariance: Float64Array.of(2, 0, 0, 2) };
    expectClose(oracleApproximating(sample, 'chen-2010').covariance, [2, 0, 0, 2]);
  });

  it('by Ledoit and Wolf has two names', () => {
    const { series } = sampleOf([
      [0.02, 0.01],
      [-0.01, 0.03],
      [0.04, -0.02],
    ]);
    expect(shrink(series!, 'identity')).to.deep.equal(shrink(series!, 'constant-variance'));
  });
});

describe('exponentially weighted covariance around plain means', () => {
  it('takes the equally weighted mean out first', () => {
    const rows = [
      [0.02, 0.01],
      [-0.01, 0.03],
    ];
    // Deviations of 0.015 and 0.01 in opposite directions, whatever the weights.
    const found = ewma.estimate(sampleOf(rows), { centre: 'plain-mean', halfLife: 1 });
    expectClose(entriesOf(found), [12 * 0.000225, -12 * 0.00015, -12 * 0.00015, 12 * 0.0001]);
  });
});

describe('the Gerber statistic', () => {
  // Moves beyond 0.5: A + + - - 0 +, B + - - 0 0 +.
  const columns = [Float64Array.of(1, 2, -1, -1, 0.1, 1), Float64Array.of(1, -1, -2, 0.2, 0.3, 1)];
  const ones = Float64Array.of(1, 1);

  it('counts joint moves against contrary ones', () => {
    expectClose(gerberCorrelations(columns, ones, 'gs1', 0.5), [1, 2 / 5, 2 / 5, 1]);
    expectClose(gerberCorrelations(columns, ones, 'gs2', 0.5), [1, 2 / Math.sqrt(20), 2 / Math.sqrt(20), 1]);
  });

  it('gives no correlation to an asset that never moves, and keeps the variances', () => {
    const rows = Array.from({ length: 6 }, (_, t) => [columns[0]![t]! / 100, columns[1]![t]! / 100, 0.01]);
    const found = entriesOf(gerber.estimate(sampleOf(rows), { statistic: 'gs2' }));
    const plain = entriesOf(sampleCovariance.estimate(sampleOf(rows), {}));
    for (const i of [0, 4, 8]) expect(found[i]).to.be.closeTo(plain[i]!, 1e-15);
    expectClose([found[2]!, found[5]!, found[6]!], [0, 0, 0]);
  });

  it('refuses gaps', () => {
    expect(() => gerber.estimate(sampleOf([[0.1], [absent], [0.2]]), { statistic: 'gs1' })).to.throw(Fault, 'gaps');
  });
});

describe('denoised correlations', () => {
  // One common factor of correlation 0.5: eigenvalues 0.5, 0.5, 2.
  const common = Float64Array.of(1, 0.5, 0.5, 0.5, 1, 0.5, 0.5, 0.5, 1);

  it('keep a common factor and lose what it leaves', () => {
    const mixed = Float64Array.of(1, 0.6, 0.45, 0.6, 1, 0.4, 0.45, 0.4, 1);
    const spectrum = symmetricEigen(mixed, 3);
    const constant = denoisedCorrelations(spectrum, 1, { denoise: 'constant-residual' });
    const { values } = symmetricEigen(constant, 3);
    expect(values[0]! / values[1]!).to.be.within(0.9, 1);
    for (const i of [0, 4, 8]) expect(constant[i]).to.equal(1);
    const targeted = denoisedCorrelations(spectrum, 1, { denoise: 'targeted-shrinkage' });
    const first = [0, 1, 2].map((i) => spectrum.vectors[i * 3 + 2]!);
    expect(targeted[1]).to.be.closeTo(spectrum.values[2]! * first[0]! * first[1]!, 1e-14);
    expectClose(denoisedCorrelations(spectrum, 1, { denoise: 'targeted-shrinkage', kept: 1 }), [...mixed]);
  });

  it('without their market are what specific risk is left', () => {
    // C - 2 * 1/3 11' = 1/3 on the diagonal, -1/6 off it.
    expectClose(detonedCorrelations(common, 3, 1), [1, -0.5, -0.5, -0.5, 1, -0.5, -0.5, -0.5, 1]);
  });

  it('refuse assets that move by rounding only', () => {
    const rows = Array.from({ length: 12 }, (_, t) => [0.001, 0.01 * Math.sin(t), 0.01 * Math.cos(2 * t)]);
    expect(() =>
      denoisedCovariance.estimate(sampleOf(rows), { denoise: 'constant-residual', edge: 'unit-variance' }),
    ).to.throw(Fault, 'A never move');
  });

  it('refuse parameters without effect and assets that never move', () => {
    const rows = Array.from({ length: 9 }, (_, t) => [Math.sin(t) / 10, Math.cos(2 * t) / 10, Math.sin(3 * t) / 10]);
    const refusal = (parameters: Parameters<typeof denoisedCovariance.estimate>[1]): string => {
      try {
        denoisedCovariance.estimate(sampleOf(rows), parameters);
      } catch (error) {
        if (error instanceof Fault) return error.message;
        throw error;
      }
      return 'nothing';
    };
    expect(refusal({ denoise: 'none' })).to.contain('denoise: none without marketComponents');
    expect(refusal({ denoise: 'constant-residual', kept: 0.1 })).to.contain('kept: has no effect');
    expect(refusal({ denoise: 'constant-residual', edge: 'unit-variance', bandwidth: 0.1 })).to.contain('bandwidth');
    expect(refusal({ denoise: 'none', marketComponents: 3 })).to.contain('below the number of assets');
    expect(refusal({ denoise: 'constant-residual' })).to.equal('nothing');
    expect(refusal({ denoise: 'constant-residual', edge: 'unit-variance', marketComponents: 1 })).to.contain(
      'at most 0',
    );
    const still = rows.map(([a, b]) => [a!, b!, 0.01]);
    expect(() => denoisedCovariance.estimate(sampleOf(still), { denoise: 'constant-residual' })).to.throw(
      Fault,
      'of C',
    );
    const short = rows.slice(0, 3);
    expect(() => denoisedCovariance.estimate(sampleOf(short), { denoise: 'constant-residual' })).to.throw(
      Fault,
      'at least 4 returns',
    );
    const edge = { denoise: 'constant-residual', edge: 'unit-variance' } as const;
    expect(entriesOf(denoisedCovariance.estimate(sampleOf(short), edge))).to.have.length(9);
  });
});

describe('the robust covariance', () => {
  const normal = (dates: number, seed: number): number[][] => {
    const random = new Random(seed);
    return Array.from({ length: dates }, () => {
      const [a, b, c] = [random.normal(), random.normal(), random.normal()];
      return [0.01 * a, 0.01 * (0.6 * a + 0.8 * b), 0.02 * c];
    });
  };

  it('is right for normal returns in the limit', () => {
    const [found, expected] = [
      entriesOf(robustCovarianceEstimator.estimate(sampleOf(normal(4000, 5)), {})),
      [12e-4, 7.2e-4, 0, 7.2e-4, 12e-4, 0, 0, 0, 48e-4],
    ];
    for (const [index, value] of expected.entries()) {
      const scale = Math.sqrt(expected[Math.floor(index / 3) * 4]! * expected[(index % 3) * 4]!);
      expect(found[index]! / scale).to.be.closeTo(value / scale, 0.06);
    }
  });

  it('hardly moves when two dates in five are nonsense, and tells how many it left out', () => {
    const rows = normal(200, 9);
    const clean = entriesOf(robustCovarianceEstimator.estimate(sampleOf(rows), {}));
    const spoiled = rows.map((row, t) => (t % 5 < 2 ? [0.5, -0.5 + 0.001 * t, 0.3] : row));
    const { covariance, repairs } = robustCovarianceEstimator.estimate(sampleOf(spoiled), {});
    const found = entriesOf({ covariance });
    for (const i of [0, 4, 8]) expect(found[i]! / clean[i]!).to.be.within(0.6, 1.6);
    expect(repairs).to.have.length(1);
    expect(repairs[0]?.magnitude).to.be.within(80, 95);
  });

  it('is consistent by the factor of Croux and Haesbroeck, one when all dates count', () => {
    // Two degrees of freedom: quantile -2 log(1 - a); P(chi2_4 <= q) = 1 - (1 + q / 2) exp(-q / 2).
    const a = 0.6;
    expect(consistencyFactor(a, 2)).to.be.closeTo(a / (1 - (1 - Math.log(1 - a)) * (1 - a)), 1e-13);
    expect(consistencyFactor(1, 5)).to.equal(1);
  });

  it('refuses few dates, still prices and returns on a hyperplane', () => {
    const rows = normal(40, 3);
    expect(() => robustCovarianceEstimator.estimate(sampleOf(rows.slice(0, 5)), {})).to.throw(Fault, 'at least 6');
    const still = rows.map(([a, b]) => [a!, b!, 0]);
    expect(() => robustCovarianceEstimator.estimate(sampleOf(still), {})).to.throw(Fault, 'C never move');
    const flat = rows.map(([a, b, c], t) => [a!, b!, t < 30 ? a! + b! : c!]);
    expect(() => robustCovarianceEstimator.estimate(sampleOf(flat), {})).to.throw(Fault, 'hyperplane');
    expect(() => robustCovarianceEstimator.estimate(sampleOf([...rows, [0, absent, 0]]), {})).to.throw(Fault, 'gaps');
  });
});

describe('unequal histories', () => {
  // A on four dates, B on the last three: slope 4 / 2 = 2 on A's returns of 1, 2, 3 around 2.
  const rows = [
    [0.06, absent],
    [0.01, 0.03],
    [0.02, 0.04],
    [0.03, 0.07],
  ];

  for (const method of ['stambaugh', 'em'] as const) {
    it(`of two assets are those of Anderson by ${method}`, () => {
      const mean = unequalHistoriesMean.estimate(sampleOf(rows), { method });
      // Mean of A 0.03; B 0.14 / 3 + 2 * (0.03 - 0.02).
      expectClose(mean, [0.36, 12 * (0.14 / 3 + 0.02)], 1e-9);
      // Variance of A 0.0014 / 4; of B over three dates 0.0026 / 9, of which 4 * 0.0002 / 3 is explained.
      const variance = 0.0014 / 4;
      const open = 0.0026 / 9 - (4 * 0.0002) / 3;
      const found = entriesOf(unequalHistories.estimate(sampleOf(rows), { method }));
      expectClose(found, [12 * variance, 24 * variance, 24 * variance, 12 * (open + 4 * variance)], 1e-9);
    });

    it(`without a maximum are refused by ${method}`, () => {
      const still = rows.map(([a]) => [a!, 0.01]);
      expect(() => unequalHistories.estimate(sampleOf(still), { method }))
        .to.throw(Fault, 'B never move')
        .that.includes({ reason: 'INSUFFICIENT_HISTORY' });
    });
  }

  it('by regression need no gap after the first return, and two dates more than longer histories', () => {
    const torn = [...rows, [0.01, absent]];
    expect(() => unequalHistories.estimate(sampleOf(torn), { method: 'stambaugh' })).to.throw(Fault, 'method em');
    expect(entriesOf(unequalHistories.estimate(sampleOf(torn), { method: 'em' }))).to.have.length(4);
    const brief = rows.map(([a, b], t) => [a!, t < 2 ? absent : b!]);
    expect(() => unequalHistories.estimate(sampleOf(brief), { method: 'stambaugh' })).to.throw(Fault, 'too short');
    const twins = [0.01, 0.04, 0.02, 0.05, 0.03, 0.08].map((value, t) => [value, value, t < 1 ? absent : value ** 2]);
    expect(() => unequalHistories.estimate(sampleOf(twins), { method: 'stambaugh' })).to.throw(Fault, 'replicates');
  });

  it('by iteration are refused where gaps are scattered over too many assets', () => {
    const n = 6;
    const wide = Array.from({ length: 8 }, (_, t) => Array.from({ length: n }, (__, i) => Math.sin(t * (i + 1)) / 50));
    const sample = sampleOf(wide);
    const many = 600;
    const assets = Array.from({ length: many }, (_, i) => ({ id: `A${String(i)}`, groups: {} }));
    const returns = Float64Array.from({ length: 8 * many }, (_, index) =>
      index % many === Math.floor(index / many) ? absent : Math.sin(index),
    );
    const large = { ...sample, universe: { assets }, series: { ...sample.series!, returns } };
    expect(() => unequalHistories.estimate(large, { method: 'em' })).to.throw(Fault, '8 patterns of gaps');
  });
});

describe('repair by the nearest correlation matrix', () => {
  // Correlations 1, 1 and -1 among three assets: nearest is 1/2, 1/2, -1/2.
  const torn = Float64Array.of(0.04, 0.08, 0.02, 0.08, 0.16, -0.04, 0.02, -0.04, 0.01);
  const { universe } = sampleOf([[0, 0, 0]]);

  it('keeps the variances and tells the distance', () => {
    const { covariance, repairs } = definite(torn, universe, 'nearest-correlation');
    expectClose(covariance.entries, [0.04, 0.04, 0.01, 0.04, 0.16, -0.02, 0.01, -0.02, 0.01], 1e-12);
    expect(repairs[0]?.what).to.contain('at distance 1.225e+0');
    const norm = Math.hypot(...torn);
    expect(repairs[0]?.magnitude).to.be.closeTo(Math.hypot(0.04, 0.04, 0.01, 0.01, 0.02, 0.02) / norm, 1e-12);
  });

  it('takes the covariances from an asset without variance', () => {
    const { covariance } = definite(
      Float64Array.of(0.04, 0.01, 0.01, 0),
      sampleOf([[0, 0]]).universe,
      'nearest-correlation',
    );
    expectClose(covariance.entries, [0.04, 0, 0, 0], 0);
  });

  it('is not offered beyond 600 assets', () => {
    const n = 601;
    const large = new Float64Array(n * n);
    for (let i = 0; i < n; i += 1) large[i * n + i] = 1;
    large[1] = large[n] = 2;
    const assets = Array.from({ length: n }, (_, i) => ({ id: `A${String(i)}`, groups: {} }));
    expect(() => definite(large, { assets }, 'nearest-correlation')).to.throw(Fault, 'is done up to 600');
  });
});
