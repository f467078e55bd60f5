/**
 * Solves   [ M  C' ] [x]   [f]        M = sum_a weight_a Q_a + diag(diagonal),  C (p x n),  E = diag(border) >= 0,
 *          [ C -E  ] [y] = [g]
 * on the free positions only. Dense operators: Cholesky of M. Diagonal and factor operators: M is diagonal once the factor
 * columns have joined the border (Sherman-Morrison-Woodbury written as a border), so the cost is n (k + p)^2, not n^3.
 * A small shift makes both pivots positive; the caller refines against the unshifted matrix.
 */
import type { Checkpoint } from '../math/checkpoint.ts';
import { factorizeCholesky, solveCholesky, solveLower, solveUpper } from '../math/cholesky.ts';
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
  /** Dense: Cholesky factor of M over the core. Otherwise 1 / M (one entry per free position). */
  private base: Float64Array = new Float64Array(0);
  /** Border rows over the free positions, factor columns last; q x f. */
  private rows: Float64Array[] = [];
  /** Dense: L^-1 C'. Otherwise C / M. */
  private swept: Float64Array[] = [];
  private schur: Float64Array = new Float64Array(0);
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
    this.rows = borders.map((border) => gather(border.coefficients, this.free));
    const extra = borders.map((border) => border.diagonal);
    const own = new Float64Array(free.length);
    for (let r = 0; r < free.length; r++) own[r] = Math.max(diagonal[this.free[r]!]! + shift, bareFloor);
    if (this.dense) this.factorizeDense(own, weights, shift);
    else this.invertDiagonal(own, weights, extra);
    this.factorizeSchur(extra, shift);
  }

  private factorizeDense(own: Float64Array, weights: readonly number[], shift: number): void {
    const { free, n, checkpoint } = this;
    const core = this.core;
    const m = this.base.length === core * core ? this.base.fill(0) : new Float64Array(core * core);
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
    this.base = m;
    this.restRoots = rest.map((value) => Math.sqrt(value));
    this.swept = this.rows.map((row) => {
      const column = Float64Array.from(row);
      checkpoint((core * core) / 2);
      this.sweepDown(column);
      return column;
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
    solveLower(this.base, this.core, v);
    for (let r = this.core; r < v.length; r++) v[r] = v[r]! / this.restRoots[r - this.core]!;
  }

  private sweepUp(v: Float64Array): void {
    solveUpper(this.base, this.core, v);
    for (let r = this.core; r < v.length; r++) v[r] = v[r]! / this.restRoots[r - this.core]!;
  }

  private invertDiagonal(own: Float64Array, weights: readonly number[], extra: number[]): void {
    const { free } = this;
    this.atoms.forEach((atom, a) => {
      const weight = weights[a]!;
      if (weight === 0) return;
      if (atom.diagonal !== undefined)
        for (let r = 0; r < free.length; r++) own[r] = own[r]! + weight * atom.diagonal[free[r]!]!;
      if (atom.columns === undefined) return;
      for (let k = 0; k < atom.rank; k++) {
        this.checkpoint(free.length);
        const row = new Float64Array(free.length);
        for (let r = 0; r < free.length; r++) row[r] = atom.columns[free[r]! * atom.rank + k]!;
        this.rows.push(row);
        extra.push(1 / weight);
      }
    });
    this.base = own.map((value) => 1 / value);
    this.swept = this.rows.map((row) => row.map((value, r) => value * this.base[r]!));
  }

  private factorizeSchur(extra: readonly number[], shift: number): void {
    const q = this.rows.length;
    const s = new Float64Array(q * q);
    const left = this.swept;
    const right = this.dense ? this.swept : this.rows;
    for (let a = 0; a < q; a++) {
      this.checkpoint((a + 1) * this.free.length);
      for (let b = 0; b <= a; b++) s[a * q + b] = dotOf(left[a]!, right[b]!);
    }
    for (let a = 0; a < q; a++) {
      const own = (s[a * q + a]! + extra[a]!) * (1 + shift * 1e-3);
      // A border that touches no free position says nothing about its multiplier, which then stays as it is.
      s[a * q + a] = own > 0 ? own : emptyBorder;
    }
    factorizeCholesky(s, q, { pivotMin: 0, replacement: 1e128, checkpoint: this.checkpoint });
    this.schur = s;
  }

  /** Overwrites f (n; zero off the free positions) by x and g (p) by y. */
  solve(f: Float64Array, g: Float64Array): void {
    const { free, base, rows, swept } = this;
    const q = rows.length;
    this.checkpoint((this.dense ? this.core * this.core : 0) + (2 * free.length + q) * q);
    const part = gather(f, free);
    if (this.dense) this.sweepDown(part);
    else for (let r = 0; r < part.length; r++) part[r] = part[r]! * base[r]!;
    const y = new Float64Array(q);
    const against = this.dense ? swept : rows;
    for (let a = 0; a < q; a++) y[a] = dotOf(against[a]!, part) - (a < this.given ? g[a]! : 0);
    solveCholesky(this.schur, q, y);
    for (let a = 0; a < q; a++) {
      const value = y[a]!;
      const column = swept[a]!;
      for (let r = 0; r < part.length; r++) part[r] = part[r]! - column[r]! * value;
    }
    if (this.dense) this.sweepUp(part);
    f.fill(0);
    for (let r = 0; r < part.length; r++) f[free[r]!] = part[r]!;
    for (let a = 0; a < this.given; a++) g[a] = y[a]!;
  }
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

function dotOf(a: Float64Array, b: Float64Array): number {
  let s0 = 0;
  let s1 = 0;
  let i = 0;
  for (; i + 2 <= a.length; i += 2) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
  }
  if (i < a.length) s0 += a[i]! * b[i]!;
  return s0 + s1;
}
