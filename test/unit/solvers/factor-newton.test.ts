import { expect } from 'chai';
import { certify } from '../../../src/problem/certificate.ts';
import { verifyInfeasibility } from '../../../src/problem/certificate-infeasibility.ts';
import type { SymmetricOperator } from '../../../src/problem/operator.ts';
import type { Iterate, Solution } from '../../../src/problem/solution.ts';
import { defaultSettings, type Warm } from '../../../src/problem/solver.ts';
import { factorNewton } from '../../../src/solvers/factor-newton/factor-newton.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { SolverRegistry, runToEnd } from '../../../src/solvers/registry.ts';
import { Random, budgetRow, denseOperator, factorCase, originOf, problemOf, rowOver } from '../../support/problems.ts';
import { driving } from '../../support/solving.ts';

const { solve, why } = driving(factorNewton);

/** One factor that all assets share. */
function oneFactor(n: number, specific: number): SymmetricOperator {
  return {
    kind: 'factor',
    size: n,
    factors: 1,
    exposures: new Float64Array(n).fill(1),
    factorCovariance: Float64Array.of(0.04),
    specific: new Float64Array(n).fill(specific),
  };
}

const diagonal = (entries: readonly number[]): SymmetricOperator => ({
  kind: 'diagonal',
  size: entries.length,
  entries: Float64Array.from(entries),
});

