/**
 * The Newton system of the interior-point method,   [ P  A' ] [dx]   [f]
 *                                                   [ A -W^2] [dz] = [g],
 * reduced by hand: bounds and auxiliary variables go to a scalar per asset, rows and cones to the border of `BorderedSystem`.
 * Every solve is refined against the system as it stands, so the shifts that keep pivots positive cost no accuracy.
 */
import type { Checkpoint } from '../math/checkpoint.ts';
import { maxAbs } from '../math/vectors.ts';
import { addAtomTimes, addRoot, addRootTransposed, workOf } from './atoms.ts';
import type { Border } from './bordered-system.ts';
import { BorderedSystem } from './bordered-system.ts';
import { CondensedSystem } from './condensed-system.ts';
import type { Scaling } from './cone-scaling.ts';
import { coefficientsOf, type ConicForm } from './conic-form.ts';
import { Deflation } from './deflation.ts';
import { ImpactBlocks } from './impact-blocks.ts';
import { SoftBorders } from './soft-borders.ts';
import { SoftCones } from './soft-cones.ts';
import { SparseSystem } from './sparse/sparse-system.ts';

const refinementsMax = 6;

/** Beyond this many assets no matrix is formed for the sake of steadiness alone. */
const wholeMax = 1000;

/** How to factorize; see `BorderedSystem`. */
export interface Attempt {
  readonly shift: number;
  readonly decouple: boolean;
  readonly whole: boolean;
  /** By `CondensedSystem`. */
  readonly condensed?: boolean;
}

export class NewtonSystem {
  private readonly form: ConicForm;
  private readonly checkpoint: Checkpoint;
  /** Multiplications in a product with the whole matrix. */
  private readonly productWork: number;
  private system: BorderedSystem | CondensedSystem;
  private readonly sparse: SparseSystem | undefined;
  private readonly structured: BorderedSystem;
  private whole: BorderedSystem | undefined;
  private condensed: CondensedSystem | undefined;
  private scaling!: Scaling;
  /** 1 / W^2 of each linear row. */
  private readonly inverse: Float64Array;
  /** Per kink: d1 + d2, and (d1 buy - d2 sell). */
  private readonly kinkPivot: Float64Array;
  private readonly kinkPull: Float64Array;
  private readonly impacts: ImpactBlocks;
  private readonly softBorders: SoftBorders;
  private readonly softCones: SoftCones;
  private deflation: Deflation | undefined;
  /** Coefficients (n) by border; none with a sparse system. */
  private readonly rows: readonly Float64Array[];
  private borderDiagonal: number[] = [];
  private readonly kinks: KinkColumns;
  private readonly buffers: Buffers;

  constructor(form: ConicForm, checkpoint: Checkpoint) {
    this.form = form;
    this.checkpoint = checkpoint;
    this.productWork = productWorkOf(form);
    this.structured = new BorderedSystem(form.n, form.atoms, checkpoint);
    this.system = this.structured;
    this.inverse = new Float64Array(form.equations + form.inequalities);
    this.kinkPivot = new Float64Array(form.kinks.length);
    this.kinkPull = new Float64Array(form.kinks.length);
    this.impacts = new ImpactBlocks(form);
    this.softBorders = new SoftBorders(form);
    this.softCones = new SoftCones(form);
    this.kinks = kinkColumns(form);
    this.buffers = buffersOf(form);
    this.sparse = SparseSystem.of(form, checkpoint);
    this.rows = this.sparse === undefined ? form.borders.map((border) => coefficientsOf(border, form.n)) : [];
  }

