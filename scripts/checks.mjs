// The static checks of `npm test`: each a name and a command; none changes a file.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { breaking } from './breaking.mjs';
import { bufCommand } from './generated.mjs';
import { at, setupFolder } from './project.mjs';
import { capture, environmentOf } from './processes.mjs';

const tool = (...parts) => at('node_modules', ...parts);

/** What prettier looks after; Markdown and data keep the form that their authors gave them. */
export const formatted = ['**/*.{ts,mjs,js}', '*.{json,yaml}'];

const run =
  (...command) =>
  (env) =>
    capture(command, { env });

const checksFor = (runtime) => [
  {
    name: 'types (tsc)',
    run: run(
      runtime,
      tool('typescript/bin/tsc'),
      '--noEmit',
      '--incremental',
      '--tsBuildInfoFile',
      join(setupFolder, 'tsc.tsbuildinfo'),
      '-p',
      at('.'),
    ),
  },
  {
    name: 'lint (eslint)',
    run: run(runtime, '--max-old-space-size=3072', tool('eslint/bin/eslint.js'), '.', '--max-warnings=0'),
  },
  {
    name: 'format (prettier)',
    run: run(
      runtime,
      tool('prettier/bin/prettier.cjs'),
      '--check',
      '--log-level=warn',
      '--cache',
      '--cache-location',
      join(setupFolder, 'prettier'),
      ...formatted,
    ),
  },
  { name: 'protos (buf lint)', run: run(...bufCommand(runtime, 'lint')) },
  {
    name: 'proto format (buf format)',
    run: run(
      ...bufCommand(
        runtime,
        'format',
        '--diff',
        '--exit-code',
        '--exclude-path',
        'proto/google',
        '--exclude-path',
        'proto/grpc',
      ),
    ),
  },
  { name: 'proto changes (buf breaking)', run: (env) => breaking(runtime, env) },
];

/**
 * Runs every check, two at a time (the longest first), whatever the others say; `report` hears each as it ends.
 * Resolves to the number of checks that held and that did not.
 */
export const runChecks = async (runtime, report) => {
  mkdirSync(setupFolder, { recursive: true });
  const env = environmentOf(runtime);
  const queue = checksFor(runtime);
  const tally = { passed: 0, failed: 0 };
  const lane = async () => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
      const result = await check.run(env);
      tally[result.ok ? 'passed' : 'failed'] += 1;
      report(check.name, result);
    }
  };
  await Promise.all([lane(), lane()]);
  return tally;
};
