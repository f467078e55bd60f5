/**
 * The state of the working-set search: weights, slope, which assets are free and which rows hold with equality, and the solution of the
 * equations of that face. Nocedal and Wright, Numerical Optimization, 2nd ed., 16.2 and 16.5.
 */
import { factorizeCholesky } from '../../math/cholesky.ts';
import type { Checkpoint } from '../../math/checkpoint.ts';
import type { Scope } from '../../math/kernels.ts';
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
  /** -1 at the lower side, 0 free, 1 at the upper side; by asset. */
  readonly sides: Int8Array;
  /** -1 or 1 where a row holds with equality at that side, 0 where it does not; by row. */
  readonly rowSides: Int8Array;
  readonly checkpoint: Checkpoint;
  /** Of the weights, in the units of the problem; a ridge may be in it until the next `price`. */
  objective = 0;
  /** The slope of all assets when `price` was last called, and what has moved since. */
  private readonly slope: Float64Array;
  private readonly moved: number[] = [];
  private readonly moves: Float64Array;
  /** The slope now, of free assets only: that of the others is not needed until somebody asks who wants to enter. */
  private readonly freeSlope: Float64Array;

  constructor(scope: Scope, model: WorkingSetModel, w: Float64Array, checkpoint: Checkpoint) {
    this.model = model;
    this.checkpoint = checkpoint;
    this.factor = new FreeFactor(scope, model, checkpoint);
    this.w = w;
    this.slope = scope.floats(model.n + 1);
    this.moves = new Float64Array(model.n + 1);
    this.freeSlope = new Float64Array(model.n + 1);
    this.sides = Int8Array.from(w, (value, i) => (value <= model.lower[i]! ? -1 : value >= model.upper[i]! ? 1 : 0));
    this.rowSides = Int8Array.from(model.rows, ({ lower, upper }) => (lower === upper ? 1 : 0));
    this.restart();
  }

  /** Slopes from scratch: after weights, the ridge or its anchor were set from outside. */
  restart(): void {
    const { model, w, slope } = this;
    model.slopeAt(w, slope);
    for (const i of this.moved) this.moves[i] = 0;
    this.moved.length = 0;
    this.freeSlope.set(slope);
    this.objective = model.objective(w, slope);
  }

  /** The slope of every asset, up to date; not to be changed. */
  price(): Float64Array {
    const { model, w, slope, moved, moves, freeSlope } = this;
    if (moved.length === 0) return slope;
    this.checkpoint(moved.length * model.n);
    model.addMoves(
      slope,
      moved,
      moved.map((i) => moves[i]!),
    );
    for (const i of moved) moves[i] = 0;
    moved.length = 0;
    freeSlope.set(slope);
    this.objective = model.objective(w, slope);
    return slope;
  }

  /** Makes the elastic cheaper by so much. */
  cheapen(amount: number): void {
    const { n } = this.model;
    this.slope[n] = this.slope[n]! - amount;
    this.freeSlope[n] = this.freeSlope[n]! - amount;
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

  /** Moves the free assets a share of the way to the optimum of their face; slopes on the way are known from its equations. */
  step({ moves, prices }: Face, share: number): void {
    const { model, factor, w, freeSlope } = this;
    let gained = 0;
    for (let k = 0; k < moves.length; k++) {
      const i = factor.free[k]!;
      const move = share * moves[k]!;
      let wanted = freeSlope[i]!;
      for (let r = 0; r < prices.length; r++) wanted += prices[r]! * model.rows[r]!.coefficients[i]!;
      gained += move * (freeSlope[i]! - 0.5 * share * wanted);
      freeSlope[i] = freeSlope[i]! - share * wanted;
      w[i] = w[i]! + move;
      this.remember(i, move);
    }
    this.objective += model.scale * gained;
  }

  /** Brings free assets to a side exactly; -1 and 1 only. */
  pin(positions: readonly number[], side: (position: number) => Side): void {
    const { model, factor, w, sides, freeSlope } = this;
    this.checkpoint(positions.length * factor.free.length);
    for (const i of positions) {
      const chosen = side(i);
      const target = chosen < 0 ? model.lower[i]! : model.upper[i]!;
      const move = target - w[i]!;
      this.objective += model.scale * move * (freeSlope[i]! + 0.5 * move * model.entry(i, i));
      for (const j of factor.free) freeSlope[j] = freeSlope[j]! + move * model.entry(i, j);
      this.remember(i, move);
      w[i] = target;
      sides[i] = chosen;
    }
  }

  private remember(i: number, move: number): void {
    if (move === 0) return;
    if (this.moves[i] === 0) this.moved.push(i);
    this.moves[i] = this.moves[i]! + move;
  }

  /** Makes the factor that of the assets that are free now. @returns false when it is singular. */
  follow(left: readonly number[], entered: readonly number[]): boolean {
    const { factor, sides } = this;
    const few = Math.max(updatesMin, factor.free.length * updatesShare);
    if (left.length + entered.length <= few) {
      for (const i of left) factor.remove(i);
      return entered.every((i) => factor.add(i));
    }
    const free = factor.free.filter((i) => sides[i] === 0).concat(entered);
    // In the order of the covariance, so that its rows are read from left to right.
    return factor.refresh(free.sort((a, b) => a - b));
  }

  /** Solves the equations of the present face: stationary on the free assets, equality on the rows that hold. */
  solveFace(): Face {
    const { model, factor, freeSlope, rowSides } = this;
    const { free } = factor;
    const f = free.length;
    const moves = Float64Array.from(free, (i) => -freeSlope[i]!);
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
    const reduced = this.price().slice();
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
