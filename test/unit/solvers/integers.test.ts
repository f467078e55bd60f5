import { expect } from 'chai';
import { certify } from '../../../src/problem/certificate.ts';
import { checked } from '../../../src/problem/checked-solution.ts';
import { verifySearch } from '../../../src/problem/certificate-search.ts';
import type { Problem } from '../../../src/problem/problem.ts';
import type { SearchBranch, Solution } from '../../../src/problem/solution.ts';
import { defaultSettings } from '../../../src/problem/solver.ts';
import { branchAndBound } from '../../../src/solvers/integers/branch-and-bound.ts';
import { largestDiagonal } from '../../../src/solvers/integers/diagonal-split.ts';
import { NodeQueue } from '../../../src/solvers/integers/node-queue.ts';
import { SolverRegistry, runToEnd } from '../../../src/solvers/registry.ts';
import { countedProblem, f100, portK10 } from '../../support/integer-cases.ts';
import { countOf } from '../../support/integer-problems.ts';
import {
  Random,
  budgetRow,
  denseOperator,
  originOf,
  problemOf,
  riskModel,
  sampleCovariance,
} from '../../support/problems.ts';

const registry = new SolverRegistry([branchAndBound]);
const solved = (problem: Problem): Solution => runToEnd(registry.solve(problem));

/** Three assets of variance 0.04, 0.01 and 0.09, at most two of them held, with at least 20 % each. */
const small = (): Problem => {
  const operator = denseOperator([
    [0.04, 0, 0],
    [0, 0.01, 0],
    [0, 0, 0.09],
  ]);
  const quadratics = [{ scale: 2, operator }];
  return countedProblem(3, { quadratics }, { minimum: 0, maximum: 2, least: 0.2, most: 1 });
};

describe('branch and bound', () => {
  it('holds what is worth most and nothing else, exactly', () => {
    const solution = solved(small());
    expect(solution.termination.reason).to.equal('optimal');
    expect(Array.from(solution.weights)).to.deep.equal([0.2, 0.8, 0]);
    expect(solution.objective).to.be.closeTo(0.2 ** 2 * 0.04 + 0.8 ** 2 * 0.01, 1e-14);
    expect(solution.bound).to.be.at.most(solution.objective);
  });

  it('prices the portfolio among its own choices: the minimum holding, not the bound beyond it', () => {
    const problem = small();
    const { restrictions, verdict } = certify(problem, solved(problem));
    expect(verdict).to.equal('passed');
    const holding = restrictions.filter(({ kind }) => kind === 'domain');
    expect(holding.map(({ multiplier }) => multiplier !== 0)).to.deep.equal([false, false, true]);
    expect(restrictions.find(({ kind }) => kind === 'count')).to.include({ value: 2, upper: 2, violation: 0 });
  });

  it('says what it does not take', () => {
    const convex = problemOf(3, {});
    expect(branchAndBound.supports(convex)).to.deep.include({ yes: false });
    const lots = [0.1, 0.2].map((step) => ({ position: 0, base: 0, step, origin: originOf('lots') }));
    const two = { ...convex, integrality: { domains: [], lots, counts: [] } };
    expect(branchAndBound.supports(two)).to.deep.equal({
      yes: false,
      why: 'an asset has round lots of two different sizes',
    });
    const intervals = Array.from({ length: 40_000 }, (_, k) => [k, k + 0.5] as const);
    const fine = { domains: [{ position: 0, intervals, origin: originOf('fine') }], lots: [], counts: [] };
    expect(branchAndBound.supports({ ...convex, integrality: fine })).to.deep.equal({
      yes: false,
      why: 'an asset may hold weights in more than 32767 intervals',
    });
  });

  it('tells apart as many intervals of one asset as there are: 700 single weights, the least cost among the last', () => {
    // min 1/2 (w0^2 + w1^2) with w0 + w1 = 1 and w0 on 0, 0.001, ..., 0.699: at 0.5; with w0 at least 0.6495: at 0.65.
    const values = Array.from({ length: 700 }, (_, k) => [k / 1000, k / 1000] as const);
    for (const [least, best] of [
      [0, 0.5],
      [0.6495, 0.65],
    ] as const) {
      const quadratics = [
        {
          scale: 1,
          operator: denseOperator([
            [1, 0],
            [0, 1],
          ]),
        },
      ];
      const problem = {
        ...problemOf(2, { quadratics }, { rows: [budgetRow(2)], lower: [least, 0], upper: [1, 1] }),
        integrality: {
          domains: [{ position: 0, intervals: values, origin: originOf('values') }],
          lots: [],
          counts: [],
        },
      };
      const solution = solved(problem);
      expect(solution.termination.reason).to.equal('optimal');
      expect(solution.weights[0]).to.be.closeTo(best, 1e-12);
    }
  });

  it('streams the best portfolio so far with its proven gap, which only shrinks', () => {
    const steps = registry.solve(f100());
    let before = Infinity;
    let seen = 0;
    runToEnd(steps, ({ gap, objective }) => {
      expect(objective).to.be.below(Infinity);
      expect(gap).to.be.at.most(before + 1e-12);
      before = gap;
      seen++;
    });
    expect(seen).to.be.at.least(1);
    expect(before).to.be.below(0.05);
  });

  it('gives what it has when it is interrupted or out of iterations', () => {
    const hard = portK10('port3', 0.95);
    const reasons = [1, 100, 300].map((allowed) => {
      let looks = 0;
      const { termination } = checked(hard, runToEnd(registry.solve(hard, defaultSettings, () => looks++ >= allowed)));
      // An optimum that was proven by then is no less one.
      if (termination.reason !== 'optimal') expect(termination.limit).to.equal('interrupted');
      return termination.reason;
    });
    expect(reasons).to.include('feasible');
    expect(['no solution found', 'feasible', 'optimal']).to.include.members(reasons);
    const atOnce = runToEnd(registry.solve(hard, defaultSettings, () => true));
    expect(atOnce.termination).to.include({ reason: 'no solution found', limit: 'interrupted' });
  });

  it('proves that there is no portfolio when no choice has one', () => {
    const problem = countedProblem(4, {}, { minimum: 0, maximum: 2, least: 0.1, most: 0.4 });
    const solution = solved(problem);
    expect(solution.termination.reason).to.equal('infeasible');
    expect(checked(problem, solution).termination.reason).to.equal('infeasible');
    expect(verifySearch(problem, solution.proof!).bound).to.equal(Infinity);
  });
});

