import { expect } from 'chai';
import { addScaled, difference, dot, isFinite, maxAbs, norm2, scaled, sum } from '../../../src/math/vectors.ts';

const a = Float64Array.of(1, -2, 3);
const b = Float64Array.of(4, 5, -6);

describe('vectors', () => {
  it('multiply, add and measure entry by entry', () => {
    expect(dot(a, b)).to.equal(-24);
    expect([...difference(a, b)]).to.deep.equal([-3, -7, 9]);
    expect([...difference(a, undefined)]).to.deep.equal([1, -2, 3]);
    expect([...scaled(a, 2)]).to.deep.equal([2, -4, 6]);
    expect(sum(a)).to.equal(2);
    expect(norm2(Float64Array.of(3, 4))).to.equal(5);
    const target = Float64Array.from(a);
    addScaled(target, 2, b);
    expect([...target]).to.deep.equal([9, 8, -9]);
  });

  it('never take a vector with NaN for a small one', () => {
    expect(maxAbs(a)).to.equal(3);
    expect(maxAbs(Float64Array.of(1, NaN, 2))).to.be.NaN;
    expect(isFinite(a)).to.equal(true);
    expect(isFinite(Float64Array.of(1, Infinity))).to.equal(false);
  });
});
