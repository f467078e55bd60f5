/**
 * Solves   [ M  C' ] [x]   [f]        M = sum_a weight_a Q_a + diag(diagonal),  C (p x n),  E = diag(border) >= 0,
 *          [ C -E  ] [y] = [g]
 * on the free positions only. Dense operators: Cholesky of M. Diagonal and factor operators: M is diagonal once the factor
 * columns have joined the border (Sherman-Morrison-Woodbury written as a border), so the cost is n (k + p)^2, not n^3.
 * A small shift makes both pivots positive; the caller refines against the unshifted matrix.
 */
import type { Checkpoint } from '../math/checkpoint.ts';
import { factorizeCholesky, solveCholesky, solveLower, solveUpper } from '../math/cholesky.ts';
import { addProduct, addTransposed, addWeightedGram, solveLowerRows, timesVector } from '../math/kernels.ts';
import { lend } from '../math/prepared.ts';
import { WorkingMatrix } from '../math/working-matrix.ts';
import type { Atom } from './atoms.ts';
import { denseOf, diagonalOf } from './atoms.ts';

export interface Border {
  /** (n) coefficients; entries off the free positions are ignored. */
  readonly coefficients: Float64Array;
  /** E >= 0; 0 for an equation. */
  readonly diagonal: number;
}

/** What an asset without bound or curvature of its own gets on its diagonal; scaled. */
const bareFloor = 1e-9;
/** Largest total share of left-out coupling. */
const decoupledShare = 1e-6;
/** Stands for the pivot of a border without free positions. */
const emptyBorder = 1e128;
/** Smaller systems are factorized whole. */
const decoupledFrom = 64;

export class BorderedSystem {
  private readonly n: number;
  private readonly atoms: readonly Atom[];
  private readonly checkpoint: Checkpoint;
  private readonly dense: boolean;
  private readonly expanded: readonly Float64Array[];
  private readonly diagonals: readonly Float64Array[];
  private free: Int32Array = new Int32Array(0);
  /** Dense: how many of the free positions, ordered, are factorized together. */
  private core = 0;
  private restRoots: Float64Array = new Float64Array(0);
  /** Dense: Cholesky factor of M over the core. */
  private readonly base = new WorkingMatrix();
  /** Otherwise (n) 1 / M, zero off the free positions, and the factor columns that have joined the border. */
  private inverse: Float64Array = new Float64Array(0);
  private joined: readonly Joined[] = [];
  /** Dense: L^-1 C' over the ordered free positions (p x f). Otherwise C (p x n), zero off the free positions. */
  private readonly rows = new WorkingMatrix();
  private readonly schur = new WorkingMatrix();
  private given = 0;

  /**
   * @param checkpoint what it throws leaves the factorization of before, or none, in disorder; `factorize` mends that
   * @param whole form M as a matrix even where its structure would allow less: dearer, and steadier when little stands on the diagonal.
   */
  constructor(n: number, atoms: readonly Atom[], checkpoint: Checkpoint, whole = false) {
    this.n = n;
    this.atoms = atoms;
    this.checkpoint = checkpoint;
    const columns = atoms.reduce((total, atom) => total + atom.rank, 0);
    this.dense = whole || atoms.some((atom) => atom.leaf.kind === 'dense') || (columns > 0 && n <= 2 * columns);
    this.diagonals = this.dense ? atoms.map((atom) => diagonalOf(atom, n)) : [];
    this.expanded = this.dense
      ? atoms.map((atom) => (atom.columns === undefined ? noEntries : denseOf(atom, n, checkpoint)))
      : [];
  }

  /**
   * @param free positions that move, ascending
   * @param diagonal (n) added to M
   * @param weights one per atom, >= 0
   * @param decouple whether a dense M may leave out couplings that refinement restores; the caller must refine
   * @param shift added to the diagonal of M; a thousandth of it, relative, to that of the border's complement
   */
  factorize(
    free: Int32Array,
    diagonal: Float64Array,
    weights: readonly number[],
    borders: readonly Border[],
    shift: number,
    decouple = false,
  ): void {
    this.free = free;
    this.core = free.length;
    if (this.dense && decouple && free.length >= decoupledFrom) this.order(free, diagonal, weights, shift);
    this.given = borders.length;
    const extra = borders.map((border) => border.diagonal);
    const own = new Float64Array(free.length);
    for (let r = 0; r < free.length; r++) own[r] = Math.max(diagonal[this.free[r]!]! + shift, bareFloor);
    if (this.dense) this.factorizeDense(own, weights, borders, shift);
    else this.invertDiagonal(own, weights, borders);
    this.factorizeSchur(extra, shift);
  }

