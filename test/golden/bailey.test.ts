import { expect } from 'chai';

import { maximumSharpe } from '../../plugins/mean-variance/maximum-sharpe.ts';
import { minimumRiskAtReturn } from '../../plugins/mean-variance/minimum-risk-at-return.ts';
import { minimumVariance } from '../../plugins/mean-variance/minimum-variance.ts';
import published from './cases/bailey-lopez-de-prado-2013.json' with { type: 'json' };
import { certifiedAnswer, expectWeights, performance, settingOf } from './markets.ts';

/** All cases: Bailey and Lopez de Prado (2013), Algorithms 6(1), 169-196. */
describe('Bailey and Lopez de Prado 2013', () => {
  it('gives the weights of minimum variance as printed', async () => {
    const setting = settingOf(published, published.limits, {});
    const { solution } = await certifiedAnswer(minimumVariance, setting);
    expectWeights(solution.weights, published.minimumVariance.weights, published.tolerance);
    const [annualReturn, volatility] = performance(setting, solution.weights);
    expect(annualReturn).to.be.closeTo(published.minimumVariance.return, 1e-6);
    expect(volatility).to.be.closeTo(published.minimumVariance.volatility, 1e-6);
  });

  it('gives the weights of maximum Sharpe ratio as printed', async () => {
    const setting = settingOf(published, published.limits, {});
    const { solution } = await certifiedAnswer(maximumSharpe, setting);
    expectWeights(solution.weights, published.maximumSharpe.weights, published.tolerance);
    const [annualReturn, volatility, sharpe] = performance(setting, solution.weights);
    expect(annualReturn).to.be.closeTo(published.maximumSharpe.return, 1e-6);
    expect(volatility).to.be.closeTo(published.maximumSharpe.volatility, 1e-6);
    expect(sharpe).to.be.closeTo(published.maximumSharpe.sharpe, 5e-5);
  });

  for (const [position, point] of published.turningPoints.entries()) {
    it(`finds the volatility of turning point ${position + 1} as the least one at its return`, async () => {
      const setting = settingOf(published, published.limits, { returnMin: point.return });
      const { solution } = await certifiedAnswer(minimumRiskAtReturn, setting);
      expect(performance(setting, solution.weights)[1]).to.be.closeTo(point.volatility, 1e-6);
    });
  }
});
