/** Convex piecewise-linear trading costs for the independent check, from their definition. */
import type { Problem, TradingPieces } from './problem.ts';
import type { CheckedTerm } from './certificate-extension.ts';

/** Trades this close to a knot count as standing on it. */
const kinkWidth = 1e-9;

/** The cost at a trade: the integral of the slopes from zero. */
export function piecesAt({ knots, slopes }: TradingPieces, trade: number): number {
  const [low, high] = trade < 0 ? [trade, 0] : [0, trade];
  let cost = 0;
  for (let k = 0; k < slopes.length; k++) {
    const from = Math.max(low, k === 0 ? -Infinity : knots[k - 1]!);
    const to = Math.min(high, k === knots.length ? Infinity : knots[k]!);
    if (to > from) cost += slopes[k]! * (to - from);
  }
  return trade < 0 ? -cost : cost;
}

/** What slopes an asset's pieces allow at its weight. */
export interface PieceSlopes {
  readonly position: number;
  /** (trade) - (knot stood on); what the trade is away from the place where the slopes meet. */
  readonly beyond: number;
  /** The slope of least size; the others are `slope - down` to `slope + up`, and down = up = 0 away from knots. */
  readonly slope: number;
  readonly down: number;
  readonly up: number;
}

export function pieceSlopes(problem: Problem, w: Float64Array): readonly PieceSlopes[] {
  const trading = problem.trading;
  return (trading?.pieces ?? []).map(({ position, knots, slopes }) => {
    const current = trading!.current[position]!;
    const trade = w[position]! - current;
    const width = kinkWidth * Math.max(1, Math.abs(current));
    let left = 0;
    while (left < knots.length && knots[left]! < trade - width) left++;
    let right = left;
    while (right < knots.length && knots[right]! <= trade + width) right++;
    const [least, most] = [slopes[left]!, slopes[right]!];
    const slope = Math.min(Math.max(0, least), most);
    return {
      position,
      beyond: right > left ? trade - knots[left]! : 0,
      slope,
      down: slope - least,
      up: most - slope,
    };
  });
}

/** Costs with the slopes of least size; what else a knot allows is for whoever knows the other terms. */
export function checkedPieces(problem: Problem, w: Float64Array): readonly CheckedTerm[] {
  const trading = problem.trading;
  if (trading?.pieces === undefined || trading.pieces.length === 0) return [];
  const slope = new Float64Array(w.length);
  for (const each of pieceSlopes(problem, w)) slope[each.position] = slope[each.position]! + each.slope;
  const objective = trading.pieces.reduce(
    (total, pieces) => total + piecesAt(pieces, w[pieces.position]! - trading.current[pieces.position]!),
    0,
  );
  return [{ objective, slope, gap: 0, wrong: 0 }];
}
