/**
 * A problem as the working-set method reads it: one quadratic known by its rows, read only where they are asked for, and few linear rows
 * written out. One more variable, the elastic, stands behind the assets; it is pinned to zero unless the search needs it to begin.
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { addTransposed, type Scope } from '../../math/kernels.ts';
import { derive, keep } from '../../math/prepared.ts';
import type { SymmetricOperator } from '../../problem/operator.ts';
import { maxAbs } from '../../math/vectors.ts';
import type { Problem } from '../../problem/problem.ts';

export interface ModelRow {
  /** (n + 1), the elastic last. */
  readonly coefficients: Float64Array;
  readonly lower: number;
  readonly upper: number;
  /** Its largest coefficient or side. */
  readonly size: number;
  /** How far off counts as met: rounding of the row's own terms. */
  readonly tolerance: number;
}

const roundingShare = 1e-13;

export class WorkingSetModel {
  /** Assets; the elastic has this position. */
  readonly n: number;
  /** The objective is divided by this, so that a single covariance is read in place. */
  readonly scale: number;
  readonly linear: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly rows: readonly ModelRow[];
  readonly diagonal: Float64Array;
  readonly largestDiagonal: number;
  /** The size of slopes in this problem: what counts as zero is a share of it. */
  readonly slopeScale: number;
  /** What the objective holds whatever the weights: the centres' own risk. */
  readonly constant: number;
  /** Whether `reference` is a centre rather than the origin. */
  readonly centred: boolean;
  /** A point near which the problem is simple, the shared centre of its terms or the origin, and the gradient there. */
  readonly reference: Float64Array;
  readonly referenceSlope: Float64Array;
  /** Curvature added around `anchor`, for covariances that are singular on the free assets. */
  ridge = 0;
  anchor: Float64Array;
  /** The one covariance, where there is only one and it is dense. */
  private readonly single: Float64Array | undefined;
  /** (n) moves by asset, and which assets move; room for a product. */
  private readonly moved: Float64Array;
  private readonly movers: Int32Array;
  private readonly terms: Problem['quadratics'];
  private readonly cache: (Float64Array | undefined)[];

  /** What lies in `scope` is void when that closes. */
  constructor(scope: Scope, problem: Problem, checkpoint: Checkpoint) {
    const n = problem.universe.assets.length;
    this.n = n;
    this.terms = problem.quadratics.filter(({ scale }) => scale > 0);
    const [first] = this.terms;
    const alone = this.terms.length === 1 && first?.operator.kind === 'dense' ? first.operator : undefined;
    this.scale = alone === undefined ? 1 : first!.scale;
    this.single = alone === undefined ? undefined : keep(scope, alone.entries);
    this.moved = scope.floats(n);
    this.movers = scope.integers(n);
    this.cache = [];
    this.lower = extended(problem.lower, 0);
    this.upper = extended(problem.upper, 0);
    this.anchor = new Float64Array(n + 1);
    this.diagonal = new Float64Array(n + 1);
    if (alone !== undefined) this.diagonal.set(diagonalOf(scope, alone.entries, n));
    else
      for (let i = 0; i < n; i++)
        for (const { scale, operator } of this.terms)
          this.diagonal[i] = this.diagonal[i]! + scale * entryOf(operator, i, i);
    this.largestDiagonal = this.diagonal.reduce((most, value) => Math.max(most, value), 0);
    this.diagonal[n] = this.largestDiagonal;
    this.linear = extended(
      problem.linear.map((value) => value / this.scale),
      0,
    );
    const shared = this.terms.every(({ centre }) => same(centre, first?.centre)) ? first?.centre : undefined;
    this.reference = extended(shared ?? new Float64Array(n), 0);
    const atReference = this.linear.map((value) => -value);
    this.centred = shared !== undefined;
    this.constant = 0;
    for (const { scale, operator, centre } of this.terms) {
      if (centre === undefined) continue;
      const pull = new Float64Array(n + 1);
      addTimes(operator, scale / this.scale, centre, pull, checkpoint);
      for (let i = 0; i < n; i++) {
        this.linear[i] = this.linear[i]! + pull[i]!;
        this.constant += 0.5 * pull[i]! * centre[i]!;
      }
    }
    this.slopeScale = Math.max(maxAbs(this.linear), 1e-2 * this.largestDiagonal, Number.MIN_VALUE);
    this.referenceSlope = shared === undefined ? this.linear.map((value) => -value) : atReference;
    this.rows = problem.rows.map((row) => {
      const coefficients = new Float64Array(n + 1);
      row.positions.forEach((position, k) => {
        coefficients[position] = coefficients[position]! + row.coefficients[k]!;
      });
      const largest = coefficients.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const side = [row.lower, row.upper].reduce(
        (most, v) => (Number.isFinite(v) ? Math.max(most, Math.abs(v)) : most),
        0,
      );
      const size = Math.max(largest, side, Number.MIN_VALUE);
      return { coefficients, lower: row.lower, upper: row.upper, size, tolerance: roundingShare * size };
    });
  }

