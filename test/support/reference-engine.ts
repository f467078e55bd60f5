/** The project's own solver and independent check, in the shape that the contract suites ask for. */
import { planned } from '../../src/optimization/planning.ts';
import { traced } from '../../src/optimization/tracing.ts';
import { certify } from '../../src/problem/certificate.ts';
import { compose } from '../../src/problem/problem.ts';
import { defaultSettings } from '../../src/problem/solver.ts';
import type { Engine } from '../../src/sdk/v1/testing/reference-task.ts';
import { frontierPoints } from '../../src/solvers/critical-line/points.ts';
import { solvePeriods } from '../../src/solvers/periods/periods.ts';
import { branchAndBound } from '../../src/solvers/integers/branch-and-bound.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { riskBudgeting } from '../../src/solvers/risk-budgeting/risk-budgeting.ts';
import { scenarioTails } from '../../src/solvers/tails/scenario-tails.ts';

const solvers = new SolverRegistry([interiorPoint, riskBudgeting, branchAndBound, scenarioTails]);

export const referenceEngine: Engine = {
  solve: (universe, objective, restrictions, interrupted) => {
    const problem = compose(universe, objective, restrictions);
    return solvers.choose(problem).solver.solve(problem, defaultSettings, interrupted);
  },
  trace: ({ situation, restrictions }, objective, direction, count, added, interrupted) => {
    const problem = compose(situation.universe, objective, [...restrictions, ...added]);
    const question = { problem, direction, count, tolerance: defaultSettings.tolerance, interrupted };
    return traced(frontierPoints, question, {
      solve: (again) => runToEnd(solvers.solve(again)),
      withCause: (solution) => solution,
      count: () => undefined,
    });
  },
  plan: ({ situation, restrictions }, stages, added, interrupted) =>
    planned(stages, restrictions, added, situation, {
      search: (problem) => solvePeriods(problem, defaultSettings, interrupted),
      solve: (objective, own) =>
        runToEnd(solvers.solve(compose(situation.universe, objective, [...restrictions, ...own]))),
      withCause: (solution) => solution,
      count: () => undefined,
    }),
  faults: (universe, restrictions, answer) => {
    const problem = compose(universe, answer.objective, [...restrictions, ...answer.added]);
    const certificate = certify(problem, answer.solution);
    return certificate.verdict === 'passed' ? [] : [certificate.detail];
  },
};
