/** Limits on the sum of large holdings: the search against every choice, its proof, and what it refuses. */
import { expect } from 'chai';
import { certify } from '../../../src/problem/certificate.ts';
import { verifySearch } from '../../../src/problem/certificate-search.ts';
import { checked } from '../../../src/problem/checked-solution.ts';
import type { Concentration, Problem } from '../../../src/problem/problem.ts';
import type { Solution } from '../../../src/problem/solution.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { branchAndBound } from '../../../src/solvers/integers/branch-and-bound.ts';
import { SolverRegistry, runToEnd } from '../../../src/solvers/registry.ts';
import { problemViolations } from '../../../src/solvers/problem-check/problem-check.ts';
import { countOf } from '../../support/integer-problems.ts';
import { randomOperator } from '../../support/random-problems.ts';
import { Random, budgetRow, originOf, problemOf, riskModel, rowOver } from '../../support/problems.ts';

const registry = new SolverRegistry([branchAndBound]);
const solved = (problem: Problem): Solution => runToEnd(registry.solve(problem));

const concentrationOf = (n: number, threshold: number, limit: number): Concentration => ({
  groups: Array.from({ length: n }, (_, i) => Int32Array.of(i)),
  threshold,
  limit,
  origin: originOf('5/10/40'),
});

function limited(problem: Problem, concentration: Concentration): Problem {
  return { ...problem, integrality: { domains: [], lots: [], counts: [], concentrations: [concentration] } };
}

/** The least objective over every choice of who stands above the threshold; infinite when no choice has a portfolio. */
function leastOfAll({ integrality, ...problem }: Problem): number {
  const n = problem.lower.length;
  const { groups, threshold, limit } = integrality!.concentrations![0]!;
  let least = Infinity;
  for (let mask = 0; mask < 1 << groups.length; mask++) {
    const above = new Float64Array(n);
    const others = groups.flatMap((group, g) => {
      const members = new Float64Array(n);
      for (const i of group) members[i] = 1;
      for (const i of group) above[i] = (mask >> g) & 1;
      return ((mask >> g) & 1) === 1 ? [] : [rowOver(members, -Infinity, threshold)];
    });
    const rows = [...problem.rows, ...others, rowOver(above, -Infinity, limit)];
    const solution = runToEnd(new SolverRegistry([interiorPoint]).solve({ ...problem, rows }));
    if (solution.termination.reason === 'optimal') least = Math.min(least, solution.objective);
  }
  return least;
}

