/** The Hang Seng index and its 31 stocks, weekly: OR-Library indtrack1 (J. E. Beasley, MIT). */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import type { Scenarios } from '../../src/sdk/v1/index.ts';
import type { Setting } from '../../src/sdk/v1/testing/reference-task.ts';
import { settingOver } from './stock-scenarios.ts';

/** (weeks x 32) simple returns, the index first; the first `stocks` of the stocks. */
export function hangSeng(stocks = 31): Scenarios {
  const file = new URL('../golden/cases/orlib-indtrack1.txt.gz', import.meta.url);
  const [series = 0, periods = 0, ...values] = gunzipSync(readFileSync(file))
    .toString('utf8')
    .trim()
    .split(/\s+/)
    .map(Number);
  if (values.length !== (series + 1) * (periods + 1)) throw new Error('the file is not as it was');
  const price = (asset: number, week: number): number => values[asset * (periods + 1) + week]!;
  const n = stocks + 1;
  const returns = Float64Array.from({ length: periods * n }, (_, k) => {
    const [week, asset] = [Math.floor(k / n), k % n];
    return price(asset, week + 1) / price(asset, week) - 1;
  });
  return { count: periods, returns, periodsPerYear: 52, isPath: true };
}

/** Fully invested, long only; the index is an asset of its own that may not be held. */
export function trackingSetting<Parameters>(scenarios: Scenarios, parameters: Parameters): Setting<Parameters> {
  const n = scenarios.returns.length / scenarios.count;
  const ids = Array.from({ length: n }, (_, i) => (i === 0 ? 'index' : `s${i}`));
  const upper = ids.map((_, i) => (i === 0 ? 0 : 1));
  const setting = settingOver({ scenarios, ids }, { upper }, parameters);
  const benchmark = Float64Array.from(ids, (_, i) => (i === 0 ? 1 : 0));
  return { ...setting, situation: { ...setting.situation, benchmark } };
}
