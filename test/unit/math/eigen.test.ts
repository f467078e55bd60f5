import { expect } from 'chai';
import {
  definitenessOf,
  extremeEigenpair,
  nearestSemidefinite,
  smallestEigenvalue,
  symmetricEigen,
} from '../../../src/math/eigen.ts';
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

  for (const n of [30, 200])
    it(`at the ends of the spectrum are found to 1e-10 for n = ${n}`, () => {
      const a = withEigenvalues(spread(n, -0.003), n);
      expect(smallestEigenvalue(a, n)).to.be.closeTo(-0.003, 1e-10);
      const largest = extremeEigenpair(a, n, 'largest');
      expect(largest.value).to.be.closeTo(0.01 + (n - 1) / n, 1e-10);
    });
});

describe('definiteness of a covariance', () => {
  it('is semidefinite when singular, or negative only by rounding', () => {
    expect(definitenessOf(withEigenvalues(spread(40, 0), 1), 40).definiteness).to.equal('semidefinite');
    expect(definitenessOf(withEigenvalues(spread(40, -5e-11), 2), 40).definiteness).to.equal('semidefinite');
    expect(definitenessOf(new Float64Array(9), 3).definiteness).to.equal('semidefinite');
  });

  it('is repairable down to a millionth of the largest eigenvalue, and names the smallest', () => {
    const verdict = definitenessOf(withEigenvalues(spread(40, -5e-7), 3), 40);
    expect(verdict.definiteness).to.equal('repairable');
    expect(verdict.smallest).to.be.closeTo(-5e-7, 1e-12);
  });

  for (const n of [40, 150])
    it(`is indefinite beyond that, with the offending direction, for n = ${n}`, () => {
      const a = withEigenvalues(spread(n, -0.02), 4);
      const verdict = definitenessOf(a, n);
      expect(verdict.definiteness).to.equal('indefinite');
      expect(verdict.smallest).to.be.closeTo(-0.02, 1e-10);
      const v = verdict.vector!;
      const quotient = v.reduce(
        (total, value, i) => total + value * v.reduce((s, w, j) => s + a[i * n + j]! * w, 0),
        0,
      );
      expect(quotient).to.be.closeTo(-0.02, 1e-9);
    });
});

describe('repair of an indefinite covariance', () => {
  const n = 25;
  const a = withEigenvalues([-0.05, -0.01, ...spread(n - 2, 0.001)], 5);

  it('clips negative eigenvalues and says which and how much it changed', () => {
    const repair = nearestSemidefinite(a, n, false);
    expect(definitenessOf(repair.matrix, n).definiteness).to.equal('semidefinite');
    expect(repair.raised[0]).to.be.closeTo(-0.05, 1e-12);
    expect(repair.raised[1]).to.be.closeTo(-0.01, 1e-12);
    const size = Math.sqrt(a.reduce((total, value) => total + value * value, 0));
    expect(repair.relativeChange).to.be.closeTo(Math.hypot(0.05, 0.01) / size, 1e-10);
  });

  it('keeps every variance when asked to', () => {
    const shifted = a.map((value, p) => (Math.floor(p / n) === p % n ? Math.abs(value) + 0.02 : value));
    const repair = nearestSemidefinite(shifted, n, true);
    for (let i = 0; i < n; i++) expect(repair.matrix[i * n + i]).to.be.closeTo(shifted[i * n + i]!, 1e-14);
    expect(definitenessOf(repair.matrix, n).definiteness).to.equal('semidefinite');
  });

  it('leaves a semidefinite matrix as it is', () => {
    const fine = withEigenvalues(spread(n, 0.001), 6);
    const repair = nearestSemidefinite(fine, n, false);
    expect(repair.raised.length).to.equal(0);
    expect(repair.relativeChange).to.be.below(1e-14);
  });
});
