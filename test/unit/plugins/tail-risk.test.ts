import { expect } from 'chai';

import { maximumReturnAtCvar } from '../../../plugins/tail-risk/maximum-return-at-cvar.ts';
import { maximumReturnAtDrawdown } from '../../../plugins/tail-risk/maximum-return-at-drawdown.ts';
import { minimax } from '../../../plugins/tail-risk/minimax.ts';
import { minimumCvar } from '../../../plugins/tail-risk/minimum-cvar.ts';
import { minimumDrawdown } from '../../../plugins/tail-risk/minimum-drawdown.ts';
import { minimumMad } from '../../../plugins/tail-risk/minimum-mad.ts';
import { minimumSemiDeviation } from '../../../plugins/tail-risk/minimum-semi-deviation.ts';
import { semiVarianceUtility } from '../../../plugins/tail-risk/semi-variance-utility.ts';
import { tailRiskUtility } from '../../../plugins/tail-risk/tail-risk-utility.ts';
import type { JsonObject, Scenarios, Strategy } from '../../../src/sdk/v1/index.ts';
import { answerOf, referenceMarket, referenceTask, type Setting } from '../../../src/sdk/v1/testing/index.ts';
import { certifiedAnswer, expectWeights, type PublishedLimits } from '../../golden/markets.ts';
import { originOf, Random } from '../../support/problems.ts';
import { referenceEngine } from '../../support/reference-engine.ts';
import { settingOver } from '../../support/stock-scenarios.ts';

const n = 5;

/** Random monthly results of five assets with a market in common and different risks. */
function randomScenarios(count: number, seed: number, weighted = false): Scenarios {
  const random = new Random(seed);
  const returns = new Float64Array(count * n);
  for (let s = 0; s < count; s++) {
    const market = 0.04 * random.normal();
    for (let i = 0; i < n; i++)
      returns[s * n + i] = (0.5 + 0.2 * i) * market + 0.01 * (1 + i) * random.normal() + 0.002 * (i + 1);
  }
  const raw = random.vector(count, () => random.between(0.2, 1));
  const total = raw.reduce((sum, value) => sum + value, 0);
  const probabilities = weighted ? { probabilities: raw.map((value) => value / total) } : {};
  return { count, returns, periodsPerYear: 12, isPath: !weighted, ...probabilities };
}

const scenarios = randomScenarios(120, 7);
const unequal = randomScenarios(80, 8, true);
const mean = Float64Array.from({ length: n }, (_, i) => 0.024 * (i + 1));

function setting<Parameters>(parameters: Parameters, ground: Scenarios = scenarios, limits: PublishedLimits = {}) {
  return settingOver({ scenarios: ground, mean }, limits, parameters);
}

async function answered<Parameters>(
  strategy: Strategy<Parameters>,
  parameters: Parameters,
  ground = scenarios,
  limits: PublishedLimits = {},
) {
  const { solution, report = {} } = await certifiedAnswer(strategy, setting(parameters, ground, limits));
  return { weights: solution.weights, report, value: report['value'] as number };
}

