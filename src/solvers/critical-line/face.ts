/**
 * The face on which a frontier moves: assets that are free and rows that hold with equality. Solves
 *     Q x + A'y = f  on the free assets,   A x = g  on the active rows
 * and changes the face one constraint, or one pair of them, at a time.
 */
export interface Face {
  /** The first `freeCount` are the free assets. */
  readonly free: Int32Array;
  readonly freeCount: number;
  /** The first `activeCount` are the active rows, counted from 0. */
  readonly active: Int32Array;
  readonly activeCount: number;
  /** Multiplications in one solve and one change. */
  readonly work: number;
  /** Starts anew with these. @returns false when the system is singular. */
  begin(free: readonly number[], active: readonly number[]): boolean;
  /** Reads f (n) on free assets and g (m) on active rows; writes x (n) and y (m) there and nowhere else. */
  solve(f: Float64Array, g: Float64Array, x: Float64Array, y: Float64Array): void;
  /**
   * The direction in which a fixed asset (index < n) or an active row (index - n) moves by one when it is let go, all others of the face
   * following. Writes x and y as `solve` does, and x of the asset. @returns x'Qx, >= 0 but for rounding
   */
  release(index: number, x: Float64Array, y: Float64Array): number;
  /** Lets go what `release` was just asked of; its curvature is not zero. */
  join(index: number): void;
  /** Fixes a free asset or activates a row. @returns false when the face already determines it. */
  leave(index: number): boolean;
  /** Lets go what `release` was just asked of, without curvature, and holds `leaving`, which moves with it. @returns false when it does not. */
  exchange(entering: number, leaving: number): boolean;
}
