import { expect } from 'chai';

import { inverseVolatilityWeights } from '../../../plugins/risk-parity/inverse-volatility-weights.ts';
import { maximumDiversification } from '../../../plugins/risk-parity/maximum-diversification.ts';
import { riskParity } from '../../../plugins/risk-parity/risk-parity.ts';
import type { RiskBudgets } from '../../../plugins/risk-parity/budgets.ts';
import type { Strategy } from '../../../src/sdk/v1/index.ts';
import { answerOf, referenceTask, type Engine, type Setting } from '../../../src/sdk/v1/testing/reference-task.ts';
import { certifiedAnswer, expectWeights, settingOf, type PublishedLimits } from '../../golden/markets.ts';
import { originOf, Random } from '../../support/problems.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

const covariance = [
  [0.09, 0.02, 0.01, 0.0, 0.004],
  [0.02, 0.06, 0.01, 0.002, 0.0],
  [0.01, 0.01, 0.04, 0.003, -0.002],
  [0.0, 0.002, 0.003, 0.01, 0.001],
  [0.004, 0.0, -0.002, 0.001, 0.0225],
];
const n = covariance.length;
const assets = [
  { id: 'a1', sector: 'Tech', groups: { region: 'North' } },
  { id: 'a2', sector: 'Tech', groups: { region: 'South' } },
  { id: 'a3', sector: 'Energy', groups: { region: 'North' } },
  { id: 'a4', sector: 'Energy', groups: {} },
  { id: 'a5', groups: {} },
];

