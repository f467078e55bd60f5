/** Quantiles of the standard normal distribution. */

/** Phi(z) - 1/2 = phi(z) (z + z^3/3 + z^5/15 + ...), Marsaglia (2004), Evaluating the Normal Distribution, Journal of Statistical Software 11. */
function aboveHalf(z: number): number {
  let term = z;
  let sum = z;
  for (let odd = 3; sum + term !== sum || odd === 3; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return sum * density(z);
}

const density = (z: number): number => Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);

/** z with Phi(z) = level, 0.5 <= level < 1, by Newton steps from 0; Phi is concave there, so that they approach from below. */
export function normalQuantile(level: number): number {
  let z = 0;
  for (let step = Infinity; step > 1e-14 * Math.max(1, z); z += step) step = (level - 0.5 - aboveHalf(z)) / density(z);
  return z;
}
