import { createRequire } from 'node:module';
import { expect } from 'chai';
import fc from 'fast-check';
import type { default as HighsLoader } from 'highs';
import { unchecked } from '../../src/math/checkpoint.ts';
import { tailAt } from '../../src/problem/certificate-tails.ts';
import { certify } from '../../src/problem/certificate.ts';
import { checked } from '../../src/problem/checked-solution.ts';
import type { Problem, TailMeasure } from '../../src/problem/problem.ts';
import type { Solution } from '../../src/problem/solution.ts';
import { defaultSettings } from '../../src/problem/solver.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { cuttingPlanes } from '../../src/solvers/tails/cutting-planes.ts';
import { scenarioTails } from '../../src/solvers/tails/scenario-tails.ts';
import { Random, problemOf } from '../support/problems.ts';
import { randomMeasure, randomTailProblem, withNorms } from '../support/tail-problems.ts';
import { tailProgramText } from '../support/tail-program.ts';

// The package's types describe its CommonJS face only, so it is loaded as such.
const loadHighs = createRequire(import.meta.url)('highs') as typeof HighsLoader.default;
const registry = new SolverRegistry([scenarioTails]);
const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });

function solved(problem: Problem): Solution {
  return checked(problem, runToEnd(registry.solve(problem)));
}

function optimum(problem: Problem): Solution {
  const solution = solved(problem);
  expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
  return solution;
}

function near(actual: number, expected: number): void {
  expect(actual).to.be.closeTo(expected, 1e-8 * Math.max(1e-1, Math.abs(expected)));
}

/** Least measure over n assets, 0 to 60 % each, and an expected return that pulls a little. */
function leastMeasure(random: Random, given?: Partial<TailMeasure>): Problem & { readonly measure: TailMeasure } {
  const n = random.integer(2, 8);
  const measure = { ...randomMeasure(n, random), ...given };
  const tailTerms = [{ ...measure, weight: 1 }];
  const problem = problemOf(n, { linear: random.vector(n, () => 0.02 * random.normal()), tailTerms }, { upper: 0.6 });
  return { ...problem, measure };
}

function withMeasure(problem: Problem, measure: TailMeasure, weight = 1): Problem {
  return { ...problem, tailTerms: [{ ...measure, weight }] };
}

/** Scenarios in another order; the order of assets is kept. */
function reordered(
  { scenarios, probabilities, ...rest }: TailMeasure,
  n: number,
  order: readonly number[],
): TailMeasure {
  return {
    ...rest,
    scenarios: Float64Array.from(order.flatMap((s) => [...scenarios.subarray(s * n, (s + 1) * n)])),
    ...(probabilities === undefined ? {} : { probabilities: Float64Array.from(order, (s) => probabilities[s]!) }),
  };
}

function check(runs: number, property: (random: Random) => void): void {
  fc.assert(
    fc.property(seeds, (seed) => property(new Random(seed))),
    { numRuns: runs, verbose: true },
  );
}

