/**
 * The Hessian of a chain of periods, H = blockdiag(Q_t) + diag(d) + L' diag(e) L, where L takes weights to trades: neighbouring periods
 * touch through a diagonal alone. Dense covariances are eliminated period after period; factor models asset by asset, where H is
 * tridiagonal in time, with the factors of all periods as a border of low rank.
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { factorizeCholesky, solveCholesky } from '../../math/cholesky.ts';
import {
  addProduct,
  addSymmetric,
  addTransposed,
  solveLowerRows,
  timesVector,
  type Scope,
} from '../../math/kernels.ts';
import type { ChainForm } from './chain-form.ts';

export interface ChainSystem {
  /** d and e, both (T n); e of the first period belongs to the trade from the current weights. Pinned assets do not move. */
  factorize(diagonal: Float64Array, couplings: Float64Array): void;
  /** H x = b in place (T n). `from`: the first period in which b is not zero. */
  solve(b: Float64Array, from?: number): void;
}

/** `scope` holds its matrices. */
export function chainSystemOf(form: ChainForm, scope: Scope, checkpoint: Checkpoint): ChainSystem {
  const isDense = form.atoms.flat().some(({ atom }) => atom.leaf.kind === 'dense');
  return isDense ? new DenseChain(form, scope, checkpoint) : new FactorChain(form, scope, checkpoint);
}

/** S_t = H_t - E_t S_{t-1}^-1 E_t with explicit inverses: E is diagonal, so that each costs one inversion and no product. */
class DenseChain implements ChainSystem {
  private readonly form: ChainForm;
  private readonly checkpoint: Checkpoint;
  private readonly base: readonly Float64Array[];
  private readonly inverses: readonly Float64Array[];
  private readonly factor: Float64Array;
  private readonly columns: Float64Array;
  private couplings: Float64Array;

  constructor(form: ChainForm, scope: Scope, checkpoint: Checkpoint) {
    this.form = form;
    this.checkpoint = checkpoint;
    const known = new Map<string, Float64Array>();
    const order = new Map<unknown, number>();
    this.base = form.atoms.map((atoms) => {
      const key = atoms.map(({ atom, scale }) => `${orderOf(order, atom)}x${scale}`).join();
      const base = known.get(key) ?? baseOf(form.n, atoms, checkpoint);
      known.set(key, base);
      return base;
    });
    this.inverses = form.atoms.map(() => scope.floats(form.n * form.n));
    this.factor = scope.floats(form.n * form.n);
    this.columns = scope.floats(form.n * form.n);
    this.couplings = new Float64Array(form.n * form.periods);
  }

  factorize(diagonal: Float64Array, couplings: Float64Array): void {
    const { n, periods, pinned } = this.form;
    this.couplings = couplings;
    const { factor } = this;
    for (let t = 0; t < periods; t++) {
      factor.set(this.base[t]!);
      if (t > 0) {
        const before = this.inverses[t - 1]!;
        for (let i = 0; i < n; i++) {
          const e = couplings[t * n + i]!;
          for (let j = 0; j <= i; j++) factor[i * n + j]! -= e * before[i * n + j]! * couplings[t * n + j]!;
        }
      }
      for (let i = 0; i < n; i++) {
        const next = t + 1 < periods ? couplings[(t + 1) * n + i]! : 0;
        factor[i * n + i]! += diagonal[t * n + i]! + couplings[t * n + i]! + next;
        if (pinned[t * n + i] === 1) isolate(factor, n, i);
      }
      factorizeCholesky(factor, n, { pivotMin: 0, replacement: 1e128, checkpoint: this.checkpoint });
      this.invert(this.inverses[t]!);
      for (let i = 0; i < n; i++) if (pinned[t * n + i] === 1) this.inverses[t]![i * n + i] = 0;
    }
  }

  solve(b: Float64Array, from = 0): void {
    const { n, periods } = this.form;
    const { couplings, inverses } = this;
    const reached = new Float64Array(n);
    for (let t = from; t < periods; t++) {
      const block = b.subarray(t * n, (t + 1) * n);
      if (t > from) for (let i = 0; i < n; i++) block[i] = block[i]! + couplings[t * n + i]! * reached[i]!;
      if (t + 1 < periods) this.multiply(inverses[t]!, block, reached);
    }
    for (let t = periods - 1; t >= 0; t--) {
      const block = b.subarray(t * n, (t + 1) * n);
      if (t + 1 < periods)
        for (let i = 0; i < n; i++) block[i] = block[i]! + couplings[(t + 1) * n + i]! * b[(t + 1) * n + i]!;
      this.multiply(inverses[t]!, block, reached);
      block.set(reached);
    }
  }

