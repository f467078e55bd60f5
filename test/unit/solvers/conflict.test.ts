import { expect } from 'chai';
import type { Lowered, Origin, Problem } from '../../../src/problem/problem.ts';
import { defaultSettings } from '../../../src/problem/solver.ts';
import type { Universe } from '../../../src/problem/universe.ts';
import { findConflict } from '../../../src/solvers/conflict.ts';
import { interiorPoint } from '../../../src/solvers/interior-point.ts';
import { SolverRegistry, runToEnd } from '../../../src/solvers/registry.ts';
import { Random, denseOperator, originOf, rowOver, universeOf } from '../../support/problems.ts';

const registry = new SolverRegistry([interiorPoint]);
const solve = (problem: Problem) => runToEnd(registry.solve(problem));
const names = (origins: readonly Origin[]): string[] => origins.map((origin) => origin.text);

const n = 4;
const boundsOf = (lower: number, upper: number, constraint: string, positions = [0, 1, 2, 3]): Lowered => ({
  bounds: positions.map((position) => ({ position, lower, upper, origin: originOf(constraint) })),
});
const budget: Lowered = { rows: [rowOver([1, 1, 1, 1], 1, 1, 'budget')] };
const longOnly = boundsOf(0, Infinity, 'long only');

/** Rows that some long-only portfolio meets, one bound per asset, and two halves that ask for more than there is. */
function crowd(size: number, count: number): readonly [readonly Lowered[], Universe] {
  const random = new Random(5);
  const inside = random.vector(size, () => random.next() + 0.1);
  const total = inside.reduce((sum, value) => sum + value, 0);
  const band = (coefficients: Float64Array, k: number): Lowered => {
    const value = coefficients.reduce((sum, coefficient, i) => sum + (coefficient * inside[i]!) / total, 0);
    return { rows: [rowOver(coefficients, value - 0.02, value + 0.02, `row ${k}`)] };
  };
  const half = (from: number, to: number): Float64Array =>
    Float64Array.from({ length: size }, (_, i) => (i >= from && i < to ? 1 : 0));
  const restrictions: Lowered[] = [
    { bounds: Array.from(inside, (_, i) => ({ position: i, lower: 0, upper: 0.2, origin: originOf(`asset ${i}`) })) },
    { rows: [rowOver(half(0, size), 1, 1, 'budget')] },
    ...Array.from({ length: count }, (_, k) =>
      band(
        random.vector(size, () => (random.chance(0.3) ? random.normal() : 0)),
        k,
      ),
    ),
    { rows: [rowOver(half(0, size / 2), 0.65, Infinity, 'first half')] },
    { rows: [rowOver(half(size / 2, size), 0.55, Infinity, 'second half')] },
  ];
  return [restrictions, universeOf(size)];
}

