import { expect } from 'chai';
import { certify } from '../../../src/problem/certificate.ts';
import { verifyInfeasibility } from '../../../src/problem/certificate-infeasibility.ts';
import type { Problem } from '../../../src/problem/problem.ts';
import type { Solution } from '../../../src/problem/solution.ts';
import { defaultSettings } from '../../../src/problem/solver.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { runToEnd } from '../../../src/solvers/registry.ts';
import { solvingByRows } from '../../../src/solvers/row-generation.ts';
import { Random, budgetRow, problemOf, rowOver } from '../../support/problems.ts';

const whole = (problem: Problem): Solution => runToEnd(interiorPoint.solve(problem, defaultSettings, () => false));

/** Bands of rows around a portfolio, most of them wide; `hurt` more that it misses by as much. */
function banded(count: number, seed: number, hurt = 0): Problem {
  const random = new Random(seed);
  const n = 60;
  const inside = random.vector(n, () => random.next());
  const total = inside.reduce((sum, value) => sum + value, 0);
  const rows = Array.from({ length: count }, () => {
    const coefficients = random.vector(n, () => random.normal());
    const value = coefficients.reduce((sum, coefficient, i) => sum + (coefficient * inside[i]!) / total, 0);
    const width = random.chance(0.1) ? 0.02 : 1;
    return rowOver(coefficients, value - width * random.next() + hurt, value + width * random.next() + hurt);
  });
  const operator = { kind: 'diagonal', size: n, entries: new Float64Array(n).fill(1) } as const;
  return problemOf(n, { quadratics: [{ scale: 1, operator }] }, { rows: [budgetRow(n), ...rows] });
}

describe('solving row by row', () => {
  it('finds the optimum of all rows, multipliers too, with few of them in play', () => {
    for (const seed of [1, 2, 3]) {
      const problem = banded(150, seed);
      const sizes: number[] = [];
      const solve = solvingByRows((part) => {
        sizes.push(part.rows.length);
        return whole(part);
      });
      const solution = solve(problem);
      expect(solution.termination.reason).to.equal('optimal');
      expect(solution.multipliers.rows.length).to.equal(151);
      expect(certify(problem, solution).verdict).to.equal('passed');
      expect(solution.objective).to.be.closeTo(whole(problem).objective, 1e-8);
      expect(Math.max(...sizes)).to.be.below(76);
      expect(sizes[0]).to.equal(1);
    }
  });

  it('proves a contradiction from the rows that make it', () => {
    const problem = banded(150, 4, 3);
    const solution = solvingByRows(whole)(problem);
    expect(solution.termination.reason).to.equal('infeasible');
    expect(verifyInfeasibility(problem, solution.infeasibility!).proven).to.equal(true);
  });

  it('takes all rows at once where there are few, and where those in play leave the objective without end', () => {
    const sizes: number[] = [];
    const noted = solvingByRows((part) => {
      sizes.push(part.rows.length);
      return whole(part);
    });
    noted(banded(20, 5));
    expect(sizes.splice(0)).to.deep.equal([21]);
    const caps = Array.from({ length: 70 }, (_, i) =>
      rowOver(
        Float64Array.from({ length: 70 }, (_v, j) => (i === j ? 1 : 0)),
        0,
        1,
      ),
    );
    const open = problemOf(70, { linear: new Float64Array(70).fill(1) }, { rows: caps, lower: -Infinity });
    const solution = noted(open);
    expect(solution.objective).to.be.closeTo(-70, 1e-6);
    expect(sizes).to.deep.equal([0, 70]);
  });

  it('hands on an interruption at once', () => {
    let solves = 0;
    const solution = solvingByRows((part) => {
      solves++;
      return runToEnd(interiorPoint.solve(part, defaultSettings, () => true));
    })(banded(150, 6));
    expect(solves).to.equal(1);
    expect(solution.termination.limit).to.equal('interrupted');
  });
});