function settingWith(parameters: RiskBudgets, limits: PublishedLimits = {}): Setting<RiskBudgets> {
  const setting = settingOf({ covariance }, limits, parameters);
  return { ...setting, situation: { ...setting.situation, universe: { assets } } };
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** C w (n). */
function marginalRisks(w: Float64Array): Float64Array {
  return w.map((_, i) => total(w.map((value, j) => covariance[i]![j]! * value)));
}

/** (n) shares of the variance. */
function sharesOf(w: Float64Array): Float64Array {
  const parts = marginalRisks(w).map((risk, i) => risk * w[i]!);
  return parts.map((value) => value / total(parts));
}

async function weightsFor(parameters: RiskBudgets, limits: PublishedLimits = {}): Promise<Float64Array> {
  return (await certifiedAnswer(riskParity, settingWith(parameters, limits))).solution.weights;
}

async function expectShares(parameters: RiskBudgets, shares: readonly number[], limits = {}): Promise<void> {
  const weights = await weightsFor(parameters, limits);
  expect(total(weights)).to.be.closeTo(parameters.invested ?? 1, 1e-10);
  expectWeights(sharesOf(weights), shares, 1e-9);
  for (const [i, share] of shares.entries()) if (share === 0) expect(weights[i], `weight ${i + 1}`).to.equal(0);
}

describe('risk budgets', () => {
  const groups = { taxonomy: 'sector', budgets: { Tech: 0.3, Energy: 0.7 } };

  it('of a group are shared equally by its assets, and by nobody outside', async () => {
    await expectShares({ groups }, [0.15, 0.15, 0.35, 0.35, 0]);
    await expectShares({ groups: { taxonomy: 'region', budgets: { North: 3, South: 1 } } }, [0.375, 0.25, 0.375, 0, 0]);
  });

  it('of a group are shared by the own budgets of its assets where there are any', async () => {
    const budgets = { a1: 2, a2: 1, a4: 5, a5: 9 };
    await expectShares({ groups, budgets }, [0.2, 0.1, 0, 0.7, 0]);
  });

  it('that are not given, or kept at zero by the restrictions, are not held', async () => {
    await expectShares({ budgets: { a2: 0.5, a3: 0.5 } }, [0, 0.5, 0.5, 0, 0]);
    await expectShares({}, [0.25, 0.25, 0.25, 0, 0.25], { upper: [1, 1, 1, 0, 1] });
    await expectShares({ groups }, [0.15, 0.15, 0.7, 0, 0], { upper: [1, 1, 1, 0, 1] });
    await expectShares({ groups }, [0, 0, 0.5, 0.5, 0], { upper: [0, 0, 1, 1, 1] });
    await expectShares({ groups }, [0.3, 0, 0.7, 0, 0], { rows: [{ coefficients: [0, 1, 0, 1, 0], upper: 0 }] });
    await expectShares({ groups }, [0.3, 0, 0.7, 0, 0], { rows: [{ coefficients: [0, -1, 0, -1, 0], lower: 0 }] });
    // A row that ties assets to each other keeps none of them at zero.
    const weights = await weightsFor({}, { rows: [{ coefficients: [1, 0, -1, 0, 0], lower: 0 }] });
    expect(weights[0]).to.be.closeTo(weights[2]!, 1e-9);
    expect(Math.min(...weights)).to.be.above(0.05);
  });

  it('count by proportion only', async () => {
    const shares = [0.1, 0.2, 0.3, 0.15, 0.25];
    await expectShares({ budgets: { a1: 4e3, a2: 8e3, a3: 12e3, a4: 6e3, a5: 10e3 } }, shares);
    await expectShares({ budgets: { a1: 0.04, a2: 0.08, a3: 0.12, a4: 0.06, a5: 0.1 } }, shares);
  });

  it('are those of the invested fraction, which only scales the weights', async () => {
    const whole = await weightsFor({});
    for (const invested of [0.05, 0.6, 2.5]) {
      const { solution } = await certifiedAnswer(riskParity, { ...settingWith({ invested }), restrictions: [] });
      expectWeights(solution.weights, [...whole.map((value) => invested * value)], 1e-9);
    }
    await expectShares({ invested: 0.6 }, [0.2, 0.2, 0.2, 0.2, 0.2], { budget: 0.6 });
  });

  it('are refused by field path where they name what is not there', () => {
    const { situation } = settingWith({});
    const fieldsOf = (parameters: RiskBudgets): readonly string[] =>
      riskParity.admit!(parameters, situation).map(({ field }) => field);
    const sectors = (budgets: Record<string, number>) => ({ groups: { taxonomy: 'sector', budgets } });
    const unknown = fieldsOf({ budgets: { a1: 1, 'b"7': 1, toString: 1 } });
    expect(unknown).to.deep.equal(['budgets["b\\"7"]', 'budgets["toString"]']);
    expect(fieldsOf(sectors({ Tech: 1, Banks: 1 }))).to.deep.equal(['groups.budgets["Banks"]']);
    expect(fieldsOf({ groups: { taxonomy: 'constructor', budgets: { North: 1 } } })).to.have.length(1);
    const both = sectors({ Tech: 1, Energy: 1 });
    expect(fieldsOf({ ...both, budgets: { a1: 1 } })).to.deep.equal(['groups.budgets["Energy"]']);
    expect(fieldsOf({ ...both, budgets: { a1: 1, a4: 2 } })).to.deep.equal([]);
    expect(fieldsOf({ ...sectors({ Tech: 1 }), budgets: { a1: 1, a4: 2, a5: 0 } })).to.deep.equal(['budgets["a4"]']);
  });
});

describe('risk parity over restrictions', () => {
  it('keeps a limit on turnover, at the scale at which the sum has no price', async () => {
    const centre = Float64Array.of(0.3, 0.3, 0.2, 0.1, 0.1);
    const half = new Float64Array(n).fill(0.5);
    const limit = { centre, buyRate: half, sellRate: half, bound: 0.1, origin: originOf('turnover') };
    const { restrictions, ...setting } = settingWith({});
    const answer = await certifiedAnswer(riskParity, {
      ...setting,
      restrictions: [...restrictions, { tradeLimits: [limit] }],
    });
    const { weights, multipliers } = answer.solution;
    expect(total(weights.map((value, i) => Math.abs(value - centre[i]!))) / 2).to.be.closeTo(0.1, 1e-9);
    const pull = multipliers.tradeLimits[0]! / 2;
    expect(pull).to.be.above(1e-4);
    // The limit alone stands between each marginal risk and its budget.
    marginalRisks(weights).forEach((risk, i) => {
      const excess = risk - answer.objective.logarithms![i]! / weights[i]!;
      const trade = weights[i]! - centre[i]!;
      if (Math.abs(trade) > 1e-6) expect(excess).to.be.closeTo(-Math.sign(trade) * pull, 1e-8);
      else expect(Math.abs(excess)).to.be.at.most(pull + 1e-8);
    });
  });

  it('takes its variance for the scale where caps by group force the sum, in any order of the assets', async () => {
    const weightsBy = async (order: readonly number[], lower: number): Promise<readonly number[]> => {
      const group = (from: number, to: number, upper: number) => ({
        coefficients: order.map((i) => (i >= from && i <= to ? 1 : 0)),
        lower: lower * upper,
        upper,
      });
      const permuted = { covariance: order.map((i) => order.map((j) => covariance[i]![j]!)) };
      const setting = settingOf(permuted, { rows: [group(0, 1, 0.7), group(2, 4, 0.3)] }, {});
      const { solution, objective } = await certifiedAnswer(riskParity, setting);
      expect(solution.termination.detail).to.contain('price of its own');
      const weights = covariance.map((_, i) => solution.weights[order.indexOf(i)]!);
      const variance = total(marginalRisks(Float64Array.from(weights)).map((risk, i) => risk * weights[i]!));
      expect(variance).to.be.closeTo(total(objective.logarithms!), 1e-10);
      return weights;
    };
    const given = await weightsBy([0, 1, 2, 3, 4], 0);
    expectWeights(Float64Array.from(await weightsBy([4, 3, 2, 1, 0], 0)), given, 1e-8);
    expectWeights(Float64Array.from(await weightsBy([2, 0, 4, 1, 3], 1)), given, 1e-8);
  });

  it('finds the scale at which the sum has no price where one group only is fixed', async () => {
    const rows = [{ coefficients: [1, 1, 0, 0, 0], lower: 0.7, upper: 0.7 }];
    const { solution } = await certifiedAnswer(riskParity, settingWith({}, { rows }));
    expect(solution.termination.detail).to.not.contain('price of its own');
    // The assets outside the group see their budgets only: they carry equal parts.
    const [, , third, ...others] = sharesOf(solution.weights);
    for (const share of others) expect(share / third!).to.be.closeTo(1, 1e-8);
  });

  it('tells a contradiction with its proof', async () => {
    const contradictions = [
      settingWith({}, { upper: 0.15 }),
      settingWith({ invested: 0.9 }),
      settingWith({ budgets: { a1: 1, a2: 1 } }, { lower: [0, 0, 0.1, 0, 0] }),
      settingWith({}, { upper: 0 }),
    ];
    for (const setting of contradictions) {
      const { solution } = await answerOf(riskParity.optimize(referenceTask(referenceEngine, setting)));
      expect(solution.termination.reason).to.equal('infeasible');
      expect(solution.infeasibility).to.not.equal(undefined);
    }
  });

  it('ends with its best portfolio when it is aborted', async () => {
    const controller = new AbortController();
    const setting = { ...settingWith({}, { upper: 0.25 }), signal: controller.signal };
    const prices: { weights: Float64Array; price: number }[] = [];
    const watched: Engine = {
      ...referenceEngine,
      *solve(universe, objective, restrictions, interrupted) {
        if (prices.length === 2) controller.abort();
        const solution = yield* referenceEngine.solve(universe, objective, restrictions, interrupted);
        const { weights, multipliers, termination } = solution;
        const price = Math.abs(total(multipliers.rows)) / total(objective.logarithms!);
        if (termination.reason === 'optimal') prices.push({ weights, price });
        return solution;
      },
    };
    const { solution } = await answerOf(riskParity.optimize(referenceTask(watched, setting)));
    expect(solution.termination).to.include({ reason: 'feasible', limit: 'interrupted' });
    expect(prices).to.have.length(2);
    const [better] = prices.sort((a, b) => a.price - b.price);
    expectWeights(solution.weights, [...better!.weights], 0);
  });

  it('has nothing to give when it is aborted before its first portfolio', async () => {
    const setting = { ...settingWith({}, { upper: 0.25 }), signal: AbortSignal.abort() };
    const { solution } = await answerOf(riskParity.optimize(referenceTask(referenceEngine, setting)));
    expect(solution.termination).to.include({ reason: 'no solution found', limit: 'interrupted' });
  });
});

describe('maximum diversification', () => {
  it('says that it was not searched for where solves end at local optima', async () => {
    const local: Engine = {
      ...referenceEngine,
      *solve(...given) {
        const solution = yield* referenceEngine.solve(...given);
        return { ...solution, termination: { reason: 'feasible', detail: 'a local optimum' } };
      },
    };
    const task = referenceTask(local, { ...settingWith({}), parameters: {} });
    const { solution } = await answerOf(maximumDiversification.optimize(task));
    expect(solution.termination.reason).to.equal('feasible');
    expect(solution.termination.detail).to.match(/does not go beyond its first step.*; a local optimum$/);
  });

  const ratioOf = (w: Float64Array): number =>
    total(w.map((value, i) => value * Math.sqrt(covariance[i]![i]!))) /
    Math.sqrt(total(marginalRisks(w).map((risk, i) => risk * w[i]!)));

  it('is at least that of any other portfolio between the same bounds, far away or close by', async () => {
    const random = new Random(20081);
    for (const cap of [0.3, 1]) {
      const setting = settingOf({ covariance }, { upper: cap }, {});
      const { weights } = (await certifiedAnswer(maximumDiversification, setting)).solution;
      const best = ratioOf(weights);
      for (let count = 0; count < 200;) {
        const raw = random.vector(n, () => -Math.log(1 - random.next()));
        const other = raw.map((value) => value / total(raw));
        if (other.some((value) => value > cap)) continue;
        count++;
        expect(ratioOf(other)).to.be.at.most(best + 1e-12);
        expect(ratioOf(weights.map((value, i) => 0.99 * value + 0.01 * other[i]!))).to.be.at.most(best + 1e-12);
      }
    }
  });
});

describe('inverse volatility', () => {
  it('is the nearest portfolio in least squares under a cap', async () => {
    const cap = 0.28;
    const raw = Float64Array.from({ length: n }, (_, i) => 1 / Math.sqrt(covariance[i]![i]!));
    const target = raw.map((value) => value / total(raw));
    expect(Math.max(...target)).to.be.above(cap);
    // Projection onto the capped simplex: one shift, found by halving, then cut off.
    const shifted = (by: number): Float64Array => target.map((value) => Math.min(cap, Math.max(0, value + by)));
    let [low, high] = [-1, 1];
    for (let count = 0; count < 60; count++) {
      const middle = 0.5 * (low + high);
      [low, high] = total(shifted(middle)) < 1 ? [middle, high] : [low, middle];
    }
    const { solution } = await certifiedAnswer(inverseVolatilityWeights, settingOf({ covariance }, { upper: cap }, {}));
    expectWeights(solution.weights, [...shifted(low)], 1e-8);
  });
});

describe('risk parity between restrictions that speak of everything', () => {
  it('prices the invested fraction in whatever unit a budget is stated', async () => {
    const plain = settingWith({}, { upper: 0.3 });
    const { weights } = (await certifiedAnswer(riskParity, plain)).solution;
    for (const unit of [2, -0.5]) {
      const restrictions = plain.restrictions.map(({ bounds = [], rows = [] }) => ({
        bounds,
        rows: rows.map((row) => ({
          ...row,
          coefficients: row.coefficients.map((value) => unit * value),
          lower: unit * row.lower,
          upper: unit * row.upper,
        })),
      }));
      const { solution } = await certifiedAnswer(riskParity, { ...plain, restrictions });
      expectWeights(solution.weights, [...weights], 1e-7);
    }
  });

  it('fills a riskless asset to its cap, and gives the others their budgets', async () => {
    const risky = [
      [0, 0, 0],
      [0, 0.04, 0],
      [0, 0, 0.01],
    ];
    const { solution } = await certifiedAnswer(riskParity, settingOf({ covariance: risky }, { upper: 0.5 }, {}));
    expectWeights(solution.weights, [0.5, 1 / 6, 1 / 3], 1e-7);
  });
});

describe('portfolios without risk', () => {
  const hedged = [
    [0.0625, -0.0625, 0],
    [-0.0625, 0.0625, 0],
    [0, 0, 0.04],
  ];
  const calm = hedged.map((row) => row.map(() => 0));
  const ended = async <Parameters>(strategy: Strategy<Parameters>, market: typeof hedged, parameters: Parameters) => {
    const setting = settingOf({ covariance: market }, {}, parameters);
    const { solution } = await answerOf(strategy.optimize(referenceTask(referenceEngine, setting)));
    return { ...solution.termination, held: [...solution.weights] };
  };

  it('have no contributions to balance', async () => {
    for (const market of [calm, hedged.slice(0, 2).map((row) => row.slice(0, 2))]) {
      const { reason, detail, held } = await ended(riskParity, market, {});
      expect(reason).to.equal('no solution found');
      expect(detail).to.contain('has no risk, so that nothing carries a share of it');
      expect(held).to.deep.equal([]);
    }
  });

  it('have no bound on their diversification, unless none of their assets has any risk', async () => {
    const { reason, detail, held } = await ended(maximumDiversification, hedged, {});
    expect(reason).to.equal('unbounded');
    expect(detail).to.contain('the diversification ratio has no bound');
    expect(held[0]).to.be.closeTo(held[1]!, 1e-6);
    const none = await ended(maximumDiversification, calm, {});
    expect(none.reason).to.equal('no solution found');
    expect(none.detail).to.equal('no asset that can be held has any risk');
  });

  it('give weights in inverse proportion to volatility to risky assets alone', async () => {
    const half = [
      [0, 0, 0],
      [0, 0.04, 0],
      [0, 0, 0.01],
    ];
    const { held } = await ended(inverseVolatilityWeights, half, {});
    expectWeights(Float64Array.from(held), [0, 1 / 3, 2 / 3], 1e-8);
    const none = await ended(inverseVolatilityWeights, calm, {});
    expect(none.reason).to.equal('no solution found');
    expect(none.detail).to.contain('no asset has any volatility');
  });
});
