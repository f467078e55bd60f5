/** A solve that ends without weights, the same for every solver. */
import type { Problem } from '../problem/problem.ts';
import type { Multipliers, Solution, Termination } from '../problem/solution.ts';

export function unsolved(solver: string, problem: Problem, termination: Termination, iterations: number): Solution {
  return {
    solver,
    termination,
    weights: new Float64Array(0),
    objective: NaN,
    multipliers: noMultipliers(problem),
    iterations,
    residuals: { primal: NaN, dual: NaN, gap: NaN },
  };
}

/** Nothing has a price. */
export function noMultipliers({ rows, lower, norms, tradeLimits }: Problem): Multipliers {
  return {
    rows: new Float64Array(rows.length),
    bounds: new Float64Array(lower.length),
    norms: new Float64Array(norms.length),
    tradeLimits: new Float64Array(tradeLimits.length),
  };
}
