/**
 * Solves with few rows in play: those that a solution breaks join until none is broken, or until those in play contradict each other. Most
 * rows of a portfolio never bind, and a solve costs the square of the rows it holds. Exact: what is left out holds, at a price of zero.
 */
import type { Problem, Row } from '../problem/problem.ts';
import type { Multipliers, Solution } from '../problem/solution.ts';

export type Solve = (problem: Problem) => Solution;

/** Fewer rows are all in play at once. */
const rowsMin = 64;
const roundsMax = 20;
/** Of the broken rows those join that are broken by at least this share of the worst, and no more than `joiningMax` at once. */
const joiningShare = 0.2;
const joiningMax = 24;
/** A row broken by less, relative to its terms, holds. */
const holding = 1e-10;

export function solvingByRows(solve: Solve): Solve {
  return (problem) => {
    const { rows } = problem;
    if (rows.length < rowsMin) return solve(problem);
    const inPlay = Uint8Array.from(rows, ({ lower, upper }) => (lower === upper || lower > upper ? 1 : 0));
    for (let round = 0; round < roundsMax; round++) {
      const chosen = [...rows.keys()].filter((r) => inPlay[r] === 1);
      if (chosen.length > rows.length / 2) break;
      const solution = solve({ ...problem, rows: chosen.map((r) => rows[r]!) });
      const { reason, limit } = solution.termination;
      if (reason === 'infeasible' || limit === 'interrupted') return widened(solution, chosen, rows.length);
      // Without the rest it may fall without end.
      if (reason !== 'optimal') break;
      const broken = rows.map((row, r) => (inPlay[r] === 1 ? 0 : brokenBy(row, solution.weights)));
      const worst = broken.reduce((most, value) => Math.max(most, value), 0);
      if (worst <= holding) return widened(solution, chosen, rows.length);
      [...rows.keys()]
        .filter((r) => broken[r]! > joiningShare * worst)
        .sort((a, b) => broken[b]! - broken[a]! || a - b)
        .slice(0, joiningMax)
        .forEach((r) => (inPlay[r] = 1));
    }
    return solve(problem);
  };
}

/** By how much, relative to the terms of the row. */
function brokenBy({ positions, coefficients, lower, upper }: Row, weights: Float64Array): number {
  let value = 0;
  let size = 0;
  for (let k = 0; k < positions.length; k++) {
    const part = coefficients[k]! * weights[positions[k]!]!;
    value += part;
    size = Math.max(size, Math.abs(coefficients[k]!), Math.abs(part));
  }
  return size === 0 ? Math.max(lower, -upper, 0) : Math.max(lower - value, value - upper, 0) / size;
}

function widened(solution: Solution, chosen: readonly number[], count: number): Solution {
  const wide = <M extends Multipliers>(multipliers: M): M => {
    const rows = new Float64Array(count);
    chosen.forEach((r, k) => (rows[r] = multipliers.rows[k]!));
    return { ...multipliers, rows };
  };
  const { multipliers, infeasibility } = solution;
  return {
    ...solution,
    multipliers: wide(multipliers),
    ...(infeasibility === undefined ? {} : { infeasibility: wide(infeasibility) }),
  };
}
