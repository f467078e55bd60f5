import { expect } from 'chai';
import fc from 'fast-check';

import { sleeves } from '../../plugins/ensemble/sleeves.ts';
import { linkages, mergesOf } from '../../plugins/hierarchical/clustering.ts';
import type { Linkage } from '../../plugins/hierarchical/clustering.ts';
import { hierarchicalEqualRisk } from '../../plugins/hierarchical/hierarchical-equal-risk.ts';
import { hierarchicalRiskParity } from '../../plugins/hierarchical/hierarchical-risk-parity.ts';
import { nestedClustered } from '../../plugins/hierarchical/nested-clustered.ts';
import { maximumSharpe } from '../../plugins/mean-variance/maximum-sharpe.ts';
import { minimumVariance } from '../../plugins/mean-variance/minimum-variance.ts';
import type { JsonObject, Strategy } from '../../src/sdk/v1/index.ts';
import { certifiedAnswer, settingOf } from '../golden/markets.ts';

const longOnly = { lower: 0 };
const strategies = [hierarchicalRiskParity, hierarchicalEqualRisk, nestedClustered, minimumVariance, maximumSharpe];
const hierarchical: readonly Strategy<never>[] = strategies.slice(0, 3);

/** Covariances of 2 to 7 assets: two factors and a part of their own. */
const covariances = fc
  .array(
    fc.record({
      loadings: fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true })),
      specific: fc.double({ min: 0.05, max: 0.5, noNaN: true }),
    }),
    { minLength: 2, maxLength: 7 },
  )
  .map((assets) =>
    assets.map((one, i) =>
      assets.map((two, j) => {
        const shared = one.loadings[0] * two.loadings[0] + one.loadings[1] * two.loadings[1];
        return shared + (i === j ? one.specific : 0);
      }),
    ),
  );

async function weightsOf(
  strategy: Strategy<never>,
  covariance: number[][],
  ids: readonly string[],
  parameters: JsonObject = {},
) {
  const setting = settingOf<JsonObject>({ covariance, ids }, longOnly, parameters);
  return (await certifiedAnswer(strategy as Strategy, { ...setting, strategies })).solution.weights;
}

/** The same by looking at all pairs of clusters before each merge; distances of unions from their points, or from Ward's formula. */
function heightsByDefinition(distances: Float64Array, n: number, linkage: Linkage): readonly number[] {
  let clusters = Array.from({ length: n }, (_, i) => [i]);
  const between = (a: readonly number[], b: readonly number[]): number => {
    const all = a.flatMap((i) => b.map((j) => distances[i * n + j]!));
    if (linkage === 'single') return Math.min(...all);
    if (linkage === 'complete') return Math.max(...all);
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    if (linkage === 'average') return mean(all);
    const squares = (x: readonly number[], y: readonly number[]): number =>
      mean(x.flatMap((i) => y.map((j) => distances[i * n + j]! ** 2)));
    const spread = squares(a, b) - squares(a, a) / 2 - squares(b, b) / 2;
    return Math.sqrt((2 * a.length * b.length * spread) / (a.length + b.length));
  };
  const heights: number[] = [];
  while (clusters.length > 1) {
    const pairs = clusters.flatMap((a, k) => clusters.slice(k + 1).map((b) => ({ a, b, height: between(a, b) })));
    const nearest = pairs.reduce((best, pair) => (pair.height < best.height ? pair : best));
    heights.push(nearest.height);
    clusters = [...clusters.filter((one) => one !== nearest.a && one !== nearest.b), [...nearest.a, ...nearest.b]];
  }
  return heights;
}

describe('hierarchical strategies on random markets', () => {
  it('cluster as the definitions of the linkages say', () => {
    const points = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
      {
        minLength: 2,
        maxLength: 9,
      },
    );
    fc.assert(
      fc.property(points, fc.constantFrom(...linkages), (places, linkage) => {
        const n = places.length;
        const distances = Float64Array.from(
          places.flatMap(([x, y]) => places.map(([u, v]) => Math.hypot(x - u, y - v))),
        );
        const expected = heightsByDefinition(distances, n, linkage);
        mergesOf(distances, n, linkage).forEach(({ height }, k) => expect(height).to.be.closeTo(expected[k]!, 1e-7));
      }),
      { numRuns: 200 },
    );
  });

  it('hold every asset, depend on no order, and on no scale of the covariance', async () => {
    await fc.assert(
      fc.asyncProperty(covariances, fc.constantFrom(...hierarchical), fc.nat(), async (covariance, strategy, turn) => {
        const n = covariance.length;
        const ids = covariance.map((_, i) => `a${i}`);
        const weights = await weightsOf(strategy, covariance, ids);
        expect(weights.reduce((sum, weight) => sum + weight, 0)).to.be.closeTo(1, 1e-8);
        if (strategy.id !== 'nested-clustered') expect(Math.min(...weights)).to.be.above(0);
        const order = covariance.map((_, i) => (n - 1 - i + turn) % n);
        const turned = order.map((i) => order.map((j) => 7 * covariance[i]![j]!));
        const others = await weightsOf(
          strategy,
          turned,
          order.map((i) => ids[i]!),
        );
        order.forEach((i, place) => expect(others[place]).to.be.closeTo(weights[i]!, 1e-6));
      }),
      { numRuns: 60 },
    );
  });

  it('are the strategy inside when one sleeve holds all, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(covariances, fc.constantFrom(...hierarchical, minimumVariance), async (covariance, strategy) => {
        const ids = covariance.map((_, i) => `a${i}`);
        const own = await weightsOf(strategy, covariance, ids);
        const parameters = { sleeves: { all: ids }, inside: { type: strategy.id }, over: { type: 'minimum-variance' } };
        const whole = await weightsOf(sleeves, covariance, ids, parameters);
        whole.forEach((weight, i) => expect(weight).to.be.closeTo(own[i]!, 1e-6));
      }),
      { numRuns: 40 },
    );
  });
});
