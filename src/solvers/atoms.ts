/**
 * The leaves of symmetric operators, each stored once however many terms and limits speak of it: a covariance that is both the
 * objective and a volatility limit is one atom. Everything a solver needs of Q = L L' is here: Q x, L' x, L y, the diagonal.
 */
import { unchecked, type Checkpoint } from '../math/checkpoint.ts';
import { semidefiniteFactor } from '../math/cholesky.ts';
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

/** Prepares a leaf; the factor covariance is split once. */
export function atomOf(leaf: Leaf, checkpoint: Checkpoint = unchecked): Atom {
  if (leaf.kind === 'dense') return { leaf, rank: 0 };
  if (leaf.kind === 'diagonal') return { leaf, rank: 0, diagonal: leaf.entries };
  const { size: n, factors: k, exposures } = leaf;
  const root = semidefiniteFactor(leaf.factorCovariance, k, checkpoint);
  const columns = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    checkpoint(k * k);
    for (let j = 0; j < k; j++) {
      let s = 0;
      for (let l = j; l < k; l++) s += exposures[i * k + l]! * root[l * k + j]!;
      columns[i * k + j] = s;
    }
  }
  return { leaf, rank: k, diagonal: leaf.specific, columns };
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
    addDenseTimes(atom.leaf.entries, weight, x, out);
    return;
  }
  if (atom.diagonal !== undefined)
    for (let i = 0; i < x.length; i++) out[i] = out[i]! + weight * atom.diagonal[i]! * x[i]!;
  if (atom.columns === undefined) return;
  const factor = new Float64Array(atom.rank);
  addColumnsTransposed(atom.columns, atom.rank, 1, x, factor);
  addColumns(atom.columns, atom.rank, weight, factor, out);
}

function addDenseTimes(entries: Float64Array, weight: number, x: Float64Array, out: Float64Array): void {
  const n = x.length;
  for (let i = 0; i < n; i++) {
    let s0 = 0;
    let s1 = 0;
    const p = i * n;
    let j = 0;
    for (; j + 2 <= n; j += 2) {
      s0 += entries[p + j]! * x[j]!;
      s1 += entries[p + j + 1]! * x[j + 1]!;
    }
    if (j < n) s0 += entries[p + j]! * x[j]!;
    out[i] = out[i]! + weight * (s0 + s1);
  }
}

/** out (rank) += weight G' x. */
export function addColumnsTransposed(
  g: Float64Array,
  rank: number,
  weight: number,
  x: Float64Array,
  out: Float64Array,
): void {
  for (let i = 0; i < x.length; i++) {
    const value = weight * x[i]!;
    if (value === 0) continue;
    const p = i * rank;
    for (let j = 0; j < rank; j++) out[j] = out[j]! + g[p + j]! * value;
  }
}

/** out (n) += weight G y. */
export function addColumns(g: Float64Array, rank: number, weight: number, y: Float64Array, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) {
    let s = 0;
    const p = i * rank;
    for (let j = 0; j < rank; j++) s += g[p + j]! * y[j]!;
    out[i] = out[i]! + weight * s;
  }
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
    if (piece.kind === 'columns') addColumnsTransposed(piece.entries, piece.rank, weight, x, part);
    else if (piece.kind === 'diagonal')
      for (let r = 0; r < piece.rank; r++) part[r] = part[r]! + weight * piece.entries[r]! * x[piece.positions[r]!]!;
    else
      for (let i = 0; i < x.length; i++) {
        const value = weight * x[i]!;
        const p = i * x.length;
        if (value !== 0) for (let j = 0; j <= i; j++) part[j] = part[j]! + piece.entries[p + j]! * value;
      }
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
    if (piece.kind === 'columns') addColumns(piece.entries, piece.rank, weight, part, out);
    else if (piece.kind === 'diagonal')
      for (let r = 0; r < piece.rank; r++) {
        const i = piece.positions[r]!;
        out[i] = out[i]! + weight * piece.entries[r]! * part[r]!;
      }
    else
      for (let i = 0; i < out.length; i++) {
        let s = 0;
        const p = i * out.length;
        for (let j = 0; j <= i; j++) s += piece.entries[p + j]! * part[j]!;
        out[i] = out[i]! + weight * s;
      }
  }
}

/** Dense form of an atom (n x n), shared with the leaf when it is dense already. */
export function denseOf(atom: Atom, n: number, checkpoint: Checkpoint): Float64Array {
  if (atom.leaf.kind === 'dense') return atom.leaf.entries;
  const result = new Float64Array(n * n);
  const { columns, rank } = atom;
  for (let i = 0; i < n; i++) {
    result[i * n + i] = atom.diagonal?.[i] ?? 0;
    if (columns === undefined) continue;
    checkpoint(n * rank);
    for (let j = 0; j < n; j++) {
      let s = 0;
      for (let k = 0; k < rank; k++) s += columns[i * rank + k]! * columns[j * rank + k]!;
      result[i * n + j] = result[i * n + j]! + s;
    }
  }
  return result;
}
