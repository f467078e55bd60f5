/** The factors of a risk model as the dual sees them: G = B L with L L' the factor covariance, prepared once, and products with it. */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { semidefiniteFactor } from '../../math/cholesky.ts';
import { addProduct, addTransposed, addWeightedGram, timesVector, type Scope } from '../../math/kernels.ts';
import { derive, keep } from '../../math/prepared.ts';

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
  static joined(scope: Scope, n: number, spaces: readonly FactorSpace[]): FactorSpace {
    const k = spaces.reduce((total, space) => total + space.k, 0);
    const g = scope.floats(n * k);
    let first = 0;
    for (const { k: own, g: part } of spaces) {
      for (let i = 0; i < n; i++) for (let j = 0; j < own; j++) g[i * k + first + j] = part[i * own + j]!;
      first += own;
    }
    return new FactorSpace(n, k, g);
  }

  /** out (n) = G x. */
  times(x: Float64Array, out: Float64Array): void {
    timesVector(this.g, this.n, this.k, x, out);
  }

  /** out (k) = G'w over the assets listed; the others are taken to weigh nothing. */
  held(w: Float64Array, listed: Int32Array, out: Float64Array): void {
    out.fill(0);
    addTransposed(this.g, this.n, this.k, w, out, listed);
  }

  /** out (k x k) = the lower triangle of sum_i scale_i G_i G_i' over the assets listed. */
  curvature(scale: Float64Array, listed: Int32Array, out: Float64Array): void {
    out.fill(0);
    addWeightedGram(this.g, this.n, this.k, out, listed, scale);
  }

  /** target, from `start`, += factor G_i. */
  addRow(i: number, factor: number, target: Float64Array, start: number): void {
    const { k, g } = this;
    const p = i * k;
    for (let j = 0; j < k; j++) target[start + j] = target[start + j]! + factor * g[p + j]!;
  }
}

/** Of one risk model; kept between solves. @throws what `checkpoint` does. */
export function factorSpaceOf(scope: Scope, n: number, block: FactorBlock, checkpoint: Checkpoint): FactorSpace {
  const { factors: k, exposures, factorCovariance } = block;
  const g = derive(
    scope,
    'exposures times the root of the factor covariance',
    [exposures, factorCovariance],
    n * k,
    (target) => {
      const right = semidefiniteFactor(factorCovariance, k, checkpoint);
      addProduct({ rows: n, columns: k, terms: k, left: keep(scope, exposures), right, target, checkpoint });
    },
  );
  return new FactorSpace(n, k, g);
}
