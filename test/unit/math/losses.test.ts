import { expect } from 'chai';

import { drawdownsOf, meanOfWorst, valueAtRisk } from '../../../src/math/losses.ts';

describe('losses by scenario', () => {
  const losses = Float64Array.of(2, 5, 1, 4, 3);
  const uneven = Float64Array.of(0.1, 0.05, 0.5, 0.15, 0.2);

  it('have a mean of the worst that counts the scenario at the boundary in part', () => {
    expect(meanOfWorst(losses, undefined, 0.7)).to.be.closeTo((0.2 * 5 + 0.1 * 4) / 0.3, 1e-12);
    expect(meanOfWorst(losses, undefined, 0)).to.be.closeTo(3, 1e-12);
    expect(meanOfWorst(losses, undefined, 1)).to.equal(5);
    expect(meanOfWorst(losses, uneven, 0.9)).to.be.closeTo((0.05 * 5 + 0.05 * 4) / 0.1, 1e-12);
    expect(meanOfWorst(losses, uneven, 0)).to.be.closeTo(0.25 + 0.6 + 0.6 + 0.2 + 0.5, 1e-12);
  });

  it('have for their value at risk the least that is not exceeded with the probability of the level', () => {
    const even = [0, 0.2, 0.3, 0.6, 0.8, 0.9, 1].map((level) => valueAtRisk(losses, undefined, level));
    expect(even).to.deep.equal([1, 1, 2, 3, 4, 5, 5]);
    const others = [0.5, 0.55, 0.6, 0.7, 0.8, 0.95, 0.96].map((level) => valueAtRisk(losses, uneven, level));
    expect(others).to.deep.equal([1, 2, 2, 3, 3, 4, 5]);
  });

  it('of a path are drawdowns from the highest running sum, which begins at nothing', () => {
    const results = Float64Array.of(-2, 1, 3, -1, -4, 6, 1);
    expect([...drawdownsOf(results)]).to.deep.equal([2, 1, 0, 1, 5, 0, 0]);
  });
});
