/**
 * The quadratic of a frontier as the critical line reads it: Q = sum of dense parts + diag(own) + G G', all divided by its largest
 * variance so that tolerances mean the same everywhere. Only the columns of assets that move are read.
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { maxAbs } from '../../math/vectors.ts';
import type { Problem } from '../../problem/problem.ts';
import { addAtomTimes, AtomList, diagonalOf, workOf, type Atom } from '../atoms.ts';

interface DensePart {
  readonly entries: Float64Array;
  readonly weight: number;
}

export class Curvature {
  readonly n: number;
  /** The objective is divided by this. */
  readonly size: number;
  /** (n) diagonal of Q. */
  readonly diagonal: Float64Array;
  /** (n) what of Q stands on the diagonal alone. */
  readonly own: Float64Array;
  /** G (n x rank, row-major). */
  readonly columns: Float64Array;
  readonly rank: number;
  /** Whether Q is a diagonal and few columns, and nothing else. */
  readonly isFactored: boolean;
  /** (n) the base problem is 1/2 w'Qw - linear'w. */
  readonly linear: Float64Array;
  private readonly dense: readonly DensePart[];
  private readonly held: Float64Array;

  constructor(problem: Problem, checkpoint: Checkpoint) {
    const n = problem.universe.assets.length;
    const list = new AtomList(checkpoint);
    const terms = problem.quadratics
      .filter(({ scale }) => scale > 0)
      .map(({ scale, operator, centre }) => ({ scale, centre, atoms: list.add(operator) }));
    const weights = new Float64Array(list.atoms.length);
    for (const { scale, atoms } of terms) for (const a of atoms) weights[a] = weights[a]! + scale;
    const diagonal = new Float64Array(n);
    list.atoms.forEach((atom, a) => addScaledTo(diagonal, weights[a]!, diagonalOf(atom, n)));
    const linear = Float64Array.from(problem.linear);
    for (const { scale, centre, atoms } of terms)
      for (const a of centre === undefined ? [] : atoms) {
        checkpoint(workOf(list.atoms[a]!, n));
        addAtomTimes(list.atoms[a]!, scale, centre!, linear);
      }
    const largest = maxAbs(diagonal);
    this.n = n;
    const slope = maxAbs(linear);
    this.size = largest > 0 ? largest : slope > 0 ? slope : 1;
    this.diagonal = diagonal.map((value) => value / this.size);
    this.linear = linear.map((value) => value / this.size);
    this.own = new Float64Array(n);
    list.atoms.forEach((atom, a) => {
      if (atom.diagonal !== undefined) addScaledTo(this.own, weights[a]! / this.size, atom.diagonal);
    });
    this.dense = list.atoms.flatMap((atom, a) =>
      atom.leaf.kind === 'dense' ? [{ entries: atom.leaf.entries, weight: weights[a]! / this.size }] : [],
    );
    this.isFactored = this.dense.length === 0;
    const stacked = stackedColumns(list.atoms, weights, this.size, n);
    this.columns = stacked.columns;
    this.rank = stacked.rank;
    this.held = new Float64Array(this.rank);
  }

  /** Multiplications in `addTimes` with so many moving assets. */
  workOf(count: number): number {
    return this.n * (count * this.dense.length + this.rank) + count * this.rank;
  }

  /** out += Q x, where x is zero but at the first `count` of `positions`. */
  addTimes(positions: Int32Array, count: number, x: Float64Array, out: Float64Array): void {
    const { n, rank, columns, held, own } = this;
    for (const { entries, weight } of this.dense) addRows(entries, n, weight, positions, count, x, out);
    for (let k = 0; k < count; k++) {
      const i = positions[k]!;
      out[i] = out[i]! + own[i]! * x[i]!;
    }
    if (rank === 0) return;
    held.fill(0);
    for (let k = 0; k < count; k++) {
      const i = positions[k]!;
      const value = x[i]!;
      const p = i * rank;
      for (let j = 0; j < rank; j++) held[j] = held[j]! + columns[p + j]! * value;
    }
    for (let i = 0; i < n; i++) {
      const p = i * rank;
      let s = 0;
      for (let j = 0; j < rank; j++) s += columns[p + j]! * held[j]!;
      out[i] = out[i]! + s;
    }
  }

  /** Entry (i, j). */
  entry(i: number, j: number): number {
    if (i === j) return this.diagonal[i]!;
    let s = 0;
    for (const { entries, weight } of this.dense) s += weight * entries[i * this.n + j]!;
    const { rank, columns } = this;
    for (let k = 0; k < rank; k++) s += columns[i * rank + k]! * columns[j * rank + k]!;
    return s;
  }
}

function addScaledTo(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! + factor * source[i]!;
}

/** Columns of all factor leaves side by side, each scaled by the root of its weight. */
function stackedColumns(atoms: readonly Atom[], weights: Float64Array, size: number, n: number) {
  const rank = atoms.reduce((total, atom) => total + atom.rank, 0);
  const columns = new Float64Array(n * rank);
  let first = 0;
  for (const [a, atom] of atoms.entries()) {
    if (atom.columns === undefined) continue;
    const root = Math.sqrt(weights[a]! / size);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < atom.rank; j++) columns[i * rank + first + j] = root * atom.columns[i * atom.rank + j]!;
    first += atom.rank;
  }
  return { columns, rank };
}

/** out += weight A x over rows of a symmetric matrix, eight at a time. */
function addRows(
  entries: Float64Array,
  n: number,
  weight: number,
  positions: Int32Array,
  count: number,
  x: Float64Array,
  out: Float64Array,
): void {
  let k = 0;
  for (; k + 8 <= count; k += 8) addEight(entries, n, weight, positions, k, x, out);
  for (; k < count; k++) {
    const i = positions[k]!;
    const value = weight * x[i]!;
    const p = i * n;
    for (let j = 0; j < n; j++) out[j] = out[j]! + value * entries[p + j]!;
  }
}

function addEight(
  entries: Float64Array,
  n: number,
  weight: number,
  positions: Int32Array,
  k: number,
  x: Float64Array,
  out: Float64Array,
): void {
  const p0 = positions[k]! * n;
  const p1 = positions[k + 1]! * n;
  const p2 = positions[k + 2]! * n;
  const p3 = positions[k + 3]! * n;
  const p4 = positions[k + 4]! * n;
  const p5 = positions[k + 5]! * n;
  const p6 = positions[k + 6]! * n;
  const p7 = positions[k + 7]! * n;
  const x0 = weight * x[positions[k]!]!;
  const x1 = weight * x[positions[k + 1]!]!;
  const x2 = weight * x[positions[k + 2]!]!;
  const x3 = weight * x[positions[k + 3]!]!;
  const x4 = weight * x[positions[k + 4]!]!;
  const x5 = weight * x[positions[k + 5]!]!;
  const x6 = weight * x[positions[k + 6]!]!;
  const x7 = weight * x[positions[k + 7]!]!;
  for (let j = 0; j < n; j++)
    out[j] =
      out[j]! +
      (x0 * entries[p0 + j]! + x1 * entries[p1 + j]!) +
      (x2 * entries[p2 + j]! + x3 * entries[p3 + j]!) +
      (x4 * entries[p4 + j]! + x5 * entries[p5 + j]!) +
      (x6 * entries[p6 + j]! + x7 * entries[p7 + j]!);
}
