import { createRequire } from 'node:module';
import { expect } from 'chai';
import fc from 'fast-check';
import type { default as HighsLoader } from 'highs';
import type { Problem } from '../../src/problem/problem.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { Random, problemOf, rowOver } from '../support/problems.ts';
import { randomOperator, randomWeights } from '../support/random-problems.ts';

// The package's types describe its CommonJS face only, so it is loaded as such.
const loadHighs = createRequire(import.meta.url)('highs') as typeof HighsLoader.default;
const registry = new SolverRegistry([interiorPoint]);
const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });

/** Bounds, up to four rows, perhaps a covariance; feasible about four times in five. */
function randomLinear(random: Random, curved: boolean): Problem {
  const n = random.integer(2, 12);
  const inside = randomWeights(n, random);
  const { operator } = randomOperator(n, random);
  const rows = [rowOver(new Float64Array(n).fill(1), 1, 1, 'budget')];
  for (let count = random.integer(0, 4); count > 0; count--) {
    const coefficients = random.vector(n, () => (random.chance(0.4) ? 0 : random.normal()));
    if (coefficients.every((value) => value === 0)) continue;
    const value = coefficients.reduce((sum, c, i) => sum + c * inside[i]!, 0) + (random.chance(0.1) ? 2 : 0);
    rows.push(
      rowOver(coefficients, value - 0.1 * random.next(), value + (random.chance(0.3) ? Infinity : 0.1 * random.next())),
    );
  }
  const upper = random.vector(n, (i) => inside[i]! + 0.3 * random.next());
  const quadratics = curved && operator.kind === 'dense' ? [{ scale: 10 ** random.between(-1, 1), operator }] : [];
  return problemOf(n, { quadratics, linear: random.vector(n, () => random.normal()) }, { rows, upper });
}

/** The problem in CPLEX LP format, numbers in full. */
function lpText(problem: Problem): string {
  const term = (value: number, name: string): string => `${value < 0 ? '-' : '+'} ${Math.abs(value)} ${name}`;
  const linear = Array.from(problem.linear, (value, i) => term(-value, `w${i}`)).join(' ');
  const products: string[] = [];
  for (const { scale, operator } of problem.quadratics) {
    if (operator.kind !== 'dense') continue;
    for (let i = 0; i < operator.size; i++)
      for (let j = 0; j <= i; j++) {
        const value = scale * operator.entries[i * operator.size + j]! * (i === j ? 1 : 2);
        if (value !== 0) products.push(i === j ? term(value, `w${i} ^2`) : term(value, `w${i} * w${j}`));
      }
  }
  const rows = problem.rows.flatMap((row, r) => {
    const left = Array.from(row.positions, (position, k) => term(row.coefficients[k]!, `w${position}`)).join(' ');
    if (row.lower === row.upper) return [`e${r}: ${left} = ${row.lower}`];
    return [
      ...(row.lower > -Infinity ? [`l${r}: ${left} >= ${row.lower}`] : []),
      ...(row.upper < Infinity ? [`u${r}: ${left} <= ${row.upper}`] : []),
    ];
  });
  const bounds = Array.from(problem.lower, (lower, i) => `${lower} <= w${i} <= ${problem.upper[i]!}`);
  const quadratic = products.length > 0 ? ` + [ ${products.join(' ')} ] / 2` : '';
  return `Minimize\n obj: ${linear}${quadratic}\nSubject To\n ${rows.join('\n ')}\nBounds\n ${bounds.join('\n ')}\nEnd\n`;
}

describe('beside HiGHS', () => {
  for (const curved of [false, true])
    it(`random ${curved ? 'quadratic' : 'linear'} programs have the same verdict and objective`, async () => {
      const highs = await loadHighs();
      const seen = { optimal: 0, infeasible: 0 };
      fc.assert(
        fc.property(seeds, (seed) => {
          const problem = randomLinear(new Random(seed), curved);
          const ours = runToEnd(registry.solve(problem));
          const theirs = highs.solve(lpText(problem));
          if (theirs.Status === 'Optimal') {
            expect(ours.termination.reason).to.equal('optimal');
            // HiGHS meets its rows to 1e-7 only, which moves its objective as much.
            expect(ours.objective).to.be.closeTo(theirs.ObjectiveValue, 2e-6 * Math.max(1, Math.abs(ours.objective)));
            seen.optimal++;
          } else if (theirs.Status === 'Infeasible') {
            expect(ours.termination.reason).to.equal('infeasible');
            seen.infeasible++;
          }
        }),
        { numRuns: 150, verbose: true },
      );
      expect(seen.optimal).to.be.above(60);
      expect(seen.infeasible).to.be.above(3);
    });
});
