import fc from 'fast-check';

import { maximumInformationRatio } from '../../../plugins/mean-variance/maximum-information-ratio.ts';
import type { Lowered } from '../../../src/sdk/v1/index.ts';
import { originOf } from '../../support/problems.ts';
import { expectGreatest, mixtures, normalized, oneFactor, unit } from './random-ratios.ts';
import type { RandomMarket } from './random-ratios.ts';

const origin = originOf('test');

const markets = fc
  .record({
    // Returns in steps of a tenth of a percent: below what a solve can tell apart no ratio is defined.
    assets: fc.array(fc.tuple(unit, unit, fc.integer({ min: -50, max: 150 }), unit), { minLength: 2, maxLength: 12 }),
    shape: fc.constantFrom('long only', 'benchmark left out', 'long and short', 'turnover', 'tracking error'),
    mixtures,
  })
  .map(({ assets, shape, mixtures: drawn }): RandomMarket => {
    const n = assets.length;
    const covariance = oneFactor(assets);
    const excess = Float64Array.from(assets, ([, , value]) => value / 1000);
    const benchmark = normalized(
      assets.map(([, , , share]) => share),
      n,
    );
    const positions = Int32Array.from({ length: n }, (_, i) => i);
    const half = new Float64Array(n).fill(0.5);
    const left = shape === 'benchmark left out' ? benchmark.indexOf(Math.max(...benchmark)) : -1;
    const lower = shape === 'long and short' ? -0.5 : 0;
    const restrictions: Lowered = {
      bounds: [...positions].map((position) => ({ position, lower, upper: position === left ? 0 : 1, origin })),
      rows: [{ positions, coefficients: new Float64Array(n).fill(1), lower: 1, upper: 1, origin }],
      ...(shape === 'turnover'
        ? { tradeLimits: [{ centre: benchmark, buyRate: half, sellRate: half, bound: 0.2, origin }] }
        : {}),
      ...(shape === 'tracking error'
        ? { norms: [{ operator: covariance, centre: benchmark, bound: 0.03, origin }] }
        : {}),
    };
    const free = shape === 'long only' || shape === 'long and short';
    const others = free ? drawn.map((mixture) => normalized(mixture, n)) : [];
    return { excess, covariance, benchmark, restrictions: [restrictions], others };
  });

describe('maximum information ratio on random markets', () => {
  it('is certified, satisfies the optimality condition of the ratio, and beats other feasible portfolios', async () => {
    await fc.assert(
      fc.asyncProperty(markets, (market) => expectGreatest(maximumInformationRatio, market, {})),
      { numRuns: 100, seed: 20_260_101 },
    );
  });
});
