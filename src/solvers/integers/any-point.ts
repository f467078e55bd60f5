/** Problems that ask for nothing but a point: searched with an objective of their own, until the first portfolio. */
import { certify } from '../../problem/certificate.ts';
import { primalResidual } from '../../problem/certificate-figures.ts';
import { isSoft } from '../../problem/features.ts';
import type { Problem } from '../../problem/problem.ts';
import type { SearchLeaf, SearchProof, Solution } from '../../problem/solution.ts';
import { noMultipliers } from '../unsolved.ts';
import { branchAndBoundId } from './branch-and-bound-id.ts';
import type { Incumbent } from './incumbents.ts';

/** Whether all points are as good as each other. */
export function asksForAnyPoint({ quadratics, linear, trading, rows, norms, tradeLimits }: Problem): boolean {
  const paid = [...rows, ...norms, ...tradeLimits].some(isSoft);
  return !paid && quadratics.length === 0 && trading === undefined && linear.every((value) => value === 0);
}

/** The same restrictions with the smallest weights asked for, so that a relaxation has one answer even where assets are free. */
export function withSmallestWeights(problem: Problem): Problem {
  const n = problem.lower.length;
  const operator = { kind: 'diagonal', size: n, entries: new Float64Array(n).fill(1) } as const;
  return { ...problem, quadratics: [{ scale: 1, operator }] };
}

/** The first portfolio that was found; the proof that none costs less than nothing is empty. */
export function anyPoint(problem: Problem, { weights }: Incumbent, iterations: number): Solution {
  const n = problem.lower.length;
  const multipliers = noMultipliers(problem);
  const { integrality } = problem;
  const root: SearchLeaf = {
    weights: new Float64Array(n),
    multipliers,
    counts: new Float64Array(integrality?.counts.length ?? 0),
    ...(integrality?.concentrations === undefined
      ? {}
      : { concentrations: new Float64Array(integrality.concentrations.length) }),
  };
  const certificate = certify(problem, { weights, multipliers });
  const passed = certificate.verdict === 'passed';
  return {
    solver: branchAndBoundId,
    termination: passed
      ? { reason: 'optimal', detail: 'nothing is minimized, so that the first portfolio found is as good as any' }
      : { reason: 'feasible', detail: `the certificate of the portfolio failed: ${certificate.detail}` },
    weights,
    objective: 0,
    multipliers,
    bound: 0,
    proof: { diagonal: new Float64Array(n), root },
    iterations,
    residuals: { primal: primalResidual(problem, weights), dual: certificate.dual, gap: 0 },
  };
}

/** What was concluded of the problem with the smallest weights, when that is not a portfolio, of the one that was asked. */
export function withoutObjective(solution: Solution): Solution {
  const { proof } = solution;
  if (proof === undefined) return solution;
  const plain: SearchProof = { ...proof, diagonal: new Float64Array(proof.diagonal.length) };
  return { ...solution, proof: plain };
}
