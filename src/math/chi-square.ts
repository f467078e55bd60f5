/** The chi-square distribution, by the incomplete gamma function. */

/** log Gamma(x), x > 0, to some 1e-15 relative: Lanczos with g = 7 and 9 terms. */
export function logGamma(x: number): number {
  const terms = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const z = x - 1;
  let sum = terms[0]!;
  for (let k = 1; k < terms.length; k++) sum += terms[k]! / (z + k);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/**
 * P(a, x) = 1 / Gamma(a) times the integral of t^(a-1) e^-t from 0 to x; a > 0, x >= 0. Series below a + 1, continued fraction above:
 * Abramowitz and Stegun (1964), 6.5.29 and 6.5.31.
 */
export function incompleteGamma(a: number, x: number): number {
  if (!(x > 0)) return 0;
  if (x === Infinity) return 1;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? scale * series(a, x) : 1 - scale * continuedFraction(a, x);
}

function series(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let k = 1; k < 10_000 && Math.abs(term) > 1e-17 * Math.abs(sum); k++) {
    term *= x / (a + k);
    sum += term;
  }
  return sum;
}

/** By the method of Lentz. */
function continuedFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let k = 1; k < 10_000; k++) {
    const factor = -k * (k - a);
    b += 2;
    d = factor * d + b;
    if (Math.abs(d) < tiny) d = tiny;
    c = b + factor / c;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    const change = d * c;
    h *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return h;
}

/** Probability that a chi-square variable with `degrees` of freedom is at most x. */
export function chiSquareBelow(x: number, degrees: number): number {
  return incompleteGamma(degrees / 2, x / 2);
}

/** The x below which a chi-square variable falls with probability p in (0, 1), by bisection to the last bits. */
export function chiSquareQuantile(p: number, degrees: number): number {
  let low = 0;
  let high = Math.max(1, degrees);
  while (chiSquareBelow(high, degrees) < p) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (chiSquareBelow(middle, degrees) < p) low = middle;
    else high = middle;
  }
}
