/** Daily prices of the twenty US stocks that ship as an example. */
import { readFileSync } from 'node:fs';

const [header = '', ...lines] = readFileSync(
  new URL('../../examples/market/us-stocks-20/prices.csv', import.meta.url),
  'utf8',
)
  .trim()
  .split(/\r?\n/);

export const stockIds: readonly string[] = header.split(',').slice(1);

/** By day, the earliest first: `prices` in the order of `stockIds`, NaN where there is none. */
export const stockDays = lines.map((line) => {
  const [date = '', ...prices] = line.split(',');
  return { date, prices: prices.map((price) => (price.trim() === '' ? NaN : Number(price))) };
});

/** (days x stocks) row-major. */
export function stockPrices(): Float64Array {
  return Float64Array.from(stockDays.flatMap(({ prices }) => prices));
}
