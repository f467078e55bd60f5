import { expect } from 'chai';
import { chiSquareBelow, chiSquareQuantile, incompleteGamma, logGamma } from '../../../src/math/chi-square.ts';
import { symmetricEigen } from '../../../src/math/symmetric-eigen.ts';
import { bulkEdge, noiseVariance } from '../../../src/math/marchenko-pastur.ts';
import { nearestCorrelation } from '../../../src/math/nearest-correlation.ts';
import { Random } from '../../support/problems.ts';

describe('the chi-square distribution', () => {
  it('knows factorials by their logarithm', () => {
    for (const [x, factorial] of [
      [1, 1],
      [5, 24],
      [11, 3628800],
    ] as const)
      expect(logGamma(x)).to.be.closeTo(Math.log(factorial), 1e-13);
    expect(logGamma(0.5)).to.be.closeTo(Math.log(Math.sqrt(Math.PI)), 1e-14);
  });

  it('is exponential for two degrees of freedom, on both sides of the change of method', () => {
    for (const x of [0, 0.1, 1, 3.9, 4.1, 20, 300])
      expect(chiSquareBelow(x, 2)).to.be.closeTo(1 - Math.exp(-x / 2), 1e-14);
    expect(incompleteGamma(3, Infinity)).to.equal(1);
  });

  it('has the quantiles of scipy.stats.chi2', () => {
    for (const [p, degrees, quantile] of [
      [0.5, 8, 7.344121497701794],
      [0.975, 10, 20.483177350807388],
      [0.975, 1, 5.023886187314888],
      [0.01, 3, 0.11483180189911707],
      [0.975, 200, 241.05789550631093],
    ] as const)
      expect(chiSquareQuantile(p, degrees)).to.be.closeTo(quantile, 1e-13 * quantile);
  });
});

describe('the Marchenko-Pastur law', () => {
  it('ends where unrelated series let the eigenvalues end', () => {
    const [n, observations] = [60, 600];
    const random = new Random(7);
    const rows = Array.from({ length: n }, () => Float64Array.from({ length: observations }, () => random.normal()));
    const correlations = new Float64Array(n * n);
    const length = (row: Float64Array): number => Math.hypot(...row);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        correlations[i * n + j] =
          rows[i]!.reduce((sum, value, t) => sum + value * rows[j]![t]!, 0) / (length(rows[i]!) * length(rows[j]!));
    const { values } = symmetricEigen(correlations, n);
    const variance = noiseVariance(values, observations, 0.01);
    expect(variance).to.be.within(0.95, 1);
    expect(values.at(-1)! / bulkEdge(n, observations, variance)).to.be.within(0.9, 1.05);
  });

  it('finds the variance that is left when a large part of it is elsewhere', () => {
    // Quantiles of the law itself for n / T = 1 / 4 and variance 0.4, and one large eigenvalue for the rest.
    const [n, variance] = [100, 0.4];
    const [low, high] = [variance * 0.25, variance * 2.25];
    const points = 20_000;
    const quantiles: number[] = [];
    let below = 0;
    for (let k = 0; k < points; k++) {
      const x = low + ((high - low) * (k + 0.5)) / points;
      below += ((4 / (2 * Math.PI * variance * x)) * Math.sqrt((high - x) * (x - low)) * (high - low)) / points;
      if (below > (quantiles.length + 0.5) / n) quantiles.push(x);
    }
    expect(quantiles).to.have.length(n);
    expect(noiseVariance(Float64Array.from(quantiles), 4 * n, 0.01)).to.be.closeTo(0.4, 0.01);
    expect(bulkEdge(n, 4 * n, 0.4)).to.be.closeTo(high, 1e-15);
  });
});

describe('the nearest correlation matrix', () => {
  it('of a single number is one', () => {
    const { matrix, distance } = nearestCorrelation(Float64Array.of(3), 1);
    expect([...matrix]).to.deep.equal([1]);
    expect(distance).to.be.closeTo(2, 1e-15);
  });

  it('of two assets moves their correlation to the closest end', () => {
    const { matrix } = nearestCorrelation(Float64Array.of(1, 1.3, 1.3, 1), 2);
    expect(matrix[1]).to.be.closeTo(1, 1e-12);
    expect(nearestCorrelation(Float64Array.of(1, -7, -7, 1), 2).matrix[1]).to.be.closeTo(-1, 1e-12);
  });

  it('of a negative definite matrix is one too', () => {
    const { matrix, settled } = nearestCorrelation(Float64Array.of(-1, 0.2, 0.2, -1), 2);
    expect(settled).to.equal(true);
    expect(matrix[1]).to.be.closeTo(0.2, 1e-10);
  });
});