  /** (L L')^-1 whole, from L in the lower triangle of the factor. */
  private invert(inverse: Float64Array): void {
    const { n } = this.form;
    const { columns, factor, checkpoint } = this;
    columns.fill(0);
    for (let i = 0; i < n; i++) columns[i * n + i] = 1;
    solveLowerRows(factor, n, columns, n, checkpoint);
    inverse.fill(0);
    const both = { left: columns, right: columns, rightTransposed: true, target: inverse, lower: true, checkpoint };
    addProduct({ rows: n, columns: n, terms: n, ...both });
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) inverse[j * n + i] = inverse[i * n + j]!;
  }

  private multiply(matrix: Float64Array, x: Float64Array, out: Float64Array): void {
    this.checkpoint(this.form.n * this.form.n);
    out.fill(0);
    addSymmetric(matrix, this.form.n, x, out);
  }
}

function orderOf(order: Map<unknown, number>, key: unknown): number {
  const known = order.get(key) ?? order.size;
  order.set(key, known);
  return known;
}

/** Sum of the operators of one period, lower triangle. */
function baseOf(n: number, atoms: ChainForm['atoms'][number], checkpoint: Checkpoint): Float64Array {
  const base = new Float64Array(n * n);
  for (const { atom, scale } of atoms) {
    checkpoint(n * n);
    const { leaf, rank, columns, diagonal } = atom;
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) {
        let entry = leaf.kind === 'dense' ? leaf.entries[i * n + j]! : 0;
        for (let k = 0; k < rank; k++) entry += columns![i * rank + k]! * columns![j * rank + k]!;
        if (i === j) entry += diagonal?.[i] ?? 0;
        base[i * n + j]! += scale * entry;
      }
  }
  return base;
}

function isolate(matrix: Float64Array, n: number, i: number): void {
  matrix.fill(0, i * n, i * n + i);
  for (let row = i + 1; row < n; row++) matrix[row * n + i] = 0;
  matrix[i * n + i] = 1;
}

/** sqrt(scale) times the columns of each atom (n x rank). */
function sideBySide(n: number, rank: number, atoms: ChainForm['atoms'][number]): Float64Array {
  const values = new Float64Array(n * rank);
  let first = 0;
  for (const { atom, scale } of atoms) {
    const root = Math.sqrt(scale);
    for (let i = 0; i < n; i++)
      for (let k = 0; k < atom.rank; k++) values[i * rank + first + k] = root * atom.columns![i * atom.rank + k]!;
    first += atom.rank;
  }
  return values;
}

/** Woodbury over the factors of all periods; the inverse of the tridiagonal part is kept whole, T x T for each asset. */
class FactorChain implements ChainSystem {
  private readonly form: ChainForm;
  private readonly checkpoint: Checkpoint;
  /** Factors of each period side by side: columns (n x rank), scaled. */
  private readonly columns: readonly { readonly rank: number; readonly first: number; readonly values: Float64Array }[];
  private readonly own: Float64Array;
  private readonly total: number;
  /** Entry (t T + s) n + i. */
  private readonly inverse: Float64Array;
  private readonly capacitance: Float64Array;
  private readonly block: Float64Array;

  constructor(form: ChainForm, scope: Scope, checkpoint: Checkpoint) {
    this.form = form;
    this.checkpoint = checkpoint;
    const { n, periods } = form;
    this.own = new Float64Array(n * periods);
    let first = 0;
    const known = new Map<unknown, { readonly scale: number; readonly values: Float64Array }>();
    this.columns = form.atoms.map((atoms, t) => {
      for (const { atom, scale } of atoms)
        for (let i = 0; i < n; i++) this.own[t * n + i]! += scale * (atom.diagonal?.[i] ?? 0);
      const factors = atoms.filter(({ atom }) => atom.rank > 0);
      const rank = factors.reduce((sum, { atom }) => sum + atom.rank, 0);
      const [single] = factors;
      const shared = factors.length === 1 ? known.get(single!.atom) : undefined;
      const values =
        shared !== undefined && shared.scale === single!.scale
          ? shared.values
          : scope.copyOf(sideBySide(n, rank, factors));
      if (factors.length === 1) known.set(single!.atom, { scale: single!.scale, values });
      const block = { rank, first, values };
      first += rank;
      return block;
    });
    this.total = first;
    this.inverse = scope.floats(periods * periods * n);
    this.capacitance = scope.floats(first * first);
    this.block = scope.floats(Math.max(0, ...this.columns.map(({ rank }) => rank)) ** 2);
  }

