import { expect } from 'chai';
import { unchecked } from '../../../src/math/checkpoint.ts';
import { factorizeCholesky, solveCholesky } from '../../../src/math/cholesky.ts';
import { Deflation } from '../../../src/solvers/deflation.ts';
import { Random } from '../../support/problems.ts';

describe('a system with terms taken off', () => {
  it('is solved as the matrix without them is, where some positions stand still', () => {
    const random = new Random(7);
    const n = 6;
    const root = random.vector(n * n, () => random.normal());
    const full = Float64Array.from({ length: n * n }, (_, p) => {
      const [i, j] = [Math.floor(p / n), p % n];
      let total = i === j ? 1 : 0;
      for (let k = 0; k < n; k++) total += root[i * n + k]! * root[j * n + k]!;
      return total;
    });
    const still = 2;
    const without = Float64Array.from(full, (value, p) => {
      const [i, j] = [Math.floor(p / n), p % n];
      return i === still || j === still ? Number(i === j) : value;
    });
    const factor = Float64Array.from(without);
    expect(factorizeCholesky(factor, n, { pivotMin: 0 })).to.equal(0);
    const subtracted = [0.05, 0.02].map((weight) => ({
      coefficients: random.vector(n, () => random.normal()),
      weight,
    }));
    const before = (f: Float64Array): void => solveCholesky(factor, n, f);
    const deflation = new Deflation(subtracted, (i) => i !== still, 0, before, unchecked);
    const right = random.vector(n, (i) => (i === still ? 0 : random.normal()));
    const x = Float64Array.from(right);
    deflation.solve(x, new Float64Array(0));
    for (let i = 0; i < n; i++) {
      if (i === still) continue;
      let left = 0;
      for (let j = 0; j < n; j++) {
        if (j === still) continue;
        left += without[i * n + j]! * x[j]!;
        for (const { coefficients, weight } of subtracted) left -= weight * coefficients[i]! * coefficients[j]! * x[j]!;
      }
      expect(left).to.be.closeTo(right[i]!, 1e-12);
    }
  });

  it('is the system itself without any', () => {
    const solve = (f: Float64Array): void => void f.fill(3);
    const f = new Float64Array(2);
    new Deflation([], () => true, 0, solve, unchecked).solve(f, new Float64Array(0));
    expect([...f]).to.deep.equal([3, 3]);
  });
});
