/** Quantiles of the chi-square distribution, for confidence levels of uncertainty sets. */

/** Lanczos (1964), g = 7, nine terms: relative error below 1e-14. */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Gamma(x), x >= 1/2. */
function logGamma(x: number): number {
  const y = x - 1;
  const t = y + 7.5;
  let series = lanczos[0]!;
  for (let k = 1; k < lanczos.length; k++) series += lanczos[k]! / (y + k);
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(series);
}

/** P(a, x), the regularized lower incomplete gamma function, a >= 1/2, x >= 0: by its series below a + 1, else by its continued fraction. */
export function lowerGamma(a: number, x: number): number {
  if (x <= 0) return 0;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let k = 1; k < 10_000 && Math.abs(term) > 1e-17 * sum; k++) {
      term *= x / (a + k);
      sum += term;
    }
    return front * sum;
  }
  // Lentz's method.
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k < 10_000; k++) {
    const an = -k * (k - a);
    b += 2;
    d = an * d + b;
    d = 1 / (Math.abs(d) < tiny ? tiny : d);
    c = b + an / c;
    if (Math.abs(c) < tiny) c = tiny;
    const change = d * c;
    fraction *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return 1 - front * fraction;
}

/** The x that a chi-square variable of `degrees` >= 1 stays below with `probability` in [0, 1); by bisection, to the last bits. */
export function chiSquareQuantile(probability: number, degrees: number): number {
  const below = (x: number): boolean => lowerGamma(degrees / 2, x / 2) < probability;
  let high = degrees;
  while (below(high)) high *= 2;
  let low = 0;
  for (let halving = 0; halving < 200 && high - low > 1e-15 * high; halving++) {
    const middle = 0.5 * (low + high);
    if (below(middle)) low = middle;
    else high = middle;
  }
  return 0.5 * (low + high);
}
