/**
 * Where what is restricted may stand, and at what cost: between the sides of a row for nothing, beyond those of a soft one at its penalty per
 * unit, as far as bounds let it come. The support of that is what a price of the restriction is worth.
 */
import type { Problem, Soft } from '../../problem/problem.ts';
import type { Choices } from './choices.ts';
import { limitLine, lineAt } from './cost-lines.ts';
import { reach, type Bounds } from './implied-bounds.ts';

export interface Side {
  readonly lower: number;
  readonly upper: number;
  /** Of what is soft: what a price may be at most, by size. */
  readonly priceMax?: number;
  /** Of what is soft: the ends of the lines that its cost consists of, ascending, and the cost there. */
  readonly ends?: Float64Array;
  readonly costs?: Float64Array;
}

/** How far beyond a side it goes where no bound tells; prices are held to the penalty apart. */
const farAway = 10;

/** Sides of the rows; where there is none, the reach of the row within the bounds. */
export function rowSides({ rows }: Problem, bounds: Bounds): readonly Side[] {
  return rows.map((row) => {
    const [least, most] = reach(bounds, row);
    const lower = row.lower > -Infinity ? row.lower : least - 1;
    const upper = row.upper < Infinity ? row.upper : most + 1;
    return sideOf(row, lower, upper, least, most);
  });
}

/** Of counts, in the order of the choices, then trade limits, then limits on large holdings. */
export function couplingSides(problem: Problem, { counts }: Choices, { lower, upper }: Bounds): readonly Side[] {
  const { integrality, tradeLimits } = problem;
  const hard = (least: number, most: number): Side => ({ lower: least, upper: most });
  return [
    ...counts.map((index) => {
      const { minimum, maximum, positions } = integrality!.counts[index]!;
      return hard(Math.max(minimum, 0), Math.min(maximum, positions.length));
    }),
    ...tradeLimits.map((limit, j) => {
      const countedAt = (i: number, weight: number): number => {
        const [slope, value] = lineAt(limitLine(problem, j, i), weight);
        return slope === 0 ? value : slope * weight + value;
      };
      const most = lower.reduce((total, least, i) => total + Math.max(countedAt(i, least), countedAt(i, upper[i]!)), 0);
      return sideOf(limit, 0, limit.bound, 0, most);
    }),
    ...(integrality?.concentrations ?? []).map(({ limit }) => hard(0, limit)),
  ];
}

function sideOf({ penalty }: Soft, lower: number, upper: number, least: number, most: number): Side {
  if (penalty === undefined) return { lower, upper };
  const far = farAway * Math.max(1, Math.abs(lower), Math.abs(upper));
  const low = Number.isFinite(least) ? least : lower - far;
  const high = Number.isFinite(most) ? most : upper + far;
  const ends = [...new Set([Math.min(low, lower), lower, upper, Math.max(high, upper)])];
  const costs = ends.map((end) => penalty * Math.max(lower - end, end - upper, 0));
  return { lower, upper, priceMax: penalty, ends: Float64Array.from(ends), costs: Float64Array.from(costs) };
}
