import { expect } from 'chai';
import fc from 'fast-check';
import { objectiveAt, primalResidual } from '../../src/problem/certificate-figures.ts';
import { certify } from '../../src/problem/certificate.ts';
import { checked } from '../../src/problem/checked-solution.ts';
import type { Problem, RiskShare } from '../../src/problem/problem.ts';
import type { Solution } from '../../src/problem/solution.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { riskShares } from '../../src/solvers/risk-shares/risk-shares.ts';
import { Random, originOf, problemOf, riskModel, sampleCovariance } from '../support/problems.ts';

const registry = new SolverRegistry([riskShares]);
const solve = (problem: Problem): Solution => runToEnd(registry.solve(problem));
const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const runs = (numRuns: number): fc.Parameters<[number]> => ({ numRuns, verbose: true });

interface Given {
  readonly n: number;
  readonly entries: Float64Array;
  readonly linear: Float64Array;
  readonly scale: number;
  readonly most: number;
  readonly short: boolean;
}

function given(random: Random): Given {
  const n = random.integer(3, 12);
  const { operator } = riskModel(n, 2, random);
  const entries = sampleCovariance(operator, 4 * n, random);
  const linear = random.vector(n, () => 0.05 + 0.08 * random.normal());
  const most = random.between(1.2 / n, Math.min(1, 3 / n));
  return { n, entries, linear, scale: 10 ** random.between(0, 1.5), most, short: random.chance(0.3) };
}

/** The assets in another order, the limits with them. */
function built({ n, entries, linear, scale, most, short }: Given, order: readonly number[]): Problem {
  const turned = Float64Array.from(
    { length: n * n },
    (_, p) => entries[order[Math.floor(p / n)]! * n + order[p % n]!]!,
  );
  const operator = { kind: 'dense', size: n, entries: turned } as const;
  const limits = order.map((_, i): RiskShare => {
    const contribution = { kind: 'assets', positions: Int32Array.of(i) } as const;
    return { operator, contribution, lower: -Infinity, upper: most, origin: originOf(`share ${String(i)}`) };
  });
  const objective = { quadratics: [{ scale, operator }], linear: Float64Array.from(order, (i) => linear[i]!) };
  return { ...problemOf(n, objective, { lower: short ? -0.2 : 0, upper: 0.8 }), riskShares: limits };
}

const inOrder = ({ n }: Given): number[] => Array.from({ length: n }, (_, i) => i);

describe('limits on shares of risk on random problems', () => {
  it('end in a stationary portfolio that keeps them, and that no small change betters', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const parts = given(random);
        const problem = built(parts, inOrder(parts));
        const solution = solve(problem);
        expect(['feasible', 'optimal']).to.include(solution.termination.reason, solution.termination.detail);
        expect(checked(problem, solution)).to.equal(solution);
        expect(certify(problem, solution).verdict, certify(problem, solution).detail).to.equal('passed');
        for (let trial = 0; trial < 40; trial++) {
          const step = random.vector(parts.n, () => 1e-3 * random.normal());
          const mean = step.reduce((total, value) => total + value, 0) / parts.n;
          const near = solution.weights.map((weight, i) => weight + step[i]! - mean);
          if (primalResidual(problem, near) > 0) continue;
          expect(objectiveAt(problem, near)).to.be.at.least(solution.objective - 1e-9);
        }
      }),
      runs(40),
    );
  });

  it('do not mind the order of the assets', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const parts = given(new Random(seed));
        const order = inOrder(parts).sort((a, b) => parts.linear[a]! - parts.linear[b]!);
        const [one, other] = [solve(built(parts, inOrder(parts))), solve(built(parts, order))];
        expect(other.objective).to.be.closeTo(one.objective, 1e-7 * Math.max(1, Math.abs(one.objective)));
      }),
      runs(15),
    );
  });
});
