/**
 * What stands still: weights that stay the same over several periods are one unknown, a run; runs that touch a bound or reach back to the
 * current weights are known. Read off an interior point by comparing slacks with multipliers.
 */
import type { ChainForm } from './chain-form.ts';
import type { ChainPoint } from './chain-point.ts';

export const sides = { none: 0, lower: 1, upper: 2 } as const;
export const trades = { still: 0, buy: 1, sell: 2, linear: 3 } as const;

/** A trade of purchases and sales this small is none when they differ by no more than this share of themselves. */
const small = 1e-4;
const vanished = 1e-3;
/** Trades no larger count as none. */
const beyond = 1e-9;

/** By period and asset: which bound holds and what the trade into the period is; by row and limit: which side holds. */
export interface ChainActive {
  readonly bounds: Uint8Array;
  readonly trades: Uint8Array;
  readonly rows: Uint8Array;
  readonly limits: Uint8Array;
}

export interface Runs {
  /** By period and asset: index of the free run, or -1. */
  readonly runOf: Int32Array;
  /** First entry of each free run. */
  readonly starts: readonly number[];
  /** By period and asset: the weight where the run is known, NaN where it is free. */
  readonly known: Float64Array;
}

export function activeAt(form: ChainForm, point: ChainPoint): ChainActive {
  const { n, kinked, lower, upper, rows, current } = form;
  const bounds = point.weights.map((weight, at) => {
    const below = point.lowerPrice[at]! > weight - lower[at]!;
    const above = point.upperPrice[at]! > upper[at]! - weight;
    if (below && above) return point.lowerPrice[at]! > point.upperPrice[at]! ? sides.lower : sides.upper;
    return below ? sides.lower : above ? sides.upper : sides.none;
  });
  const moves = point.weights.map((_, at) => {
    if (kinked[at] === 0) return trades.linear;
    // What is held now may lie beyond its bounds, and cannot stay; by less it counts as on them.
    if (at < n && current[at]! > upper[at]! + beyond) return trades.sell;
    if (at < n && current[at]! < lower[at]! - beyond) return trades.buy;
    const p = point.purchases[at]!;
    const m = point.sales[at]!;
    if (p < point.buy[at]! && m < point.sell[at]!) return trades.still;
    // Without rates both vanish only slowly, long after their difference has.
    if (Math.abs(p - m) < vanished * Math.max(p, m) && Math.max(p, m) < small) return trades.still;
    return p >= m ? trades.buy : trades.sell;
  });
  const rowSides = rows.map((row, r) => {
    if (row.isEquation) return sides.upper;
    if (point.rowLower[r]! > point.rowValue[r]! - row.lower) return sides.lower;
    return point.rowUpper[r]! > row.upper - point.rowValue[r]! ? sides.upper : sides.none;
  });
  return {
    bounds: Uint8Array.from(bounds),
    trades: Uint8Array.from(moves),
    rows: Uint8Array.from(rowSides),
    limits: Uint8Array.from(point.limitPrice, (price, j) => (price > point.limitSlack[j]! ? 1 : 0)),
  };
}

export function runsOf(form: ChainForm, active: ChainActive): Runs {
  const { n, periods, current } = form;
  const runOf = new Int32Array(n * periods).fill(-1);
  const known = new Float64Array(n * periods).fill(NaN);
  const starts: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let first = 0; first < periods;) {
      let last = first;
      while (last + 1 < periods && active.trades[(last + 1) * n + i] === trades.still) last++;
      const anchored = first === 0 && active.trades[i] === trades.still;
      let value = anchored ? current[i]! : NaN;
      for (let t = first; t <= last && Number.isNaN(value); t++) value = boundAt(form, active, t * n + i);
      for (let t = first; t <= last; t++) {
        const at = t * n + i;
        known[at] = value;
        if (Number.isNaN(value)) runOf[at] = starts.length;
      }
      if (Number.isNaN(value)) starts.push(first * n + i);
      first = last + 1;
    }
  }
  return { runOf, starts, known };
}

function boundAt({ lower, upper, pinned }: ChainForm, active: ChainActive, at: number): number {
  if (pinned[at] === 1 || active.bounds[at] === sides.lower) return lower[at]!;
  return active.bounds[at] === sides.upper ? upper[at]! : NaN;
}

/** Takes up what a settled point contradicts: bounds that are crossed, trades that go the wrong way. @returns the number of changes. */
export function revise(form: ChainForm, active: ChainActive, weights: Float64Array): number {
  const { n, lower, upper, current } = form;
  let changes = 0;
  const set = (states: Uint8Array, at: number, state: number): void => {
    if (states[at] === state) return;
    states[at] = state;
    changes++;
  };
  for (let at = 0; at < weights.length; at++) {
    const weight = weights[at]!;
    if (active.bounds[at] === sides.none && weight < lower[at]!) set(active.bounds, at, sides.lower);
    else if (active.bounds[at] === sides.none && weight > upper[at]!) set(active.bounds, at, sides.upper);
    const trade = weight - (at < n ? current[at]! : weights[at - n]!);
    if (active.trades[at] === trades.buy && trade < 0) set(active.trades, at, trades.still);
    else if (active.trades[at] === trades.sell && trade > 0) set(active.trades, at, trades.still);
  }
  return changes;
}