  private factorizeDense(
    own: Float64Array,
    weights: readonly number[],
    borders: readonly Border[],
    shift: number,
  ): void {
    const { free, n, checkpoint } = this;
    const core = this.core;
    const m = this.base.reserve(core * core).fill(0);
    const rest = own.slice(core);
    this.atoms.forEach((atom, a) => {
      const weight = weights[a]!;
      if (weight === 0) return;
      const entries = atom.leaf.kind === 'dense' ? atom.leaf.entries : this.expanded[a]!;
      if (entries.length === 0) {
        for (let r = 0; r < core; r++) m[r * core + r] = m[r * core + r]! + weight * atom.diagonal![free[r]!]!;
        return;
      }
      for (let r = 0; r < core; r++) {
        checkpoint(r);
        addGathered(m, r * core, weight, entries, free[r]! * n, free, r);
      }
    });
    let largest = 0;
    for (let r = 0; r < core; r++) {
      m[r * core + r] = m[r * core + r]! + own[r]!;
      largest = Math.max(largest, m[r * core + r]!);
    }
    const replacement = Math.max(shift, largest * 1e-16);
    factorizeCholesky(m, core, { pivotMin: shift * 1e-3, replacement, checkpoint });
    this.restRoots = rest.map((value) => Math.sqrt(value));
    this.sweepBorders(borders);
  }

  /** L^-1 C', row by row of C. */
  private sweepBorders(borders: readonly Border[]): void {
    const { free, core, checkpoint } = this;
    const f = free.length;
    const p = borders.length;
    const inCore = core === f ? this.rows.reserve(p * f) : new Float64Array(p * core);
    borders.forEach(({ coefficients }, a) => {
      for (let r = 0; r < core; r++) inCore[a * core + r] = coefficients[free[r]!]!;
    });
    solveLowerRows(this.base.array, core, inCore, p, checkpoint);
    if (core === f) return;
    const all = this.rows.reserve(p * f);
    borders.forEach(({ coefficients }, a) => {
      all.set(inCore.subarray(a * core, (a + 1) * core), a * f);
      for (let r = core; r < f; r++) all[a * f + r] = coefficients[free[r]!]! / this.restRoots[r - core]!;
    });
  }

  /**
   * Puts the positions whose own diagonal dwarfs their share of the operators last, where their coupling is left out: with S the sum of
   * share / diagonal over them, each refinement by the caller shrinks what that costs by sqrt(S).
   */
  private order(free: Int32Array, diagonal: Float64Array, weights: readonly number[], shift: number): void {
    const shares = new Float64Array(free.length);
    weights.forEach((weight, a) => {
      if (weight > 0)
        for (let r = 0; r < free.length; r++) shares[r] = shares[r]! + weight * this.diagonals[a]![free[r]!]!;
    });
    for (let r = 0; r < free.length; r++) shares[r] = shares[r]! / (diagonal[free[r]!]! + shift);
    const order = Array.from(shares.keys()).sort((a, b) => shares[b]! - shares[a]! || a - b);
    let left = order.length;
    for (let total = 0; left > 0; left--) {
      total += shares[order[left - 1]!]!;
      if (!(total <= decoupledShare)) break;
    }
    this.core = left;
    this.free = Int32Array.from(order, (r) => free[r]!);
  }

  private sweepDown(v: Float64Array): void {
    solveLower(this.base.array, this.core, v);
    for (let r = this.core; r < v.length; r++) v[r] = v[r]! / this.restRoots[r - this.core]!;
  }

  private sweepUp(v: Float64Array): void {
    solveUpper(this.base.array, this.core, v);
    for (let r = this.core; r < v.length; r++) v[r] = v[r]! / this.restRoots[r - this.core]!;
  }

