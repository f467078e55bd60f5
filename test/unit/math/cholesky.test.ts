import { expect } from 'chai';
import { factorizeCholesky, semidefiniteFactor, solveCholesky } from '../../../src/math/cholesky.ts';
import { Random } from '../../support/problems.ts';

/** X X' / columns for a random n x columns matrix. */
function gram(n: number, columns: number, seed: number): Float64Array {
  const random = new Random(seed);
  const x = random.vector(n * columns, () => random.normal());
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let s = 0;
      for (let k = 0; k < columns; k++) s += x[i * columns + k]! * x[j * columns + k]!;
      a[i * n + j] = s / columns;
    }
  return a;
}

function worstDifference(l: Float64Array, a: Float64Array, n: number): number {
  let worst = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let s = 0;
      for (let k = 0; k <= j; k++) s += l[i * n + k]! * l[j * n + k]!;
      worst = Math.max(worst, Math.abs(s - a[i * n + j]!));
    }
  return worst;
}

describe('Cholesky factorization', () => {
  for (const n of [1, 2, 3, 5, 47, 48, 49, 52, 101, 311])
    it(`gives back a positive definite matrix of size ${n} as L L'`, () => {
      const a = gram(n, 2 * n + 3, n);
      const l = Float64Array.from(a);
      expect(factorizeCholesky(l, n)).to.equal(0);
      expect(worstDifference(l, a, n)).to.be.below(1e-13);
    });

  it('solves linear systems to rounding', () => {
    const n = 130;
    const a = gram(n, 3 * n, 7);
    const x = new Random(8).vector(n, (i) => Math.sin(i));
    const b = x.map((_, i) => x.reduce((sum, value, j) => sum + a[i * n + j]! * value, 0));
    const l = Float64Array.from(a);
    factorizeCholesky(l, n);
    solveCholesky(l, n, b);
    b.forEach((value, i) => expect(value).to.be.closeTo(x[i]!, 1e-11));
  });

  it('tells of all its work in pieces that do not grow with the matrix, and can be stopped between them', () => {
    for (const n of [300, 600, 900]) {
      const a = Float64Array.from({ length: n * n }, (_, p) => (p % (n + 1) === 0 ? 2 : 1 / n));
      const pieces: number[] = [];
      factorizeCholesky(Float64Array.from(a), n, { pivotMin: 0, checkpoint: (work) => pieces.push(work) });
      expect(Math.max(...pieces)).to.be.at.most(2e6);
      const total = pieces.reduce((sum, work) => sum + work, 0);
      expect(total).to.be.within(n ** 3 / 6, n ** 3 / 3);
      let left = 5;
      const stop = new Error('enough');
      const checkpoint = (): void => {
        if (--left === 0) throw stop;
      };
      expect(() => factorizeCholesky(a, n, { pivotMin: 0, checkpoint })).to.throw(stop);
      expect(left).to.equal(0);
    }
  });

  it('counts the pivots of an indefinite matrix that it had to replace', () => {
    const a = Float64Array.from([1, 2, 2, 1]);
    expect(factorizeCholesky(a, 2, { pivotMin: 0, replacement: 1 })).to.equal(1);
  });

  for (const rank of [1, 20, 60])
    it(`factors a semidefinite matrix of rank ${rank} in spite of its vanishing pivots`, () => {
      const n = 80;
      const a = gram(n, rank, 100 + rank);
      const l = semidefiniteFactor(a, n);
      expect(worstDifference(l, a, n)).to.be.below(1e-12);
      expect(l[3 * n + 4]).to.equal(0);
    });
});
