/** Plain loops over dense vectors in a fixed order, so that results repeat bit for bit. Lengths are the caller's promise. */

/** a'b over the length of `a`. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** target += factor * source, in place. */
export function addScaled(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! + factor * source[i]!;
}

/** a - b, new; a missing b is the origin. */
export function difference(a: Float64Array, b: Float64Array | undefined): Float64Array {
  const result = Float64Array.from(a);
  if (b !== undefined) for (let i = 0; i < result.length; i++) result[i] = result[i]! - b[i]!;
  return result;
}

export function scaled(a: Float64Array, factor: number): Float64Array {
  return a.map((value) => value * factor);
}

export function sum(a: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]!;
  return total;
}

/** Largest absolute entry; NaN when any entry is NaN, so that a broken vector is never taken for a small one. */
export function maxAbs(a: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const size = Math.abs(a[i]!);
    if (!(size <= largest)) largest = size;
    if (Number.isNaN(largest)) return NaN;
  }
  return largest;
}

/** Euclidean length. */
export function norm2(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}

export function isFinite(a: Float64Array): boolean {
  return a.every((value) => Number.isFinite(value));
}
