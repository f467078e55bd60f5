/**
 * `npm run bench`: figures of this machine, beside peers measured in the same run. Nothing is asserted. A line of JSON for each figure, a
 * table, and bench/RESULTS.md, where a run of some cases renews their rows only.
 * `-- --only CASE,...` for some cases, by name or by the part of it before the first digit; `-- --quick` without the Python peers, and then
 * nothing is written; `-- --list` names the cases.
 */
import { figures, table } from './figure.ts';
import { cases } from './cases/all.ts';
import { renew } from './results.ts';

const args = process.argv.slice(2);
const quick = args.includes('--quick');
const only = args.includes('--only') ? (args[args.indexOf('--only') + 1] ?? '').split(',') : undefined;
const familyOf = (name: string): string => name.replace(/\d.*$/, '').trim();
const chosen = cases.filter(({ name }) => only === undefined || only.includes(name) || only.includes(familyOf(name)));

if (args.includes('--list') || chosen.length === 0) {
  process.stdout.write(`${cases.map(({ name, problem }) => `${name.padEnd(18)}${problem}`).join('\n')}\n`);
  process.exit(chosen.length === 0 ? 2 : 0);
}
for (const each of chosen) {
  const { name } = each;
  const began = performance.now();
  try {
    await each.run({ quick });
    if (!quick) await renew(cases, name, figures);
  } catch (error) {
    // One case that cannot be measured must not cost the others.
    process.exitCode = 1;
    process.stderr.write(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  }
  process.stderr.write(`${name}: ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
}
process.stdout.write(`\n${table()}\n`);
