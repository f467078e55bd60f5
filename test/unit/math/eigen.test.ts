import { expect } from 'chai';
import { extremeEigenpair, nearestSemidefinite, smallestEigenvalue } from '../../../src/math/eigen.ts';
import { composed, symmetricEigen } from '../../../src/math/symmetric-eigen.ts';
import { Random } from '../../support/problems.ts';

/** Q diag(values) Q' with Q a product of random reflections. */
function withEigenvalues(values: readonly number[], seed: number): Float64Array {
  const n = values.length;
  const random = new Random(seed);
  let a = new Float64Array(n * n);
  values.forEach((value, i) => (a[i * n + i] = value));
  for (let pass = 0; pass < 4; pass++) {
    const raw = random.vector(n, () => random.normal());
    const length = Math.sqrt(raw.reduce((total, value) => total + value * value, 0));
    const v = raw.map((value) => value / length);
    const av = v.map((_, i) => v.reduce((total, value, j) => total + a[i * n + j]! * value, 0));
    const vav = v.reduce((total, value, i) => total + value * av[i]!, 0);
    a = a.map((value, p) => {
      const i = Math.floor(p / n);
      const j = p % n;
      return value - 2 * v[i]! * av[j]! - 2 * av[i]! * v[j]! + 4 * vav * v[i]! * v[j]!;
    });
  }
  return a;
}

const spread = (n: number, smallest: number): number[] =>
  Array.from({ length: n }, (_, i) => (i === 0 ? smallest : 0.01 + i / n));

describe('eigenvalues of symmetric matrices', () => {
  it('come ascending, with vectors in columns', () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect(values[0]).to.be.closeTo(1, 1e-14);
    expect(values[1]).to.be.closeTo(3, 1e-14);
    expect(vectors[0]! + vectors[2]!).to.be.closeTo(0, 1e-14);
  });

  it('are those of the matrix at any scale, with orthonormal vectors, also where many are equal', () => {
    const random = new Random(7);
    const drawn = (n: number, entry: (i: number, j: number) => number): Float64Array => {
      const a = new Float64Array(n * n);
      for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = entry(i, j);
      return a;
    };
    const cases: readonly (readonly [string, number, Float64Array])[] = [
      ['one', 1, Float64Array.of(-3)],
      ['two', 2, Float64Array.of(0, 5, 5, 0)],
      ['noise', 33, drawn(33, () => random.normal())],
      ['tiny', 12, drawn(12, () => 1e-200 * random.normal())],
      ['huge', 12, drawn(12, () => 1e200 * random.normal())],
      ['graded', 12, drawn(12, (i, j) => 10 ** (-(i + j) / 2) * random.normal())],
      ['blocks', 9, drawn(9, (i, j) => (i === j ? 2 : i - j === 1 && i % 3 === 1 ? 1 : 0))],
      ['equal', 20, withEigenvalues([...Array<number>(10).fill(1), ...Array<number>(10).fill(2)], 8)],
      ['zero', 6, new Float64Array(36)],
    ];
    for (const [name, n, a] of cases) {
      const { values, vectors } = symmetricEigen(a, n);
      const largest = Math.max(...a.map(Math.abs), Number.MIN_VALUE);
      expect([...values], name).to.deep.equal([...values].sort((p, q) => p - q));
      const back = composed({ values, vectors });
      const identity = composed({ values: values.map(() => 1), vectors });
      for (const [index, value] of a.entries()) {
        expect(back[index]! / largest, name).to.be.closeTo(value / largest, 1e-13);
        expect(identity[index], name).to.be.closeTo(index % (n + 1) === 0 ? 1 : 0, 1e-13);
      }
    }
  });

  it('are refused of what is not finite', () => {
    expect(() => symmetricEigen(Float64Array.of(1, NaN, NaN, 1), 2)).to.throw(RangeError, 'finite');
    expect(() => symmetricEigen(Float64Array.of(Infinity), 1)).to.throw(RangeError, 'finite');
  });

  it('are given up between two rows by a checkpoint that throws', () => {
    const a = withEigenvalues(spread(60, 0.1), 9);
    let told = 0;
    symmetricEigen(a, 60, (work) => {
      expect(work).to.be.at.most(4 * 60 * 60);
      told += work;
    });
    expect(told).to.be.within(4 * 60 ** 3, 12 * 60 ** 3);
    const stopAt = (share: number): (() => void) => {
      let left = share * told;
      return () =>
        symmetricEigen(a, 60, (work) => {
          left -= work;
          if (left < 0) throw new Error('enough');
        });
    };
    for (const share of [0.01, 0.3, 0.9]) expect(stopAt(share)).to.throw('enough');
  });

  for (const n of [30, 200])
    it(`at the ends of the spectrum are found to 1e-10 for n = ${n}`, () => {
      const a = withEigenvalues(spread(n, -0.003), n);
      expect(smallestEigenvalue(a, n)).to.be.closeTo(-0.003, 1e-10);
      const largest = extremeEigenpair(a, n, 'largest');
      expect(largest.value).to.be.closeTo(0.01 + (n - 1) / n, 1e-10);
    });
});

describe('repair of an indefinite covariance', () => {
  const n = 25;
  const a = withEigenvalues([-0.05, -0.01, ...spread(n - 2, 0.001)], 5);

  it('clips negative eigenvalues and says which and how much it changed', () => {
    const repair = nearestSemidefinite(a, n, false);
    expect(smallestEigenvalue(repair.matrix, n)).to.be.at.least(-1e-14);
    expect(repair.raised[0]).to.be.closeTo(-0.05, 1e-12);
    expect(repair.raised[1]).to.be.closeTo(-0.01, 1e-12);
    const size = Math.sqrt(a.reduce((total, value) => total + value * value, 0));
    expect(repair.relativeChange).to.be.closeTo(Math.hypot(0.05, 0.01) / size, 1e-10);
  });

  it('keeps every variance when asked to', () => {
    const shifted = a.map((value, p) => (Math.floor(p / n) === p % n ? Math.abs(value) + 0.02 : value));
    const repair = nearestSemidefinite(shifted, n, true);
    for (let i = 0; i < n; i++) expect(repair.matrix[i * n + i]).to.be.closeTo(shifted[i * n + i]!, 1e-14);
    expect(smallestEigenvalue(repair.matrix, n)).to.be.at.least(-1e-14);
  });

  it('takes away the covariances of an asset without variance', () => {
    const { matrix } = nearestSemidefinite(Float64Array.of(0, 0.01, 0.01, 0.04), 2, true);
    expect([...matrix]).to.deep.equal([0, 0, 0, 0.04]);
  });

  it('leaves a semidefinite matrix as it is', () => {
    const fine = withEigenvalues(spread(n, 0.001), 6);
    const repair = nearestSemidefinite(fine, n, false);
    expect(repair.raised.length).to.equal(0);
    expect(repair.relativeChange).to.be.below(1e-14);
  });
});
