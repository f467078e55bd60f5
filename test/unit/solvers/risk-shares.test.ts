/** Limits on shares of risk: local optima that say so, checked from the definition. */
import { expect } from 'chai';
import { certify } from '../../../src/problem/certificate.ts';
import { riskShareAt } from '../../../src/problem/certificate-risk-shares.ts';
import { checked } from '../../../src/problem/checked-solution.ts';
import type { SymmetricOperator } from '../../../src/problem/operator.ts';
import type { Problem, RiskShare } from '../../../src/problem/problem.ts';
import type { Solution } from '../../../src/problem/solution.ts';
import { defaultSettings } from '../../../src/problem/solver.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { problemViolations } from '../../../src/solvers/problem-check/problem-check.ts';
import { SolverRegistry, runToEnd } from '../../../src/solvers/registry.ts';
import { riskShares } from '../../../src/solvers/risk-shares/risk-shares.ts';
import { Random, denseOperator, originOf, problemOf, riskModel, sampleCovariance } from '../../support/problems.ts';

const registry = new SolverRegistry([riskShares]);
const solved = (problem: Problem): Solution => runToEnd(registry.solve(problem));

function shareOf(
  operator: SymmetricOperator,
  positions: readonly number[],
  upper: number,
  lower = -Infinity,
): RiskShare {
  const contribution = { kind: 'assets', positions: Int32Array.from(positions) } as const;
  return { operator, contribution, lower, upper, origin: originOf(`share of ${positions.join()}`) };
}

const heldTo = (problem: Problem, { weights }: Solution): readonly number[] =>
  problem.riskShares!.map((limit) => riskShareAt(limit, weights).share);

/** Local, feasible, checked, and stationary to the last digit. */
function expectLocal(problem: Problem, solution: Solution): void {
  expect(solution.termination.reason, solution.termination.detail).to.equal('feasible');
  expect(solution.termination.detail).to.match(/^local optimum: /);
  expect(checked(problem, solution)).to.equal(solution);
  expect(certify(problem, solution).verdict, certify(problem, solution).detail).to.equal('passed');
}

