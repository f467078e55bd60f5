import { expect } from 'chai';
import { certify } from '../../../src/problem/certificate.ts';
import { verifyInfeasibility } from '../../../src/problem/certificate-infeasibility.ts';
import type { Problem, TradeLimit } from '../../../src/problem/problem.ts';
import type { Iterate, Solution } from '../../../src/problem/solution.ts';
import { defaultSettings } from '../../../src/problem/solver.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { runToEnd } from '../../../src/solvers/registry.ts';
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
import { randomOperator, randomWeights } from '../../support/random-problems.ts';

const solve = (problem: Problem): Solution => runToEnd(interiorPoint.solve(problem, defaultSettings, () => false));
const variances = denseOperator([
  [0.04, 0.01],
  [0.01, 0.09],
]);

function certified(problem: Problem): Solution {
  const solution = solve(problem);
  expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
  const certificate = certify(problem, solution, 1e-10);
  expect(certificate.verdict, certificate.detail).to.equal('passed');
  return solution;
}

function expectWeights(solution: Solution, expected: readonly number[], tolerance = 1e-10): void {
  expect(solution.weights.length).to.equal(expected.length);
  expected.forEach((value, i) => expect(solution.weights[i]!).to.be.closeTo(value, tolerance));
}

function expectInfeasible(problem: Problem): void {
  const solution = solve(problem);
  expect(solution.termination.reason, solution.termination.detail).to.equal('infeasible');
  expect(solution.weights.length).to.equal(0);
  expect(verifyInfeasibility(problem, solution.infeasibility!).proven).to.equal(true);
}

const free = { lower: -Infinity, upper: Infinity };

