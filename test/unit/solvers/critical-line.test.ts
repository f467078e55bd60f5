import { expect } from 'chai';
import { verifyInfeasibility } from '../../../src/problem/certificate-infeasibility.ts';
import type { SymmetricOperator } from '../../../src/problem/operator.ts';
import type { Solution } from '../../../src/problem/solution.ts';
import { criticalLineId, traceCorners, traces } from '../../../src/solvers/critical-line/critical-line.ts';
import { frontierPoints, type FrontierStep, type PointsEnd } from '../../../src/solvers/critical-line/points.ts';
import { Fault } from '../../../src/values/fault.ts';
import { budgetRow, denseOperator, originOf, problemOf, riskModel, rowOver, Random } from '../../support/problems.ts';
import { frontierCase, type Tradeoff } from '../../support/frontier-case.ts';
import { cornersOf, curveOf, expectOptimal, traceOf } from '../../support/frontiers.ts';

const covariance = denseOperator([
  [4, 1, 0],
  [1, 9, 2],
  [0, 2, 16],
]);
const quadratics = [{ scale: 1, operator: covariance }];
const means = Float64Array.of(2, 5, 9);
const never = (): boolean => false;

function pointsOf({ problem, direction }: Tradeoff, count: number, interrupted = never) {
  const steps = frontierPoints({ problem, direction, count, tolerance: 1e-8, interrupted });
  const seen: FrontierStep[] = [];
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return { seen, end: step.value };
    seen.push(step.value);
  }
}

function endedSolution(end: PointsEnd): Solution {
  if (end.kind !== 'ended') throw new Error(`ended as ${end.kind}`);
  return end.solution;
}

