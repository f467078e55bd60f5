import { expect } from 'chai';
import fc from 'fast-check';

import { blackLitterman } from '../../src/estimation/black-litterman.ts';
import { isDefinite } from '../../src/estimation/definiteness.ts';
import { ledoitWolf } from '../../src/estimation/ledoit-wolf.ts';
import { denseEntries, multiply } from '../../src/estimation/operator.ts';
import { returnSeries } from '../../src/estimation/series.ts';
import { sampleCovariance } from '../../src/estimation/sample-covariance.ts';
import type { View } from '../../src/estimation/views.ts';
import type { SymmetricOperator } from '../../src/problem/operator.ts';
import type { Universe } from '../../src/problem/universe.ts';

const settings = { numRuns: 200, seed: 20260102 };
const loading = fc.double({ min: -1.5, max: 1.5, noNaN: true });
const vectorOf = (n: number, entry: fc.Arbitrary<number>): fc.Arbitrary<Float64Array> =>
  fc.array(entry, { minLength: n, maxLength: n }).map((values) => Float64Array.from(values));
const universeOf = (n: number): Universe => ({
  assets: Array.from({ length: n }, (_, i) => ({ id: `A${String(i)}`, groups: {} })),
});

/** A factor model of two factors over 12 assets with specific risk. */
const models: fc.Arbitrary<Extract<SymmetricOperator, { kind: 'factor' }>> = fc
  .record({ exposures: vectorOf(24, loading), specific: vectorOf(12, fc.double({ min: 0.01, max: 0.2, noNaN: true })) })
  .map(({ exposures, specific }) => ({
    kind: 'factor',
    size: 12,
    factors: 2,
    exposures,
    factorCovariance: Float64Array.of(0.04, 0.01, 0.01, 0.02),
    specific,
  }));

const views: fc.Arbitrary<View[]> = fc.array(
  fc.record({
    legs: fc.constantFrom(
      [{ assetId: 'A3', coefficient: 1 }],
      [
        { assetId: 'A3', coefficient: 1 },
        { assetId: 'A7', coefficient: -1 },
      ],
    ),
    expectedReturn: fc.double({ min: -0.2, max: 0.3, noNaN: true }),
    trust: fc
      .double({ min: 0, max: 0.99, noNaN: true })
      .map((confidence) => ({ kind: 'confidence' as const, confidence })),
  }),
  { maxLength: 4 },
);

describe('operators', () => {
  it('multiply as their full matrix does', () => {
    fc.assert(
      fc.property(models, vectorOf(12, loading), (model, x) => {
        const sum: SymmetricOperator = {
          kind: 'sum',
          size: 12,
          terms: [model, { kind: 'diagonal', size: 12, entries: model.specific }],
        };
        for (const operator of [model, sum]) {
          const entries = denseEntries(operator);
          const product = multiply(operator, x);
          for (let i = 0; i < 12; i += 1) {
            let expected = 0;
            for (let j = 0; j < 12; j += 1) expected += entries[i * 12 + j]! * x[j]!;
            expect(product[i]).to.be.closeTo(expected, 1e-12);
          }
        }
      }),
      settings,
    );
  });
});

