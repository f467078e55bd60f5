/**
 * Least relative entropy under linear restrictions: x (S), the probabilities nearest to p (S).
 *
 *     minimize    sum_s x_s ln(x_s / p_s)
 *     subject to  sum_s x_s = 1,   a_i'x = b_i,   a_i'x >= b_i   or   a_i'x <= b_i       (k rows)
 *
 * Solved by its dual, which has k variables however many scenarios there are: x_s = p_s exp(a_s'y) / Z(y) where y minimizes
 * ln Z(y) - b'y with y_i >= 0 (at least) and y_i <= 0 (at most). Meucci (2008), Fully Flexible Views, appendix A.1; Newton
 * steps with a line search, each the least of a quadratic model with these signs. Costs S k^2 / 2 an iteration,
 * and takes some ten of them.
 */
import { unchecked, type Checkpoint } from '../math/checkpoint.ts';
import { addProduct } from '../math/kernels.ts';
import { dot, maxAbs } from '../math/vectors.ts';
import type { ScenarioRelation } from './scenario-views.ts';
import { signedMinimum } from './signed-quadratic.ts';

/** coefficients'x related to value. */
export interface EntropyRow {
  /** (S) */
  readonly coefficients: Float64Array;
  readonly relation: ScenarioRelation;
  readonly value: number;
}

export interface EntropyProgram {
  /** (S) p, positive, sum 1. */
  readonly prior: Float64Array;
  readonly rows: readonly EntropyRow[];
}

export type EntropyAnswer =
  | {
      readonly kind: 'optimal';
      /** (S) x, positive, sum 1. */
      readonly probabilities: Float64Array;
      /** (k) y: rise of the least relative entropy per unit by which a row's value rises. */
      readonly multipliers: Float64Array;
    }
  /** Proven: the multipliers (k) give a dual value above -ln(min p), the most that any probabilities can have. */
  | { readonly kind: 'infeasible'; readonly multipliers: Float64Array }
  /** Neither was reached: the rows can hold only at the very edge of what the scenarios span. */
  | { readonly kind: 'unsettled' };

const iterationsMax = 300;
/** Largest distance of a row from its value, in prior standard deviations of the row. */
const tolerance = 1e-12;
/** The same at which an answer is still given when rounding ends the progress. */
const toleranceAccepted = 1e-9;
/** Numbers below this are no probabilities that sums could tell from none. */
const probabilityMin = 1e-300;

export interface EntropySearch {
  readonly start?: Float64Array;
  readonly most?: number;
  readonly checkpoint?: Checkpoint;
}

const signOf = { equal: 0, 'at-least': 1, 'at-most': -1 } as const;

/**
 * Deterministic; looks at nothing but its arguments.
 * @param search `start`: (k) multipliers of a program like this one, of the signs of the rows, to begin from; zeros when absent. `most`: the
 *   search is over, and unsettled, as soon as the relative entropy is known to be larger.
 */
export function leastEntropy({ prior, rows }: EntropyProgram, search: EntropySearch = {}): EntropyAnswer {
  const { start, most = Infinity, checkpoint = unchecked } = search;
  const scaled = rows.map((row) => standardized(row, prior));
  const impossible = scaled.findIndex(({ isConstant, row }) => isConstant && !constantHolds(row));
  if (impossible >= 0) {
    const unit = Float64Array.from(rows, (_, i) => (i === impossible ? Math.sign(scaled[i]!.row.value) : 0));
    return { kind: 'infeasible', multipliers: unit };
  }
  const dual = new Dual(
    prior,
    scaled.map(({ row, isConstant }) => (isConstant ? { ...row, value: 0 } : row)),
    Float64Array.from(rows, (_, i) => (scaled[i]!.isConstant ? 0 : (start?.[i] ?? 0) * scaled[i]!.scale)),
    checkpoint,
  );
  const outcome = dual.solve(most);
  if (outcome === 'unsettled') return { kind: 'unsettled' };
  const multipliers = dual.y.map((value, i) => value / scaled[i]!.scale);
  if (outcome === 'infeasible') return { kind: 'infeasible', multipliers };
  return { kind: 'optimal', probabilities: dual.x.map((value) => Math.max(value, probabilityMin)), multipliers };
}

