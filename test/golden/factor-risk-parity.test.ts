import { expect } from 'chai';

import { factorRiskParity } from '../../plugins/risk-parity/factor-risk-parity.ts';
import { exposuresOf, projectedPulls, sharesAt } from '../../plugins/risk-parity/factor-shares.ts';
import { certifiedAnswer, expectWeights, settingOf } from './markets.ts';

/**
 * Roncalli, T., Weisang, G. (2016). Risk Parity Portfolios with Risk Factors. Quantitative Finance 16(3), 377-388: four assets on three
 * uncorrelated factors. The figures are percentages with two decimals, recomputed from these inputs (numpy, and SLSQP of SciPy 1.17.1).
 */
const loadings = [
  [0.9, 0, 0.5],
  [1.1, 0.5, 0],
  [1.2, 0.3, 0.2],
  [0.8, 0.1, 0.7],
];
const factorVolatilities = [0.2, 0.1, 0.1];
const specificVolatilities = [0.1, 0.15, 0.1, 0.15];
const covariance = loadings.map((one, i) =>
  loadings.map((two, j) => {
    const shared = one.reduce((sum, value, a) => sum + value * two[a]! * factorVolatilities[a]! ** 2, 0);
    return shared + (i === j ? specificVolatilities[i]! ** 2 : 0);
  }),
);
const factors = { names: ['F1', 'F2', 'F3'], exposures: Float64Array.from(loadings.flat()) };

describe('factor risk parity: the example of Roncalli and Weisang', () => {
  const setting = settingOf({ covariance }, { lower: 0 }, { budgets: { F1: 49, F2: 25, F3: 25 }, rest: 0.01 });
  const exposures = exposuresOf(factors, factors.names);
  const operator = setting.estimates.covariance!;
  const model = { covariance: operator, exposures, pulls: projectedPulls(exposures, operator)! };

  it('decomposes the equally weighted portfolio: 80.49, 9.53 and 9.91 % of a volatility of 21.40 %, 0.07 % along no factor', () => {
    const { variance, shares, exposures: held } = sharesAt(model, new Float64Array(4).fill(0.25));
    expect(100 * Math.sqrt(variance)).to.be.closeTo(21.4, 0.005);
    expectWeights(held, [1, 0.225, 0.35], 1e-12);
    expectWeights(
      shares.map((share) => 100 * share),
      [80.49, 9.53, 9.91],
      0.005,
    );
    expect(100 * (1 - shares.reduce((sum, share) => sum + share, 0))).to.be.closeTo(0.07, 0.005);
  });

  it('gives budgets of 49, 25, 25 and 1 % to 15.08, 38.38, 0.89 and 45.65 %', async () => {
    const situated = { ...setting, situation: { ...setting.situation, factors } };
    const { solution, report } = await certifiedAnswer(factorRiskParity, situated);
    expectWeights(
      solution.weights.map((weight) => 100 * weight),
      [15.08, 38.38, 0.89, 45.65],
      0.005,
    );
    expect(report?.['budgetsMet']).to.equal(true);
    expect(report?.['rest']).to.be.closeTo(0.01, 1e-7);
  });
});
