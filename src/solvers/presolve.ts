/**
 * What can be settled before an interior exists: limits of zero become bounds or equations, equal bounds fix an asset, and
 * crossing bounds or empty rows prove infeasibility at once. Every side of a bound remembers which restriction it came from, so
 * that multipliers find their way back.
 */
import type { Norm, Problem } from '../problem/problem.ts';
import type { Checkpoint } from '../math/checkpoint.ts';
import { semidefiniteFactor } from '../math/cholesky.ts';
import { atomOf, leavesOf } from './atoms.ts';

/** Which restriction sets a side of an asset's range. */
export type Side =
  | { readonly from: 'bound' }
  | { readonly from: 'limit'; readonly index: number }
  | { readonly from: 'norm'; readonly index: number };

/** A linear equation sum coefficients_i (w_i - centre_i) = 0 that a norm limit of zero imposes. */
export interface NormEquation {
  readonly norm: number;
  readonly coefficients: Float64Array;
}

export interface Presolved {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly lowerSide: readonly Side[];
  readonly upperSide: readonly Side[];
  /** (n) 1 where lower equals upper; `lower` then holds the value. */
  readonly fixed: Uint8Array;
  readonly equations: readonly NormEquation[];
  /** Limits and norms that presolve has taken over completely. */
  readonly limitsTaken: ReadonlySet<number>;
  readonly normsTaken: ReadonlySet<number>;
  /** The first asset whose range is empty. */
  readonly crossing?: number;
}

/** Ranges narrower than this (in units of weight) count as a point. */
const pointWidth = 1e-11;
const bound: Side = { from: 'bound' };

export function presolve(problem: Problem, checkpoint: Checkpoint): Presolved {
  const n = problem.universe.assets.length;
  const ranges = new Ranges(problem, n);
  const limitsTaken = new Set<number>();
  const normsTaken = new Set<number>();
  const equations: NormEquation[] = [];
  problem.tradeLimits.forEach((limit, index) => {
    if (limit.bound > 0 || limit.penalty !== undefined) return;
    limitsTaken.add(index);
    for (let i = 0; i < n; i++) {
      if (limit.buyRate[i]! > 0) ranges.atMost(i, limit.centre[i]!, { from: 'limit', index });
      if (limit.sellRate[i]! > 0) ranges.atLeast(i, limit.centre[i]!, { from: 'limit', index });
    }
  });
  problem.norms.forEach((norm, index) => {
    if (norm.bound > 0 || norm.penalty !== undefined) return;
    normsTaken.add(index);
    equations.push(...pinToCentre(norm, index, n, ranges, checkpoint));
  });
  const fixed = new Uint8Array(n);
  let crossing: number | undefined;
  for (let i = 0; i < n; i++) {
    const width = ranges.upper[i]! - ranges.lower[i]!;
    const unit = Math.max(1, Math.abs(ranges.lower[i]!) === Infinity ? 1 : Math.abs(ranges.lower[i]!));
    if (width < -pointWidth * unit) crossing ??= i;
    if (Math.abs(width) <= pointWidth * unit) {
      fixed[i] = 1;
      ranges.upper[i] = ranges.lower[i]!;
    }
  }
  return {
    lower: ranges.lower,
    upper: ranges.upper,
    lowerSide: ranges.lowerSide,
    upperSide: ranges.upperSide,
    fixed,
    equations,
    limitsTaken,
    normsTaken,
    ...(crossing === undefined ? {} : { crossing }),
  };
}

class Ranges {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly lowerSide: Side[];
  readonly upperSide: Side[];

  constructor(problem: Problem, n: number) {
    this.lower = Float64Array.from(problem.lower);
    this.upper = Float64Array.from(problem.upper);
    this.lowerSide = new Array<Side>(n).fill(bound);
    this.upperSide = new Array<Side>(n).fill(bound);
  }

  atMost(i: number, value: number, side: Side): void {
    if (value >= this.upper[i]!) return;
    this.upper[i] = value;
    this.upperSide[i] = side;
  }

  atLeast(i: number, value: number, side: Side): void {
    if (value <= this.lower[i]!) return;
    this.lower[i] = value;
    this.lowerSide[i] = side;
  }
}

/** A norm limit of zero: assets with variance of their own stay at the centre, the rest only as combinations. */
function pinToCentre(norm: Norm, index: number, n: number, ranges: Ranges, checkpoint: Checkpoint): NormEquation[] {
  const equations: NormEquation[] = [];
  const side: Side = { from: 'norm', index };
  const pin = (i: number): void => {
    const value = norm.centre?.[i] ?? 0;
    ranges.atMost(i, value, side);
    ranges.atLeast(i, value, side);
  };
  const column = (entries: Float64Array, rank: number, k: number): void => {
    const coefficients = Float64Array.from({ length: n }, (_, i) => entries[i * rank + k]!);
    if (coefficients.some((value) => value !== 0)) equations.push({ norm: index, coefficients });
  };
  for (const leaf of leavesOf(norm.operator)) {
    const atom = atomOf(leaf, checkpoint);
    if (leaf.kind === 'dense') {
      const root = semidefiniteFactor(leaf.entries, n, checkpoint);
      const full = Array.from({ length: n }, (_, i) => root[i * n + i]!).every((pivot) => pivot > 0);
      for (let k = 0; k < n; k++)
        if (full) pin(k);
        else column(root, n, k);
      continue;
    }
    for (let i = 0; i < n; i++) if (atom.diagonal![i]! > 0) pin(i);
    if (atom.columns === undefined || atom.diagonal!.every((value) => value > 0)) continue;
    for (let k = 0; k < atom.rank; k++) column(atom.columns, atom.rank, k);
  }
  return equations;
}