  /** Row i of the quadratic over the assets, without the ridge. */
  row(i: number): Float64Array {
    const { n, single } = this;
    if (single !== undefined) return single.subarray(i * n, (i + 1) * n);
    const known = this.cache[i];
    if (known !== undefined) return known;
    const row = new Float64Array(n);
    for (const { scale, operator } of this.terms) addRow(operator, scale / this.scale, i, row);
    this.cache[i] = row;
    return row;
  }

  /** Entry (i, j) with the ridge; the elastic is curved by itself. */
  entry(i: number, j: number): number {
    if (i === j) return this.diagonal[i]! + this.ridge;
    if (i === this.n || j === this.n) return 0;
    return this.single === undefined ? this.row(i)[j]! : this.single[i * this.n + j]!;
  }

  /** target (f x f) = the quadratic with the ridge over the positions listed, lower triangle. */
  gather(positions: readonly number[], target: Float64Array): void {
    const { n, single } = this;
    const size = positions.length;
    for (let a = 0; a < size; a++) {
      const i = positions[a]!;
      if (single !== undefined && i !== n)
        for (let b = 0; b < a; b++) target[a * size + b] = positions[b] === n ? 0 : single[i * n + positions[b]!]!;
      else for (let b = 0; b < a; b++) target[a * size + b] = this.entry(i, positions[b]!);
      target[a * size + a] = this.entry(i, i);
    }
  }

  /** slope += Q moves, over the positions moved. */
  addMoves(slope: Float64Array, positions: readonly number[], moves: ArrayLike<number>): void {
    const { n, single, moved, movers } = this;
    let count = 0;
    for (let k = 0; k < positions.length; k++) {
      const position = positions[k]!;
      const move = moves[k]!;
      if (move === 0) continue;
      if (position === n) slope[n] = slope[n]! + (this.diagonal[n]! + this.ridge) * move;
      else {
        slope[position] = slope[position]! + this.ridge * move;
        moved[position] = move;
        movers[count++] = position;
      }
    }
    if (single !== undefined) addTransposed(single, n, n, moved, slope, movers.subarray(0, count));
    else
      for (let k = 0; k < count; k++) {
        const row = this.row(movers[k]!);
        const move = moved[movers[k]!]!;
        for (let j = 0; j < n; j++) slope[j] = slope[j]! + move * row[j]!;
      }
  }

  /** The objective in its own units, from weights and their slope. */
  objective(w: Float64Array, slope: Float64Array): number {
    let total = this.constant;
    for (let i = 0; i < this.n; i++) {
      const risk = slope[i]! - this.ridge * (w[i]! - this.anchor[i]!) - this.linear[i]!;
      total += 0.5 * w[i]! * risk;
    }
    return this.scale * total;
  }

