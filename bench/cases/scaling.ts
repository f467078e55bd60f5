/** How time and memory grow with names, factors, rows, scenarios and periods. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { BenchCase } from '../bench-case.ts';
import { report } from '../figure.ts';
import type { ScalingPoint } from '../scaling-point.ts';

const run = promisify(execFile);
const script = new URL('../scaling-point.ts', import.meta.url).pathname;
const secondsMax = 60;

/** Least-squares slope of log value over log size. */
export function exponentOf(points: readonly { readonly size: number; readonly value: number }[]): number {
  const logs = points.map(({ size, value }) => [Math.log(size), Math.log(value)] as const);
  const meanX = logs.reduce((sum, [x]) => sum + x, 0) / logs.length;
  const meanY = logs.reduce((sum, [, y]) => sum + y, 0) / logs.length;
  const across = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return across / logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

async function benchScaling(name: string, kind: string, sizes: readonly number[]): Promise<void> {
  const points: { size: number; ms: number; memory: number }[] = [];
  for (const size of sizes) {
    try {
      const { stdout } = await run(process.execPath, [script, kind, String(size)], { timeout: secondsMax * 1000 });
      const { ms, peakMb, baseMb, reason, iterations } = JSON.parse(stdout) as ScalingPoint;
      const note = `${reason} after ${String(iterations)} iterations; the problem itself ${baseMb.toFixed(0)} MB`;
      report({ case: name, metric: `ms at ${String(size)}`, value: ms, unit: 'ms', note });
      report({ case: name, metric: `peak at ${String(size)}`, value: peakMb, unit: 'MB' });
      points.push({ size, ms, memory: peakMb });
    } catch (error) {
      const killed = error instanceof Error && 'killed' in error && error.killed === true;
      const note = killed ? `no answer in ${String(secondsMax)} s` : String(error).split('\n')[0];
      report({ case: name, metric: `ms at ${String(size)}`, value: null, unit: 'ms', note: note ?? '' });
    }
  }
  if (points.length < 2) return;
  const time = exponentOf(points.map(({ size, ms }) => ({ size, value: ms })));
  const memory = exponentOf(points.map(({ size, memory: value }) => ({ size, value })));
  report({ case: name, metric: 'exponent of time', value: time, unit: '' });
  report({ case: name, metric: 'exponent of memory', value: memory, unit: '' });
}

const scalings = [
  ['names', '70 factors, the problem of b10000x70', [500, 2000, 5000, 10000, 20000]],
  ['factors', '3,000 names, the problem of b3000x20', [20, 50, 100, 200]],
  ['rows', '3,000 names, 20 factors, ranges of exposures', [20, 100, 300, 1000]],
  ['scenarios', '100 names, the problem of e100', [500, 2000, 5000, 20000]],
  ['periods', '100 names, the problem of g10x100', [5, 10, 20, 50]],
] as const;

export const scalingCases: readonly BenchCase[] = scalings.map(([kind, problem, sizes]) => ({
  name: `by ${kind}`,
  problem: `${String(sizes[0])} to ${String(sizes.at(-1))} ${kind}: ${problem}`,
  run: () => benchScaling(`by ${kind}`, kind, sizes),
}));
