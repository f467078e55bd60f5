/**
 * The leaves of symmetric operators, each stored once however many terms and limits speak of it: a covariance that is both the
 * objective and a volatility limit is one atom. Everything a solver needs of Q = L L' is here: Q x, L' x, L y, the diagonal.
 */
import { unchecked, type Checkpoint } from '../math/checkpoint.ts';
import { semidefiniteFactor } from '../math/cholesky.ts';
import { addProduct, addSymmetric, addTransposed, timesVector } from '../math/kernels.ts';
import { lend } from '../math/prepared.ts';
import type { SymmetricOperator } from '../problem/operator.ts';

export type Leaf = Exclude<SymmetricOperator, { readonly kind: 'sum' }>;

export interface Atom {
  readonly leaf: Leaf;
  /** (n) what of the diagonal stands alone: all of a diagonal leaf, the specific variances of a factor leaf, nothing of a dense one. */
  readonly diagonal?: Float64Array;
  /** Columns G (n x rank, row-major) with Q = G G' + diag(diagonal); factor leaves only. */
  readonly columns?: Float64Array;
  readonly rank: number;
}

/** The leaves of an operator in reading order. */
export function leavesOf(operator: SymmetricOperator): Leaf[] {
  return operator.kind === 'sum' ? operator.terms.flatMap(leavesOf) : [operator];
}

/** What was prepared of the leaves that are still spoken of. */
const prepared = new WeakMap<Leaf, Atom>();

/** Prepares a leaf, once for as long as it is known; the factor covariance is split. */
export function atomOf(leaf: Leaf, checkpoint: Checkpoint = unchecked): Atom {
  if (leaf.kind === 'dense') return { leaf, rank: 0 };
  if (leaf.kind === 'diagonal') return { leaf, rank: 0, diagonal: leaf.entries };
  const known = prepared.get(leaf);
  if (known !== undefined) return known;
  const { size: n, factors: k, exposures: left } = leaf;
  const right = semidefiniteFactor(leaf.factorCovariance, k, checkpoint);
  const columns = new Float64Array(n * k);
  addProduct({ rows: n, columns: k, terms: k, left, right, target: columns, checkpoint });
  const atom = { leaf, rank: k, diagonal: leaf.specific, columns };
  prepared.set(leaf, atom);
  return atom;
}

/** Atoms by identity of their leaf's arrays, in order of first sight. */
export class AtomList {
  readonly atoms: Atom[] = [];
  private readonly checkpoint: Checkpoint;

  constructor(checkpoint: Checkpoint) {
    this.checkpoint = checkpoint;
  }

  /** Positions of the atoms of an operator. */
  add(operator: SymmetricOperator): number[] {
    return leavesOf(operator).map((leaf) => {
      const known = this.atoms.findIndex((atom) => sameLeaf(atom.leaf, leaf));
      if (known >= 0) return known;
      this.atoms.push(atomOf(leaf, this.checkpoint));
      return this.atoms.length - 1;
    });
  }
}

function sameLeaf(a: Leaf, b: Leaf): boolean {
  if (a === b) return true;
  if (a.kind === 'factor')
    return (
      b.kind === 'factor' &&
      a.exposures === b.exposures &&
      a.factorCovariance === b.factorCovariance &&
      a.specific === b.specific
    );
  return b.kind === a.kind && a.entries === b.entries;
}

/** Multiplications in Q x. */
export function workOf(atom: Atom, n: number): number {
  return atom.leaf.kind === 'dense' ? n * n : n * (2 * atom.rank + 1);
}

/** out += weight Q x. */
export function addAtomTimes(atom: Atom, weight: number, x: Float64Array, out: Float64Array): void {
  if (weight === 0) return;
  if (atom.leaf.kind === 'dense') {
    lend(atom.leaf.entries, (entries) => addSymmetric(entries, x.length, times(weight, x), out));
    return;
  }
  if (atom.diagonal !== undefined)
    for (let i = 0; i < x.length; i++) out[i] = out[i]! + weight * atom.diagonal[i]! * x[i]!;
  if (atom.columns === undefined) return;
  const factor = new Float64Array(atom.rank);
  addColumnsTransposed(atom.columns, atom.rank, 1, x, factor);
  addColumns(atom.columns, atom.rank, weight, factor, out);
}

/** weight x; x itself when there is nothing to do. */
function times(weight: number, x: Float64Array): Float64Array {
  return weight === 1 ? x : x.map((value) => weight * value);
}

