/**
 * Solves with a factorized system from which terms weight c c' have been taken, as long as what is left is positive definite (Sherman,
 * Morrison and Woodbury). Terms that are added belong into the system itself.
 */
import type { Checkpoint } from '../math/checkpoint.ts';
import { factorizeCholesky, solveCholesky } from '../math/cholesky.ts';
import { dot } from '../math/vectors.ts';

export interface Subtracted {
  /** (n) */
  readonly coefficients: Float64Array;
  /** Above 0. */
  readonly weight: number;
}

/** Overwrites f (n; zero off the free positions) by x and g (one per border) by y. */
type Solve = (f: Float64Array, g: Float64Array) => void;

interface Answered extends Subtracted {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

export class Deflation {
  private readonly solveBefore: Solve;
  private readonly answered: readonly Answered[];
  private readonly factor: Float64Array;

  /** @param moves (n) 0 where an asset stands still */
  constructor(
    subtracted: readonly Subtracted[],
    moves: (i: number) => boolean,
    borders: number,
    solveBefore: Solve,
    checkpoint: Checkpoint,
  ) {
    this.solveBefore = solveBefore;
    this.answered = subtracted.map(({ coefficients, weight }) => {
      const free = coefficients.map((value, i) => (moves(i) ? value : 0));
      const [x, y] = [Float64Array.from(free), new Float64Array(borders)];
      solveBefore(x, y);
      return { coefficients: free, weight, x, y };
    });
    const size = this.answered.length;
    this.factor = new Float64Array(size * size);
    this.answered.forEach((one, a) =>
      this.answered.slice(0, a + 1).forEach((other, b) => {
        this.factor[a * size + b] = (a === b ? 1 / one.weight : 0) - dot(one.coefficients, other.x);
      }),
    );
    factorizeCholesky(this.factor, size, { pivotMin: 0, replacement: 1e128, checkpoint });
  }

  solve(f: Float64Array, g: Float64Array): void {
    const { answered } = this;
    this.solveBefore(f, g);
    if (answered.length === 0) return;
    const share = Float64Array.from(answered, ({ coefficients }) => dot(coefficients, f));
    solveCholesky(this.factor, answered.length, share);
    answered.forEach(({ x, y }, a) => {
      for (let i = 0; i < f.length; i++) f[i] = f[i]! + share[a]! * x[i]!;
      for (let k = 0; k < g.length; k++) g[k] = g[k]! + share[a]! * y[k]!;
    });
  }
}
