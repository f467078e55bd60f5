import { expect } from 'chai';

import { definite } from '../../src/estimation/definiteness.ts';
import { admitCovariance } from '../../src/estimation/risk-model.ts';
import { symmetricEigen } from '../../src/math/symmetric-eigen.ts';
import { nearestCorrelation } from '../../src/math/nearest-correlation.ts';
import golden from './cases/nearest-correlation.json' with { type: 'json' };

describe('published nearest correlation matrices', () => {
  for (const { citation, tolerance, eigenvalueMin, matrix, nearest } of golden.cases) {
    const n = matrix.length;

    it(`${citation}: to the digits printed`, () => {
      const found = nearestCorrelation(Float64Array.from(matrix.flat()), n, eigenvalueMin);
      expect(found.settled).to.equal(true);
      for (const [index, value] of nearest.flat().entries())
        expect(found.matrix[index], `entry ${String(index)}`).to.be.closeTo(value, tolerance);
      expect(symmetricEigen(found.matrix, n).values[0]).to.be.at.least(eigenvalueMin - 1e-12);
    });
  }

  it('repair a covariance that has such correlations, with the size of the change told', () => {
    const { matrix, nearest } = golden.cases[3]!;
    const n = matrix.length;
    const deviation = (i: number): number => 0.1 + 0.05 * i;
    const scaled = (rows: readonly (readonly number[])[]): Float64Array =>
      Float64Array.from(rows.flatMap((row, i) => row.map((value, j) => value * deviation(i) * deviation(j))));
    const universe = { assets: matrix.map((_, i) => ({ id: `A${String(i)}`, groups: {} })) };
    const given = scaled(matrix);
    const { covariance, repairs } = admitCovariance(given, universe, 'annual', 'nearest-correlation');
    if (covariance.kind !== 'dense') expect.fail('expected a dense covariance');
    let [change, size] = [0, 0];
    for (const [index, value] of scaled(nearest).entries()) {
      expect(covariance.entries[index]).to.be.closeTo(value, 1e-7);
      change += (covariance.entries[index]! - given[index]!) ** 2;
      size += given[index]! ** 2;
    }
    expect(repairs).to.have.length(1);
    expect(repairs[0]?.what).to.contain('nearest correlation matrix (at distance 4.908e-2)');
    expect(repairs[0]?.magnitude).to.be.closeTo(Math.sqrt(change / size), 1e-15);
    for (let i = 0; i < n; i += 1) expect(covariance.entries[i * n + i]).to.equal(given[i * n + i]);
  });

  it('are nearer than the spectral repair (clip) of Joubert and Langdell, Fixing a broken correlation matrix, 3 x 3 (pajs-0261)', () => {
    const matrix = Float64Array.of(1, 0.95, 0, 0.95, 1, 0.95, 0, 0.95, 1);
    const universe = { assets: ['A', 'B', 'C'].map((id) => ({ id, groups: {} })) };
    const { covariance } = definite(matrix, universe, 'clip');
    const printed = [1, 0.73454, 0.07908, 0.73454, 1, 0.73454, 0.07908, 0.73454, 1];
    for (const [index, value] of printed.entries()) expect(covariance.entries[index]).to.be.closeTo(value, 5e-6);
    const away = Math.hypot(...covariance.entries.map((value, index) => value - matrix[index]!));
    expect(nearestCorrelation(matrix, 3).distance).to.be.below(away);
  });
});