  /** A caller whose solves come out poor tries the next attempt. */
  factorize(scaling: Scaling, { shift, decouple, whole, condensed }: Attempt): void {
    const { form, inverse } = this;
    if (whole && form.n <= wholeMax) this.whole ??= new BorderedSystem(form.n, form.atoms, this.checkpoint, true);
    if (condensed === true && form.n <= wholeMax)
      this.condensed ??= new CondensedSystem(form.n, form.atoms, this.checkpoint);
    this.system = (condensed === true ? this.condensed : whole ? this.whole : undefined) ?? this.structured;
    this.scaling = scaling;
    for (let r = form.equations; r < inverse.length; r++)
      inverse[r] = 1 / (scaling.diagonal[r]! * scaling.diagonal[r]!);
    const diagonal = new Float64Array(form.n);
    for (let i = 0; i < form.n; i++) {
      if (form.lowerRow[i]! >= 0) diagonal[i] = diagonal[i]! + inverse[form.lowerRow[i]!]!;
      if (form.upperRow[i]! >= 0) diagonal[i] = diagonal[i]! + inverse[form.upperRow[i]!]!;
    }
    const coefficients = [...this.rows];
    this.borderDiagonal = form.borders.map(({ equation, plus, minus }) => {
      if (equation >= 0) return 0;
      return 1 / ((plus >= 0 ? inverse[plus]! : 0) + (minus >= 0 ? inverse[minus]! : 0));
    });
    this.softBorders.factorize(inverse, this.borderDiagonal);
    form.kinks.forEach((kink, e) => {
      const buying = inverse[kink.buyRow]!;
      const selling = inverse[kink.sellRow]!;
      const pivot = buying + selling;
      const pull = buying * kink.buy - selling * kink.sell;
      this.kinkPivot[e] = pivot;
      this.kinkPull[e] = pull;
      const width = kink.buy + kink.sell;
      diagonal[kink.asset] = diagonal[kink.asset]! + (buying / pivot) * selling * width * width;
      if (kink.border < 0) return;
      if (coefficients[kink.border] === this.rows[kink.border])
        coefficients[kink.border] = Float64Array.from(coefficients[kink.border]!);
      const row = coefficients[kink.border]!;
      row[kink.asset] = row[kink.asset]! + pull / pivot;
      this.borderDiagonal[kink.border] = this.borderDiagonal[kink.border]! + 1 / pivot;
    });
    this.impacts.factorize(scaling, inverse, diagonal);
    this.softCones.factorize(scaling, inverse);
    if (this.sparse !== undefined) {
      this.sparse.factorize(form.isFree, diagonal, form.weights, this.borderDiagonal, shift);
      return;
    }
    const borders: Border[] = coefficients.map((row, k) => ({ coefficients: row, diagonal: this.borderDiagonal[k]! }));
    this.system.factorize(
      form.free,
      diagonal,
      this.coneWeights(),
      [...borders, ...this.coneBorders()],
      shift,
      decouple,
    );
    const { subtracted } = this.softCones;
    this.deflation = undefined;
    if (subtracted.length === 0) return;
    const solve = (f: Float64Array, g: Float64Array): void => this.system.solve(f, g);
    const moves = (i: number): boolean => form.isFree[i] === 1;
    this.deflation = new Deflation(subtracted, moves, this.buffers.border.length, solve, this.checkpoint);
  }

  private coneWeights(): number[] {
    const weights = [...this.form.weights];
    this.form.cones.forEach((cone, k) => {
      const unit = 1 / (this.scaling.cones[k]!.eta * cone.scale) ** 2;
      for (const a of cone.atoms) weights[a] = weights[a]! + unit;
    });
    return weights;
  }

  /**
   * W^-2 = (2 v v' - J) / eta^2 with v = J w: the second part adds Q / eta^2, which joins the atoms; the first one is of rank one and
   * joins the border with a multiplier of its own, which keeps the large entries of w out of sums.
   */
  private coneBorders(): Border[] {
    return this.form.cones.map((cone, k) => {
      const soft = this.softCones.border(k);
      if (soft !== undefined) return soft;
      const { eta, w } = this.scaling.cones[k]!;
      const coefficients = new Float64Array(this.form.n);
      addRoot(cone.pieces, 1 / cone.scale, w, 1, coefficients);
      return { coefficients, diagonal: (eta * eta) / 2 };
    });
  }

  /** Overwrites f (n + auxiliaries) by dx and g (rows) by dz. @returns the residual left, relative to the right side. */
  solve(f: Float64Array, g: Float64Array): number {
    const size = Math.max(maxAbs(f), maxAbs(g));
    if (size === 0) return 0;
    const { x, z, dx, dz, bestX, bestZ } = this.buffers;
    x.set(f);
    z.set(g);
    this.solveOnce(x, z);
    // Near the end the upper right side is far smaller than slacks are: each part is refined by its own size.
    const upper = Math.max(maxAbs(f), 1e-8 * size);
    let left = Infinity;
    let quality = Infinity;
    bestX.set(x);
    bestZ.set(z);
    for (let k = 0; k <= refinementsMax; k++) {
      dx.set(f);
      dz.set(g);
      this.subtractProduct(x, z, dx, dz);
      const now = Math.max(maxAbs(dx) / upper, maxAbs(dz) / size);
      if (!(now < left)) break;
      const stalled = now > 0.5 * left;
      left = now;
      quality = Math.max(maxAbs(dx), maxAbs(dz)) / size;
      bestX.set(x);
      bestZ.set(z);
      if (now < 1e-14 || stalled || k === refinementsMax) break;
      this.solveOnce(dx, dz);
      for (let i = 0; i < x.length; i++) x[i] = x[i]! + dx[i]!;
      for (let r = 0; r < z.length; r++) z[r] = z[r]! + dz[r]!;
    }
    f.set(bestX);
    g.set(bestZ);
    return quality;
  }

