import { expect } from 'chai';
import { certify } from '../../../src/problem/certificate.ts';
import type { Problem } from '../../../src/problem/problem.ts';
import type { Iterate, Solution } from '../../../src/problem/solution.ts';
import { defaultSettings } from '../../../src/problem/solver.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { Interrupted, allowing, lookingAt } from '../../../src/solvers/interruption.ts';
import { runToEnd } from '../../../src/solvers/registry.ts';
import { budgetRow, denseCase, factorCase, originOf, problemOf, rowOver } from '../../support/problems.ts';

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

describe('an interruption of the interior point', () => {
  const cases: readonly (readonly [string, Problem, Solution['termination']['reason']])[] = [
    ['a dense covariance', denseCase(160), 'optimal'],
    ['a volatility and a turnover limit', limited(150), 'optimal'],
    ['a factor model with trading cost', factorCase(300, 20), 'optimal'],
    ['a contradiction', contradictory(160), 'infeasible'],
  ];
  for (const [name, problem, reason] of cases)
    it(`ends it at the very look that learns of it: ${name}`, () => {
      const whole = run(problem);
      expect(whole.solution.termination.reason).to.equal(reason);
      expect(whole.looks).to.be.above(whole.solution.iterations);
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
