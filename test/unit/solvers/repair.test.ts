import { expect } from 'chai';
import { tailAt } from '../../../src/problem/certificate-tails.ts';
import type { Bound, Lowered, Norm, Problem, Row, TradeLimit } from '../../../src/problem/problem.ts';
import { compose } from '../../../src/problem/problem.ts';
import type { RelaxableSide, Restriction } from '../../../src/problem/relaxable.ts';
import { relaxed } from '../../../src/problem/relaxable.ts';
import type { Solution } from '../../../src/problem/solution.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { runToEnd, SolverRegistry } from '../../../src/solvers/registry.ts';
import { findRepair } from '../../../src/solvers/repair.ts';
import { budgetRow, denseOperator, originOf, Random, rowOver, universeOf } from '../../support/problems.ts';
import { quadraticForm, traded } from '../../support/random-problems.ts';

const registry = new SolverRegistry([interiorPoint]);
const solve = (problem: Problem): Solution => runToEnd(registry.solve(problem));
const universe = universeOf(3);
const covariance = denseOperator([
  [0.01, 0.004, 0.003],
  [0.004, 0.04, 0.012],
  [0.003, 0.012, 0.09],
]);

const sideOf = (restriction: Restriction, side: RelaxableSide['side'], bound: number): RelaxableSide => ({
  restriction,
  side,
  measure: Math.max(Math.abs(bound), 0.01),
});
const weightUpTo = (position: number, upper: number): Bound => ({
  position,
  lower: 0,
  upper,
  origin: originOf(`weight ${String(position)}`),
});

/** By how much more than its bound a side is, at w. */
function excess({ restriction, side }: RelaxableSide, w: Float64Array): number {
  if ('operator' in restriction) return Math.sqrt(quadraticForm(restriction.operator, w)) - restriction.bound;
  if ('buyRate' in restriction) return traded(restriction, w) - restriction.bound;
  if ('scenarios' in restriction) return tailAt(restriction, w) - restriction.bound;
  const value =
    'position' in restriction
      ? w[restriction.position]!
      : restriction.positions.reduce((sum, p, k) => sum + restriction.coefficients[k]! * w[p]!, 0);
  return side === 'lower' ? restriction.lower - value : value - restriction.upper;
}

const costAt = (sides: readonly RelaxableSide[], w: Float64Array): number =>
  sides.reduce((sum, side) => sum + Math.max(0, excess(side, w)) / side.measure, 0);

/** The least cost over long-only portfolios of three assets on a grid. */
function leastOnGrid(sides: readonly RelaxableSide[], steps: number): number {
  let least = Infinity;
  for (let i = 0; i <= steps; i++)
    for (let j = 0; i + j <= steps; j++)
      least = Math.min(least, costAt(sides, Float64Array.of(i / steps, j / steps, 1 - (i + j) / steps)));
  return least;
}

function randomCase(random: Random): { readonly lowered: Lowered; readonly sides: readonly RelaxableSide[] } {
  const bounds = [0, 1, 2].map((p) => weightUpTo(p, random.between(0.1, 0.6)));
  const returns = [0.02, 0.06, 0.12];
  const row: Row = rowOver(returns, random.between(0.03, 0.11), Infinity, 'return');
  const norm: Norm = { operator: covariance, bound: random.between(0.05, 0.2), origin: originOf('volatility') };
  const centre = Float64Array.of(random.between(0, 0.5), random.between(0, 0.5), 0);
  const rates = new Float64Array(3).fill(0.5);
  const limit: TradeLimit = {
    centre,
    buyRate: rates,
    sellRate: rates,
    bound: random.between(0, 0.3),
    origin: originOf('turnover'),
  };
  const sides = [
    ...bounds.map((bound) => sideOf(bound, 'upper', bound.upper)),
    sideOf(row, 'lower', row.lower),
    sideOf(norm, 'upper', norm.bound),
    sideOf(limit, 'upper', limit.bound),
  ];
  return { lowered: { bounds, rows: [budgetRow(3), row], norms: [norm], tradeLimits: [limit] }, sides };
}

