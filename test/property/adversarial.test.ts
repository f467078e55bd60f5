import { expect } from 'chai';
import fc from 'fast-check';
import { certify } from '../../src/problem/certificate.ts';
import { verifyInfeasibility } from '../../src/problem/certificate-infeasibility.ts';
import { checked } from '../../src/problem/checked-solution.ts';
import type { Solution } from '../../src/problem/solution.ts';
import { defaultSettings } from '../../src/problem/solver.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { SolverRegistry, runToEnd } from '../../src/solvers/registry.ts';
import { builtInContributions } from '../../src/workers/built-in.ts';
import { Random } from '../support/problems.ts';
import { adversarialProgram, costlyProblem, fuzzProgram, generalProgram } from '../support/random-programs.ts';
import type { RandomProgram } from '../support/random-programs.ts';

const registry = new SolverRegistry(builtInContributions.solvers ?? []);
const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const runs = (numRuns: number): fc.Parameters<[number]> => ({ numRuns, verbose: true });

/** The verdict that construction knows, with a certificate or a proof, and the optimum where that is known too. */
function expectKnown({ problem, verdict, objective, kind }: RandomProgram, solution: Solution): void {
  expect(solution.termination.reason, `${kind}: ${solution.termination.detail}`).to.equal(verdict);
  expect(checked(problem, solution)).to.equal(solution);
  if (verdict === 'infeasible')
    expect(verifyInfeasibility(problem, solution.infeasibility!).proven, kind).to.equal(true);
  if (verdict !== 'optimal') return;
  const certificate = certify(problem, solution);
  expect(certificate.verdict, `${kind}: ${certificate.detail}`).to.equal('passed');
  if (objective === undefined) return;
  const terms = Math.max(
    1e-9,
    Math.abs(objective),
    ...problem.linear.map((value, i) => Math.abs(value * solution.weights[i]!)),
  );
  expect(Math.abs(solution.objective - objective) / terms, kind).to.be.at.most(1e-6);
}

describe('every solver in turn', () => {
  const cases: readonly (readonly [string, number, (random: Random) => RandomProgram])[] = [
    ['problems at the edge of what numbers can hold', 120, adversarialProgram],
    ['portfolios that pay for trades in every way', 150, costlyProblem],
    [
      'quadratic programs of every shape, with units that differ by four powers of ten',
      150,
      (random) => generalProgram(random, 4),
    ],
    ['factor portfolios from nearly linear to nothing but risk', 12, fuzzProgram],
  ];
  for (const [name, count, draw] of cases)
    it(`answers ${count} ${name} as construction knows them`, () => {
      const seen = new Set<string>();
      fc.assert(
        fc.property(seeds, (seed) => {
          const given = draw(new Random(seed));
          seen.add(given.kind);
          expectKnown(given, runToEnd(registry.solve(given.problem)));
        }),
        runs(count),
      );
      expect(seen.size).to.be.at.least(1);
    });
});

describe('the interior point alone', () => {
  it('answers what the others would have taken, and within every limit of iterations', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 12 }), (seed, iterationsMax) => {
        const given = (seed % 2 === 0 ? costlyProblem : adversarialProgram)(new Random(seed));
        const settings = { ...defaultSettings, iterationsMax };
        const solution = runToEnd(interiorPoint.solve(given.problem, settings, () => false));
        const { reason, limit } = solution.termination;
        expect(solution.iterations).to.be.at.most(iterationsMax);
        if (limit === undefined) expect(reason).to.be.oneOf([given.verdict, 'numerical error']);
        else expect(reason).to.be.oneOf(['feasible', 'no solution found']);
        expect(checked(given.problem, solution)).to.equal(solution);
      }),
      { numRuns: 150, verbose: true },
    );
  });
});
