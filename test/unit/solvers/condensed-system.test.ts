import { expect } from 'chai';
import { unchecked } from '../../../src/math/checkpoint.ts';
import { AtomList } from '../../../src/solvers/atoms.ts';
import { BorderedSystem } from '../../../src/solvers/bordered-system.ts';
import { CondensedSystem } from '../../../src/solvers/condensed-system.ts';
import { Random } from '../../support/problems.ts';
import { randomOperator, times } from '../../support/random-problems.ts';

const n = 20;

/** Rows, every other one an equation, over a covariance of any kind. */
function given(seed: number, curved: boolean) {
  const random = new Random(seed);
  const list = new AtomList(unchecked);
  const { operator } = randomOperator(n, random);
  list.add(operator);
  const borders = Array.from({ length: 6 }, (_, k) => ({
    coefficients: random.vector(n, () => random.normal()),
    diagonal: k % 2 === 0 ? 0 : random.next(),
  }));
  const free = Int32Array.from([...Array(n).keys()].filter(() => random.chance(0.8)));
  const diagonal = random.vector(n, () => (curved ? random.next() : 0));
  const f = new Float64Array(n);
  for (const i of free) f[i] = random.normal();
  return { operator, atoms: list.atoms, borders, free, diagonal, f, g: random.vector(6, () => random.normal()) };
}

describe('the condensed system', () => {
  it('solves as the bordered one does, of any covariance, with some assets still', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { atoms, borders, free, diagonal, f, g } = given(seed, true);
      const [x, y] = [Float64Array.from(f), Float64Array.from(g)];
      const condensed = new CondensedSystem(n, atoms, unchecked);
      condensed.factorize(
        free,
        diagonal,
        atoms.map(() => 2),
        borders,
        1e-14,
      );
      condensed.solve(x, y);
      const bordered = new BorderedSystem(n, atoms, unchecked);
      bordered.factorize(
        free,
        diagonal,
        atoms.map(() => 2),
        borders,
        1e-14,
      );
      bordered.solve(f, g);
      x.forEach((value, i) => expect(value).to.be.closeTo(f[i]!, 1e-8));
      y.forEach((value, k) => expect(value).to.be.closeTo(g[k]!, 1e-8));
    }
  });

  it('keeps its digits where the quadratic says nothing of most assets', () => {
    // Twenty equations pin what no curvature does.
    const random = new Random(9);
    const borders = Array.from({ length: n }, () => ({
      coefficients: random.vector(n, () => random.normal()),
      diagonal: 0,
    }));
    const list = new AtomList(unchecked);
    list.add({ kind: 'diagonal', size: n, entries: Float64Array.from({ length: n }, (_, i) => (i === 0 ? 1 : 0)) });
    const truth = random.vector(n, () => random.normal());
    const g = Float64Array.from(borders, ({ coefficients }) =>
      coefficients.reduce((sum, c, i) => sum + c * truth[i]!, 0),
    );
    const f = new Float64Array(n);
    const system = new CondensedSystem(n, list.atoms, unchecked);
    system.factorize(Int32Array.from(Array(n).keys()), new Float64Array(n), [1], borders, 1e-13);
    system.solve(f, g);
    truth.forEach((value, i) => expect(f[i]!).to.be.closeTo(value, 1e-9));
    // Stationarity: what the quadratic pulls is what the equations hold.
    const pull = times({ kind: 'diagonal', size: n, entries: list.atoms[0]!.diagonal! }, f);
    borders.forEach(({ coefficients }, k) => coefficients.forEach((c, i) => (pull[i] = pull[i]! + c * g[k]!)));
    pull.forEach((value) => expect(value).to.be.closeTo(0, 1e-9));
  });
});
