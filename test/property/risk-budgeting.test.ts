import { expect } from 'chai';
import fc from 'fast-check';
import { riskParity } from '../../plugins/risk-parity/risk-parity.ts';
import { certify } from '../../src/problem/certificate.ts';
import { verifyInfeasibility } from '../../src/problem/certificate-infeasibility.ts';
import type { SymmetricOperator } from '../../src/problem/operator.ts';
import type { Problem } from '../../src/problem/problem.ts';
import type { Solution } from '../../src/problem/solution.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { riskBudgeting } from '../../src/solvers/risk-budgeting/risk-budgeting.ts';
import { certifiedAnswer, settingOf } from '../golden/markets.ts';
import { Random, problemOf, riskModel } from '../support/problems.ts';
import { randomOperator, randomProblem, randomWeights, times } from '../support/random-problems.ts';

const registry = new SolverRegistry([riskBudgeting]);
const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const runs = (numRuns: number): fc.Parameters<[number]> => ({ numRuns, verbose: true });

function optimum(problem: Problem): Solution {
  const solution = runToEnd(registry.solve(problem));
  expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
  expect(certify(problem, solution, 1e-8).verdict).to.equal('passed');
  return solution;
}

/** Positive definite: a factor model, whole or written out. */
function model(random: Random): { readonly factor: SymmetricOperator; readonly dense: SymmetricOperator } {
  const n = random.integer(2, 30);
  const factor = riskModel(n, random.integer(1, 6), random).operator;
  const unit = new Float64Array(n);
  const entries = new Float64Array(n * n);
  for (let i = 0; i < n; i++) entries.set(times(factor, unit.fill(0).fill(1, i, i + 1)), i * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) entries[j * n + i] = entries[i * n + j]!;
  return { factor, dense: { kind: 'dense', size: n, entries } };
}

const budgetsOf = (n: number, random: Random): Float64Array => random.vector(n, () => 10 ** random.between(-3, 0));

const unconstrained = (operator: SymmetricOperator, logarithms: Float64Array, scale = 1): Problem =>
  problemOf(operator.size, { quadratics: [{ scale, operator }], logarithms }, { rows: [] });

function expectSame(actual: Float64Array, expected: ArrayLike<number>, tolerance: number): void {
  actual.forEach((value, i) => expect(value / expected[i]! - 1, `weight ${i}`).to.be.closeTo(0, tolerance));
}

