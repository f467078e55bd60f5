import { expect } from 'chai';

import { applyOperator, denseEntries, diagonalOf, quadraticForm, volatilities } from '../../../src/sdk/v1/index.ts';
import type { SymmetricOperator } from '../../../src/sdk/v1/index.ts';

describe('operator arithmetic of the SDK', () => {
  const x = Float64Array.of(1, -2, 3);
  const dense: SymmetricOperator = { kind: 'dense', size: 3, entries: Float64Array.of(4, 1, 0, 1, 3, 2, 0, 2, 5) };
  const diagonal: SymmetricOperator = { kind: 'diagonal', size: 3, entries: Float64Array.of(1, 2, 3) };
  const factor: SymmetricOperator = {
    kind: 'factor',
    size: 3,
    factors: 2,
    exposures: Float64Array.of(1, 0, 0, 1, 1, 1),
    factorCovariance: Float64Array.of(2, 1, 1, 3),
    specific: Float64Array.of(1, 1, 1),
  };

  it('multiplies each kind of operator as its matrix', () => {
    expect([...applyOperator(dense, x)]).to.deep.equal([2, 1, 11]);
    expect([...applyOperator(diagonal, x)]).to.deep.equal([1, -4, 9]);
    // B F B' + I with rows [3 1 3], [1 4 4], [3 4 8].
    expect([...applyOperator(factor, x)]).to.deep.equal([10, 5, 19]);
    expect([...applyOperator({ kind: 'sum', size: 3, terms: [dense, diagonal] }, x)]).to.deep.equal([3, -3, 20]);
  });

  it('gives the quadratic form', () => {
    expect(quadraticForm(dense, x)).to.equal(33);
    expect(quadraticForm(factor, x)).to.equal(57);
  });

  it('gives the square roots of the diagonal', () => {
    expect([...volatilities({ kind: 'diagonal', size: 3, entries: Float64Array.of(4, 9, 16) })]).to.deep.equal([
      2, 3, 4,
    ]);
    expect([...volatilities(factor)]).to.deep.equal([Math.sqrt(3), 2, Math.sqrt(8)]);
    expect([...volatilities(dense)]).to.deep.equal([2, Math.sqrt(3), Math.sqrt(5)]);
    const both: SymmetricOperator = { kind: 'sum', size: 3, terms: [dense, factor, diagonal] };
    expect([...volatilities(both)]).to.deep.equal([Math.sqrt(8), 3, 4]);
    expect([...diagonal.entries]).to.deep.equal([1, 2, 3]);
  });

  it('gives the diagonal of each kind of operator as that of its matrix', () => {
    for (const operator of [
      dense,
      diagonal,
      factor,
      { kind: 'sum' as const, size: 3, terms: [dense, factor, dense] },
    ]) {
      const entries = denseEntries(operator);
      expect([...diagonalOf(operator)]).to.deep.equal([entries[0], entries[4], entries[8]]);
    }
    const taken = diagonalOf(diagonal);
    taken[0] = 7;
    expect(diagonalOf(diagonal)[0], 'the operator keeps its own').to.equal(1);
  });

  it('refuses a vector of another size', () => {
    expect(() => applyOperator(dense, Float64Array.of(1))).to.throw(RangeError);
  });
});
