import { expect } from 'chai';

import { indexTracking } from '../../plugins/index-tracking/index-tracking.ts';
import { hangSeng, trackingSetting } from '../support/index-tracking-case.ts';
import { certifiedAnswer, expectWeights } from './markets.ts';
import library from './cases/orlib-index-tracking.json' with { type: 'json' };

describe(`index tracking (regression), ${library.source}`, () => {
  const scenarios = hangSeng();
  for (const { maximumNames, trackingError, stocks } of library.cases)
    it(`with at most ${maximumNames} stocks holds ${stocks.join(', ')} at ${trackingError}`, async () => {
      const setting = trackingSetting(scenarios, { measure: 'mean-squared' as const, maximumNames });
      const { solution, report = {} } = await certifiedAnswer(indexTracking, setting);
      const held = [...solution.weights.keys()].filter((i) => solution.weights[i]! > 1e-9);
      expect(held).to.deep.equal(stocks);
      expect(report['rootMeanSquaredActiveReturnAnnual']).to.be.closeTo(trackingError, 1e-9);
      expect(report['names']).to.equal(maximumNames);
    });

  it(`without a limit holds what ${library.unrestricted.source.split(',')[0]} finds`, async () => {
    const { weights, tolerance } = library.unrestricted;
    const { solution } = await certifiedAnswer(
      indexTracking,
      trackingSetting(scenarios, { measure: 'mean-squared' as const }),
    );
    expectWeights(solution.weights.subarray(1), weights, tolerance);
    const squared = (held: ArrayLike<number>): number => {
      const n = weights.length + 1;
      const differences = Float64Array.from({ length: scenarios.count }, (_, s) => {
        const [index = 0, ...stocks] = scenarios.returns.subarray(s * n, (s + 1) * n);
        return stocks.reduce((sum, value, i) => sum + value * held[i]!, 0) - index;
      });
      return differences.reduce((sum, value) => sum + value * value, 0);
    };
    const least = squared(solution.weights.subarray(1));
    expect(least).to.be.at.most(squared(weights));
    expect(squared(weights)).to.be.at.most(least * (1 + 1e-4));
  });
});
