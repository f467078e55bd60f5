/**
 * Plans over several periods against the same problems written out by hand in cvxpy 1.9.3: the first solved by SCS to 1e-9 and by Clarabel,
 * which agree to ten digits, the second by Clarabel to 1e-13.
 */
import { expect } from 'chai';

import { liquidation } from '../../plugins/multi-period/liquidation.ts';
import { recedingHorizon } from '../../plugins/multi-period/receding-horizon.ts';
import { plannedOn } from '../support/plans.ts';

function expectPlan(weights: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  expect(weights).to.have.length(expected.length);
  weights.forEach((period, t) =>
    period.forEach((weight, i) =>
      expect(weight, `asset ${i + 1} in period ${t + 1}`).to.be.closeTo(expected[t]![i]!, 2e-8),
    ),
  );
}

describe('plans over several periods, against cvxpy', () => {
  it('with everything that may differ by period: aversion, returns, costs, turnover, an end to reach', async () => {
    const riskAversion = [4, 5, 6, 7];
    const { plan, totals, weights } = await plannedOn(
      recedingHorizon,
      {
        periods: 4,
        periodsPerYear: 12,
        riskAversion,
        returnScale: [1, 0.9, 0.8, 0.3],
        returnsByPeriod: { a4: [0.05, 0.04, 0.06, 0.02] },
        tradingCostRate: [0.0005, 0.0005, 0.001, 0.002],
        impact: 0.05,
        quadraticImpact: 0.02,
        quadraticImpactScale: 'daily-value',
        holdingCostRate: 0.01,
        borrowCostRate: [0.02, 0.02, 0.04, 0.04],
        turnoverMax: [0.3, 0.25, 0.25, 0.2],
        terminal: { cash: { min: 0.1, max: 0.1 }, bounds: { Equity: { min: 0.5 } } },
      },
      { current: [0.3, 0.2, 0.1, 0.4] },
    );
    expectPlan(weights, [
      [0.3, 0.21718016, -0.3, 0.58281984],
      [0.23160866, 0.22499031, -0.23941882, 0.58281984],
      [0.1997763, 0.22499031, -0.15733936, 0.53257275],
      [0.1997763, 0.3002237, -0.08790038, 0.48790038],
    ]);
    const utility = plan.reduce(
      (sum, { expectedExcessReturn = 0, variance }, t) =>
        sum - expectedExcessReturn + 0.5 * riskAversion[t]! * variance,
      (totals['tradingCost'] as number) + (totals['holdingCost'] as number),
    );
    expect(utility).to.be.closeTo(0.00111812947286, 1e-12);
  });

  it('that sell longs and buy back shorts together', async () => {
    const { totals, weights } = await plannedOn(
      liquidation,
      { periods: 5, periodsPerYear: 252, riskAversion: 40, tradingCostRate: 0.001, quadraticImpact: 0.05 },
      { current: [0.4, -0.2, 0.3, 0.1], invested: [-1, 1] },
    );
    expectPlan(weights, [
      [0.26910286, -0.15503507, 0.2178697, 0.07815922],
      [0.17518548, -0.11283418, 0.15138299, 0.05755906],
      [0.10511547, -0.07341506, 0.09549761, 0.03787254],
      [0.04924716, -0.03613501, 0.04617875, 0.01878716],
      [0, 0, 0, 0],
    ]);
    const cost = (totals['tradingCost'] as number) + 20 * (totals['variance'] as number);
    expect(cost).to.be.closeTo(0.00540875060231, 1e-13);
  });
});
