// Makes what is missing, in order, and nothing else: dependencies, runtime, generated code, kernels.
import { join } from 'node:path';
import { dependenciesAreCurrent, installDependencies } from './dependencies.mjs';
import { generate, generatedIsCurrent } from './generated.mjs';
import { compileKernels, kernelsAreCurrent } from './kernels.mjs';
import { withLock } from './lock.mjs';
import { say, setupFolder } from './project.mjs';
import { findRuntime } from './runtime.mjs';

/** Resolves to the Node binary that runs the project; silent and quick when everything is there. */
export const prepare = async () => {
  if (dependenciesAreCurrent() && generatedIsCurrent() && kernelsAreCurrent()) return findRuntime();
  return withLock(
    join(setupFolder, 'lock'),
    async () => {
      if (!dependenciesAreCurrent()) await installDependencies();
      const runtime = findRuntime();
      if (!generatedIsCurrent()) await generate(runtime);
      if (!kernelsAreCurrent()) await compileKernels(runtime);
      return runtime;
    },
    ({ pid }) => say(`Set-up: waiting for the one that process ${pid} has under way ...`),
  );
};
