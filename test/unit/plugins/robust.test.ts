import { expect } from 'chai';

import { chiSquareQuantile, lowerGamma } from '../../../plugins/robust/chi-square.ts';
import { robustMeanVariance } from '../../../plugins/robust/robust-mean-variance.ts';
import { worstCaseCovariance } from '../../../plugins/robust/worst-case-covariance.ts';
import { denseEntries, dot, quadraticForm } from '../../../src/sdk/v1/index.ts';
import type { Scenarios, Strategy } from '../../../src/sdk/v1/index.ts';
import { answerOf, referenceMarket, referenceTask, type Setting } from '../../../src/sdk/v1/testing/index.ts';
import { certifiedAnswer, expectWeights, settingOf, type PublishedLimits } from '../../golden/markets.ts';
import { originOf, Random } from '../../support/problems.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

const n = 6;
const random = new Random(19);
const loadings = Array.from({ length: n }, () => [random.between(0.5, 1.5), random.normal()] as const);
const covariance = loadings.map(([a, b], i) =>
  loadings.map(([c, d], j) => 0.02 * a * c + 0.004 * b * d + (i === j ? 0.01 + 0.01 * i : 0)),
);
const expectedReturns = Float64Array.from({ length: n }, () => random.between(0.02, 0.12));
const riskFreeRate = 0.01;
const operator = { kind: 'dense' as const, size: n, entries: Float64Array.from(covariance.flat()) };
const volatilities = covariance.map((row, i) => Math.sqrt(row[i]!));
const longShort: PublishedLimits = { lower: -0.3, upper: 0.6 };

function settingWith<Parameters>(parameters: Parameters, limits: PublishedLimits = longShort): Setting<Parameters> {
  return settingOf({ covariance, expectedReturns: [...expectedReturns], riskFreeRate }, limits, parameters);
}

async function answered<Parameters>(strategy: Strategy<Parameters>, setting: Setting<Parameters>) {
  const { solution, report = {} } = await certifiedAnswer(strategy, setting);
  return { weights: solution.weights, report };
}

/** Random feasible moves from weights must not gain. */
function expectGreatest(weights: Float64Array, value: (w: Float64Array) => number): void {
  const best = value(weights);
  for (let draw = 0; draw < 200; draw++) {
    const raw = random.vector(n, () => random.between(0, 1) ** 3);
    const total = raw.reduce((sum, part) => sum + part, 0);
    const other = raw.map((part) => Math.max(-0.3, Math.min(0.6, part / total)));
    const off = (1 - other.reduce((sum, part) => sum + part, 0)) / n;
    const shifted = other.map((part) => part + off);
    if (shifted.some((part) => part < -0.3 || part > 0.6)) continue;
    for (const step of [1e-3, 0.1, 1])
      expect(value(weights.map((weight, i) => weight + step * (shifted[i]! - weight)))).to.be.at.most(best + 1e-10);
  }
}

describe('chi-square quantiles', () => {
  it('agree with published tables', () => {
    // Abramowitz and Stegun (1964), table 26.8.
    const table = [
      [0.95, 1, 3.84146],
      [0.99, 1, 6.6349],
      [0.5, 2, 1.38629],
      [0.95, 10, 18.307],
      [0.05, 10, 3.9403],
      [0.99, 30, 50.8922],
      [0.95, 100, 124.342],
    ] as const;
    for (const [probability, degrees, quantile] of table)
      expect(chiSquareQuantile(probability, degrees)).to.be.closeTo(quantile, 6e-6 * Math.max(1, quantile));
  });

  it('are exact with two degrees of freedom, and undo the distribution with any', () => {
    for (const probability of [0, 0.1, 0.5, 0.9, 0.999]) {
      expect(chiSquareQuantile(probability, 2)).to.be.closeTo(-2 * Math.log(1 - probability), 1e-10);
      for (const degrees of [1, 3, 17, 500, 3000])
        expect(lowerGamma(degrees / 2, chiSquareQuantile(probability, degrees) / 2)).to.be.closeTo(probability, 1e-11);
    }
  });
});

