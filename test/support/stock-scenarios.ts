/** Scenarios of the twenty US stocks that ship as an example, and tasks that stand on scenarios. */
import type { Scenarios } from '../../src/sdk/v1/index.ts';
import type { Setting } from '../../src/sdk/v1/testing/reference-task.ts';
import { settingOf, type PublishedLimits } from '../golden/markets.ts';
import { stockDays as days, stockIds as ids } from './stock-prices.ts';

export interface StockScenarios {
  readonly ids: readonly string[];
  readonly scenarios: Scenarios;
  /** (n) compound annual growth. */
  readonly mean: Float64Array;
}

/** Days on which all have a price. */
export function dailyStocks(): StockScenarios {
  const prices = days.map((day) => day.prices).filter((row) => row.every((price) => !Number.isNaN(price)));
  return { ids, scenarios: pathOf(prices, 252), mean: growthOf(prices, 252) };
}

/** (n) compound annual growth, each over the whole of its own history. */
export function stockGrowth(): Float64Array {
  return growthOf(
    days.map((day) => day.prices),
    252,
  );
}

/** The first price of each week that ends on a Sunday; growth over the history of each, scenarios where all have a return. */
export function weeklyStocks(): StockScenarios {
  // Day 3 of the epoch was a Sunday.
  return firstPrices((date) => Math.ceil((Date.parse(date) / 86_400_000 - 3) / 7), 52);
}

/** The same of each calendar month. */
export function monthlyStocks(): StockScenarios {
  return firstPrices((date) => 12 * Number(date.slice(0, 4)) + Number(date.slice(5, 7)), 12);
}

function firstPrices(spanOf: (date: string) => number, periodsPerYear: number): StockScenarios {
  const spans = new Map<number, number[]>();
  for (const { date, prices } of days) {
    const known = spans.get(spanOf(date)) ?? prices.map(() => NaN);
    spans.set(
      spanOf(date),
      known.map((price, i) => (Number.isNaN(price) ? prices[i]! : price)),
    );
  }
  const all = [...spans.entries()].sort(([left], [right]) => left - right).map(([, prices]) => prices);
  const complete = all.filter((row) => row.every((price) => !Number.isNaN(price)));
  return { ids, scenarios: pathOf(complete, periodsPerYear), mean: growthOf(all, periodsPerYear) };
}

function pathOf(prices: readonly (readonly number[])[], periodsPerYear: number): Scenarios {
  const count = prices.length - 1;
  const returns = Float64Array.from(
    prices.slice(1).flatMap((row, s) => row.map((price, i) => price / prices[s]![i]! - 1)),
  );
  return { count, returns, periodsPerYear, isPath: true };
}

function growthOf(prices: readonly (readonly number[])[], periodsPerYear: number): Float64Array {
  return Float64Array.from(prices[0]!, (_, i) => {
    const own = prices.map((row) => row[i]!).filter((price) => !Number.isNaN(price));
    return (own.at(-1)! / own[0]!) ** (periodsPerYear / (own.length - 1)) - 1;
  });
}

/** A task on scenarios instead of a covariance; assets a1..an unless named. */
export function settingOver<Parameters>(
  { scenarios, mean, ids: names }: Partial<StockScenarios> & Pick<StockScenarios, 'scenarios'>,
  limits: PublishedLimits,
  parameters: Parameters,
  riskFreeRate = 0,
): Setting<Parameters> {
  const n = scenarios.returns.length / scenarios.count;
  const covariance = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  const market = { covariance, ...(names === undefined ? {} : { ids: names }) };
  const setting = settingOf(market, limits, parameters);
  const { universe, current, cashCurrent } = setting.situation;
  return {
    ...setting,
    situation: { universe, current, cashCurrent, scenarios },
    estimates: { riskFreeRate, scenarios, ...(mean === undefined ? {} : { expectedReturns: mean }) },
  };
}
