/** The Python peers: a pinned environment of their own, made on first use, and one process per case. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync, copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { QuadraticProgram, Triplets } from './split-form.ts';

const run = promisify(execFile);
const root = new URL('../', import.meta.url).pathname;
const environment = join(root, '.setup/peers');
const wanted = join(root, 'bench/peers/requirements.txt');
const stamp = join(environment, 'requirements.txt');
const python = join(environment, 'bin/python');

async function ready(): Promise<void> {
  if (existsSync(python) && existsSync(stamp) && readFileSync(stamp, 'utf8') === readFileSync(wanted, 'utf8')) return;
  process.stderr.write('making the environment of the Python peers (.setup/peers) ...\n');
  rmSync(environment, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', environment]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', '-r', wanted]);
  copyFileSync(wanted, stamp);
}

export interface PythonRun {
  readonly peer: string;
  readonly milliseconds?: readonly number[];
  readonly weights?: readonly number[];
  readonly error?: string;
}

const unbounded = (values: Float64Array): (number | string)[] =>
  Array.from(values, (value) => (Number.isFinite(value) ? value : value > 0 ? 'inf' : '-inf'));
const lists = (triplets: Triplets): Record<string, number[]> => ({
  rows: [...triplets.rows],
  columns: [...triplets.columns],
  values: [...triplets.values],
});

export async function runPythonPeers(program: QuadraticProgram, runs: number): Promise<readonly PythonRun[]> {
  await ready();
  const folder = mkdtempSync(join(tmpdir(), 'portfolio-bench-'));
  try {
    const file = join(folder, 'program.json');
    const { columns, assets, linear, rowLower, rowUpper, lower, upper } = program;
    const sides = {
      rowLower: unbounded(rowLower),
      rowUpper: unbounded(rowUpper),
      lower: unbounded(lower),
      upper: unbounded(upper),
    };
    writeFileSync(
      file,
      JSON.stringify({
        columns,
        assets,
        p: lists(program.quadratic),
        a: lists(program.constraints),
        linear: [...linear],
        ...sides,
      }),
    );
    const { stdout } = await run(python, [join(root, 'bench/peers/solve.py'), file, String(runs)], {
      maxBuffer: 1 << 28,
    });
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as PythonRun);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
