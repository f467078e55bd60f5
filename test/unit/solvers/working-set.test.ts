import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { certify } from '../../../src/problem/certificate.ts';
import type { Iterate, Solution } from '../../../src/problem/solution.ts';
import { defaultSettings, type Warm } from '../../../src/problem/solver.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { runToEnd } from '../../../src/solvers/registry.ts';
import { workingSet } from '../../../src/solvers/working-set/working-set.ts';
import {
  Random,
  budgetRow,
  denseCase,
  denseOperator,
  factorCase,
  originOf,
  problemOf,
  rowOver,
} from '../../support/problems.ts';
import { driving } from '../../support/solving.ts';

const { solve, optimum, why } = driving(workingSet);

const three = denseOperator([
  [0.04, 0.01, 0],
  [0.01, 0.09, 0.02],
  [0, 0.02, 0.16],
]);
const quadratics = [{ scale: 1, operator: three }];

describe('the working set', () => {
  it('says why it does not take a problem', () => {
    const half = new Float64Array(3).fill(0.5);
    const limit = { centre: half, buyRate: half, sellRate: half, bound: 1, origin: originOf('turnover') };
    const rows = Array.from({ length: 21 }, () => budgetRow(3));
    expect(why(problemOf(3, { quadratics }))).to.equal('');
    expect(why(factorCase(20, 2))).to.contain('dense');
    expect(why(problemOf(3, {}))).to.contain('dense');
    expect(why(problemOf(3, { quadratics }, { tradeLimits: [limit] }))).to.contain('trade limits');
    const norms = [{ operator: three, bound: 1, origin: originOf('volatility') }];
    expect(why(problemOf(3, { quadratics }, { norms }))).to.contain('norm limits');
    const trading = { current: half, buyRate: half, sellRate: half };
    expect(why(problemOf(3, { quadratics, trading }))).to.contain('trading cost');
    expect(why(problemOf(3, { quadratics }, { rows }))).to.contain('20 rows');
  });

  it('solves 500 names to rounding, with weights at their bounds exactly', () => {
    const problem = denseCase(500);
    const solution = optimum(problem);
    const reference = runToEnd(interiorPoint.solve(problem, defaultSettings, () => false));
    expect(solution.objective).to.be.closeTo(reference.objective, 1e-12);
    const { primal, dual, gap } = solution.residuals;
    expect(Math.max(primal, dual, gap)).to.be.below(1e-13);
    expect(solution.weights.filter((value) => value === 0).length).to.be.above(400);
    expect(solution.weights.filter((value) => value !== 0 && value < 1e-9).length).to.equal(0);
    expect(solution.weights.some((value) => value === 0.1)).to.equal(true);
  });

  it('takes the only point that the caps leave', () => {
    const caps = [0.2, 0.5, 0.3];
    const { weights } = optimum(problemOf(3, { quadratics }, { upper: caps }));
    caps.forEach((cap, i) => expect(weights[i]).to.equal(cap));
  });

  it('leaves fixed assets where they are', () => {
    const { weights } = optimum(problemOf(3, { quadratics }, { lower: [0, 0.7, 0], upper: [1, 0.7, 1] }));
    expect(weights[1]).to.equal(0.7);
    expect(weights[0]! + weights[2]!).to.be.closeTo(0.3, 1e-15);
  });

  it('holds duplicate assets, whose covariance is singular, as if they were one', () => {
    const doubled = denseOperator([
      [0.04, 0.04, 0.01],
      [0.04, 0.04, 0.01],
      [0.01, 0.01, 0.09],
    ]);
    const { weights } = optimum(problemOf(3, { quadratics: [{ scale: 1, operator: doubled }] }));
    expect(weights[0]! + weights[1]!).to.be.closeTo(8 / 11, 1e-10);
  });

  it('puts what it can into an asset without variance', () => {
    const riskless = denseOperator([
      [0, 0, 0],
      [0, 0.04, 0.01],
      [0, 0.01, 0.09],
    ]);
    const all = { quadratics: [{ scale: 1, operator: riskless }] };
    expect(Array.from(optimum(problemOf(3, all)).weights)).to.deep.equal([1, 0, 0]);
    const capped = optimum(problemOf(3, all, { upper: [0.5, 1, 1] }));
    expect(capped.weights[0]).to.equal(0.5);
    expect(capped.weights[1]).to.be.closeTo((0.5 * 8) / 11, 1e-12);
  });

  it('meets two-sided rows, dependent rows among them, and prices what binds', () => {
    const rows = [budgetRow(3), budgetRow(3), rowOver([1, 1, 0], 0.2, 0.6, 'pair'), rowOver([2, 2, 2], 2, 2, 'twice')];
    const { weights, multipliers } = optimum(problemOf(3, { quadratics }, { rows }));
    expect(weights[0]! + weights[1]!).to.be.closeTo(0.6, 1e-15);
    expect(multipliers.rows[2]).to.be.above(0);
  });

  it('takes centres, several terms and bounds below zero', () => {
    const centre = Float64Array.of(0.5, 0.3, 0.2);
    const tracking = optimum(problemOf(3, { quadratics: [{ scale: 3, operator: three, centre }] }));
    centre.forEach((value, i) => expect(tracking.weights[i]).to.be.closeTo(value, 1e-14));
    const diagonal = { kind: 'diagonal', size: 3, entries: Float64Array.of(0.1, 0.1, 0.1) } as const;
    const terms = [
      { scale: 1, operator: { kind: 'sum', size: 3, terms: [three, diagonal] } as const },
      { scale: 2, operator: diagonal, centre },
    ];
    const linear = Float64Array.of(0.3, -0.2, 0);
    const problem = problemOf(3, { quadratics: terms, linear }, { lower: -0.1 });
    const reference = runToEnd(interiorPoint.solve(problem, defaultSettings, () => false));
    expect(optimum(problem).objective).to.be.closeTo(reference.objective, 1e-12);
  });

  it('begins at an earlier answer: the same optimum in fewer rounds; what does not fit is ignored', () => {
    const half = Float64Array.from({ length: 150 }, (_, i) => (i < 75 ? 1 : 0));
    const before = {
      ...denseCase(150),
      rows: [budgetRow(150), rowOver(half, 0.3, 0.4, 'half'), rowOver(half, -Infinity, 0.5, 'loose')],
    };
    const random = new Random(5);
    const problem = { ...before, linear: before.linear.map((value) => value + 0.001 * random.normal()) };
    const from = (warm: Warm): Solution => runToEnd(workingSet.solve(problem, defaultSettings, () => false, warm));
    const earlier = optimum(before);
    const cold = optimum(problem);
    const warm = from(earlier);
    expect(warm.termination.reason).to.equal('optimal');
    expect(certify(problem, warm, 1e-10).verdict).to.equal('passed');
    expect(warm.objective).to.be.closeTo(cold.objective, 1e-14);
    expect(warm.iterations).to.be.at.most(cold.iterations / 2);
    expect(from(cold).iterations).to.equal(1);
    expect(from(optimum(denseCase(120)))).to.deep.equal(cold);
    expect(from({ ...earlier, weights: earlier.weights.map(() => NaN) })).to.deep.equal(cold);
    // A price may speak of a side that this problem does not have, and weights may lie outside its bounds.
    const far = {
      weights: earlier.weights.map((value) => value + 1),
      multipliers: { ...earlier.multipliers, rows: Float64Array.of(1, -1, -1) },
    };
    expect(from(far).objective).to.be.closeTo(cold.objective, 1e-14);
  });

  it('gives up on what no portfolio meets, without weights and without a verdict', () => {
    for (const problem of [
      problemOf(3, { quadratics }, { upper: 0.3 }),
      problemOf(3, { quadratics }, { rows: [budgetRow(3), budgetRow(3, 2)] }),
      problemOf(3, { quadratics }, { lower: [0.5, 0, 0], upper: [0.4, 1, 1] }),
    ]) {
      const solution = solve(problem);
      expect(solution.termination.reason).to.equal('no solution found');
      expect(solution.termination.limit).to.equal(undefined);
      expect(solution.weights.length).to.equal(0);
      expect(solution.infeasibility).to.equal(undefined);
    }
  });

  it('ends at the look that learns of an interruption, and at the iteration limit, and says so', () => {
    const problem = denseCase(120);
    const run = (from: number): { solution: Solution; iterates: Iterate[]; looks: number } => {
      const iterates: Iterate[] = [];
      let looks = 0;
      const steps = workingSet.solve(problem, defaultSettings, () => ++looks >= from);
      const solution = runToEnd(steps, (iterate) => iterates.push(iterate));
      return { solution, iterates, looks };
    };
    const whole = run(Infinity);
    expect(whole.solution.termination.reason).to.equal('optimal');
    expect(whole.looks).to.be.above(2);
    for (let from = 1; from <= whole.looks; from++) {
      const { solution, iterates, looks } = run(from);
      expect(looks).to.equal(from);
      expect(iterates).to.deep.equal(whole.iterates.slice(0, iterates.length));
      expect(solution.termination.limit).to.equal('interrupted');
      // Under a budget and bounds the first guess is a portfolio already.
      expect(solution.termination.reason).to.equal('feasible');
      expect(solution.residuals.primal).to.be.below(1e-8);
    }
    expect(solve(problem, { ...defaultSettings, iterationsMax: 1 }).termination.limit).to.equal('iterations');
  });

  it('yields iterates whose objective is the one of the problem', () => {
    const { quadratics: terms, linear } = denseCase(60);
    const centre = new Float64Array(60).fill(1 / 60);
    const problem = problemOf(60, { quadratics: [{ ...terms[0]!, centre }], linear }, { upper: 0.1 });
    const iterates: Iterate[] = [];
    const solution = runToEnd(
      workingSet.solve(problem, defaultSettings, () => false),
      (iterate) => iterates.push(iterate),
    );
    expect(iterates.length).to.be.above(1);
    expect(iterates.at(-1)!.objective).to.be.closeTo(solution.objective, 0.02);
    iterates.forEach(({ iteration }, k) => expect(iteration).to.equal(k));
  });
});

