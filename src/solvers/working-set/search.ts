/**
 * The state of the working-set search: weights, slope, which assets are free and which rows hold with equality, and the solution of the
 * equations of that face. Nocedal and Wright, Numerical Optimization, 2nd ed., 16.2 and 16.5.
 */
import { factorizeCholesky } from '../../math/cholesky.ts';
import type { Checkpoint } from '../../math/checkpoint.ts';
import { maxAbs } from '../../math/vectors.ts';
import { FreeFactor } from './factor.ts';
import type { WorkingSetModel } from './model.ts';

export type Side = -1 | 0 | 1;

/** The optimum of a face: moves of the free assets, by position in the factor, and prices of all rows. */
export interface Face {
  readonly moves: Float64Array;
  readonly prices: Float64Array;
}

/** A row whose own part beyond the rows before it is below this share depends on them. */
const dependentShare = 1e-10;
/** Slopes of this share of the problem's largest count as zero. */
const slopeShare = 1e-12;
/** This many changes at once are cheaper by a new factorization. */
const updatesMin = 4;
const updatesShare = 1 / 24;

export class Search {
  readonly model: WorkingSetModel;
  readonly factor: FreeFactor;
  readonly w: Float64Array;
  slope: Float64Array;
  /** -1 at the lower side, 0 free, 1 at the upper side; by asset. */
  readonly sides: Int8Array;
  /** -1 or 1 where a row holds with equality at that side, 0 where it does not; by row. */
  readonly rowSides: Int8Array;
  readonly checkpoint: Checkpoint;

  constructor(model: WorkingSetModel, w: Float64Array, slope: Float64Array, checkpoint: Checkpoint) {
    this.model = model;
    this.checkpoint = checkpoint;
    this.factor = new FreeFactor(model, checkpoint);
    this.w = w;
    this.slope = slope;
    this.sides = Int8Array.from(w, (value, i) => (value <= model.lower[i]! ? -1 : value >= model.upper[i]! ? 1 : 0));
    this.rowSides = Int8Array.from(model.rows, ({ lower, upper }) => (lower === upper ? 1 : 0));
  }

  isEquality(r: number): boolean {
    return this.model.rows[r]!.lower === this.model.rows[r]!.upper;
  }

  /** Slopes below this are rounding. */
  slopeTolerance(): number {
    return slopeShare * Math.max(maxAbs(this.slope.subarray(0, this.model.n)), this.model.slopeScale);
  }

  held(r: number, w: ArrayLike<number> = this.w): number {
    const { coefficients } = this.model.rows[r]!;
    let total = 0;
    for (let i = 0; i < coefficients.length; i++) total += coefficients[i]! * w[i]!;
    return total;
  }

  /** Moves weights and the slope with them. */
  move(positions: readonly number[], moves: ArrayLike<number>): void {
    this.checkpoint(positions.length * this.model.n);
    positions.forEach((i, k) => (this.w[i] = this.w[i]! + moves[k]!));
    this.model.addMoves(this.slope, positions, moves);
  }

  /** Brings assets to a side exactly; -1 and 1 only. */
  pin(positions: readonly number[], side: (position: number) => Side): void {
    const { lower, upper } = this.model;
    const chosen = positions.map(side);
    const targets = positions.map((i, k) => (chosen[k]! < 0 ? lower[i]! : upper[i]!));
    this.move(
      positions,
      positions.map((i, k) => targets[k]! - this.w[i]!),
    );
    positions.forEach((i, k) => {
      this.w[i] = targets[k]!;
      this.sides[i] = chosen[k]!;
    });
  }

  /** Makes the factor that of the assets that are free now. @returns false when it is singular. */
  follow(left: readonly number[], entered: readonly number[]): boolean {
    const { factor, sides } = this;
    const few = Math.max(updatesMin, factor.free.length * updatesShare);
    if (left.length + entered.length <= few) {
      for (const i of left) factor.remove(i);
      return entered.every((i) => factor.add(i));
    }
    const stays = factor.free.filter((i) => sides[i] === 0 && !entered.includes(i));
    return factor.refresh([...stays, ...entered]);
  }

