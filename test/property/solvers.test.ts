import { expect } from 'chai';
import fc from 'fast-check';
import { certify } from '../../src/problem/certificate.ts';
import { verifyInfeasibility } from '../../src/problem/certificate-infeasibility.ts';
import { objectiveAt, primalResidual } from '../../src/problem/certificate-figures.ts';
import { checked } from '../../src/problem/checked-solution.ts';
import { compose, type Problem } from '../../src/problem/problem.ts';
import type { Solution } from '../../src/problem/solution.ts';
import { findConflict } from '../../src/solvers/conflict.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { Random, problemOf, rowOver, sampleCovariance, riskModel } from '../support/problems.ts';
import { randomProblem } from '../support/random-problems.ts';

const registry = new SolverRegistry([interiorPoint]);
const solve = (problem: Problem): Solution => runToEnd(registry.solve(problem));
const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const runs = (numRuns: number): fc.Parameters<[number]> => ({ numRuns, verbose: true });

/** Strictly convex, long-only, at most 40 %, one band: a problem with one answer. */
function plain(random: Random, n: number) {
  const { operator } = riskModel(n, 3, random);
  const entries = sampleCovariance(operator, 5 * n, random);
  const linear = random.vector(n, () => 0.05 * random.normal());
  const coefficients = random.vector(n, () => (random.chance(0.5) ? 1 : 0));
  return { entries, linear, coefficients, upper: Math.max(0.4, 2 / n) };
}

function build(n: number, given: ReturnType<typeof plain>, scale = 4, side = 0.7): Problem {
  const quadratics = [{ scale, operator: { kind: 'dense', size: n, entries: given.entries } as const }];
  const rows = [
    rowOver(new Float64Array(n).fill(1), 1, 1, 'budget'),
    rowOver(given.coefficients, -Infinity, side, 'group'),
  ];
  return problemOf(n, { quadratics, linear: given.linear }, { rows, upper: given.upper });
}

function expectSame(a: Float64Array, b: ArrayLike<number>, tolerance: number): void {
  a.forEach((value, i) => expect(value).to.be.closeTo(b[i]!, tolerance));
}

describe('the interior point on random problems', () => {
  it('solves what is feasible with a certificate and proves what is not, 300 problems of every kind', () => {
    const seen = { optimal: 0, infeasible: 0 };
    fc.assert(
      fc.property(seeds, (seed) => {
        const { problem, feasible, kinds } = randomProblem(new Random(seed));
        const solution = solve(problem);
        expect(solution.termination.reason, kinds.join(', ')).to.equal(feasible ? 'optimal' : 'infeasible');
        if (feasible) expect(certify(problem, solution).verdict).to.equal('passed');
        else expect(verifyInfeasibility(problem, solution.infeasibility!).proven).to.equal(true);
        expect(checked(problem, solution)).to.equal(solution);
        seen[feasible ? 'optimal' : 'infeasible']++;
      }),
      runs(300),
    );
    expect(Math.min(seen.optimal, seen.infeasible)).to.be.above(30);
  });

  it('gives permuted assets permuted weights', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const n = random.integer(3, 15);
        const given = plain(random, n);
        const order = Array.from({ length: n }, (_, i) => i).sort(
          (a, b) => ((a * 7919 + seed) % 97) - ((b * 7919 + seed) % 97) || a - b,
        );
        const permuted = {
          ...given,
          entries: Float64Array.from(
            { length: n * n },
            (_, p) => given.entries[order[Math.floor(p / n)]! * n + order[p % n]!]!,
          ),
          linear: Float64Array.from(order, (i) => given.linear[i]!),
          coefficients: Float64Array.from(order, (i) => given.coefficients[i]!),
        };
        const [straight, turned] = [solve(build(n, given, 4, 1)), solve(build(n, permuted, 4, 1))];
        expectSame(
          turned.weights,
          order.map((i) => straight.weights[i]!),
          1e-9,
        );
      }),
      runs(60),
    );
  });

  it('does not change its weights when expected returns and risk aversion are scaled together', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const n = random.integer(3, 15);
        const given = plain(random, n);
        const factor = 10 ** random.between(-4, 4);
        const scaledUp = { ...given, linear: given.linear.map((value) => value * factor) };
        expectSame(solve(build(n, scaledUp, 4 * factor, 1)).weights, solve(build(n, given, 4, 1)).weights, 1e-9);
      }),
      runs(60),
    );
  });

  it('splits the weight of a duplicated asset without changing the sum', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const n = random.integer(3, 12);
        const given = { ...plain(random, n), upper: Infinity };
        const source = (i: number): number => (i === n ? 0 : i);
        const doubled = {
          ...given,
          entries: Float64Array.from(
            { length: (n + 1) ** 2 },
            (_, p) => given.entries[source(Math.floor(p / (n + 1))) * n + source(p % (n + 1))]!,
          ),
          linear: Float64Array.from({ length: n + 1 }, (_, i) => given.linear[source(i)]!),
          coefficients: Float64Array.from({ length: n + 1 }, (_, i) => given.coefficients[source(i)]!),
        };
        const one = solve(build(n, given, 4, 1)).weights;
        const two = solve(build(n + 1, doubled, 4, 1)).weights;
        expect(two[0]! + two[n]!).to.be.closeTo(one[0]!, 1e-8);
        for (let i = 1; i < n; i++) expect(two[i]!).to.be.closeTo(one[i]!, 1e-8);
      }),
      runs(60),
    );
  });

  it('never does worse when a bound is relaxed, and by no more than its shadow price says', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const n = random.integer(4, 15);
        const given = plain(random, n);
        const side = Math.max(0, given.coefficients.every((value) => value === 1) ? 1 : 0.35);
        const tight = solve(build(n, given, 4, side));
        if (tight.termination.reason !== 'optimal') return;
        const relaxed = solve(build(n, given, 4, side + 0.05));
        expect(relaxed.objective).to.be.at.most(tight.objective + 1e-12);
        expect(relaxed.objective).to.be.at.least(tight.objective - 0.05 * tight.multipliers.rows[1]! - 1e-12);
      }),
      runs(60),
    );
  });

  it('repeats its answers bit for bit', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { problem } = randomProblem(new Random(seed));
        expect(solve(problem).weights).to.deep.equal(solve(problem).weights);
      }),
      runs(20),
    );
  });
});

