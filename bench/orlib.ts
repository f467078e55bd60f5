/** The portfolio markets of OR-Library that the golden tests keep; test/golden/cases/orlib-frontiers.json tells their layout and source. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export interface PublishedMarket {
  readonly means: Float64Array;
  readonly covariance: Float64Array;
}

const unit = 1e-6;

/** Whole numbers, stored as all their first bytes, then all their second ones, and so on. */
function integersOf(name: string): Int32Array {
  const file = new URL(`../test/golden/cases/orlib-${name}.bin.gz`, import.meta.url);
  const bytes = gunzipSync(readFileSync(file));
  const count = bytes.length / 4;
  const byteOf = (k: number, place: number): number => (bytes[place * count + k] ?? 0) << (8 * place);
  return Int32Array.from({ length: count }, (_, k) => byteOf(k, 0) | byteOf(k, 1) | byteOf(k, 2) | byteOf(k, 3));
}

export function publishedMarket(name: 'port1' | 'port3' | 'port5'): PublishedMarket {
  const integers = integersOf(name);
  const n = integers[0]!;
  const scaled = (from: number, count: number): Float64Array =>
    Float64Array.from(integers.subarray(from, from + count), (value) => value * unit);
  const means = scaled(1, n);
  const deviations = scaled(1 + n, n);
  const correlations = scaled(1 + 2 * n, (n * (n - 1)) / 2);
  const covariance = new Float64Array(n * n);
  let pair = 0;
  for (let i = 0; i < n; i += 1) {
    covariance[i * n + i] = deviations[i]! * deviations[i]!;
    for (let j = 0; j < i; j += 1) {
      const value = correlations[pair]! * deviations[i]! * deviations[j]!;
      pair += 1;
      covariance[i * n + j] = value;
      covariance[j * n + i] = value;
    }
  }
  return { means, covariance };
}