describe('a limit on the sum of large holdings', () => {
  it('is met at the least cost, as looking at every choice finds it, and proven', () => {
    const random = new Random(11);
    const seen = { optimal: 0, infeasible: 0 };
    for (let k = 0; k < 25; k++) {
      const n = random.integer(4, 6);
      const { operator } = randomOperator(n, random);
      const linear = random.vector(n, () => 0.1 * random.normal());
      const quadratics = [{ scale: 10 ** random.between(-0.5, 1.5), operator }];
      const base = problemOf(n, { quadratics, linear }, { upper: random.between(0.4, 1) });
      const single = concentrationOf(n, random.between(0.1, 0.3), random.between(0.3, 0.7));
      const [first, second, ...others] = single.groups;
      // Every other time two assets are of one issuer.
      const groups = k % 2 === 0 ? single.groups : [Int32Array.of(...first!, ...second!), ...others];
      const problem = limited(base, { ...single, groups });
      const solution = solved(problem);
      const least = leastOfAll(problem);
      expect(solution.termination.reason).to.equal(least === Infinity ? 'infeasible' : 'optimal');
      expect(checked(problem, solution)).to.equal(solution);
      seen[least === Infinity ? 'infeasible' : 'optimal']++;
      if (least < Infinity) expect(solution.objective).to.be.closeTo(least, 2e-6 * Math.max(Math.abs(least), 1e-3));
    }
    expect(Math.min(seen.optimal, seen.infeasible)).to.be.above(3);
  });

  /** 40 names, one sixth of them with returns that everyone wants. */
  function fund(): Problem {
    const n = 40;
    const random = new Random(5);
    const { operator } = riskModel(n, 3, random);
    const linear = random.vector(n, (i) => (i < 7 ? 0.15 : 0.04) + 0.01 * random.normal());
    const base = problemOf(n, { quadratics: [{ scale: 2, operator }], linear }, { upper: 0.1 });
    return limited(base, concentrationOf(n, 0.05, 0.4));
  }

  it('keeps a fund to 5/10/40, prices the limit, and tells both', () => {
    const problem = fund();
    const { integrality: _, ...free } = problem;
    const wanted = runToEnd(new SolverRegistry([interiorPoint]).solve(free));
    const large = (weights: Float64Array): number =>
      weights.reduce((total, weight) => total + (weight > 0.05 + 1e-9 ? weight : 0), 0);
    expect(large(wanted.weights)).to.be.above(0.5);
    const solution = solved(problem);
    expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
    expect(large(solution.weights)).to.be.at.most(0.4 + 1e-9);
    expect(solution.objective).to.be.above(wanted.objective);
    const certificate = certify(problem, solution);
    expect(certificate.verdict, certificate.detail).to.equal('passed');
    const told = certificate.restrictions.filter(({ origin }) => origin.constraint === '5/10/40');
    expect(told).to.have.length(1);
    expect(told[0]).to.include({ kind: 'concentration', upper: 0.4 });
    expect(told[0]!.value).to.be.closeTo(large(solution.weights), 1e-12);
    expect(told[0]!.multiplier).to.be.at.least(0);
  });

  it('fails its check when a price of the proof is turned, and when the limit is broken', () => {
    const problem = fund();
    const solution = solved(problem);
    const proof = solution.proof!;
    expect(verifySearch(problem, proof).bound).to.be.closeTo(solution.bound!, 1e-12);
    const turned = structuredClone(proof);
    const stack = [turned.root];
    for (let at = stack.pop(); at !== undefined; at = stack.pop())
      if ('position' in at) stack.push(at.below, at.above);
      else at.concentrations?.fill(-1);
    expect(verifySearch(problem, turned).bound).to.equal(-Infinity);
    const broken = new Float64Array(40).fill(0.1, 0, 10);
    expect(checked(problem, { ...solution, weights: broken }).termination.reason).to.equal('numerical error');
  });

  it('joins counts and minimum holdings', () => {
    const problem = fund();
    const n = 40;
    const counts = [countOf(n, new Float64Array(n), 'either', 0, 18)];
    const domains = Array.from({ length: n }, (_, position) => ({
      position,
      intervals: [[0, 0] as const, [0.02, 0.1] as const],
      origin: originOf('holding'),
    }));
    const both = { ...problem, integrality: { ...problem.integrality!, counts, domains } };
    const solution = solved(both);
    expect(['optimal', 'feasible']).to.include(solution.termination.reason);
    expect(checked(both, solution)).to.equal(solution);
    expect(solution.weights.filter((weight) => weight > 0).length).to.be.at.most(18);
  });

  it('counts the assets of an issuer together', () => {
    const problem = fund();
    const groups = Array.from({ length: 20 }, (_, k) => Int32Array.of(2 * k, 2 * k + 1));
    const together = limited(problem, { ...concentrationOf(40, 0.05, 0.4), groups });
    const solution = solved(together);
    expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
    expect(checked(together, solution)).to.equal(solution);
    const held = groups.map((group) => group.reduce((total, i) => total + solution.weights[i]!, 0));
    const large = held.filter((weight) => weight > 0.05 + 1e-9).reduce((total, weight) => total + weight, 0);
    expect(large).to.be.at.most(0.4 + 1e-9);
    expect(solution.weights).to.have.length(40);
    const told = certify(together, solution).restrictions.find(({ kind }) => kind === 'concentration');
    expect(told!.value).to.be.closeTo(large, 1e-9);
  });

  it('that cannot hold is proven to be so', () => {
    const problem = limited(problemOf(6, {}, { upper: 0.5 }), concentrationOf(6, 0.05, 0.4));
    const solution = solved(problem);
    expect(solution.termination.reason).to.equal('infeasible');
    expect(checked(problem, solution)).to.equal(solution);
  });

  it('is declined by solvers of convex problems, and refused with groups that are none', () => {
    const problem = fund();
    expect(interiorPoint.supports(problem)).to.deep.include({ yes: false });
    const groups = [Int32Array.of(), Int32Array.of(0, 41), Int32Array.of(0)];
    const concentrations = [{ ...concentrationOf(1, -1, Infinity), groups }];
    const wrong = { ...problem, rows: [budgetRow(40)], integrality: { ...problem.integrality!, concentrations } };
    expect(
      problemViolations(wrong).map(({ field }) => field.replace('integrality.concentrations[0].', '')),
    ).to.deep.equal(['groups[0]', 'groups[1][1]', 'groups[2][0]', 'threshold', 'limit']);
  });
});