// The statements of Goldfarb and Iyengar (2003) and of Tutuncu and Koenig (2004), who print no portfolio that can be recomputed.
describe('robust mean-variance', () => {
  const excess = expectedReturns.map((value) => value - riskFreeRate);
  const utility = (w: Float64Array, aversion: number): number =>
    dot(excess, w) - (aversion / 2) * quadraticForm(operator, w);

  it('over a box pays the half width of what is held, long or short', async () => {
    const halfWidths = { a1: 0.01, a2: 0.03, a4: 0.02, a6: 0.05 };
    const widths = [0.01, 0.03, 0, 0.02, 0, 0.05];
    const parameters = { riskAversion: 3, uncertainty: 'box' as const, halfWidths };
    const { weights, report } = await answered(robustMeanVariance, settingWith(parameters));
    const price = (w: Float64Array): number => w.reduce((sum, weight, i) => sum + widths[i]! * Math.abs(weight), 0);
    expectGreatest(weights, (w) => utility(w, 3) - price(w));
    expect(report['worstReturnAnnual']).to.be.closeTo(riskFreeRate + dot(excess, weights) - price(weights), 1e-12);
    const worst = report['worstExpectedReturns'] as Record<string, number>;
    for (const [i, weight] of weights.entries())
      expect(worst[`a${i + 1}`]).to.be.closeTo(expectedReturns[i]! - Math.sign(weight) * widths[i]!, 1e-12);
  });

  it('over a box of standard errors is that over a box of half widths kappa sigma / sqrt(years)', async () => {
    const base = { riskAversion: 3, uncertainty: 'box' as const };
    const byErrors = await answered(robustMeanVariance, settingWith({ ...base, kappa: 0.5, years: 16 }));
    const halfWidths = Object.fromEntries(volatilities.map((sigma, i) => [`a${i + 1}`, (0.5 * sigma) / 4]));
    const byWidths = await answered(robustMeanVariance, settingWith({ ...base, halfWidths }));
    expectWeights(byErrors.weights, [...byWidths.weights], 1e-7);
    expect(byErrors.report['worstReturnAnnual']).to.be.closeTo(byWidths.report['worstReturnAnnual'] as number, 1e-9);
  });

  it('over an ellipsoid pays kappa standard errors of its own expected return', async () => {
    for (const errors of ['correlated', 'independent'] as const) {
      const parameters = { riskAversion: 2, uncertainty: 'ellipsoid' as const, years: 10, errors, kappa: 1.5 };
      const { weights, report } = await answered(robustMeanVariance, settingWith(parameters));
      const error = (w: Float64Array): number =>
        errors === 'correlated'
          ? Math.sqrt(quadraticForm(operator, w) / 10)
          : Math.sqrt(w.reduce((sum, weight, i) => sum + (weight * volatilities[i]!) ** 2, 0) / 10);
      expectGreatest(weights, (w) => utility(w, 2) - 1.5 * error(w));
      const expected = report['expectedReturnAnnual'] as number;
      expect(report['worstReturnAnnual']).to.be.closeTo(expected - 1.5 * error(weights), 1e-12);
      // The worst expected returns lie on the boundary of the set and give the worst return.
      const worst = Float64Array.from(Object.values(report['worstExpectedReturns'] as Record<string, number>));
      const investedReturn = dot(worst, weights);
      expect(investedReturn).to.be.closeTo(report['worstReturnAnnual'] as number, 1e-7);
    }
  });

  it('takes kappa from the confidence: of each return by itself in a box, of all together in an ellipsoid', async () => {
    const years = 5;
    const box = { riskAversion: 1, uncertainty: 'box' as const, years, confidence: 0.9 };
    const one = await answered(robustMeanVariance, settingWith(box));
    expect(one.report['kappa']).to.be.closeTo(1.6448536269514722, 1e-9);
    const ellipsoid = { ...box, uncertainty: 'ellipsoid' as const, errors: 'correlated' as const };
    const all = await answered(robustMeanVariance, settingWith(ellipsoid));
    expect(all.report['kappa']).to.be.closeTo(Math.sqrt(chiSquareQuantile(0.9, n)), 1e-12);
  });

  it('without uncertainty is mean-variance, and with enough of it holds the least standard error', async () => {
    const none = { riskAversion: 4, uncertainty: 'ellipsoid' as const, years: 10, errors: 'correlated' as const };
    const plain = await answered(robustMeanVariance, settingWith({ ...none, kappa: 0 }));
    const boxed = await answered(
      robustMeanVariance,
      settingWith({ riskAversion: 4, uncertainty: 'box' as const, years: 10, kappa: 0 }),
    );
    expectWeights(plain.weights, [...boxed.weights], 1e-7);
    const { weights } = await answered(robustMeanVariance, settingWith({ ...none, riskAversion: 0, kappa: 100 }));
    expectGreatest(weights, (w) => dot(excess, w) - (100 * Math.sqrt(quadraticForm(operator, w))) / Math.sqrt(10));
  });

  it('names everything that does not go together', () => {
    const { situation } = referenceMarket();
    const fields = (parameters: Parameters<NonNullable<typeof robustMeanVariance.admit>>[0]): readonly string[] =>
      (robustMeanVariance.admit?.(parameters, situation) ?? []).map(({ field }) => field);
    expect(fields({ riskAversion: 1, uncertainty: 'box' })).to.deep.equal(['years', 'confidence']);
    expect(fields({ riskAversion: 1, uncertainty: 'ellipsoid', halfWidths: { AAPL: 1 } })).to.deep.equal([
      'halfWidths',
      'errors',
      'years',
      'confidence',
    ]);
    expect(
      fields({ riskAversion: 1, uncertainty: 'box', halfWidths: { NONE: 0.1 }, years: 2, errors: 'correlated' }),
    ).to.deep.equal(['errors', 'years', 'halfWidths["NONE"]']);
    expect(fields({ riskAversion: 1, uncertainty: 'box', years: 2, kappa: 1, confidence: 0.5 })).to.deep.equal([
      'kappa',
    ]);
    for (const one of [{ kappa: 1 }, { confidence: 0.5 }])
      expect(fields({ riskAversion: 1, uncertainty: 'box', years: 2, ...one })).to.deep.equal([]);
  });
});