  /** slope = Q w - linear, ridge included, from scratch. */
  slopeAt(w: Float64Array, slope: Float64Array): void {
    const positions: number[] = [];
    const weights: number[] = [];
    for (let i = 0; i < slope.length; i++) {
      slope[i] = -this.linear[i]! - this.ridge * this.anchor[i]!;
      if (w[i] === 0) continue;
      positions.push(i);
      weights.push(w[i]!);
    }
    this.addMoves(slope, positions, weights);
  }
}

/** A stride of a whole row misses the cache at every entry, so it is done once for a covariance. */
function diagonalOf(scope: Scope, entries: Float64Array, n: number): Float64Array {
  return derive(scope, 'diagonal', [entries], n, (target) => {
    for (let i = 0; i < n; i++) target[i] = entries[i * n + i]!;
  });
}

function extended(values: Float64Array, last: number): Float64Array {
  const result = new Float64Array(values.length + 1);
  result.set(values);
  result[values.length] = last;
  return result;
}

function same(a: Float64Array | undefined, b: Float64Array | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && a.every((value, i) => value === b[i]);
}

function entryOf(operator: SymmetricOperator, i: number, j: number): number {
  switch (operator.kind) {
    case 'dense':
      return operator.entries[i * operator.size + j]!;
    case 'diagonal':
      return i === j ? operator.entries[i]! : 0;
    case 'factor': {
      const { factors: k, exposures, factorCovariance, specific } = operator;
      let total = i === j ? specific[i]! : 0;
      for (let a = 0; a < k; a++)
        for (let b = 0; b < k; b++)
          total += exposures[i * k + a]! * factorCovariance[a * k + b]! * exposures[j * k + b]!;
      return total;
    }
    case 'sum':
      return operator.terms.reduce((total, term) => total + entryOf(term, i, j), 0);
  }
}

/** target += factor * row i of the operator. */
function addRow(operator: SymmetricOperator, factor: number, i: number, target: Float64Array): void {
  const n = operator.size;
  switch (operator.kind) {
    case 'dense':
      for (let j = 0; j < n; j++) target[j] = target[j]! + factor * operator.entries[i * n + j]!;
      return;
    case 'diagonal':
      target[i] = target[i]! + factor * operator.entries[i]!;
      return;
    case 'factor': {
      const { factors: k, exposures, factorCovariance, specific } = operator;
      const risk = new Float64Array(k);
      for (let a = 0; a < k; a++)
        for (let b = 0; b < k; b++) risk[b] = risk[b]! + factor * exposures[i * k + a]! * factorCovariance[a * k + b]!;
      for (let j = 0; j < n; j++) {
        let total = 0;
        for (let b = 0; b < k; b++) total += risk[b]! * exposures[j * k + b]!;
        target[j] = target[j]! + total;
      }
      target[i] = target[i]! + factor * specific[i]!;
      return;
    }
    case 'sum':
      for (const term of operator.terms) addRow(term, factor, i, target);
  }
}

/** target += factor * operator x. */
function addTimes(
  operator: SymmetricOperator,
  factor: number,
  x: Float64Array,
  target: Float64Array,
  checkpoint: Checkpoint,
): void {
  const n = operator.size;
  if (operator.kind === 'dense') {
    for (let i = 0; i < n; i++) {
      checkpoint(n);
      const start = i * n;
      let even = 0;
      let odd = 0;
      let j = 0;
      for (; j + 2 <= n; j += 2) {
        even += operator.entries[start + j]! * x[j]!;
        odd += operator.entries[start + j + 1]! * x[j + 1]!;
      }
      if (j < n) even += operator.entries[start + j]! * x[j]!;
      target[i] = target[i]! + factor * (even + odd);
    }
  } else if (operator.kind === 'sum') for (const term of operator.terms) addTimes(term, factor, x, target, checkpoint);
  else
    for (let i = 0; i < n; i++) {
      if (x[i] === 0) continue;
      checkpoint(n);
      addRow(operator, factor * x[i]!, i, target);
    }
}
