/**
 * Random numbers that repeat: the same seed gives the same numbers, bit for bit, on every machine. A block of four words is a function of its
 * number and of the seed, so that nothing depends on what was drawn before. Philox 4x32-10: Salmon, Moraes, Dror and Shaw (2011), Parallel
 * Random Numbers: As Easy as 1, 2, 3. What is made of the words uses only operations that IEEE 754 rounds correctly.
 */

const rounds = 10;
const multipliers = [0xd2511f53, 0xcd9e8d57] as const;
const increments = [0x9e3779b9, 0xbb67ae85] as const;
const word = 2 ** 32;

/** The high word of the product of two words: both partial products are below 2^48 and exact. */
function highProduct(a: number, b: number): number {
  return Math.floor(((a >>> 16) * b + Math.floor(((a & 0xffff) * b) / 65536)) / 65536);
}

/** Philox 4x32-10 of a counter (4 words) under a key (2 words). */
export function philox(counter: readonly number[], key: readonly number[]): readonly [number, number, number, number] {
  let [a = 0, b = 0, c = 0, d = 0] = counter;
  let [first = 0, second = 0] = key;
  for (let round = 0; round < rounds; round += 1) {
    const [highLeft, lowLeft] = [highProduct(multipliers[0], a), Math.imul(multipliers[0], a) >>> 0];
    const [highRight, lowRight] = [highProduct(multipliers[1], c), Math.imul(multipliers[1], c) >>> 0];
    [a, b, c, d] = [(highRight ^ b ^ first) >>> 0, lowRight, (highLeft ^ d ^ second) >>> 0, lowLeft];
    first = (first + increments[0]) >>> 0;
    second = (second + increments[1]) >>> 0;
  }
  return [a, b, c, d];
}

/** The largest seed. */
export const seedMax = Number.MAX_SAFE_INTEGER;

/** A stream of random numbers. Streams of one seed with different numbers have nothing to do with each other. */
export class RandomStream {
  readonly #key: readonly [number, number];
  readonly #stream: number;
  #block = 0;
  #words: readonly number[] = [];

  /** @param seed a whole number from 0 to `seedMax`. @param stream a whole number from 0 to 2^32 - 1. */
  constructor(seed: number, stream = 0) {
    this.#key = [seed % word, Math.floor(seed / word)];
    this.#stream = stream;
  }

  #next(): number {
    if (this.#words.length === 0) {
      this.#words = philox([this.#block % word, Math.floor(this.#block / word), this.#stream, 0], this.#key);
      this.#block += 1;
    }
    const [first = 0, ...others] = this.#words;
    this.#words = others;
    return first;
  }

  /** Uniform above 0 and below 1, with 53 bits. */
  uniform(): number {
    const high = this.#next() >>> 5;
    return (high * 2 ** 26 + (this.#next() >>> 6) + 0.5) / 2 ** 53;
  }

  /** Uniform whole number from 0 to `count` - 1, count up to 2^32. */
  below(count: number): number {
    return Math.min(count - 1, Math.floor(this.uniform() * count));
  }

  /** Standard normal, by inversion. */
  normal(): number {
    return normalQuantile(this.uniform());
  }

  /** Chi-squared with `degrees` >= 2 of freedom, whole or not. Marsaglia and Tsang (2000), A Simple Method for Generating Gamma Variables. */
  chiSquared(degrees: number): number {
    const d = degrees / 2 - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const root = 1 + c * x;
      if (root <= 0) continue;
      const v = root * root * root;
      if (logarithm(this.uniform()) < (x * x) / 2 + d - d * v + d * logarithm(v)) return 2 * d * v;
    }
  }
}

/** Powers of z^2 in atanh(z) / z that a double can tell; |z| <= 0.172. */
const logarithmTerms = 12;

/** ln(x), x > 0 and not subnormal, from exact operations alone: x = m 2^e with m near 1, ln m = 2 atanh((m - 1) / (m + 1)). */
export function logarithm(x: number): number {
  let mantissa = x;
  let exponent = 0;
  for (; mantissa > Math.SQRT2; mantissa /= 2) exponent += 1;
  for (; mantissa < Math.SQRT1_2; mantissa *= 2) exponent -= 1;
  const z = (mantissa - 1) / (mantissa + 1);
  const square = z * z;
  let sum = 0;
  for (let term = logarithmTerms; term >= 0; term -= 1) sum = sum * square + 1 / (2 * term + 1);
  return exponent * Math.LN2 + 2 * z * sum;
}

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((sum, each) => sum * x + each, 0);

const central = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
    33430.57558358813, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
] as const;
const near = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
] as const;
const far = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
    1.421511758316446e-7, 2.0442631033899397e-15,
  ],
] as const;

/** The standard normal value that is not exceeded with probability p, 0 < p < 1; 16 digits. Wichura (1988), Algorithm AS 241, PPND16. */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(central[0], r)) / polynomial(central[1], r);
  }
  const r = Math.sqrt(-logarithm(q < 0 ? p : 1 - p));
  const [numerator, denominator] = r <= 5 ? near : far;
  const x = r - (r <= 5 ? 1.6 : 5);
  const value = polynomial(numerator, x) / polynomial(denominator, x);
  return q < 0 ? -value : value;
}