/** out (rank) += weight G' x. */
export function addColumnsTransposed(
  g: Float64Array,
  rank: number,
  weight: number,
  x: Float64Array,
  out: Float64Array,
): void {
  lend(g, (matrix) => addTransposed(matrix, x.length, rank, times(weight, x), out));
}

/** out (n) += weight G y. */
export function addColumns(g: Float64Array, rank: number, weight: number, y: Float64Array, out: Float64Array): void {
  const product = new Float64Array(out.length);
  lend(g, (matrix) => timesVector(matrix, out.length, rank, y, product));
  for (let i = 0; i < out.length; i++) out[i] = out[i]! + weight * product[i]!;
}

/** (n) the diagonal of Q. */
export function diagonalOf(atom: Atom, n: number): Float64Array {
  const result = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let s = atom.leaf.kind === 'dense' ? atom.leaf.entries[i * n + i]! : (atom.diagonal?.[i] ?? 0);
    if (atom.columns !== undefined)
      for (let j = 0; j < atom.rank; j++) s += atom.columns[i * atom.rank + j]! * atom.columns[i * atom.rank + j]!;
    result[i] = s;
  }
  return result;
}

/** One piece of L with Q = sum of piece piece': a diagonal root, or columns (n x rank, row-major). */
export type RootPiece =
  | { readonly kind: 'diagonal'; readonly entries: Float64Array; readonly positions: Int32Array; readonly rank: number }
  | { readonly kind: 'columns'; readonly entries: Float64Array; readonly rank: number }
  | { readonly kind: 'lower'; readonly entries: Float64Array; readonly rank: number };

/** L of Q = L L' in pieces; zero rows of a diagonal are left out. */
export function rootPieces(atom: Atom, n: number, checkpoint: Checkpoint): RootPiece[] {
  if (atom.leaf.kind === 'dense')
    return [{ kind: 'lower', entries: semidefiniteFactor(atom.leaf.entries, n, checkpoint), rank: n }];
  const pieces: RootPiece[] = [];
  if (atom.columns !== undefined) pieces.push({ kind: 'columns', entries: atom.columns, rank: atom.rank });
  if (atom.diagonal !== undefined) {
    const diagonal = atom.diagonal;
    const positions = Int32Array.from([...diagonal.keys()].filter((i) => diagonal[i]! > 0));
    const entries = Float64Array.from(positions, (i) => Math.sqrt(diagonal[i]!));
    pieces.push({ kind: 'diagonal', entries, positions, rank: positions.length });
  }
  return pieces;
}

export function rankOf(pieces: readonly RootPiece[]): number {
  return pieces.reduce((total, piece) => total + piece.rank, 0);
}

/** out[at ...] += weight L' x, pieces one after the other. */
export function addRootTransposed(
  pieces: readonly RootPiece[],
  weight: number,
  x: Float64Array,
  out: Float64Array,
  at: number,
): void {
  let start = at;
  for (const piece of pieces) {
    const part = out.subarray(start, start + piece.rank);
    start += piece.rank;
    if (piece.kind === 'diagonal')
      for (let r = 0; r < piece.rank; r++) part[r] = part[r]! + weight * piece.entries[r]! * x[piece.positions[r]!]!;
    // The zeros above the diagonal are read along.
    else addColumnsTransposed(piece.entries, piece.rank, weight, x, part);
  }
}

/** out += weight L y[at ...]. */
export function addRoot(
  pieces: readonly RootPiece[],
  weight: number,
  y: Float64Array,
  at: number,
  out: Float64Array,
): void {
  let start = at;
  for (const piece of pieces) {
    const part = y.subarray(start, start + piece.rank);
    start += piece.rank;
    if (piece.kind === 'diagonal')
      for (let r = 0; r < piece.rank; r++) {
        const i = piece.positions[r]!;
        out[i] = out[i]! + weight * piece.entries[r]! * part[r]!;
      }
    else addColumns(piece.entries, piece.rank, weight, part, out);
  }
}

/** Dense form of an atom (n x n), shared with the leaf when it is dense already. */
export function denseOf(atom: Atom, n: number, checkpoint: Checkpoint): Float64Array {
  if (atom.leaf.kind === 'dense') return atom.leaf.entries;
  const result = new Float64Array(n * n);
  const { columns, rank } = atom;
  if (columns !== undefined) {
    const shape = { rows: n, columns: n, terms: rank, lower: true };
    addProduct({ ...shape, left: columns, right: columns, rightTransposed: true, target: result, checkpoint });
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) result[j * n + i] = result[i * n + j]!;
  }
  for (let i = 0; i < n; i++) result[i * n + i] = result[i * n + i]! + (atom.diagonal?.[i] ?? 0);
  return result;
}
