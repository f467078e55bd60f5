/** The convex problem that is left within bounds, handed to the solvers of the continuous kind. */
import type { Problem, Row } from '../../problem/problem.ts';
import type { Multipliers, Solution } from '../../problem/solution.ts';
import { defaultSettings, type Solver } from '../../problem/solver.ts';
import { factorNewton } from '../factor-newton/factor-newton.ts';
import { interiorPoint } from '../interior-point.ts';
import { workingSet } from '../working-set/working-set.ts';

const solvers: readonly Solver[] = [factorNewton, workingSet, interiorPoint];

/**
 * The problem without its integrality, between other bounds: behind its rows one for each limit on large holdings, over the assets that the
 * bounds keep above its threshold.
 */
export function withinBounds(problem: Problem, lower: Float64Array, upper: Float64Array): Problem {
  const { integrality, ...convex } = problem;
  const large = (integrality?.concentrations ?? []).map(({ groups, threshold, limit, origin }): Row => {
    const above = groups.filter(([i]) => lower[i!]! >= threshold && upper[i!]! > threshold);
    const positions = Int32Array.from(above, ([i]) => i!);
    return {
      positions,
      coefficients: new Float64Array(positions.length).fill(1),
      lower: -Infinity,
      upper: limit,
      origin,
    };
  });
  return { ...convex, lower, upper, rows: large.length === 0 ? problem.rows : [...problem.rows, ...large] };
}

/** Prices of the problem within bounds as those of the problem itself. */
export function outOfBounds<Prices extends Multipliers>(problem: Problem, prices: Prices): Prices {
  const count = problem.rows.length;
  if (prices.rows.length === count) return prices;
  return { ...prices, rows: prices.rows.slice(0, count), concentrations: prices.rows.slice(count) };
}

/** Why none of the solvers takes the problem without its integrality. */
export function unsolvable(problem: Problem): string | undefined {
  const convex = withinBounds(problem, problem.lower, problem.upper);
  const refusals = solvers.map((solver) => solver.supports(convex));
  if (refusals.some(({ yes }) => yes)) return undefined;
  return refusals.flatMap((support) => (support.yes ? [] : [support.why])).at(-1);
}

/** The answer of the first solver that has one: an optimum, or a proof that there is none. */
export function solveConvex(problem: Problem, interrupted: () => boolean): Solution | undefined {
  let last: Solution | undefined;
  for (const solver of solvers) {
    if (!solver.supports(problem).yes) continue;
    const steps = solver.solve(problem, defaultSettings, interrupted);
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done !== true) continue;
      last = step.value;
      break;
    }
    const { reason, limit } = last.termination;
    if (reason === 'optimal' || reason === 'infeasible' || reason === 'unbounded' || limit === 'interrupted')
      return last;
  }
  return last;
}
