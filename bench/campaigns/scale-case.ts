/** The interior point alone on factor models of growing size: time and memory, and the exponents that fit them. */
import { spawnSync } from 'node:child_process';

import { certify } from '../../src/problem/certificate.ts';
import { defaultSettings } from '../../src/problem/solver.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { runToEnd } from '../../src/solvers/registry.ts';
import { factorCase } from '../../test/support/problems.ts';
import type { BenchCase } from '../bench-case.ts';
import { report } from '../figure.ts';

const sizes: readonly (readonly [names: number, factors: number])[] = [
  [2500, 50],
  [5000, 50],
  [10000, 50],
  [20000, 50],
  [20000, 200],
];

interface Measured {
  readonly ms: number;
  readonly iterations: number;
  readonly passed: boolean;
  /** Beyond what the problem itself holds. */
  readonly megabytes: number;
}

/** In this process, which is to do nothing else. */
function measure(names: number, factors: number): Measured {
  const problem = factorCase(names, factors);
  const before = process.memoryUsage().rss;
  const began = performance.now();
  const solution = runToEnd(interiorPoint.solve(problem, defaultSettings, () => false));
  const ms = performance.now() - began;
  const peak = process.resourceUsage().maxRSS / 1024;
  return {
    ms,
    iterations: solution.iterations,
    passed: solution.termination.reason === 'optimal' && certify(problem, solution).verdict === 'passed',
    megabytes: peak - before / 2 ** 20,
  };
}

/** Slope of a line through the logarithms. */
function exponent(points: readonly (readonly [x: number, y: number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (k: 0 | 1): number => logs.reduce((sum, each) => sum + each[k], 0) / logs.length;
  const [mx, my] = [mean(0), mean(1)];
  const above = logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return above / logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}

export const scaleBench: BenchCase = {
  name: 'interior-point-scale',
  problem: 'the interior point alone, up to 20,000 names and 200 factors: time, memory beyond the problem',
  run: () => {
    const byNames: (readonly [number, Measured])[] = [];
    for (const [names, factors] of sizes) {
      const child = spawnSync(process.execPath, [import.meta.filename, String(names), String(factors)], {
        encoding: 'utf8',
      });
      const found = JSON.parse(child.stdout) as Measured;
      if (factors === 50) byNames.push([names, found]);
      const note = `${found.iterations} iterations, certificate ${found.passed ? 'passed' : 'failed'}`;
      const name = `interior-point-scale ${names}x${factors}`;
      report({ case: name, metric: 'solveMs', value: found.ms, unit: 'ms', note });
      report({ case: name, metric: 'memory', value: found.megabytes, unit: 'MB', note: 'peak beyond the problem' });
    }
    const fit = (metric: string, value: (measured: Measured) => number): void =>
      report({
        case: 'interior-point-scale',
        metric,
        value: exponent(byNames.map(([names, measured]) => [names, value(measured)] as const)),
        unit: 'exponent in names',
        note: '50 factors',
      });
    fit('timeGrowth', ({ ms }) => ms);
    fit('memoryGrowth', ({ megabytes }) => megabytes);
    return Promise.resolve();
  },
};

if (import.meta.filename === process.argv[1]) {
  const [names, factors] = process.argv.slice(2).map(Number);
  if (names === undefined || factors === undefined) await scaleBench.run({ quick: true });
  else process.stdout.write(`${JSON.stringify(measure(names, factors))}\n`);
}
