import type { FloatSeries } from './series.ts';

export interface PriceMatrix {
  readonly days: Int32Array;
  /** T x n row-major; NaN where an asset has no price that day. */
  readonly prices: Float64Array;
}

/** Index of the first day that is not before `day`. */
function firstFrom(days: Int32Array, day: number): number {
  let low = 0;
  let high = days.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (days[middle]! < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** All days on which any of the assets has a price, ascending, and a column per asset in the order of `keys`. */
export function priceMatrixOf(
  series: readonly FloatSeries[],
  keys: readonly string[],
  from = -Infinity,
  to = Infinity,
): PriceMatrix {
  const bounds = new Map<Int32Array, readonly [number, number]>();
  const union = new Set<number>();
  for (const { days } of series) {
    if (bounds.has(days)) continue;
    const range = [firstFrom(days, from), firstFrom(days, to + 1)] as const;
    bounds.set(days, range);
    for (let k = range[0]; k < range[1]; k++) union.add(days[k]!);
  }
  const days = Int32Array.from(union).sort();
  const rowOfDay = new Map<number, number>();
  days.forEach((day, row) => rowOfDay.set(day, row));

  const n = keys.length;
  const prices = new Float64Array(days.length * n).fill(NaN);
  const byKey = new Map(series.map((one) => [one.key, one]));
  const rowsOf = new Map<Int32Array, Int32Array>();
  keys.forEach((key, column) => {
    const one = byKey.get(key);
    if (one === undefined) return;
    const [first, end] = bounds.get(one.days)!;
    let rows = rowsOf.get(one.days);
    if (rows === undefined) {
      rows = one.days.subarray(first, end).map((day) => rowOfDay.get(day)!);
      rowsOf.set(one.days, rows);
    }
    for (let k = first; k < end; k++) prices[rows[k - first]! * n + column] = one.values[k]!;
  });
  return { days, prices };
}
