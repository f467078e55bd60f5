/**
 * The dual in factor space. For factor prices z (k) and row prices y (m) asset i has the price a_i - (B L z)_i - (A'y)_i, and its weight
 * is the one that a single asset with that price would choose: a soft threshold around its current weight, clipped to its bounds. The
 * dual -1/2 z'z + sum_i min_w {...} - sigma(y) is concave and piecewise quadratic; its gradient is (L'B'w - z, A w - d sigma(y)), with
 * sigma(y) = sum_r max(l_r y_r, u_r y_r).
 */
import { dot, maxAbs } from '../../math/vectors.ts';
import type { FactorForm } from './form.ts';

/** A way to go in (z, y). */
export interface Direction {
  readonly z: Float64Array;
  readonly y: Float64Array;
  /** (n) B L z + A'y: how fast asset prices fall along it. */
  readonly fall: Float64Array;
}

export class FactorDual {
  readonly form: FactorForm;
  readonly z: Float64Array;
  readonly y: Float64Array;
  /** (n) asset prices, weights that answer them, and 1 where the weight moves with its price. */
  readonly prices: Float64Array;
  readonly weights: Float64Array;
  readonly free: Uint8Array;
  /** (k) L'B'w - z, and (m) A w. */
  readonly factorGradient: Float64Array;
  readonly held: Float64Array;

  constructor(form: FactorForm) {
    const { n, k, m } = form;
    this.form = form;
    this.z = new Float64Array(k);
    this.y = new Float64Array(m);
    this.prices = new Float64Array(n);
    this.weights = new Float64Array(n);
    this.free = new Uint8Array(n);
    this.factorGradient = new Float64Array(k);
    this.held = new Float64Array(m);
    this.refresh();
  }

  /** Prices, weights and gradient from z and y. */
  refresh(): void {
    this.fallOf(this.z, this.y, this.prices);
    const { linear } = this.form;
    for (let i = 0; i < linear.length; i++) this.prices[i] = linear[i]! - this.prices[i]!;
    this.answer();
  }

  /** dz and dy with how fast they make asset prices fall. */
  direction(dz: Float64Array, dy: Float64Array): Direction {
    const fall = new Float64Array(this.form.n);
    this.fallOf(dz, dy, fall);
    return { z: dz, y: dy, fall };
  }

  /** out (n) = B L dz + A' dy. */
  private fallOf(dz: Float64Array, dy: Float64Array, out: Float64Array): void {
    const { n, k, exposures, root, starts, rowOf, coefficients } = this.form;
    const x = new Float64Array(k);
    for (let a = 0; a < k; a++) {
      let s = 0;
      for (let b = 0; b <= a; b++) s += root[a * k + b]! * dz[b]!;
      x[a] = s;
    }
    for (let i = 0; i < n; i++) {
      let s0 = 0;
      let s1 = 0;
      const p = i * k;
      let j = 0;
      for (; j + 2 <= k; j += 2) {
        s0 += exposures[p + j]! * x[j]!;
        s1 += exposures[p + j + 1]! * x[j + 1]!;
      }
      if (j < k) s0 += exposures[p + j]! * x[j]!;
      for (let e = starts[i]!; e < starts[i + 1]!; e++) s1 += coefficients[e]! * dy[rowOf[e]!]!;
      out[i] = s0 + s1;
    }
  }

  move({ z: dz, y: dy, fall }: Direction, step: number): void {
    for (let j = 0; j < dz.length; j++) this.z[j] = this.z[j]! + step * dz[j]!;
    const rounding = 1e-14 * maxAbs(this.y);
    for (let r = 0; r < dy.length; r++) {
      const before = this.y[r]!;
      const after = before + step * dy[r]!;
      // A price that comes to its kink stands on it exactly.
      const atKink = before !== 0 && Math.abs(after) <= Math.max(rounding, 1e-10 * Math.abs(before));
      this.y[r] = atKink ? 0 : after;
    }
    for (let i = 0; i < fall.length; i++) this.prices[i] = this.prices[i]! - step * fall[i]!;
    this.answer();
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

  /** Slope of the dual at `step` along a direction (right of a kink), and its curvature there (at most 0). */
  slopeAt({ z: dz, y: dy, fall }: Direction, step: number): { readonly slope: number; readonly curvature: number } {
    const { n, inverse, current, buyRate, sellRate, lower, upper, rowLower, rowUpper } = this.form;
    const { prices } = this;
    let slope = 0;
    let bend = 0;
    for (let i = 0; i < n; i++) {
      const p = fall[i]!;
      const price = prices[i]! - step * p;
      const z = current[i]!;
      let x = (price - buyRate[i]!) * inverse[i]!;
      let isFree = true;
      if (!(x > z)) {
        x = (price + sellRate[i]!) * inverse[i]!;
        if (!(x < z)) {
          x = z;
          isFree = false;
        }
      }
      if (x < lower[i]!) {
        x = lower[i]!;
        isFree = false;
      } else if (x > upper[i]!) {
        x = upper[i]!;
        isFree = false;
      }
      slope += p * x;
      if (isFree) bend -= p * p * inverse[i]!;
    }
    for (let j = 0; j < dz.length; j++) {
      slope -= dz[j]! * (this.z[j]! + step * dz[j]!);
      bend -= dz[j]! * dz[j]!;
    }
    for (let r = 0; r < dy.length; r++) {
      const move = dy[r]!;
      if (move === 0) continue;
      const kink = -this.y[r]! / move;
      const isPositive = step >= kink ? move > 0 : move < 0;
      slope -= (isPositive ? rowUpper[r]! : rowLower[r]!) * move;
    }
    return { slope, curvature: bend };
  }

  /** Weights for the prices, then the gradient. */
  private answer(): void {
    const { n, k, inverse, current, buyRate, sellRate, lower, upper } = this.form;
    const { exposures, root, starts, rowOf, coefficients } = this.form;
    const { prices, weights, free, held } = this;
    const x = new Float64Array(k);
    held.fill(0);
    for (let i = 0; i < n; i++) {
      const price = prices[i]!;
      const z = current[i]!;
      let w = (price - buyRate[i]!) * inverse[i]!;
      let isFree = 1;
      if (!(w > z)) {
        w = (price + sellRate[i]!) * inverse[i]!;
        if (!(w < z)) {
          w = z;
          isFree = buyRate[i]! + sellRate[i]! > 0 ? 0 : 1;
        }
      }
      if (w <= lower[i]!) {
        w = lower[i]!;
        isFree = 0;
      } else if (w >= upper[i]!) {
        w = upper[i]!;
        isFree = 0;
      }
      weights[i] = w;
      free[i] = isFree;
      if (w === 0) continue;
      const p = i * k;
      for (let j = 0; j < k; j++) x[j] = x[j]! + exposures[p + j]! * w;
      for (let e = starts[i]!; e < starts[i + 1]!; e++) held[rowOf[e]!] = held[rowOf[e]!]! + coefficients[e]! * w;
    }
    for (let b = 0; b < k; b++) {
      let s = 0;
      for (let a = b; a < k; a++) s += root[a * k + b]! * x[a]!;
      this.factorGradient[b] = s - this.z[b]!;
    }
  }
}
