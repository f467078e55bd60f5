/**
 * The search takes limits on large holdings only of single positions. The holding of a group of several assets is a position behind the
 * assets, which follows from them by an equation; answers are carried back. Proofs keep these positions: the check knows them by itself.
 */
import { groupsOfSeveral } from '../../problem/more-positions.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Multipliers, Solution } from '../../problem/solution.ts';

/** The answer to the problem with the holdings of its groups, as one to the problem itself. */
export function narrowed(problem: Problem, solution: Solution): Solution {
  const weights = solution.weights.slice(0, problem.lower.length);
  return { ...solution, weights, multipliers: pricesOf(problem, solution.multipliers) };
}

function pricesOf(problem: Problem, { rows, bounds, concentrations, ...others }: Multipliers): Multipliers {
  const n = problem.lower.length;
  // What holds the position of a group at the threshold is what holds the group.
  const groups = groupsOfSeveral(problem).map((_, g) => bounds[n + g]!);
  return {
    ...others,
    rows: rows.slice(0, problem.rows.length),
    bounds: bounds.slice(0, n),
    ...(concentrations === undefined ? {} : { concentrations: Float64Array.of(...concentrations, ...groups) }),
  };
}
