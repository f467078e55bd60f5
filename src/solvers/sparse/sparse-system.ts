/**
 * Solves   [ M  C' ] [x]   [f]
 *          [ C -E  ] [y] = [g]   for a diagonal M over the assets and sparse rows C, as `BorderedSystem` does for all others: nothing is
 * filled in that the order of elimination can spare. Positions that stand still and rows that say nothing stay in the pattern with a
 * diagonal beyond all others.
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import type { ConicForm } from '../conic-form.ts';
import { eliminationOrder } from './elimination-order.ts';
import { SparseFactor } from './sparse-factor.ts';

/** From so many rows on, and where at most this share of their coefficients is there. */
const rowsMin = 32;
const densityMax = 0.25;
/** What an asset without bound or curvature of its own gets on its diagonal; scaled. */
const bareFloor = 1e-9;
const still = 1e64;
/** Rows may depend on each other: their share of the shift, and what stands for a pivot that vanishes. Refinement takes both off again. */
const rowShift = 1e3;
const pivotMin = 1e-10;

const systems = new WeakMap<ConicForm, SparseSystem>();

export class SparseSystem {
  private readonly form: ConicForm;
  private readonly place: Int32Array;
  private readonly values: Float64Array;
  private readonly factor: SparseFactor;
  private readonly signs: Int8Array;
  private readonly diagonal: Float64Array;
  private readonly right: Float64Array;

  /** Diagonal terms only, no norm limit, no trade limit whose rows change, and many rows with few coefficients. */
  private static suits({ n, atoms, cones, kinks, borders }: ConicForm): boolean {
    if (borders.length < rowsMin || cones.length > 0 || kinks.some(({ border }) => border >= 0)) return false;
    if (atoms.some(({ leaf }) => leaf.kind !== 'diagonal')) return false;
    return borders.reduce((total, { values }) => total + values.length, 0) <= densityMax * n * borders.length;
  }

  /** The one system of a form that suits: analysed once, and factorized by each who is about to solve. */
  static of(form: ConicForm, checkpoint: Checkpoint): SparseSystem | undefined {
    if (!SparseSystem.suits(form)) return undefined;
    const known = systems.get(form);
    if (known !== undefined) return known;
    const system = new SparseSystem(form, checkpoint);
    systems.set(form, system);
    return system;
  }

  private constructor(form: ConicForm, checkpoint: Checkpoint) {
    const { n, borders } = form;
    this.form = form;
    const size = n + borders.length;
    const neighbours = Array.from({ length: size }, (): number[] => []);
    borders.forEach(({ positions }, k) => {
      for (const i of positions) {
        neighbours[n + k]!.push(i);
        neighbours[i]!.push(n + k);
      }
    });
    const order = eliminationOrder(neighbours, checkpoint);
    this.place = new Int32Array(size);
    order.forEach((node, at) => (this.place[node] = at));
    this.signs = new Int8Array(size);
    for (let node = 0; node < size; node++) this.signs[this.place[node]!] = node < n ? 1 : -1;
    const { upper, values } = this.upperOf(size);
    this.values = values;
    this.factor = new SparseFactor(upper, checkpoint);
    this.diagonal = new Float64Array(size);
    this.right = new Float64Array(size);
  }

  /** The rows in the order of elimination, each coefficient in the column of the later of its two nodes. */
  private upperOf(size: number) {
    const { form, place } = this;
    const starts = new Int32Array(size + 1);
    const each = (visit: (column: number, row: number, value: number) => void): void =>
      form.borders.forEach(({ positions, values }, k) => {
        const own = place[form.n + k]!;
        positions.forEach((i, p) => {
          const other = place[i]!;
          visit(Math.max(own, other), Math.min(own, other), values[p]!);
        });
      });
    each((column) => starts[column + 1]!++);
    for (let j = 0; j < size; j++) starts[j + 1] = starts[j + 1]! + starts[j]!;
    const filled = starts.slice(0, size);
    const rows = new Int32Array(starts[size]!);
    const values = new Float64Array(starts[size]!);
    each((column, row, value) => {
      const at = filled[column]!++;
      rows[at] = row;
      values[at] = value;
    });
    return { upper: { size, starts, rows }, values };
  }

  /**
   * @param moves (n) 1 where the asset moves
   * @param diagonal (n) added to the diagonals of the atoms
   * @param weights one per atom, >= 0
   * @param border E >= 0, one per border; Infinity for a row that says nothing
   * @param shift added to both diagonals
   */
  factorize(
    moves: ArrayLike<number>,
    diagonal: Float64Array,
    weights: readonly number[],
    border: ArrayLike<number>,
    shift: number,
  ): void {
    const { form, place } = this;
    const { n, atoms, borders } = form;
    for (let i = 0; i < n; i++) {
      let own = Math.max(diagonal[i]! + shift, bareFloor);
      for (let a = 0; a < atoms.length; a++) own += weights[a]! * atoms[a]!.diagonal![i]!;
      this.diagonal[place[i]!] = moves[i] === 0 ? still : Math.min(own, still);
    }
    for (let k = 0; k < borders.length; k++)
      this.diagonal[place[n + k]!] = -Math.min(border[k]! + shift * rowShift, still);
    this.factor.factorize(this.values, this.diagonal, this.signs, pivotMin);
  }

  /** Overwrites f (n) by x and g (one per border) by y. */
  solve(f: Float64Array, g: Float64Array): void {
    const { place, right } = this;
    const n = f.length;
    for (let i = 0; i < n; i++) right[place[i]!] = f[i]!;
    for (let k = 0; k < g.length; k++) right[place[n + k]!] = g[k]!;
    this.factor.solve(right);
    for (let i = 0; i < n; i++) f[i] = right[place[i]!]!;
    for (let k = 0; k < g.length; k++) g[k] = right[place[n + k]!]!;
  }
}
