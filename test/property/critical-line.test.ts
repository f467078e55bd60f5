import { expect } from 'chai';
import fc from 'fast-check';
import { objectiveAt } from '../../src/problem/certificate-figures.ts';
import type { SymmetricOperator } from '../../src/problem/operator.ts';
import type { Problem, Row } from '../../src/problem/problem.ts';
import { problemAt } from '../../src/solvers/critical-line/points.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { Random, budgetRow, problemOf, riskModel, rowOver, sampleCovariance } from '../support/problems.ts';
import type { Tradeoff } from '../support/frontier-case.ts';
import { cornersOf, curveOf, expectOptimal, traceOf } from '../support/frontiers.ts';

const registry = new SolverRegistry([interiorPoint]);
const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const holds = (numRuns: number, check: (random: Random) => void): void =>
  fc.assert(
    fc.property(seeds, (seed) => check(new Random(seed))),
    { numRuns, verbose: true },
  );

function covarianceOf(n: number, random: Random): SymmetricOperator {
  const { operator } = riskModel(n, Math.min(4, n), random);
  const kind = random.integer(0, 3);
  if (kind === 0) return operator;
  if (kind === 1) return { kind: 'diagonal', size: n, entries: operator.specific };
  // The last has fewer draws than assets: singular.
  const draws = kind === 2 ? 3 * n : Math.max(1, Math.floor(n / 2));
  return { kind: 'dense', size: n, entries: sampleCovariance(operator, draws, random) };
}

/** Equal weights satisfy every restriction. */
function rowsOf(n: number, random: Random): Row[] {
  const rows = [budgetRow(n)];
  for (let count = random.integer(0, 3); count > 0; count--) {
    const members = random.vector(n, () => (random.chance(0.4) ? 1 : 0));
    const share = members.reduce((sum, value) => sum + value, 0) / n;
    const lower = random.chance(0.5) ? -Infinity : Math.max(0, share - random.next());
    rows.push(rowOver(members, lower, random.chance(0.2) ? share : share + random.next()));
  }
  return rows;
}

function tradeoff(random: Random, nMax = 25): Tradeoff {
  const n = random.integer(1, nMax);
  const quadratics = [{ scale: 10 ** random.between(-1, 1), operator: covarianceOf(n, random) }];
  const upper = random.chance(0.5) ? 1 : Math.max(3 / n, 0.2);
  return {
    problem: problemOf(n, { quadratics }, { rows: rowsOf(n, random), upper }),
    direction: random.vector(n, () => 0.05 + 0.05 * random.normal()),
  };
}

/** Few different numbers, so that corners, slacks and multipliers tie. */
function whole(random: Random): Tradeoff {
  const n = random.integer(2, 10);
  const factors = random.integer(1, n);
  const loadings = Array.from({ length: n }, () => random.vector(factors, () => random.integer(-1, 2)));
  const entries = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) entries[i * n + j] = loadings[i]!.reduce((sum, x, k) => sum + x * loadings[j]![k]!, 0);
  const quadratics = [{ scale: 1, operator: { kind: 'dense', size: n, entries } as const }];
  const lower = random.vector(n, () => (random.chance(0.8) ? 0 : -0.5));
  const upper = random.vector(n, () => random.integer(1, 4) / 4);
  const rows = [budgetRow(n)];
  for (let count = random.integer(0, 2); count > 0; count--)
    rows.push(
      rowOver(
        random.vector(n, () => random.integer(0, 1)),
        -Infinity,
        random.integer(1, 3) / 2,
      ),
    );
  if (random.chance(0.3)) rows.push(rows.at(-1)!);
  return {
    problem: problemOf(n, { quadratics }, { rows, lower, upper }),
    direction: random.vector(n, () => random.integer(1, 3)),
  };
}

function expectSame(a: Float64Array, b: ArrayLike<number>, tolerance: number): void {
  a.forEach((value, i) => expect(value, `asset ${i}`).to.be.closeTo(b[i]!, tolerance));
}

