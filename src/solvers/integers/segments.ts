/**
 * What every asset costs by itself: on each of its segments, the longest intervals on which that is `1/2 d w^2 + slope w + constant` and
 * every coupling a line `alpha w + beta`.
 */
import type { Problem } from '../../problem/problem.ts';
import type { Choices, Piece } from './choices.ts';
import { latticeDown, latticeUp } from './choices.ts';
import { costLines, limitLine, lineAt } from './cost-lines.ts';
import type { Bounds } from './implied-bounds.ts';

/** Segments of all assets one after the other. */
export interface Segments {
  /** (n + 1) where the segments of an asset begin. */
  readonly start: Int32Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly slope: Float64Array;
  readonly constant: Float64Array;
  /** Place of its piece in the asset's list. */
  readonly piece: Uint16Array;
  /** By coupling, then segment: what it counts per unit of weight and at zero. */
  readonly alpha: readonly Float64Array[];
  readonly beta: readonly Float64Array[];
}

/** Pieces of every asset, cut at the kinks of its costs and of the limits on its trades. */
export function segmentsOf(problem: Problem, choices: Choices, bounds: Bounds): Segments {
  const costs = costLines(problem);
  const limits = problem.tradeLimits.length;
  const counts = choices.counts.length;
  const large = problem.integrality?.concentrations?.length ?? 0;
  const start = [0];
  const [lower, upper, slope, constant, place]: number[][] = [[], [], [], [], []];
  const alpha: number[][] = Array.from({ length: counts + limits + large }, () => []);
  const beta: number[][] = alpha.map(() => []);
  choices.pieces.forEach((pieces, i) => {
    const lines = costs[i]!;
    const limitLines = Array.from({ length: limits }, (_, j) => limitLine(problem, j, i));
    const kinks = [...lines, ...limitLines.filter(({ slopes }) => slopes[0] !== slopes[1])].flatMap(
      (line) => line.kinks,
    );
    pieces.forEach((_, k) => {
      const piece = clipped(choices, bounds, i, k);
      if (piece.lower > piece.upper) return;
      for (const [from, to] of partsOf(piece, kinks)) {
        const middle =
          Number.isFinite(from) && Number.isFinite(to) ? 0.5 * (from + to) : Number.isFinite(from) ? from + 1 : to - 1;
        const cost = lines.map((line) => lineAt(line, middle));
        lower!.push(from);
        upper!.push(to);
        slope!.push(cost.reduce((total, [value]) => total + value, 0));
        constant!.push(cost.reduce((total, [, value]) => total + value, 0));
        place!.push(k);
        for (let j = 0; j < counts; j++) {
          alpha[j]!.push(0);
          beta[j]!.push(piece.counted[j]!);
        }
        limitLines.forEach((line, j) => {
          const [rate, value] = lineAt(line, middle);
          alpha[counts + j]!.push(rate);
          beta[counts + j]!.push(value);
        });
        for (let k = 0; k < large; k++) {
          alpha[counts + limits + k]!.push(piece.large[k]!);
          beta[counts + limits + k]!.push(0);
        }
      }
    });
    start.push(lower!.length);
  });
  return {
    start: Int32Array.from(start),
    lower: Float64Array.from(lower!),
    upper: Float64Array.from(upper!),
    slope: Float64Array.from(slope!),
    constant: Float64Array.from(constant!),
    piece: Uint16Array.from(place!),
    alpha: alpha.map((values) => Float64Array.from(values)),
    beta: beta.map((values) => Float64Array.from(values)),
  };
}

/** A piece cut at the kinks inside it. */
function partsOf({ lower, upper }: Piece, kinks: readonly number[]): (readonly [number, number])[] {
  const inside = [...new Set(kinks)].filter((kink) => kink > lower && kink < upper).sort((a, b) => a - b);
  const ends = [lower, ...inside, upper];
  return ends.slice(1).map((end, k) => [ends[k]!, end] as const);
}

/** A piece as far as the implied bounds leave it, its ends on the lattice where there is one. */
export function clipped({ pieces, lattices }: Choices, { lower, upper }: Bounds, i: number, k: number): Piece {
  const piece = pieces[i]![k]!;
  const lattice = lattices[i];
  const from = lattice === undefined || piece.lower >= lower[i]! ? lower[i]! : latticeUp(lattice, lower[i]!);
  const to = lattice === undefined || piece.upper <= upper[i]! ? upper[i]! : latticeDown(lattice, upper[i]!);
  return { ...piece, lower: Math.max(piece.lower, from), upper: Math.min(piece.upper, to) };
}