describe('the interior point', () => {
  it('finds the textbook minimum variance of two assets, free of bounds', () => {
    const solution = certified(problemOf(2, { quadratics: [{ scale: 1, operator: variances }] }, free));
    expectWeights(solution, [0.08 / 0.11, 0.03 / 0.11]);
    expect(solution.multipliers.rows[0]).to.be.closeTo(-(0.04 * 0.08 + 0.01 * 0.03) / 0.11, 1e-12);
  });

  it('reports a lower bound by a negative multiplier and an upper one by a positive', () => {
    const linear = Float64Array.of(0.1, 0);
    const solution = certified(problemOf(2, { linear }, { upper: [0.6, Infinity] }));
    expectWeights(solution, [0.6, 0.4]);
    expect(solution.multipliers.bounds[0]).to.be.closeTo(0.1, 1e-12);
    const other = certified(problemOf(2, { linear }, { lower: [0, 0.3] }));
    expect(other.multipliers.bounds[1]).to.be.closeTo(-0.1, 1e-12);
  });

  it('holds a tracking error limit with the multiplier of its norm', () => {
    const centre = Float64Array.of(0.5, 0.5);
    const norms = [{ operator: variances, centre, bound: 0.02, origin: originOf('tracking error') }];
    const problem = problemOf(2, { linear: Float64Array.of(0.1, 0) }, { ...free, rows: [budgetRow(2)], norms });
    const solution = certified(problem);
    // The active weight d goes along (1, -1), whose variance is 0.04 + 0.09 - 0.02.
    expectWeights(solution, [0.5 + 0.02 / Math.sqrt(0.11), 0.5 - 0.02 / Math.sqrt(0.11)]);
    expect(solution.multipliers.norms[0]).to.be.closeTo(0.1 / Math.sqrt(0.11), 1e-9);
  });

  it('does not trade where the gain is smaller than the cost, exactly', () => {
    const current = Float64Array.of(0.7, 0.3);
    const rate = Float64Array.of(0.01, 0.01);
    const trading = { current, buyRate: rate, sellRate: rate };
    const quadratics = [{ scale: 1, operator: variances }];
    const still = certified(problemOf(2, { quadratics, trading }));
    expect([...still.weights]).to.deep.equal([0.7, 0.3]);
    const cheap = { current, buyRate: Float64Array.of(1e-4, 1e-4), sellRate: Float64Array.of(1e-4, 1e-4) };
    const moved = certified(problemOf(2, { quadratics, trading: cheap }));
    expect(moved.weights[0]).to.be.above(0.7);
  });

  it('pays different rates for buying and selling, and for the square of a trade', () => {
    const current = Float64Array.of(0.5, 0.5);
    const quadratic = Float64Array.of(1, 1);
    const trading = { current, buyRate: Float64Array.of(0.02, 0), sellRate: Float64Array.of(0, 0.03), quadratic };
    const solution = certified(problemOf(2, { linear: Float64Array.of(0.25, 0), trading }));
    // Buying t of the first and selling t of the second: -0.25 t + 0.05 t + 2 t^2 is least at t = 0.05.
    expectWeights(solution, [0.55, 0.45]);
  });

  it('pays for the 3/2 power of a trade, however small, and not at all where rates forbid it', () => {
    const rates = new Float64Array(1);
    const pays = (gain: number, coefficient: number, rate = 0): Solution => {
      const threeHalves = Float64Array.of(coefficient);
      const trading = { current: Float64Array.of(0.2), buyRate: rates.map(() => rate), sellRate: rates, threeHalves };
      return certified(problemOf(1, { linear: Float64Array.of(gain), trading }, { rows: [], lower: -Infinity }));
    };
    // The gain equals 3/2 of the coefficient times the root of the trade.
    expectWeights(pays(0.3, 2), [0.2 + 0.1 ** 2]);
    expectWeights(pays(-0.3, 2), [0.2 - 0.1 ** 2]);
    expectWeights(pays(3e-3, 2), [0.2 + 1e-6], 1e-15);
    expectWeights(pays(30, 2), [0.2 + 100], 1e-8);
    expectWeights(pays(0.3, 2, 0.15), [0.2 + 0.05 ** 2]);
    expectWeights(pays(0.3, 2, 0.31), [0.2], 0);
  });

  it('stops at the knot of a piecewise-linear cost, exactly', () => {
    const pieces = [
      { position: 0, knots: Float64Array.of(-0.1, 0, 0.1), slopes: Float64Array.of(-0.3, -0.01, 0.05, 0.2) },
    ];
    const rates = Float64Array.of(0.02);
    const trading = { current: Float64Array.of(0.5), buyRate: rates, sellRate: rates, pieces };
    const at = (gain: number): Solution =>
      certified(problemOf(1, { linear: Float64Array.of(gain), trading }, { rows: [] }));
    expectWeights(at(0.1), [0.6], 0);
    expectWeights(at(0.069), [0.5], 0);
    expectWeights(at(-0.029), [0.5], 0);
    expectWeights(at(-0.1), [0.4], 0);
    expectWeights(at(-0.4), [0], 0);
    expect(at(0.1).objective).to.be.closeTo(-0.06 + 0.002 + 0.005, 1e-15);
    expect(solve(problemOf(1, { linear: rates.map(() => 0.3), trading }, { rows: [] })).termination.reason).to.equal(
      'unbounded',
    );
  });

  it('keeps turnover within its limit and names its price', () => {
    const half = Float64Array.of(0.5, 0.5);
    const limit = { centre: half, buyRate: half, sellRate: half, bound: 0.1, origin: originOf('turnover') };
    const solution = certified(problemOf(2, { linear: Float64Array.of(0.1, 0) }, { tradeLimits: [limit] }));
    expectWeights(solution, [0.6, 0.4]);
    expect(solution.multipliers.tradeLimits[0]).to.be.closeTo(0.1, 1e-10);
  });

  it('takes a turnover of zero and a norm of zero for orders to stand still', () => {
    const centre = Float64Array.of(0.25, 0.75);
    const one = Float64Array.of(1, 1);
    const linear = Float64Array.of(0.1, 0);
    const limit = { centre, buyRate: one, sellRate: one, bound: 0, origin: originOf('no trade') };
    expectWeights(certified(problemOf(2, { linear }, { tradeLimits: [limit] })), [0.25, 0.75], 0);
    const norm = { operator: variances, centre, bound: 0, origin: originOf('replicate') };
    expectWeights(certified(problemOf(2, { linear }, { norms: [norm] })), [0.25, 0.75], 0);
    const exposures = Float64Array.of(1, 1, 0.5);
    const zero = new Float64Array(3);
    const model = {
      kind: 'factor',
      size: 3,
      factors: 1,
      exposures,
      factorCovariance: Float64Array.of(0.04),
      specific: zero,
    } as const;
    const neutral = { operator: model, bound: 0, origin: originOf('neutral') };
    const rows = [budgetRow(3)];
    const market = certified(
      problemOf(3, { linear: Float64Array.of(0.1, 0, 0) }, { lower: -1, upper: 3, rows, norms: [neutral] }),
    );
    expectWeights(market, [0, -1, 2]);
  });

  it('spreads over duplicate assets, prefers none with dead ones, and ignores repeated rows', () => {
    const same = denseOperator([
      [0.04, 0.04, 0],
      [0.04, 0.04, 0],
      [0, 0, 0],
    ]);
    const rows = [budgetRow(3), budgetRow(3), rowOver([1, 1, 0], 0.5, Infinity), rowOver([2, 2, 0], 1, 5)];
    const solution = certified(problemOf(3, { quadratics: [{ scale: 2, operator: same }] }, { rows }));
    expect(solution.weights[0]! + solution.weights[1]!).to.be.closeTo(0.5, 1e-10);
  });

  it('leaves fixed assets where they are and prices them', () => {
    const problem = problemOf(3, { linear: Float64Array.of(0.1, 0.05, 0) }, { lower: [0.2, 0, 0], upper: [0.2, 1, 1] });
    const solution = certified(problem);
    expectWeights(solution, [0.2, 0.8, 0]);
    expect(solution.multipliers.bounds[0]).to.be.closeTo(0.05, 1e-10);
    const all = certified(problemOf(2, { linear: Float64Array.of(1, 2) }, { lower: [0.4, 0.6], upper: [0.4, 0.6] }));
    expectWeights(all, [0.4, 0.6], 0);
  });

  it('agrees between a factor model and the same covariance written out', () => {
    const problem = factorCase(80, 5);
    const operator = problem.quadratics[0]!.operator as {
      exposures: Float64Array;
      factorCovariance: Float64Array;
      specific: Float64Array;
    };
    const entries = new Float64Array(80 * 80);
    for (let i = 0; i < 80; i++)
      for (let j = 0; j < 80; j++) {
        let s = i === j ? operator.specific[i]! : 0;
        for (let a = 0; a < 5; a++)
          for (let b = 0; b < 5; b++)
            s +=
              operator.exposures[i * 5 + a]! * operator.factorCovariance[a * 5 + b]! * operator.exposures[j * 5 + b]!;
        entries[i * 80 + j] = s;
      }
    const dense: Problem = { ...problem, quadratics: [{ scale: 5, operator: { kind: 'dense', size: 80, entries } }] };
    expectWeights(certified(problem), [...certified(dense).weights]);
  });

  it('certifies the canonical problems a50 and b500x20', () => {
    expect(certified(denseCase(50)).iterations).to.be.below(30);
    expect(certified(factorCase(500, 20)).iterations).to.be.below(40);
  });
});

