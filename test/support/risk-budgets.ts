/** Risk budgeting problems for tests and timings. */
import type { Problem } from '../../src/problem/problem.ts';
import { Random, denseCase, problemOf, riskModel } from './problems.ts';

/** Cases d50, d500, d2000: equal risk contributions under the sample covariance of the cases a50, a500, a2000, nothing else asked for. */
export function riskBudgetCase(n: number): Problem {
  const [quadratic] = denseCase(n).quadratics;
  const quadratics = [{ scale: 1, operator: quadratic!.operator }];
  return problemOf(n, { quadratics, logarithms: new Float64Array(n).fill(1 / n) }, { rows: [] });
}

/** The same under a factor model of k factors. */
export function factorBudgetCase(n: number, k: number): Problem {
  const { operator } = riskModel(n, k, new Random(3000 + n + k));
  const quadratics = [{ scale: 1, operator }];
  return problemOf(n, { quadratics, logarithms: new Float64Array(n).fill(1 / n) }, { rows: [] });
}
