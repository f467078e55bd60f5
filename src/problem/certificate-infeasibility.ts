/**
 * Checks a proof that no portfolio exists. Each multiplier times its restriction is a linear inequality that every feasible w meets;
 * their sum reads `g'w <= h`. Over the bounds g'w is at least `m`; the proof holds when m > h.
 */
import type { Problem } from './problem.ts';
import type { InfeasibilityProof } from './solution.ts';
import { minorantOf } from './certificate-tails.ts';
import { away, inner, productOf } from './certificate-operator.ts';

export interface InfeasibilityVerdict {
  readonly proven: boolean;
  /** m - h relative to the size of the terms; positive when proven. */
  readonly margin: number;
  readonly detail: string;
}

/** Rounding of g on an unbounded asset is charged as if its weight could be this many times the largest that the restrictions speak of. */
const beyondReason = 1e3;
/** The margin must exceed this share of the largest term, so that rounding cannot make a proof. */
const marginMin = 1e-9;

/** What the terms of g leave on an asset, as a share of the largest term, that counts as rounding. */
const roundingShare = 1e-4;

interface Sum {
  readonly weightMax: number;
  readonly g: Float64Array;
  largest: number;
  h: number;
  size: number;
}

export function verifyInfeasibility(problem: Problem, proof: InfeasibilityProof): InfeasibilityVerdict {
  if (!fits(problem, proof)) return { proven: false, margin: 0, detail: 'the proof has the wrong shape' };
  const crossing = crossingSide(problem, proof);
  if (crossing !== undefined) return { proven: true, margin: 1, detail: crossing };
  const n = problem.universe.assets.length;
  const sum: Sum = {
    weightMax: beyondReason * largestNamed(problem),
    g: new Float64Array(n),
    largest: 0,
    h: 0,
    size: 0,
  };
  const refusal =
    addRows(problem, proof, sum) ??
    addNorms(problem, proof, sum) ??
    addLimits(problem, proof, sum) ??
    addTails(problem, proof, sum);
  if (refusal !== undefined) return { proven: false, margin: 0, detail: refusal };
  let least = 0;
  for (let i = 0; i < n; i++) {
    const value = sum.g[i]!;
    const side = value > 0 ? leastOf(problem, i) : problem.upper[i]!;
    if (value === 0) continue;
    if (Number.isFinite(side)) {
      least += value * side;
      sum.size = Math.max(sum.size, Math.abs(value * side));
    } else if (Math.abs(value) <= roundingShare * sum.largest) least -= Math.abs(value) * sum.weightMax;
    else return { proven: false, margin: 0, detail: `asset ${i} is free to escape along the proof` };
  }
  const margin = (least - sum.h) / Math.max(sum.size, Math.abs(sum.h), Number.MIN_VALUE);
  const proven = margin > marginMin;
  return {
    proven,
    margin,
    detail: proven ? 'the restrictions contradict each other' : `margin ${margin.toExponential(2)}`,
  };
}

/** Operators and limits are read by the length of what they are multiplied with. */
function fits(problem: Problem, { bounds, rows, norms, tradeLimits, directions, slopes }: InfeasibilityProof): boolean {
  const n = problem.universe.assets.length;
  const whole = (vector: Float64Array | undefined): boolean => vector === undefined || vector.length === n;
  return (
    bounds.length === n &&
    rows.length === problem.rows.length &&
    norms.length === problem.norms.length &&
    tradeLimits.length === problem.tradeLimits.length &&
    directions.every(whole) &&
    slopes.every(whole)
  );
}

/** The largest weight that a bound or a row alone would allow; at least 1. */
function largestNamed({ lower, upper, rows }: Problem): number {
  let largest = 1;
  const see = (value: number): void => {
    if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  };
  lower.forEach(see);
  upper.forEach(see);
  for (const row of rows) {
    const unit = row.coefficients.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (unit === 0) continue;
    see(row.lower / unit);
    see(row.upper / unit);
  }
  return largest;
}

function hasLogarithm(problem: Problem, i: number): boolean {
  return problem.logarithms !== undefined && problem.logarithms[i]! > 0;
}

/** What w_i is at least: where the objective holds its logarithm, not below 0. */
function leastOf(problem: Problem, i: number): number {
  return hasLogarithm(problem, i) ? Math.max(problem.lower[i]!, 0) : problem.lower[i]!;
}

