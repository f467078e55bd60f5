/**
 * Rounds that change many assets at once: solve the face, bring back what left its bounds, free what wants to enter, the most eager
 * first. Fast and almost always enough, but without a promise; when rounds stop paying, single pivots take over. Kunisch and Rendl,
 * An Infeasible Active Set Method for Quadratic Problems with Simple Bounds, SIAM J. Optimization 14 (2003).
 */
import type { Search } from './search.ts';
import { type Face } from './search.ts';

export type RoundOutcome =
  /** `wanting`: how many wanted to enter, when that was asked; `turned`: how many rows began or ceased to hold. */
  | {
      readonly kind: 'going';
      readonly wanting?: number;
      readonly turned?: number;
      readonly primal: number;
      readonly dual: number;
    }
  | { readonly kind: 'settled'; readonly face: Face }
  /** The covariance of the free assets is singular, or they cannot carry the rows. */
  | { readonly kind: 'stuck' };

/** Assets that may enter in one round, at least, and as a share of those already free. */
const enteringMin = 16;
const enteringShare = 0.5;
const weightTolerance = 1e-14;

/** One round; the search then stands at the optimum of its face, with what left it pinned and what enters free. */
export function round(search: Search): RoundOutcome {
  const { model, factor, w, sides } = search;
  const { lower, upper } = model;
  const face = search.solveFace();
  search.step(face, 1);
  const left: number[] = [];
  let primal = 0;
  for (const i of factor.free) {
    const out = Math.max(lower[i]! - w[i]!, w[i]! - upper[i]!);
    if (out > weightTolerance) left.push(i);
    primal = Math.max(primal, out);
  }
  const rows = rowsAfter(search, face);
  if (rows === undefined) return { kind: 'stuck' };
  primal = Math.max(primal, rows.primal);
  if (left.length > 0 || rows.changes > 0) {
    // Who enters is decided on a face that all the others have settled.
    search.pin(left, (i) => (w[i]! < lower[i]! ? -1 : 1));
    if (!search.follow(left, [])) return { kind: 'stuck' };
    return { kind: 'going', turned: rows.changes, primal, dual: Infinity };
  }
  const reduced = search.reduced(face.prices);
  const tolerance = search.slopeTolerance();
  const entering: number[] = [];
  let dual = 0;
  for (let i = 0; i < sides.length; i++) {
    const pull = sides[i]! * reduced[i]!;
    if (sides[i] === 0 || lower[i] === upper[i] || !(pull > tolerance)) continue;
    entering.push(i);
    dual = Math.max(dual, pull);
  }
  if (entering.length === 0) return { kind: 'settled', face };
  entering.sort((a, b) => Math.abs(reduced[b]!) - Math.abs(reduced[a]!) || a - b);
  const room = Math.max(enteringMin, Math.floor(factor.free.length * enteringShare));
  const wanting = entering.length;
  entering.length = Math.min(wanting, room);
  for (const i of entering) sides[i] = 0;
  if (!search.follow([], entering)) return { kind: 'stuck' };
  return { kind: 'going', wanting, primal, dual };
}

/** Rows that are broken begin to hold, and those whose price pushes the wrong way cease to. Undefined when one that holds does not. */
function rowsAfter(
  search: Search,
  { prices }: Face,
): { readonly changes: number; readonly primal: number } | undefined {
  const { model, rowSides } = search;
  let changes = 0;
  let primal = 0;
  for (const [r, row] of model.rows.entries()) {
    const held = search.held(r);
    const off = Math.max(row.lower - held, held - row.upper);
    primal = Math.max(primal, off);
    if (rowSides[r] !== 0 && off > 1e3 * row.tolerance) return undefined;
    if (search.isEquality(r)) continue;
    if (rowSides[r] !== 0 && rowSides[r]! * prices[r]! < 0) rowSides[r] = 0;
    else if (rowSides[r] === 0 && off > row.tolerance) rowSides[r] = held > row.upper ? 1 : -1;
    else continue;
    changes++;
  }
  return { changes, primal };
}