describe('minimum CVaR', () => {
  it('is no less than the value at risk, and rises with the level up to the worst loss', async () => {
    const values: number[] = [];
    for (const level of [0, 0.5, 0.9, 0.95, 1]) {
      const { report, value } = await answered(minimumCvar, { level });
      expect(value).to.be.at.least((report['valueAtRisk'] as number) - 1e-12);
      values.push(value);
    }
    expect(values).to.deep.equal([...values].sort((a, b) => a - b));
    const worst = await answered(minimax, {});
    expect(worst.value).to.be.closeTo(values.at(-1)!, 1e-12);
    expectWeights(worst.weights, [...(await answered(minimumCvar, { level: 1 })).weights], 1e-9);
  });

  it('grows in proportion to the scenarios and to what is invested', async () => {
    const { value, weights } = await answered(minimumCvar, { level: 0.9 });
    const doubled = { ...scenarios, returns: scenarios.returns.map((result) => 2 * result) };
    const twice = await answered(minimumCvar, { level: 0.9 }, doubled);
    expect(twice.value).to.be.closeTo(2 * value, 1e-10);
    const half = await answered(minimumCvar, { level: 0.9 }, scenarios, { budget: 0.5 });
    expect(half.value).to.be.closeTo(0.5 * value, 1e-10);
    expectWeights(
      half.weights.map((weight) => 2 * weight),
      [...weights],
      1e-8,
    );
  });

  it('counts a scenario by its probability: one of twice the probability is two', async () => {
    const first = unequal.probabilities![0]!;
    const row = unequal.returns.subarray(0, n);
    const split: Scenarios = {
      ...unequal,
      count: unequal.count + 1,
      returns: Float64Array.from([...row, ...unequal.returns]),
      probabilities: Float64Array.from([first / 2, first / 2, ...unequal.probabilities!.slice(1)]),
    };
    const whole = await answered(minimumCvar, { level: 0.9 }, unequal);
    const halves = await answered(minimumCvar, { level: 0.9 }, split);
    expect(halves.value).to.be.closeTo(whole.value, 1e-10);
    expectWeights(halves.weights, [...whole.weights], 1e-8);
  });

  it('keeps a floor under the expected return, which costs it more the higher it is', async () => {
    const free = await answered(minimumCvar, { level: 0.9 });
    const floored = await answered(minimumCvar, { level: 0.9, returnMin: 0.09 });
    expect(floored.report['expectedReturnAnnual']).to.be.closeTo(0.09, 1e-9);
    expect(floored.value).to.be.above(free.value);
  });

  it('relative to the benchmark is zero at the benchmark', async () => {
    const benchmark = Float64Array.of(0.1, 0.2, 0.3, 0.2, 0.2);
    const ground = setting({ level: 0.9, relativeToBenchmark: true });
    const tracked = { ...ground, situation: { ...ground.situation, benchmark } };
    const { solution, report = {} } = await certifiedAnswer(minimumCvar, tracked);
    expect(report['value']).to.be.at.most(1e-9);
    // Scenarios that all gain on the benchmark there are none, so nothing is below zero.
    expect(report['value']).to.be.closeTo(0, 1e-9);
    expectWeights(solution.weights, [...benchmark], 1e-7);
  });

  it('is what the greatest return at that CVaR allows', async () => {
    const least = await answered(minimumCvar, { level: 0.9, returnMin: 0.09 });
    const most = await answered(maximumReturnAtCvar, { level: 0.9, cvarMax: least.value });
    expect(most.report['expectedReturnAnnual']).to.be.closeTo(0.09, 1e-7);
    const impossible = setting({ level: 0.9, cvarMax: 0.001 });
    const { solution } = await answerOf(maximumReturnAtCvar.optimize(referenceTask(referenceEngine, impossible)));
    expect(solution.termination.reason).to.equal('infeasible');
  });
});

describe('minimum drawdown', () => {
  it('is least on average, more in the worst part, most at its largest', async () => {
    const average = await answered(minimumDrawdown, { measure: 'average' as const });
    const worst = await answered(minimumDrawdown, { measure: 'conditional' as const, level: 0.9 });
    const largest = await answered(minimumDrawdown, { measure: 'maximum' as const });
    expect(average.value).to.be.below(worst.value);
    expect(worst.value).to.be.below(largest.value);
    const all = await answered(minimumDrawdown, { measure: 'conditional' as const, level: 0 });
    expect(all.value).to.be.closeTo(average.value, 1e-10);
    const bound = await answered(maximumReturnAtDrawdown, { measure: 'maximum' as const, drawdownMax: largest.value });
    expect(bound.value).to.be.at.most(largest.value + 1e-9);
  });

  it('says that a level belongs to the conditional drawdown alone, and to it always', () => {
    const { situation } = referenceMarket();
    expect(minimumDrawdown.admit?.({ measure: 'conditional' }, situation)).to.deep.equal([
      { field: 'level', description: 'is required by the conditional drawdown' },
    ]);
    expect(minimumDrawdown.admit?.({ measure: 'maximum', level: 0.9 }, situation)).to.deep.equal([
      { field: 'level', description: 'has no meaning for the maximum drawdown' },
    ]);
    expect(tailRiskUtility.admit?.({ measure: 'cvar', riskAversion: 1 }, situation)).to.have.length(1);
    expect(tailRiskUtility.admit?.({ measure: 'worst-loss', level: 1, riskAversion: 1 }, situation)).to.have.length(1);
  });
});