interface MeanVarianceCase {
  readonly name: string;
  readonly tolerance: number;
  readonly means?: readonly number[];
  readonly covariance: readonly (readonly number[])[];
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly efficient?: readonly (readonly number[])[];
  readonly minimumVariance: readonly number[];
}

describe('published mean-variance portfolios by the working set', () => {
  const file = new URL('../../golden/cases/solvers-mean-variance.json', import.meta.url);
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly MeanVarianceCase[] };
  for (const given of cases)
    it(`${given.name}: the printed weights`, () => {
      const n = given.covariance.length;
      const terms = [{ scale: 1, operator: denseOperator(given.covariance) }];
      const { lower, upper, means, tolerance } = given;
      const weightsAt = (mean?: number): Float64Array => {
        const rows = [budgetRow(n), ...(mean === undefined ? [] : [rowOver(means!, mean, mean, 'mean return')])];
        return optimum(problemOf(n, { quadratics: terms }, { rows, lower, upper })).weights;
      };
      weightsAt().forEach((value, i) => expect(value).to.be.closeTo(given.minimumVariance[i]!, tolerance));
      for (const corner of given.efficient ?? []) {
        const total = corner.reduce((sum, weight) => sum + weight, 0);
        const weights = weightsAt(corner.reduce((sum, weight, i) => sum + weight * means![i]!, 0) / total);
        corner.forEach((value, i) => expect(weights[i]).to.be.closeTo(value, tolerance));
      }
    });
});
