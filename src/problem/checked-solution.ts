/** The last door before a result is shown: what fails its own check becomes a numerical error without weights. */
import type { Problem } from './problem.ts';
import type { Solution } from './solution.ts';
import { primalResidual } from './certificate-figures.ts';
import { certify } from './certificate.ts';
import { gapFault } from './certificate-gap.ts';
import { verifyInfeasibility } from './certificate-infeasibility.ts';
import { verifySearch } from './certificate-search.ts';

/** Largest relative violation that a point found before the end may have. */
const feasibleResidual = 1e-6;

/**
 * @param tolerance relative, of the optimality certificate
 * @returns the solution itself, or the same one with reason `numerical error`, no weights and the figure that failed
 */
export function checked(problem: Problem, solution: Solution, tolerance = 1e-8): Solution {
  switch (solution.termination.reason) {
    case 'optimal': {
      const certificate = certify(problem, solution, tolerance);
      const fault =
        certificate.verdict === 'passed' ? (localFault(solution) ?? gapFault(problem, solution)) : certificate.detail;
      return fault === undefined ? solution : withoutWeights(solution, fault);
    }
    case 'feasible': {
      if (solution.weights.length !== problem.universe.assets.length) return withoutWeights(solution, 'no weights');
      const primal = primalResidual(problem, solution.weights);
      const fault =
        primal <= feasibleResidual
          ? gapFault(problem, solution)
          : `primal residual ${primal.toExponential(2)} above ${feasibleResidual}`;
      return fault === undefined ? solution : withoutWeights(solution, fault);
    }
    case 'infeasible': {
      if (solution.infeasibility === undefined && solution.proof !== undefined) {
        const { bound, detail } = verifySearch(problem, solution.proof);
        return bound === Infinity ? solution : withoutWeights(solution, detail);
      }
      if (solution.infeasibility === undefined) return withoutWeights(solution, 'no proof of infeasibility');
      const verdict = verifyInfeasibility(problem, solution.infeasibility);
      return verdict.proven ? solution : withoutWeights(solution, verdict.detail);
    }
    case 'unbounded':
    case 'no solution found':
    case 'numerical error':
      return solution;
  }
}

/** Where a restriction that is not convex has a price, stationarity proves no optimum. */
function localFault({ multipliers: { riskShares } }: Solution): string | undefined {
  return riskShares?.some((price) => price !== 0) === true
    ? 'limits on shares of risk bind, which are not convex: an optimum near the point, not of all'
    : undefined;
}

function withoutWeights(solution: Solution, detail: string): Solution {
  return {
    ...solution,
    weights: new Float64Array(0),
    termination: { reason: 'numerical error', detail: `the answer failed its own check: ${detail}` },
  };
}