describe('the smallest conflict', () => {
  it('names the three constraints that cannot hold together and nobody else', () => {
    const restrictions = [
      longOnly,
      budget,
      { rows: [rowOver([1, 1, 0, 0], 0.6, Infinity, 'defensive at least 60 %')] },
      { rows: [rowOver([0, 0, 1, 1], 0.5, Infinity, 'growth at least 50 %')] },
      { rows: [rowOver([1, 0, 0, 0], -Infinity, 0.9, 'first at most 90 %')] },
      boundsOf(-1, 0.8, 'caps'),
    ];
    const conflict = findConflict({ universe: universeOf(n), restrictions, solve });
    expect(names(conflict)).to.deep.equal(['budget', 'defensive at least 60 %', 'growth at least 50 %']);
  });

  it('finds contradicting bounds and contradicting rows on their own', () => {
    const bounds = [longOnly, budget, boundsOf(0.4, 1, 'at least 40 %', [1]), boundsOf(0, 0.3, 'at most 30 %', [1])];
    expect(names(findConflict({ universe: universeOf(n), restrictions: bounds, solve }))).to.deep.equal([
      'at least 40 %',
      'at most 30 %',
    ]);
    const rows = [longOnly, budget, { rows: [rowOver([2, 2, 2, 2], 2.1, 2.1, 'second budget')] }];
    expect(names(findConflict({ universe: universeOf(n), restrictions: rows, solve }))).to.deep.equal([
      'budget',
      'second budget',
    ]);
  });

  it('names a turnover or volatility limit where that is what cannot hold', () => {
    const centre = Float64Array.of(1, 0, 0, 0);
    const half = new Float64Array(n).fill(0.5);
    const turnover: Lowered = {
      tradeLimits: [{ centre, buyRate: half, sellRate: half, bound: 0.1, origin: originOf('turnover') }],
    };
    const restrictions = [
      longOnly,
      budget,
      turnover,
      boundsOf(-1, 0.7, 'at most 70 %', [0]),
      boundsOf(0, 0.9, 'others', [1, 2, 3]),
    ];
    expect(names(findConflict({ universe: universeOf(n), restrictions, solve }))).to.deep.equal([
      'turnover',
      'at most 70 %',
    ]);
    const operator = denseOperator([
      [0.04, 0, 0, 0],
      [0, 0.04, 0, 0],
      [0, 0, 0.04, 0],
      [0, 0, 0, 0.04],
    ]);
    const volatility: Lowered = { norms: [{ operator, bound: 0.09, origin: originOf('volatility') }] };
    const risky = [longOnly, budget, volatility, boundsOf(0, 0.6, 'caps')];
    expect(names(findConflict({ universe: universeOf(n), restrictions: risky, solve }))).to.deep.equal([
      'budget',
      'volatility',
    ]);
  });

  it('takes a constraint apart by its sentences', () => {
    const part = (text: string): Origin => ({ constraint: 'sectors', name: 'Sectors', text, priority: 0 });
    const sectors: Lowered = {
      rows: [
        { ...rowOver([1, 1, 0, 0], -Infinity, 0.4), origin: part('technology at most 40 %') },
        { ...rowOver([0, 0, 1, 1], -Infinity, 0.5), origin: part('energy at most 50 %') },
        { ...rowOver([1, 0, 0, 0], -Infinity, 0.9), origin: part('software at most 90 %') },
      ],
    };
    const conflict = findConflict({ universe: universeOf(n), restrictions: [longOnly, budget, sectors], solve });
    expect(names(conflict)).to.deep.equal(['budget', 'technology at most 40 %', 'energy at most 50 %']);
  });

  it('finds two that quarrel among 200 assets and 60 rows in a few solves, each of them necessary', () => {
    const [restrictions, universe] = crowd(200, 60);
    let solves = 0;
    const counted = (problem: Problem) => {
      solves++;
      return solve(problem);
    };
    const conflict = names(findConflict({ universe, restrictions, solve: counted }));
    expect(conflict).to.deep.equal(['budget', 'first half', 'second half']);
    expect(solves).to.be.at.most(20);
    for (const text of conflict) {
      const others = restrictions.filter(({ rows }) => rows?.[0]?.origin.text !== text);
      expect(findConflict({ universe, restrictions: others, solve }), text).to.deep.equal([]);
    }
  });

  it('ends with what is proven so far when a test is interrupted', () => {
    const [restrictions, universe] = crowd(30, 10);
    for (let last = 0; last < 4; last++) {
      let solves = 0;
      const impatient = (problem: Problem) => {
        solves++;
        return runToEnd(registry.solve(problem, defaultSettings, () => solves > last));
      };
      const conflict = names(findConflict({ universe, restrictions, solve: impatient }));
      expect(solves, `interrupted after ${last}`).to.be.at.most(last + 1);
      if (last === 0) expect(conflict).to.deep.equal([]);
      else expect(conflict).to.include.members(['budget', 'first half', 'second half']);
    }
  });

  it('is empty when everything can hold', () => {
    expect(findConflict({ universe: universeOf(n), restrictions: [longOnly, budget], solve })).to.deep.equal([]);
  });
});