describe('the critical line', () => {
  it('begins with the greatest return, ends with the least variance, every corner certified', () => {
    const corners = cornersOf({ problem: problemOf(3, { quadratics }), direction: means });
    expect([...corners[0]!.weights]).to.deep.equal([0, 0, 1]);
    const last = corners.at(-1)!;
    expect(last.lambda).to.equal(0);
    expect(last.weights[0]!).to.be.greaterThan(0.5);
  });

  it('keeps rows: an equation, a group limit that binds, and the same limit twice', () => {
    const limit = rowOver([0, 1, 1], 0.2, 0.6, 'group');
    const rows = [budgetRow(3), limit, limit, rowOver([1, 0, 0], -Infinity, 0.9, 'cap')];
    const corners = cornersOf({ problem: problemOf(3, { quadratics }, { rows }), direction: means });
    expect(corners.length).to.be.greaterThan(1);
    for (const { weights } of corners) {
      expect(weights[1]! + weights[2]!).to.be.at.most(0.6 + 1e-12);
      expect(weights[0]!).to.be.at.most(0.9 + 1e-12);
    }
  });

  it('takes several quadratic terms with centres and a linear term of the problem itself', () => {
    const centre = Float64Array.of(0.2, 0.3, 0.5);
    const own = { kind: 'diagonal', size: 3, entries: Float64Array.of(0, 1, 3) } as const;
    const terms = [
      { scale: 2, operator: covariance, centre },
      { scale: 0.5, operator: own },
    ];
    const linear = Float64Array.of(0.3, 0, -0.1);
    cornersOf({ problem: problemOf(3, { quadratics: terms, linear }), direction: means });
  });

  it('returns to the benchmark when only tracking error counts', () => {
    const centre = Float64Array.of(0.2, 0.3, 0.5);
    const problem = problemOf(3, { quadratics: [{ scale: 1, operator: covariance, centre }] });
    const { weights } = cornersOf({ problem, direction: means }).at(-1)!;
    centre.forEach((value, i) => expect(weights[i]!).to.be.closeTo(value, 1e-14));
  });

  it('takes the least risk among several portfolios of the greatest return', () => {
    const equal = Float64Array.of(5, 5, 5);
    const least = cornersOf({ problem: problemOf(3, { quadratics }), direction: equal });
    const other = cornersOf({ problem: problemOf(3, { quadratics }), direction: means }).at(-1)!;
    expect(least.length).to.equal(1);
    other.weights.forEach((value, i) => expect(least[0]!.weights[i]!).to.be.closeTo(value, 1e-14));
    const some = cornersOf({ problem: problemOf(3, { quadratics }), direction: Float64Array.of(1, 5, 5) })[0]!;
    // Of the second and the third: variance 9 x^2 + 4 x (1 - x) + 16 (1 - x)^2.
    expect(some.weights[0]).to.equal(0);
    expect(some.weights[1]!).to.be.closeTo(14 / 21, 1e-14);
  });

  it('jumps where the covariance does not decide: a riskless pair, and no covariance at all', () => {
    const zero = { kind: 'diagonal', size: 3, entries: Float64Array.of(0, 0, 4) } as const;
    const corners = cornersOf({
      problem: problemOf(3, { quadratics: [{ scale: 1, operator: zero }] }),
      direction: means,
    });
    expect([...corners.at(-1)!.weights]).to.deep.equal([0, 1, 0]);
    const linear = Float64Array.of(3, 2, 0);
    const jumps = cornersOf({ problem: problemOf(3, { linear }), direction: means });
    expect(jumps.map(({ weights }) => weights.indexOf(1))).to.deep.equal([2, 1, 1, 0, 0]);
    [1 / 2, 1 / 2, 1 / 3, 1 / 3, 0].forEach((lambda, k) => expect(jumps[k]!.lambda).to.be.closeTo(lambda, 1e-15));
  });

  it('knows one asset, fixed assets, and bounds that leave nothing to choose', () => {
    const one = cornersOf({
      problem: problemOf(1, { quadratics: [{ scale: 1, operator: denseOperator([[2]]) }] }),
      direction: Float64Array.of(3),
    });
    expect(one.map(({ weights }) => [...weights])).to.deep.equal([[1]]);
    const fixed = problemOf(3, { quadratics }, { lower: [0.1, 0.2, 0.7], upper: [0.1, 0.2, 0.7] });
    expect(cornersOf({ problem: fixed, direction: means }).map(({ weights }) => [...weights])).to.deep.equal([
      [0.1, 0.2, 0.7],
    ]);
  });

  it('proves that there is no portfolio', () => {
    const problem = problemOf(3, { quadratics }, { upper: 0.3 });
    const { end, corners } = traceOf({ problem, direction: means });
    if (end.kind !== 'infeasible') throw new Error(end.kind);
    expect(corners).to.deep.equal([]);
    expect(verifyInfeasibility(problem, end.proof).proven).to.equal(true);
  });

  it('says when the return has no greatest value', () => {
    const problem = problemOf(3, { quadratics }, { lower: -Infinity });
    expect(traceOf({ problem, direction: means }).end.kind).to.equal('unbounded');
  });

  it('hands over what is no quadratic over bounds and rows, with the reason', () => {
    const norms = [{ operator: covariance, bound: 3, origin: originOf('volatility') }];
    const problem = problemOf(3, { quadratics }, { norms });
    expect(traces(problem)).to.deep.equal({ yes: false, why: 'it has no norm limits' });
    expect(traceOf({ problem, direction: means }).end).to.include({ kind: 'gave-up', detail: 'it has no norm limits' });
    const crossing = problemOf(3, { quadratics }, { lower: [0.5, 0, 0], upper: [0.4, 1, 1] });
    expect(traceOf({ problem: crossing, direction: means }).end.kind).to.equal('gave-up');
  });

  it('repeats bit for bit, and stops when it is interrupted', () => {
    const tradeoff = frontierCase(60);
    const [first, second] = [cornersOf(tradeoff), cornersOf(tradeoff)];
    expect(first.length).to.be.greaterThan(20);
    first.forEach((corner, k) => expect(second[k]).to.deep.equal(corner));
    const steps = traceCorners(tradeoff.problem, tradeoff.direction, () => true);
    expect(steps.next().value).to.include({ kind: 'stopped' });
  });

  it('traces a factor model as it does its matrix, in far smaller systems', () => {
    const n = 60;
    const random = new Random(9);
    const { operator, market } = riskModel(n, 4, random);
    const { exposures, factorCovariance, specific } = operator;
    const entries = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let covered = i === j ? specific[i]! : 0;
        for (let a = 0; a < 4; a++)
          for (let b = 0; b < 4; b++)
            covered += exposures[i * 4 + a]! * factorCovariance[a * 4 + b]! * exposures[j * 4 + b]!;
        entries[i * n + j] = covered;
      }
    const rows = [budgetRow(n)];
    for (let group = 0; group < 5; group++) {
      const members = Float64Array.from({ length: n }, (_, i) => (i % 5 === group ? 1 : 0));
      rows.push(rowOver(members, 0.1, 0.3, `group ${group}`));
    }
    const direction = random.vector(n, () => random.next());
    const problem = (given: SymmetricOperator): Tradeoff => ({
      problem: problemOf(n, { quadratics: [{ scale: 3, operator: given, centre: market }] }, { rows, upper: 0.1 }),
      direction,
    });
    const [factored, whole] = [cornersOf(problem(operator)), cornersOf(problem({ kind: 'dense', size: n, entries }))];
    expect(factored.length).to.be.greaterThan(40);
    expect(whole.length).to.equal(factored.length);
    factored.forEach(({ lambda, weights }, k) => {
      expect(whole[k]!.lambda).to.be.closeTo(lambda, 1e-9);
      weights.forEach((weight, i) => expect(whole[k]!.weights[i]!).to.be.closeTo(weight, 1e-9));
    });
  });
});

