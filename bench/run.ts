/**
 * `npm run bench`: figures of this machine, beside peers measured in the same run. Nothing is asserted.
 * `-- --only CASE` for one case (start, progress, fan-out, a50 ... b10000x70); `-- --quick` without the Python peers. The whole takes some
 * ten minutes, nearly all of them the slower peers on the largest cases.
 */
import { table } from './figure.ts';
import { benchFanOut, benchProgress, benchStart } from './service-cases.ts';
import { benchSolve, solveCases } from './solve-cases.ts';

const quick = process.argv.includes('--quick');
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined;

const cases: Readonly<Record<string, () => Promise<void>>> = {
  start: benchStart,
  progress: benchProgress,
  'fan-out': benchFanOut,
  // The largest ones last: their slowest peers take minutes.
  ...Object.fromEntries(
    Object.entries(solveCases).map(([name, problem]) => [name, () => benchSolve(name, problem(), quick)]),
  ),
};

if (only !== undefined && !Object.hasOwn(cases, only)) {
  process.stderr.write(`no case ${only}; there are ${Object.keys(cases).join(', ')}\n`);
  process.exit(2);
}
for (const [name, bench] of Object.entries(cases)) if (only === undefined || only === name) await bench();
process.stdout.write(`\n${table()}\n`);