describe('Black-Litterman on a factor model', () => {
  it('stays a factor model that equals the dense answer and lies between Sigma and (1 + tau) Sigma', () => {
    fc.assert(
      fc.property(
        models,
        views,
        vectorOf(12, loading),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (model, stated, x, tau) => {
          const universe = universeOf(12);
          const prior = multiply(model, new Float64Array(12).fill(0.2));
          const common = { universe, prior, views: stated, tau, posterior: 'predictive' as const };
          const kept = blackLitterman({ ...common, covariance: model });
          const dense = blackLitterman({
            ...common,
            covariance: { kind: 'dense', size: 12, entries: denseEntries(model) },
          });
          expect(kept.covariance.kind).to.equal('factor');
          const [left, right] = [denseEntries(kept.covariance), denseEntries(dense.covariance)];
          for (const [index, value] of left.entries()) expect(value).to.be.closeTo(right[index]!, 1e-12);
          for (const [index, value] of kept.expectedReturns.entries())
            expect(value).to.be.closeTo(dense.expectedReturns[index]!, 1e-11);
          const energy = (operator: SymmetricOperator): number =>
            multiply(operator, x).reduce((sum, value, i) => sum + value * x[i]!, 0);
          const before = energy(model);
          expect(energy(kept.covariance)).to.be.within(before - 1e-12, (1 + tau) * before + 1e-12);
        },
      ),
      settings,
    );
  });

  it('takes a view that the prior already holds as no news', () => {
    fc.assert(
      fc.property(models, fc.double({ min: 0, max: 1, noNaN: true }), (model, confidence) => {
        const prior = multiply(model, new Float64Array(12).fill(0.2));
        const agreed: View = {
          legs: [{ assetId: 'A5', coefficient: 1 }],
          expectedReturn: Math.max(-1, Math.min(10, prior[5]!)),
          trust: { kind: 'confidence', confidence },
        };
        const posterior = blackLitterman({
          universe: universeOf(12),
          prior,
          covariance: model,
          views: [agreed],
          tau: 0.05,
          posterior: 'prior',
        });
        for (const [i, value] of posterior.expectedReturns.entries()) expect(value).to.be.closeTo(prior[i]!, 1e-12);
      }),
      settings,
    );
  });
});

describe('covariances from complete prices', () => {
  const histories = fc
    .record({ rows: fc.integer({ min: 3, max: 12 }), n: fc.integer({ min: 1, max: 6 }) })
    .chain(({ rows, n }) =>
      vectorOf(rows * n, fc.double({ min: 1, max: 100, noNaN: true })).map((prices) => ({ n, prices })),
    );

  it('are positive semidefinite, and shrinkage towards identity makes them definite', () => {
    fc.assert(
      fc.property(histories, ({ n, prices }) => {
        const universe = universeOf(n);
        const { series } = returnSeries(
          { assets: universe.assets.map(({ id }) => id), prices, periodsPerYear: 252 },
          'refuse',
        );
        const sample = { universe, series, riskFreeRate: 0 };
        const plain = denseEntries(sampleCovariance.estimate(sample, {}).covariance);
        const largest = plain.reduce((most, value) => Math.max(most, value), 0);
        expect(isDefinite(plain, n, 1e-12 * largest)).to.equal(true);
        for (const target of ['constant-variance', 'single-factor', 'constant-correlation'] as const) {
          const shrunk = denseEntries(ledoitWolf.estimate(sample, { target }).covariance);
          const trace = (entries: Float64Array): number =>
            Array.from({ length: n }, (_, i) => entries[i * n + i]!).reduce((a, b) => a + b, 0);
          const biased = (trace(plain) * (series.observations - 1)) / series.observations;
          expect(trace(shrunk), target).to.be.closeTo(biased, 1e-12 * Math.max(1, biased));
          if (target !== 'constant-correlation') expect(isDefinite(shrunk, n, 1e-12 * largest), target).to.equal(true);
        }
      }),
      settings,
    );
  });

  it('do not depend on the order of the assets', () => {
    fc.assert(
      fc.property(histories, ({ n, prices }) => {
        const reversed = prices.map((_, index) => prices[Math.floor(index / n) * n + (n - 1 - (index % n))]!);
        const covarianceOf = (given: Float64Array): Float64Array => {
          const universe = universeOf(n);
          const { series } = returnSeries(
            { assets: universe.assets.map(({ id }) => id), prices: given, periodsPerYear: 252 },
            'refuse',
          );
          return denseEntries(
            ledoitWolf.estimate({ universe, series, riskFreeRate: 0 }, { target: 'single-factor' }).covariance,
          );
        };
        const [left, right] = [covarianceOf(prices), covarianceOf(reversed)];
        const largest = left.reduce((most, value) => Math.max(most, value), 0);
        for (const [index, value] of left.entries())
          expect(value).to.be.closeTo(right[n * n - 1 - index]!, 1e-9 * largest);
      }),
      settings,
    );
  });
});
