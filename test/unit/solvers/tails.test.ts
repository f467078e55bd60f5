import { expect } from 'chai';
import { certify } from '../../../src/problem/certificate.ts';
import { verifyInfeasibility } from '../../../src/problem/certificate-infeasibility.ts';
import { primalResidual } from '../../../src/problem/certificate-figures.ts';
import { tailAt } from '../../../src/problem/certificate-tails.ts';
import type { Problem } from '../../../src/problem/problem.ts';
import type { Solution } from '../../../src/problem/solution.ts';
import { defaultSettings } from '../../../src/problem/solver.ts';
import { runToEnd } from '../../../src/solvers/registry.ts';
import { scenarioTails } from '../../../src/solvers/tails/scenario-tails.ts';
import { Random, budgetRow, denseOperator, originOf, problemOf, rowOver } from '../../support/problems.ts';
import { cvarCase, randomMeasure } from '../../support/tail-problems.ts';

const never = (): boolean => false;
const solved = (problem: Problem): Solution => runToEnd(scenarioTails.solve(problem, defaultSettings, never));

function optimum(problem: Problem): Solution {
  const solution = solved(problem);
  expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
  expect(certify(problem, solution).verdict).to.equal('passed');
  return solution;
}

/** 60 assets and 400 scenarios: more than are all in play at once. */
const { problem: least, mean } = cvarCase(60, 400);
const measure = least.tailTerms![0]!;
const limited = (bound: number): Problem => ({
  ...least,
  tailTerms: [],
  linear: mean,
  tails: [{ ...measure, bound, origin: originOf('cvar') }],
});

