/** What a search comes to: the best portfolio with its prices, the proven bound and its proof, or a proof that there is none. */
import { certify } from '../../problem/certificate.ts';
import { atChoices } from '../../problem/certificate-integrality.ts';
import { objectiveAt, primalResidual } from '../../problem/certificate-figures.ts';
import { verifySearch } from '../../problem/certificate-search.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Limit, Multipliers, SearchProof, Solution, Termination } from '../../problem/solution.ts';
import { branchAndBoundId } from './branch-and-bound-id.ts';
import { outOfBounds, solveConvex, withinBounds } from './convex-problem.ts';
import type { Incumbent } from './incumbents.ts';
import type { Preparation } from './preparation.ts';
import type { TreeSearch } from './tree-search.ts';
import { noMultipliers, unsolved } from '../unsolved.ts';

/** The gap that counts as none, relative to the objective. */
export const gapMax = 1e-6;
/** What a bound is lowered by, relative to the size of the objective: rounding of the two ways to compute it. */
const rounding = 1e-12;
const polishRounds = 3;

export function concluded(
  problem: Problem,
  preparation: Preparation | undefined,
  search: TreeSearch | undefined,
  iterations: number,
  limit: Exclude<Limit, 'time'> | undefined,
): Solution {
  if (preparation === undefined || search === undefined) return without(problem, stoppedAt(limit), iterations);
  const { best } = preparation;
  const proof = search.proof();
  if (best === undefined) {
    if (search.open > 0 || search.unsettled) return without(problem, stoppedAt(limit), iterations);
    if (proof === undefined) {
      const detail = 'every choice was ruled out, but the proof is too large to carry';
      return without(problem, { reason: 'no solution found', detail }, iterations);
    }
    const termination = {
      reason: 'infeasible',
      detail: 'no choice leaves a portfolio that meets every restriction',
    } as const;
    return { ...without(problem, termination, iterations), proof };
  }
  const polished = limit === undefined ? polishedAt(problem, best) : undefined;
  const { weights, multipliers } = polished ?? { weights: best.weights, multipliers: multipliersAt(problem, best) };
  const objective = objectiveAt(problem, weights);
  // What the proof comes to when it is replayed; what the search says of it where that is too large, or where someone waits.
  const replayed = proof !== undefined && limit !== 'interrupted';
  const proven = replayed ? verifySearch(problem, proof).bound : search.bound - rounding * preparation.scale;
  const bound = Math.min(proven, objective);
  const gap = search.relativeTo(objective - bound, objective);
  const certificate = certify(problem, { weights, multipliers });
  const solved = gap <= gapMax && certificate.verdict === 'passed' && proof !== undefined;
  return {
    solver: branchAndBoundId,
    termination: solved
      ? { reason: 'optimal', detail: `proven within ${gapMax}, ${search.nodes} nodes` }
      : {
          ...(limit === undefined ? {} : { limit }),
          reason: 'feasible',
          detail: toldOf(gap, search, proof, certificate.detail),
        },
    weights,
    objective,
    multipliers,
    bound,
    ...(proof === undefined ? {} : { proof }),
    iterations,
    residuals: { primal: primalResidual(problem, weights), dual: certificate.dual, gap },
  };
}

function toldOf(gap: number, { nodes }: TreeSearch, proof: SearchProof | undefined, detail: string): string {
  const proven = `proven gap ${gap.toExponential(1)} after ${nodes} nodes`;
  if (proof === undefined)
    return `${proven}; the proof is too large to carry, so that the bound is claimed and not verified`;
  return gap <= gapMax ? `${proven}; the certificate of the portfolio failed: ${detail}` : proven;
}

/**
 * The portfolio solved once more among its choices, to the last digit and with every price. Where it ends on the edge of a choice, it makes
 * the one beyond as well, and is solved again among those.
 */
function polishedAt(problem: Problem, best: Incumbent): Pick<Solution, 'weights' | 'multipliers'> | undefined {
  let { lower, upper } = best;
  let polished: Pick<Solution, 'weights' | 'multipliers'> | undefined;
  for (let round = 0; round < polishRounds; round++) {
    const solution = solveConvex(withinBounds(problem, lower, upper), () => false);
    if (solution?.termination.reason !== 'optimal') break;
    const weights = solution.weights.map((value, i) => Math.min(Math.max(value, lower[i]!), upper[i]!));
    polished = { weights, multipliers: outOfBounds(problem, solution.multipliers) };
    if (certify(problem, polished).verdict === 'passed') break;
    ({ lower, upper } = atChoices(problem, weights));
  }
  return polished;
}

/** The prices that the search itself knows: of the rows, and through them of the bounds. */
function multipliersAt(problem: Problem, { rows }: Incumbent): Multipliers {
  return { ...noMultipliers(problem), rows };
}

function stoppedAt(limit: Limit | undefined): Termination {
  const detail =
    limit === 'interrupted'
      ? 'interrupted before a portfolio was found'
      : 'the search ended before a portfolio was found';
  return { reason: 'no solution found', ...(limit === undefined ? {} : { limit }), detail };
}

function without(problem: Problem, termination: Termination, iterations: number): Solution {
  return unsolved(branchAndBoundId, problem, termination, iterations);
}
