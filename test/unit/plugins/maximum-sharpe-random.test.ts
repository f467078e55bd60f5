import fc from 'fast-check';

import { maximumSharpe } from '../../../plugins/mean-variance/maximum-sharpe.ts';
import type { Lowered } from '../../../src/sdk/v1/index.ts';
import { originOf } from '../../support/problems.ts';
import { expectGreatest, mixtures, normalized, oneFactor, unit } from './random-ratios.ts';
import type { RandomMarket } from './random-ratios.ts';

const origin = originOf('test');

const markets = fc
  .record({
    assets: fc.array(fc.tuple(unit, unit, unit), { minLength: 2, maxLength: 12 }),
    shape: fc.constantFrom('long only', 'upper bounds', 'long and short', 'cash', 'turnover', 'tracking error'),
    mixtures,
  })
  .map(({ assets, shape, mixtures: drawn }): RandomMarket => {
    const n = assets.length;
    const covariance = oneFactor(assets);
    // At least one asset beats the risk-free rate by much, so that the ratio is defined in every shape that is tested for it.
    const excess = Float64Array.from(assets, ([, , value], i) => (i === 0 ? 0.15 : 0.2 * value - 0.05));
    const positions = Int32Array.from({ length: n }, (_, i) => i);
    const equal = new Float64Array(n).fill(1 / n);
    const half = new Float64Array(n).fill(0.5);
    const [lower, upper] =
      shape === 'long and short' ? [-0.5, 1] : shape === 'upper bounds' ? [0, Math.max(0.2, 1.5 / n)] : [0, 1];
    const restrictions: Lowered = {
      bounds: [...positions].map((position) => ({ position, lower, upper, origin })),
      rows: [
        { positions, coefficients: new Float64Array(n).fill(1), lower: shape === 'cash' ? 0 : 1, upper: 1, origin },
      ],
      ...(shape === 'turnover'
        ? { tradeLimits: [{ centre: equal, buyRate: half, sellRate: half, bound: 0.2, origin }] }
        : {}),
      ...(shape === 'tracking error' ? { norms: [{ operator: covariance, centre: equal, bound: 0.03, origin }] } : {}),
    };
    const others = shape === 'long only' || shape === 'cash' ? drawn.map((mixture) => normalized(mixture, n)) : [equal];
    return { excess, covariance, restrictions: [restrictions], others };
  });

describe('maximum Sharpe ratio on random markets', () => {
  it('is certified, satisfies the optimality condition of the ratio, and beats other feasible portfolios', async () => {
    await fc.assert(
      fc.asyncProperty(markets, (market) => expectGreatest(maximumSharpe, market, {})),
      { numRuns: 150, seed: 20_260_101 },
    );
  });
});
