import { expect } from 'chai';
import { certify } from '../../../src/problem/certificate.ts';
import type { Problem } from '../../../src/problem/problem.ts';
import type { Iterate, Solution } from '../../../src/problem/solution.ts';
import { defaultSettings } from '../../../src/problem/solver.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { Interrupted, allowing, lookingAt } from '../../../src/solvers/interruption.ts';
import { runToEnd } from '../../../src/solvers/registry.ts';
import { Random, budgetRow, denseCase, factorCase, originOf, problemOf, rowOver } from '../../support/problems.ts';

interface Run {
  readonly solution: Solution;
  readonly iterates: readonly Iterate[];
  readonly looks: number;
}

/** Interrupted from the look `from` on. */
function run(problem: Problem, from = Infinity): Run {
  const iterates: Iterate[] = [];
  let looks = 0;
  const steps = interiorPoint.solve(problem, defaultSettings, () => ++looks >= from);
  const solution = runToEnd(steps, (iterate) => iterates.push(iterate));
  return { solution, iterates, looks };
}

const limited = (n: number): Problem => {
  const { quadratics, linear } = denseCase(n);
  const operator = quadratics[0]!.operator;
  const current = new Float64Array(n).fill(1 / n);
  const half = new Float64Array(n).fill(0.5);
  const norms = [{ operator, bound: 0.12, origin: originOf('volatility') }];
  const tradeLimits = [{ centre: current, buyRate: half, sellRate: half, bound: 0.3, origin: originOf('turnover') }];
  return problemOf(n, { linear }, { upper: 0.1, norms, tradeLimits });
};

const contradictory = (n: number): Problem => {
  const { quadratics, linear } = denseCase(n);
  const [{ operator }] = quadratics as [Problem['quadratics'][number]];
  const pinned = [{ operator, bound: 1e-3, origin: originOf('volatility') }];
  return problemOf(n, { quadratics, linear }, { norms: pinned, rows: [budgetRow(n), rowOver([1, 1, 1], 0.1, 0.2)] });
};

/** Rates, 3/2-power impact and taxes of lots. */
const costly = (n: number): Problem => {
  const { quadratics, linear } = factorCase(n, 8);
  const random = new Random(3);
  const rate = new Float64Array(n).fill(1e-3);
  const pieces = Array.from({ length: n }, (_, position) => ({
    position,
    knots: Float64Array.of(-0.5 / n, 0),
    slopes: random.vector(3, () => 0.01 * random.normal()).sort(),
  }));
  const threeHalves = random.vector(n, () => 0.02 * random.next());
  const trading = { current: new Float64Array(n).fill(1 / n), buyRate: rate, sellRate: rate, threeHalves, pieces };
  return problemOf(n, { quadratics, linear, trading }, { upper: 0.2 });
};

/** Pairs of neighbours may not lie far apart. */
const chained = (n: number): Problem => {
  const random = new Random(4);
  const rows = Array.from({ length: n - 1 }, (_, r) =>
    rowOver(
      Float64Array.from({ length: n }, (_v, i) => (i === r ? 1 : i === r + 1 ? -1 : 0)),
      -0.1,
      0.1,
    ),
  );
  return problemOf(n, { linear: random.vector(n, () => random.normal()) }, { rows, upper: 1 });
};

/** Weights in thousands and in thousandths, seven of each ten. */
const apart = (n: number): Problem => {
  const random = new Random(5);
  const units = random.vector(n, () => 10 ** random.between(-3, 3));
  const entries = units.map((unit) => 1 / unit ** 2);
  const operator = { kind: 'diagonal', size: n, entries } as const;
  const rows = Array.from({ length: 5 }, () =>
    rowOver(
      units.map((unit) => random.normal() / unit),
      -1,
      1,
    ),
  );
  const linear = units.map((unit) => random.normal() / unit);
  return problemOf(n, { quadratics: [{ scale: 1, operator }], linear }, { rows, lower: -Infinity });
};

