/** a50 ... at2000: mean-variance over a dense covariance, also relative to a benchmark. */
import type { Problem } from '../../src/problem/problem.ts';
import { Random, denseCase, problemOf } from '../../test/support/problems.ts';
import type { BenchCase } from '../bench-case.ts';
import type { CaseFile } from '../case-file.ts';
import { benchQuadratic } from '../quadratic-case.ts';

const riskAversion = 5;
const benchmarkMax = 0.09;
const upper = 0.1;

/** The dense case relative to a benchmark, whose optimum holds a large share of all names. */
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
  return problemOf(n, { quadratics: [quadratic], linear }, { upper });
}

function given({ quadratics, linear }: Problem): CaseFile {
  const [quadratic] = quadratics;
  if (quadratic?.operator.kind !== 'dense') throw new Error('expected a dense covariance');
  return {
    arrays: { S: quadratic.operator.entries, mu: Float64Array.from(linear) },
    settings: { riskAversion: quadratic.scale, upper },
  };
}

function caseOf(name: string, problem: string, build: () => Problem): BenchCase {
  return {
    name,
    problem,
    run: ({ quick }) => {
      const built = build();
      return benchQuadratic(name, built, 'modelled', given(built), quick);
    },
  };
}

export const denseCases: readonly BenchCase[] = [
  ...[50, 500, 2000].map((n) =>
    caseOf(`a${n}`, `mean-variance, dense covariance of ${n} names, long-only, at most 10 % each`, () => denseCase(n)),
  ),
  ...[500, 2000].map((n) => caseOf(`at${n}`, `the same relative to a benchmark, ${n} names`, () => trackingCase(n))),
];