describe('points of a traced frontier', () => {
  const tradeoff = { problem: problemOf(3, { quadratics }), direction: means };

  it('are evenly spaced in return from the least risk to the greatest return, each certified', () => {
    const { seen, end } = pointsOf(tradeoff, 5);
    expect(end).to.include({ kind: 'traced', solver: criticalLineId });
    const points = seen.flatMap((step) => (step.kind === 'point' ? [step] : []));
    const returns = points.map(({ solution }) => solution.weights.reduce((sum, w, i) => sum + w * means[i]!, 0));
    expect(returns.length).to.equal(5);
    returns.forEach((value, k) =>
      expect(value).to.be.closeTo(returns[0]! + ((returns[4]! - returns[0]!) * k) / 4, 1e-12),
    );
    for (const { lambda, solution } of points) {
      expect(solution.termination.reason).to.equal('optimal');
      expectOptimal(tradeoff, { lambda, ...solution }, 1e-10);
    }
  });

  it('are found by return, by lambda and by variance alike', () => {
    const curve = curveOf(tradeoff);
    for (const share of [0, 0.2, 0.5, 0.9, 1]) {
      const point = curve.atValue(curve.least + share * (curve.greatest - curve.least));
      expectOptimal(tradeoff, point, 1e-12);
      const variance = point.weights.reduce((sum, w, i) => {
        for (let j = 0; j < 3; j++)
          sum += w * point.weights[j]! * (covariance as { entries: Float64Array }).entries[3 * i + j]!;
        return sum;
      }, 0);
      expect(2 * point.objective).to.be.closeTo(variance, 1e-12);
      expect(curve.atLambda(point.lambda).value).to.be.closeTo(point.value, 1e-12);
      expect(curve.atObjective(point.objective).value).to.be.closeTo(point.value, 1e-7);
    }
    expect(curve.atValue(1e9).value).to.equal(curve.greatest);
    expect(curve.atObjective(-1).value).to.equal(curve.least);
    expect(curve.atLambda(1e9).value).to.equal(curve.greatest);
  });

  it('end with the proof, or the best point so far, as a solution', () => {
    const infeasible = endedSolution(
      pointsOf({ ...tradeoff, problem: problemOf(3, { quadratics }, { upper: 0.3 }) }, 4).end,
    );
    expect(infeasible.termination.reason).to.equal('infeasible');
    expect(infeasible.infeasibility).to.not.equal(undefined);
    const open = { ...tradeoff, problem: problemOf(3, { quadratics }, { lower: -Infinity }) };
    expect(endedSolution(pointsOf(open, 4).end).termination.reason).to.equal('unbounded');
    let looks = 0;
    const late = endedSolution(pointsOf(tradeoff, 4, () => ++looks > 3).end);
    expect(late.termination).to.include({ reason: 'feasible', limit: 'interrupted' });
    expect(late.weights.reduce((sum, w) => sum + w, 0)).to.be.closeTo(1, 1e-14);
    const early = endedSolution(pointsOf(tradeoff, 4, () => true).end);
    expect(early.termination).to.include({ reason: 'no solution found', limit: 'interrupted' });
  });

  it('are refused for a problem or a direction that is not sound', () => {
    expect(() => pointsOf({ ...tradeoff, direction: Float64Array.of(1, NaN, 2) }, 4)).to.throw(Fault, /direction\[1\]/);
    expect(() => pointsOf({ ...tradeoff, direction: Float64Array.of(1, 2) }, 4)).to.throw(Fault, /direction/);
  });
});