  factorize(diagonal: Float64Array, couplings: Float64Array): void {
    this.invertTridiagonals(diagonal, couplings);
    const { periods, n } = this.form;
    this.capacitance.fill(0);
    for (let t = 0; t < periods; t++)
      for (let s = 0; s <= t; s++)
        this.addProducts(t, s, this.inverse.subarray((t * periods + s) * n, (t * periods + s + 1) * n));
    for (let k = 0; k < this.total; k++) this.capacitance[k * this.total + k]! += 1;
    factorizeCholesky(this.capacitance, this.total, { pivotMin: 0, replacement: 1e128, checkpoint: this.checkpoint });
  }

  /** Thomas' elimination for each unit vector in time; n T^2 in all. */
  private invertTridiagonals(diagonal: Float64Array, couplings: Float64Array): void {
    const { n, periods, pinned } = this.form;
    const { inverse, own } = this;
    const pivots = new Float64Array(periods);
    const ratios = new Float64Array(periods);
    this.checkpoint(n * periods * periods);
    for (let i = 0; i < n; i++) {
      for (let t = 0; t < periods; t++) {
        const at = t * n + i;
        const next = t + 1 < periods ? couplings[at + n]! : 0;
        const apart = t === 0 || pinned[at] === 1 || pinned[at - n] === 1;
        ratios[t] = apart ? 0 : couplings[at]! / pivots[t - 1]!;
        const pivot = own[at]! + diagonal[at]! + couplings[at]! + next - ratios[t]! * couplings[at]!;
        pivots[t] = pivot > 0 ? pivot : 1e128;
      }
      for (let s = 0; s < periods; s++) {
        // The column of a unit vector: forward from s, then back; entries before s follow from symmetry of what is known.
        let value = pinned[s * n + i] === 1 ? 0 : 1;
        for (let t = s; t < periods; t++) {
          if (t > s) value *= ratios[t]!;
          inverse[(t * periods + s) * n + i] = value / pivots[t]!;
        }
        for (let t = periods - 2; t >= 0; t--) {
          const later = inverse[((t + 1) * periods + s) * n + i]!;
          const begun = t >= s ? inverse[(t * periods + s) * n + i]! : 0;
          inverse[(t * periods + s) * n + i] = begun + ratios[t + 1]! * later;
        }
      }
    }
  }

  /** capacitance block (t, s) = G_t' diag(scale) G_s. */
  private addProducts(t: number, s: number, scale: Float64Array): void {
    const { n } = this.form;
    const left = this.columns[t]!;
    const right = this.columns[s]!;
    const target = this.block.subarray(0, left.rank * right.rank).fill(0);
    const operands = { left: left.values, leftTransposed: true, right: right.values, target, scale };
    addProduct({ rows: left.rank, columns: right.rank, terms: n, ...operands, checkpoint: this.checkpoint });
    for (let a = 0; a < left.rank; a++) {
      const row = target.subarray(a * right.rank, (a + 1) * right.rank);
      this.capacitance.set(row, (left.first + a) * this.total + right.first);
    }
  }

  solve(b: Float64Array): void {
    this.applyInverse(b);
    const { periods, n } = this.form;
    const loads = new Float64Array(this.total);
    for (let t = 0; t < periods; t++) {
      const { rank, first, values } = this.columns[t]!;
      addTransposed(values, n, rank, b.subarray(t * n, (t + 1) * n), loads.subarray(first, first + rank));
    }
    solveCholesky(this.capacitance, this.total, loads);
    const pull = new Float64Array(n * periods);
    for (let t = 0; t < periods; t++) {
      const { rank, first, values } = this.columns[t]!;
      timesVector(values, n, rank, loads.subarray(first, first + rank), pull.subarray(t * n, (t + 1) * n));
    }
    this.applyInverse(pull);
    for (let at = 0; at < pull.length; at++) b[at] = b[at]! - pull[at]!;
  }

  private applyInverse(b: Float64Array): void {
    const { periods, n } = this.form;
    this.checkpoint(n * periods * periods);
    const out = new Float64Array(b.length);
    for (let t = 0; t < periods; t++)
      for (let s = 0; s < periods; s++) {
        const from = (t * periods + s) * n;
        for (let i = 0; i < n; i++) out[t * n + i]! += this.inverse[from + i]! * b[s * n + i]!;
      }
    b.set(out);
  }
}
