/**
 * Almgren, R., Chriss, N. (2001). Optimal Execution of Portfolio Transactions. Journal of Risk 3(2), 5-39: section 3.4 and table 1. The parameters
 * and kappa of about 0.61 a day are printed; holdings, cost and variance follow from the closed form of section 2.2 of the paper.
 */
import { expect } from 'chai';

import { liquidation } from '../../plugins/multi-period/liquidation.ts';
import type { JsonObject } from '../../src/sdk/v1/index.ts';
import { certifiedAnswer } from './markets.ts';

/** A million shares at 50, five days, one trade a day; volatility 0.95 a share and day, half of the spread 0.0625. */
const paper = { price: 50, shares: 1e6, days: 5, sigma: 0.95, epsilon: 0.0625, gamma: 2.5e-7, eta: 2.5e-6 };
const value = paper.price * paper.shares;
/** Temporary impact less what the permanent one of the same trade gives back. */
const etaTilde = paper.eta - paper.gamma / 2;

/** Holdings after each day, expected cost (permanent impact included) and standard deviation, in shares and money. */
const trajectories = [
  { lambda: 1e-7, shares: [757882, 544564, 351940, 172689, 0], cost: 670057, deviation: 961623 },
  { lambda: 5e-7, shares: [636913, 394840, 227786, 104012, 0], cost: 768133, deviation: 750597 },
  { lambda: 1e-6, shares: [541956, 289854, 147897, 62142, 0], cost: 911227, deviation: 603431 },
  { lambda: 2e-6, shares: [428599, 182933, 76296, 27643, 0], cost: 1140715, deviation: 449368 },
  { lambda: 4e-6, shares: [311666, 97063, 29996, 8521, 0], cost: 1434115, deviation: 311520 },
];

/** Money and shares as fractions of the value: cost q x^2 of a trade x, variance of a day in one entry. */
async function planOf(lambda: number) {
  const daily = (paper.sigma / paper.price) ** 2;
  const periodsPerYear = 252;
  const covariance = { kind: 'dense', size: 1, entries: Float64Array.of(daily * periodsPerYear) } as const;
  const universe = { assets: [{ id: 'SHARE', groups: {} }] };
  const { solution, report } = await certifiedAnswer(liquidation, {
    parameters: {
      periods: paper.days,
      periodsPerYear,
      riskAversion: 2 * lambda * value,
      quadraticImpact: (etaTilde * value) / paper.price ** 2,
      tradingCostRate: paper.epsilon / paper.price,
    },
    situation: { universe, current: Float64Array.of(1), cashCurrent: 0, covariance },
    estimates: { covariance, riskFreeRate: 0 },
    restrictions: [],
  });
  const { plan, totals } = report as { plan: { weights: JsonObject }[]; totals: Record<string, number> };
  const holdings = plan.map(({ weights }) => ((weights['SHARE'] ?? 0) as number) * paper.shares);
  return { first: solution.weights[0]! * paper.shares, holdings, totals };
}

describe('the liquidation of Almgren and Chriss', () => {
  for (const { lambda, shares, cost, deviation } of trajectories)
    it(`with a risk aversion of ${lambda} holds ${shares[0]} shares after the first day`, async () => {
      const { first, holdings, totals } = await planOf(lambda);
      expect(first).to.equal(holdings[0]);
      holdings.forEach((held, day) => expect(held, `day ${day + 1}`).to.be.closeTo(shares[day]!, 0.6));
      const permanent = 0.5 * paper.gamma * paper.shares ** 2;
      expect(totals['tradingCost']! * value + permanent).to.be.closeTo(cost, 0.6);
      expect(Math.sqrt(totals['variance']!) * value).to.be.closeTo(deviation, 0.6);
    });

  it('falls as sinh(kappa (T - t)) with kappa of 0.607 a day', async () => {
    const { holdings } = await planOf(1e-6);
    const kappa = Math.acosh(1 + (1e-6 * paper.sigma ** 2) / etaTilde / 2);
    expect(kappa).to.be.closeTo(0.607, 5e-4);
    holdings.forEach((held, day) => {
      const closed = (paper.shares * Math.sinh(kappa * (paper.days - day - 1))) / Math.sinh(kappa * paper.days);
      expect(held).to.be.closeTo(closed, 1e-3);
    });
  });

  it('without risk aversion sells the same every day', async () => {
    const { holdings } = await planOf(0);
    [800_000, 600_000, 400_000, 200_000, 0].forEach((held, day) => expect(holdings[day]).to.be.closeTo(held, 1e-3));
  });
});