describe('factor Newton', () => {
  it('finds the weights known in closed form: inverse variances', () => {
    const solution = solve(problemOf(3, { quadratics: [{ scale: 1, operator: diagonal([1, 2, 4]) }] }));
    expect(solution.termination.reason).to.equal('optimal');
    [4 / 7, 2 / 7, 1 / 7].forEach((weight, i) => expect(solution.weights[i]).to.be.closeTo(weight, 1e-15));
    expect(solution.multipliers.rows[0]).to.be.closeTo(-4 / 7, 1e-14);
  });

  it('stays exactly where it stands when no trade pays', () => {
    const current = Float64Array.of(0.1, 0.3, 0.6);
    const rate = new Float64Array(3).fill(0.05);
    const operator = oneFactor(3, 0.02);
    // The pull of the current weights, off by less than the cost of a trade.
    const linear = current.map((w, i) => 0.04 + 0.02 * w + (i - 1) * 0.03);
    const trading = { current, buyRate: rate, sellRate: rate };
    const solution = solve(problemOf(3, { quadratics: [{ scale: 1, operator }], linear, trading }));
    expect(solution.termination.reason).to.equal('optimal');
    expect([...solution.weights]).to.deep.equal([...current]);
  });

  it('sets what is not held to exactly zero and what is capped exactly to its cap, with the right signs', () => {
    const linear = Float64Array.of(0.2, 0.1, 0.05, -0.1);
    const problem = problemOf(4, { quadratics: [{ scale: 1, operator: oneFactor(4, 0.1) }], linear }, { upper: 0.6 });
    const { weights, multipliers } = solve(problem);
    expect(weights[0]).to.equal(0.6);
    expect(weights[3]).to.equal(0);
    expect(multipliers.bounds[0]).to.be.above(0);
    expect(multipliers.bounds[3]).to.be.below(0);
    expect(multipliers.bounds[1]).to.equal(0);
    expect(certify(problem, { weights, multipliers }, 1e-12).verdict).to.equal('passed');
  });

  it('takes centres, sums, impact, free assets, implied rows and a row stated twice; agrees with the interior point', () => {
    const n = 6;
    const random = new Random(7);
    const model = {
      ...oneFactor(n, 0.03),
      factors: 2,
      exposures: random.vector(2 * n, () => random.normal()),
      factorCovariance: Float64Array.of(0.04, 0.01, 0.01, 0.02),
    } as SymmetricOperator;
    const sum: SymmetricOperator = {
      kind: 'sum',
      size: n,
      terms: [model, diagonal([1, 2, 3, 4, 5, 6].map((x) => x / 100))],
    };
    const centre = random.vector(n, () => random.next() / 3);
    const rate = new Float64Array(n).fill(0.001);
    const trading = { current: centre, buyRate: rate, sellRate: new Float64Array(n), quadratic: rate };
    const half = rowOver([3, 3, 3, 0, 0, 0], 1.2, 1.8, 'half');
    const rest = rowOver([0, 0, 0, 1, 1, 1], 0.4, 0.6, 'rest');
    const problem = problemOf(
      n,
      {
        quadratics: [
          { scale: 3, operator: sum, centre },
          { scale: 1, operator: model },
          { scale: 2, operator: oneFactor(n, 0) },
        ],
        linear: random.vector(n, () => 0.1 * random.normal()),
        trading,
      },
      { rows: [budgetRow(n), half, half, rest, rowOver([1, -1, 0, 0, 0, 0], -Infinity, 0.1)], lower: -Infinity },
    );
    const ours = solve(problem);
    expect(ours.termination.reason).to.equal('optimal');
    expect(certify(problem, ours, 1e-10).verdict).to.equal('passed');
    const theirs = runToEnd(interiorPoint.solve(problem, { ...defaultSettings, tolerance: 1e-10 }, () => false));
    ours.weights.forEach((weight, i) => expect(weight).to.be.closeTo(theirs.weights[i]!, 1e-7));
    expect(ours.objective).to.be.closeTo(theirs.objective, 1e-10);
  });

  it('says why it cannot take a problem', () => {
    const quadratics = [{ scale: 1, operator: oneFactor(2, 0.1) }];
    const half = new Float64Array(2).fill(0.5);
    const limit = { centre: half, buyRate: half, sellRate: half, bound: 1, origin: originOf('turnover') };
    const norm = { operator: oneFactor(2, 0.1), bound: 1, origin: originOf('volatility') };
    expect(why(problemOf(2, { quadratics }))).to.equal('');
    expect(why(problemOf(2, { quadratics }, { tradeLimits: [limit] }))).to.contain('trade limits');
    expect(why(problemOf(2, { quadratics }, { norms: [norm] }))).to.contain('norm limits');
    expect(why(problemOf(2, { quadratics: [{ scale: 1, operator: oneFactor(2, 0) }] }))).to.contain('specific risk');
    expect(why(problemOf(2, {}))).to.contain('specific risk');
    const dense = denseOperator([
      [1, 0],
      [0, 1],
    ]);
    expect(why(problemOf(2, { quadratics: [{ scale: 1, operator: dense }] }))).to.contain('dense');
    const rows = Array.from({ length: 51 }, () => budgetRow(2));
    expect(why(problemOf(2, { quadratics }, { rows }))).to.contain('51');
    const trading = { current: half, buyRate: half, sellRate: half, threeHalves: half };
    expect(why(problemOf(2, { quadratics, trading }))).to.contain('3/2');
  });

  it('shows iterates that close in, repeats bit for bit, and stops when told or out of iterations', () => {
    const problem = factorCase(200, 5);
    const seen: Iterate[] = [];
    const first = runToEnd(
      factorNewton.solve(problem, defaultSettings, () => false),
      (iterate) => seen.push(iterate),
    );
    expect(seen.map(({ iteration }) => iteration)).to.deep.equal(seen.map((_, k) => k));
    const { primal, dual, gap, objective } = seen.at(-1)!;
    expect(Math.max(primal, dual, gap)).to.be.below(1e-11);
    expect(objective).to.be.closeTo(first.objective, 1e-12);
    expect(solve(problem).weights).to.deep.equal(first.weights);
    const stopped = runToEnd(factorNewton.solve(problem, defaultSettings, () => true));
    expect(stopped.termination).to.include({ reason: 'no solution found', limit: 'interrupted' });
    const short = solve(problem, { ...defaultSettings, iterationsMax: 2 });
    expect(short.termination).to.include({ reason: 'no solution found', limit: 'iterations' });
    expect(short.iterations).to.equal(2);
  });

  it('begins at an earlier answer: the same optimum in fewer iterations; what does not fit is ignored', () => {
    const before = factorCase(400, 10);
    const random = new Random(11);
    const problem = { ...before, linear: before.linear.map((value) => value + 0.001 * random.normal()) };
    const from = (warm: Warm): Solution => runToEnd(factorNewton.solve(problem, defaultSettings, () => false, warm));
    const earlier = solve(before);
    const cold = solve(problem);
    const warm = from(earlier);
    expect(warm.termination.reason).to.equal('optimal');
    expect(certify(problem, warm, 1e-10).verdict).to.equal('passed');
    expect(warm.objective).to.be.closeTo(cold.objective, 1e-12);
    expect(warm.iterations).to.be.at.most(cold.iterations / 2);
    expect(from(cold).iterations).to.equal(0);
    const other = solve(factorCase(300, 10));
    expect(from(other)).to.deep.equal(cold);
    expect(from({ ...earlier, weights: earlier.weights.map(() => NaN) })).to.deep.equal(cold);
    // Prices that speak of a side that is not there are left out.
    const { rows } = earlier.multipliers;
    const wrong = { ...earlier, multipliers: { ...earlier.multipliers, rows: rows.map(() => 1) } };
    expect(from(wrong).objective).to.be.closeTo(cold.objective, 1e-12);
  });

  it('gives up on contradictions without a claim; the next solver proves them', () => {
    const quadratics = [{ scale: 1, operator: oneFactor(4, 0.1) }];
    const contradictions = [
      problemOf(4, { quadratics }, { upper: 0.2 }),
      problemOf(4, { quadratics }, { lower: 0.6, upper: 0.5 }),
      problemOf(4, { quadratics }, { rows: [budgetRow(4), rowOver([1, 1, 1, 1], 1.5, Infinity, 'more')], lower: -1 }),
    ];
    for (const problem of contradictions) {
      const alone = solve(problem);
      expect(alone.weights.length).to.equal(0);
      expect(alone.termination.reason).to.be.oneOf(['no solution found', 'numerical error']);
      const chain = runToEnd(new SolverRegistry([factorNewton, interiorPoint]).solve(problem));
      expect(chain.termination.reason).to.equal('infeasible');
      expect(chain.solver).to.equal('interior-point');
      expect(chain.choice).to.match(/factor-newton gave up after \d+ iterations: .+; then interior-point$/);
      expect(verifyInfeasibility(problem, chain.infeasibility!).proven).to.equal(true);
    }
  });
});
