import { expect } from 'chai';
import fc from 'fast-check';
import { certify } from '../../src/problem/certificate.ts';
import type { SymmetricOperator } from '../../src/problem/operator.ts';
import type { Problem, Row } from '../../src/problem/problem.ts';
import type { Solution } from '../../src/problem/solution.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { workingSet } from '../../src/solvers/working-set/working-set.ts';
import { Random, budgetRow, problemOf, riskModel, rowOver, sampleCovariance } from '../support/problems.ts';
import { randomWeights } from '../support/random-problems.ts';

const solveBy = (solver: typeof workingSet, problem: Problem): Solution =>
  runToEnd(new SolverRegistry([solver]).solve(problem));
const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const runs = (numRuns: number): fc.Parameters<[number]> => ({ numRuns, verbose: true });

type Kind = 'full rank' | 'deficient' | 'dead and duplicate' | 'sum';

function covariance(n: number, kind: Kind, random: Random): SymmetricOperator {
  const model = riskModel(n, Math.min(4, n - 1), random).operator;
  const draws = kind === 'deficient' ? Math.max(1, Math.floor(n / 3)) : 3 * n;
  const entries = sampleCovariance(model, draws, random);
  if (kind === 'dead and duplicate') {
    for (let j = 0; j < n; j++) entries[j] = entries[j * n] = 0;
    for (let j = 0; j < n; j++) entries[n + j] = entries[2 * n + j]!;
    for (let j = 0; j < n; j++) entries[j * n + 1] = entries[j * n + 2]!;
  }
  const dense = { kind: 'dense', size: n, entries } as const;
  if (kind !== 'sum') return dense;
  return { kind: 'sum', size: n, terms: [dense, { kind: 'diagonal', size: n, entries: model.specific }, model] };
}

/** Bounded, met by `inside`: rows of every kind, repeated and dependent ones among them. */
function dense(random: Random): { problem: Problem; kind: Kind } {
  const n = random.integer(3, 40);
  const kind = (['full rank', 'deficient', 'dead and duplicate', 'sum'] as const)[random.integer(0, 3)]!;
  const operator = covariance(n, kind, random);
  const inside = randomWeights(n, random);
  const linear = random.vector(n, () => 0.1 * random.normal());
  const lower = random.vector(n, (i) => (random.chance(0.8) ? 0 : inside[i]! - random.next()));
  const upper = random.vector(n, (i) => inside[i]! + (random.chance(0.2) ? 0 : random.next()));
  for (let i = 0; i < n; i++) if (random.chance(0.08)) lower[i] = upper[i] = inside[i]!;
  const rows: Row[] = [budgetRow(n)];
  for (let count = random.integer(0, 5); count > 0; count--) {
    const magnitude = 10 ** random.between(-2, 2);
    const coefficients = random.vector(n, () => (random.chance(0.5) ? 0 : magnitude * random.normal()));
    const value = coefficients.reduce((sum, c, i) => sum + c * inside[i]!, 0);
    const width = (): number =>
      random.chance(0.2) ? Infinity : random.chance(0.2) ? 0 : 0.2 * magnitude * random.next();
    rows.push(rowOver(coefficients, value - width(), value + width(), `row ${rows.length}`));
    if (random.chance(0.15)) rows.push(rows.at(-1)!);
  }
  const centre = random.chance(0.4) ? randomWeights(n, random) : undefined;
  const quadratics = [{ scale: 10 ** random.between(-1, 3), operator, ...(centre === undefined ? {} : { centre }) }];
  return { problem: problemOf(n, { quadratics, linear }, { rows, lower, upper }), kind };
}

describe('the working set on random dense problems', () => {
  it('reaches the optimum of the interior point to 1e-10, or hands over', () => {
    const handedOver = new Map<Kind, number>();
    let solved = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const { problem, kind } = dense(new Random(seed));
        const ours = solveBy(workingSet, problem);
        if (ours.termination.reason !== 'optimal') {
          expect(ours.termination.reason).to.equal('no solution found');
          expect(ours.weights.length).to.equal(0);
          handedOver.set(kind, (handedOver.get(kind) ?? 0) + 1);
          return;
        }
        solved++;
        expect(certify(problem, ours).verdict).to.equal('passed');
        const theirs = solveBy(interiorPoint, problem);
        expect(theirs.termination.reason).to.equal('optimal');
        const scale = Math.max(Math.abs(theirs.objective), 1e-2);
        expect(ours.objective).to.be.at.most(theirs.objective + 1e-10 * scale);
        // Below by more than that only where the reference is not exact itself.
        const { primal, dual, gap, complementarity } = certify(problem, theirs);
        if (Math.max(primal, dual, gap, complementarity) <= 1e-12)
          expect(ours.objective).to.be.at.least(theirs.objective - 1e-10 * scale);
      }),
      runs(300),
    );
    // About one in a hundred is handed over, degenerate vertices and flat covariances above all: a loss of speed, not of answers.
    expect(solved, JSON.stringify([...handedOver])).to.be.at.least(288);
    expect(handedOver.get('full rank') ?? 0).to.be.at.most(2);
  });

  it('gives permuted assets permuted weights', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = new Random(seed);
        const n = random.integer(4, 30);
        const operator = covariance(n, 'full rank', random);
        const linear = random.vector(n, () => 0.05 * random.normal());
        const order = Array.from({ length: n }, (_, i) => i).sort(
          (a, b) => ((a * 7919 + seed) % 97) - ((b * 7919 + seed) % 97) || a - b,
        );
        const entries = operator.kind === 'dense' ? operator.entries : new Float64Array(0);
        const turned = Float64Array.from(
          { length: n * n },
          (_, p) => entries[order[Math.floor(p / n)]! * n + order[p % n]!]!,
        );
        const weightsOf = (covariances: Float64Array, returns: Float64Array): Float64Array => {
          const quadratics = [{ scale: 4, operator: { kind: 'dense', size: n, entries: covariances } as const }];
          const solution = solveBy(workingSet, problemOf(n, { quadratics, linear: returns }, { upper: 0.4 }));
          expect(solution.termination.reason).to.equal('optimal');
          return solution.weights;
        };
        const straight = weightsOf(entries, linear);
        weightsOf(
          turned,
          Float64Array.from(order, (i) => linear[i]!),
        ).forEach((value, k) => expect(value).to.be.closeTo(straight[order[k]!]!, 1e-11));
      }),
      runs(60),
    );
  });

  it('repeats its answers bit for bit', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { problem } = dense(new Random(seed));
        expect(solveBy(workingSet, problem).weights).to.deep.equal(solveBy(workingSet, problem).weights);
      }),
      runs(20),
    );
  });
});
