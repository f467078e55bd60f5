import { expect } from 'chai';

import { clustersAt, leavesOf, mergesOf } from '../../../plugins/hierarchical/clustering.ts';
import { correlationDistances, distancesBetween } from '../../../plugins/hierarchical/distances.ts';
import { clusterCount } from '../../../plugins/hierarchical/gap.ts';
import { hierarchicalEqualRisk } from '../../../plugins/hierarchical/hierarchical-equal-risk.ts';
import { hierarchicalRiskParity } from '../../../plugins/hierarchical/hierarchical-risk-parity.ts';
import { nestedClustered } from '../../../plugins/hierarchical/nested-clustered.ts';
import { maximumSharpe } from '../../../plugins/mean-variance/maximum-sharpe.ts';
import { minimumVariance } from '../../../plugins/mean-variance/minimum-variance.ts';
import { quadraticForm } from '../../../src/sdk/v1/index.ts';
import type { JsonObject, Strategy } from '../../../src/sdk/v1/index.ts';
import { answerOf, referenceMarket, referenceTask } from '../../../src/sdk/v1/testing/index.ts';
import { certifiedAnswer, expectWeights, settingOf } from '../../golden/markets.ts';
import { referenceEngine } from '../../support/reference-engine.ts';

/** Blocks of assets of this correlation inside and none outside, with these volatilities by turns. */
function blocks(sizes: readonly number[], correlation: number, volatilities: readonly number[]): number[][] {
  const owners = sizes.flatMap((size, block) => new Array<number>(size).fill(block));
  const volatility = (i: number): number => volatilities[i % volatilities.length]!;
  return owners.map((one, i) =>
    owners.map((two, j) => volatility(i) * volatility(j) * (i === j ? 1 : one === two ? correlation : 0)),
  );
}

function toEnd<Result>(steps: Generator<unknown, Result, unknown>): Result {
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

const strategies = [minimumVariance, maximumSharpe];
const longOnly = { lower: 0 };

describe('hierarchical clustering', () => {
  it('finds the number of blocks where the dispersion bends most', () => {
    for (const sizes of [
      [4, 4],
      [5, 4, 6],
      [3, 4, 3, 5, 4],
    ]) {
      const covariance = blocks(sizes, 0.8, [0.1, 0.2, 0.15]);
      const n = covariance.length;
      const distances = correlationDistances(Float64Array.from(covariance.flat()), n);
      const merges = mergesOf(distances, n, 'ward');
      expect(toEnd(clusterCount(distances, merges))).to.equal(sizes.length);
      const found = clustersAt(merges, sizes.length).map((cluster) => leavesOf(merges, cluster).length);
      expect(found.sort()).to.deep.equal([...sizes].sort());
    }
  });

  it('measures distances between columns in any number of them', () => {
    for (const n of [1, 2, 5, 8]) {
      const rows = Float64Array.from({ length: n * n }, (_, k) => Math.sin(3 * k));
      const symmetric = rows.map((value, k) => value + rows[(k % n) * n + Math.floor(k / n)]!);
      const distances = toEnd(distancesBetween(symmetric, n));
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          const squares = Array.from({ length: n }, (_, k) => (symmetric[i * n + k]! - symmetric[j * n + k]!) ** 2);
          const expected = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
          expect(distances[i * n + j]).to.be.closeTo(expected, 1e-14);
        }
    }
  });
});