describe('tail-risk utility', () => {
  it('is at its optimum where the frontier has the slope of the aversion', async () => {
    const utility = await answered(tailRiskUtility, { measure: 'cvar' as const, level: 0.9, riskAversion: 1.5 });
    const earned = utility.report['expectedReturnAnnual'] as number;
    const same = await answered(minimumCvar, { level: 0.9, returnMin: earned });
    expect(same.value).to.be.closeTo(utility.value, 1e-8);
    for (const step of [-0.01, 0.01]) {
      const other = await answered(minimumCvar, { level: 0.9, returnMin: earned + step });
      expect(earned + step - 1.5 * other.value).to.be.at.most(earned - 1.5 * utility.value + 1e-9);
    }
  });
});

describe('what strategies over scenarios need and tell', () => {
  const all = [
    minimumCvar,
    maximumReturnAtCvar,
    minimax,
    minimumDrawdown,
    maximumReturnAtDrawdown,
    minimumMad,
  ] as const;
  const others = [minimumSemiDeviation, semiVarianceUtility, tailRiskUtility] as const;

  it('is a benchmark where results are relative to it, and expected returns where they have a floor', () => {
    for (const strategy of [...all, ...others] as readonly Strategy<never>[]) {
      const needs = (parameters: JsonObject) => (strategy as Strategy).needsWith?.({ measure: 'cvar', ...parameters });
      expect(needs({}), strategy.id).to.deep.equal([]);
      expect(needs({ relativeToBenchmark: false }), strategy.id).to.deep.equal([]);
      expect(needs({ relativeToBenchmark: true }), strategy.id).to.deep.equal(['benchmark']);
      expect(needs({ returnMin: 0 }), strategy.id).to.deep.equal(['expected-returns']);
    }
  });

  it('is a level for measures that have one, and for no other', () => {
    const faults = (strategy: Strategy<never>, parameters: JsonObject) =>
      (strategy as Strategy).admit?.(parameters, setting({}).situation).map(({ field }) => field);
    for (const strategy of [minimumDrawdown, maximumReturnAtDrawdown] as readonly Strategy<never>[])
      for (const measure of ['conditional', 'average', 'maximum']) {
        const isNeeded = measure === 'conditional';
        expect(faults(strategy, { measure }), measure).to.deep.equal(isNeeded ? ['level'] : []);
        expect(faults(strategy, { measure, level: 0.9 }), measure).to.deep.equal(isNeeded ? [] : ['level']);
      }
    for (const measure of [
      'cvar',
      'conditional-drawdown',
      'worst-loss',
      'average-drawdown',
      'mean-absolute-deviation',
    ]) {
      const isNeeded = measure === 'cvar' || measure === 'conditional-drawdown';
      expect(faults(tailRiskUtility, { measure }), measure).to.deep.equal(isNeeded ? ['level'] : []);
      expect(faults(tailRiskUtility, { measure, level: 0.9 }), measure).to.deep.equal(isNeeded ? [] : ['level']);
    }
  });

  it('is nothing of a portfolio that is the benchmark, by every measure', async () => {
    const benchmark = Float64Array.of(0.1, 0.3, 0.2, 0.1, 0.3);
    for (const [strategy, parameters] of [
      [minimumDrawdown, { measure: 'average' }],
      [minimumMad, {}],
      [minimumSemiDeviation, {}],
    ] as const) {
      const plain = setting<JsonObject>({ ...parameters, relativeToBenchmark: true });
      const ground = { ...plain, situation: { ...plain.situation, benchmark } };
      const { solution, report = {} } = await certifiedAnswer(strategy as Strategy<never> as Strategy, ground);
      expectWeights(solution.weights, [...benchmark], 1e-6);
      expect(report['value'], strategy.id).to.be.closeTo(0, 1e-6);
      expect('level' in report, strategy.id).to.equal(strategy === minimumDrawdown);
    }
  });

  it('is the mean absolute deviation of scenarios that are equally likely, by its definition', async () => {
    const { weights, value } = await answered(minimumMad, {});
    const results = Array.from({ length: scenarios.count }, (_, s) =>
      weights.reduce((sum, weight, i) => sum + weight * scenarios.returns[s * n + i]!, 0),
    );
    const middle = results.reduce((sum, result) => sum + result, 0) / scenarios.count;
    const away = results.reduce((sum, result) => sum + Math.abs(result - middle), 0) / scenarios.count;
    expect(value).to.be.closeTo(away, 1e-14);
  });
});

