import { expect } from 'chai';
import { certify } from '../../../src/problem/certificate.ts';
import { objectiveAt, primalResidual } from '../../../src/problem/certificate-figures.ts';
import { verifyInfeasibility } from '../../../src/problem/certificate-infeasibility.ts';
import { checked } from '../../../src/problem/checked-solution.ts';
import type { Problem } from '../../../src/problem/problem.ts';
import type { InfeasibilityProof, Multipliers, Solution } from '../../../src/problem/solution.ts';
import { budgetRow, denseOperator, originOf, problemOf, rowOver } from '../../support/problems.ts';

const covariance = denseOperator([
  [0.04, 0.01],
  [0.01, 0.09],
]);

function multipliers(problem: Problem, given: Partial<Record<keyof Multipliers, readonly number[]>> = {}): Multipliers {
  const of = (key: keyof Multipliers, size: number): Float64Array =>
    Float64Array.from(given[key] ?? new Float64Array(size));
  return {
    rows: of('rows', problem.rows.length),
    bounds: of('bounds', problem.lower.length),
    norms: of('norms', problem.norms.length),
    tradeLimits: of('tradeLimits', problem.tradeLimits.length),
  };
}

function solutionOf(
  problem: Problem,
  weights: readonly number[],
  given: Parameters<typeof multipliers>[1] = {},
): Solution {
  return {
    solver: 'by hand',
    termination: { reason: 'optimal', detail: '' },
    weights: Float64Array.from(weights),
    objective: 0,
    multipliers: multipliers(problem, given),
    iterations: 0,
    residuals: { primal: 0, dual: 0, gap: 0 },
  };
}

const proofOf = (
  problem: Problem,
  given: Parameters<typeof multipliers>[1],
  more: Partial<InfeasibilityProof> = {},
): InfeasibilityProof => ({
  ...multipliers(problem, given),
  directions: [],
  slopes: [],
  ...more,
});

const free = { lower: -Infinity, upper: Infinity };

