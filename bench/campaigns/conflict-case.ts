/**
 * 1,000 names and 300 rows that cannot hold together: the smallest conflict and the cheapest repair, from the rows to both answers. A third
 * of the rows are groups, the others exposures. Plain: two halves are asked for more than there is. Hidden: the sum of six exposures is asked
 * for more than the six allow.
 */
import type { Lowered, Origin, Problem, Row } from '../../src/problem/problem.ts';
import type { RelaxableSide } from '../../src/problem/relaxable.ts';
import type { Solution } from '../../src/problem/solution.ts';
import type { Universe } from '../../src/problem/universe.ts';
import { findConflict } from '../../src/solvers/conflict.ts';
import { findRepair } from '../../src/solvers/repair.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { builtInContributions } from '../../src/workers/built-in.ts';
import { Random, originOf, rowOver, universeOf } from '../../test/support/problems.ts';
import type { BenchCase } from '../bench-case.ts';
import { median, report } from '../figure.ts';

const runs = 7;
const targetMs = 300;

export interface ConflictCase {
  readonly universe: Universe;
  readonly restrictions: readonly Lowered[];
  readonly sides: readonly RelaxableSide[];
}

/** Rows that one portfolio meets, and a few that none does. */
export function conflictCase(kind: 'plain' | 'hidden', names = 1000, count = 300, seed = 5): ConflictCase {
  const random = new Random(seed);
  const raw = random.vector(names, () => random.next() + 0.1);
  const total = raw.reduce((sum, value) => sum + value, 0);
  const held = raw.map((value) => value / total);
  const rows: Lowered[] = [];
  for (let k = 0; k < count - 4; k++) {
    const group = k % 3 === 0;
    const coefficients = random.vector(names, () =>
      random.chance(group ? 0.03 : 0.3) ? (group ? 1 : random.normal()) : 0,
    );
    const value = coefficients.reduce((sum, coefficient, i) => sum + coefficient * held[i]!, 0);
    rows.push({ rows: [rowOver(coefficients, value - 0.02, value + 0.02, `row ${k}`)] });
  }
  const part = (from: number, to: number): Float64Array =>
    Float64Array.from({ length: names }, (_, i) => (i >= from * names && i < to * names ? 1 : 0));
  const caps = Array.from({ length: names }, (_, position) => ({
    position,
    lower: 0,
    upper: 0.02,
    origin: originOf('caps', `at most 2 % of ${position}`),
  }));
  const impossible =
    kind === 'hidden'
      ? [sumOf(rows.filter((_, k) => k % 3 !== 0).slice(0, 6), names)]
      : [
          rowOver(part(0, 0.5), 0.65, Infinity, 'first half at least 65 %'),
          rowOver(part(0.5, 1), 0.55, Infinity, 'second half at least 55 %'),
          rowOver(part(0, 0.25), -Infinity, 0.9, 'first quarter at most 90 %'),
        ];
  const restrictions: Lowered[] = [
    { bounds: caps },
    { rows: [rowOver(part(0, 1), 1, 1, 'budget')] },
    ...rows,
    ...impossible.map((row): Lowered => ({ rows: [row] })),
  ];
  const sides = restrictions
    .slice(2)
    .flatMap(({ rows: of = [] }) =>
      of.flatMap((row): RelaxableSide[] => [
        ...(row.lower > -Infinity ? [{ restriction: row, side: 'lower' as const, measure: 1 }] : []),
        ...(row.upper < Infinity ? [{ restriction: row, side: 'upper' as const, measure: 1 }] : []),
      ]),
    );
  return { universe: universeOf(names), restrictions, sides };
}

/** Their sum, beyond the sum of their upper sides by 1 %. */
function sumOf(parts: readonly Lowered[], names: number): Row {
  const coefficients = new Float64Array(names);
  let most = 0;
  for (const row of parts.flatMap((part) => part.rows ?? [])) {
    row.positions.forEach((i, k) => (coefficients[i] = coefficients[i]! + row.coefficients[k]!));
    most += row.upper;
  }
  return rowOver(coefficients, most + 0.01, Infinity, 'sum of six');
}

const registry = new SolverRegistry(builtInContributions.solvers ?? []);
const solve = (problem: Problem): Solution => runToEnd(registry.solve(problem));

/** Both answers to one case. */
export function explain({ universe, restrictions, sides }: ConflictCase) {
  const began = performance.now();
  const conflict: readonly Origin[] = findConflict({ universe, restrictions, solve });
  const between = performance.now();
  const repair = findRepair({ universe, restrictions, sides, solve });
  return { conflict, repair, conflictMs: between - began, repairMs: performance.now() - between };
}

export const conflictBench: BenchCase = {
  name: 'iis',
  problem: '1,000 names, 300 rows that cannot hold together: the smallest conflict and the cheapest repair',
  run: () => {
    for (const kind of ['plain', 'hidden'] as const) measure(kind);
    return Promise.resolve();
  },
};

function measure(kind: 'plain' | 'hidden'): void {
  const given = conflictCase(kind);
  explain(given);
  const found = Array.from({ length: runs }, () => explain(given));
  const { conflict, repair } = found[0]!;
  const amounts = [...(repair ?? new Map<RelaxableSide, number>()).values()].map((amount) => amount.toFixed(4));
  const figure = (metric: string, ms: readonly number[], note: string): void =>
    report({ case: kind === 'plain' ? 'iis' : 'iis hidden', metric, value: median(ms), unit: 'ms', note });
  figure(
    'conflictMs',
    found.map(({ conflictMs }) => conflictMs),
    conflict.map(({ text }) => text).join('; '),
  );
  figure(
    'repairMs',
    found.map(({ repairMs }) => repairMs),
    `gives way by ${amounts.join(', ')}`,
  );
  figure(
    'wholeMs',
    found.map(({ conflictMs, repairMs }) => conflictMs + repairMs),
    `target ${targetMs} ms`,
  );
}

if (import.meta.filename === process.argv[1]) await conflictBench.run({ quick: true });
