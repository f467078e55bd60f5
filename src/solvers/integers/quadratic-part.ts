/**
 * A quadratic form as relaxations take it: a diagonal D that stands apart, because every asset can pay for it on its own, and the curvature
 * G = Q - D that couples assets. The objective is one, and so is half the square of every norm, which is added at a price.
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import type { Problem, Quadratic } from '../../problem/problem.ts';
import { centrePulls } from './centre-pulls.ts';
import {
  DenseCurvature,
  denseMax,
  DiagonalCurvature,
  FactoredCurvature,
  isFactored,
  standingAlone,
  SumCurvature,
  writtenOut,
  type Curvature,
} from './curvature.ts';
import { equalDiagonal, largestOver, splitMax } from './diagonal-split.ts';

/** 1/2 w'(G + D) w + linear'w + constant. */
export interface QuadraticPart {
  /** (n) D. */
  readonly diagonal: Float64Array;
  readonly curvature: Curvature;
  /** (n) -Q c. */
  readonly linear: Float64Array;
  /** 1/2 c'Q c. */
  readonly constant: number;
  /** Of the riskiest asset held whole; 1 where there is no risk. */
  readonly size: number;
}

/** A form that can be split in more than one way. */
export class QuadraticForm {
  /** (n x n); nothing where that is too large to write out. */
  readonly covariance: Float64Array | undefined;
  private readonly terms: Pick<Problem, 'quadratics' | 'universe'>;
  private readonly centres: { readonly linear: Float64Array; readonly constant: number };
  private readonly checkpoint: Checkpoint;

  constructor({ universe }: Problem, quadratics: readonly Quadratic[], checkpoint: Checkpoint) {
    this.terms = { universe, quadratics };
    this.checkpoint = checkpoint;
    this.covariance = universe.assets.length <= denseMax ? writtenOut(this.terms, checkpoint) : undefined;
    this.centres = centrePulls(this.terms, checkpoint);
  }

  /** Chosen for the sum of its entries, or what stands alone where that is known and more would cost too much. */
  firstDiagonal(): Float64Array {
    const { terms, covariance, checkpoint } = this;
    const n = terms.universe.assets.length;
    const alone = standingAlone(terms, checkpoint);
    if (isFactored(terms) || covariance === undefined) return alone;
    if (n <= splitMax) return largestOver(covariance, new Float64Array(n).fill(1), checkpoint);
    if (alone.some((value) => value > 0)) return alone;
    return equalDiagonal(covariance, n, checkpoint);
  }

  /** `diagonal` stands apart; where the matrix is not written out that is what stands alone, or nothing. */
  splitAt(diagonal: Float64Array): QuadraticPart {
    const { covariance } = this;
    const curvature = covariance === undefined ? this.factoredLess(diagonal) : new DenseCurvature(covariance, diagonal);
    return { diagonal, curvature, ...this.centres, size: sizeOf(diagonal, curvature) };
  }

  private factoredLess(diagonal: Float64Array): Curvature {
    const { terms, checkpoint } = this;
    const factored = new FactoredCurvature(terms, checkpoint);
    const left = standingAlone(terms, checkpoint).map((value, i) => value - diagonal[i]!);
    if (left.every((value) => value === 0)) return factored;
    return new SumCurvature(left.length, [
      [1, factored],
      [1, new DiagonalCurvature(left)],
    ]);
  }
}

function sizeOf(diagonal: Float64Array, curvature: Curvature): number {
  const own = new Float64Array(1);
  let most = 0;
  diagonal.forEach((apart, i) => {
    curvature.block(Int32Array.of(i), 1, own);
    most = Math.max(most, apart + own[0]!);
  });
  return 0.5 * most || 1;
}