interface Standardized {
  readonly row: EntropyRow;
  readonly scale: number;
  readonly isConstant: boolean;
}

/** The row less its prior mean, over its prior deviation: the dual is then well conditioned whatever the units are. */
function standardized({ coefficients, relation, value }: EntropyRow, prior: Float64Array): Standardized {
  const mean = dot(prior, coefficients);
  const centred = coefficients.map((each) => each - mean);
  let variance = 0;
  for (let s = 0; s < prior.length; s += 1) variance += prior[s]! * centred[s]! ** 2;
  const deviation = Math.sqrt(variance);
  const isConstant = deviation <= 1e-14 * maxAbs(coefficients);
  const scale = isConstant ? Math.max(1, Math.abs(mean)) : deviation;
  const scaledRow = isConstant ? new Float64Array(prior.length) : centred.map((each) => each / scale);
  return { row: { coefficients: scaledRow, relation, value: (value - mean) / scale }, scale, isConstant };
}

function constantHolds({ relation, value }: EntropyRow): boolean {
  if (relation === 'at-least') return value <= tolerance;
  if (relation === 'at-most') return value >= -tolerance;
  return Math.abs(value) <= tolerance;
}

interface Along {
  readonly exponents: Float64Array;
  readonly linear: number;
}

/** From one to the other, the second when `length` is 1. */
function between(from: Along, to: Along, length: number): Along {
  if (length === 1) return to;
  const exponents = from.exponents.map((each, s) => each + length * (to.exponents[s]! - each));
  return { exponents, linear: from.linear + length * (to.linear - from.linear) };
}

class Dual {
  /** (k) */
  y: Float64Array;
  /** (S) */
  x: Float64Array;
  /** (k x S) the rows less their means under x, whenever they are asked for. */
  readonly #centred: Float64Array;
  /** Of y. */
  #now: Along = { exponents: new Float64Array(0), linear: 0 };
  readonly #prior: Float64Array;
  readonly #rows: readonly EntropyRow[];
  /** -ln(min p): no probabilities have a larger relative entropy. */
  readonly #entropyMax: number;
  readonly #checkpoint: Checkpoint;

  constructor(prior: Float64Array, rows: readonly EntropyRow[], start: Float64Array, checkpoint: Checkpoint) {
    this.#checkpoint = checkpoint;
    this.#prior = prior;
    this.#rows = rows;
    this.#entropyMax = -Math.log(prior.reduce((least, each) => Math.min(least, each), 1));
    this.#centred = new Float64Array(rows.length * prior.length);
    this.y = start;
    this.x = Float64Array.from(prior);
  }

  solve(most: number): 'optimal' | 'infeasible' | 'unsettled' {
    this.#now = this.#along(this.y);
    const begun = this.#evaluate(this.#now);
    this.x = begun.x;
    let { value } = begun;
    for (let iteration = 0; iteration < iterationsMax; iteration += 1) {
      if (-value > this.#entropyMax * (1 + 1e-9) + 1e-9) return 'infeasible';
      // The dual value is a bound from below.
      if (-value > most) return 'unsettled';
      const gradient = this.#gradient();
      const residual = this.#residual(gradient);
      if (residual <= tolerance) return 'optimal';
      const next = this.#step(gradient, value, residual);
      if (next === undefined) return residual <= toleranceAccepted ? 'optimal' : 'unsettled';
      value = next;
    }
    return this.#residual(this.#gradient()) <= toleranceAccepted ? 'optimal' : 'unsettled';
  }

  /** (S) A'y, and b'y. */
  #along(y: Float64Array): Along {
    const exponents = new Float64Array(this.#prior.length);
    let linear = 0;
    for (const [i, { coefficients, value }] of this.#rows.entries()) {
      const weight = y[i]!;
      if (weight === 0) continue;
      linear += weight * value;
      for (let s = 0; s < exponents.length; s += 1) exponents[s] = exponents[s]! + weight * coefficients[s]!;
    }
    return { exponents, linear };
  }

  /** ln Z(y) - b'y and the probabilities behind it. */
  #evaluate({ exponents, linear }: Along): { readonly value: number; readonly x: Float64Array } {
    this.#checkpoint(20 * exponents.length);
    const highest = exponents.reduce((most, each) => Math.max(most, each), -Infinity);
    const x = new Float64Array(exponents.length);
    let total = 0;
    for (let s = 0; s < x.length; s += 1) {
      x[s] = this.#prior[s]! * Math.exp(exponents[s]! - highest);
      total += x[s]!;
    }
    for (let s = 0; s < x.length; s += 1) x[s] = x[s]! / total;
    return { value: Math.log(total) + highest - linear, x };
  }

