/** g10x100: ten periods of a hundred names, chained by linear trading costs. */
import { certifyPeriods, periodsObjective } from '../../src/problem/certificate-periods.ts';
import type { PeriodsProblem, PeriodsSolution } from '../../src/problem/periods.ts';
import { solvePeriods } from '../../src/solvers/periods/periods.ts';
import { Random, budgetRow, denseCase, originOf, universeOf } from '../../test/support/problems.ts';
import type { BenchCase } from '../bench-case.ts';
import { contest } from '../contest.ts';
import type { Judgement, Results } from '../contest.ts';
import { median, report } from '../figure.ts';
import { npmHighs } from '../highs.ts';
import { pythonPeers } from '../python-peers.ts';
import { peerSecondsMax } from '../quadratic-case.ts';
import { TripletList, programFile } from '../quadratic-program.ts';
import type { QuadraticProgram } from '../quadratic-program.ts';

const riskAversion = 5;
const upper = 0.1;
const monthsPerYear = 12;

/** Views that fade from month to month, costs of 5 to 20 bp. */
export function periodsCase(n: number, count: number): PeriodsProblem {
  const random = new Random(7000 + n + count);
  const { quadratics, linear } = denseCase(n);
  const [quadratic] = quadratics;
  if (quadratic?.operator.kind !== 'dense') throw new Error('expected a dense covariance');
  const entries = quadratic.operator.entries.map((value) => value / monthsPerYear);
  const operator = { kind: 'dense', size: n, entries } as const;
  const rate = random.vector(n, () => random.between(0.0005, 0.002));
  let current = random.vector(n, () => Math.exp(1.4 * random.normal()));
  for (let pass = 0; pass < 50; pass += 1) {
    const total = current.reduce((sum, value) => sum + value, 0);
    current = current.map((value) => Math.min(value / total, upper));
  }
  const total = current.reduce((sum, value) => sum + value, 0);
  current = current.map((value) => value / total);
  const origin = originOf('bounds');
  const bounds = Array.from({ length: n }, (_, position) => ({ position, lower: 0, upper, origin }));
  const periods = Array.from({ length: count }, (_, t) => ({
    quadratics: [{ scale: riskAversion, operator }],
    linear: Float64Array.from(linear, (mu) => (0.5 * mu + 0.02 * random.normal() * 0.8 ** t) / monthsPerYear),
    trading: { buyRate: rate, sellRate: rate },
    lower: new Float64Array(n),
    upper: new Float64Array(n).fill(upper),
    bounds,
    rows: [budgetRow(n)],
    limits: [],
  }));
  return { universe: universeOf(n), current, periods };
}

/** All weights, then all purchases, then all sales. */
function splitProgram({ universe, current, periods }: PeriodsProblem): QuadraticProgram {
  const n = universe.assets.length;
  const count = periods.length;
  const weights = n * count;
  const columns = 3 * weights;
  const quadratic = new TripletList();
  const constraints = new TripletList();
  const linear = new Float64Array(columns);
  const sides = new Float64Array(weights + count).fill(1);
  for (const [t, period] of periods.entries()) {
    const [term] = period.quadratics;
    if (term?.operator.kind !== 'dense' || period.trading === undefined) throw new Error('expected a dense covariance');
    const { entries } = term.operator;
    for (let i = 0; i < n; i += 1) {
      const at = t * n + i;
      for (let j = 0; j <= i; j += 1) quadratic.add(at, t * n + j, term.scale * entries[i * n + j]!);
      linear[at] = -period.linear[i]!;
      linear[weights + at] = period.trading.buyRate[i]!;
      linear[2 * weights + at] = period.trading.sellRate[i]!;
      constraints.add(at, at, 1);
      if (t > 0) constraints.add(at, at - n, -1);
      constraints.add(at, weights + at, -1);
      constraints.add(at, 2 * weights + at, 1);
      constraints.add(weights + t, at, 1);
      sides[at] = t === 0 ? current[i]! : 0;
    }
  }
  return {
    columns,
    assets: weights,
    quadratic: quadratic.done(),
    linear,
    constraints: constraints.done(),
    rowLower: sides,
    rowUpper: sides,
    lower: new Float64Array(columns),
    upper: Float64Array.from({ length: columns }, (_, at) => (at < weights ? upper : Infinity)),
  };
}

export function solvedPeriods(problem: PeriodsProblem): PeriodsSolution {
  const steps = solvePeriods(problem);
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

function given(problem: PeriodsProblem): Parameters<typeof programFile>[1] {
  const [first] = problem.periods;
  const [term] = first?.quadratics ?? [];
  if (first?.trading === undefined || term?.operator.kind !== 'dense') throw new Error('expected a dense covariance');
  const mu = Float64Array.from(problem.periods.flatMap(({ linear }) => [...linear]));
  const arrays = { S: term.operator.entries, mu, held: problem.current, rate: first.trading.buyRate };
  return { arrays, settings: { riskAversion, upper } };
}

function periodsBench(n: number, count: number): BenchCase {
  const name = `g${count}x${n}`;
  return {
    name,
    problem: `${count} periods of ${n} names, dense covariance, linear trading costs, at most 10 % each`,
    run: async ({ quick }) => {
      const problem = periodsCase(n, count);
      const program = splitProgram(problem);
      const solution = solvedPeriods(problem);
      const check = certifyPeriods(problem, solution);
      if (solution.termination.reason !== 'optimal' || check.verdict !== 'passed')
        throw new Error(`${name}: ${solution.termination.detail}; certificate: ${check.detail}`);
      const reached = periodsObjective(problem, solution.weights);
      const judge = ({ x, objective }: Results): Judgement => {
        const plan = (t: number): Float64Array => Float64Array.from((x as readonly number[]).slice(t * n, (t + 1) * n));
        const value =
          x === undefined
            ? Number(objective?.[0])
            : periodsObjective(
                problem,
                problem.periods.map((_, t) => plan(t)),
              );
        return { gap: (value - reached) / Math.abs(reached) };
      };
      const python = quick
        ? undefined
        : await pythonPeers('periods', programFile(program, given(problem)), peerSecondsMax);
      try {
        const peers = [npmHighs(program), ...(python?.peers ?? [])];
        const ms = await contest({ case: name, ours: () => void solvedPeriods(problem), peers, judge });
        const times = Array.from({ length: 5 }, () => {
          const start = performance.now();
          certifyPeriods(problem, solution);
          return performance.now() - start;
        });
        report({ case: name, metric: 'certificateShare', value: median(times) / ms, unit: 'of the solve' });
        report({ case: name, metric: 'certifiedGap', value: check.gap, unit: 'relative' });
      } finally {
        await python?.end();
      }
    },
  };
}

export const periodsCases: readonly BenchCase[] = [periodsBench(100, 10)];
