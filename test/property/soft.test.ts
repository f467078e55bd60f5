import { expect } from 'chai';
import fc from 'fast-check';
import { checked } from '../../src/problem/checked-solution.ts';
import { certify } from '../../src/problem/certificate.ts';
import { compose, type Problem, type Row } from '../../src/problem/problem.ts';
import type { Solution } from '../../src/problem/solution.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { Random, originOf, problemOf, riskModel, rowOver, universeOf } from '../support/problems.ts';
import { randomSoftProblem } from '../support/random-problems.ts';

const registry = new SolverRegistry([interiorPoint]);
const solve = (problem: Problem): Solution => runToEnd(registry.solve(problem));
const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const runs = (numRuns: number): fc.Parameters<[number]> => ({ numRuns, verbose: true });

/** A diagonal risk, soft rows over it, and the same with the excess of each row as an asset of its own that costs the penalty. */
function bothWays(random: Random) {
  const n = random.integer(3, 12);
  const entries = random.vector(n, () => random.between(0.01, 0.2));
  const linear = random.vector(n, () => 0.1 * random.normal());
  const rows = Array.from({ length: random.integer(1, 4) }, (_, r): Row => {
    const coefficients = random.vector(n, () => (random.chance(0.5) ? 0 : random.normal()));
    const [one, other] = [random.normal(), random.chance(0.3) ? Infinity : random.normal()];
    return rowOver(coefficients, Math.min(one, other), Math.max(one, other), `row ${String(r)}`);
  });
  const penalties = rows.map(() => 10 ** random.between(-3, 1));
  const budget = rowOver(new Float64Array(n).fill(1), 1, 1, 'budget');
  const soft = problemOf(
    n,
    { quadratics: [{ scale: 3, operator: { kind: 'diagonal', size: n, entries } }], linear },
    { rows: [budget, ...rows.map((row, r) => ({ ...row, penalty: penalties[r]! }))], upper: 1 },
  );
  const size = n + rows.length;
  const longer = (values: Float64Array, rest: (k: number) => number): Float64Array =>
    Float64Array.from({ length: size }, (_, i) => (i < n ? values[i]! : rest(i - n)));
  const bounds = Array.from({ length: size }, (_, position) => ({
    position,
    lower: 0,
    upper: position < n ? 1 : Infinity,
    origin: originOf('bounds'),
  }));
  const sided = rows.flatMap((row, r): Row[] => {
    const positions = Int32Array.of(...row.positions, n + r);
    const ending = (excess: number): Float64Array => Float64Array.of(...row.coefficients, excess);
    return [
      { ...row, positions, coefficients: ending(-1), lower: -Infinity },
      { ...row, positions, coefficients: ending(1), upper: Infinity },
    ];
  });
  const operator = { kind: 'diagonal', size, entries: longer(entries, () => 0) } as const;
  const objective = { quadratics: [{ scale: 3, operator }], linear: longer(linear, (r) => -penalties[r]!) };
  const hard = compose(universeOf(size), objective, [{ bounds, rows: [budget, ...sided] }]);
  return { n, soft, hard };
}

describe('soft restrictions on random problems', () => {
  it('end with a certificate, 150 problems of every kind, and no price is above its penalty', () => {
    let broken = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const problem = randomSoftProblem(new Random(seed));
        const solution = solve(problem);
        expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
        const { verdict, restrictions } = certify(problem, solution);
        expect(verdict).to.equal('passed');
        expect(checked(problem, solution)).to.equal(solution);
        for (const { penalty, multiplier, slack } of restrictions) {
          if (penalty === undefined) continue;
          expect(Math.abs(multiplier)).to.be.at.most(penalty);
          if (slack < -1e-6) broken++;
        }
      }),
      runs(150),
    );
    expect(broken).to.be.above(50);
  });

  it('have the answers of excesses written out as assets', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { n, soft, hard } = bothWays(new Random(seed));
        const [one, other] = [solve(soft), solve(hard)];
        expect(one.termination.reason).to.equal('optimal');
        expect(other.termination.reason).to.equal('optimal');
        expect(one.objective).to.be.closeTo(other.objective, 1e-8 * Math.max(1, Math.abs(one.objective)));
        one.weights.forEach((weight, i) => expect(weight).to.be.closeTo(other.weights[i]!, 1e-6));
        expect(other.weights.length).to.be.above(n);
      }),
      runs(60),
    );
  });

  it('do not mind the order of the assets', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const n = random.integer(4, 12);
        const { operator } = riskModel(n, 2, random);
        const linear = random.vector(n, () => 0.05 * random.normal());
        const coefficients = random.vector(n, () => (random.chance(0.5) ? 1 : 0));
        const penalty = 10 ** random.between(-3, 0);
        const built = (order: readonly number[]): Problem => {
          const exposures = Float64Array.from(
            order.flatMap((i) => [operator.exposures[2 * i]!, operator.exposures[2 * i + 1]!]),
          );
          const specific = Float64Array.from(order, (i) => operator.specific[i]!);
          const turned = { ...operator, exposures, specific };
          const row = rowOver(
            order.map((i) => coefficients[i]!),
            -Infinity,
            0.3,
            'group',
          );
          const norms = [{ operator: turned, bound: 0.05, penalty, origin: originOf('risk') }];
          const rows = [rowOver(new Float64Array(n).fill(1), 1, 1), { ...row, penalty }];
          return problemOf(n, { linear: Float64Array.from(order, (i) => linear[i]!) }, { rows, norms });
        };
        const order = [...linear.keys()].sort((a, b) => linear[a]! - linear[b]!);
        const [given, turned] = [solve(built([...linear.keys()])), solve(built(order))];
        order.forEach((i, at) => expect(turned.weights[at]).to.be.closeTo(given.weights[i]!, 1e-6));
      }),
      runs(30),
    );
  });
});
