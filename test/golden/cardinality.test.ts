import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { checked } from '../../src/problem/checked-solution.ts';
import type { Problem } from '../../src/problem/problem.ts';
import type { Solution } from '../../src/problem/solution.ts';
import { branchAndBound } from '../../src/solvers/integers/branch-and-bound.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { f100, orLibrary, portK10 } from '../support/integer-cases.ts';
import { countOf } from '../support/integer-problems.ts';
import { budgetRow, denseOperator, originOf, problemOf, rowOver } from '../support/problems.ts';

interface AlanCase {
  readonly means: readonly number[];
  readonly covariance: readonly (readonly number[])[];
  readonly target: number;
  readonly limited: readonly {
    readonly names: number;
    readonly variance: number;
    readonly weights: readonly number[];
  }[];
}

interface Frontier {
  readonly frontier: readonly { readonly mean: number; readonly variance: number }[];
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./cases/${name}.json`, import.meta.url), 'utf8')) as unknown;
const registry = new SolverRegistry([branchAndBound]);

/** Optimal by the solver and by the check, which replays the proof. */
function proven(problem: Problem): Solution {
  const solution = checked(problem, runToEnd(registry.solve(problem)));
  expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
  return solution;
}

describe('ALAN with few names (GAMS model library)', () => {
  const { means, covariance, target, limited } = read('cardinality') as AlanCase;
  for (const { names, variance, weights } of limited)
    it(`reaches the printed variance with ${names} names`, () => {
      const n = means.length;
      const rows = [budgetRow(n), rowOver(means, target, Infinity, 'return')];
      const convex = problemOf(n, { quadratics: [{ scale: 2, operator: denseOperator(covariance) }] }, { rows });
      const counts = [countOf(n, new Float64Array(n), 'either', 0, names)];
      const solution = proven({ ...convex, integrality: { domains: [], lots: [], counts } });
      expect(solution.objective).to.be.closeTo(variance, 1e-8);
      weights.forEach((weight, i) => expect(solution.weights[i]).to.be.closeTo(weight, 1e-7));
    });

  // Least variance under a return and greatest return under a volatility are one frontier.
  for (const { names, variance, weights } of limited)
    it(`reaches the target under the printed volatility with ${names} names`, () => {
      const n = means.length;
      const norms = [
        { operator: denseOperator(covariance), bound: Math.sqrt(variance), origin: originOf('volatility') },
      ];
      const convex = problemOf(n, { linear: Float64Array.from(means) }, { rows: [budgetRow(n)], norms });
      const counts = [countOf(n, new Float64Array(n), 'either', 0, names)];
      const solution = proven({ ...convex, integrality: { domains: [], lots: [], counts } });
      expect(-solution.objective).to.be.closeTo(target, 1e-6);
      weights.forEach((weight, i) => expect(solution.weights[i]).to.be.closeTo(weight, 1e-5));
    });
});

describe('exactly 10 names of at least 1 % on the markets of the OR-Library (Chang et al. 2000)', () => {
  const { frontier } = read('solvers-orlib-port1') as Frontier;

  /** Printed variance of the frontier without the limit on names, at a mean; straight between the points printed. */
  function unlimited(mean: number): number {
    const after = frontier.findIndex((point) => point.mean <= mean);
    if (after <= 0) return frontier.at(after)!.variance;
    const [a, b] = [frontier[after - 1]!, frontier[after]!];
    return b.variance + ((mean - b.mean) / (a.mean - b.mean)) * (a.variance - b.variance);
  }

  it('port1: proven at 20 points of the frontier, none of them left of the frontier printed without the limit', () => {
    const { n, means, entries } = orLibrary('port1');
    for (let k = 1; k <= 20; k++) {
      const { weights } = proven(portK10('port1', k / 20));
      const held = [...weights.keys()].filter((i) => weights[i] !== 0);
      expect(held.length).to.equal(10);
      expect(Math.min(...held.map((i) => weights[i]!))).to.be.at.least(0.01);
      const mean = weights.reduce((total, weight, i) => total + weight * means[i]!, 0);
      let variance = 0;
      for (const i of held) for (const j of held) variance += weights[i]! * weights[j]! * entries[i * n + j]!;
      expect(variance, `lambda ${k / 20}`).to.be.at.least(unlimited(mean) * (1 - 1e-4));
    }
  });

  it('port3 and port5: proven where the variance alone counts', () => {
    expect(proven(portK10('port3', 1)).objective).to.be.closeTo(2.0602417e-4, 1e-10);
    expect(proven(portK10('port5', 1)).objective).to.be.closeTo(3.0480018e-4, 1e-10);
  });
});

describe('case f100 (regression)', () => {
  it('is solved to a proven optimum with at most 20 names', () => {
    const { weights, bound, objective } = proven(f100());
    expect(weights.filter((weight) => weight !== 0).length).to.be.at.most(20);
    expect((objective - bound!) / objective).to.be.at.most(1e-6);
  });
});