describe('hierarchical strategies', () => {
  const market = referenceMarket(undefined, { upper: 1 });
  const each = [
    { strategy: hierarchicalRiskParity as Strategy<never>, parameters: {} },
    { strategy: hierarchicalEqualRisk as Strategy<never>, parameters: { clusters: 3 } },
    { strategy: nestedClustered as Strategy<never>, parameters: { clusters: 3 } },
  ];

  it('give blocks of equal assets equal parts', async () => {
    const covariance = blocks([2, 2], 0.5, [0.2]);
    for (const { strategy } of each) {
      const setting = { ...settingOf<JsonObject>({ covariance }, longOnly, {}), strategies };
      const { solution } = await certifiedAnswer(strategy as Strategy, setting);
      expectWeights(solution.weights, [0.25, 0.25, 0.25, 0.25], 1e-7);
    }
  });

  it('leave out what the restrictions keep at zero, as if it were not there', async () => {
    const shut = [2, 5];
    const origin = { constraint: 'x', name: 'x', text: 'excluded', priority: 0 };
    const excluded = { bounds: shut.map((position) => ({ position, lower: 0, upper: 0, origin })) };
    const order = [0, 1, 3, 4, 6, 7];
    const smaller = referenceMarket(order, { upper: 1 });
    for (const { strategy, parameters } of each) {
      const run = (ground: typeof market) =>
        answerOf(
          (strategy as Strategy).optimize(referenceTask(referenceEngine, { ...ground, parameters, strategies })),
        );
      const all = await run({ ...market, restrictions: [...market.restrictions, excluded] });
      const few = await run(smaller);
      expectWeights(
        Float64Array.from(order, (position) => all.solution.weights[position]!),
        [...few.solution.weights],
        1e-7,
      );
      for (const position of shut) expect(all.solution.weights[position]).to.be.closeTo(0, 1e-9);
    }
  });

  it('move to the nearest portfolio under a cap, and tell by how much', async () => {
    const free = await certifiedAnswer(hierarchicalRiskParity, { ...market, parameters: {} });
    expect(free.report?.['moved']).to.be.below(1e-7);
    const capped = referenceMarket(undefined, { upper: 0.2 });
    const { solution, report } = await certifiedAnswer(hierarchicalRiskParity, { ...capped, parameters: {} });
    const target = report?.['target'] as Readonly<Record<string, number>>;
    const wanted = market.situation.universe.assets.map(({ id }) => target[id]!);
    expectWeights(free.solution.weights, wanted, 1e-7);
    const moved = wanted.reduce((sum, weight, i) => sum + Math.abs(weight - solution.weights[i]!) / 2, 0);
    expect(report?.['moved']).to.be.closeTo(moved, 1e-12);
    expect(moved).to.be.above(0.1);
  });

  it('hold what they are told to invest', async () => {
    const covariance = blocks([2, 3], 0.6, [0.1, 0.2]);
    for (const { strategy } of each) {
      const setting = settingOf<JsonObject>({ covariance }, { lower: 0, budget: 0.8 }, { invested: 0.8 });
      const { report } = await certifiedAnswer(strategy as Strategy, { ...setting, strategies });
      expect(report?.['moved']).to.be.below(1e-7);
    }
  });

  it('take an asset alone as it is', async () => {
    for (const { strategy } of each) {
      const setting = { ...settingOf<JsonObject>({ covariance: [[0.04]] }, longOnly, {}), strategies };
      expectWeights((await certifiedAnswer(strategy as Strategy, setting)).solution.weights, [1], 1e-9);
    }
  });

  it('refuse assets without a variance by name', async () => {
    const covariance = [
      [0.04, 0, 0],
      [0, 0, 0],
      [0, 0, 0.01],
    ];
    for (const { strategy } of each) {
      const setting = { ...settingOf<JsonObject>({ covariance }, longOnly, {}), strategies };
      const { solution } = await answerOf((strategy as Strategy).optimize(referenceTask(referenceEngine, setting)));
      expect(solution.termination.reason).to.equal('no solution found');
      expect(solution.termination.detail).to.contain('a2');
    }
  });

  it('allow shorts when told so: the nested optimum of least variance is then below that of long positions', async () => {
    const variance = async (shorts: boolean): Promise<number> => {
      const open = { ...market, restrictions: market.restrictions.map(({ rows = [] }) => ({ rows })) };
      const { solution } = await certifiedAnswer(nestedClustered, {
        ...open,
        parameters: { clusters: 2, shorts },
        strategies,
      });
      const least = Math.min(...solution.weights);
      if (shorts) expect(least).to.be.below(-1e-3);
      else expect(least).to.be.at.least(-1e-9);
      return quadraticForm(market.estimates.covariance!, solution.weights);
    };
    expect(await variance(true)).to.be.below(await variance(false));
  });

  it('name the assets that hedge each other wholly, but for rounding, and so have no inverse risk', async () => {
    // Loadings on four factors; in this order the tree of the first puts two that hedge each other into one half.
    const pairs = [0, 1, 0, 2, 1, 2, 3, 3];
    const seen = new Set<number>();
    const loadings = pairs.map((factor) => (seen.has(factor) ? -0.3 : (seen.add(factor), 0.3)));
    const covariance = loadings.map((a, i) => loadings.map((b, j) => (pairs[i] === pairs[j] ? a * b : 0)));
    const runs = [
      [hierarchicalRiskParity, {}],
      [hierarchicalEqualRisk, { clusters: 1 }],
      [hierarchicalEqualRisk, { clusters: 1, measure: 'volatility' }],
    ] as const;
    // Without the sign of the loadings the two of a pair are one and the same, and together they have its risk.
    for (const [sign, isRefused] of [
      [-1, true],
      [1, false],
    ] as const)
      for (const [strategy, parameters] of runs) {
        const signed = covariance.map((row, i) =>
          row.map((value, j) => (i === j ? Math.abs(value) : sign * Math.abs(value))),
        );
        const setting = settingOf<JsonObject>({ covariance: signed }, longOnly, parameters);
        const { solution } = await answerOf((strategy as Strategy).optimize(referenceTask(referenceEngine, setting)));
        expect(solution.termination.reason).to.equal(isRefused ? 'no solution found' : 'optimal');
        if (isRefused) expect(solution.termination.detail).to.match(/a risk that is not above 0: (a\d(, )?)+;/);
      }
  });

  it('do not depend on the unit of risk, however small', async () => {
    const covariance = blocks([2, 3], 0.6, [0.1, 0.2]);
    for (const { strategy } of each) {
      const [one, other] = await Promise.all(
        [1, 1e-12].map(async (unit) => {
          const scaled = covariance.map((row) => row.map((value) => unit * value));
          const setting = settingOf<JsonObject>({ covariance: scaled }, longOnly, {});
          const answer = await answerOf(
            (strategy as Strategy).optimize(referenceTask(referenceEngine, { ...setting, strategies })),
          );
          return answer.solution.weights;
        }),
      );
      expectWeights(other!, [...one!], 1e-7);
    }
  });

  it('need scenarios for CVaR alone', () => {
    const needs = (parameters: JsonObject) => (hierarchicalEqualRisk as Strategy).needsWith?.(parameters);
    expect(needs({ measure: 'cvar' })).to.deep.equal(['scenarios']);
    for (const measure of ['variance', 'volatility']) expect(needs({ measure })).to.deep.equal([]);
  });

  it('say so where nothing may be held long', async () => {
    for (const strategy of [hierarchicalRiskParity, hierarchicalEqualRisk, nestedClustered]) {
      const setting = settingOf<JsonObject>(
        { covariance: blocks([3], 0.5, [0.1]) },
        { lower: -1, upper: 0, budget: -1 },
        {},
      );
      const { solution } = await answerOf(
        (strategy as Strategy).optimize(referenceTask(referenceEngine, { ...setting, strategies })),
      );
      expect(solution.termination.reason).to.equal('no solution found');
      expect(solution.termination.detail).to.contain('let no asset be held long');
    }
  });

  it('refuse more clusters than assets, by field', () => {
    const { situation } = referenceMarket();
    for (const strategy of [hierarchicalEqualRisk, nestedClustered])
      expect(strategy.admit?.({ clusters: 9 }, situation)).to.deep.equal([
        { field: 'clusters', description: 'is 9, but there are only 8 assets' },
      ]);
    for (const strategy of [hierarchicalEqualRisk, nestedClustered])
      expect(strategy.admit?.({ clusters: 8 }, situation)).to.deep.equal([]);
  });

  it('let the host see that they are to end while distances are still computed', async () => {
    const covariance = blocks(
      Array.from({ length: 30 }, () => 30),
      0.5,
      [0.1, 0.2, 0.3],
    );
    const controller = new AbortController();
    const setting = { ...settingOf<JsonObject>({ covariance }, longOnly, {}), signal: controller.signal };
    setTimeout(() => controller.abort(), 0);
    const { solution } = await answerOf(hierarchicalRiskParity.optimize(referenceTask(referenceEngine, setting)));
    expect(solution.termination).to.deep.include({ reason: 'no solution found', limit: 'interrupted' });
    expect(solution.termination.detail).to.equal('stopped before there was a portfolio');
  });
});