  /** (rx, rz) -= K (x, z). */
  private subtractProduct(x: Float64Array, z: Float64Array, rx: Float64Array, rz: Float64Array): void {
    const { form } = this;
    this.checkpoint(this.productWork);
    addObjectiveTimes(form, -1, x, rx);
    addRowsTransposed(form, -1, z, rx);
    addRowsTimes(form, -1, x, rz);
    this.scaling.addSquared(1, z, rz, false);
  }

  private solveOnce(f: Float64Array, g: Float64Array): void {
    const { form, inverse } = this;
    const { n } = form;
    const { right, border, pushed } = this.buffers;
    for (let i = 0; i < n; i++) right[i] = f[i]!;
    border.fill(0);
    for (let i = 0; i < n; i++) {
      const lower = form.lowerRow[i]!;
      const upper = form.upperRow[i]!;
      if (lower >= 0) right[i] = right[i]! - inverse[lower]! * g[lower]!;
      if (upper >= 0) right[i] = right[i]! + inverse[upper]! * g[upper]!;
    }
    form.borders.forEach(({ equation, plus, minus }, k) => {
      if (equation >= 0) border[k] = g[equation]!;
      else if (minus < 0) border[k] = g[plus]!;
      else if (plus < 0) border[k] = -g[minus]!;
      else border[k] = (inverse[plus]! * g[plus]! - inverse[minus]! * g[minus]!) * this.borderDiagonal[k]!;
    });
    this.softBorders.reduce(f, g, border);
    const { asset, buy, sell, buyRow, sellRow, borderOf } = this.kinks;
    for (let e = 0; e < asset.length; e++) {
      const buying = inverse[buyRow[e]!]! * g[buyRow[e]!]!;
      const selling = inverse[sellRow[e]!]! * g[sellRow[e]!]!;
      const value = f[n + e]! - buying - selling;
      pushed[e] = value;
      const pivot = this.kinkPivot[e]!;
      const a = asset[e]!;
      right[a] = right[a]! + buy[e]! * buying - sell[e]! * selling + (this.kinkPull[e]! / pivot) * value;
      const k = borderOf[e]!;
      if (k >= 0) border[k] = border[k]! - value / pivot;
    }
    form.cones.forEach(({ pieces, scale, start, dimension }, k) => {
      const { eta, w } = this.scaling.cones[k]!;
      addRoot(pieces, -1 / (scale * eta * eta), g, start + 1, right);
      if (this.softCones.reduce(k, f, g, right)) return;
      let inner = w[0]! * g[start]!;
      for (let r = 1; r < dimension; r++) inner -= w[r]! * g[start + r]!;
      border[form.borders.length + k] = inner;
    });
    this.impacts.reduce(f, g, right);
    for (let i = 0; i < n; i++) if (form.isFree[i] === 0) right[i] = 0;
    (this.sparse ?? this.deflation ?? this.system).solve(right, border);
    this.recover(right, f, g);
  }

  private recover(dw: Float64Array, f: Float64Array, g: Float64Array): void {
    const { form, inverse } = this;
    const { border, pushed, reached } = this.buffers;
    const { n } = form;
    f.set(dw);
    this.impacts.recover(f);
    const { asset, borderOf } = this.kinks;
    for (let e = 0; e < asset.length; e++) {
      const tied = borderOf[e]! < 0 ? 0 : border[borderOf[e]!]!;
      f[n + e] = (pushed[e]! + this.kinkPull[e]! * dw[asset[e]!]! - tied) / this.kinkPivot[e]!;
    }
    for (const { excess } of [...form.borders, ...form.cones]) if (excess.column >= 0) f[excess.column] = 0;
    for (let r = 0; r < g.length; r++) reached[r] = -g[r]!;
    addRowsTimes(form, 1, f, reached);
    this.softBorders.recover(f, reached);
    g.set(reached);
    for (let r = form.equations; r < inverse.length; r++) g[r] = inverse[r]! * reached[r]!;
    form.borders.forEach(({ equation, plus, minus }, k) => {
      if (equation >= 0) g[equation] = border[k]!;
      else if (minus < 0) g[plus] = border[k]!;
      else if (plus < 0) g[minus] = -border[k]!;
      else if (inverse[plus]! >= inverse[minus]!) g[plus] = border[k]! + g[minus]!;
      else g[minus] = g[plus]! - border[k]!;
    });
    this.softBorders.price(g);
    form.cones.forEach(({ start, dimension }, k) => {
      if (this.softCones.recover(k, f, reached, g)) return;
      const { eta, w } = this.scaling.cones[k]!;
      const price = border[form.borders.length + k]!;
      const unit = 1 / (eta * eta);
      g[start] = w[0]! * price - unit * reached[start]!;
      for (let r = 1; r < dimension; r++) g[start + r] = unit * reached[start + r]! - w[r]! * price;
    });
    this.impacts.price(reached, g);
  }
}

