// What each npm script does once everything is there. A task takes the runtime and the extra arguments and resolves to an exit code.
import { formatted } from './checks.mjs';
import { at, say } from './project.mjs';
import { environmentOf, foreground } from './processes.mjs';
import { testAll, testOnPostgres } from './tests.mjs';

const script =
  (...fixed) =>
  (runtime, args) =>
    foreground([runtime, ...fixed, ...args], { env: environmentOf(runtime) });

const tool = (path) => at('node_modules', ...path.split('/'));

export const tasks = {
  demo: script(at('src/cli/folio.ts'), 'demo'),
  start: script(at('src/main.ts')),
  bench: script(at('bench/run.ts')),
  test: testAll,
  'test:postgres': testOnPostgres,
  generate: async () => {
    // Made by the set-up before every task, when their sources or options changed.
    say('src/gen and the kernels are current');
    return 0;
  },
  lint: script(tool('eslint/bin/eslint.js'), '.'),
  format: script(tool('prettier/bin/prettier.cjs'), '--write', '--log-level=warn', ...formatted),
  types: script(tool('typescript/bin/tsc'), '--noEmit', '-p', at('.')),
};