describe('the certificate', () => {
  const problem = problemOf(2, { quadratics: [{ scale: 1, operator: covariance }] }, free);
  // Sigma w = (0.0035 / 0.11) (1, 1) at w = (8, 3) / 11.
  const optimum = solutionOf(problem, [8 / 11, 3 / 11], { rows: [-0.0035 / 0.11] });

  it('passes an optimum worked out by hand, with equal primal and dual objectives', () => {
    const certificate = certify(problem, optimum);
    expect(certificate.verdict, certificate.detail).to.equal('passed');
    expect(certificate.objective).to.be.closeTo(0.5 * (0.0035 / 0.11), 1e-15);
    expect(certificate.dualObjective).to.be.closeTo(certificate.objective, 1e-15);
  });

  it('fails weights that break a row, and says by how much relative to its scale', () => {
    const certificate = certify(problem, { ...optimum, weights: Float64Array.of(8 / 11, 3 / 11 + 1e-6) });
    expect(certificate.verdict).to.equal('failed');
    expect(certificate.primal).to.be.closeTo(1e-6, 1e-9);
    expect(certificate.detail).to.contain('primal residual');
  });

  it('fails a wrong multiplier, a wrong sign and a multiplier on a slack restriction', () => {
    expect(certify(problem, solutionOf(problem, [8 / 11, 3 / 11], { rows: [-0.03] })).dual).to.be.above(1e-3);
    const bounded = problemOf(2, { linear: Float64Array.of(0.1, 0) }, { upper: [0.6, Infinity] });
    expect(certify(bounded, solutionOf(bounded, [0.6, 0.4], { rows: [0], bounds: [0.1, 0] })).verdict).to.equal(
      'passed',
    );
    expect(
      certify(bounded, solutionOf(bounded, [0.5, 0.5], { rows: [0], bounds: [0.1, 0] })).complementarity,
    ).to.be.above(1e-2);
    const negative = problemOf(2, { linear: Float64Array.of(0.1, 0) }, { lower: -1 });
    expect(certify(negative, solutionOf(negative, [2, -1], { rows: [0], bounds: [0.1, 0] })).detail).to.contain('dual');
  });

  it('fails what has the wrong size or is not finite', () => {
    expect(certify(problem, solutionOf(problem, [1])).detail).to.contain('1 given, 2 expected');
    expect(certify(problem, solutionOf(problem, [NaN, 1])).detail).to.contain('not finite');
  });

  it('takes any slope between selling and buying where nothing is traded, and only one where something is', () => {
    const trading = {
      current: Float64Array.of(0.5, 0.5),
      buyRate: Float64Array.of(0.03, 0.03),
      sellRate: Float64Array.of(0.02, 0.02),
    };
    const lively = problemOf(2, { linear: Float64Array.of(0.04, 0), trading }, free);
    const at = (rows: number): string => certify(lively, solutionOf(lively, [0.5, 0.5], { rows: [rows] })).verdict;
    // Buying the first needs a slope of 0.04 - y, selling the second one of -y; both must lie in [-0.02, 0.03].
    expect(at(0.02)).to.equal('passed');
    expect(at(0.005)).to.equal('failed');
    expect(at(0.025)).to.equal('failed');
    expect(certify(lively, solutionOf(lively, [0.6, 0.4], { rows: [0.02] })).verdict).to.equal('failed');
  });

  it('measures norms, trade limits and tails in their own units', () => {
    const half = Float64Array.of(0.5, 0.5);
    const scenarios = Float64Array.of(-0.1, 0, 0, -0.2, 0.1, 0.1, 0.1, 0.1);
    const full: Problem = {
      ...problemOf(
        2,
        { linear: new Float64Array(2) },
        {
          norms: [{ operator: covariance, bound: 0.1, origin: originOf('volatility') }],
          tradeLimits: [
            { centre: Float64Array.of(1, 0), buyRate: half, sellRate: half, bound: 0.4, origin: originOf('turnover') },
          ],
        },
      ),
      tails: [{ kind: 'cvar' as const, scenarios, level: 0.5, bound: 0.05, origin: originOf('tail') }],
    };
    const { restrictions } = certify(full, solutionOf(full, [0.5, 0.5]));
    const of = (constraint: string) => restrictions.find((figure) => figure.origin.constraint === constraint)!;
    expect(of('volatility').value).to.be.closeTo(Math.sqrt(0.0375), 1e-15);
    expect(of('turnover').slack).to.be.closeTo(-0.1, 1e-15);
    expect(of('tail').value).to.be.closeTo((0.1 + 0.05) / 2, 1e-15);
    expect(primalResidual(full, half)).to.be.above(0.1);
  });

  it('values the objective with every term of it', () => {
    const trading = {
      current: Float64Array.of(0.75, 0.25),
      buyRate: Float64Array.of(0.01, 0.01),
      sellRate: Float64Array.of(0.02, 0.02),
      quadratic: Float64Array.of(1, 0),
      threeHalves: Float64Array.of(0, 2),
    };
    const quadratics = [{ scale: 2, operator: covariance, centre: Float64Array.of(0.5, 0.5) }];
    const all = problemOf(2, { quadratics, linear: Float64Array.of(1, 0), trading });
    const value = 0.25 * 0.25 * (0.04 + 0.09 - 0.02) + -0.25 + 0.01 * 0.5 + 0.02 * 0.5 + 0.25 + 2 * 0.5 ** 1.5;
    expect(objectiveAt(all, Float64Array.of(0.25, 0.75))).to.be.closeTo(value, 1e-14);
  });
});

