/** What the engine itself contributes, the same in every worker and in the catalogue. */
import { builtInConstraints } from '../constraints/built-in.ts';
import {
  builtInCovarianceEstimators,
  builtInReturnEstimators,
  builtInScenarioEstimators,
} from '../estimation/built-in.ts';
import type { Contributions } from '../sdk/v1/index.ts';
import { factorNewton } from '../solvers/factor-newton/factor-newton.ts';
import { branchAndBound } from '../solvers/integers/branch-and-bound.ts';
import { interiorPoint } from '../solvers/interior-point.ts';
import { riskBudgeting } from '../solvers/risk-budgeting/risk-budgeting.ts';
import { riskShares } from '../solvers/risk-shares/risk-shares.ts';
import { scenarioTails } from '../solvers/tails/scenario-tails.ts';
import { workingSet } from '../solvers/working-set/working-set.ts';

export const builtInContributions: Contributions = {
  constraints: builtInConstraints,
  estimators: [...builtInReturnEstimators, ...builtInCovarianceEstimators, ...builtInScenarioEstimators],
  solvers: [factorNewton, workingSet, interiorPoint, riskBudgeting, branchAndBound, scenarioTails, riskShares],
};
