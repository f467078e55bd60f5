/** A small concave quadratic with a kink at zero in each coordinate, maximized exactly; the row prices of a Newton step. */
import { factorizeCholesky, solveCholesky } from '../../math/cholesky.ts';

export interface Kinked {
  /** (m x m) positive definite. */
  readonly matrix: Float64Array;
  readonly slopes: Float64Array;
  /** (m) l <= u, the slopes of the kink on its two sides; infinite where a sign is forbidden, equal where there is no kink. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/**
 * The v that maximizes slopes'v - 1/2 v'Sv - sum_r max(l_r v_r, u_r v_r), by an active set from `start`: coordinates on their kink stay
 * there while their slope lies between l and u, the others solve their equations up to the first kink they meet.
 * Nocedal and Wright, Numerical Optimization, 2nd ed., 16.5.
 */
export function maximizeKinked(given: Kinked, start: Float64Array): Float64Array {
  const { lower, upper } = given;
  const m = start.length;
  const v = Float64Array.from(start);
  /** 1 on the upper side, -1 on the lower one, 0 on the kink. */
  const side = Int8Array.from(v, (value, r) => (lower[r] === upper[r] ? 1 : Math.sign(value)));
  for (let round = 0; round < 4 * m + 20; round++) {
    const moving = [...side.keys()].filter((r) => side[r] !== 0);
    const change = changeOf(given, v, side, moving);
    const met = moveTo(given, v, side, moving, change);
    if (met !== undefined) {
      v[met] = 0;
      side[met] = 0;
      continue;
    }
    const entering = mostBeyond(given, v, side);
    if (entering === undefined) break;
    side[entering] = slopeOf(given, v, entering) > upper[entering]! ? 1 : -1;
  }
  return v;
}

function slopeOf({ matrix, slopes }: Kinked, v: Float64Array, r: number): number {
  let left = slopes[r]!;
  for (let q = 0; q < v.length; q++) left -= matrix[r * v.length + q]! * v[q]!;
  return left;
}

/** What solves the equations of the moving coordinates. */
function changeOf(given: Kinked, v: Float64Array, side: Int8Array, moving: readonly number[]): Float64Array {
  const { matrix, lower, upper } = given;
  const size = moving.length;
  const own = new Float64Array(size * size);
  const change = new Float64Array(size);
  moving.forEach((r, a) => {
    change[a] = slopeOf(given, v, r) - (side[r]! > 0 ? upper[r]! : lower[r]!);
    for (let b = 0; b <= a; b++) own[a * size + b] = matrix[r * v.length + moving[b]!]!;
  });
  // A pivot lost to rounding belongs to a row that others imply: it keeps its price.
  factorizeCholesky(own, size, { pivotMin: 0, replacement: 1e300 });
  solveCholesky(own, size, change);
  return change;
}

/** Moves up to the first kink. @returns the coordinate that met it. */
function moveTo(
  { lower, upper }: Kinked,
  v: Float64Array,
  side: Int8Array,
  moving: readonly number[],
  change: Float64Array,
): number | undefined {
  let step = 1;
  let met: number | undefined;
  moving.forEach((r, a) => {
    if (lower[r] === upper[r] || side[r]! * (v[r]! + change[a]!) >= 0) return;
    const share = Math.max(0, v[r]! / -change[a]!);
    if (share >= step) return;
    step = share;
    met = r;
  });
  moving.forEach((r, a) => (v[r] = v[r]! + step * change[a]!));
  return met;
}

/** The coordinate on its kink whose slope lies farthest outside l..u. */
function mostBeyond(given: Kinked, v: Float64Array, side: Int8Array): number | undefined {
  let worst = 1e-15;
  let result: number | undefined;
  for (const [r, own] of side.entries()) {
    if (own !== 0) continue;
    const slope = slopeOf(given, v, r);
    const beyond = Math.max(slope - given.upper[r]!, given.lower[r]! - slope);
    if (beyond <= worst) continue;
    worst = beyond;
    result = r;
  }
  return result;
}
