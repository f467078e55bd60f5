/** Cases at500 and at2000: the dense case relative to a benchmark, whose optimum holds a large share of all names. */
import type { Problem } from '../src/problem/problem.ts';
import { Random, denseCase, problemOf } from '../test/support/problems.ts';

const riskAversion = 5;
const benchmarkMax = 0.09;

export function trackingCase(n: number): Problem {
  const [quadratic] = denseCase(n).quadratics;
  if (quadratic?.operator.kind !== 'dense') throw new Error('expected a dense covariance');
  const { entries } = quadratic.operator;
  const random = new Random(7000 + n);
  let benchmark = random.vector(n, () => Math.exp(1.4 * random.normal()));
  for (let pass = 0; pass < 50; pass += 1) {
    const total = benchmark.reduce((sum, value) => sum + value, 0);
    benchmark = benchmark.map((value) => Math.min(value / total, benchmarkMax));
  }
  const linear = benchmark.map((_, i) => {
    const pull = benchmark.reduce((sum, value, j) => sum + (entries[i * n + j] ?? 0) * value, 0);
    return riskAversion * pull + 0.002 * random.normal();
  });
  return problemOf(n, { quadratics: [quadratic], linear }, { upper: 0.1 });
}