describe('the check of a result', () => {
  const problem = problemOf(2, { quadratics: [{ scale: 1, operator: covariance }] }, free);
  const right = { ...solutionOf(problem, [8 / 11, 3 / 11], { rows: [-0.0035 / 0.11] }), objective: 0.0035 / 0.22 };

  it('hands on what holds and takes the weights off what does not', () => {
    expect(checked(problem, right)).to.equal(right);
    const wrong = checked(problem, { ...right, weights: Float64Array.of(0.5, 0.5) });
    expect(wrong.termination.reason).to.equal('numerical error');
    expect(wrong.weights.length).to.equal(0);
  });

  it('lets a feasible point stand without being optimal, if it is feasible', () => {
    const stopped = { ...right, termination: { reason: 'feasible', limit: 'interrupted', detail: '' } } as const;
    const reasonAt = (weights: Float64Array): string =>
      checked(problem, { ...stopped, weights, objective: objectiveAt(problem, weights) }).termination.reason;
    expect(reasonAt(Float64Array.of(0.5, 0.5))).to.equal('feasible');
    expect(reasonAt(Float64Array.of(0.5, 0.6))).to.equal('numerical error');
  });

  it('believes infeasibility only with a proof', () => {
    const claim = { ...right, termination: { reason: 'infeasible', detail: '' } } as const;
    expect(checked(problem, claim).termination.reason).to.equal('numerical error');
    expect(checked(problem, { ...claim, infeasibility: proofOf(problem, { rows: [1] }) }).termination.reason).to.equal(
      'numerical error',
    );
    const tight = problemOf(2, {}, { upper: 0.4 });
    const proven = { ...claim, infeasibility: proofOf(tight, { rows: [-1] }) };
    expect(checked(tight, proven).termination.reason).to.equal('infeasible');
  });
});

describe('the check of a proof of infeasibility', () => {
  it('adds rows and bounds up to a contradiction', () => {
    const capped = problemOf(2, {}, { upper: 0.4 });
    expect(verifyInfeasibility(capped, proofOf(capped, { rows: [-1] })).margin).to.be.closeTo(0.2, 1e-12);
    expect(verifyInfeasibility(capped, proofOf(capped, { rows: [1] })).proven).to.equal(false);
    const fine = problemOf(2, {}, { upper: 0.5 });
    expect(verifyInfeasibility(fine, proofOf(fine, { rows: [-1] })).proven).to.equal(false);
  });

  it('does not let an unbounded asset escape, nor a side be used that is not there', () => {
    const open = problemOf(2, {}, { upper: [0.4, Infinity] });
    expect(verifyInfeasibility(open, proofOf(open, { rows: [-1] })).detail).to.contain('free to escape');
    const half = problemOf(2, {}, { rows: [rowOver([1, 1], 0.5, Infinity)] });
    expect(verifyInfeasibility(half, proofOf(half, { rows: [1] })).detail).to.contain('no such side');
  });

  it('understands norms by their directions and trade limits by their slopes', () => {
    const volatile = problemOf(
      2,
      {},
      { norms: [{ operator: covariance, bound: 0.1, origin: originOf('volatility') }] },
    );
    // Along d = (8, 3) / 11 the minorant is (0.35 / 11)(w1 + w2), at most |d| 0.1 with |d|^2 = 0.35 / 11.
    const direction = Float64Array.of(8 / 11, 3 / 11);
    const length = Math.sqrt(0.35 / 11);
    const proof = proofOf(volatile, { rows: [-0.35 / 11], norms: [length] }, { directions: [direction] });
    expect(verifyInfeasibility(volatile, proof).proven).to.equal(true);
    const half = Float64Array.of(0.5, 0.5);
    const limit = { centre: half, buyRate: half, sellRate: half, bound: 0.1, origin: originOf('turnover') };
    const still = problemOf(2, {}, { rows: [budgetRow(2)], tradeLimits: [limit], lower: [0.7, 0] });
    const slopes = [Float64Array.of(0.5, -0.5)];
    const contradiction = proofOf(still, { rows: [0.5], tradeLimits: [1] }, { slopes });
    expect(verifyInfeasibility(still, contradiction).proven).to.equal(true);
    const overstated = proofOf(still, { tradeLimits: [0.01] }, { slopes: [Float64Array.of(0.001, 0)] });
    expect(verifyInfeasibility(still, overstated).proven).to.equal(false);
  });
});
