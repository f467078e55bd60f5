/** Quadratic programs whose variables have signs at most, by pivoting on which of them are zero. */
import { factorizeCholesky, solveCholesky } from '../math/cholesky.ts';

/** 1: z >= 0. -1: z <= 0. 0: either. */
export type Sign = 1 | -1 | 0;

/** Pivots by blocks that make nothing better before one variable is turned after the other. */
const patience = 3;

/**
 * The least 1/2 z'Hz + c'z with z_i of the sign given; H (k x k) positive definite. Block principal pivoting: Judice and Pires (1994), A Block
 * Principal Pivoting Algorithm for Large-Scale Strictly Monotone Linear Complementarity Problems; with the rule of Murty (1974) where that
 * circles. Some three solves of k^3 / 3; undefined when rounding makes H indefinite or lets it circle nevertheless.
 * @param free whether each variable is other than zero at the start.
 */
export function signedMinimum(
  hessian: Float64Array,
  c: Float64Array,
  signs: readonly Sign[],
  free: readonly boolean[],
): Float64Array | undefined {
  const k = c.length;
  const isFree = signs.map((sign, i) => sign === 0 || free[i] === true);
  let least = k + 1;
  let left = patience;
  for (let pivots = 0; pivots < 20 + 10 * k; pivots += 1) {
    const z = solvedOn(isFree, hessian, c);
    if (z === undefined) return undefined;
    const wrong = wrongOnes(z, isFree, hessian, c, signs);
    if (wrong.length === 0) return z;
    if (wrong.length < least) [least, left] = [wrong.length, patience];
    else left -= 1;
    // Murty: the last of the wrong ones alone.
    for (const i of left >= 0 ? wrong : wrong.slice(-1)) isFree[i] = isFree[i] !== true;
  }
  return undefined;
}

/** (k) zero where not free, the stationary point elsewhere. */
function solvedOn(isFree: readonly boolean[], hessian: Float64Array, c: Float64Array): Float64Array | undefined {
  const k = c.length;
  const free = [...isFree.keys()].filter((i) => isFree[i] === true);
  const size = free.length;
  const factor = new Float64Array(size * size);
  for (const [row, i] of free.entries())
    for (const [column, j] of free.entries()) factor[row * size + column] = hessian[i * k + j]!;
  if (factorizeCholesky(factor, size) > 0) return undefined;
  const solution = Float64Array.from(free, (i) => -c[i]!);
  solveCholesky(factor, size, solution);
  if (!solution.every(Number.isFinite)) return undefined;
  const z = new Float64Array(k);
  for (const [row, i] of free.entries()) z[i] = solution[row]!;
  return z;
}

/** Free ones of the wrong sign, and zeros that the objective would rather have other than zero, beyond rounding. */
function wrongOnes(
  z: Float64Array,
  isFree: readonly boolean[],
  hessian: Float64Array,
  c: Float64Array,
  signs: readonly Sign[],
): number[] {
  const k = c.length;
  return [...signs.keys()].filter((i) => {
    const sign = signs[i]!;
    if (sign === 0) return false;
    if (isFree[i] === true) return sign * z[i]! < 0;
    let slope = c[i]!;
    let size = Math.abs(slope);
    for (let j = 0; j < k; j += 1) {
      slope += hessian[i * k + j]! * z[j]!;
      size = Math.max(size, Math.abs(hessian[i * k + j]! * z[j]!));
    }
    return sign * slope < -1e-13 * size;
  });
}
