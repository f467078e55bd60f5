/** Where the eigenvalues of a correlation matrix of unrelated series end. */
import { unchecked, type Checkpoint } from './checkpoint.ts';

const gridPoints = 1000;
const varianceMin = 1e-5;

/**
 * Upper edge (1 + sqrt(n / T))^2 `variance` of the Marchenko-Pastur law: eigenvalues of the correlations of n independent series of length T
 * lie below it when both are large. Marchenko and Pastur (1967), Distribution of eigenvalues for some sets of random matrices.
 */
export function bulkEdge(size: number, observations: number, variance: number): number {
  return variance * (1 + Math.sqrt(size / observations)) ** 2;
}

/**
 * The variance of the noise whose Marchenko-Pastur density fits best to the eigenvalues smoothed by a Gaussian kernel: least sum of squared
 * differences over 1000 points evenly across the density, over variances in (1e-5, 1 - 1e-5). Lopez de Prado (2020), Machine Learning for
 * Asset Managers, snippets 2.1 to 2.4; there by a local search from 0.5, here the least of all (100 starts, then golden section).
 * @param eigenvalues (n) of a correlation matrix.
 * @param observations T > n.
 * @param bandwidth of the kernel, above 0.
 */
export function noiseVariance(
  eigenvalues: Float64Array,
  observations: number,
  bandwidth: number,
  checkpoint: Checkpoint = unchecked,
): number {
  const misfit = (variance: number): number => {
    // An exponential is worth some ten multiplications.
    checkpoint(10 * gridPoints * eigenvalues.length);
    return squaredMisfit(eigenvalues, observations, bandwidth, variance);
  };
  const starts = 100;
  const at = (k: number): number => varianceMin + ((1 - 2 * varianceMin) * k) / starts;
  let best = 0;
  let least = Infinity;
  for (let k = 0; k <= starts; k++) {
    const value = misfit(at(k));
    if (value < least) [least, best] = [value, k];
  }
  return goldenSection(misfit, at(Math.max(0, best - 1)), at(Math.min(starts, best + 1)));
}

function squaredMisfit(eigenvalues: Float64Array, observations: number, bandwidth: number, variance: number): number {
  const n = eigenvalues.length;
  const q = observations / n;
  const low = variance * (1 - Math.sqrt(1 / q)) ** 2;
  const high = bulkEdge(n, observations, variance);
  const height = 1 / (n * bandwidth * Math.sqrt(2 * Math.PI));
  let total = 0;
  for (let k = 0; k < gridPoints; k++) {
    const x = low + ((high - low) * k) / (gridPoints - 1);
    const law = (q / (2 * Math.PI * variance * x)) * Math.sqrt(Math.max(0, (high - x) * (x - low)));
    let kernel = 0;
    for (let i = 0; i < n; i++) {
      const away = (x - eigenvalues[i]!) / bandwidth;
      if (Math.abs(away) < 38) kernel += Math.exp(-0.5 * away * away);
    }
    total += (height * kernel - law) ** 2;
  }
  return total;
}

function goldenSection(f: (x: number) => number, from: number, to: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [from, to];
  let [c, d] = [b - ratio * (b - a), a + ratio * (b - a)];
  let [fc, fd] = [f(c), f(d)];
  while (b - a > 1e-9) {
    if (fc < fd) {
      [b, d, fd] = [d, c, fc];
      c = b - ratio * (b - a);
      fc = f(c);
    } else {
      [a, c, fc] = [c, d, fd];
      d = a + ratio * (b - a);
      fd = f(d);
    }
  }
  return (a + b) / 2;
}