/** A covariance of one factor, and nothing to hold its hedges. */
const open = (n: number): Problem => {
  const exposures = new Float64Array(n).fill(1);
  const specific = Float64Array.from({ length: n }, (_, i) => (i < 2 ? 0 : 0.04));
  const operator = {
    kind: 'factor',
    size: n,
    factors: 1,
    exposures,
    factorCovariance: Float64Array.of(0.04),
    specific,
  } as const;
  const linear = Float64Array.from({ length: n }, (_, i) => 0.01 * i);
  return problemOf(n, { quadratics: [{ scale: 3, operator }], linear }, { lower: -Infinity });
};

describe('an interruption of the interior point', () => {
  const cases: readonly (readonly [string, Problem, Solution['termination']['reason']])[] = [
    ['a dense covariance', denseCase(160), 'optimal'],
    ['a volatility and a turnover limit', limited(150), 'optimal'],
    ['a factor model with trading cost', factorCase(300, 20), 'optimal'],
    ['a contradiction', contradictory(160), 'infeasible'],
    ['impact and lots', costly(60), 'optimal'],
    ['a chain of many sparse rows', chained(400), 'optimal'],
    ['weights of six orders of magnitude', apart(120), 'optimal'],
    ['an objective without end', open(80), 'unbounded'],
  ];
  for (const [name, problem, reason] of cases)
    it(`ends it at the very look that learns of it: ${name}`, () => {
      const whole = run(problem);
      expect(whole.solution.termination.reason).to.equal(reason);
      expect(whole.looks).to.be.at.least(whole.solution.iterations);
      for (let from = 1; from <= whole.looks; from++) {
        const { solution, iterates, looks } = run(problem, from);
        expect(looks, 'looks').to.equal(from);
        expect(iterates).to.deep.equal(whole.iterates.slice(0, iterates.length));
        expect(solution.termination.limit).to.equal('interrupted');
        expect(solution.termination.reason).to.be.oneOf(['feasible', 'no solution found']);
        expect(solution.iterations).to.equal(Math.max(iterates.length - 1, 0));
        if (solution.termination.reason === 'feasible')
          expect(certify(problem, solution).primal, `look ${from}`).to.be.at.most(1e-6);
        else expect(solution.weights.length).to.equal(0);
      }
      expect(run(problem, whole.looks + 1)).to.deep.equal(whole);
    });

  it('finds a point that holds once the interior point is near', () => {
    const problem = denseCase(160);
    const { looks } = run(problem);
    expect(run(problem, looks).solution.termination.reason).to.equal('feasible');
  });

  it('looks in proportion to the work, not once per iteration', () => {
    for (const n of [300, 600]) {
      let looks = 0;
      const steps = interiorPoint.solve(denseCase(n), defaultSettings, () => ++looks < 0);
      steps.next();
      // The start factorizes once: n^3 / 6 multiplications, at most some three million of them between two looks.
      expect(looks, String(n)).to.be.at.least(Math.floor(n ** 3 / 6 / 3e6));
    }
  });

  it('lets exceptions of the caller through', () => {
    const failure = new Error('lost');
    const steps = interiorPoint.solve(denseCase(50), defaultSettings, () => {
      throw failure;
    });
    expect(() => runToEnd(steps)).to.throw(failure);
  });
});

describe('checkpoints', () => {
  it('look once a million multiplications have come together, or at once when told so', () => {
    let looks = 0;
    let end = false;
    const checkpoint = lookingAt(() => {
      looks++;
      return end;
    });
    for (let k = 0; k < 9; k++) checkpoint(1e5);
    expect(looks).to.equal(0);
    checkpoint(1e5);
    expect(looks).to.equal(1);
    checkpoint(Infinity);
    checkpoint(9e5);
    expect(looks).to.equal(2);
    end = true;
    expect(() => checkpoint(1e5)).to.throw(Interrupted);
  });

  it('allow what they were given and no more', () => {
    const checkpoint = allowing(100);
    checkpoint(60);
    checkpoint(40);
    expect(() => checkpoint(1)).to.throw(Interrupted);
  });
});
