/**
 * An integer problem asset by asset: what couples assets (the curvature G, rows, trade limits, counts) on one side, and on the other what
 * every asset costs by itself on each of its segments, the longest intervals on which that is `1/2 d w^2 + slope w + constant` and
 * every coupling a line `alpha w + beta`.
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Choices, Piece } from './choices.ts';
import { choicesOf, latticeDown, latticeUp } from './choices.ts';
import type { Curvature } from './curvature.ts';
import { impliedBounds, reach, type Bounds } from './implied-bounds.ts';
import { centrePulls } from './centre-pulls.ts';
import { costLines, limitLine, lineAt } from './cost-lines.ts';

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

export class IntegerModel {
  readonly problem: Problem;
  readonly n: number;
  readonly bounds: Bounds;
  readonly choices: Choices;
  /** (n) the diagonal that stands apart, d; its trading part included. */
  readonly d: Float64Array;
  /** The part of d that was taken out of the quadratic terms. */
  readonly diagonal: Float64Array;
  readonly curvature: Curvature;
  /** (n) what a unit costs besides what the segments say. */
  readonly linear: Float64Array;
  readonly constant: number;
  readonly segments: Segments;
  /** Sides of the rows; where there is none, the reach of the row within the bounds. */
  readonly rowLower: Float64Array;
  readonly rowUpper: Float64Array;
  /** Counts, in the order of the choices, then trade limits, then limits on large holdings. */
  readonly couplingLower: Float64Array;
  readonly couplingUpper: Float64Array;

  constructor(problem: Problem, diagonal: Float64Array, curvature: Curvature, checkpoint: Checkpoint) {
    const n = problem.universe.assets.length;
    this.problem = problem;
    this.n = n;
    this.bounds = impliedBounds(problem);
    this.choices = choicesOf(problem);
    this.diagonal = diagonal;
    this.curvature = curvature;
    this.d = Float64Array.from(diagonal);
    const { linear, constant } = centrePulls(problem, checkpoint);
    this.linear = linear;
    const { trading } = problem;
    let fixed = constant;
    if (trading?.quadratic !== undefined)
      for (let i = 0; i < n; i++) {
        const impact = trading.quadratic[i]!;
        this.d[i] = this.d[i]! + 2 * impact;
        linear[i] = linear[i]! - 2 * impact * trading.current[i]!;
        fixed += impact * trading.current[i]! ** 2;
      }
    this.constant = fixed;
    this.segments = segmentsOf(problem, this.choices, this.bounds);
    const reaches = problem.rows.map((row) => reach(this.bounds, row));
    this.rowLower = Float64Array.from(problem.rows, ({ lower }, r) => (lower > -Infinity ? lower : reaches[r]![0] - 1));
    this.rowUpper = Float64Array.from(problem.rows, ({ upper }, r) => (upper < Infinity ? upper : reaches[r]![1] + 1));
    const concentrations = problem.integrality?.concentrations ?? [];
    const counts = this.choices.counts.map((index) => problem.integrality!.counts[index]!);
    this.couplingLower = Float64Array.from([
      ...counts.map(({ minimum }) => Math.max(minimum, 0)),
      ...problem.tradeLimits.map(() => 0),
      ...concentrations.map(() => 0),
    ]);
    this.couplingUpper = Float64Array.from([
      ...counts.map(({ maximum, positions }) => Math.min(maximum, positions.length)),
      ...problem.tradeLimits.map(({ bound }) => bound),
      ...concentrations.map(({ limit }) => limit),
    ]);
  }

  /** Couplings that are counts; trade limits and limits on large holdings come after them. */
  get counts(): number {
    return this.choices.counts.length;
  }

  /** The weights of one piece, as far as the rows leave them. */
  range(i: number, piece: number): readonly [lower: number, upper: number] {
    const { lower, upper } = clipped(this.choices, this.bounds, i, piece);
    return [lower, upper];
  }

  /** target = linear + G v + A' rows. `product` is G v. */
  pull(product: Float64Array, rows: Float64Array, target: Float64Array): void {
    const { linear } = this;
    for (let i = 0; i < target.length; i++) target[i] = linear[i]! + product[i]!;
    this.problem.rows.forEach(({ positions, coefficients }, r) => {
      const price = rows[r]!;
      if (price === 0) return;
      for (let k = 0; k < positions.length; k++)
        target[positions[k]!] = target[positions[k]!]! + price * coefficients[k]!;
    });
  }
}

function segmentsOf(problem: Problem, choices: Choices, bounds: Bounds): Segments {
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
function clipped({ pieces, lattices }: Choices, { lower, upper }: Bounds, i: number, k: number): Piece {
  const piece = pieces[i]![k]!;
  const lattice = lattices[i];
  const from = lattice === undefined || piece.lower >= lower[i]! ? lower[i]! : latticeUp(lattice, lower[i]!);
  const to = lattice === undefined || piece.upper <= upper[i]! ? upper[i]! : latticeDown(lattice, upper[i]!);
  return { ...piece, lower: Math.max(piece.lower, from), upper: Math.min(piece.upper, to) };
}
