import { expect } from 'chai';

import { indexTracking } from '../../plugins/index-tracking/index-tracking.ts';
import { hangSeng, trackingSetting } from '../support/index-tracking-case.ts';
import { certifiedAnswer } from './markets.ts';
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
});
