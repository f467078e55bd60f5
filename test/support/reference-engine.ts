/** The project's own solver and independent check, in the shape that the contract suites ask for. */
import { certify } from '../../src/problem/certificate.ts';
import { compose } from '../../src/problem/problem.ts';
import { defaultSettings } from '../../src/problem/solver.ts';
import type { Engine } from '../../src/sdk/v1/testing/reference-task.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';

export const referenceEngine: Engine = {
  solve: (universe, objective, restrictions, interrupted) =>
    interiorPoint.solve(compose(universe, objective, restrictions), defaultSettings, interrupted),
  faults: (universe, restrictions, answer) => {
    const problem = compose(universe, answer.objective, [...restrictions, ...answer.added]);
    const certificate = certify(problem, answer.solution);
    return certificate.verdict === 'passed' ? [] : [certificate.detail];
  },
};