describe('scenario tails', () => {
  for (const curved of [false, true])
    it(`beside HiGHS, ${curved ? 'quadratic' : 'linear'} programs with every scenario written out have the same verdict and objective`, async () => {
      let highs = await loadHighs();
      const seen = { optimal: 0, infeasible: 0, broken: 0 };
      const programs = fc.sample(seeds, { numRuns: 60, seed: 20261122 });
      for (const seed of programs) {
        const problem = randomTailProblem(new Random(seed), curved);
        const ours = solved(problem);
        const theirs = await Promise.resolve()
          .then(() => highs.solve(tailProgramText(problem)))
          .catch(() => undefined);
        if (theirs === undefined) {
          // Its quadratic solver sometimes breaks down, and takes the instance with it.
          highs = await loadHighs();
          expect(ours.termination.reason).to.equal('optimal');
          seen.broken++;
        } else if (theirs.Status === 'Optimal') {
          expect(ours.termination.reason, `seed ${seed}: ${ours.termination.detail}`).to.equal('optimal');
          expect(ours.objective).to.be.closeTo(theirs.ObjectiveValue, 1e-6 * Math.max(0.1, Math.abs(ours.objective)));
          seen.optimal++;
        } else if (theirs.Status === 'Infeasible') {
          expect(ours.termination.reason, `seed ${seed}: ${ours.termination.detail}`).to.equal('infeasible');
          seen.infeasible++;
        }
      }
      expect(seen.optimal).to.be.above(35);
      expect(seen.infeasible).to.be.above(1);
      expect(seen.broken).to.be.at.most(curved ? 15 : 0);
    });

  it('beside norm limits have the same verdict and objective by rounds as by cutting planes', () => {
    const seen = new Map<string, number>();
    check(25, (random) => {
      const problem = withNorms(randomTailProblem(random, random.chance(0.5)), random);
      const ours = solved(problem);
      const reached = { iteration: 0, points: [] };
      const never = (): boolean => false;
      const planes = cuttingPlanes(problem, interiorPoint, defaultSettings, never, unchecked, reached);
      const theirs = checked(problem, runToEnd(planes));
      const { reason } = ours.termination;
      expect(['optimal', 'infeasible'], ours.termination.detail).to.include(reason);
      // The slower way does not always come to its end.
      if (!['optimal', 'infeasible'].includes(theirs.termination.reason)) return;
      expect(reason, ours.termination.detail).to.equal(theirs.termination.reason);
      if (reason === 'optimal') near(ours.objective, theirs.objective);
      seen.set(reason, (seen.get(reason) ?? 0) + 1);
    });
    expect(seen.get('optimal')).to.be.above(8);
    expect(seen.get('infeasible')).to.be.above(3);
  });

  it('grow with the portfolio: twice the budget has twice the measure', () =>
    check(30, (random) => {
      const { measure: _, ...problem } = leastMeasure(random);
      const centred = problem.tailTerms!.map(({ centre: __, ...term }) => term);
      const once = optimum({ ...problem, tailTerms: centred });
      const rows = problem.rows.map((row) => ({ ...row, lower: 2 * row.lower, upper: 2 * row.upper }));
      const upper = problem.upper.map((value) => 2 * value);
      near(optimum({ ...problem, tailTerms: centred, rows, upper, bounds: [] }).objective, 2 * once.objective);
    }));

  it('sum below their parts: a mixture measures at most the mixture of the measures', () =>
    check(30, (random) => {
      const { measure, ...problem } = leastMeasure(random, { kind: 'cvar', level: 0.8 });
      const n = problem.lower.length;
      const a = random.vector(n, () => random.next());
      const b = random.vector(n, () => random.next());
      const both = a.map((value, i) => (value + b[i]!) / 2);
      expect(tailAt(measure, both)).to.be.at.most((tailAt(measure, a) + tailAt(measure, b)) / 2 + 1e-12);
      expect(optimum(problem).objective).to.be.at.most(objectiveOf(problem, measure, problem.upper) + 1e-9);
    }));

  it('fall by what a sure gain adds to every scenario', () =>
    check(30, (random) => {
      const { measure, ...problem } = leastMeasure(random, {
        kind: 'cvar',
        level: [0, 0.5, 0.9, 1][random.integer(0, 3)]!,
      });
      const { centre: _, ...plain } = measure;
      const richer = { ...plain, scenarios: plain.scenarios.map((value) => value + 0.03) };
      near(optimum(withMeasure(problem, richer)).objective, optimum(withMeasure(problem, plain)).objective - 0.03);
    }));

  it('ignore the order of scenarios where only their distribution counts', () =>
    check(30, (random) => {
      const kind = random.chance(0.5) ? 'cvar' : 'mean-absolute-deviation';
      const { measure, ...problem } = leastMeasure(random, { kind, level: kind === 'cvar' ? 0.8 : 0 });
      const n = problem.lower.length;
      const order = [...Array(measure.scenarios.length / n).keys()].reverse();
      near(optimum(withMeasure(problem, reordered(measure, n, order))).objective, optimum(problem).objective);
    }));

  it('count a scenario told twice as one of twice the probability', () =>
    check(30, (random) => {
      const kind = random.chance(0.5) ? 'cvar' : 'mean-absolute-deviation';
      const { measure, ...problem } = leastMeasure(random, { kind, level: kind === 'cvar' ? 0.8 : 0 });
      const { probabilities: _, ...plain } = measure;
      const n = problem.lower.length;
      const count = plain.scenarios.length / n;
      const twice = reordered(plain, n, [0, ...Array(count).keys()]);
      const probabilities = Float64Array.from({ length: count }, (__, s) => (s === 0 ? 2 : 1) / (count + 1));
      near(
        optimum(withMeasure(problem, twice)).objective,
        optimum(withMeasure(problem, { ...plain, probabilities })).objective,
      );
    }));

  it('are the mean loss at level 0 and the worst at level 1, and grow from one to the other', () =>
    check(30, (random) => {
      const { measure, ...problem } = leastMeasure(random, { kind: 'cvar', level: 0 });
      const { centre: _, probabilities: __, ...plain } = measure;
      const n = problem.lower.length;
      const count = plain.scenarios.length / n;
      const at = (level: number): Solution =>
        optimum(withMeasure({ ...problem, linear: new Float64Array(n) }, { ...plain, level }));
      const losses = ({ weights }: Solution): number[] =>
        Array.from(
          { length: count },
          (___, s) => -weights.reduce((sum, w, i) => sum + w * plain.scenarios[s * n + i]!, 0),
        );
      near(at(0).objective, losses(at(0)).reduce((sum, loss) => sum + loss, 0) / count);
      near(at(1).objective, Math.max(...losses(at(1))));
      const rising = [0, 0.3, 0.7, 0.95, 1].map((level) => at(level).objective);
      rising.slice(1).forEach((value, k) => expect(value).to.be.at.least(rising[k]! - 1e-9));
    }));

  it('do not mind the order of the assets, nor an asset told twice', () =>
    check(30, (random) => {
      const { measure, ...problem } = leastMeasure(random);
      const { centre: _, ...plain } = measure;
      const n = problem.lower.length;
      const base = optimum(withMeasure(problem, plain));
      const rearranged = (order: readonly number[]): Problem => {
        const count = plain.scenarios.length / n;
        const scenarios = Float64Array.from({ length: count * order.length }, (__, k) => {
          const s = Math.floor(k / order.length);
          return plain.scenarios[s * n + order[k % order.length]!]!;
        });
        const linear = Float64Array.from(order, (i) => problem.linear[i]!);
        return problemOf(order.length, { linear, tailTerms: [{ ...plain, scenarios, weight: 1 }] }, { upper: 0.6 });
      };
      near(optimum(rearranged([...Array(n).keys()].reverse())).objective, base.objective);
      // The twin has room of its own: the optimum is as good at least.
      const twin = optimum(rearranged([0, ...Array(n).keys()]));
      expect(twin.objective).to.be.at.most(base.objective + 1e-9);
      expect(certify(rearranged([0, ...Array(n).keys()]), twin).verdict).to.equal('passed');
    }));
});

/** At weights scaled to the budget. */
function objectiveOf(problem: Problem, measure: TailMeasure, raw: Float64Array): number {
  const total = raw.reduce((sum, value) => sum + value, 0);
  const w = raw.map((value) => value / total);
  return tailAt(measure, w) - problem.linear.reduce((sum, value, i) => sum + value * w[i]!, 0);
}