describe('the critical line on random problems', () => {
  it('agrees at every lambda with the interior point to 1e-8 in the objective', () => {
    holds(60, (random) => {
      const { problem, direction } = tradeoff(random);
      const given = { problem, direction };
      const curve = curveOf(given);
      const lambda = random.next() * curve.atLambda(Infinity).lambda;
      const point = curve.atLambda(lambda);
      expectOptimal(given, point, 1e-9);
      const solved = runToEnd(registry.solve(problemAt(problem, direction, point.lambda)));
      expect(solved.termination.reason).to.equal('optimal');
      const traced = objectiveAt(problemAt(problem, direction, point.lambda), point.weights);
      expect(Math.abs(traced - solved.objective)).to.be.at.most(1e-8 * Math.max(Math.abs(solved.objective), 1e-2));
    });
  });

  it('gives a convex frontier, and the same point by return, by lambda and by variance', () => {
    holds(60, (random) => {
      const curve = curveOf(tradeoff(random));
      const at = (share: number) => curve.atValue(curve.least + share * (curve.greatest - curve.least));
      const [low, high] = [random.next(), random.next()].sort() as [number, number];
      const middle = at((low + high) / 2);
      expect(middle.objective).to.be.at.most((at(low).objective + at(high).objective) / 2 + 1e-12);
      expect(curve.atLambda(middle.lambda).value).to.be.closeTo(middle.value, 1e-9);
      expect(curve.atObjective(middle.objective).objective).to.be.closeTo(middle.objective, 1e-12);
    });
  });

  it('ends whatever ties: whole numbers, equal means, singular covariances, repeated rows', () => {
    holds(200, (random) => {
      const given = whole(random);
      const { end } = traceOf(given);
      if (end.kind !== 'infeasible') cornersOf(given, 1e-9);
    });
  });

  it('does not depend on the order of the assets', () => {
    holds(40, (random) => {
      const { problem, direction } = tradeoff(random, 12);
      const n = direction.length;
      const order = Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = random.integer(0, i);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      const place = new Int32Array(n);
      order.forEach((from, to) => (place[from] = to));
      const rows = problem.rows.map((row) => ({
        ...row,
        positions: row.positions.map((position) => place[position]!),
      }));
      const quadratics = problem.quadratics.map((term) => ({ ...term, operator: shuffled(term.operator, order) }));
      const other = problemOf(n, { quadratics }, { rows, upper: order.map((from) => problem.upper[from]!) });
      const [a, b] = [
        curveOf({ problem, direction }),
        curveOf({ problem: other, direction: Float64Array.from(order, (from) => direction[from]!) }),
      ];
      const value = a.least + random.next() * (a.greatest - a.least);
      expect(b.greatest).to.be.closeTo(a.greatest, 1e-10);
      expect(b.atValue(value).objective).to.be.closeTo(a.atValue(value).objective, 1e-10);
    });
  });

  it('moves lambda as returns and risks are scaled, and nothing else', () => {
    holds(40, (random) => {
      const { problem, direction } = tradeoff(random, 15);
      const [risk, reward] = [10 ** random.between(-6, 6), 10 ** random.between(-6, 6)];
      const quadratics = problem.quadratics.map((term) => ({ ...term, scale: term.scale * risk }));
      const a = curveOf({ problem, direction });
      const b = curveOf({ problem: { ...problem, quadratics }, direction: direction.map((mean) => mean * reward) });
      // Corners at which no weight moves may differ: there rounding says which of two constraints that tie is held.
      for (let k = 0; k < 5; k++) {
        const lambda = random.next() * a.atLambda(Infinity).lambda;
        const [point, scaled] = [a.atLambda(lambda), b.atLambda((lambda * risk) / reward)];
        expect(scaled.value / reward).to.be.closeTo(point.value, 1e-8);
        expect(scaled.objective / risk).to.be.closeTo(point.objective, 1e-8);
        expectSame(scaled.weights, point.weights, 1e-6);
      }
    });
  });

  it('gives two assets that are the same in all what one would have', () => {
    holds(40, (random) => {
      const n = random.integer(2, 10);
      const direction = random.vector(n, () => random.normal());
      const entries = sampleCovariance(riskModel(n, 2, random).operator, 3 * n, random);
      const once = { kind: 'dense', size: n, entries } as const;
      const at = (i: number): number => i % n;
      const twice = Float64Array.from(
        { length: 4 * n * n },
        (_, k) => entries[at(Math.floor(k / (2 * n))) * n + at(k % (2 * n))]!,
      );
      const pair = { kind: 'dense', size: 2 * n, entries: twice } as const;
      const single: Problem = problemOf(n, { quadratics: [{ scale: 1, operator: once }] });
      const double: Problem = problemOf(2 * n, { quadratics: [{ scale: 1, operator: pair }] });
      const a = curveOf({ problem: single, direction });
      const b = curveOf({
        problem: double,
        direction: Float64Array.from({ length: 2 * n }, (_, i) => direction[at(i)]!),
      });
      const value = a.least + random.next() * (a.greatest - a.least);
      const [expected, both] = [a.atValue(value).weights, b.atValue(value).weights];
      expectSame(
        expected,
        Array.from(expected, (_, i) => both[i]! + both[n + i]!),
        1e-7,
      );
    });
  });
});

function shuffled(operator: SymmetricOperator, order: readonly number[]): SymmetricOperator {
  const n = operator.size;
  const reordered = (values: Float64Array, width: number): Float64Array =>
    Float64Array.from({ length: n * width }, (_, k) => values[order[Math.floor(k / width)]! * width + (k % width)]!);
  switch (operator.kind) {
    case 'diagonal':
      return { ...operator, entries: reordered(operator.entries, 1) };
    case 'factor': {
      const { exposures, specific, factors } = operator;
      return { ...operator, exposures: reordered(exposures, factors), specific: reordered(specific, 1) };
    }
    case 'dense': {
      const { entries } = operator;
      return {
        ...operator,
        entries: Float64Array.from(
          { length: n * n },
          (_, k) => entries[order[Math.floor(k / n)]! * n + order[k % n]!]!,
        ),
      };
    }
    case 'sum':
      return { ...operator, terms: operator.terms.map((term) => shuffled(term, order)) };
  }
}