describe('risk budgets on random covariances', () => {
  it('give every asset its budget to 1e-10, by Newton and by coordinate descent alike', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const { factor, dense } = model(random);
        const budgets = budgetsOf(factor.size, random);
        const [byNewton, byDescent] = [factor, dense].map(
          (operator) => optimum(unconstrained(operator, budgets)).weights,
        );
        for (const w of [byNewton!, byDescent!]) {
          const product = times(dense, w);
          w.forEach((value, i) => expect((value * product[i]!) / budgets[i]!).to.be.closeTo(1, 1e-10));
        }
        expectSame(byNewton!, byDescent!, 1e-10);
      }),
      runs(60),
    );
  });

  it('scale with the covariance, and follow assets into another order', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const { dense } = model(random);
        if (dense.kind !== 'dense') throw new Error('written out');
        const n = dense.size;
        const budgets = budgetsOf(n, random);
        const { weights } = optimum(unconstrained(dense, budgets));
        const factor = 10 ** random.between(-4, 4);
        const scaled = optimum(unconstrained(dense, budgets, factor)).weights;
        expectSame(
          scaled,
          weights.map((value) => value / Math.sqrt(factor)),
          1e-10,
        );
        const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => ((a * 7919) % 31) - ((b * 7919) % 31));
        const entries = Float64Array.from(order.flatMap((i) => order.map((j) => dense.entries[i * n + j]!)));
        const permuted = optimum(
          unconstrained(
            { kind: 'dense', size: n, entries },
            Float64Array.from(order, (i) => budgets[i]!),
          ),
        );
        expectSame(
          permuted.weights,
          order.map((i) => weights[i]!),
          1e-10,
        );
      }),
      runs(30),
    );
  });

  it('are shared by an asset and its duplicate', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const { factor } = model(random);
        if (factor.kind !== 'factor') throw new Error('a factor model');
        const { factors: k, size: n } = factor;
        const budgets = budgetsOf(n, random);
        // The last asset twice, each with half the budget and without specific risk of its own.
        const specific = factor.specific.map((value, i) => (i === n - 1 ? 0 : value));
        const bare = optimum(unconstrained({ ...factor, specific }, budgets)).weights;
        const exposures = Float64Array.from([...factor.exposures, ...factor.exposures.subarray((n - 1) * k)]);
        const twice = { ...factor, size: n + 1, exposures, specific: Float64Array.from([...specific, 0]) };
        const halves = Float64Array.from([...budgets.subarray(0, n - 1), budgets[n - 1]! / 2, budgets[n - 1]! / 2]);
        const split = optimum(unconstrained(twice, halves)).weights;
        expectSame(split.subarray(0, n - 1), bare, 1e-8);
        expect((split[n - 1]! + split[n]!) / bare[n - 1]!).to.be.closeTo(1, 1e-8);
        expect(split[n]! / split[n - 1]!).to.be.closeTo(1, 1e-8);
      }),
      runs(30),
    );
  });

  it('come out certified under any convex restrictions, or proven impossible', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const { problem, feasible } = randomProblem(random);
        const inside = randomWeights(problem.lower.length, random);
        const logarithms = inside.map((value, i) => (value > 0 && problem.upper[i]! > 1e-2 ? value : 0));
        if (!logarithms.some((b) => b > 0)) return;
        const solution = runToEnd(registry.solve({ ...problem, logarithms }));
        const { reason, detail } = solution.termination;
        if (!feasible) {
          expect(reason, detail).to.equal('infeasible');
          expect(verifyInfeasibility({ ...problem, logarithms }, solution.infeasibility!).proven).to.equal(true);
        } else if (reason === 'optimal')
          expect(certify({ ...problem, logarithms }, solution, 1e-8).verdict).to.equal('passed');
        // The point that is known to satisfy the restrictions may be the only one, and hold nothing of some asset.
        else expect(detail).to.contain('no weight above 0');
      }),
      runs(60),
    );
  });
});

describe('constrained risk budgets on random covariances', () => {
  it('satisfy the condition of Richard and Roncalli on the free assets', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const random = new Random(seed);
        const { dense } = model(random);
        if (dense.kind !== 'dense' || dense.size < 4) return;
        const n = dense.size;
        const covariance = Array.from({ length: n }, (_, i) => [...dense.entries.subarray(i * n, (i + 1) * n)]);
        const budgets = budgetsOf(n, random);
        const upper = Array.from(budgets, () => (random.chance(0.5) ? 1 : random.between(1.2 / n, 2 / n)));
        const lower = upper.map((cap) => (cap === 1 && random.chance(0.2) ? 0.3 / n : 0));
        const byId = Object.fromEntries(Array.from(budgets, (budget, i) => [`a${i + 1}`, budget]));
        const { solution } = await certifiedAnswer(
          riskParity,
          settingOf({ covariance }, { lower, upper }, { budgets: byId }),
        );
        const w = solution.weights;
        if (solution.termination.detail.includes('price of its own')) return;
        const product = times(dense, w);
        const total = budgets.reduce((sum, value) => sum + value, 0);
        const scaled = w.map((value, i) => (total * value * product[i]!) / budgets[i]!);
        const free = [...w.keys()].filter((i) => w[i]! > lower[i]! && w[i]! < upper[i]!);
        for (const i of free) expect(scaled[i]! / scaled[free[0]!]!, `asset ${i}`).to.be.closeTo(1, 1e-7);
      }),
      runs(40),
    );
  });
});

describe('risk budgets on covariances of every kind', () => {
  it('repeat bit for bit', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const n = random.integer(3, 20);
        const { operator } = randomOperator(n, random);
        const objective = { quadratics: [{ scale: 1, operator }], logarithms: budgetsOf(n, random) };
        const problem = problemOf(n, objective, { upper: 0.9 });
        const [first, second] = [optimum(problem), optimum(problem)];
        expect([...first.weights]).to.deep.equal([...second.weights]);
        expect(first.iterations).to.equal(second.iterations);
      }),
      runs(30),
    );
  });
});