/** The kinks, field by field: loops over thousands of them read numbers, not objects. */
interface KinkColumns {
  readonly asset: Int32Array;
  readonly buy: Float64Array;
  readonly sell: Float64Array;
  readonly buyRow: Int32Array;
  readonly sellRow: Int32Array;
  readonly borderOf: Int32Array;
}

function kinkColumns({ kinks }: ConicForm): KinkColumns {
  return {
    asset: Int32Array.from(kinks, ({ asset }) => asset),
    buy: Float64Array.from(kinks, ({ buy }) => buy),
    sell: Float64Array.from(kinks, ({ sell }) => sell),
    buyRow: Int32Array.from(kinks, ({ buyRow }) => buyRow),
    sellRow: Int32Array.from(kinks, ({ sellRow }) => sellRow),
    borderOf: Int32Array.from(kinks, ({ border }) => border),
  };
}

/** What a solve needs on its way, taken once: x, dx, bestX like the columns of A, z, dz, bestZ, reached like its rows. */
type Buffers = ReturnType<typeof buffersOf>;

function buffersOf(form: ConicForm) {
  const [columns, rows] = [form.q.length, form.b.length];
  return {
    x: new Float64Array(columns),
    z: new Float64Array(rows),
    dx: new Float64Array(columns),
    dz: new Float64Array(rows),
    bestX: new Float64Array(columns),
    bestZ: new Float64Array(rows),
    right: new Float64Array(form.n),
    border: new Float64Array(form.borders.length + form.cones.length),
    pushed: new Float64Array(form.kinks.length),
    reached: new Float64Array(rows),
  };
}

/** Multiplications in P x, A x and A' z together. */
function productWorkOf(form: ConicForm): number {
  const { n } = form;
  let work = 2 * form.rows.values.length;
  form.atoms.forEach((atom, a) => (work += form.weights[a] === 0 ? 0 : workOf(atom, n)));
  for (const cone of form.cones) for (const a of cone.atoms) work += workOf(form.atoms[a]!, n);
  return work;
}

/** out += factor P x over the free assets. */
export function addObjectiveTimes(form: ConicForm, factor: number, x: Float64Array, out: Float64Array): void {
  const w = x.subarray(0, form.n);
  const product = new Float64Array(form.n);
  form.atoms.forEach((atom, a) => addAtomTimes(atom, form.weights[a]!, w, product));
  for (let i = 0; i < form.n; i++) if (form.isFree[i] === 1) out[i] = out[i]! + factor * product[i]!;
}

/** out += factor A x. */
export function addRowsTimes(form: ConicForm, factor: number, x: Float64Array, out: Float64Array): void {
  const { starts, columns, values } = form.rows;
  for (let r = 0; r + 1 < starts.length; r++) {
    let s = 0;
    for (let k = starts[r]!; k < starts[r + 1]!; k++) s += values[k]! * x[columns[k]!]!;
    out[r] = out[r]! + factor * s;
  }
  const w = x.subarray(0, form.n);
  for (const { pieces, scale, start, excess } of form.cones) {
    if (excess.column >= 0) out[start] = out[start]! - factor * x[excess.column]!;
    addRootTransposed(pieces, -factor / scale, w, out, start + 1);
  }
}

/** out += factor A' z; entries of fixed assets stay zero. */
export function addRowsTransposed(form: ConicForm, factor: number, z: Float64Array, out: Float64Array): void {
  const { starts, columns, values } = form.rows;
  for (let r = 0; r + 1 < starts.length; r++) {
    const value = factor * z[r]!;
    for (let k = starts[r]!; k < starts[r + 1]!; k++) out[columns[k]!] = out[columns[k]!]! + value * values[k]!;
  }
  if (form.cones.length === 0) return;
  const pull = new Float64Array(form.n);
  for (const { pieces, scale, start, excess } of form.cones) {
    if (excess.column >= 0) out[excess.column] = out[excess.column]! - factor * z[start]!;
    addRoot(pieces, -factor / scale, z, start + 1, pull);
  }
  for (let i = 0; i < form.n; i++) if (form.isFree[i] === 1) out[i] = out[i]! + pull[i]!;
}
