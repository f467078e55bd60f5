/** What trades and positions cost in each period, and how much may be traded. */
import { listed, volatilities } from '@veritasvault/portfolio/sdk/v1';
import type {
  JsonSchema,
  Lowered,
  PeriodTrading,
  Situation,
  SymmetricOperator,
  Task,
  Violation,
} from '@veritasvault/portfolio/sdk/v1';

import { inPeriod, isGiven, lengthFaults, perPeriodSchema } from './per-period.ts';
import type { PerPeriod } from './per-period.ts';

export interface Horizon {
  readonly periods: number;
  readonly periodsPerYear: number;
}

export interface Costs {
  readonly tradingCostRate?: PerPeriod;
  readonly impact?: PerPeriod;
  readonly quadraticImpact?: PerPeriod;
  readonly quadraticImpactScale?: 'plain' | 'daily-value';
  readonly turnoverMax?: PerPeriod;
}

/** Days of trading in a year, to which average daily values belong. */
const daysPerYear = 252;

export const costsInWords =
  'A trade x of an asset (fraction of net asset value) costs tradingCostRate |x| + impact s |x|^(3/2) / V^(1/2) + quadraticImpact x^2, the last times s / V when quadraticImpactScale is "daily-value"; s is the volatility of the asset over the period, V the value traded in it: averageDailyValue times 252 / periodsPerYear.';

export const costProperties: Readonly<Record<string, JsonSchema>> = {
  tradingCostRate: perPeriodSchema('What a trade costs, buying or selling, as a fraction of the traded value.', {
    minimum: 0,
    maximum: 1,
    default: 0,
  }),
  impact: perPeriodSchema(
    'Coefficient of 3/2-power impact: 1 when trading the whole value of a period costs one volatility of it. Needs the average daily value of every asset.',
    { minimum: 0, maximum: 100, default: 0 },
  ),
  quadraticImpact: perPeriodSchema('Coefficient of the square of a trade, see `quadraticImpactScale`.', {
    minimum: 0,
    maximum: 1e6,
    default: 0,
  }),
  quadraticImpactScale: {
    type: 'string',
    enum: ['plain', 'daily-value'],
    default: 'plain',
    description:
      'What the square is multiplied by besides: nothing, or volatility / value traded of each asset, as `impact` has them.',
  },
  turnoverMax: perPeriodSchema(
    'Largest turnover of a period, half the sum of its trades as a fraction of net asset value.',
    { minimum: 0, maximum: 20 },
  ),
};

export function costFaults(parameters: Costs & Horizon, { universe }: Situation): readonly Violation[] {
  const { periods, tradingCostRate, impact, quadraticImpact, turnoverMax } = parameters;
  const { quadraticImpactScale = 'plain' } = parameters;
  const violations = [...lengthFaults({ tradingCostRate, impact, quadraticImpact, turnoverMax }, periods)];
  const without = universe.assets.filter(({ averageDailyValue = 0 }) => !(averageDailyValue > 0)).map(({ id }) => id);
  const field = isGiven(impact)
    ? 'impact'
    : quadraticImpactScale === 'daily-value' && isGiven(quadraticImpact)
      ? 'quadraticImpactScale'
      : undefined;
  if (field === undefined || without.length === 0) return violations;
  const description = `needs an average daily value of every asset; without: ${listed(without)}`;
  return [...violations, { field, description }];
}

/** By period. */
export function tradingsOf(
  { periods, periodsPerYear, tradingCostRate, impact, quadraticImpact, quadraticImpactScale }: Costs & Horizon,
  covariance: SymmetricOperator,
  { universe }: Situation,
): readonly PeriodTrading[] {
  const n = covariance.size;
  const needsScale = isGiven(impact) || quadraticImpactScale === 'daily-value';
  // s and V of one period; where no daily values are known none are needed.
  const s = needsScale ? volatilities(covariance).map((annual) => annual / Math.sqrt(periodsPerYear)) : undefined;
  const V = Float64Array.from(
    universe.assets,
    ({ averageDailyValue = NaN }) => (averageDailyValue * daysPerYear) / periodsPerYear,
  );
  return Array.from({ length: periods }, (_, t) => {
    const rates = new Float64Array(n).fill(inPeriod(tradingCostRate, t));
    const q = inPeriod(quadraticImpact, t);
    const b = inPeriod(impact, t);
    const squares = V.map((value, i) => (quadraticImpactScale === 'daily-value' ? (q * s![i]!) / value : q));
    return {
      buyRate: rates,
      sellRate: rates,
      ...(b === 0 ? {} : { threeHalves: V.map((value, i) => (b * s![i]!) / Math.sqrt(value)) }),
      ...(q === 0 ? {} : { quadratic: squares }),
    };
  });
}

/** Limit on the turnover of the trades into period t; none when there is no limit. */
export function turnoverLimit(
  { turnoverMax }: Costs,
  t: number,
  { situation, ...task }: Pick<Task, 'situation' | 'origin'>,
): readonly Lowered[] {
  if (turnoverMax === undefined) return [];
  const bound = inPeriod(turnoverMax, t);
  const half = new Float64Array(situation.current.length).fill(0.5);
  const origin = task.origin(`turnover of period ${t + 1} at most ${bound}`);
  return [{ tradeLimits: [{ centre: situation.current, buyRate: half, sellRate: half, bound, origin }] }];
}

/** What the trades from `before` to `after` (n) cost, as a fraction of net asset value. */
export function costOf(trading: PeriodTrading, before: Float64Array, after: Float64Array): number {
  return after.reduce((total, weight, i) => {
    const trade = weight - before[i]!;
    const size = Math.abs(trade);
    const linear = (trade >= 0 ? trading.buyRate : trading.sellRate)[i]! * size;
    const power = (trading.threeHalves?.[i] ?? 0) * size * Math.sqrt(size);
    return total + linear + power + (trading.quadratic?.[i] ?? 0) * size * size;
  }, 0);
}
