/**
 * The dual in factor space. For factor prices z (k) and row prices y (m) asset i has the price a_i - (G S z)_i - (A'y)_i, and its weight
 * is the one that a single asset with that price would choose: a soft threshold around its current weight, clipped to its bounds. The
 * dual -1/2 z'z + sum_i min_w {...} - sigma(y) is concave and piecewise quadratic; its gradient is (S G'w - z, A w - d sigma(y)), with
 * sigma(y) = sum_r max(l_r y_r, u_r y_r).
 */
import type { Scope } from '../../math/kernels.ts';
import { dot, maxAbs } from '../../math/vectors.ts';
import type { FactorForm } from './form.ts';
import { isFree } from './responses.ts';

/** A way to go in (z, y). */
export interface Direction {
  readonly z: Float64Array;
  readonly y: Float64Array;
  /** (n) G S z + A'y: how fast asset prices fall along it; only until the next direction is asked for. */
  readonly fall: Float64Array;
}

export class FactorDual {
  readonly form: FactorForm;
  readonly z: Float64Array;
  readonly y: Float64Array;
  /** (n) asset prices, weights that answer them, and the part of its answer that each is on. */
  readonly prices: Float64Array;
  readonly weights: Float64Array;
  readonly parts: Uint8Array;
  /** Assets whose weight moves with its price: the first `freeCount`. */
  readonly free: Int32Array;
  freeCount = 0;
  /** (k) S G'w - z, and (m) A w. */
  readonly factorGradient: Float64Array;
  readonly held: Float64Array;
  /** Assets that are held or were: the first `liveCount`; the others add nothing to any sum. */
  readonly live: Int32Array;
  liveCount = 0;
  /** (n) room for the search. */
  readonly changing: Int32Array;
  private readonly fall: Float64Array;
  private readonly scaledPrices: Float64Array;

  constructor(scope: Scope, form: FactorForm, z: Float64Array, y: Float64Array) {
    const { n, m } = form;
    const { k } = form.space;
    this.form = form;
    this.z = z;
    this.y = y;
    this.prices = scope.floats(n);
    this.weights = scope.floats(n);
    this.parts = new Uint8Array(n);
    this.free = scope.integers(n);
    this.live = scope.integers(n);
    this.changing = new Int32Array(n);
    this.fall = scope.floats(n);
    this.scaledPrices = scope.floats(k);
    this.factorGradient = scope.floats(k);
    this.held = new Float64Array(m);
    this.refresh();
  }

  /** Prices, weights and gradient from z and y. No direction is valid any more. */
  refresh(): void {
    this.fallOf(this.z, this.y, this.fall);
    this.answer(this.form.linear, 1);
  }

  /** dz and dy with how fast they make asset prices fall. */
  direction(dz: Float64Array, dy: Float64Array): Direction {
    this.fallOf(dz, dy, this.fall);
    return { z: dz, y: dy, fall: this.fall };
  }

  /** out (n) = G S dz + A' dy. */
  private fallOf(dz: Float64Array, dy: Float64Array, out: Float64Array): void {
    const { space, gain, rows } = this.form;
    const { scaledPrices } = this;
    for (let j = 0; j < dz.length; j++) scaledPrices[j] = gain[j]! * dz[j]!;
    space.times(scaledPrices, out);
    for (let r = 0; r < dy.length; r++) {
      const price = dy[r]!;
      if (price === 0) continue;
      const { positions, coefficients } = rows[r]!;
      for (let e = 0; e < positions.length; e++) {
        const i = positions[e]!;
        out[i] = out[i]! + price * coefficients[e]!;
      }
    }
  }

  move({ z: dz, y: dy }: Direction, step: number): void {
    for (let j = 0; j < dz.length; j++) this.z[j] = this.z[j]! + step * dz[j]!;
    const rounding = 1e-14 * maxAbs(this.y);
    for (let r = 0; r < dy.length; r++) {
      const before = this.y[r]!;
      const after = before + step * dy[r]!;
      // A price that comes to its kink stands on it exactly.
      const atKink = before !== 0 && Math.abs(after) <= Math.max(rounding, 1e-10 * Math.abs(before));
      this.y[r] = atKink ? 0 : after;
    }
    this.answer(this.prices, step);
  }

  /** Slope of the dual where it stands, along a direction: its gradient is known. */
  ascentAlong({ z, y }: Direction): number {
    const { rowLower, rowUpper } = this.form;
    let slope = dot(this.factorGradient, z);
    for (let r = 0; r < y.length; r++) {
      if (y[r] === 0) continue;
      const isPositive = this.y[r] === 0 ? y[r]! > 0 : this.y[r]! > 0;
      slope += y[r]! * (this.held[r]! - (isPositive ? rowUpper[r]! : rowLower[r]!));
    }
    return slope;
  }

  /** Prices that have fallen from `before` for so long, the weights that answer them, and the gradient. */
  private answer(before: Float64Array, step: number): void {
    const { n, space, gain, responses, current, firstOf, nextOf, rowOf, coefficients } = this.form;
    const { prices, weights, parts, free, live, fall, held, factorGradient } = this;
    let freeCount = 0;
    let liveCount = 0;
    for (let i = 0; i < n; i++) {
      const price = before[i]! - step * fall[i]!;
      const part = responses.partAt(i, price);
      const w = responses.weightAt(i, price, part);
      prices[i] = price;
      parts[i] = part;
      weights[i] = w;
      if (isFree(part)) free[freeCount++] = i;
      if (w !== 0 || current[i] !== 0) live[liveCount++] = i;
    }
    this.freeCount = freeCount;
    this.liveCount = liveCount;
    held.fill(0);
    for (let at = 0; at < liveCount; at++) {
      const i = live[at]!;
      for (let e = firstOf[i]!; e >= 0; e = nextOf[e]!)
        held[rowOf[e]!] = held[rowOf[e]!]! + coefficients[e]! * weights[i]!;
    }
    space.held(weights, live.subarray(0, liveCount), factorGradient);
    for (let j = 0; j < factorGradient.length; j++) factorGradient[j] = gain[j]! * factorGradient[j]! - this.z[j]!;
  }
}
