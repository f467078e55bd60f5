/** Where the descents begin besides the optimum without the limits: the portfolio nearest to equal risk that the convex restrictions allow. */
import type { Problem } from '../../problem/problem.ts';
import type { Iterate, Solution } from '../../problem/solution.ts';
import { defaultSettings } from '../../problem/solver.ts';
import { interiorPoint } from '../interior-point.ts';
import { riskBudgeting } from '../risk-budgeting/risk-budgeting.ts';

/** Runs a solver without telling of its steps. */
export function quietly(steps: Generator<Iterate, Solution, void>): Solution {
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

/** Undefined when the numbers give none. */
export function equalRiskStart(
  { riskShares = [] }: Problem,
  convex: Problem,
  interrupted: () => boolean,
): Float64Array | undefined {
  const n = convex.lower.length;
  const { operator } = riskShares[0]!;
  const { universe } = convex;
  const open = { lower: new Float64Array(n), upper: new Float64Array(n).fill(Infinity), bounds: [], rows: [] };
  const restricted = { norms: [], tradeLimits: [], tails: [] };
  const parity: Problem = {
    universe,
    quadratics: [{ scale: 1, operator }],
    linear: new Float64Array(n),
    logarithms: new Float64Array(n).fill(1 / n),
    ...open,
    ...restricted,
  };
  const equal = quietly(riskBudgeting.solve(parity, defaultSettings, interrupted));
  const even = new Float64Array(n).fill(1 / n);
  const total = equal.weights.reduce((sum, weight) => sum + weight, 0);
  const centre = equal.termination.reason === 'optimal' ? equal.weights.map((weight) => weight / total) : even;
  const { lower, upper, bounds, rows, norms, tradeLimits } = convex;
  const nearest: Problem = {
    universe,
    quadratics: [{ scale: 1, operator: { kind: 'diagonal', size: n, entries: new Float64Array(n).fill(1) }, centre }],
    linear: new Float64Array(n),
    lower,
    upper,
    bounds,
    rows,
    norms,
    tradeLimits,
    tails: [],
  };
  const { termination, weights } = quietly(interiorPoint.solve(nearest, defaultSettings, interrupted));
  return termination.reason === 'optimal' ? weights : undefined;
}
