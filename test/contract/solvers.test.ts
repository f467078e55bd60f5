/** Every solver on offer keeps the contract, with the interior point behind it for what it leaves to others. */
import { compose } from '../../src/problem/problem.ts';
import { defaultSettings } from '../../src/problem/solver.ts';
import { solverContract } from '../../src/sdk/v1/testing/index.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { SolverRegistry } from '../../src/solvers/registry.ts';
import { builtInContributions } from '../../src/workers/built-in.ts';
import { referenceEngine } from '../support/reference-engine.ts';

for (const solver of builtInContributions.solvers ?? []) {
  const registry = new SolverRegistry([...new Set([solver, interiorPoint])]);
  solverContract(solver, {
    framework: { describe, it },
    engine: {
      ...referenceEngine,
      solve: (universe, objective, restrictions, interrupted) =>
        registry.solve(compose(universe, objective, restrictions), defaultSettings, interrupted),
    },
  });
}
