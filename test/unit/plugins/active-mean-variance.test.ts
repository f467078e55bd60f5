import { expect } from 'chai';

import { factorSpecificUtility } from '../../../plugins/mean-variance/factor-specific-utility.ts';
import { maximumInformationRatio } from '../../../plugins/mean-variance/maximum-information-ratio.ts';
import { maximumReturn } from '../../../plugins/mean-variance/maximum-return.ts';
import { maximumSharpe } from '../../../plugins/mean-variance/maximum-sharpe.ts';
import { quadraticUtility } from '../../../plugins/mean-variance/quadratic-utility.ts';
import { splitRisk } from '../../../plugins/mean-variance/split-risk.ts';
import { factorizeCholesky, solveCholesky } from '../../../src/math/cholesky.ts';
import { denseEntries } from '../../../src/estimation/operator.ts';
import { dot, quadraticForm } from '../../../src/sdk/v1/index.ts';
import type { Answer, Bound, Lowered, Strategy, SymmetricOperator } from '../../../src/sdk/v1/index.ts';
import { answerOf, referenceMarket, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import { referenceOrigin as originOf } from '../../../src/sdk/v1/testing/reference-market.ts';
import { Random } from '../../support/problems.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

const { situation, estimates, restrictions } = referenceMarket();
const benchmark = situation.benchmark!;
const expectedReturns = estimates.expectedReturns!;
const covariance = estimates.covariance!;
const n = benchmark.length;
const positions = Int32Array.from(benchmark.keys());
const excess = expectedReturns.map((value) => value - estimates.riskFreeRate);

const sum = (lower: number, upper: number): Lowered => ({
  rows: [{ positions, coefficients: new Float64Array(n).fill(1), lower, upper, origin: originOf('sum') }],
});
const between = (lower: number, upper: number): Lowered => ({
  bounds: [...positions].map((position): Bound => ({ position, lower, upper, origin: originOf('bounds') })),
});

function run<Parameters>(
  strategy: Strategy<Parameters>,
  parameters: Parameters,
  limits: readonly Lowered[] = restrictions,
  changes: { readonly benchmark?: Float64Array; readonly covariance?: SymmetricOperator } = {},
): Promise<Answer> {
  const { benchmark: other = benchmark, covariance: risk = covariance } = changes;
  return answerOf(
    strategy.optimize(
      referenceTask(referenceEngine, {
        parameters,
        situation: { ...situation, benchmark: other },
        estimates: { ...estimates, covariance: risk },
        restrictions: limits,
      }),
    ),
  );
}

function expectOptimal(answer: Answer, limits: readonly Lowered[] = restrictions): Float64Array {
  const { termination, weights } = answer.solution;
  expect(termination.reason, termination.detail).to.equal('optimal');
  expect(referenceEngine.faults(situation.universe, limits, answer)).to.deep.equal([]);
  return weights;
}

const activeOf = (weights: Float64Array): Float64Array => weights.map((weight, i) => weight - benchmark[i]!);
function ratioOf(weights: Float64Array): number {
  const active = activeOf(weights);
  return dot(excess, active) / Math.sqrt(quadraticForm(covariance, active));
}

function solved(right: Float64Array): Float64Array {
  const factor = denseEntries(covariance);
  factorizeCholesky(factor, n);
  const result = Float64Array.from(right);
  solveCholesky(factor, n, result);
  return result;
}

describe('maximum information ratio', () => {
  it('reaches the closed form where only the sum of the weights is bound', async () => {
    // Active weights a with 1'a = 0: the greatest ratio is sqrt(e' C^-1 e - (1' C^-1 e)^2 / 1' C^-1 1).
    const ones = new Float64Array(n).fill(1);
    const [pull, even] = [solved(excess), solved(ones)];
    const best = Math.sqrt(dot(excess, pull) - dot(ones, pull) ** 2 / dot(ones, even));
    const limits = [sum(1, 1), between(-5, 5)];
    expect(ratioOf(expectOptimal(await run(maximumInformationRatio, {}, limits), limits))).to.be.closeTo(best, 1e-7);
  });

  it('goes as far along the mixes with the benchmark as the restrictions allow', async () => {
    const limits = [sum(1, 1), between(-5, 5)];
    const weights = expectOptimal(await run(maximumInformationRatio, {}, limits), limits);
    expect(Math.max(...weights.map(Math.abs))).to.be.closeTo(5, 1e-5);
  });

  it('beats every other portfolio, long only', async () => {
    const weights = expectOptimal(await run(maximumInformationRatio, {}));
    const best = ratioOf(weights);
    const random = new Random(7);
    for (let count = 0; count < 50; count++) {
      const raw = Float64Array.from({ length: n }, () => random.next() ** 3);
      const total = raw.reduce((all, value) => all + value, 0);
      const other = raw.map((value) => value / total);
      if (Math.max(...other) > 0.5) continue;
      for (const step of [1e-3, 0.1, 1]) {
        const mix = weights.map((weight, i) => weight + step * (other[i]! - weight));
        expect(ratioOf(mix)).to.be.at.most(best + 1e-8);
      }
    }
  });

  it('is the maximum Sharpe ratio where the benchmark is cash', async () => {
    const cash = new Float64Array(n);
    const [ratio, sharpe] = [
      await run(maximumInformationRatio, {}, restrictions, { benchmark: cash }),
      await run(maximumSharpe, {}),
    ];
    expect(ratio.solution.weights).to.deep.equal(sharpe.solution.weights);
  });

  it('says in plain words when nothing beats the benchmark, and when a riskless deviation does', async () => {
    const best = Float64Array.from(positions, (i) => (expectedReturns[i] === Math.max(...expectedReturns) ? 1 : 0));
    const limits = [sum(1, 1), between(0, 1)];
    const none = (await run(maximumInformationRatio, {}, limits, { benchmark: best })).solution.termination;
    expect(none.reason).to.equal('no solution found');
    expect(none.detail).to.contain('more than the benchmark').and.to.contain('information ratio');
    const riskless = { kind: 'diagonal' as const, size: n, entries: new Float64Array(n).fill(0, 0, 2).fill(0.04, 2) };
    const free = (await run(maximumInformationRatio, {}, limits, { covariance: riskless })).solution.termination;
    expect(free.reason).to.equal('unbounded');
    expect(free.detail).to.contain('without tracking error');
  });

  it('is found next to the benchmark, where tiny benchmark weights leave no room to sell', async () => {
    const tiny = Float64Array.of(0.4 - 3e-8, 0.3, 0.3, 1e-8, 1e-8, 1e-8, 0, 0);
    const limits = [sum(1, 1), between(0, 1)];
    const answer = await run(maximumInformationRatio, {}, limits, { benchmark: tiny });
    const weights = expectOptimal(answer, limits);
    const active = weights.map((weight, i) => weight - tiny[i]!);
    const variance = quadraticForm(covariance, active);
    const lambda = answer.objective.quadratics[0]?.scale ?? NaN;
    expect(dot(excess, active) / variance / lambda).to.be.closeTo(1, 1e-6);
  });

  it('is unbounded, in plain words, where its portfolios can be levered without end', async () => {
    const { termination } = (await run(maximumInformationRatio, {}, [sum(1, 1)])).solution;
    expect(termination.reason).to.equal('unbounded');
    expect(termination.detail).to.contain('without end');
  });
});

describe('ratios under soft restrictions', () => {
  const half = new Float64Array(n).fill(0.5);
  const soft = { penalty: 0.01, origin: originOf('soft') };
  const techOver = (weights: Float64Array): number => Math.max(0, weights[0]! + weights[1]! - 0.1);
  const trackingOver = (weights: Float64Array): number =>
    Math.max(0, Math.sqrt(quadraticForm(covariance, activeOf(weights))) - 0.02);
  const tradedOver = (weights: Float64Array): number =>
    Math.max(0, weights.reduce((all, weight, i) => all + 0.5 * Math.abs(weight - situation.current[i]!), 0) - 0.04);
  const tech = { positions: Int32Array.of(0, 1), coefficients: Float64Array.of(1, 1), lower: -Infinity, upper: 0.1 };
  const cases: readonly (readonly [string, Lowered, (weights: Float64Array) => number])[] = [
    ['a row', { rows: [{ ...tech, ...soft }] }, techOver],
    ['a norm', { norms: [{ operator: covariance, centre: benchmark, bound: 0.02, ...soft }] }, trackingOver],
    [
      'a limit on turnover',
      { tradeLimits: [{ centre: situation.current, buyRate: half, sellRate: half, bound: 0.04, ...soft }] },
      tradedOver,
    ],
  ];
  for (const [name, lowered, over] of cases) {
    it(`are net of what they cost, and greater than those of other portfolios: ${name}`, async () => {
      const limits = [...restrictions, lowered];
      const net = (weights: Float64Array, centre: Float64Array): number => {
        const away = weights.map((weight, i) => weight - centre[i]!);
        return (dot(excess, away) - 0.01 * over(weights)) / Math.sqrt(quadraticForm(covariance, away));
      };
      for (const [strategy, centre] of [
        [maximumSharpe, new Float64Array(n)],
        [maximumInformationRatio, benchmark],
      ] as const) {
        const weights = expectOptimal(await run(strategy, {}, limits), limits);
        const best = net(weights, centre);
        expect(best).to.be.above(0);
        const random = new Random(3);
        for (let count = 0; count < 60; count++) {
          const raw = Float64Array.from({ length: n }, () => random.next() ** 3);
          const total = raw.reduce((all, value) => all + value, 0);
          const other = raw.map((value) => value / total);
          if (Math.max(...other) > 0.5) continue;
          for (const step of [1e-3, 0.05, 1]) {
            const mix = weights.map((weight, i) => weight + step * (other[i]! - weight));
            expect(net(mix, centre), strategy.id).to.be.at.most(best + 1e-8);
          }
        }
      }
    });
  }

  it('say that nothing is left of the active return where soft restrictions cost more', async () => {
    const [, , [, turnover]] = cases as [unknown, unknown, (typeof cases)[number]];
    const [limit] = turnover.tradeLimits!;
    const limits = [...restrictions, { tradeLimits: [{ ...limit!, penalty: 10 }] }];
    const { termination } = (await run(maximumInformationRatio, {}, limits)).solution;
    expect(termination.reason).to.equal('no solution found');
    expect(termination.detail).to.contain('net of what soft restrictions cost');
  });
});

describe('quadratic utility of active risk', () => {
  it('without restrictions tilts the benchmark by C^-1 (mu - r) / riskAversion', async () => {
    const weights = expectOptimal(await run(quadraticUtility, { riskAversion: 8, risk: 'active' }, []), []);
    const tilt = solved(excess);
    for (const i of positions) expect(weights[i]).to.be.closeTo(benchmark[i]! + tilt[i]! / 8, 1e-9);
    expect(quadraticUtility.needsWith?.({ riskAversion: 8, risk: 'active' })).to.deep.equal(['benchmark']);
    expect(quadraticUtility.needsWith?.({ riskAversion: 8 })).to.deep.equal([]);
  });
});

describe('utility with separate factor and specific risk aversion', () => {
  const equal = { factorRiskAversion: 3, specificRiskAversion: 3, risk: 'total' as const };

  it('is quadratic utility where both are the same', async () => {
    const split = expectOptimal(await run(factorSpecificUtility, equal));
    const whole = expectOptimal(await run(quadraticUtility, { riskAversion: 3 }));
    for (const i of positions) expect(split[i]).to.be.closeTo(whole[i]!, 1e-7);
  });

  it('prices each part of the risk: the gradient of the utility is flat over the assets held', async () => {
    if (covariance.kind !== 'factor') throw new Error('the reference market has a factor model');
    const { specific } = covariance;
    const parameters = { factorRiskAversion: 8, specificRiskAversion: 1, risk: 'active' as const };
    const weights = expectOptimal(await run(factorSpecificUtility, parameters, [sum(1, 1)]), [sum(1, 1)]);
    const active = activeOf(weights);
    const common = { ...covariance, specific: new Float64Array(n) };
    const gradient = [...positions].map((i) => {
      const unit = Float64Array.from(positions, (j) => (i === j ? 1 : 0));
      const both = quadraticForm(
        common,
        active.map((value, j) => value + unit[j]!),
      );
      const product = (both - quadraticForm(common, active) - quadraticForm(common, unit)) / 2;
      return excess[i]! - 8 * product - specific[i]! * active[i]!;
    });
    for (const value of gradient) expect(value).to.be.closeTo(gradient[0]!, 1e-8);
  });

  it('goes between two benchmarks as their risk aversions say', async () => {
    const second = Object.fromEntries(situation.universe.assets.map(({ id }) => [id, 1 / n]));
    const aversions = (factor: number) => ({ factorRiskAversion: factor, specificRiskAversion: factor });
    const weightsWith = async (first: number, other: number): Promise<Float64Array> =>
      expectOptimal(
        await run(factorSpecificUtility, {
          ...aversions(first),
          risk: 'active',
          secondBenchmark: { weights: second, ...aversions(other) },
        }),
      );
    const [near, far] = [await weightsWith(1e5, 1), await weightsWith(1, 1e5)];
    for (const i of positions) {
      expect(near[i]).to.be.closeTo(benchmark[i]!, 1e-3);
      expect(far[i]).to.be.closeTo(1 / n, 1e-3);
    }
  });

  it('has no solution without a factor model, and names what is missing', async () => {
    const dense = { kind: 'dense' as const, size: n, entries: denseEntries(covariance) };
    const { termination } = (await run(factorSpecificUtility, equal, restrictions, { covariance: dense })).solution;
    expect(termination.reason).to.equal('no solution found');
    expect(termination.detail).to.contain('factor model');
  });

  it('refuses a second benchmark that names strangers or does not sum to 1', () => {
    const violations = factorSpecificUtility.admit?.(
      {
        ...equal,
        secondBenchmark: { weights: { AAPL: 0.5, NOPE: 0.2 }, factorRiskAversion: 1, specificRiskAversion: 1 },
      },
      situation,
    );
    expect(violations?.map(({ field }) => field)).to.deep.equal([
      'secondBenchmark.weights["NOPE"]',
      'secondBenchmark.weights',
    ]);
    expect(factorSpecificUtility.needsWith?.({ ...equal, risk: 'active' })).to.deep.equal(['benchmark']);
  });
});

describe('the two parts of a covariance', () => {
  const factor: SymmetricOperator = {
    kind: 'factor',
    size: 2,
    factors: 1,
    exposures: Float64Array.of(1, 2),
    factorCovariance: Float64Array.of(0.04),
    specific: Float64Array.of(0.015625, 0.03125),
  };
  const diagonal: SymmetricOperator = { kind: 'diagonal', size: 2, entries: Float64Array.of(0.5, 0.25) };
  const together = (...terms: readonly SymmetricOperator[]): SymmetricOperator => ({ kind: 'sum', size: 2, terms });
  const parts = (operator: SymmetricOperator) => {
    const split = splitRisk(operator);
    return split && [split.common, split.specific].map((part) => part && [...denseEntries(part)]);
  };

  it('are those of its terms together, and known only where each term tells them apart', () => {
    expect(parts(factor)).to.deep.equal([
      [0.04, 0.08, 0.08, 0.16],
      [0.015625, 0, 0, 0.03125],
    ]);
    expect(parts(together(factor, diagonal, factor))).to.deep.equal([
      [0.08, 0.16, 0.16, 0.32],
      [0.53125, 0, 0, 0.3125],
    ]);
    expect(parts(together(diagonal, diagonal))).to.deep.equal([undefined, [1, 0, 0, 0.5]]);
    const dense: SymmetricOperator = { kind: 'dense', size: 2, entries: Float64Array.of(1, 0, 0, 1) };
    expect(parts(together(factor, dense))).to.equal(undefined);
  });
});

describe('maximum return', () => {
  it('spends the volatility that it is allowed, and all that the restrictions allow where it is not told', async () => {
    const ran = (parameters: { readonly volatilityMax?: number }) =>
      answerOf(
        maximumReturn.optimize(referenceTask(referenceEngine, { situation, estimates, restrictions, parameters })),
      );
    const [bound, free] = [(await ran({ volatilityMax: 0.12 })).solution, (await ran({})).solution];
    expect(Math.sqrt(quadraticForm(covariance, bound.weights))).to.be.closeTo(0.12, 1e-8);
    // Half in each of the two assets that are expected to return the most.
    expect(
      [...free.weights].map((weight) => weight.toFixed(6)).filter((weight) => weight === '0.500000'),
    ).to.have.length(2);
    expect(dot(excess, free.weights)).to.be.above(dot(excess, bound.weights) + 1e-3);
  });
});