describe('the check of a search', () => {
  it('ends at the first portfolio where nothing is minimized, one that certifies and proves its bound', () => {
    // Six names of at least 17.2 % make more than 1, so that a short position among the few assets that may have one is needed.
    const n = 22;
    const least = 1.03 / 6;
    const problem: Problem = {
      ...problemOf(
        n,
        {},
        { rows: [budgetRow(n)], lower: Array.from({ length: n }, (_, i) => (i < 3 ? -Infinity : 0)) },
      ),
      integrality: {
        domains: Array.from({ length: n }, (_, position) => ({
          position,
          intervals: [
            [-Infinity, -least],
            [0, 0],
            [least, Infinity],
          ] as const,
          origin: originOf('gap'),
        })),
        lots: [],
        counts: [{ ...countOf(n, new Float64Array(n), 'either', 6, n), origin: originOf('names') }],
      },
    };
    const solution = solved(problem);
    expect(solution.termination.reason).to.equal('optimal');
    expect(certify(problem, solution).verdict).to.equal('passed');
    expect(verifySearch(problem, solution.proof!).bound).to.be.at.least(-1e-12);
    expect(solution.weights.filter((weight) => weight < 0)).to.have.length.at.least(1);
    const none = { ...problem, lower: new Float64Array(n) };
    const proven = solved(none);
    expect(proven.termination.reason).to.equal('infeasible');
    expect(verifySearch(none, proven.proof!).bound).to.equal(Infinity);
  });

  it('refuses a bound that the proof does not reach, and a missing proof', () => {
    const problem = small();
    const solution = solved(problem);
    expect(checked(problem, solution).termination.reason).to.equal('optimal');
    const higher = { ...solution, bound: solution.objective * 1.01 };
    expect(checked(problem, higher).termination.reason).to.equal('numerical error');
    const { proof: _, ...bare } = solution;
    expect(checked(problem, bare).termination.detail).to.contain('no proof');
  });

  it('refuses a diagonal that is more than the covariance', () => {
    const problem = small();
    const proof = solved(problem).proof!;
    const verdict = verifySearch(problem, { ...proof, diagonal: proof.diagonal.map((value) => value * 2 + 1) });
    expect(verdict.bound).to.equal(-Infinity);
  });

  it('holds every end against all that its cuts leave, whatever the end claims', () => {
    const problem = small();
    const proof = solved(problem).proof!;
    const leaf = firstLeaf(proof.root);
    const counts = leaf.counts.map(() => -1);
    // A price on the minimum of no names is worth nothing; on the maximum it would be a bound.
    const wrong = { ...proof, root: { ...leaf, counts } };
    expect(verifySearch(problem, wrong).bound).to.be.below(solved(problem).objective - 1e-3);
  });

  it('fails weights that hold dust, miss a lot or stand in a gap', () => {
    const problem = small();
    const { multipliers } = solved(problem);
    const primalOf = (...weights: number[]): number =>
      certify(problem, { weights: Float64Array.from(weights), multipliers }).primal;
    expect(primalOf(0.2, 0.8, 0)).to.equal(0);
    expect(primalOf(0.2, 0.8 - 1e-9, 1e-9)).to.be.at.least(1);
    expect(primalOf(0.1, 0.9, 0)).to.be.closeTo(0.1, 1e-12);
    const lots = [{ position: 0, base: 0, step: 0.3, origin: originOf('lots') }];
    const lotted = { ...problem, integrality: { domains: [], lots, counts: [] } };
    const { primal } = certify(lotted, { weights: Float64Array.of(0.2, 0.8, 0), multipliers });
    expect(primal).to.be.closeTo(0.1, 1e-12);
  });

  it('counts towards a minimum only what is more than dust', () => {
    const three = {
      ...small(),
      integrality: { domains: [], lots: [], counts: [countOf(3, new Float64Array(3), 'either', 3, 3)] },
    };
    const solution = solved(three);
    expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
    expect(Math.min(...solution.weights)).to.be.at.least(1e-6 * (1 - 1e-6));
    const dusty = { weights: Float64Array.of(0.2, 0.8, 1e-8), multipliers: solution.multipliers };
    expect(certify(three, dusty).primal).to.be.at.least(1);
  });
});

