/** e100 and e500: least CVaR 95 % over scenarios with a least mean return. */
import type { Problem } from '../../src/problem/problem.ts';
import { Random, budgetRow, problemOf, riskModel, rowOver } from '../../test/support/problems.ts';
import type { BenchCase } from '../bench-case.ts';
import { contest } from '../contest.ts';
import type { Results } from '../contest.ts';
import { certified, comparedTo, reportCertificate, solved } from '../engine.ts';
import { npmHighs } from '../highs.ts';
import { pythonPeers } from '../python-peers.ts';
import { peerSecondsMax } from '../quadratic-case.ts';
import { TripletList, programFile } from '../quadratic-program.ts';
import type { QuadraticProgram } from '../quadratic-program.ts';

const level = 0.95;
const upper = 0.2;
const monthsPerYear = 12;

export interface TailCase {
  readonly problem: Problem;
  readonly scenarios: Float64Array;
  readonly mean: Float64Array;
  readonly target: number;
}

/** Monthly returns with the tails of a Student distribution of four degrees; the least return is the 60 % quantile of the means. */
export function tailCase(n: number, count: number): TailCase {
  const random = new Random(5000 + n);
  const k = Math.min(20, n);
  const { operator, market } = riskModel(n, k, random);
  const { exposures, factorCovariance, specific } = operator;
  const root = new Float64Array(k * k);
  for (let a = 0; a < k; a += 1)
    for (let b = 0; b <= a; b += 1) {
      let s = factorCovariance[a * k + b]!;
      for (let c = 0; c < b; c += 1) s -= root[a * k + c]! * root[b * k + c]!;
      root[a * k + b] = a === b ? Math.sqrt(s) : s / root[b * k + b]!;
    }
  const drift = random.vector(n, () => (0.06 + 0.03 * random.normal()) / monthsPerYear);
  const scenarios = new Float64Array(count * n);
  const mean = new Float64Array(n);
  for (let s = 0; s < count; s += 1) {
    const shocks = random.vector(k, () => random.normal());
    const factors = shocks.map((_, a) => shocks.reduce((total, shock, b) => total + root[a * k + b]! * shock, 0));
    let chi = 0;
    for (let d = 0; d < 4; d += 1) chi += random.normal() ** 2 / 4;
    const scale = Math.sqrt(0.5 / (chi * monthsPerYear));
    for (let i = 0; i < n; i += 1) {
      let total = Math.sqrt(specific[i]!) * random.normal();
      for (let j = 0; j < k; j += 1) total += exposures[i * k + j]! * factors[j]!;
      scenarios[s * n + i] = scale * total + drift[i]! * (1 + market[i]!);
      mean[i] = mean[i]! + scenarios[s * n + i]! / count;
    }
  }
  const target = [...mean].sort((a, b) => a - b)[Math.floor(0.6 * n)]!;
  const tail = { kind: 'cvar', scenarios, level, weight: 1 } as const;
  const rows = [budgetRow(n), rowOver(mean, target, Infinity, 'least return')];
  return { problem: problemOf(n, { tailTerms: [tail] }, { rows, upper }), scenarios, mean, target };
}

/** Weights, the threshold z, and u_s >= -z - r_s'w of each scenario: least z + sum u / ((1 - level) S). */
function linearProgram({ scenarios, mean, target }: TailCase): QuadraticProgram {
  const n = mean.length;
  const count = scenarios.length / n;
  const columns = n + 1 + count;
  const constraints = new TripletList();
  for (let i = 0; i < n; i += 1) {
    constraints.add(0, i, 1);
    constraints.add(1, i, mean[i]!);
  }
  for (let s = 0; s < count; s += 1) {
    for (let i = 0; i < n; i += 1) constraints.add(2 + s, i, scenarios[s * n + i]!);
    constraints.add(2 + s, n, 1);
    constraints.add(2 + s, n + 1 + s, 1);
  }
  const filled = (length: number, at: (index: number) => number): Float64Array =>
    Float64Array.from({ length }, (_, index) => at(index));
  return {
    columns,
    assets: n,
    quadratic: new TripletList().done(),
    linear: filled(columns, (x) => (x < n ? 0 : x === n ? 1 : 1 / ((1 - level) * count))),
    constraints: constraints.done(),
    rowLower: filled(2 + count, (row) => (row === 0 ? 1 : row === 1 ? target : 0)),
    rowUpper: filled(2 + count, (row) => (row === 0 ? 1 : Infinity)),
    lower: filled(columns, (x) => (x === n ? -Infinity : 0)),
    upper: filled(columns, (x) => (x < n ? upper : Infinity)),
  };
}

function cvarCase(name: string, n: number, count: number): BenchCase {
  return {
    name,
    problem: `least CVaR 95 % of ${n} names over ${count} scenarios, a least return, at most 20 % each`,
    run: async ({ quick }) => {
      const built = tailCase(n, count);
      const { problem, scenarios, mean, target } = built;
      const program = linearProgram(built);
      const solution = certified(problem, name);
      const compared = comparedTo(problem, solution);
      const judge = (results: Results): ReturnType<typeof compared> => compared(results['x'] as readonly number[]);
      const more = { arrays: { R: scenarios, mu: mean }, settings: { level, upper, target } };
      const python = quick ? undefined : await pythonPeers('tails', programFile(program, more), peerSecondsMax);
      try {
        const ours = (): void => void solved(problem);
        const ms = await contest({ case: name, ours, peers: [npmHighs(program), ...(python?.peers ?? [])], judge });
        reportCertificate(name, problem, solution, ms);
      } finally {
        await python?.end();
      }
    },
  };
}

export const tailCases: readonly BenchCase[] = [cvarCase('e100', 100, 2000), cvarCase('e500', 500, 5000)];
