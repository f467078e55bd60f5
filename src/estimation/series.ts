/** From a table of prices to a series of simple returns, with missing prices treated as the caller chose. */
import type { Repair, ReturnSeries } from '../problem/estimator.ts';
import { Fault, refuse } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';

/**
 * What to do where a price is missing (NaN):
 * - `refuse`: a missing price refuses the request, naming every asset that lacks one.
 * - `pairwise`: returns stay missing; each mean and each covariance uses the observations that its assets share.
 * - `complete-rows`: only dates on which every asset has a price; returns never span a dropped date.
 * - `carry-forward`: the last price stands in for a missing one, told as a repair; dates before the first price of any asset are dropped.
 */
export type MissingPrices = 'refuse' | 'pairwise' | 'complete-rows' | 'carry-forward';

export const missingPrices: readonly MissingPrices[] = ['refuse', 'pairwise', 'complete-rows', 'carry-forward'];

/** Rows of prices by ascending date: rows x n, row-major, NaN where missing. */
export interface PriceTable {
  readonly assets: readonly string[];
  readonly prices: Float64Array;
  /** 252 for trading days, 12 for months. */
  readonly periodsPerYear: number;
}

export interface PreparedSeries {
  readonly series: ReturnSeries;
  /** (observations) which return of the table each one is, 0 for the one into its second row. */
  readonly kept: Int32Array;
  readonly repairs: readonly Repair[];
}

/**
 * Simple returns p_t / p_{t-1} - 1 of consecutive rows.
 * @throws Fault NUMBER_INVALID for prices that are zero, negative or infinite; PRICE_MISSING under `refuse`;
 *   INSUFFICIENT_HISTORY when fewer than two returns are left.
 */
export function returnSeries(table: PriceTable, missing: MissingPrices): PreparedSeries {
  admitPrices(table);
  const n = table.assets.length;
  const repairs: Repair[] = [];
  let prices = table.prices;
  let dropped = 0;
  if (missing === 'refuse') refuseMissing(table);
  if (missing === 'carry-forward') prices = carriedForward(table, repairs);
  if (missing === 'carry-forward') dropped = firstCompleteRow(prices, n);
  prices = prices.subarray(dropped * n);
  const { kept, ...series } = missing === 'complete-rows' ? completeRows(prices, n) : allRows(prices, n);
  if (series.observations < 2) {
    const text = `needs at least 3 dates with prices, to give 2 returns; ${String(series.observations + 1)} are left under ${missing}`;
    throw new Fault(
      'INSUFFICIENT_HISTORY',
      `the price history ${text}`,
      { missing, observations: String(series.observations) },
      [{ field: 'prices', description: text }],
    );
  }
  const rows = kept.map((row) => row + dropped);
  return { series: { ...series, periodsPerYear: table.periodsPerYear }, kept: rows, repairs };
}

function admitPrices({ assets, prices, periodsPerYear }: PriceTable): void {
  const violations: Violation[] = [];
  const n = assets.length;
  if (n === 0 || prices.length % n !== 0) {
    const description = `must hold one price per asset in every row: ${String(prices.length)} numbers for ${String(n)} assets`;
    violations.push({ field: 'prices', description });
  }
  if (!(periodsPerYear > 0 && periodsPerYear <= 366)) {
    violations.push({
      field: 'periodsPerYear',
      description: `must be above 0 and at most 366; got ${String(periodsPerYear)}`,
    });
  }
  const faulty = new Map<number, number>();
  for (const [index, price] of prices.entries()) {
    if (!Number.isNaN(price) && !(price > 0 && price < Infinity) && !faulty.has(index % n))
      faulty.set(index % n, index);
  }
  for (const [position, index] of faulty) {
    const description = `must be a positive number; row ${String(Math.floor(index / n))} has ${String(prices[index])}`;
    violations.push({ field: `prices[${JSON.stringify(assets[position])}]`, description, reason: 'NUMBER_INVALID' });
  }
  refuse(violations);
}

function refuseMissing({ assets, prices }: PriceTable): void {
  const n = assets.length;
  const violations: Violation[] = [];
  for (const [position, id] of assets.entries()) {
    let absent = 0;
    let first = -1;
    for (let row = 0; row * n < prices.length; row += 1) {
      if (!Number.isNaN(prices[row * n + position]!)) continue;
      absent += 1;
      if (first < 0) first = row;
    }
    if (absent === 0) continue;
    const description = `lacks ${String(absent)} of ${String(prices.length / n)} prices, first in row ${String(first)}`;
    violations.push({ field: `prices[${JSON.stringify(id)}]`, description });
  }
  refuse(violations, 'PRICE_MISSING');
}

function carriedForward({ assets, prices }: PriceTable, repairs: Repair[]): Float64Array {
  const n = assets.length;
  const filled = Float64Array.from(prices);
  for (const [position, id] of assets.entries()) {
    let carried = 0;
    for (let index = position + n; index < filled.length; index += n) {
      if (!Number.isNaN(filled[index]!) || Number.isNaN(filled[index - n]!)) continue;
      filled[index] = filled[index - n]!;
      carried += 1;
    }
    if (carried > 0) repairs.push({ what: `prices of ${id} carried forward`, magnitude: carried });
  }
  return filled;
}

const isComplete = (prices: Float64Array, n: number, row: number): boolean =>
  prices.subarray(row * n, (row + 1) * n).every((price) => !Number.isNaN(price));

function firstCompleteRow(prices: Float64Array, n: number): number {
  const rows = prices.length / n;
  let row = 0;
  while (row < rows && !isComplete(prices, n, row)) row += 1;
  return row;
}

type Rows = Omit<ReturnSeries, 'periodsPerYear'> & { readonly kept: Int32Array };

function allRows(prices: Float64Array, n: number): Rows {
  const observations = Math.max(0, prices.length / n - 1);
  const returns = new Float64Array(observations * n);
  for (let index = 0; index < returns.length; index += 1) returns[index] = prices[index + n]! / prices[index]! - 1;
  const kept = Int32Array.from({ length: observations }, (_, t) => t);
  return { observations, returns, prices: prices.slice(0, (observations + 1) * n), kept };
}

/** Keeps the returns between two adjacent complete rows. The prices given back are chained over the dates in between. */
function completeRows(prices: Float64Array, n: number): Rows {
  const rows = prices.length / n;
  const kept: number[] = [];
  for (let row = 1; row < rows; row += 1) {
    if (isComplete(prices, n, row - 1) && isComplete(prices, n, row)) kept.push(row);
  }
  const observations = kept.length;
  const returns = new Float64Array(observations * n);
  const chained = new Float64Array(observations === 0 ? 0 : (observations + 1) * n);
  for (const [t, row] of kept.entries()) {
    if (t === 0) chained.set(prices.subarray((row - 1) * n, row * n));
    for (let i = 0; i < n; i += 1) {
      const growth = prices[row * n + i]! / prices[(row - 1) * n + i]!;
      returns[t * n + i] = growth - 1;
      chained[(t + 1) * n + i] = chained[t * n + i]! * growth;
    }
  }
  return { observations, returns, prices: chained, kept: Int32Array.from(kept, (row) => row - 1) };
}