describe('minimum worst-case volatility', () => {
  const count = 90;
  const scenarios: Scenarios = {
    count,
    // Each third of the past has another factor that moves the assets.
    returns: Float64Array.from({ length: count * n }, (_, k) => {
      const [s, i] = [Math.floor(k / n), k % n];
      const regime = Math.floor(s / 30);
      return 0.05 * Math.sin(1.3 * s) * (i % 3 === regime ? 2 : 0.6) + 0.02 * random.normal();
    }),
    periodsPerYear: 12,
    isPath: true,
  };
  const regimes = 3;
  const stresses = [{ name: 'together', correlationBlend: 0.5 }];

  function sampleVariance(from: number, w: Float64Array): number {
    const results = Array.from({ length: 30 }, (_, k) =>
      dot(scenarios.returns.subarray((from + k) * n, (from + k + 1) * n), w),
    );
    const mean = results.reduce((sum, result) => sum + result, 0) / 30;
    return (12 * results.reduce((sum, result) => sum + (result - mean) ** 2, 0)) / 29;
  }

  const worstOf = (w: Float64Array): number => {
    const together = 0.5 * quadraticForm(operator, w) + 0.5 * dot(Float64Array.from(volatilities), w) ** 2;
    const past = [0, 30, 60].map((from) => sampleVariance(from, w));
    return Math.sqrt(Math.max(quadraticForm(operator, w), together, ...past));
  };

  it('has the least of the greatest, which several attain and all shares belong to', async () => {
    const setting = settingWith({ regimes, stresses });
    const { weights, report } = await answered(worstCaseCovariance, {
      ...setting,
      estimates: { ...setting.estimates, scenarios },
    });
    expect(report['worstVolatilityAnnual']).to.be.closeTo(worstOf(weights), 1e-12);
    expectGreatest(weights, (w) => -worstOf(w));
    const attained = report['attainedBy'] as readonly string[];
    expect(attained.length).to.be.at.least(2);
    const covariances = report['covariances'] as readonly { name: string; share: number }[];
    expect(covariances.reduce((sum, { share }) => sum + share, 0)).to.be.closeTo(1, 1e-9);
    for (const { name, share } of covariances) if (!attained.includes(name)) expect(share).to.be.below(1e-6);
  });

  it('tells each volatility under a stress: twice the volatilities are twice that of the portfolio', async () => {
    const { report } = await answered(
      worstCaseCovariance,
      settingWith({ stresses: [{ name: 'twice', volatilityFactor: 2 }] }),
    );
    const [estimate, twice] = report['covariances'] as readonly { name: string; volatilityAnnual: number }[];
    expect([estimate!.name, twice!.name]).to.deep.equal(['estimate', 'twice']);
    expect(twice!.volatilityAnnual).to.be.closeTo(2 * estimate!.volatilityAnnual, 1e-12);
    expect(report['worstVolatilityAnnual']).to.equal(twice!.volatilityAnnual);
    expect(report['attainedBy']).to.deep.equal(['twice']);
  });

  it('may hold a single asset, along which volatility has no curvature', async () => {
    for (let draw = 0; draw < 20; draw++) {
      const own = Array.from({ length: 4 }, (_, i) => (i === 0 ? 0.01 : 0.2) + 0.05 * random.next());
      const calmest = own.map((row, i) => own.map((column, j) => row * column * (i === j ? 1 : 0.9)));
      const market = { covariance: calmest, expectedReturns: own, riskFreeRate };
      const setting = settingOf(market, { lower: 0, upper: 1 }, { stresses });
      const { weights } = await answered(worstCaseCovariance, setting);
      expectWeights(weights, [1, 0, 0, 0], 1e-6);
    }
  });

  it('over a box of covariances is long only and takes each at its upper end', async () => {
    const { weights, report } = await answered(
      worstCaseCovariance,
      settingWith({ boxWidth: 0.3, returnMin: 0.07 }, longShort),
    );
    expect(Math.min(...weights)).to.be.at.least(-1e-10);
    const upper = (w: Float64Array): number =>
      quadraticForm(operator, w) + 0.3 * dot(Float64Array.from(volatilities), w) ** 2;
    expect(report['worstVolatilityAnnual']).to.be.closeTo(Math.sqrt(upper(weights)), 1e-12);
    expect(report['volatilityAnnual']).to.be.closeTo(Math.sqrt(quadraticForm(operator, weights)), 1e-12);
    expect(dot(expectedReturns, weights)).to.be.at.least(0.07 - 1e-9);
  });

  it('without any volatility is none', async () => {
    const cash = settingOf({ covariance }, { budget: 0, lower: 0 }, { stresses });
    const { report } = await answered(worstCaseCovariance, cash);
    expect(report['worstVolatilityAnnual']).to.be.closeTo(0, 1e-9);
  });

  it('is refused where the past is too short for its regimes', async () => {
    const setting = settingWith({ regimes: 50 });
    const task = { ...setting, estimates: { ...setting.estimates, scenarios } };
    const { solution } = await answerOf(worstCaseCovariance.optimize(referenceTask(referenceEngine, task)));
    expect(solution.termination.detail).to.equal('90 scenarios cannot be divided into 50 regimes of at least 2');
  });

  it('refuses restrictions that are not convex, but not over a box', async () => {
    const count = { positions: Int32Array.of(0, 1, 2, 3, 4, 5), centre: new Float64Array(n), side: 'either' as const };
    const counts = [{ ...count, minimum: 0, maximum: 3, origin: originOf('names') }];
    const solved = async (parameters: Parameters<typeof worstCaseCovariance.optimize>[0]['parameters']) => {
      const setting = settingWith(parameters, { lower: 0, upper: 0.6 });
      const counted = { ...setting, restrictions: [...setting.restrictions, { counts }] };
      return (await answerOf(worstCaseCovariance.optimize(referenceTask(referenceEngine, counted)))).solution;
    };
    const refused = await solved({ stresses });
    expect(refused.termination.reason).to.equal('no solution found');
    expect(refused.termination.detail).to.contain('counts, lots, gaps in the weights');
    const boxed = await solved({ boxWidth: 0.2 });
    expect(boxed.termination.reason).to.equal('optimal');
    expect(boxed.weights.filter((weight) => weight > 1e-9).length).to.be.at.most(3);
  });

  it('names a set that is empty, doubled or named twice', () => {
    const { situation } = referenceMarket();
    const fields = (parameters: Parameters<NonNullable<typeof worstCaseCovariance.admit>>[0]): readonly string[] =>
      (worstCaseCovariance.admit?.(parameters, situation) ?? []).map(({ field }) => field);
    expect(fields({})).to.deep.equal(['stresses']);
    expect(fields({ boxWidth: 0.1, regimes: 2 })).to.deep.equal(['regimes']);
    expect(fields({ stresses: [{ name: 'estimate', volatilityFactor: 2 }, { name: 'b' }] })).to.deep.equal([
      'stresses[0].name',
      'stresses[1]',
    ]);
  });

  it('reads the same entries from every form of a covariance', () => {
    const factor = {
      kind: 'factor' as const,
      size: 3,
      factors: 2,
      exposures: Float64Array.of(1, 0.2, 0.5, -0.4, 0.8, 0.1),
      factorCovariance: Float64Array.of(0.04, 0.01, 0.01, 0.02),
      specific: Float64Array.of(0.01, 0.02, 0.03),
    };
    const diagonal = { kind: 'diagonal' as const, size: 3, entries: Float64Array.of(1, 2, 3) };
    const sum = { kind: 'sum' as const, size: 3, terms: [factor, diagonal] };
    const dense = { kind: 'dense' as const, size: 3, entries: denseEntries(sum) };
    const w = Float64Array.of(0.3, -1, 2);
    expect(quadraticForm(dense, w)).to.be.closeTo(quadraticForm(sum, w), 1e-14);
  });
});