describe('limits on shares of risk', () => {
  const diagonal = denseOperator([
    [0.04, 0],
    [0, 0.01],
  ]);

  it('of two uncorrelated assets are met where the definition says', () => {
    // Greatest return with asset 0 at most half of the variance: 0.04 a^2 = 0.01 (1 - a)^2, so a = 1/3.
    const linear = Float64Array.of(0.1, 0.02);
    const problem = { ...problemOf(2, { linear }), riskShares: [shareOf(diagonal, [0], 0.5)] };
    const solution = solved(problem);
    expectLocal(problem, solution);
    expect(solution.weights[0]).to.be.closeTo(1 / 3, 1e-8);
    const [told] = certify(problem, solution).restrictions.filter(({ kind }) => kind === 'risk share');
    expect(told).to.include({ upper: 0.5, lower: -Infinity });
    expect(told!.value).to.be.closeTo(0.5, 1e-9);
    // d return / d share at a = 1/3: 0.08 da, share = 4a^2 / (4a^2 + (1-a)^2), dshare/da = 9/4.
    expect(told!.multiplier).to.be.closeTo(0.08 / (9 / 4), 1e-7);
  });

  it('at 1 / n of every asset leave nothing but equal risk', () => {
    const random = new Random(4);
    const n = 6;
    const { operator } = riskModel(n, 2, random);
    const linear = random.vector(n, () => 0.05 * random.normal());
    const limits = Array.from({ length: n }, (_, i) => shareOf(operator, [i], 1 / n + 1e-7));
    const problem = { ...problemOf(n, { quadratics: [{ scale: 1, operator }], linear }), riskShares: limits };
    const solution = solved(problem);
    expect(solution.termination.reason).to.equal('feasible');
    for (const share of heldTo(problem, solution)) expect(share).to.be.closeTo(1 / n, 1e-5);
  });

  it('of groups, of factors and of active risk hold, from below as from above', () => {
    const random = new Random(8);
    const n = 30;
    const { operator, market } = riskModel(n, 3, random);
    const { exposures, factorCovariance } = operator;
    const loads = Float64Array.from({ length: n }, (_, i) => exposures[3 * i]!);
    const pull = Float64Array.from({ length: n }, (_, i) =>
      [0, 1, 2].reduce((total, j) => total + exposures[3 * i + j]! * factorCovariance[3 * j]!, 0),
    );
    const linear = random.vector(n, () => 0.06 + 0.05 * random.normal());
    const base = problemOf(n, { quadratics: [{ scale: 3, operator }], linear }, { upper: 0.3 });
    const contribution = { kind: 'factor', exposures: loads, pull } as const;
    const ofFactor = { operator, contribution, lower: 0.3, upper: 0.6, origin: originOf('market') };
    const group = shareOf(operator, [0, 1, 2, 3, 4], 0.4, 0.2);
    const active = { ...shareOf(operator, [5, 6, 7], 0.05), centre: market };
    const problem = { ...base, riskShares: [ofFactor, group, active] };
    const solution = solved(problem);
    expectLocal(problem, solution);
    const [market_, held, against] = heldTo(problem, solution);
    expect(market_).to.be.within(0.3 - 1e-8, 0.6 + 1e-8);
    expect(held).to.be.within(0.2 - 1e-8, 0.4 + 1e-8);
    expect(against).to.be.at.most(0.05 + 1e-8);
  });

  it('that do not bind leave the optimum without them, which is one of all', () => {
    const problem = {
      ...problemOf(2, { quadratics: [{ scale: 2, operator: diagonal }] }),
      riskShares: [shareOf(diagonal, [0], 0.9)],
    };
    const solution = solved(problem);
    expect(solution.termination).to.deep.equal({
      reason: 'optimal',
      detail: 'the optimum without the limits on shares of risk keeps them',
    });
    expect(checked(problem, solution)).to.equal(solution);
  });

  it('are never called optimal once they bind, whatever a solver claims', () => {
    const linear = Float64Array.of(0.1, 0.02);
    const problem = { ...problemOf(2, { linear }), riskShares: [shareOf(diagonal, [0], 0.5)] };
    const claimed = { ...solved(problem), termination: { reason: 'optimal', detail: '' } } as const;
    const { reason, detail } = checked(problem, claimed).termination;
    expect(reason).to.equal('numerical error');
    expect(detail).to.contain('an optimum near the point, not of all');
    const broken = { ...solved(problem), weights: Float64Array.of(0.5, 0.5) };
    expect(checked(problem, broken).termination.reason).to.equal('numerical error');
  });

  it('that no portfolio was found for are not called infeasible', () => {
    const limits = [shareOf(diagonal, [0], 0.4), shareOf(diagonal, [1], 0.4)];
    const problem = { ...problemOf(2, { quadratics: [{ scale: 2, operator: diagonal }] }), riskShares: limits };
    const { termination, weights } = solved(problem);
    expect(termination.reason).to.equal('no solution found');
    expect(termination.detail).to.contain('there may be one');
    expect(weights).to.have.length(0);
  });

  it('leave a proof to restrictions that contradict each other without them', () => {
    const riskLimits = [shareOf(diagonal, [0], 0.5)];
    const problem = { ...problemOf(2, {}, { upper: 0.3 }), riskShares: riskLimits };
    const solution = solved(problem);
    expect(solution.termination.reason).to.equal('infeasible');
    expect(checked(problem, solution)).to.equal(solution);
  });

  it('give what there is when interrupted or out of iterations, and repeat bit for bit', () => {
    const random = new Random(6);
    const n = 25;
    const { operator } = riskModel(n, 4, random);
    const entries = sampleCovariance(operator, 4 * n, random);
    const dense = { kind: 'dense', size: n, entries } as const;
    const linear = random.vector(n, () => 0.05 + 0.08 * random.normal());
    const limits = Array.from({ length: n }, (_, i) => shareOf(dense, [i], 0.12));
    const problem = { ...problemOf(n, { quadratics: [{ scale: 4, operator: dense }], linear }), riskShares: limits };
    const whole = solved(problem);
    expectLocal(problem, whole);
    expect(solved(problem).weights).to.deep.equal(whole.weights);
    for (const iterationsMax of [1, 4, 8]) {
      const settings = { ...defaultSettings, iterationsMax };
      const { termination, iterations } = checked(problem, runToEnd(registry.solve(problem, settings)));
      expect(iterations).to.be.at.most(iterationsMax);
      expect(termination).to.include({ limit: 'iterations' });
      expect(['feasible', 'no solution found']).to.include(termination.reason);
    }
    for (const allowed of [0, 20, 100, 300]) {
      let looks = 0;
      const stopped = checked(problem, runToEnd(registry.solve(problem, defaultSettings, () => looks++ >= allowed)));
      if (stopped.termination.limit !== undefined) expect(stopped.termination.limit).to.equal('interrupted');
      expect(['feasible', 'no solution found']).to.include(stopped.termination.reason);
    }
  });

  it('are declined by other solvers, beside counts, and with limits that are none', () => {
    const riskLimits = [shareOf(diagonal, [0, 0, 5], 0.2, 0.4)];
    const problem = { ...problemOf(2, {}), riskShares: riskLimits };
    expect(interiorPoint.supports(problem)).to.deep.equal({ yes: false, why: 'it has no limits on shares of risk' });
    const integrality = { domains: [], lots: [], counts: [] };
    expect(riskShares.supports({ ...problem, integrality })).to.deep.include({ yes: false });
    expect(riskShares.supports(problemOf(2, {}))).to.deep.include({ yes: false });
    expect(problemViolations(problem).map(({ field }) => field)).to.deep.equal([
      'riskShares[0].contribution.positions[2]',
      'riskShares[0].contribution.positions',
      'riskShares[0]',
    ]);
  });
});