describe('the scenario tail solver', () => {
  it('takes problems with tails alone, and not integrality', () => {
    expect(scenarioTails.supports(least).yes).to.equal(true);
    expect(scenarioTails.supports(problemOf(2, {}))).to.deep.equal({
      yes: false,
      why: 'no scenario tail is in the problem',
    });
    const counted = { ...least, integrality: { domains: [], lots: [], counts: [] } };
    expect(scenarioTails.supports(counted).yes).to.equal(false);
    const concave = { scale: -1, operator: denseOperator([[1]]) };
    expect(scenarioTails.supports({ ...least, quadratics: [concave] }).yes).to.equal(false);
  });

  it('ends exactly at a vertex: weights out of the portfolio are 0, stress and prices balance to rounding', () => {
    const { weights, residuals, multipliers } = optimum(least);
    expect(weights.filter((weight) => weight === 0).length).to.be.above(20);
    expect(Math.max(residuals.primal, residuals.dual, residuals.gap)).to.be.below(1e-12);
    const { losses } = multipliers.tailTerms![0]!;
    expect(losses.reduce((sum, q) => sum + q, 0)).to.be.closeTo(1, 1e-14);
  });

  it('finds portfolios that never fall, where one asset never does', () => {
    for (const level of [0, 0.9, 1])
      for (let seed = 1; seed <= 3; seed++) {
        const random = new Random(seed);
        const n = 3 + 2 * seed;
        const count = 30 + 10 * seed;
        const scenarios = Float64Array.from({ length: count * n }, (_, at) =>
          at % n === 0 ? 0.002 : 0.005 + 0.03 * random.normal(),
        );
        const tailTerms = [{ kind: 'drawdown', scenarios, level, weight: 1 } as const];
        const problem = problemOf(n, { tailTerms }, { rows: [budgetRow(n)] });
        expect(optimum(problem).objective).to.be.closeTo(0, 1e-9);
      }
  });

  it('finds a portfolio that holds where no scenario moves anything', () => {
    const n = 5;
    const centre = Float64Array.of(0.4, 0.3, 0.2, 0.1, 0);
    const upper = new Float64Array(n).fill(0.3);
    const kinds = [
      { kind: 'mean-absolute-deviation', level: 0 },
      ...[0, 0.9, 1].flatMap((level) => [{ kind: 'cvar', level } as const, { kind: 'drawdown', level } as const]),
    ] as const;
    for (const value of [0, 0.005])
      for (const kind of kinds)
        for (const own of [{}, { centre }]) {
          const term = { ...kind, ...own, scenarios: new Float64Array(12 * n).fill(value), weight: 1 };
          const { objective } = optimum(problemOf(n, { tailTerms: [term] }, { rows: [budgetRow(n)], upper }));
          if (value === 0) expect(objective).to.equal(0);
        }
  });

  it('gives the same bits each time', () => {
    expect(solved(least)).to.deep.equal(solved(least));
  });

  it('minimizes under a limit what it limits under a minimum', () => {
    const { objective } = optimum(least);
    const { weights, multipliers } = optimum(limited(objective * 1.1));
    expect(tailAt(measure, weights)).to.be.closeTo(objective * 1.1, 1e-12);
    expect(multipliers.tails![0]!.price).to.be.above(0);
    const loose = optimum(limited(10));
    expect(loose.multipliers.tails![0]!.price).to.equal(0);
  });

  it('prices a limit by what a little more room is worth', () => {
    const bound = optimum(least).objective * 1.1;
    const at = optimum(limited(bound));
    const step = 1e-6;
    const gain = at.objective - optimum(limited(bound + step)).objective;
    expect(gain / step).to.be.closeTo(at.multipliers.tails![0]!.price, 1e-4 * at.multipliers.tails![0]!.price);
  });

  it('proves that a limit below the least measure cannot hold', () => {
    const problem = limited(optimum(least).objective * 0.999);
    const solution = solved(problem);
    expect(solution.termination.reason).to.equal('infeasible');
    expect(verifyInfeasibility(problem, solution.infeasibility!).proven).to.equal(true);
    expect(solution.infeasibility!.tails![0]!.price).to.be.above(0);
  });

  it('proves what rows, crossing bounds and turnover contradict', () => {
    const high = rowOver(mean, 1, Infinity, 'return');
    const crossing = { ...least, lower: least.lower.map((side, i) => (i === 3 ? 0.5 : side)) };
    const centre = new Float64Array(60);
    const rate = new Float64Array(60).fill(1);
    const turnover = { centre, buyRate: rate, sellRate: rate, bound: 0.5, origin: originOf('turnover') };
    for (const problem of [
      { ...least, rows: [...least.rows, high] },
      crossing,
      { ...least, tradeLimits: [turnover] },
    ]) {
      const solution = solved(problem);
      expect(solution.termination.reason).to.equal('infeasible');
      expect(verifyInfeasibility(problem, solution.infeasibility!).proven).to.equal(true);
    }
  });

  it('says when the objective falls without end', () => {
    const free = problemOf(
      2,
      {
        linear: Float64Array.of(1, 0),
        tailTerms: [{ ...measure, scenarios: Float64Array.of(0.1, 0, -0.1, 0), weight: 0.5 }],
      },
      { lower: -Infinity },
    );
    expect(solved(free).termination.reason).to.equal('unbounded');
    const heavier = { ...free, tailTerms: [{ ...free.tailTerms![0]!, weight: 20 }] };
    optimum(heavier);
  });

  it('takes costs of trading, taxes of lots, impact, turnover and a covariance beside tails', () => {
    const random = new Random(5);
    const current = random.vector(60, () => 1 / 60);
    const rate = random.vector(60, () => 0.002 * random.next());
    const pieces = [{ position: 1, knots: Float64Array.of(-0.01, 0), slopes: Float64Array.of(-0.05, -0.02, 0.001) }];
    const trading = { current, buyRate: rate, sellRate: rate, quadratic: new Float64Array(60).fill(0.01), pieces };
    const one = new Float64Array(60).fill(1);
    const turnover = { centre: current, buyRate: one, sellRate: one, bound: 0.8, origin: originOf('turnover') };
    const operator = {
      kind: 'diagonal',
      size: 60,
      entries: random.vector(60, () => random.between(0.02, 0.1)),
    } as const;
    const problem = {
      ...least,
      trading,
      tradeLimits: [turnover],
      quadratics: [{ scale: 0.1, operator, centre: current }],
    };
    const { multipliers, weights } = optimum(problem);
    expect(multipliers.tradeLimits[0]).to.be.above(0);
    expect(weights.filter((weight, i) => weight === current[i]).length).to.be.above(3);
  });

  const random = new Random(6);
  const small = {
    ...problemOf(5, {
      linear: random.vector(5, () => 0.1 * random.normal()),
      tailTerms: [{ ...randomMeasure(5, random), weight: 1 }],
    }),
    norms: [
      {
        operator: denseOperator(
          [0, 1, 2, 3, 4].map((i) => [0, 1, 2, 3, 4].map((j) => (i === j ? 0.04 + 0.01 * i : 0.01))),
        ),
        bound: 0.14,
        origin: originOf('volatility'),
      },
    ],
  };

  it('takes norm limits, and proves those that cannot hold', () => {
    expect(optimum(small).multipliers.norms[0]).to.be.above(0);
    const tight = { ...small, norms: [{ ...small.norms[0]!, bound: 0.1 }] };
    const solution = solved(tight);
    expect(solution.termination.reason).to.equal('infeasible');
    expect(verifyInfeasibility(tight, solution.infeasibility!).proven).to.equal(true);
  });

  it('takes 3/2-power impact and norm limits of 0 by cutting planes', () => {
    const current = new Float64Array(5).fill(0.2);
    const none = new Float64Array(5);
    const threeHalves = new Float64Array(5).fill(0.05);
    const impact = { ...small, trading: { current, buyRate: none, sellRate: none, threeHalves } };
    expect(optimum(impact).multipliers.norms[0]).to.be.above(0);
    const operator = { kind: 'diagonal', size: 5, entries: Float64Array.of(1, 1, 0, 0, 0) } as const;
    const still = {
      ...small,
      norms: [
        { ...small.norms[0]!, bound: 0.16 },
        { operator, centre: current, bound: 0, origin: originOf('still') },
      ],
    };
    const { weights } = optimum(still);
    expect(weights[0]).to.be.closeTo(0.2, 1e-8);
    expect(weights[1]).to.be.closeTo(0.2, 1e-8);
  });

  /** (count x n) one market and own noise, with means of their own. */
  const drawn = (n: number, count: number, seed: number): Float64Array => {
    const random = new Random(seed);
    const scenarios = new Float64Array(count * n);
    const exposures = random.vector(n, () => random.between(0.3, 1.5));
    const means = random.vector(n, () => 0.004 + 0.004 * random.normal());
    for (let s = 0; s < count; s++) {
      const market = 0.04 * random.normal();
      for (let i = 0; i < n; i++) scenarios[s * n + i] = exposures[i]! * market + 0.04 * random.normal() + means[i]!;
    }
    return scenarios;
  };

  it('finds the least mean drawdown of short and long positions in a few rounds, though what is in play first has none', () => {
    for (const [n, count, seed] of [
      [16, 250, 216],
      [24, 250, 224],
      [34, 60, 134],
      [34, 250, 234],
    ] as const) {
      const tailTerms = [{ kind: 'drawdown', scenarios: drawn(n, count, seed), level: 0, weight: 1 } as const];
      const { iterations } = optimum(problemOf(n, { tailTerms }, { lower: -0.3, upper: 0.6 }));
      expect(iterations).to.be.at.most(10);
    }
  });

  it('tells of the least loss of free weights whether it is none or falls without end', () => {
    const free = (scenarios: Float64Array, n: number): Problem =>
      problemOf(
        n,
        { tailTerms: [{ kind: 'cvar', scenarios, level: 1, weight: 1 }] },
        { rows: [], lower: -Infinity, upper: Infinity },
      );
    // Fewer scenarios than assets that do not contradict each other: some portfolio gains in all of them.
    expect(solved(free(drawn(5, 3, 7), 5)).termination.reason).to.equal('unbounded');
    // A market that falls as often as it rises, beside one that does the opposite.
    const zeroSum = optimum(free(Float64Array.of(0.01, -0.02, -0.01, 0.02, 0.03, 0.01, -0.03, -0.01), 2));
    expect(zeroSum.objective).to.be.closeTo(0, 1e-12);
    expect(optimum(free(drawn(5, 60, 8), 5)).objective).to.be.closeTo(0, 1e-12);
  });

  it('stops at the limit of iterations with a point that holds', () => {
    const full = optimum(least);
    for (let iterationsMax = 1; iterationsMax < full.iterations; iterationsMax++) {
      const solution = runToEnd(scenarioTails.solve(least, { ...defaultSettings, iterationsMax }, never));
      expect(solution.termination).to.include({ reason: 'feasible', limit: 'iterations' });
      expect(primalResidual(least, solution.weights)).to.be.below(1e-6);
      expect(solution.objective).to.be.at.least(full.objective - 1e-9);
    }
  });

  it('stops when it is interrupted, wherever it is', () => {
    const reasons = new Set<string>();
    for (let looks = 0; looks < 30; looks++) {
      let seen = 0;
      const solution = runToEnd(scenarioTails.solve(least, defaultSettings, () => ++seen > looks));
      reasons.add(solution.termination.reason);
      if (solution.termination.reason === 'optimal') break;
      expect(solution.termination.limit).to.equal('interrupted');
      expect(seen).to.equal(looks + 1);
    }
    expect([...reasons]).to.include.members(['no solution found', 'feasible']);
  });
});