  private invertDiagonal(own: Float64Array, weights: readonly number[], borders: readonly Border[]): void {
    const { free, n } = this;
    const joined: Joined[] = [];
    this.atoms.forEach((atom, a) => {
      const weight = weights[a]!;
      if (weight === 0) return;
      if (atom.diagonal !== undefined)
        for (let r = 0; r < free.length; r++) own[r] = own[r]! + weight * atom.diagonal[free[r]!]!;
      if (atom.columns !== undefined) joined.push({ columns: atom.columns, rank: atom.rank, weight });
    });
    this.joined = joined;
    this.inverse = new Float64Array(n);
    for (let r = 0; r < free.length; r++) this.inverse[free[r]!] = 1 / own[r]!;
    const rows = this.rows.reserve(borders.length * n).fill(0);
    borders.forEach(({ coefficients }, a) => {
      for (const i of free) rows[a * n + i] = coefficients[i]!;
    });
  }

  private factorizeSchur(extra: readonly number[], shift: number): void {
    const p = this.given;
    const q = this.joined.reduce((total, { rank }) => total + rank, p);
    const s = this.schur.reserve(q * q).fill(0);
    const place = (block: Float64Array, height: number, width: number, row: number, column: number): void => {
      for (let a = 0; a < height; a++)
        s.set(block.subarray(a * width, a * width + (row === column ? a + 1 : width)), (row + a) * q + column);
    };
    place(this.dense ? this.rowsTimesRows() : this.rowsTimesInverse(), p, p, 0, 0);
    let at = p;
    this.joined.forEach((left, l) => {
      const crossed = this.rowsTimesColumns(left);
      for (let a = 0; a < left.rank; a++) for (let b = 0; b < p; b++) s[(at + a) * q + b] = crossed[b * left.rank + a]!;
      let to = p;
      for (const right of this.joined.slice(0, l)) {
        place(this.columnsTimesColumns(left, right), left.rank, right.rank, at, to);
        to += right.rank;
      }
      place(this.gramOf(left), left.rank, left.rank, at, at);
      at += left.rank;
    });
    const added = [...extra, ...this.joined.flatMap(({ rank, weight }) => new Array<number>(rank).fill(1 / weight))];
    for (let a = 0; a < q; a++) {
      const own = (s[a * q + a]! + added[a]!) * (1 + shift * 1e-3);
      // A border that touches no free position says nothing about its multiplier, which then stays as it is.
      s[a * q + a] = own > 0 ? own : emptyBorder;
    }
    factorizeCholesky(s, q, { pivotMin: 0, replacement: 1e128, checkpoint: this.checkpoint });
  }

  /** Dense: (p x p) C M^-1 C' of swept rows. */
  private rowsTimesRows(): Float64Array {
    const { given: p, checkpoint } = this;
    const rows = this.rows.array;
    const target = new Float64Array(p * p);
    const shape = { rows: p, columns: p, terms: this.free.length, lower: true };
    addProduct({ ...shape, left: rows, right: rows, rightTransposed: true, target, checkpoint });
    return target;
  }

  /** (p x p) C M^-1 C' with a diagonal M. */
  private rowsTimesInverse(): Float64Array {
    const { given: p, inverse: scale, checkpoint } = this;
    const rows = this.rows.array;
    const target = new Float64Array(p * p);
    const shape = { rows: p, columns: p, ...this.chosen(), lower: true };
    addProduct({ ...shape, left: rows, right: rows, rightTransposed: true, target, scale, checkpoint });
    return target;
  }

  /** (p x rank) C M^-1 G. */
  private rowsTimesColumns({ columns, rank }: Joined): Float64Array {
    const { given: p, inverse: scale, checkpoint } = this;
    const left = this.rows.array;
    const target = new Float64Array(p * rank);
    const shape = { rows: p, columns: rank, ...this.chosen() };
    lend(columns, (right) => addProduct({ ...shape, left, right, target, scale, checkpoint }));
    return target;
  }

