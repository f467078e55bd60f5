import { expect } from 'chai';
import { areIndependent, pseudoinverse } from '../../../src/math/pseudoinverse.ts';
import { dot } from '../../../src/math/vectors.ts';
import { Random } from '../../support/problems.ts';

const drawn = (n: number, p: number, seed: number): Float64Array[] => {
  const random = new Random(seed);
  return Array.from({ length: p }, () => Float64Array.from({ length: n }, () => random.normal()));
};

describe('the pseudoinverse of a matrix of independent columns', () => {
  it('is that of a printed example', () => {
    // A = [1 0; 0 1; 0 1]: (A'A)^-1 A' = [1 0 0; 0 0.5 0.5].
    const rows = pseudoinverse([Float64Array.of(1, 0, 0), Float64Array.of(0, 1, 1)])!;
    const expected = [1, 0, 0, 0, 0.5, 0.5];
    rows.forEach((row, i) => {
      row.forEach((value, j) => {
        expect(value).to.be.closeTo(expected[3 * i + j]!, 1e-15);
      });
    });
  });

  it('undoes the matrix, and lies in the space of its columns, whatever their units', () => {
    const columns = drawn(40, 6, 3).map((column, j) => column.map((value) => value * 10 ** (3 * j - 9)));
    const rows = pseudoinverse(columns)!;
    rows.forEach((row, i) => {
      columns.forEach((column, j) => {
        expect(dot(row, column) * 10 ** (3 * (i - j))).to.be.closeTo(i === j ? 1 : 0, 1e-12);
      });
      // A^+ A A^+ = A^+
      const again = new Float64Array(row.length);
      columns.forEach((column, j) => {
        for (let k = 0; k < again.length; k++) again[k] = again[k]! + dot(row, column) * rows[j]![k]!;
      });
      const rest = again.map((value, k) => value - row[k]!);
      expect(Math.sqrt(dot(rest, rest) / dot(row, row))).to.be.below(1e-12);
    });
    // A A^+ is symmetric.
    const product = (a: number, b: number): number =>
      columns.reduce((sum, column, j) => sum + column[a]! * rows[j]![b]!, 0);
    for (let a = 0; a < 40; a += 7)
      for (let b = 0; b < a; b += 3) expect(product(a, b)).to.be.closeTo(product(b, a), 1e-13);
  });

  it('keeps twelve digits where the columns are nearly dependent', () => {
    const [one, two] = drawn(30, 2, 5) as [Float64Array, Float64Array];
    const near = one.map((value, i) => value + 1e-4 * two[i]!);
    const rows = pseudoinverse([one, near])!;
    expect(dot(rows[0]!, one)).to.be.closeTo(1, 1e-11);
    expect(dot(rows[0]!, near)).to.be.closeTo(0, 1e-11);
    expect(dot(rows[1]!, near)).to.be.closeTo(1, 1e-11);
  });

  it('is not told of columns that depend on each other, vanish, or are more than their entries', () => {
    const [one, two] = drawn(9, 2, 7) as [Float64Array, Float64Array];
    const sum = one.map((value, i) => value - 3 * two[i]!);
    expect(pseudoinverse([one, two, sum])).to.equal(undefined);
    expect(pseudoinverse([one, new Float64Array(9)])).to.equal(undefined);
    expect(pseudoinverse(drawn(2, 3, 1))).to.equal(undefined);
    expect(areIndependent([one, two, sum])).to.equal(false);
    expect(areIndependent([one, two])).to.equal(true);
    expect(areIndependent([])).to.equal(true);
    expect(pseudoinverse([])).to.deep.equal([]);
  });
});