describe('the certificate on random optima', () => {
  it('rejects a perturbed optimum', () => {
    let rejected = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const n = random.integer(3, 12);
        const problem = build(n, plain(random, n), 4, 1);
        const solution = solve(problem);
        const weights = Float64Array.from(solution.weights);
        const from = weights.indexOf(Math.max(...weights));
        weights[from] = weights[from]! - 1e-4;
        weights[(from + 1) % n] = weights[(from + 1) % n]! + 1e-4;
        expect(certify(problem, { ...solution, weights }).verdict).to.equal('failed');
        // Only a move that keeps within the upper bounds has to cost something.
        if (primalResidual(problem, weights) < 1e-12)
          expect(objectiveAt(problem, weights)).to.be.above(solution.objective - 1e-12);
        expect(checked(problem, { ...solution, weights }).termination.reason).to.equal('numerical error');
        rejected++;
      }),
      runs(60),
    );
    expect(rejected).to.equal(60);
  });
});

describe('conflicts on random infeasible problems', () => {
  it('are sets from which nothing can be dropped', () => {
    let found = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const { problem, feasible } = randomProblem(new Random(seed));
        if (feasible) return;
        const named = <T extends { origin: { constraint: string } }>(part: T, constraint: string): T => ({
          ...part,
          origin: { ...part.origin, constraint },
        });
        const all = {
          bounds: problem.bounds.map((bound, k) => named(bound, `bound ${k}`)),
          rows: problem.rows.map((row, k) => named(row, `row ${k}`)),
          norms: problem.norms,
          tradeLimits: problem.tradeLimits,
        };
        const conflict = findConflict({ universe: problem.universe, restrictions: [all], solve });
        expect(conflict.length).to.be.above(0);
        const reasonWithout = (dropped?: string): string => {
          const kept = <T extends { origin: { constraint: string } }>(parts: readonly T[]): T[] =>
            parts.filter(
              ({ origin: { constraint } }) =>
                constraint !== dropped && conflict.some((one) => one.constraint === constraint),
            );
          const restrictions = {
            bounds: kept(all.bounds),
            rows: kept(all.rows),
            norms: kept(all.norms),
            tradeLimits: kept(all.tradeLimits),
          };
          const n = problem.lower.length;
          const operator = { kind: 'diagonal', size: n, entries: new Float64Array(n).fill(1) } as const;
          const objective = { quadratics: [{ scale: 1, operator }], linear: new Float64Array(n) };
          return solve(compose(problem.universe, objective, [restrictions])).termination.reason;
        };
        expect(reasonWithout()).to.equal('infeasible');
        for (const origin of conflict) expect(reasonWithout(origin.constraint)).to.equal('optimal');
        found++;
      }),
      runs(100),
    );
    expect(found).to.be.above(10);
  });
});