function firstLeaf(branch: SearchBranch): Extract<SearchBranch, { counts: Float64Array }> {
  return 'position' in branch ? firstLeaf(branch.below) : branch;
}

describe('the parts of the search', () => {
  it('takes as much diagonal out of a covariance as leaves it convex', () => {
    const n = 12;
    const model = riskModel(n, 3, new Random(8)).operator;
    const entries = sampleCovariance(model, 60, new Random(9));
    const diagonal = largestDiagonal(entries, new Float64Array(n).fill(1), () => undefined);
    const isConvex = (share: number): boolean => {
      const operator = { kind: 'dense', size: n, entries } as const;
      const problem = { ...small(), ...problemOf(n, { quadratics: [{ scale: 1, operator }] }) };
      const taken = diagonal.map((value) => share * value);
      const counts = [countOf(n, new Float64Array(n), 'either', 0, n - 1)];
      const leaf = { multipliers: solvedShape(n), counts: new Float64Array(1) };
      const integrality = { domains: [], lots: [], counts };
      return !verifySearch({ ...problem, integrality }, { diagonal: taken, root: leaf }).detail.includes('not convex');
    };
    expect(diagonal.every((value) => value > 0)).to.equal(true);
    expect([isConvex(1), isConvex(1.01)]).to.deep.equal([true, false]);
  });

  it('takes the node with the lowest bound, of equal ones the oldest', () => {
    const queue = new NodeQueue<{ bound: number; order: number }>();
    [3, 1, 2, 1, 5, 0].forEach((bound, order) => queue.push({ bound, order }));
    expect(queue.bound).to.equal(0);
    const taken = Array.from({ length: 7 }, () => queue.pop()?.order);
    expect(taken).to.deep.equal([5, 1, 3, 2, 0, 4, undefined]);
  });
});

function solvedShape(n: number) {
  return {
    rows: new Float64Array(1),
    bounds: new Float64Array(n),
    norms: new Float64Array(0),
    tradeLimits: new Float64Array(0),
  };
}