describe('the interior point on problems without an answer', () => {
  it('proves contradictions between bounds, rows, norms and trade limits', () => {
    const half = Float64Array.of(0.5, 0.5);
    expectInfeasible(problemOf(2, {}, { upper: 0.4 }));
    expectInfeasible(problemOf(2, {}, { lower: 0.6, upper: 0.4 }));
    expectInfeasible(problemOf(2, {}, { rows: [rowOver([1, 1], 1, 0.5)] }));
    expectInfeasible(problemOf(2, {}, { ...free, rows: [budgetRow(2), rowOver([1, 1], 1.001, Infinity)] }));
    expectInfeasible(problemOf(2, {}, { lower: [0.3, 0.3], upper: [0.3, 0.3] }));
    const norms = [{ operator: variances, bound: 0.1, origin: originOf('volatility') }];
    expectInfeasible(problemOf(2, { quadratics: [{ scale: 1, operator: variances }] }, { norms }));
    const limit = { centre: half, buyRate: half, sellRate: half, bound: 0.1, origin: originOf('turnover') };
    expectInfeasible(problemOf(2, {}, { tradeLimits: [limit], lower: [0.7, 0] }));
    const still = { ...limit, bound: 0 };
    expectInfeasible(problemOf(2, {}, { tradeLimits: [still], lower: [0.7, 0] }));
    const pinned = [{ operator: variances, centre: half, bound: 0, origin: originOf('replicate') }];
    expectInfeasible(problemOf(2, {}, { norms: pinned, upper: [0.4, 1] }));
  });

  it('says so when the objective falls without end', () => {
    const linear = Float64Array.of(0.1, 0);
    expect(solve(problemOf(2, { linear }, free)).termination.reason).to.equal('unbounded');
    const flat = denseOperator([
      [1, 1],
      [1, 1],
    ]);
    const hedged = problemOf(2, { linear, quadratics: [{ scale: 1, operator: flat }] }, free);
    expect(solve(hedged).termination.reason).to.equal('unbounded');
  });

  it('refuses what it cannot express, with the reason', () => {
    const tails = [
      { kind: 'cvar' as const, scenarios: new Float64Array(4), level: 0.95, bound: 0.1, origin: originOf('tail') },
    ];
    expect(interiorPoint.supports({ ...problemOf(2, {}), tails })).to.deep.equal({
      yes: false,
      why: 'it has no scenario tail limits',
    });
    const logarithms = Float64Array.of(0.1, 0);
    expect(interiorPoint.supports(problemOf(2, { logarithms })).yes).to.equal(false);
    expect(interiorPoint.supports(problemOf(2, { logarithms: new Float64Array(2) })).yes).to.equal(true);
  });
});

