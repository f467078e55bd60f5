/**
 * The infeasible linear programs of Netlib (Chinneck): each is to be called infeasible with a proof that the independent check accepts; and the
 * feasible ones, as linear programs of every shape. The files are public (github.com/zrjer/LP-TEST-PROBLEM-FROM-NETLIB: Data-Infeas and netlib) and
 * not part of this project: their folder is given by NETLIB_FOLDER or as an argument, `node bench/campaigns/netlib.ts FOLDER`, which may hold
 * either of the two folders or be one of them.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

import { certify } from '../../src/problem/certificate.ts';
import { verifyInfeasibility } from '../../src/problem/certificate-infeasibility.ts';
import type { Origin, Problem } from '../../src/problem/problem.ts';
import { compose } from '../../src/problem/problem.ts';
import type { Solution } from '../../src/problem/solution.ts';
import { defaultSettings } from '../../src/problem/solver.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { runToEnd } from '../../src/solvers/registry.ts';
import type { BenchCase } from '../bench-case.ts';
import { report, table } from '../figure.ts';
import { readMps, type LinearProgram } from './mps.ts';

/** Each ends after so long, as one who waits would end it. */
const secondsMax = 60;
const verdicts = { 'Data-Infeas': 'infeasible', netlib: 'optimal' } as const;
type Set = keyof typeof verdicts;

export function problemOfProgram({ columns, cost, lower, upper, rows }: LinearProgram): Problem {
  const origin = (text: string): Origin => ({ constraint: text, name: text, text, priority: 0 });
  const bounds = columns.map((name, position) => ({
    position,
    lower: lower[position]!,
    upper: upper[position]!,
    origin: origin(name),
  }));
  const lowered = rows.map((row) => ({
    positions: Int32Array.from(row.positions),
    coefficients: Float64Array.from(row.coefficients),
    lower: row.lower,
    upper: row.upper,
    origin: origin(row.name),
  }));
  const linear = cost.map((value) => -value);
  return compose({ assets: columns.map((id) => ({ id, groups: {} })) }, { quadratics: [], linear }, [
    { bounds, rows: lowered },
  ]);
}

interface Outcome {
  readonly name: string;
  readonly size: string;
  readonly solution: Solution;
  readonly milliseconds: number;
  /** The verdict expected, with a proof or a certificate that holds. */
  readonly proven: boolean;
  readonly how: string;
}

function outcomeOf(file: string, expected: 'infeasible' | 'optimal'): Outcome {
  const program = readMps(readFileSync(file, 'latin1'));
  const problem = problemOfProgram(program);
  const began = performance.now();
  const late = (): boolean => performance.now() - began > secondsMax * 1000;
  const solution = runToEnd(interiorPoint.solve(problem, defaultSettings, late));
  const milliseconds = performance.now() - began;
  const entries = program.rows.reduce((total, row) => total + row.positions.length, 0);
  const size = `${program.rows.length} x ${program.columns.length}, ${entries} entries`;
  const name = basename(file).replace(/\..*$/, '');
  return { name, size, solution, milliseconds, ...provenAs(problem, solution, expected) };
}

function provenAs(problem: Problem, solution: Solution, expected: 'infeasible' | 'optimal') {
  const { reason, detail } = solution.termination;
  if (reason !== expected) return { proven: false, how: `${reason}: ${detail}` };
  if (reason === 'infeasible') {
    const { proven, margin } = verifyInfeasibility(problem, solution.infeasibility!);
    return { proven, how: `margin ${margin.toExponential(1)}` };
  }
  const { verdict, gap } = certify(problem, solution);
  return { proven: verdict === 'passed', how: `gap ${gap.toExponential(1)}` };
}

/** The sets in a folder, or the one that it is. */
function setsIn(folder: string): readonly (readonly [Set, string])[] {
  return (Object.keys(verdicts) as Set[]).flatMap((set) => {
    if (basename(folder) === set) return [[set, folder] as const];
    const inside = join(folder, set);
    return existsSync(inside) ? [[set, inside] as const] : [];
  });
}

/** @returns how many are not proven; says what is missing when there is nothing to read */
export function runNetlib(folder = process.env['NETLIB_FOLDER'] ?? ''): number {
  const sets = folder === '' ? [] : setsIn(folder);
  if (sets.length === 0) {
    const note =
      folder === ''
        ? 'no folder: set NETLIB_FOLDER to a copy of github.com/zrjer/LP-TEST-PROBLEM-FROM-NETLIB'
        : `neither Data-Infeas nor netlib in ${folder}`;
    report({ case: 'campaign-netlib', metric: 'provenShare', value: null, unit: 'share', note });
    return 0;
  }
  let missing = 0;
  for (const [set, path] of sets) {
    const files = readdirSync(path).filter((file) => /\.mps$/i.test(file) && readFileSync(join(path, file)).length > 0);
    let proven = 0;
    let [total, slowest] = [0, ''];
    let longest = 0;
    for (const file of files.sort()) {
      const outcome = outcomeOf(join(path, file), verdicts[set]);
      const { name, size, solution, milliseconds } = outcome;
      if (outcome.proven) proven++;
      else missing++;
      total += milliseconds;
      if (milliseconds > longest) [longest, slowest] = [milliseconds, `${name} (${size})`];
      const took = `${solution.iterations} iterations, ${milliseconds.toFixed(0)} ms`;
      process.stderr.write(`${outcome.proven ? 'proven' : 'MISSING'} ${name}: ${size}; ${outcome.how}; ${took}\n`);
    }
    const note = `${proven} of ${files.length} called ${verdicts[set]}; slowest ${slowest}, ${longest.toFixed(0)} ms`;
    report({
      case: `campaign-netlib ${set}`,
      metric: 'provenShare',
      value: proven / files.length,
      unit: 'share',
      note,
    });
    report({ case: `campaign-netlib ${set}`, metric: 'totalMs', value: total, unit: 'ms', note: 'all of them' });
  }
  return missing;
}

export const netlibBench: BenchCase = {
  name: 'campaign-netlib',
  problem: 'linear programs of Netlib: the infeasible ones proven so, the feasible ones solved; wants NETLIB_FOLDER',
  run: () => {
    runNetlib();
    return Promise.resolve();
  },
};

if (import.meta.filename === process.argv[1]) {
  const missing = runNetlib(process.argv[2]);
  process.stdout.write(`\n${table()}\n`);
  process.exitCode = missing === 0 ? 0 : 1;
}
