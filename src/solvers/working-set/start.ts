/**
 * Where the working-set search begins: the optimum of a simpler problem, in which assets do not move together. Each asset is then a
 * clipped line in the prices of the rows, which are set one after the other; a few sweeps, because a guess is all that is asked for.
 */
import { isFinite } from '../../math/vectors.ts';
import type { Warm } from '../../problem/solver.ts';
import type { WorkingSetModel } from './model.ts';

const sweeps = 3;
const trialsMax = 100;

export interface Start {
  /** Within the bounds; meets the rows more or less. */
  readonly w: Float64Array;
  /** By row; zero where a row holds by itself. */
  readonly prices: Float64Array;
}

export function startOf(model: WorkingSetModel): Start {
  const { n, rows, reference, referenceSlope, lower, upper, diagonal } = model;
  const floor = 1e-3 * model.largestDiagonal;
  const inverse = new Float64Array(n + 1);
  const wish = new Float64Array(n + 1);
  for (let i = 0; i <= n; i++) {
    inverse[i] = 1 / Math.max(diagonal[i]!, floor);
    wish[i] = reference[i]! - referenceSlope[i]! * inverse[i]!;
  }
  const prices = new Float64Array(rows.length);
  const several = rows.length > 1 ? sweeps : 1;
  for (let sweep = 0; sweep < several; sweep++)
    rows.forEach(({ coefficients, lower: least, upper: most }, r) => {
      const before = prices[r]!;
      // What the row holds when its price is p, the other prices as they are, and how fast that falls as p grows.
      const heldAt = (p: number): Held => {
        let value = 0;
        let fall = 0;
        for (let i = 0; i < n; i++) {
          const a = coefficients[i]!;
          if (a === 0) continue;
          const asked = wish[i]! - (p - before) * a * inverse[i]!;
          const w = Math.min(Math.max(asked, lower[i]!), upper[i]!);
          value += a * w;
          if (w === asked) fall += a * a * inverse[i]!;
        }
        return { value, fall };
      };
      const price = priceOf(heldAt, least, most);
      for (let i = 0; i < n; i++) wish[i] = wish[i]! - (price - before) * coefficients[i]! * inverse[i]!;
      prices[r] = price;
    });
  const w = wish;
  for (let i = 0; i <= n; i++) w[i] = Math.min(Math.max(wish[i]!, lower[i]!), upper[i]!);
  return { w, prices };
}

/** The end of an earlier solve, within the bounds of this one; undefined when it does not fit. */
export function earlierStart(
  { n, rows, lower, upper, scale }: WorkingSetModel,
  warm: Warm | undefined,
): Start | undefined {
  if (warm?.weights.length !== n || warm.multipliers.rows.length !== rows.length) return undefined;
  if (!isFinite(warm.weights) || !isFinite(warm.multipliers.rows)) return undefined;
  const w = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) w[i] = Math.min(Math.max(warm.weights[i]!, lower[i]!), upper[i]!);
  const prices = warm.multipliers.rows.map((price, r) => {
    const side = price > 0 ? rows[r]!.upper : rows[r]!.lower;
    return Number.isFinite(side) ? price / scale : 0;
  });
  return { w, prices };
}

interface Held {
  readonly value: number;
  readonly fall: number;
}

/** The price at which the row holds: zero when it does so by itself. Newton's method, between ends that close in. */
function priceOf(heldAt: (p: number) => Held, least: number, most: number): number {
  let { value, fall } = heldAt(0);
  if (value >= least && value <= most) return 0;
  const side = value > most ? most : least;
  const sign = value > most ? 1 : -1;
  let p = 0;
  let near = 0;
  let far = Infinity;
  for (let trial = 0; trial < trialsMax; trial++) {
    const over = (value - side) * sign;
    if (over > 0) near = Math.max(near, sign * p);
    else far = Math.min(far, sign * p);
    if (Math.abs(over) <= 1e-14 * Math.max(1, Math.abs(side)) || far <= near * (1 + 1e-15)) break;
    const newton = fall > 0 ? sign * p + over / fall : Infinity;
    const isBetween = newton > near && newton < far;
    if (isBetween && trial % 8 < 6) p = sign * newton;
    else if (far === Infinity) p = sign * (near > 0 ? 4 * near : 1e-3);
    else p = (sign * (near + far)) / 2;
    ({ value, fall } = heldAt(p));
  }
  return p;
}
