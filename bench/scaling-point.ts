/** One point of a scaling row, in a process of its own so that its peak of memory is its own: `scaling-point.ts KIND SIZE`, a line of JSON out. */
import type { PeriodsProblem } from '../src/problem/periods.ts';
import type { Problem } from '../src/problem/problem.ts';
import { Random, factorCase, rowOver } from '../test/support/problems.ts';
import { periodsCase, solvedPeriods } from './cases/periods.ts';
import { tailCase } from './cases/tails.ts';
import { solved } from './engine.ts';
import { median } from './figure.ts';

export interface ScalingPoint {
  readonly ms: number;
  readonly peakMb: number;
  readonly baseMb: number;
  readonly reason: string;
  readonly iterations: number;
}

/** Of 3,000 names and 20 factors, ranges of random exposures that the market's neighbourhood satisfies. */
function withRows(count: number): Problem {
  const n = 3000;
  const problem = factorCase(n, 20);
  const random = new Random(count);
  const extra = Array.from({ length: count - problem.rows.length }, (_, r) => {
    const exposures = random.vector(n, () => random.normal());
    const centre = exposures.reduce((sum, value) => sum + value, 0) / n;
    return rowOver(exposures, centre - 0.4, centre + 0.4, `exposure ${String(r)}`);
  });
  return { ...problem, rows: [...problem.rows, ...extra] };
}

type Built =
  { readonly kind: 'single'; readonly problem: Problem } | { readonly kind: 'chain'; readonly problem: PeriodsProblem };

const single = (problem: Problem): Built => ({ kind: 'single', problem });

const builders: Readonly<Record<string, (size: number) => Built>> = {
  names: (n) => single(factorCase(n, 70)),
  factors: (k) => single(factorCase(3000, k)),
  rows: (count) => single(withRows(count)),
  scenarios: (count) => single(tailCase(100, count).problem),
  periods: (count) => ({ kind: 'chain', problem: periodsCase(100, count) }),
};

const megabytes = 1024;
const peakMb = (): number => process.resourceUsage().maxRSS / megabytes;

const [kind = '', size = ''] = process.argv.slice(2);
const build = builders[kind];
if (build === undefined) throw new Error(`no scaling of ${kind}; there are ${Object.keys(builders).join(', ')}`);
const built = build(Number(size));
const baseMb = peakMb();
const solve = () => (built.kind === 'single' ? solved(built.problem) : solvedPeriods(built.problem));
const { termination, iterations } = solve();
const times = Array.from({ length: 3 }, () => {
  const start = performance.now();
  solve();
  return performance.now() - start;
});
const point: ScalingPoint = { ms: median(times), peakMb: peakMb(), baseMb, reason: termination.reason, iterations };
process.stdout.write(`${JSON.stringify(point)}\n`);
