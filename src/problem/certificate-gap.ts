/** The integer gap for the independent check: how far a point may be from the best, as the search has proven. */
import type { Problem } from './problem.ts';
import type { Solution } from './solution.ts';
import { measured, objectiveScale, termsAt } from './certificate-figures.ts';
import { verifySearch } from './certificate-search.ts';

/** The largest relative gap at which an integer problem counts as solved. */
export const integerGapMax = 1e-6;

/** What the gap of an objective near zero is relative to, as a share of the size of its terms. */
const termsShare = 1e-4;
/** A bound may be claimed this much too high, relative to the terms: rounding of the two ways to compute it. */
const rounding = 1e-9;

/** What is wrong with the bound that a solution of an integer problem claims; undefined when nothing is, or when nothing is claimed. */
export function gapFault(problem: Problem, solution: Solution): string | undefined {
  if (problem.integrality === undefined) return undefined;
  const { bound, proof, termination, weights } = solution;
  const solved = termination.reason === 'optimal';
  if (proof === undefined) return solved ? 'no proof that no other choice is better' : undefined;
  if (bound === undefined) return 'a proof of no bound';
  const verdict = verifySearch(problem, proof);
  const terms = termsAt(problem, measured(problem, weights, undefined));
  const objective = terms.reduce((total, term) => total + term, 0);
  const scale = objectiveScale(problem, terms);
  if (!(verdict.bound >= bound - rounding * scale))
    return `bound ${bound} claimed, ${verdict.bound} proven: ${verdict.detail}`;
  const gap = (objective - verdict.bound) / Math.max(Math.abs(objective), termsShare * scale);
  return solved && !(gap <= integerGapMax) ? `integer gap ${gap.toExponential(2)} above ${integerGapMax}` : undefined;
}
