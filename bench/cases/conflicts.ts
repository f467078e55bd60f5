/** iis: what cannot hold together among a thousand names and three hundred rows, and what would help. */
import type { Row } from '../../src/problem/problem.ts';
import { conflictCase, explain } from '../campaigns/conflict-case.ts';
import type { ConflictCase } from '../campaigns/conflict-case.ts';
import type { BenchCase, BenchOptions } from '../bench-case.ts';
import { contest } from '../contest.ts';
import type { Judgement, Results } from '../contest.ts';
import { median, report } from '../figure.ts';
import { pythonPeers } from '../python-peers.ts';
import { peerSecondsMax } from '../quadratic-case.ts';
import { TripletList, programFile } from '../quadratic-program.ts';
import type { QuadraticProgram } from '../quadratic-program.ts';

const rowsOf = ({ restrictions }: ConflictCase): readonly Row[] => restrictions.flatMap(({ rows = [] }) => rows);

/** Without an objective. */
function programOf(given: ConflictCase): QuadraticProgram {
  const n = given.universe.assets.length;
  const rows = rowsOf(given);
  const constraints = new TripletList();
  for (const [r, { positions, coefficients }] of rows.entries())
    for (const [k, position] of positions.entries()) constraints.add(r, position, coefficients[k]!);
  const lower = new Float64Array(n).fill(-Infinity);
  const upper = new Float64Array(n).fill(Infinity);
  for (const bound of given.restrictions.flatMap(({ bounds = [] }) => bounds)) {
    lower[bound.position] = Math.max(lower[bound.position]!, bound.lower);
    upper[bound.position] = Math.min(upper[bound.position]!, bound.upper);
  }
  return {
    columns: n,
    assets: n,
    quadratic: new TripletList().done(),
    linear: new Float64Array(n),
    constraints: constraints.done(),
    rowLower: Float64Array.from(rows, (row) => row.lower),
    rowUpper: Float64Array.from(rows, (row) => row.upper),
    lower,
    upper,
  };
}

/** What a peer names; it has no objective to compare. */
function judgeOn(rows: readonly Row[]): (results: Results) => Judgement {
  return ({ rows: named = [], bounds = [] }) => {
    const found = Array.from(named as readonly number[], (row) => rows[row]?.origin.text ?? '');
    const among = found.length > 6 ? `${String(found.length)} rows` : found.join(', ');
    const told = found.length === 0 ? 'names nothing' : `${among} and bounds of ${String(bounds.length)} assets`;
    return { gap: found.length === 0 ? Number.NaN : 0, note: `${told}; no repair` };
  };
}

async function bench(name: string, kind: 'plain' | 'hidden', { quick }: BenchOptions): Promise<void> {
  const given = conflictCase(kind);
  const found: ReturnType<typeof explain>[] = [];
  const file = programFile(programOf(given));
  const python = quick ? undefined : await pythonPeers('conflicts', file, peerSecondsMax);
  try {
    const ours = (): void => void found.push(explain(given));
    await contest({ case: name, ours, peers: python?.peers ?? [], judge: judgeOn(rowsOf(given)) });
  } finally {
    await python?.end();
  }
  const last = found.slice(-5);
  const { conflict, repair } = last[0]!;
  const amounts = Array.from(
    repair ?? [],
    ([{ restriction }, amount]) => `${restriction.origin.text} by ${amount.toFixed(4)}`,
  );
  const figure = (metric: string, ms: readonly number[], note?: string): void =>
    report({ case: name, metric, value: median(ms), unit: 'ms', ...(note === undefined ? {} : { note }) });
  figure(
    'conflictMs',
    last.map(({ conflictMs }) => conflictMs),
    conflict.map(({ text }) => text).join('; '),
  );
  figure(
    'repairMs',
    last.map(({ repairMs }) => repairMs),
    amounts.join('; '),
  );
  figure(
    'wholeMs',
    last.map(({ conflictMs, repairMs }) => conflictMs + repairMs),
  );
}

export const conflictCases: readonly BenchCase[] = [
  {
    name: 'iis',
    problem: '1,000 names, 300 rows that cannot hold together: the smallest conflict and the cheapest repair',
    run: (options) => bench('iis', 'plain', options),
  },
  {
    name: 'iis hidden',
    problem: 'the same where the conflict is one of many rows added up',
    run: (options) => bench('iis hidden', 'hidden', options),
  },
];
