import { expect } from 'chai';
import fc from 'fast-check';
import { certify } from '../../src/problem/certificate.ts';
import type { Problem } from '../../src/problem/problem.ts';
import type { Solution } from '../../src/problem/solution.ts';
import { defaultSettings } from '../../src/problem/solver.ts';
import { factorNewton } from '../../src/solvers/factor-newton/factor-newton.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { factorProblemOf, randomFactorParts } from '../support/factor-problems.ts';
import { Random } from '../support/problems.ts';
import { randomProblem } from '../support/random-problems.ts';

const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const runs = (numRuns: number): fc.Parameters<[number]> => ({ numRuns, verbose: true });
const alone = (problem: Problem): Solution => runToEnd(factorNewton.solve(problem, defaultSettings, () => false));
const inner = (problem: Problem, tolerance = defaultSettings.tolerance): Solution =>
  runToEnd(interiorPoint.solve(problem, { ...defaultSettings, tolerance }, () => false));

describe('factor Newton on random problems', () => {
  it('solves every one of 300 factor problems alone, nearly linear ones included', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const problem = factorProblemOf(randomFactorParts(random, random.integer(100, 400), random.integer(3, 20)));
        const solution = alone(problem);
        expect(solution.termination).to.include({ reason: 'optimal' });
        expect(certify(problem, solution, 1e-9).verdict).to.equal('passed');
      }),
      runs(300),
    );
  }).timeout(60_000);

  it('agrees with the interior point to 1e-9 of the objective', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const problem = factorProblemOf(randomFactorParts(random, random.integer(30, 100), random.integer(2, 8)));
        const [ours, theirs] = [alone(problem), inner(problem, 1e-10)];
        expect(ours.termination.reason).to.equal('optimal');
        expect(theirs.termination.reason).to.equal('optimal');
        expect(Math.abs(ours.objective - theirs.objective)).to.be.at.most(1e-9 * Math.abs(theirs.objective));
      }),
      runs(60),
    );
  }).timeout(60_000);

  it('gives permuted assets permuted weights', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const n = random.integer(40, 120);
        const k = random.integer(2, 8);
        const parts = randomFactorParts(random, n, k);
        const order = Array.from({ length: n }, (_, i) => i).sort(
          (a, b) => ((a * 7919 + seed) % 97) - ((b * 7919 + seed) % 97) || a - b,
        );
        const turnedBy = (values: Float64Array, width = 1): Float64Array =>
          Float64Array.from(order.flatMap((i) => [...values.subarray(i * width, (i + 1) * width)]));
        const turned = {
          ...parts,
          exposures: turnedBy(parts.exposures, k),
          specific: turnedBy(parts.specific),
          linear: turnedBy(parts.linear),
          current: turnedBy(parts.current),
          sectors: turnedBy(parts.sectors),
        };
        const expected = turnedBy(alone(factorProblemOf(parts)).weights);
        alone(factorProblemOf(turned)).weights.forEach((value, i) => expect(value).to.be.closeTo(expected[i]!, 1e-9));
      }),
      runs(40),
    );
  });

  it('hands over what it cannot finish: the chain says what the interior point says, feasible or not', () => {
    const registry = new SolverRegistry([factorNewton, interiorPoint]);
    const seen = { alone: 0, handedOver: 0 };
    fc.assert(
      fc.property(seeds, (seed) => {
        const { problem, feasible, kinds } = randomProblem(new Random(seed));
        if (!factorNewton.supports(problem).yes) return;
        const solution = runToEnd(registry.solve(problem));
        expect(solution.termination.reason, kinds.join(', ')).to.equal(feasible ? 'optimal' : 'infeasible');
        if (feasible) {
          expect(certify(problem, solution).verdict).to.equal('passed');
          const { objective } = inner(problem);
          const scale = Math.max(1e-3, Math.abs(objective));
          expect(Math.abs(solution.objective - objective)).to.be.at.most(1e-7 * scale);
        } else expect(solution.choice).to.match(/factor-newton gave up after \d+ iterations: .+; then interior-point$/);
        seen[solution.solver === 'factor-newton' ? 'alone' : 'handedOver']++;
      }),
      runs(1000),
    );
    expect(Math.min(seen.alone, seen.handedOver)).to.be.above(20);
  }).timeout(60_000);
});