  /** Solves the equations of the present face: stationary on the free assets, equality on the rows that hold. */
  solveFace(): Face {
    const { model, factor, slope, rowSides } = this;
    const { free } = factor;
    const f = free.length;
    const moves = Float64Array.from(free, (i) => -slope[i]!);
    const prices = new Float64Array(model.rows.length);
    this.checkpoint(f * f);
    factor.solveLower(moves);
    const active = this.activeRows();
    const columns = active.map((r) => {
      const { coefficients } = model.rows[r]!;
      const column = Float64Array.from(free, (i) => coefficients[i]!);
      factor.solveLower(column);
      return column;
    });
    const count = active.length;
    const gram = new Float64Array(count * count);
    const right = new Float64Array(count);
    for (let a = 0; a < count; a++) {
      for (let b = 0; b <= a; b++) gram[a * count + b] = inner(columns[a]!, columns[b]!);
      const row = model.rows[active[a]!]!;
      const side = rowSides[active[a]!]! < 0 ? row.lower : row.upper;
      right[a] = inner(columns[a]!, moves) - (side - this.held(active[a]!));
    }
    const solved = solveDependent(gram, right, count);
    for (let a = 0; a < count; a++) {
      const price = solved[a]!;
      prices[active[a]!] = price;
      for (let k = 0; k < f; k++) moves[k] = moves[k]! - price * columns[a]![k]!;
    }
    factor.solveUpper(moves);
    return { moves, prices };
  }

  /** What one more unit of an asset costs beyond the prices of the rows. */
  reduced(prices: Float64Array): Float64Array {
    const reduced = Float64Array.from(this.slope);
    this.model.rows.forEach(({ coefficients }, r) => {
      const price = prices[r]!;
      if (price !== 0) for (let i = 0; i < reduced.length; i++) reduced[i] = reduced[i]! + price * coefficients[i]!;
    });
    return reduced;
  }

  /** Equalities first, so that of dependent rows an equality is kept. */
  private activeRows(): number[] {
    const active = Array.from(this.rowSides.keys()).filter((r) => this.rowSides[r] !== 0);
    return active.sort((a, b) => Number(this.isEquality(b)) - Number(this.isEquality(a)) || a - b);
  }
}

function inner(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += a[k]! * b[k]!;
  return total;
}

/** Solves the small system; rows that depend on those before them get a price of zero. */
function solveDependent(gram: Float64Array, right: Float64Array, count: number): Float64Array {
  const kept: number[] = [];
  for (let a = 0; a < count; a++) {
    const tried = [...kept, a];
    const block = submatrix(gram, count, tried);
    factorizeCholesky(block, tried.length);
    const pivot = block[tried.length * tried.length - 1]!;
    if (pivot * pivot > dependentShare * gram[a * count + a]!) kept.push(a);
  }
  const size = kept.length;
  const block = submatrix(gram, count, kept);
  factorizeCholesky(block, size);
  const solution = new Float64Array(count);
  const values = kept.map((a) => right[a]!);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < a; b++) values[a] = values[a]! - block[a * size + b]! * values[b]!;
    values[a] = values[a]! / block[a * size + a]!;
  }
  for (let a = size - 1; a >= 0; a--) {
    for (let b = a + 1; b < size; b++) values[a] = values[a]! - block[b * size + a]! * values[b]!;
    values[a] = values[a]! / block[a * size + a]!;
  }
  kept.forEach((a, k) => (solution[a] = values[k]!));
  return solution;
}

function submatrix(gram: Float64Array, count: number, kept: readonly number[]): Float64Array {
  const size = kept.length;
  const block = new Float64Array(size * size);
  for (let a = 0; a < size; a++) for (let b = 0; b <= a; b++) block[a * size + b] = gram[kept[a]! * count + kept[b]!]!;
  return block;
}
