/** Bounds on single assets that follow from the bounds and the linear rows together; never tighter than what they say. */
import { isSoft } from '../../problem/features.ts';
import type { Problem } from '../../problem/problem.ts';

const passes = 4;
/** Bounds are widened by this much, so that rounding takes no point away. */
const rounding = 1e-9;

export interface Bounds {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Only sides that the problem leaves infinite are changed. */
export function impliedBounds({ lower, upper, rows }: Problem): Bounds {
  const bounds = { lower: Float64Array.from(lower), upper: Float64Array.from(upper) };
  const open = (): boolean => bounds.lower.some((value) => value === -Infinity) || bounds.upper.includes(Infinity);
  for (let pass = 0; pass < passes && open(); pass++)
    for (const { positions, coefficients, lower: least, upper: most } of rows.filter((row) => !isSoft(row))) {
      tighten(bounds, positions, coefficients, most);
      tighten(
        bounds,
        positions,
        coefficients.map((value) => -value),
        -least,
      );
    }
  return bounds;
}

/** From sum coefficients w <= most. */
function tighten(bounds: Bounds, positions: Int32Array, coefficients: Float64Array, most: number): void {
  if (!Number.isFinite(most)) return;
  const leastOf = (k: number): number => {
    const a = coefficients[k]!;
    const side = a > 0 ? bounds.lower[positions[k]!]! : bounds.upper[positions[k]!]!;
    return a === 0 ? 0 : a * side;
  };
  let total = 0;
  let endless = 0;
  for (let k = 0; k < positions.length; k++) {
    const least = leastOf(k);
    if (Number.isFinite(least)) total += least;
    else endless++;
  }
  if (endless > 1) return;
  for (let k = 0; k < positions.length; k++) {
    const least = leastOf(k);
    const a = coefficients[k]!;
    if (a === 0 || (endless === 1 && Number.isFinite(least))) continue;
    const side = (most - (endless === 1 ? total : total - least)) / a;
    const i = positions[k]!;
    const wide = rounding * Math.max(1, Math.abs(side));
    if (a > 0 && bounds.upper[i] === Infinity) bounds.upper[i] = side + wide;
    if (a < 0 && bounds.lower[i] === -Infinity) bounds.lower[i] = side - wide;
  }
}

/** The least and the greatest that a row can hold within the bounds; infinite where a bound is. */
export function reach(
  { lower, upper }: Bounds,
  { positions, coefficients }: Pick<Problem['rows'][number], 'positions' | 'coefficients'>,
): readonly [number, number] {
  let least = 0;
  let most = 0;
  for (let k = 0; k < positions.length; k++) {
    const a = coefficients[k]!;
    if (a === 0) continue;
    const i = positions[k]!;
    least += a * (a > 0 ? lower[i]! : upper[i]!);
    most += a * (a > 0 ? upper[i]! : lower[i]!);
  }
  return [least, most];
}
