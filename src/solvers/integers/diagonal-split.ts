/**
 * Takes a diagonal D out of a covariance Q so that Q - D stays positive semidefinite. What stands on D alone can be bounded asset by asset
 * over the choices that integrality leaves, far above what a relaxation of the bounds gives: the larger D, the better (Frangioni and
 * Gentile 2006). The largest is found by a barrier: maximize c'd + mu (ln det(Q - D) + sum ln d), Newton in d, mu falling (Zheng, Sun
 * and Li 2014 choose D by such a semidefinite program).
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { factorizeCholesky, solveCholesky } from '../../math/cholesky.ts';
import { smallestEigenvalue } from '../../math/eigen.ts';

/** Above this many assets the semidefinite program would cost more than it is worth. */
export const splitMax = 320;
const fall = 0.2;
const lastBarrier = 1e-6;
const stepsEach = 2;
const halvings = 40;
/** What is left of D, so that Q - D is definite in spite of rounding. */
const kept = 1 - 1e-7;

/**
 * @param covariance (n x n)
 * @param worth (n) > 0: how much a unit of D is worth by asset
 * @returns (n) >= 0 with covariance - diag definite; zeros when the covariance is singular
 */
export function largestDiagonal(covariance: Float64Array, worth: Float64Array, checkpoint: Checkpoint): Float64Array {
  const n = worth.length;
  let d = startOf(covariance, n, checkpoint);
  if (d === undefined) return new Float64Array(n);
  let size = 0;
  for (let i = 0; i < n; i++) size += (worth[i]! * covariance[i * n + i]!) / n;
  for (let mu = size; mu > lastBarrier * size; mu *= fall)
    for (let step = 0; step < stepsEach; step++) {
      const next = newton(covariance, worth, d, mu, checkpoint);
      if (next === undefined) return d.map((value) => kept * value);
      d = next;
    }
  return d.map((value) => kept * value);
}

/** The same over the positions that have risk at all; the others have nothing to take. */
export function largestOver(covariance: Float64Array, worth: Float64Array, checkpoint: Checkpoint): Float64Array {
  return overRisky(covariance, worth.length, (part, risky) =>
    largestDiagonal(
      part,
      Float64Array.from(risky, (i) => worth[i]!),
      checkpoint,
    ),
  );
}

/** The same number everywhere that there is risk: the smallest eigenvalue. */
export function equalDiagonal(covariance: Float64Array, n: number, checkpoint: Checkpoint): Float64Array {
  return overRisky(covariance, n, (part, { length: size }) => {
    checkpoint(size * size);
    return new Float64Array(size).fill(Math.max(0, smallestEigenvalue(part, size) * (1 - 1e-6)));
  });
}

function overRisky(
  covariance: Float64Array,
  n: number,
  split: (part: Float64Array, risky: readonly number[]) => Float64Array,
): Float64Array {
  const risky = Array.from({ length: n }, (_, i) => i).filter((i) => covariance[i * n + i]! > 0);
  const size = risky.length;
  if (size === n) return split(covariance, risky);
  const whole = new Float64Array(n);
  if (size === 0) return whole;
  const part = new Float64Array(size * size);
  risky.forEach((i, a) => risky.forEach((j, b) => (part[a * size + b] = covariance[i * n + j]!)));
  split(part, risky).forEach((value, a) => (whole[risky[a]!] = value));
  return whole;
}

/** An equal share everywhere of the smallest pivot's order that leaves the rest definite. */
function startOf(covariance: Float64Array, n: number, checkpoint: Checkpoint): Float64Array | undefined {
  let share = Infinity;
  for (let i = 0; i < n; i++) share = Math.min(share, covariance[i * n + i]!);
  for (let k = 0; k < halvings; k++, share /= 2) {
    const d = new Float64Array(n).fill(share / 2);
    if (rootOf(covariance, d, checkpoint) !== undefined) return d;
  }
  return undefined;
}

/** Cholesky factor of covariance - diag(d); undefined when that is not definite. */
function rootOf(covariance: Float64Array, d: Float64Array, checkpoint: Checkpoint): Float64Array | undefined {
  const n = d.length;
  const root = Float64Array.from(covariance);
  let largest = 0;
  for (let i = 0; i < n; i++) {
    largest = Math.max(largest, root[i * n + i]!);
    root[i * n + i] = root[i * n + i]! - d[i]!;
  }
  return factorizeCholesky(root, n, { pivotMin: largest * n * 1e-15, checkpoint }) === 0 ? root : undefined;
}

function newton(
  covariance: Float64Array,
  worth: Float64Array,
  d: Float64Array,
  mu: number,
  checkpoint: Checkpoint,
): Float64Array | undefined {
  const n = d.length;
  const root = rootOf(covariance, d, checkpoint);
  if (root === undefined) return undefined;
  const inverse = inverseOf(root, n, checkpoint);
  const move = Float64Array.from(d, (value, i) => worth[i]! / mu - inverse[i * n + i]! + 1 / value);
  for (let p = 0; p < inverse.length; p++) inverse[p] = inverse[p]! * inverse[p]!;
  for (let i = 0; i < n; i++) inverse[i * n + i] = inverse[i * n + i]! + 1 / (d[i]! * d[i]!);
  factorizeCholesky(inverse, n, { pivotMin: 0, checkpoint });
  solveCholesky(inverse, n, move);
  let length = 1;
  for (let i = 0; i < n; i++) if (move[i]! < 0) length = Math.min(length, (-0.95 * d[i]!) / move[i]!);
  for (let k = 0; k < halvings; k++, length /= 2) {
    const next = d.map((value, i) => value + length * move[i]!);
    if (rootOf(covariance, next, checkpoint) !== undefined) return next;
  }
  return undefined;
}

/** (L L')^-1 from L: the inverse of L by columns, then its product with itself. */
function inverseOf(root: Float64Array, n: number, checkpoint: Checkpoint): Float64Array {
  // Row i of `below` holds column i of the inverse of L, so that both loops run along rows.
  const below = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    checkpoint((n - i) * (n - i));
    below[i * n + i] = 1 / root[i * n + i]!;
    for (let j = i + 1; j < n; j++) {
      let total = 0;
      for (let k = i; k < j; k++) total += root[j * n + k]! * below[i * n + k]!;
      below[i * n + j] = -total / root[j * n + j]!;
    }
  }
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    checkpoint(n * (n - i));
    for (let j = 0; j <= i; j++) {
      let total = 0;
      for (let k = i; k < n; k++) total += below[i * n + k]! * below[j * n + k]!;
      inverse[i * n + j] = total;
      inverse[j * n + i] = total;
    }
  }
  return inverse;
}
