import { expect } from 'chai';
import { certify } from '../../../src/problem/certificate.ts';
import { certifyPeriods, periodsObjective } from '../../../src/problem/certificate-periods.ts';
import { verifyPeriodsInfeasibility } from '../../../src/problem/certificate-periods-infeasibility.ts';
import { alone, type Period, type PeriodsProblem, type PeriodsSolution } from '../../../src/problem/periods.ts';
import { compose } from '../../../src/problem/problem.ts';
import { defaultSettings } from '../../../src/problem/solver.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { solvePeriods } from '../../../src/solvers/periods/periods.ts';
import { runToEnd } from '../../../src/solvers/registry.ts';
import type { Fault } from '../../../src/values/fault.ts';
import { chainOf } from '../../support/period-problems.ts';
import { originOf, rowOver } from '../../support/problems.ts';

function solved(problem: PeriodsProblem, settings = defaultSettings): PeriodsSolution {
  const steps = solvePeriods(problem, settings);
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

function changed(problem: PeriodsProblem, change: (period: Period, t: number) => Partial<Period>): PeriodsProblem {
  return { ...problem, periods: problem.periods.map((period, t) => ({ ...period, ...change(period, t) })) };
}

function expectCertified(problem: PeriodsProblem, solution: PeriodsSolution): void {
  expect(solution.termination.reason).to.equal('optimal');
  const certificate = certifyPeriods(problem, solution);
  expect(certificate.detail).to.equal('every residual at most 1e-8');
  expect(certificate.objective).to.equal(solution.objective);
}

describe('several periods', () => {
  it('are certified, whatever the covariance, the costs and the limits on trades', () => {
    for (const factors of [undefined, 4])
      for (const turnoverMax of [undefined, 0.05])
        for (const impact of [undefined, 'threeHalves', 'quadratic'] as const) {
          const problem = chainOf({
            n: 18,
            periods: 4,
            ...(factors === undefined ? {} : { factors }),
            ...(turnoverMax === undefined ? {} : { turnoverMax }),
            ...(impact === undefined ? {} : { impact }),
          });
          expectCertified(problem, solved(problem));
        }
  });

  it('of one period are the problem of a single solve', () => {
    const problem = chainOf({ n: 25, periods: 1, turnoverMax: 0.1 });
    const [period] = problem.periods;
    const { quadratics, linear, trading, bounds, rows, limits } = period!;
    const single = compose(
      problem.universe,
      { quadratics, linear, trading: { ...trading!, current: problem.current } },
      [{ bounds, rows, tradeLimits: limits.map((limit) => ({ ...limit, centre: problem.current })) }],
    );
    const expected = runToEnd(interiorPoint.solve(single, defaultSettings, () => false));
    const solution = solved(problem);
    expect(solution.objective).to.be.closeTo(expected.objective, 1e-12);
    solution.weights[0]!.forEach((weight, i) => expect(weight).to.be.closeTo(expected.weights[i]!, 1e-8));
  });

  it('without costs are as many problems of their own', () => {
    const free = new Float64Array(15);
    const problem = changed(chainOf({ n: 15, periods: 3 }), () => ({ trading: { buyRate: free, sellRate: free } }));
    const solution = solved(problem);
    expectCertified(problem, solution);
    problem.periods.forEach((_, t) => {
      const expected = runToEnd(interiorPoint.solve(alone(problem, t), defaultSettings, () => false));
      solution.weights[t]!.forEach((weight, i) => expect(weight).to.be.closeTo(expected.weights[i]!, 1e-8));
    });
  });

  it('without risk end at a vertex, whose first trades are optimal by themselves for what they are worth later', () => {
    for (const turnoverMax of [undefined, 0.05])
      for (let seed = 1; seed <= 4; seed++) {
        const shape = { n: 12, periods: 4, seed, ...(turnoverMax === undefined ? {} : { turnoverMax }) };
        const chain = { ...chainOf(shape), current: new Float64Array(12).fill(1 / 12) };
        const problem = changed(chain, () => ({ quadratics: [] }));
        const solution = solved(problem);
        expectCertified(problem, solution);
        const { linear, trading, bounds, rows, limits } = problem.periods[0]!;
        const [own, next] = solution.multipliers;
        const objective = {
          quadratics: [],
          linear: linear.map((value, i) => value + next!.trades[i]!),
          trading: { ...trading!, current: problem.current },
        };
        const tradeLimits = limits.map((limit) => ({ ...limit, centre: problem.current }));
        const single = compose(problem.universe, objective, [{ bounds, rows, tradeLimits }]);
        const multipliers = { ...own!, norms: new Float64Array(0), tradeLimits: own!.limits };
        const { detail } = certify(single, { weights: solution.weights[0]!, multipliers });
        expect(detail).to.equal('every residual at most 1e-8');
      }
  });

  it('are certified where 3/2-power impact is all that trades cost, from holdings that are bounds but for the last bits', () => {
    const shapes = [
      { n: 12, periods: 3, seed: 101 },
      { n: 20, periods: 4, seed: 511, entries: 0.01, share: 0.01 },
      { n: 20, periods: 4, seed: 525, entries: 0.01, share: 0.01 },
    ];
    for (const { entries, share = 1, ...shape } of shapes) {
      const { n } = shape;
      const free = new Float64Array(n);
      const variances = Float64Array.from(free, (_, i) => entries! + 0.002 * i);
      const operator = { kind: 'diagonal', size: n, entries: variances } as const;
      const problem = changed(chainOf({ ...shape, impact: 'threeHalves' }), ({ quadratics, trading }) => ({
        quadratics: entries === undefined ? quadratics : [{ scale: 5, operator }],
        trading: { buyRate: free, sellRate: free, threeHalves: trading!.threeHalves!.map((value) => share * value) },
      }));
      expectCertified(problem, solved(problem));
    }
  });

  it('sell what is held beyond its bounds, if by rounding', () => {
    const problem = changed(chainOf({ n: 12, periods: 3, seed: 103, turnoverMax: 0.05 }), () => ({ quadratics: [] }));
    expect(Math.max(...problem.current)).to.be.within(0.1 + 1e-7, 0.1 + 1e-6);
    const solution = solved(problem);
    expectCertified(problem, solution);
    for (const weights of solution.weights) expect(Math.max(...weights)).to.be.at.most(0.1 + 1e-15);
  });

  it('with costs beyond reason trade nothing, to the last bit', () => {
    const dear = new Float64Array(20).fill(10);
    const problem = changed(chainOf({ n: 20, periods: 3 }), () => ({ trading: { buyRate: dear, sellRate: dear } }));
    const solution = solved(problem);
    expectCertified(problem, solution);
    for (const weights of solution.weights) expect(weights).to.deep.equal(problem.current);
  });

  it('hold weights exactly on bounds, and exactly still where they do not trade', () => {
    const problem = chainOf({ n: 60, periods: 5 });
    const { weights } = solved(problem);
    const flat = weights.flatMap((period) => [...period]);
    expect(flat.filter((weight) => weight === 0).length).to.be.above(50);
    expect(flat.filter((weight) => weight !== 0 && weight < 1e-7)).to.have.length(0);
    const moves = weights.flatMap((period, t) =>
      [...period].map((weight, i) => weight - (weights[t - 1] ?? problem.current)[i]!),
    );
    expect(moves.filter((move) => move === 0).length).to.be.above(100);
    expect(moves.filter((move) => move !== 0 && Math.abs(move) < 1e-9)).to.have.length(0);
  });

  it('look ahead: no sequence of single solves is cheaper', () => {
    const problem = chainOf({ n: 30, periods: 6 });
    let held = problem.current;
    const greedy = problem.periods.map((period, t) => {
      const single = { ...alone(problem, t), trading: { ...period.trading!, current: held } };
      held = runToEnd(interiorPoint.solve(single, defaultSettings, () => false)).weights;
      return held;
    });
    expect(solved(problem).objective).to.be.below(periodsObjective(problem, greedy));
  });

  it('keep rows of their own, equations and ranges', () => {
    const problem = changed(chainOf({ n: 20, periods: 3 }), ({ rows }, t) => ({
      rows: [...rows, rowOver([1, 1, 1, 1], 0.1 + 0.05 * t, 0.12 + 0.05 * t, 'group')],
    }));
    const solution = solved(problem);
    expectCertified(problem, solution);
    solution.weights.forEach((weights, t) => {
      const group = weights[0]! + weights[1]! + weights[2]! + weights[3]!;
      expect(group).to.be.within(0.1 + 0.05 * t - 1e-12, 0.12 + 0.05 * t + 1e-12);
    });
  });

  it('hold what is fixed, and free what has no bounds', () => {
    const problem = changed(chainOf({ n: 12, periods: 3 }), (_, t) => ({
      lower: Float64Array.from({ length: 12 }, (_unused, i) => (i === t ? 0.07 : -Infinity)),
      upper: Float64Array.from({ length: 12 }, (_unused, i) => (i === t ? 0.07 : Infinity)),
      bounds: [],
    }));
    const solution = solved(problem);
    expectCertified(problem, solution);
    solution.weights.forEach((weights, t) => expect(weights[t]).to.equal(0.07));
  });

  it('that contradict themselves are proven to, within a period and across periods', () => {
    const within = changed(chainOf({ n: 10, periods: 3 }), ({ rows }, t) => ({
      rows: t === 1 ? [...rows, rowOver(new Float64Array(5).fill(1), 0.8, 1, 'group')] : rows,
    }));
    const across = changed(chainOf({ n: 12, periods: 2, turnoverMax: 0.01 }), ({ rows }) => ({
      rows: [...rows, rowOver([0, 0, 0, 1, 1, 1], 0.29, 0.3, 'group')],
    }));
    const crossed = changed(chainOf({ n: 10, periods: 2 }), ({ lower }) => ({ lower: lower.map(() => 0.2) }));
    for (const problem of [within, across, crossed]) {
      const { termination, infeasibility, weights } = solved(problem);
      expect(termination.reason).to.equal('infeasible');
      expect(weights).to.have.length(0);
      expect(verifyPeriodsInfeasibility(problem, infeasibility!).proven).to.equal(true);
    }
    const apart = { ...within, periods: [within.periods[0]!, within.periods[2]!] };
    const { infeasibility } = solved(within);
    expect(verifyPeriodsInfeasibility(apart, [infeasibility![0]!, infeasibility![2]!]).proven).to.equal(false);
  });

  it('whose first trades are too few for what must be held are proven to have no plan', () => {
    for (const impact of [undefined, 'threeHalves'] as const) {
      const shape = { n: 12, periods: 3, turnoverMax: 0.3, ...(impact === undefined ? {} : { impact }) };
      const problem = { ...chainOf(shape), current: new Float64Array(12) };
      const { termination, infeasibility } = solved(problem);
      expect(termination.reason, termination.detail).to.equal('infeasible');
      expect(verifyPeriodsInfeasibility(problem, infeasibility!).proven).to.equal(true);
    }
  });

  it('stop when told to, at once and with what holds', () => {
    const problem = chainOf({ n: 40, periods: 5 });
    const steps = solvePeriods(problem, defaultSettings, () => true);
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    expect(step.value.termination.limit).to.equal('interrupted');
    const limited = solved(problem, { ...defaultSettings, iterationsMax: 3 });
    expect(limited.termination).to.include({ reason: 'no solution found', limit: 'iterations' });
    expect(limited.weights).to.have.length(0);
  });

  it('repeat to the last bit', () => {
    const shape = { n: 20, periods: 3, factors: 3, turnoverMax: 0.1 };
    expect(solved(chainOf(shape))).to.deep.equal(solved(chainOf(shape)));
  });

  it('are refused with every fault of every period', () => {
    const problem = chainOf({ n: 3, periods: 2 });
    const broken = changed(problem, (_, t) => ({
      linear: new Float64Array(t + 1),
      limits: [
        { buyRate: new Float64Array(3).fill(-1), sellRate: new Float64Array(3), bound: 1, origin: originOf('limit') },
      ],
    }));
    try {
      solvePeriods({ ...broken, current: new Float64Array(2) });
      expect.fail('was not refused');
    } catch (error) {
      const fields = (error as Fault).violations.map(({ field }) => field);
      expect(fields).to.include.members([
        'current',
        'periods[0].linear',
        'periods[1].linear',
        'periods[1].limits[0].buyRate[0]',
      ]);
    }
  });
});
