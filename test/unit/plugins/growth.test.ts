import { expect } from 'chai';

import { kelly } from '../../../plugins/growth/kelly.ts';
import type { Scenarios } from '../../../src/sdk/v1/index.ts';
import { answerOf, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import { certifiedAnswer, expectWeights, type PublishedLimits } from '../../golden/markets.ts';
import { originOf, Random } from '../../support/problems.ts';
import { referenceEngine } from '../../support/reference-engine.ts';
import { settingOver } from '../../support/stock-scenarios.ts';

/** Cash is free, and nothing else is asked for. */
const open: PublishedLimits = { lower: null, upper: null };

function settingOf(
  rows: readonly (readonly number[])[],
  parameters: { readonly fraction?: number; readonly leverageMax?: number },
  { limits, rate = 0, periodsPerYear = 1, probabilities }: Partial<Ground> = {},
) {
  const scenarios: Scenarios = {
    count: rows.length,
    returns: Float64Array.from(rows.flat()),
    periodsPerYear,
    isPath: false,
    ...(probabilities === undefined ? {} : { probabilities: Float64Array.from(probabilities) }),
  };
  const setting = settingOver({ scenarios }, limits ?? open, parameters, rate);
  // Without a budget the rest is cash.
  return limits === undefined
    ? { ...setting, restrictions: setting.restrictions.map(({ rows: _, ...others }) => others) }
    : setting;
}

interface Ground {
  readonly limits: PublishedLimits;
  readonly rate: number;
  readonly periodsPerYear: number;
  readonly probabilities: readonly number[];
}

async function weightsFor(...given: Parameters<typeof settingOf>): Promise<Float64Array> {
  return (await certifiedAnswer(kelly, settingOf(...given))).solution.weights;
}

describe('Kelly', () => {
  it('bets p - q / b of wealth on a single bet that pays b to 1 with probability p', async () => {
    for (const [p, b] of [
      [0.6, 1],
      [0.55, 1],
      [0.4, 2],
      [0.3, 5],
      [0.95, 0.2],
    ] as const) {
      const [share] = await weightsFor([[b], [-1]], {}, { probabilities: [p, 1 - p] });
      expect(share).to.be.closeTo(p - (1 - p) / b, 1e-9);
    }
  });

  it('bets (k - 1) / (b + k), k = (p b / q)^f, at fraction f', async () => {
    for (const fraction of [0.5, 0.25, 0.1]) {
      const [p, b] = [0.6, 1.5];
      const k = ((p * b) / (1 - p)) ** fraction;
      const [share] = await weightsFor([[b], [-1]], { fraction }, { probabilities: [p, 1 - p] });
      expect(share).to.be.closeTo((k - 1) / (b + k), 1e-9);
    }
  });

  it('does not bet without an advantage, and bets against one that is on the other side', async () => {
    expect((await weightsFor([[1], [-1]], {}))[0]).to.be.closeTo(0, 1e-9);
    // Short the bet: q' = 0.6 of gaining 1, 0.4 of losing 1.
    expect((await weightsFor([[1], [-1]], {}, { probabilities: [0.4, 0.6] }))[0]).to.be.closeTo(-0.2, 1e-9);
  });

  it('shares wealth among the horses of a race by their probabilities, whatever the odds', async () => {
    const odds = [2, 4, 8];
    const probabilities = [0.5, 0.2, 0.3];
    const rows = odds.map((_, winner) => odds.map((odd, i) => (i === winner ? odd - 1 : -1)));
    expectWeights(await weightsFor(rows, {}, { probabilities, limits: {} }), probabilities, 1e-9);
  });

  it('holds C^-1 (mu - r), and half of it at fraction one half, where returns are small', async () => {
    const step = 1e-3;
    const [mean, rate] = [[2.5e-6, 1.5e-6], 1e-6];
    // Four corners: variance 2 step^2 and step^2, correlation none.
    const rows = [1, -1].flatMap((x) =>
      [1, -1].map((y) => [mean[0]! + x * Math.SQRT2 * step, mean[1]! + y * step] as const),
    );
    const full = [(mean[0]! - rate) / (2 * step * step), (mean[1]! - rate) / (step * step)];
    expectWeights(await weightsFor(rows, {}, { rate }), full, 1e-5);
    const half = full.map((weight) => weight / 2);
    expectWeights(await weightsFor(rows, { fraction: 0.5 }, { rate }), half, 1e-5);
  });

  it('lends and borrows at the risk-free rate of the period', async () => {
    // One asset, certain excess of zero: nothing to gain from it; a rate below its return is borrowed at up to ruin.
    const rows = [[0.3], [-0.2]];
    const [dear] = await weightsFor(rows, {}, { rate: 0.05 });
    const [cheap] = await weightsFor(rows, {}, { rate: 0.01 });
    expect(dear).to.be.closeTo(0, 1e-9);
    // 1/2 x / (1.01 + x w) with x = 0.29 and -0.21: w = 1.01 (0.29 - 0.21) / (2 * 0.29 * 0.21).
    expect(cheap).to.be.closeTo((1.01 * (0.29 - 0.21)) / (2 * 0.29 * 0.21), 1e-9);
    const monthly = await certifiedAnswer(kelly, settingOf(rows, {}, { rate: 0.12, periodsPerYear: 12 }));
    expect(monthly.solution.weights[0]).to.be.closeTo(cheap!, 1e-9);
  });

  describe('over random scenarios', () => {
    const random = new Random(41);
    const n = 6;
    const rows = Array.from({ length: 150 }, () => {
      const market = 0.05 * random.normal();
      return Array.from({ length: n }, (_, i) => 0.01 + (0.4 + 0.3 * i) * market + 0.03 * random.normal());
    });
    const rate = 0.03;
    const factorsAt = (w: Float64Array): readonly number[] =>
      rows.map((row) => 1 + rate / 12 + row.reduce((sum, result, i) => sum + (result - rate / 12) * w[i]!, 0));
    /** (n) of the expected log or power utility, from the definition. */
    const gradientAt = (w: Float64Array, aversion: number): Float64Array => {
      const factors = factorsAt(w);
      return Float64Array.from({ length: n }, (_, i) =>
        rows.reduce((sum, row, s) => sum + ((row[i]! - rate / 12) * factors[s]! ** -aversion) / rows.length, 0),
      );
    };
    const ground = { limits: { upper: 0.4, budget: 1 }, rate, periodsPerYear: 12 };

    it('satisfies the optimality conditions of growth to 1e-8 of the gradient, under bounds and a budget', async () => {
      for (const fraction of [1, 0.5, 0.05]) {
        const weights = await weightsFor(rows, { fraction }, ground);
        const gradient = gradientAt(weights, 1 / fraction);
        const scale = Math.max(...gradient.map(Math.abs));
        const inside = [...weights.keys()].filter((i) => weights[i]! > 1e-7 && weights[i]! < 0.4 - 1e-7);
        const price = inside.length > 0 ? gradient[inside[0]!]! : NaN;
        expect(inside.length).to.be.above(0);
        for (const [i, slope] of gradient.entries()) {
          if (inside.includes(i)) expect(Math.abs(slope - price)).to.be.at.most(1e-8 * scale);
          else if (weights[i]! <= 1e-7) expect(slope).to.be.at.most(price + 1e-8 * scale);
          else expect(slope).to.be.at.least(price - 1e-8 * scale);
        }
      }
    });

    it('keeps a leverage limit and tells growth, leverage, loss and ruin as they are', async () => {
      const { solution, report = {} } = await certifiedAnswer(
        kelly,
        settingOf(rows, { leverageMax: 1.5 }, { rate, periodsPerYear: 12 }),
      );
      const factors = factorsAt(solution.weights);
      const leverage = solution.weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
      expect(leverage).to.be.closeTo(1.5, 1e-7);
      expect(report['leverage']).to.be.closeTo(leverage, 1e-12);
      const sum = solution.weights.reduce((total, weight) => total + weight, 0);
      expect(report['invested']).to.be.closeTo(sum, 1e-12);
      const rateOfGrowth = (12 * factors.reduce((sum, factor) => sum + Math.log(factor), 0)) / rows.length;
      expect(report['growthRateAnnual']).to.be.closeTo(rateOfGrowth, 1e-10);
      expect(report['worstReturn']).to.be.closeTo(Math.min(...factors) - 1, 1e-10);
      expect(report['probabilityOfLoss']).to.be.closeTo(factors.filter((f) => f < 1).length / rows.length, 1e-12);
      expect(report['probabilityOfRuin']).to.equal(0);
      const free = await certifiedAnswer(kelly, settingOf(rows, {}, { rate, periodsPerYear: 12 }));
      expect(free.report?.['growthRateAnnual']).to.be.above(rateOfGrowth);
    });
  });

  it('is not defined where every allowed portfolio may lose everything', async () => {
    const task = referenceTask(referenceEngine, settingOf([[1.5], [-1.2]], {}, { limits: {} }));
    const { solution } = await answerOf(kelly.optimize(task));
    expect(solution.termination.reason).to.equal('no solution found');
    expect(solution.termination.detail).to.contain('loses everything');
    expect(solution.weights).to.have.length(0);
  });

  it('takes what rounding leaves of a total loss for nothing', async () => {
    // Everything is lost in one scenario whatever is held: growth factors there are of the order of 1e-17.
    const rows = [
      [0.3, 0.1, 0.2],
      [-1, -1, -1],
    ];
    const { solution } = await answerOf(
      kelly.optimize(referenceTask(referenceEngine, settingOf(rows, {}, { limits: { lower: 0 } }))),
    );
    expect(solution.termination.reason).to.equal('no solution found');
    expect(solution.termination.detail).to.contain('loses everything');
  });

  it('has no bound where nothing is ever lost', async () => {
    const task = referenceTask(referenceEngine, settingOf([[0.2], [0.1]], {}));
    const { solution } = await answerOf(kelly.optimize(task));
    expect(solution.termination.reason).to.equal('unbounded');
  });

  it('refuses restrictions that are not convex, with the reason', async () => {
    const domain = {
      position: 0,
      intervals: [[0, 0] as const, [0.1, 1] as const],
      origin: originOf('minimum holding'),
    };
    const ground = settingOf([[1], [-0.5]], {});
    const gapped = { ...ground, restrictions: [...ground.restrictions, { domains: [domain] }] };
    const { solution } = await answerOf(kelly.optimize(referenceTask(referenceEngine, gapped)));
    expect(solution.termination.reason).to.equal('no solution found');
    expect(solution.termination.detail).to.contain('counts, lots, gaps in the weights');
  });
});