describe('the interior point on its way', () => {
  it('yields one iterate per iteration and repeats them exactly', () => {
    const watch = (): Iterate[] => {
      const iterates: Iterate[] = [];
      runToEnd(
        interiorPoint.solve(denseCase(50), defaultSettings, () => false),
        (iterate) => iterates.push(iterate),
      );
      return iterates;
    };
    const first = watch();
    expect(first.map((iterate) => iterate.iteration)).to.deep.equal(first.map((_, i) => i));
    expect(watch()).to.deep.equal(first);
  });

  it('stops at once when interrupted, with a point that holds or none', () => {
    const problem = factorCase(200, 5);
    let polls = 0;
    const early = runToEnd(interiorPoint.solve(problem, defaultSettings, () => ++polls >= 1));
    expect(polls).to.equal(1);
    expect(early.termination.limit).to.equal('interrupted');
    expect(early.termination.reason).to.be.oneOf(['feasible', 'no solution found']);
    expect(early.weights.length).to.equal(early.termination.reason === 'feasible' ? 200 : 0);
  });

  it('stops at the limit of iterations', () => {
    const solution = runToEnd(
      interiorPoint.solve(factorCase(200, 5), { ...defaultSettings, iterationsMax: 2 }, () => false),
    );
    expect(solution.termination.limit).to.equal('iterations');
    expect(solution.iterations).to.equal(2);
  });
});

