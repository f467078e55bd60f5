/** Where the interior point begins: smoothed around what is known of the solution. */
import { dot, maxAbs } from '../../math/vectors.ts';
import type { Pairs, Sections } from './complementary-pairs.ts';
import { piecesTimes, type EpigraphProgram } from './epigraph-program.ts';

/** How far inside the bounds, and above the pieces, a point begins: far when little is known, and near to an earlier solution. */
const marginCold = 0.05;
const marginWarm = 0.005;
const roomCold = 0.2;
const roomWarm = 0.1;
const shareWarm = 0.1;
/** Least price of a limit to begin with. */
const priceMin = 1e-3;

/** Where to begin. */
export interface EpigraphStart {
  /** (m) moved inside the bounds. */
  readonly x: Float64Array;
  /** (rows, then limits) of a solution nearby, where there is one. */
  readonly prices?: Float64Array;
}

/** What is set at the beginning, in place. */
interface Beginning {
  readonly program: EpigraphProgram;
  readonly sections: Sections;
  readonly groupOf: Int32Array;
  readonly pairs: Pairs;
  readonly x: Float64Array;
  readonly groups: Float64Array;
  readonly levels: Float64Array;
  readonly prices: Float64Array;
}

/** Inside every bound, above every piece, and with multipliers of the size of the gradient. */
export function beginAt(point: Beginning, { prices: known }: EpigraphStart, gradientOf: () => Float64Array): void {
  const { program, x, pairs, sections, levels, prices } = point;
  const { size: m, lower, upper, rows, limits } = program;
  const margin = known === undefined ? marginCold : marginWarm;
  for (let i = 0; i < m; i++) x[i] = inside(x[i]!, lower[i]!, upper[i]!, 1, margin);
  limits.forEach((_, k) => (prices[rows.length + k] = 1));
  if (known !== undefined) prices.set(known.map((price, r) => (r < rows.length ? price : Math.max(price, priceMin))));
  const room = beginGroups(point, known === undefined ? roomCold : roomWarm);
  const gradient = gradientOf();
  let size = 0;
  let bounded = 0;
  for (let i = 0; i < m; i++) {
    if (!(lower[i]! > -Infinity || upper[i]! < Infinity)) continue;
    size += Math.abs(gradient[i]!);
    bounded++;
  }
  const share = Math.max((known === undefined ? 1 : shareWarm) * (size / Math.max(bounded, 1)), 1e-8);
  for (let i = 0; i < m; i++) {
    const slope = known === undefined ? 0 : gradient[i]!;
    const half = Math.sqrt(slope * slope + 4 * share * share) / 2;
    const [down, up] = [lower[i]! > -Infinity, upper[i]! < Infinity];
    pairs.set(sections.below + i, x[i]! - lower[i]!, up ? half + slope / 2 : Math.max(slope, share));
    pairs.set(sections.above + i, upper[i]! - x[i]!, down ? half - slope / 2 : Math.max(-slope, share));
  }
  rows.forEach((row, r) => {
    const unit = maxAbs(row.coefficients);
    const price = prices[r]!;
    levels[r] = inside(dot(row.coefficients, x), row.lower, row.upper, unit, margin);
    const least = share / Math.max(unit, Number.MIN_VALUE);
    pairs.set(sections.under + r, levels[r] - row.lower, Math.max(-price, least));
    pairs.set(sections.over + r, row.upper - levels[r], Math.max(price, least));
  });
  limits.forEach(({ bound }, k) => {
    pairs.set(sections.room + k, Math.max(0.1 * Math.abs(bound), room), prices[rows.length + k]!);
  });
}

/**
 * Positive parts begin smoothed, u = (v + sqrt(v^2 + 4 room^2)) / 2, which leaves slack, u and both multipliers centred.
 * @param share of the mean size of the pieces @returns room
 */
function beginGroups(point: Beginning, share: number): number {
  const { program, groups, groupOf, pairs, sections, x, prices } = point;
  const { offsets, weights, floored, limitOf, starts, rows } = program;
  const values = new Float64Array(offsets.length);
  piecesTimes(program, x, values);
  let scale = 0;
  groups.forEach((_, g) => (groups[g] = floored[g] === 1 ? 0 : -Infinity));
  values.forEach((value, p) => {
    values[p] = value + offsets[p]!;
    scale += Math.abs(values[p]) / values.length;
    groups[groupOf[p]!] = Math.max(groups[groupOf[p]!]!, values[p]);
  });
  const room = Math.max(share * scale, 1e-6);
  groups.forEach((value, g) => {
    const first = starts[g]!;
    const pieces = starts[g + 1]! - first;
    const price = weights[g]! * (limitOf[g]! < 0 ? 1 : prices[rows.length + limitOf[g]!]!);
    if (pieces === 1 && floored[g] === 1) {
      const v = values[first]!;
      const reach = Math.sqrt(v * v + 4 * room * room);
      const [u, s] =
        v > 0 ? [(v + reach) / 2, (2 * room * room) / (v + reach)] : [(2 * room * room) / (reach - v), (reach - v) / 2];
      groups[g] = u;
      pairs.set(first, s, (price * u) / (u + s));
      pairs.set(sections.floors + g, u, (price * s) / (u + s));
      return;
    }
    groups[g] = value + room;
    const y = price / (pieces + floored[g]!);
    if (floored[g] === 1) pairs.set(sections.floors + g, groups[g], y);
    for (let p = first; p < first + pieces; p++) pairs.set(p, groups[g] - values[p]!, y);
  });
  return room;
}

/** @param unit what counts as far from a side @param share of the distance between the sides, at most of two units */
function inside(value: number, lower: number, upper: number, unit: number, share: number): number {
  const margin = share * Math.min(upper - lower, 2 * unit);
  return Math.min(Math.max(value, lower + margin), upper - margin);
}
