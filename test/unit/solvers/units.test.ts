import { expect } from 'chai';
import { certify } from '../../../src/problem/certificate.ts';
import { verifyInfeasibility } from '../../../src/problem/certificate-infeasibility.ts';
import { objectiveAt, primalResidual } from '../../../src/problem/certificate-figures.ts';
import type { Problem } from '../../../src/problem/problem.ts';
import type { Solution } from '../../../src/problem/solution.ts';
import { defaultSettings } from '../../../src/problem/solver.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { runToEnd } from '../../../src/solvers/registry.ts';
import { inUnits, outOfUnits, unitsOf } from '../../../src/solvers/units.ts';
import { Random, denseOperator, factorCase, originOf, problemOf, rowOver } from '../../support/problems.ts';
import { randomWeights } from '../../support/random-problems.ts';
import { costlyProblem } from '../../support/random-programs.ts';

const solve = (problem: Problem): Solution => runToEnd(interiorPoint.solve(problem, defaultSettings, () => false));

/** One weight in thousands of millions, one in millionths. */
const apart = (): Problem =>
  problemOf(
    2,
    {
      quadratics: [
        {
          scale: 1,
          operator: denseOperator([
            [1e-18, 0],
            [0, 1e12],
          ]),
        },
      ],
      linear: Float64Array.of(2e-9, 3e6),
    },
    { rows: [rowOver([1e-9, 1e6], -Infinity, 4)], lower: -Infinity },
  );

describe('units of weights', () => {
  it('are left alone where a portfolio is meant', () => {
    expect(unitsOf(factorCase(50, 4))).to.equal(undefined);
  });

  it('follow the numbers of the problem, in powers of two', () => {
    const units = unitsOf(apart())!;
    expect(units[0]! / units[1]!).to.be.within(1e14, 1e16);
    for (const unit of units) expect(Number.isInteger(Math.log2(unit))).to.equal(true);
  });

  it('change no value of any term or restriction', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = new Random(seed);
      const { problem } = costlyProblem(random);
      const n = problem.lower.length;
      const units = random.vector(n, () => 2 ** random.integer(-12, 12));
      const scaled = inUnits(problem, units);
      const w = randomWeights(n, random);
      const v = w.map((value, i) => value / units[i]!);
      const objective = objectiveAt(problem, w);
      expect(objectiveAt(scaled, v)).to.be.closeTo(objective, 1e-12 * Math.max(1, Math.abs(objective)));
      expect(primalResidual(scaled, v) > 1e-6).to.equal(primalResidual(problem, w) > 1e-6);
    }
  });

  it('come off again: the answer in units answers the problem, multipliers and proofs too', () => {
    let [optimal, infeasible] = [0, 0];
    for (let seed = 1; seed <= 60; seed++) {
      const random = new Random(seed);
      const { problem } = costlyProblem(random);
      const units = random.vector(problem.lower.length, () => 2 ** random.integer(-3, 3));
      const solution = outOfUnits(solve(inUnits(problem, units)), units);
      if (solution.termination.reason === 'optimal') {
        // Ten times what the certificate asks for in units of the weights' own.
        expect(certify(problem, solution, 1e-7).verdict, certify(problem, solution, 1e-7).detail).to.equal('passed');
        optimal++;
      } else {
        expect(verifyInfeasibility(problem, solution.infeasibility!).proven, String(seed)).to.equal(true);
        infeasible++;
      }
    }
    expect(Math.min(optimal, infeasible)).to.be.above(8);
  });

  it('let weights of fifteen orders of magnitude be solved together', () => {
    // Without the row 2e9 and 3e-6; with it 1 is taken off, in equal parts.
    const solution = solve(apart());
    expect(solution.termination.reason, solution.termination.detail).to.equal('optimal');
    expect(solution.weights[0]! / 1e9).to.be.closeTo(1.5, 1e-8);
    expect(solution.weights[1]! * 1e6).to.be.closeTo(2.5, 1e-8);
    expect(solution.multipliers.rows[0]).to.be.closeTo(0.5, 1e-8);
  });

  it('prove contradictions between such weights', () => {
    const rows = [rowOver([1e-9, 1e6], -Infinity, 4), rowOver([1e-9, 1e6], 4.001, Infinity)];
    const problem: Problem = { ...apart(), rows };
    const solution = solve(problem);
    expect(solution.termination.reason).to.equal('infeasible');
    expect(verifyInfeasibility(problem, solution.infeasibility!).proven).to.equal(true);
    const norms = [{ operator: apart().quadratics[0]!.operator, bound: 1, origin: originOf('volatility') }];
    const far = solve({ ...apart(), rows: rows.slice(1), norms });
    expect(far.termination.reason).to.equal('infeasible');
  });
});