describe('trade limits of 0 that rows contradict', () => {
  it('are proven to, of some sides of some assets, whatever else is without bounds', () => {
    // Nothing of the first may be bought and nothing of the second sold; together they shall differ by more than they do.
    const limit = (buyRate: number[], sellRate: number[]): TradeLimit => ({
      centre: Float64Array.of(0.4, 0.6),
      buyRate: Float64Array.from(buyRate),
      sellRate: Float64Array.from(sellRate),
      bound: 0,
      origin: originOf('turnover'),
    });
    const sides = { lower: -Infinity, upper: Infinity };
    const rows = [rowOver([1, -1], -0.19, Infinity)];
    expectInfeasible(problemOf(2, {}, { ...sides, rows, tradeLimits: [limit([1, 0], [0, 1])] }));
    certified(
      problemOf(
        2,
        { quadratics: [{ scale: 1, operator: variances }] },
        { ...sides, rows: [rowOver([1, -1], -0.21, Infinity)], tradeLimits: [limit([1, 0], [0, 1])] },
      ),
    );
  });

  it('are proven to at random: one-sided rates, free weights, several rows, a norm and another limit', () => {
    const random = new Random(78);
    const reasons = new Map<string, number>();
    for (let k = 0; k < 120; k++) {
      const problem = frozen(random);
      const solution = solve(problem);
      const { reason, detail } = solution.termination;
      expect(reason, `${k}: ${detail}`).to.be.oneOf(['optimal', 'infeasible', 'unbounded']);
      if (reason === 'optimal') expect(certify(problem, solution).verdict, String(k)).to.equal('passed');
      if (reason === 'infeasible') {
        const { proven, detail: why } = verifyInfeasibility(problem, solution.infeasibility!);
        expect(proven, `${k}: ${why}`).to.equal(true);
      }
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    expect(reasons.get('infeasible')).to.be.above(40);
    expect(reasons.get('optimal')).to.be.above(20);
  });
});

/** A trade limit of 0 beside rows that its centre meets or misses. */
function frozen(random: Random): Problem {
  const n = random.integer(2, 20);
  const centre = randomWeights(n, random);
  const rate = (): Float64Array => random.vector(n, () => (random.chance(0.4) ? 0 : random.between(0.1, 1)));
  const limit = (at: Float64Array, bound: number): TradeLimit => ({
    centre: at,
    buyRate: rate(),
    sellRate: rate(),
    bound,
    origin: originOf('turnover'),
  });
  const rows = Array.from({ length: random.integer(1, 4) }, () => {
    const coefficients = random.vector(n, () => (random.chance(0.5) ? random.normal() : 0));
    const value = coefficients.reduce((sum, c, i) => sum + c * centre[i]!, 0);
    const gap = 10 ** random.between(-6, 0) * (random.chance(0.5) ? -1 : 1);
    if (random.chance(0.3)) return rowOver(coefficients, value + gap, value + gap);
    return random.chance(0.5)
      ? rowOver(coefficients, value + gap, Infinity)
      : rowOver(coefficients, -Infinity, value - gap);
  });
  const { operator } = randomOperator(n, random);
  return problemOf(
    n,
    {
      quadratics: random.chance(0.8) ? [{ scale: 1, operator }] : [],
      linear: random.vector(n, () => 0.1 * random.normal()),
    },
    {
      rows: random.chance(0.5) ? [...rows, budgetRow(n)] : rows,
      tradeLimits: [
        limit(centre, 0),
        ...(random.chance(0.5) ? [limit(randomWeights(n, random), random.between(0, 0.5))] : []),
      ],
      norms: random.chance(0.3)
        ? [{ operator: randomOperator(n, random).operator, bound: random.between(0, 0.3), origin: originOf('norm') }]
        : [],
      lower: random.chance(0.3) ? -Infinity : random.chance(0.5) ? 0 : -1,
      upper: random.chance(0.3) ? Infinity : 1,
    },
  );
}
