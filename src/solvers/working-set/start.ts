/**
 * Where the working-set search begins: the optimum of a simpler problem, in which assets do not move together. Each asset is then a
 * clipped line in the prices of the rows, which are set one after the other; a few sweeps, because a guess is all that is asked for.
 */
import type { WorkingSetModel } from './model.ts';

const sweeps = 3;
const halvings = 60;

export interface Start {
  /** Within the bounds; meets the rows more or less. */
  readonly w: Float64Array;
  /** By row; zero where a row holds by itself. */
  readonly prices: Float64Array;
}

export function startOf(model: WorkingSetModel): Start {
  const { n, rows, reference, referenceSlope, lower, upper, diagonal } = model;
  const floor = 1e-3 * model.largestDiagonal;
  const curvature = Float64Array.from(diagonal, (value) => Math.max(value, floor));
  const wish = reference.map((value, i) => value - referenceSlope[i]! / curvature[i]!);
  const w = wish.map((value, i) => Math.min(Math.max(value, lower[i]!), upper[i]!));
  const prices = new Float64Array(rows.length);
  const several = rows.length > 1 ? sweeps : 1;
  for (let sweep = 0; sweep < several; sweep++)
    rows.forEach(({ coefficients, lower: least, upper: most }, r) => {
      const members: number[] = [];
      for (let i = 0; i < n; i++) if (coefficients[i] !== 0) members.push(i);
      const before = prices[r]!;
      // What the row holds when its price is p, the other prices as they are; it falls as p grows.
      const heldAt = (p: number): number => {
        let held = 0;
        for (const i of members) {
          const a = coefficients[i]!;
          held += a * Math.min(Math.max(wish[i]! - ((p - before) * a) / curvature[i]!, lower[i]!), upper[i]!);
        }
        return held;
      };
      const price = priceOf(heldAt, least, most);
      for (const i of members) {
        wish[i] = wish[i]! - ((price - before) * coefficients[i]!) / curvature[i]!;
        w[i] = Math.min(Math.max(wish[i], lower[i]!), upper[i]!);
      }
      prices[r] = price;
    });
  return { w, prices };
}

/** The price at which the row holds: zero when it does so by itself. */
function priceOf(heldAt: (p: number) => number, least: number, most: number): number {
  const alone = heldAt(0);
  if (alone >= least && alone <= most) return 0;
  const side = alone > most ? most : least;
  const sign = alone > most ? 1 : -1;
  let far = 1e-3;
  for (let k = 0; k < halvings && (heldAt(sign * far) - side) * sign > 0; k++) far *= 4;
  let near = 0;
  for (let k = 0; k < halvings && far - near > 1e-9 * far; k++) {
    const middle = 0.5 * (near + far);
    if ((heldAt(sign * middle) - side) * sign > 0) near = middle;
    else far = middle;
  }
  return sign * far;
}