/** A range with its sides the wrong way round needs no combination; a proof points at it by a multiplier that is not zero. */
function crossingSide(problem: Problem, proof: InfeasibilityProof): string | undefined {
  for (let i = 0; i < problem.lower.length; i++) {
    if (proof.bounds[i] === 0) continue;
    if (problem.lower[i]! > problem.upper[i]!) return `asset ${i}: lower bound above upper bound`;
    if (hasLogarithm(problem, i) && problem.upper[i]! <= 0)
      return `asset ${i}: upper bound not above 0, where its logarithm is defined`;
  }
  for (const [r, row] of problem.rows.entries())
    if (proof.rows[r] !== 0 && row.lower > row.upper && row.penalty === undefined)
      return `row ${r}: lower side above upper side`;
  return undefined;
}

function addRows(problem: Problem, proof: InfeasibilityProof, sum: Sum): string | undefined {
  for (const [r, row] of problem.rows.entries()) {
    const y = proof.rows[r]!;
    if (y === 0) continue;
    if (row.penalty !== undefined) return `row ${r} is soft: it may be broken`;
    const side = y > 0 ? row.upper : row.lower;
    if (!Number.isFinite(side)) return `row ${r} has no such side`;
    row.positions.forEach((position, k) => addTo(sum, position, y * row.coefficients[k]!));
    addRight(sum, y * side);
  }
  return undefined;
}

function addNorms(problem: Problem, proof: InfeasibilityProof, sum: Sum): string | undefined {
  for (const [k, norm] of problem.norms.entries()) {
    const multiplier = proof.norms[k]!;
    const direction = proof.directions[k];
    if (multiplier < 0) return `norm ${k} has a negative multiplier`;
    if (multiplier === 0 || direction === undefined) continue;
    if (norm.penalty !== undefined) return `norm ${k} is soft: it may be broken`;
    const slope = productOf(norm.operator, direction);
    const length = Math.sqrt(Math.max(inner(direction, slope), 0));
    const reach = Math.max(multiplier, length);
    for (let i = 0; i < slope.length; i++) addTo(sum, i, slope[i]!);
    addRight(sum, reach * norm.bound);
    addRight(
      sum,
      inner(
        slope,
        away(new Float64Array(slope.length), norm.centre).map((value) => -value),
      ),
    );
  }
  return undefined;
}

function addLimits(problem: Problem, proof: InfeasibilityProof, sum: Sum): string | undefined {
  for (const [j, limit] of problem.tradeLimits.entries()) {
    const multiplier = proof.tradeLimits[j]!;
    const slopes = proof.slopes[j];
    if (multiplier < 0) return `trade limit ${j} has a negative multiplier`;
    if (multiplier === 0 || slopes === undefined) continue;
    if (limit.penalty !== undefined) return `trade limit ${j} is soft: it may be broken`;
    let needed = multiplier;
    for (let i = 0; i < slopes.length; i++) {
      const slope = slopes[i]!;
      if (slope === 0) continue;
      const rate = slope > 0 ? limit.buyRate[i]! : limit.sellRate[i]!;
      if (!(rate > 0)) return `trade limit ${j} says nothing of asset ${i}`;
      needed = Math.max(needed, Math.abs(slope) / rate);
      addTo(sum, i, slope);
    }
    addRight(sum, needed * limit.bound);
    addRight(sum, inner(slopes, limit.centre));
  }
  return undefined;
}

function addTails(problem: Problem, proof: InfeasibilityProof, sum: Sum): string | undefined {
  for (const [k, tail] of problem.tails.entries()) {
    const given = proof.tails?.[k];
    if (given === undefined || given.price === 0) continue;
    const { price, stress } = given;
    if (!(price > 0 && tail.bound < Infinity))
      return `tail limit ${k} has a multiplier that is not positive, or no bound`;
    const { slope, broken } = minorantOf(tail, stress, sum.g.length);
    if (Number.isNaN(broken)) return `tail limit ${k} has a stress of the wrong size`;
    for (let i = 0; i < slope.length; i++) addTo(sum, i, price * slope[i]!);
    addRight(sum, price * (tail.bound + broken * sum.weightMax));
    addRight(sum, price * inner(slope, tail.centre ?? new Float64Array(slope.length)));
  }
  return undefined;
}

function addTo(sum: Sum, asset: number, value: number): void {
  sum.g[asset] = sum.g[asset]! + value;
  sum.largest = Math.max(sum.largest, Math.abs(value));
}

function addRight(sum: Sum, value: number): void {
  sum.h += value;
  sum.size = Math.max(sum.size, Math.abs(value));
}