  private columnsTimesColumns(one: Joined, other: Joined): Float64Array {
    const { inverse: scale, checkpoint } = this;
    const target = new Float64Array(one.rank * other.rank);
    const shape = { rows: one.rank, columns: other.rank, ...this.chosen() };
    lend(one.columns, (left) =>
      lend(other.columns, (right) =>
        addProduct({ ...shape, left, leftTransposed: true, right, target, scale, checkpoint }),
      ),
    );
    return target;
  }

  private gramOf({ columns, rank }: Joined): Float64Array {
    const target = new Float64Array(rank * rank);
    const { chosen } = this.chosen();
    lend(columns, (g) => addWeightedGram(g, this.n, rank, target, chosen, this.inverse, this.checkpoint));
    return target;
  }

  /** The free positions as terms of a product; no list when all are. */
  private chosen(): { readonly terms: number; readonly chosen?: Int32Array } {
    const { free, n } = this;
    return free.length === n ? { terms: n } : { terms: free.length, chosen: free };
  }

  /** Overwrites f (n; zero off the free positions) by x and g (p) by y. */
  solve(f: Float64Array, g: Float64Array): void {
    if (this.dense) this.solveDense(f, g);
    else this.solveStructured(f, g);
  }

  private solveDense(f: Float64Array, g: Float64Array): void {
    const { free, given: p } = this;
    this.checkpoint(this.core * this.core + 2 * free.length * p);
    const part = gather(f, free);
    this.sweepDown(part);
    const y = new Float64Array(p);
    timesVector(this.rows.array, p, free.length, part, y);
    for (let a = 0; a < p; a++) y[a] = y[a]! - g[a]!;
    solveCholesky(this.schur.array, p, y);
    addTransposed(this.rows.array, p, free.length, negative(y), part);
    this.sweepUp(part);
    f.fill(0);
    for (let r = 0; r < part.length; r++) f[free[r]!] = part[r]!;
    g.set(y);
  }

  private solveStructured(f: Float64Array, g: Float64Array): void {
    const { n, given: p, inverse, joined } = this;
    const q = joined.reduce((total, { rank }) => total + rank, p);
    this.checkpoint((2 * n + q) * q);
    const part = new Float64Array(n);
    for (let i = 0; i < n; i++) part[i] = inverse[i]! * f[i]!;
    const y = new Float64Array(q);
    timesVector(this.rows.array, p, n, part, y);
    for (let a = 0; a < p; a++) y[a] = y[a]! - g[a]!;
    let at = p;
    for (const { columns, rank } of joined) {
      const to = y.subarray(at, at + rank);
      lend(columns, (matrix) => addTransposed(matrix, n, rank, part, to));
      at += rank;
    }
    solveCholesky(this.schur.array, q, y);
    part.fill(0);
    addTransposed(this.rows.array, p, n, y, part);
    at = p;
    const pull = new Float64Array(n);
    for (const { columns, rank } of joined) {
      const from = y.subarray(at, at + rank);
      lend(columns, (matrix) => timesVector(matrix, n, rank, from, pull));
      for (let i = 0; i < n; i++) part[i] = part[i]! + pull[i]!;
      at += rank;
    }
    for (let i = 0; i < n; i++) f[i] = inverse[i]! * (f[i]! - part[i]!);
    g.set(y.subarray(0, p));
  }
}

/** Factor columns G (n x rank) of an atom with its weight. */
interface Joined {
  readonly columns: Float64Array;
  readonly rank: number;
  readonly weight: number;
}

/** target[at + c] += weight entries[from + positions[c]] for c = 0..last. */
function addGathered(
  target: Float64Array,
  at: number,
  weight: number,
  entries: Float64Array,
  from: number,
  positions: Int32Array,
  last: number,
): void {
  for (let c = 0; c <= last; c++) target[at + c] = target[at + c]! + weight * entries[from + positions[c]!]!;
}

const noEntries = new Float64Array(0);

function gather(source: Float64Array, positions: Int32Array): Float64Array {
  const result = new Float64Array(positions.length);
  for (let r = 0; r < positions.length; r++) result[r] = source[positions[r]!]!;
  return result;
}

function negative(a: Float64Array): Float64Array {
  return a.map((value) => -value);
}
