/** iis: an infeasible problem of a thousand names and three hundred rows: which of them conflict, and what would help. */
import type { Bound, Lowered, Row } from '../../src/problem/problem.ts';
import { compose } from '../../src/problem/problem.ts';
import type { Problem } from '../../src/problem/problem.ts';
import { findConflict } from '../../src/solvers/conflict.ts';
import { findRepair } from '../../src/solvers/repair.ts';
import { Random, budgetRow, originOf, rowOver, universeOf } from '../../test/support/problems.ts';
import type { BenchCase } from '../bench-case.ts';
import { contest } from '../contest.ts';
import { solved } from '../engine.ts';
import { report } from '../figure.ts';
import { pythonPeers } from '../python-peers.ts';
import { peerSecondsMax } from '../quadratic-case.ts';
import { TripletList, programFile } from '../quadratic-program.ts';
import type { QuadraticProgram } from '../quadratic-program.ts';

const n = 1000;
const rowCount = 300;
const cap = 0.02;
const members = 60;

interface Infeasible {
  readonly restrictions: readonly Lowered[];
  readonly rows: readonly Row[];
  readonly problem: Problem;
}

/**
 * Ranges of exposures and groups that equal weights satisfy, but for three: 30 % in one group and 25 % in another leave no room for at most
 * half in a group that holds both.
 */
function infeasible(): Infeasible {
  const random = new Random(8000);
  const rows: Row[] = [budgetRow(n)];
  const inRange = (from: number, to: number) =>
    Float64Array.from({ length: n }, (_, i) => (i >= from && i < to ? 1 : 0));
  rows.push(rowOver(inRange(0, members), 0.3, 1, 'first group'));
  rows.push(rowOver(inRange(members, 2 * members), 0.25, 1, 'second group'));
  rows.push(rowOver(inRange(0, 3 * members), 0, 0.5, 'both groups'));
  for (let r = rows.length; r < rowCount; r += 1) {
    const isGroup = r % 2 === 0;
    const row = random.vector(n, () => (isGroup ? Number(random.chance(0.1)) : random.normal()));
    const value = row.reduce((sum, each) => sum + each, 0) / n;
    // Wide enough for whatever the three demand.
    rows.push(rowOver(row, isGroup ? 0 : value - 1, isGroup ? 0.9 : value + 1, `range ${String(r)}`));
  }
  const origin = originOf('long-only');
  const bounds: Bound[] = Array.from({ length: n }, (_, position) => ({ position, lower: 0, upper: cap, origin }));
  const restrictions: Lowered[] = [{ bounds }, ...rows.map((row) => ({ rows: [row] }))];
  const operator = { kind: 'diagonal', size: n, entries: new Float64Array(n).fill(0.04) } as const;
  const objective = { quadratics: [{ scale: 1, operator }], linear: new Float64Array(n) };
  return { restrictions, rows, problem: compose(universeOf(n), objective, restrictions) };
}

function program({ rows }: Infeasible): QuadraticProgram {
  const constraints = new TripletList();
  for (const [r, { positions, coefficients }] of rows.entries())
    for (const [k, position] of positions.entries()) constraints.add(r, position, coefficients[k]!);
  return {
    columns: n,
    assets: n,
    quadratic: new TripletList().done(),
    linear: new Float64Array(n),
    constraints: constraints.done(),
    rowLower: Float64Array.from(rows, (row) => row.lower),
    rowUpper: Float64Array.from(rows, (row) => row.upper),
    lower: new Float64Array(n),
    upper: new Float64Array(n).fill(cap),
  };
}

/** Detection, the conflict and the cheapest repair, as the service answers. */
function explained({ restrictions, rows, problem }: Infeasible) {
  const { universe } = problem;
  const detected = solved(problem).termination.reason;
  const conflict = findConflict({ universe, restrictions, solve: solved });
  const sides = rows.flatMap((restriction) => [
    { restriction, side: 'lower' as const, measure: Math.max(0.01, Math.abs(restriction.lower)) },
    { restriction, side: 'upper' as const, measure: Math.max(0.01, Math.abs(restriction.upper)) },
  ]);
  const repair = findRepair({ universe, restrictions, sides, solve: solved });
  return { detected, conflict, repair };
}

async function benchConflict({ quick }: { readonly quick: boolean }): Promise<void> {
  const built = infeasible();
  const { detected, conflict, repair } = explained(built);
  if (detected !== 'infeasible' || conflict.length === 0) throw new Error(`iis: ${detected}`);
  const names = conflict.map(({ constraint }) => constraint).join(', ');
  const given = Array.from(repair ?? [], ([side, amount]) => {
    const { origin } = side.restriction;
    return `${origin.constraint} by ${amount.toPrecision(3)}`;
  });
  const settings = {};
  const python = quick
    ? undefined
    : await pythonPeers('conflicts', programFile(program(built), { arrays: {}, settings }), peerSecondsMax);
  try {
    const ms = await contest({
      case: 'iis',
      ours: () => void explained(built),
      peers: python?.peers ?? [],
      judge: ({ rows = [], bounds = [] }) => {
        const found = Array.from(rows as readonly number[], (row) => built.rows[row]?.origin.constraint ?? '');
        const told =
          found.length === 0 ? 'names nothing' : `${found.join(', ')} and bounds of ${String(bounds.length)} assets`;
        return { gap: found.length === 0 ? Number.NaN : 0, note: `${told}; no repair` };
      },
    });
    const repaired = given.length === 0 ? 'no repair' : `repair: ${given.join(', ')}`;
    report({ case: 'iis', metric: 'totalMs', value: ms, unit: 'ms', note: `${names}; ${repaired}` });
  } finally {
    await python?.end();
  }
}

export const conflictCases: readonly BenchCase[] = [
  {
    name: 'iis',
    problem: `${String(n)} names, ${String(rowCount)} rows, infeasible: detected, smallest conflict, cheapest repair`,
    run: benchConflict,
  },
];