  /** (k) A x - b. */
  #gradient(): Float64Array {
    return Float64Array.from(this.#rows, ({ coefficients, value }) => dot(this.x, coefficients) - value);
  }

  /** Whether the multiplier stands at its bound and the gradient holds it there. */
  #isHeld(i: number, gradient: Float64Array): boolean {
    const { relation } = this.#rows[i]!;
    if (relation === 'equal' || this.y[i] !== 0) return false;
    return relation === 'at-least' ? gradient[i]! >= 0 : gradient[i]! <= 0;
  }

  #residual(gradient: Float64Array): number {
    return maxAbs(gradient.map((each, i) => (this.#isHeld(i, gradient) ? 0 : each)));
  }

  /** A Newton step that lowers the value, or the residual where the value is settled to rounding; undefined when none does. */
  #step(gradient: Float64Array, value: number, residual: number): number | undefined {
    const target = this.#target(gradient);
    const slope = target.reduce((sum, each, i) => sum + gradient[i]! * (each - this.y[i]!), 0);
    const whole = this.#along(target);
    for (let length = 1; length > 1e-12; length /= 2) {
      const along = between(this.#now, whole, length);
      const found = this.#evaluate(along);
      const rounding = 4 * Number.EPSILON * (1 + Math.abs(value));
      const isLower = found.value <= value + 1e-4 * length * slope;
      if (!isLower && found.value > value + rounding) continue;
      const former = { y: this.y, x: this.x, now: this.#now };
      this.y = length === 1 ? target : this.y.map((each, i) => each + length * (target[i]! - each));
      this.x = found.x;
      this.#now = along;
      if (isLower && value - found.value > rounding) return found.value;
      if (this.#residual(this.#gradient()) < residual) return found.value;
      this.y = former.y;
      this.x = former.x;
      this.#now = former.now;
      // Where values tell nothing any more, shorter steps do not help.
      if (Math.abs(slope) <= rounding) return undefined;
    }
    return undefined;
  }

  /** Where the quadratic model around y is least, signs kept: H = Cov_x(a) + shift. */
  #target(gradient: Float64Array): Float64Array {
    const size = this.y.length;
    const hessian = this.#covariance();
    const signs = this.#rows.map(({ relation }) => signOf[relation]);
    const free = [...this.y.keys()].map((i) => !this.#isHeld(i, gradient));
    let largest = 0;
    for (let i = 0; i < size; i += 1) largest = Math.max(largest, hessian[i * size + i]!);
    for (let shift = Math.max(1e-13 * largest, 1e-200); ; shift *= 100) {
      const shifted = Float64Array.from(hessian);
      for (let i = 0; i < size; i += 1) shifted[i * size + i] = shifted[i * size + i]! + shift;
      const linear = gradient.map((each, i) => each - dot(shifted.subarray(i * size, (i + 1) * size), this.y));
      const target = signedMinimum(shifted, linear, signs, free);
      if (target !== undefined || shift === Infinity) return target ?? this.y;
    }
  }

  /** (k x k) of the rows under x. */
  #covariance(): Float64Array {
    const size = this.#rows.length;
    const count = this.x.length;
    const table = this.#centred;
    for (const [i, { coefficients }] of this.#rows.entries()) {
      const mean = dot(this.x, coefficients);
      const at = i * count;
      for (let s = 0; s < count; s += 1) table[at + s] = coefficients[s]! - mean;
    }
    const entries = new Float64Array(size * size);
    const both = { left: table, right: table, rightTransposed: true };
    addProduct({
      rows: size,
      columns: size,
      terms: count,
      ...both,
      target: entries,
      scale: this.x,
      lower: true,
      checkpoint: this.#checkpoint,
    });
    for (let i = 0; i < size; i += 1) for (let j = 0; j < i; j += 1) entries[j * size + i] = entries[i * size + j]!;
    return entries;
  }
}
