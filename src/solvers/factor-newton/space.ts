/** The factors of a risk model as the dual sees them: G = B L with L L' the factor covariance, prepared once, and products with it. */
import { unchecked, type Checkpoint } from '../../math/checkpoint.ts';
import { semidefiniteFactor } from '../../math/cholesky.ts';

/** Exposures B (n x k), row-major, with their factor covariance (k x k). */
export interface FactorBlock {
  readonly factors: number;
  readonly exposures: Float64Array;
  readonly factorCovariance: Float64Array;
}

export class FactorSpace {
  /** Assets and factors. */
  readonly n: number;
  readonly k: number;
  /** (n x k) row-major. */
  private readonly g: Float64Array;

  constructor(n: number, k: number, g: Float64Array) {
    this.n = n;
    this.k = k;
    this.g = g;
  }

  /** Several side by side. */
  static joined(n: number, spaces: readonly FactorSpace[]): FactorSpace {
    const k = spaces.reduce((total, space) => total + space.k, 0);
    const g = new Float64Array(n * k);
    let first = 0;
    for (const { k: own, g: part } of spaces) {
      for (let i = 0; i < n; i++) for (let j = 0; j < own; j++) g[i * k + first + j] = part[i * own + j]!;
      first += own;
    }
    return new FactorSpace(n, k, g);
  }

  /** out (n) = G x. */
  times(x: Float64Array, out: Float64Array): void {
    const { n, k, g } = this;
    for (let i = 0; i < n; i++) {
      let even = 0;
      let odd = 0;
      const p = i * k;
      let j = 0;
      for (; j + 2 <= k; j += 2) {
        even += g[p + j]! * x[j]!;
        odd += g[p + j + 1]! * x[j + 1]!;
      }
      if (j < k) even += g[p + j]! * x[j]!;
      out[i] = even + odd;
    }
  }

  /** out (k) = G'w over the first `count` assets listed; the others are taken to weigh nothing. */
  held(w: Float64Array, listed: Int32Array, count: number, out: Float64Array): void {
    const { k, g } = this;
    out.fill(0);
    let at = 0;
    for (; at + 4 <= count; at += 4) {
      const [i0, i1, i2, i3] = [listed[at]!, listed[at + 1]!, listed[at + 2]!, listed[at + 3]!];
      const [w0, w1, w2, w3] = [w[i0]!, w[i1]!, w[i2]!, w[i3]!];
      const [p0, p1, p2, p3] = [i0 * k, i1 * k, i2 * k, i3 * k];
      for (let j = 0; j < k; j++)
        out[j] = out[j]! + (w0 * g[p0 + j]! + w1 * g[p1 + j]! + (w2 * g[p2 + j]! + w3 * g[p3 + j]!));
    }
    for (; at < count; at++) {
      const i = listed[at]!;
      for (let j = 0; j < k; j++) out[j] = out[j]! + w[i]! * g[i * k + j]!;
    }
  }

  /** The lower triangle of sum_i scale_i G_i G_i' (k x k) over the first `count` assets listed. */
  curvature(scale: Float64Array, listed: Int32Array, count: number, out: Float64Array): void {
    const { k, g } = this;
    out.fill(0);
    let at = 0;
    for (; at + 4 <= count; at += 4) {
      const [i0, i1, i2, i3] = [listed[at]!, listed[at + 1]!, listed[at + 2]!, listed[at + 3]!];
      const [s0, s1, s2, s3] = [scale[i0]!, scale[i1]!, scale[i2]!, scale[i3]!];
      const [p0, p1, p2, p3] = [i0 * k, i1 * k, i2 * k, i3 * k];
      for (let a = 0; a < k; a++) {
        const v0 = s0 * g[p0 + a]!;
        const v1 = s1 * g[p1 + a]!;
        const v2 = s2 * g[p2 + a]!;
        const v3 = s3 * g[p3 + a]!;
        const q = a * k;
        for (let b = 0; b <= a; b++)
          out[q + b] = out[q + b]! + (v0 * g[p0 + b]! + v1 * g[p1 + b]! + (v2 * g[p2 + b]! + v3 * g[p3 + b]!));
      }
    }
    for (; at < count; at++) {
      const i = listed[at]!;
      const p = i * k;
      for (let a = 0; a < k; a++) {
        const value = scale[i]! * g[p + a]!;
        for (let b = 0; b <= a; b++) out[a * k + b] = out[a * k + b]! + value * g[p + b]!;
      }
    }
  }

  /** target (k) += factor G_i. */
  addRow(i: number, factor: number, target: Float64Array, start: number): void {
    const { k, g } = this;
    for (let j = 0; j < k; j++) target[start + j] = target[start + j]! + factor * g[i * k + j]!;
  }
}

/** By exposures: operators are never changed, and many problems share one. */
const prepared = new WeakMap<Float64Array, { readonly factorCovariance: Float64Array; readonly space: FactorSpace }>();

export function factorSpaceOf(n: number, block: FactorBlock, checkpoint: Checkpoint = unchecked): FactorSpace {
  const { factors: k, exposures, factorCovariance } = block;
  const known = prepared.get(exposures);
  if (known?.factorCovariance === factorCovariance) return known.space;
  const root = semidefiniteFactor(factorCovariance, k, checkpoint);
  const g = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    checkpoint(0.5 * k * k);
    const p = i * k;
    for (let a = 0; a < k; a++) {
      const exposure = exposures[p + a]!;
      if (exposure === 0) continue;
      for (let b = 0; b <= a; b++) g[p + b] = g[p + b]! + exposure * root[a * k + b]!;
    }
  }
  const space = new FactorSpace(n, k, g);
  prepared.set(exposures, { factorCovariance, space });
  return space;
}
