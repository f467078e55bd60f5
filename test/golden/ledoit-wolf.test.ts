import { expect } from 'chai';

import { shrink } from '../../src/estimation/ledoit-wolf.ts';
import stocks from './cases/riskfolio-minimum-risk.json' with { type: 'json' };
import published from './cases/ledoit-wolf.json' with { type: 'json' };

describe('Ledoit-Wolf shrinkage of ten US stocks', () => {
  const observations = stocks.prices.length - 1;
  const returns = Float64Array.from(
    stocks.prices.slice(1).flatMap((row, t) => row.map((price, i) => price / stocks.prices[t]![i]! - 1)),
  );
  const series = { observations, returns, prices: new Float64Array(), periodsPerYear: 252 };

  for (const { target, intensity, covariance } of published.cases)
    it(`towards ${target}: an intensity of ${intensity.toFixed(6)}`, () => {
      const found = shrink(series, target as 'identity' | 'constant-correlation' | 'single-factor');
      expect(found.intensity).to.be.closeTo(intensity, 1e-12);
      const n = stocks.assets.length;
      let k = 0;
      for (let i = 0; i < n; i++)
        for (let j = 0; j <= i; j++) expect(found.covariance[i * n + j]).to.be.closeTo(covariance[k++]!, 1e-15);
      expect(k).to.equal(covariance.length);
    });
});
