/** Restrictions whose bounds may move: what may give way, by how much it did, and the restrictions that are left. */
import type { Bound, Lowered, Norm, Row, Tail, TradeLimit } from './problem.ts';

export type Restriction = Bound | Row | Norm | TradeLimit | Tail;

/** A side of one restriction that may give way. */
export interface RelaxableSide {
  /** The very object of the lowered restrictions. */
  readonly restriction: Restriction;
  /** `both`: lower and upper move apart together, as for a limit on a single trade. */
  readonly side: 'lower' | 'upper' | 'both';
  /** Relaxing by so much, in the restriction's own unit, costs 1; above 0. */
  readonly measure: number;
}

/** By how much each side gives way, in the unit of its restriction, >= 0. */
export type Amounts = ReadonlyMap<RelaxableSide, number>;

/** The restrictions with the sides moved outward; all that does not move is the same object as before. */
export function relaxed(lowered: Lowered, amounts: Amounts): Lowered {
  const moved = new Map<Restriction, { lower: number; upper: number }>();
  for (const [{ restriction, side }, amount] of amounts) {
    if (!(amount > 0)) continue;
    const by = moved.get(restriction) ?? { lower: 0, upper: 0 };
    if (side !== 'upper') by.lower += amount;
    if (side !== 'lower') by.upper += amount;
    moved.set(restriction, by);
  }
  const ranged = <Ranged extends Bound | Row>(stated: Ranged): Ranged => {
    const by = moved.get(stated);
    return by === undefined ? stated : { ...stated, lower: stated.lower - by.lower, upper: stated.upper + by.upper };
  };
  const limited = <Limited extends Norm | TradeLimit | Tail>(stated: Limited): Limited => {
    const by = moved.get(stated);
    return by === undefined ? stated : { ...stated, bound: stated.bound + by.upper };
  };
  const { bounds, rows, norms, tradeLimits, tails } = lowered;
  return {
    ...lowered,
    ...(bounds === undefined ? {} : { bounds: bounds.map(ranged) }),
    ...(rows === undefined ? {} : { rows: rows.map(ranged) }),
    ...(norms === undefined ? {} : { norms: norms.map(limited) }),
    ...(tradeLimits === undefined ? {} : { tradeLimits: tradeLimits.map(limited) }),
    ...(tails === undefined ? {} : { tails: tails.map(limited) }),
  };
}