describe('minimum mean absolute deviation', () => {
  it('is no more than that of any other portfolio', async () => {
    const { value } = await answered(minimumMad, {}, unequal);
    const probabilities = unequal.probabilities!;
    for (let i = 0; i < n; i++) {
      const own = Float64Array.from({ length: unequal.count }, (_, s) => unequal.returns[s * n + i]!);
      const centre = own.reduce((sum, result, s) => sum + probabilities[s]! * result, 0);
      const alone = own.reduce((sum, result, s) => sum + probabilities[s]! * Math.abs(result - centre), 0);
      expect(value).to.be.at.most(alone + 1e-12);
    }
  });
});

describe('minimum semi-deviation', () => {
  /** (n) of P sum_s p_s (threshold - result)+^2 / 2, from the definition. */
  function gradientAt(
    { count, returns, probabilities, periodsPerYear }: Scenarios,
    w: Float64Array,
    threshold: number,
  ) {
    const gradient = new Float64Array(n);
    for (let s = 0; s < count; s++) {
      const row = returns.subarray(s * n, (s + 1) * n);
      const gap = threshold - row.reduce((sum, result, i) => sum + result * w[i]!, 0);
      if (gap <= 0) continue;
      const weight = periodsPerYear * (probabilities?.[s] ?? 1 / count);
      for (let i = 0; i < n; i++) gradient[i]! -= weight * gap * row[i]!;
    }
    return gradient;
  }

  it('satisfies the optimality conditions of the semi-variance itself', async () => {
    for (const ground of [scenarios, unequal]) {
      const threshold = 0.005;
      const { weights } = await answered(minimumSemiDeviation, { threshold }, ground);
      const gradient = gradientAt(ground, weights, threshold);
      const held = weights.map((weight, i) => (weight > 1e-7 ? gradient[i]! : NaN)).filter((value) => value === value);
      const price = held[0]!;
      const scale = Math.max(...gradient.map(Math.abs));
      for (const value of held) expect(Math.abs(value - price)).to.be.at.most(1e-8 * scale);
      for (const [i, value] of gradient.entries())
        if (weights[i]! <= 1e-7) expect(value).to.be.at.least(price - 1e-8 * scale);
    }
  });

  it('is none where some portfolio never falls short', async () => {
    const { value, report } = await answered(minimumSemiDeviation, { threshold: -0.9 });
    expect(value).to.equal(0);
    expect(report['probabilityOfShortfall']).to.equal(0);
  });

  it('below the mean takes the mean of the scenarios with their probabilities', async () => {
    const { report, weights } = await answered(minimumSemiDeviation, { threshold: 'mean' as const }, unequal);
    const results = Array.from({ length: unequal.count }, (_, s) =>
      weights.reduce((sum, weight, i) => sum + weight * unequal.returns[s * n + i]!, 0),
    );
    const p = unequal.probabilities!;
    const centre = results.reduce((sum, result, s) => sum + p[s]! * result, 0);
    const semi = results.reduce((sum, result, s) => sum + p[s]! * Math.max(0, centre - result) ** 2, 0);
    expect(report['value']).to.be.closeTo(Math.sqrt(semi), 1e-12);
    expect(report['valueAnnual']).to.be.closeTo(Math.sqrt(12 * semi), 1e-12);
  });

  it('in a utility is the minimum at a great aversion', async () => {
    const least = await answered(minimumSemiDeviation, { threshold: 0 });
    const averse = await answered(semiVarianceUtility, { threshold: 0, riskAversion: 1e6 });
    expect(averse.value).to.be.closeTo(least.value, 1e-9);
  });

  it('refuses restrictions that are not convex, with the reason', async () => {
    const domain = {
      position: 0,
      intervals: [[0, 0] as const, [0.1, 1] as const],
      origin: originOf('minimum holding'),
    };
    const ground: Setting<{ threshold: number }> = setting({ threshold: 0 });
    const gapped = { ...ground, restrictions: [...ground.restrictions, { domains: [domain] }] };
    const { solution } = await answerOf(minimumSemiDeviation.optimize(referenceTask(referenceEngine, gapped)));
    expect(solution.termination.reason).to.equal('no solution found');
    expect(solution.termination.detail).to.contain('counts, lots, gaps in the weights');
  });
});