describe('the cheapest repair', () => {
  it('costs no more than any portfolio of a fine grid, and makes the problem feasible', function () {
    this.timeout(60_000);
    const random = new Random(11);
    let infeasible = 0;
    for (let trial = 0; trial < 60; trial++) {
      const { lowered, sides } = randomCase(random);
      const amounts = findRepair({ universe, restrictions: [lowered], sides, solve });
      if (amounts === undefined) throw new Error(`no repair in trial ${String(trial)}`);
      const cost = [...amounts].reduce((sum, [side, amount]) => sum + amount / side.measure, 0);
      const onGrid = leastOnGrid(sides, 200);
      if (onGrid > 0) infeasible += 1;
      expect(cost, `trial ${String(trial)}`).to.be.at.most(onGrid + 1e-6);
      const roomier = new Map(sides.map((side) => [side, (amounts.get(side) ?? 0) + 1e-6 * side.measure]));
      const operator = { kind: 'diagonal', size: 3, entries: Float64Array.of(1, 1, 1) } as const;
      const objective = { quadratics: [{ scale: 1, operator }], linear: new Float64Array(3) };
      const again = solve(compose(universe, objective, [relaxed(lowered, roomier)]));
      expect(again.termination.reason, `trial ${String(trial)}`).to.equal('optimal');
    }
    expect(infeasible).to.be.greaterThan(40);
  });

  it('tells by how much a turnover is short that cannot be met', () => {
    const half = new Float64Array(3).fill(0.5);
    const centre = Float64Array.of(0.8, 0.2, 0);
    const turnover: TradeLimit = { centre, buyRate: half, sellRate: half, bound: 0.1, origin: originOf('turnover') };
    const caps = [weightUpTo(0, 0.5), weightUpTo(1, 1), weightUpTo(2, 1)];
    const restrictions = [{ bounds: caps, rows: [budgetRow(3)], tradeLimits: [turnover] }];
    const side = sideOf(turnover, 'upper', turnover.bound);
    const amounts = findRepair({ universe, restrictions, sides: [side], solve })!;
    expect([...amounts.keys()]).to.deep.equal([side]);
    expect(amounts.get(side)).to.be.closeTo(0.2, 1e-7);
  });

  it('tells by how much a cash-out is short where holdings are locked', () => {
    const locked = [0.5, 0.3, 0].map((lower, position): Bound => ({ ...weightUpTo(position, 1), lower }));
    const cashOut: Row = { ...rowOver([0, 0, 1], 0.45, Infinity), origin: originOf('cash-out') };
    const restrictions = [{ bounds: locked, rows: [budgetRow(3), cashOut] }];
    const side = sideOf(cashOut, 'lower', cashOut.lower);
    const amounts = findRepair({ universe, restrictions, sides: [side], solve })!;
    expect([...amounts.keys()]).to.deep.equal([side]);
    expect(amounts.get(side)).to.be.closeTo(0.25, 1e-7);
  });

  it('is empty when everything holds', () => {
    const bounds = [0, 1, 2].map((p) => weightUpTo(p, 0.5));
    const sides = bounds.map((bound) => sideOf(bound, 'upper', 0.5));
    const amounts = findRepair({ universe, restrictions: [{ bounds, rows: [budgetRow(3)] }], sides, solve });
    expect(amounts?.size).to.equal(0);
  });

  it('of hundreds of bounds costs what is missing', () => {
    const n = 300;
    const bounds = Array.from({ length: n }, (_, p) => weightUpTo(p, 0.003));
    const sides = bounds.flatMap((bound) => [sideOf(bound, 'upper', bound.upper), sideOf(bound, 'lower', 0)]);
    const restrictions = [{ bounds, rows: [budgetRow(n)] }];
    const amounts = findRepair({ universe: universeOf(n), restrictions, sides, solve });
    // A tenth of all, at 100 per unit.
    const cost = [...(amounts ?? [])].reduce((sum, [side, amount]) => sum + amount / side.measure, 0);
    expect(cost).to.be.closeTo(10, 1e-6);
  });

  it('is undefined when what may not give way stands against itself', () => {
    const bounds = [0, 1, 2].map((p) => weightUpTo(p, 0.2));
    const row = rowOver([1, 0, 0], 0.3, Infinity, 'at least');
    const question = { universe, restrictions: [{ bounds, rows: [budgetRow(3), row] }], solve };
    expect(findRepair({ ...question, sides: [sideOf(row, 'lower', 0.3)] })).to.equal(undefined);
  });

  it('goes on to a bound that hides behind a tighter one', () => {
    const lists = [[0, 1, 2].map((p) => weightUpTo(p, 0.2)), [0, 1, 2].map((p) => weightUpTo(p, 0.25))];
    const sides = lists.flatMap((list) => list.map((bound) => sideOf(bound, 'upper', bound.upper)));
    const restrictions = [...lists.map((bounds) => ({ bounds })), { rows: [budgetRow(3)] }];
    const amounts = findRepair({ universe, restrictions, sides, solve });
    // Per asset the first 0.05 costs 5 a unit, the next 9: a fourth of 0.4 is missing in all.
    const cost = [...(amounts ?? [])].reduce((sum, [side, amount]) => sum + amount / side.measure, 0);
    expect(cost).to.be.closeTo(3 * 0.05 * 5 + 0.25 * 9, 1e-6);
  });
});
