/** What a plan tells of its periods. Only the trades of the first are to be made; the next run plans the others again. */
import { dot, quadraticForm, weightsById } from '@veritasvault/portfolio/sdk/v1';
import type { JsonObject, PeriodTrading, Task } from '@veritasvault/portfolio/sdk/v1';

import { costOf } from './costs.ts';
import type { Costs, Horizon } from './costs.ts';
import { holdingCostAt, holdingRates } from './holding.ts';
import type { HoldingCosts } from './holding.ts';

interface Planned {
  readonly tradings: readonly PeriodTrading[];
  /** (n) by period: expected returns above the risk-free rate in the period; absent where they do not count. */
  readonly excess?: readonly Float64Array[];
}

/** Fractions of net asset value, per period. */
export function planReport(
  { parameters, situation, estimates }: Task<Horizon & Costs & HoldingCosts>,
  weights: readonly Float64Array[],
  { tradings, excess }: Planned,
): JsonObject {
  const { periodsPerYear } = parameters;
  const { universe, current } = situation;
  const plan = weights.map((own, t) => {
    const before = weights[t - 1] ?? current;
    const variance = estimates.covariance === undefined ? 0 : quadraticForm(estimates.covariance, own) / periodsPerYear;
    const cash = 1 - own.reduce((sum, weight) => sum + weight, 0);
    return {
      period: t + 1,
      toBeTraded: t === 0,
      weights: weightsById(own, universe.assets),
      cash: Math.abs(cash) < 1e-12 ? 0 : cash,
      turnover: own.reduce((sum, weight, i) => sum + 0.5 * Math.abs(weight - before[i]!), 0),
      tradingCost: costOf(tradings[t]!, before, own),
      holdingCost: holdingCostAt(own, holdingRates(parameters, t, periodsPerYear)),
      ...(excess === undefined ? {} : { expectedExcessReturn: dot(excess[t]!, own) }),
      variance,
    };
  });
  const total = (key: 'tradingCost' | 'holdingCost' | 'variance'): number =>
    plan.reduce((sum, period) => sum + period[key], 0);
  const totals = { tradingCost: total('tradingCost'), holdingCost: total('holdingCost'), variance: total('variance') };
  return { plan, totals };
}
