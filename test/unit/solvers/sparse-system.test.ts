import { expect } from 'chai';
import type { Problem } from '../../../src/problem/problem.ts';
import { unchecked } from '../../../src/math/checkpoint.ts';
import { BorderedSystem } from '../../../src/solvers/bordered-system.ts';
import { buildConicForm } from '../../../src/solvers/conic-form-builder.ts';
import { coefficientsOf, type ConicForm } from '../../../src/solvers/conic-form.ts';
import { presolve } from '../../../src/solvers/presolve.ts';
import { eliminationOrder } from '../../../src/solvers/sparse/elimination-order.ts';
import { SparseFactor } from '../../../src/solvers/sparse/sparse-factor.ts';
import { SparseSystem } from '../../../src/solvers/sparse/sparse-system.ts';
import { Random, factorCase, originOf, problemOf, rowOver } from '../../support/problems.ts';

/** A chain of `count` rows over pairs of neighbours, a few of them over ten assets at random. */
function chain(count: number, seed: number): Problem {
  const random = new Random(seed);
  const n = count + 1;
  const rows = Array.from({ length: count }, (_, r) => {
    const coefficients = new Float64Array(n);
    coefficients[r] = 1 + random.next();
    coefficients[r + 1] = -1 - random.next();
    if (random.chance(0.1)) for (let k = 0; k < 10; k++) coefficients[random.integer(0, n - 1)] = random.normal();
    return rowOver(coefficients, r % 3 === 0 ? 0 : -1, r % 3 === 1 ? Infinity : 0);
  });
  const entries = random.vector(n, () => 0.1 + random.next());
  const quadratics = [{ scale: 1, operator: { kind: 'diagonal' as const, size: n, entries } }];
  return problemOf(n, { quadratics, linear: random.vector(n, () => random.normal()) }, { rows, lower: -1, upper: 1 });
}
const formOf = (problem: Problem): ConicForm => buildConicForm(problem, presolve(problem, unchecked), unchecked);

describe('the order of elimination', () => {
  it('takes every node once, leaves first and the hub of a star last', () => {
    const star = Array.from({ length: 40 }, (_, i) => (i === 7 ? [...Array(40).keys()].filter((j) => j !== 7) : [7]));
    const order = eliminationOrder(star, unchecked);
    expect([...order].sort((a, b) => a - b)).to.deep.equal([...Array(40).keys()]);
    // With one leaf left either of the two may go.
    expect([...order].indexOf(7)).to.be.at.least(38);
  });

  it('keeps a grid of 30 by 30 far from dense', () => {
    const side = 30;
    const grid = Array.from({ length: side * side }, (_, p) => {
      const [row, column] = [Math.floor(p / side), p % side];
      const beside: number[] = [];
      if (row > 0) beside.push(p - side);
      if (row + 1 < side) beside.push(p + side);
      if (column > 0) beside.push(p - 1);
      if (column + 1 < side) beside.push(p + 1);
      return beside;
    });
    const order = eliminationOrder(grid, unchecked);
    const place = new Int32Array(order.length);
    order.forEach((node, at) => (place[node] = at));
    const columns = grid.map((): number[] => []);
    grid.forEach((beside, p) => {
      for (const q of beside) if (place[q]! < place[p]!) columns[place[p]!]!.push(place[q]!);
    });
    const starts = new Int32Array(columns.length + 1);
    columns.forEach((rows, j) => (starts[j + 1] = starts[j]! + rows.length));
    const rows = Int32Array.from(columns.flat());
    const { entries } = new SparseFactor({ size: columns.length, starts, rows }, unchecked);
    // Row by row it would be about 30 for every node.
    expect(entries).to.be.below(18 * side * side);
  });
});

describe('the sparse system', () => {
  it('takes many sparse rows over diagonal terms and nothing else', () => {
    expect(SparseSystem.of(formOf(chain(50, 1)), unchecked)).to.be.instanceOf(SparseSystem);
    expect(SparseSystem.of(formOf(chain(10, 1)), unchecked)).to.equal(undefined);
    expect(SparseSystem.of(formOf(factorCase(100, 5)), unchecked)).to.equal(undefined);
    const problem = chain(50, 1);
    const half = new Float64Array(51).fill(0.5);
    const limit = {
      centre: new Float64Array(51),
      buyRate: half,
      sellRate: half,
      bound: 1,
      origin: originOf('turnover'),
    };
    expect(SparseSystem.of(formOf({ ...problem, tradeLimits: [limit] }), unchecked)).to.equal(undefined);
  });

  it('is analysed once for each form', () => {
    const form = formOf(chain(60, 2));
    expect(SparseSystem.of(form, unchecked)).to.equal(SparseSystem.of(form, unchecked));
  });

  it('solves as the bordered system does, with some assets still and some rows silent', () => {
    const form = formOf(chain(80, 3));
    const random = new Random(4);
    const { n, borders } = form;
    const system = SparseSystem.of(form, unchecked)!;
    const moves = random.vector(n, () => (random.chance(0.2) ? 0 : 1));
    const diagonal = random.vector(n, () => random.next());
    const silent = borders.map(() => random.chance(0.2));
    const give = Float64Array.from(silent, (none) => (none ? Infinity : 0.1 * random.next()));
    system.factorize(moves, diagonal, form.weights, give, 0);
    const f = random.vector(n, (i) => (moves[i] === 1 ? random.normal() : 0));
    const g = Float64Array.from(silent, (none) => (none ? 0 : random.normal()));
    const [x, y] = [Float64Array.from(f), Float64Array.from(g)];
    system.solve(x, y);

    const spoken = [...borders.keys()].filter((k) => !silent[k]);
    const reference = new BorderedSystem(n, form.atoms, unchecked);
    const rows = spoken.map((k) => ({ coefficients: coefficientsOf(borders[k]!, n), diagonal: give[k]! }));
    reference.factorize(
      form.free.filter((i) => moves[i] === 1),
      diagonal,
      form.weights,
      rows,
      1e-13,
    );
    const part = Float64Array.from(spoken, (k) => g[k]!);
    reference.solve(f, part);
    x.forEach((value, i) => expect(value).to.be.closeTo(f[i]!, 1e-10));
    spoken.forEach((k, at) => expect(y[k]!).to.be.closeTo(part[at]!, 1e-10));
  });
});
