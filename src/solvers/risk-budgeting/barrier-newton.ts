/**
 * Primal-dual Newton steps. A logarithm of the objective is a barrier that stays: with z_i = b_i / w_i its optimality condition reads
 * w_i z_i = b_i, just as the barrier of a bound or of a side of a row reads slack times price = mu, with the difference that mu goes to
 * zero and b_i does not. Mehrotra's predictor and corrector serve both. Without bounds and rows this is Newton's method for risk budgets
 * (Spinu 2013). A step costs n (k + rows)^2 with diagonal and factor covariances, n^3 / 3 with dense ones.
 *
 *     slope + A'y - prices of the sides = 0,   A x - t = 0,   t in the range of the rows with prices of its own
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { dot, maxAbs } from '../../math/vectors.ts';
import { addAtomTimes } from '../atoms.ts';
import { BorderedSystem } from '../bordered-system.ts';
import { Barrier } from './barrier.ts';
import type { ScaledForm } from './scaled-form.ts';

const shift = 1e-13;
const refinementsMax = 5;
/** Equations solved worse than this lead nowhere. */
const residualMax = 1e-3;
/** Share of the way to the nearest end of a range. */
const stepShare = 0.995;
/** Products of a weight and the price of its logarithm stay above this share of the budget, lest they collapse. */
const productMin = 0.03;
/** A start keeps this share of the width of a range, or of its own size, away from the ends. */
const marginShare = 0.1;

/** Relative residuals of the equations. */
export interface Residuals {
  readonly primal: number;
  readonly dual: number;
  /** Largest distance of w_i z_i from b_i, relative to it, or of another product from zero, relative to the mean budget. */
  readonly products: number;
}

export class BarrierNewton {
  readonly form: ScaledForm;
  readonly x: Float64Array;
  /** What the rows hold, within their ranges, and their prices. */
  readonly held: Float64Array;
  readonly prices: Float64Array;
  readonly below: Barrier;
  readonly above: Barrier;
  readonly rowsBelow: Barrier;
  readonly rowsAbove: Barrier;
  private readonly logarithms: Barrier;
  /** The sides whose products vanish. */
  private readonly sides: readonly Barrier[];
  private readonly ofAssets: readonly Barrier[];
  private readonly ofRows: readonly Barrier[];
  private readonly checkpoint: Checkpoint;
  private readonly system: BorderedSystem;
  /** Mean budget: the product of slack and price that counts as large. */
  readonly typical: number;
  /** (n) slope of the Lagrangian on the free positions; (rows) A x - t. */
  private readonly slope: Float64Array;
  private readonly lack: Float64Array;
  private slopeScale = 1;
  /** Scaled objective but for the logarithms. */
  private value = 0;
  /** Of the sides, by asset and by row. */
  private curvature: Float64Array;
  private rowCurvature: Float64Array;
  private moves: { readonly x: Float64Array; readonly prices: Float64Array; readonly held: Float64Array };

  /** @param start (n) scaled; moved into the interior of the ranges. */
  constructor(form: ScaledForm, start: Float64Array, checkpoint: Checkpoint) {
    const { n, rows, budgets, lower, upper, free, fixed } = form;
    this.form = form;
    this.checkpoint = checkpoint;
    this.system = new BorderedSystem(n, form.model.atoms, checkpoint);
    this.x = start.map((value, i) =>
      fixed[i] === 1 ? lower[i]! : inside(value, budgets[i]! > 0 ? Math.max(lower[i]!, 0) : lower[i]!, upper[i]!),
    );
    this.held = Float64Array.from(rows, ({ coefficients, lower: low, upper: high }) =>
      low === high ? low : inside(dot(coefficients, this.x), low, high),
    );
    this.prices = new Float64Array(rows.length);
    this.typical = 1 / budgets.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
    const open = Int32Array.from(rows.keys()).filter((r) => rows[r]!.lower !== rows[r]!.upper);
    const product = () => this.typical;
    const bounded = open.length > 0 || free.some((i) => lower[i]! > -Infinity || upper[i]! < Infinity);
    const excess = bounded ? this.typical : 0;
    const { x, held } = this;
    const none = () => 0;
    this.logarithms = new Barrier(
      free.filter((i) => budgets[i]! > 0),
      x,
      none,
      1,
      (i) => budgets[i]! + excess,
    );
    this.below = new Barrier(
      free.filter((i) => lower[i]! > -Infinity),
      x,
      (i) => lower[i]!,
      1,
      product,
    );
    this.above = new Barrier(
      free.filter((i) => upper[i]! < Infinity),
      x,
      (i) => upper[i]!,
      -1,
      product,
    );
    const [low, high] = [(r: number) => rows[r]!.lower, (r: number) => rows[r]!.upper];
    this.rowsBelow = new Barrier(
      open.filter((r) => low(r) > -Infinity),
      held,
      low,
      1,
      product,
    );
    this.rowsAbove = new Barrier(
      open.filter((r) => high(r) < Infinity),
      held,
      high,
      -1,
      product,
    );
    this.ofAssets = [this.logarithms, this.below, this.above];
    this.ofRows = [this.rowsBelow, this.rowsAbove];
    this.sides = [this.below, this.above, ...this.ofRows];
    this.slope = new Float64Array(n);
    this.lack = new Float64Array(rows.length);
    this.curvature = new Float64Array(n);
    this.rowCurvature = new Float64Array(rows.length);
    this.moves = { x: new Float64Array(0), prices: new Float64Array(0), held: new Float64Array(0) };
    this.measure();
  }

  /** Whether any product is to vanish. */
  get bounded(): boolean {
    return this.sides.some(({ positions }) => positions.length > 0);
  }

  /** In the units of the problem. */
  objective(): number {
    const { model, worth, unit } = this.form;
    let total = model.constant + worth * this.value;
    for (let i = 0; i < this.x.length; i++)
      if (model.budgets[i]! > 0) total -= model.budgets[i]! * Math.log(unit * this.x[i]!);
    return total;
  }

  residuals(): Residuals {
    const { budgets } = this.form;
    const own = (i: number): number => budgets[i]!;
    let products = this.logarithms.distance(own, own);
    for (const barrier of this.sides)
      products = Math.max(
        products,
        barrier.distance(
          () => 0,
          () => this.typical,
        ),
      );
    const primal = maxAbs(this.lack) / Math.max(1, maxAbs(this.x));
    return { primal, dual: maxAbs(this.slope) / this.slopeScale, products };
  }

  /** (n) slope of the objective and the rows alone: what the bounds of fixed positions have to balance. */
  slopeWithoutSides(): Float64Array {
    const { form, x, prices } = this;
    this.checkpoint(form.model.productWork);
    const slope = Float64Array.from(form.linear);
    form.model.atoms.forEach((atom, a) => addAtomTimes(atom, form.weights[a]!, x, slope));
    this.value = 0.5 * (dot(x, slope) + dot(x, form.linear));
    form.rows.forEach(({ coefficients }, r) => {
      const price = prices[r]!;
      if (price !== 0) for (let i = 0; i < slope.length; i++) slope[i] = slope[i]! + price * coefficients[i]!;
    });
    return slope;
  }

  private measure(): void {
    const { form, slope, lack, held, x } = this;
    const whole = this.slopeWithoutSides();
    let scale = Math.max(maxAbs(form.linear), maxAbs(this.prices), Number.MIN_VALUE);
    for (const { price } of this.ofAssets) scale = Math.max(scale, maxAbs(price));
    for (const barrier of this.ofAssets) barrier.addSlope(whole);
    slope.fill(0);
    for (const i of form.free) slope[i] = whole[i]!;
    form.rows.forEach(({ coefficients }, r) => (lack[r] = dot(coefficients, x) - held[r]!));
    this.slopeScale = scale;
  }

  /** One predictor and corrector. @returns the share of the step that was taken; 0 when the equations could not be solved. */
  step(): number {
    this.factorize();
    this.aim(0, 0);
    if (!this.solveForMoves()) return 0;
    const now = this.meanProduct(0);
    const whole = Math.min(1, this.reach());
    const centring = now > 0 ? (this.meanProduct(whole) / now) ** 2 : 0;
    this.aim(centring * now, whole * whole);
    if (!this.solveForMoves()) return 0;
    let share = Math.min(1, stepShare * this.reach());
    while (share > 1e-9 && !this.isBalanced(share)) share *= 0.8;
    this.advance(share);
    this.measure();
    return share;
  }

  /** Whether no product of a logarithm would collapse. */
  private isBalanced(share: number): boolean {
    const { budgets } = this.form;
    const mean = this.meanProduct(share);
    return this.logarithms.leastAfter(share, (i) => budgets[i]! + mean) >= productMin;
  }

  private aim(mu: number, correction: number): void {
    const { budgets } = this.form;
    this.logarithms.aim((i) => budgets[i]! + mu, correction);
    for (const barrier of this.sides) barrier.aim(() => mu, correction);
  }

  private reach(): number {
    return Math.min(this.logarithms.reach(), ...this.sides.map((barrier) => barrier.reach()));
  }

  /** Over the sides, after this share of the moves; 0 without sides. */
  private meanProduct(share: number): number {
    let total = 0;
    let count = 0;
    for (const barrier of this.sides) {
      total += barrier.productsAfter(share);
      count += barrier.positions.length;
    }
    return count === 0 ? 0 : Math.max(total, 0) / count;
  }

  private advance(share: number): void {
    const { moves, logarithms, x } = this;
    const add = (target: Float64Array, move: Float64Array): void => {
      for (let k = 0; k < target.length; k++) target[k] = target[k]! + share * move[k]!;
    };
    add(x, moves.x);
    add(this.prices, moves.prices);
    add(this.held, moves.held);
    for (const barrier of [logarithms, ...this.sides]) barrier.advance(share);
    logarithms.positions.forEach((place, k) => (logarithms.slack[k] = x[place]!));
  }

  private factorize(): void {
    const { form } = this;
    this.curvature = new Float64Array(form.n);
    for (const barrier of this.ofAssets) barrier.addCurvature(this.curvature);
    const rowCurvature = new Float64Array(form.rows.length);
    for (const barrier of this.ofRows) barrier.addCurvature(rowCurvature);
    this.rowCurvature = rowCurvature;
    const borders = form.rows.map(({ coefficients }, r) => ({ coefficients, diagonal: this.giveOf(r) }));
    this.system.factorize(form.free, this.curvature, form.weights, borders, shift);
  }

  /** How far a row gives way per unit of its price; 0 for an equation. */
  private giveOf(r: number): number {
    return this.rowCurvature[r] === 0 ? 0 : 1 / this.rowCurvature[r]!;
  }

  /** Newton's equations for the present aims. @returns whether the solution is of any use. */
  private solveForMoves(): boolean {
    const { form, prices, slope, lack } = this;
    const x = slope.map((value) => -value);
    for (const barrier of this.ofAssets) barrier.addPull(x);
    for (let i = 0; i < form.n; i++) if (form.fixed[i] === 1) x[i] = 0;
    const aimed = Float64Array.from(prices);
    for (const barrier of this.ofRows) barrier.addAimed(aimed);
    const row = lack.map((value, r) => -value + aimed[r]! * this.giveOf(r));
    if (!(this.solve(x, row) <= residualMax)) return false;
    const held = row.map((value, r) => (value + aimed[r]!) * this.giveOf(r));
    this.moves = { x, prices: row, held };
    for (const barrier of this.ofAssets) barrier.follow(x);
    for (const barrier of this.ofRows) barrier.follow(held);
    return true;
  }

  /** Overwrites the right sides by the solution, refined. @returns the relative residual. */
  private solve(f: Float64Array, g: Float64Array): number {
    const size = Math.max(maxAbs(f), maxAbs(g));
    if (size === 0) return 0;
    const [right, border] = [Float64Array.from(f), Float64Array.from(g)];
    this.system.solve(f, g);
    let best = { f: Float64Array.from(f), g: Float64Array.from(g), residual: Infinity };
    for (let k = 0; ; k++) {
      const [df, dg] = this.residualOf(f, g, right, border);
      const residual = Math.max(maxAbs(df), maxAbs(dg)) / size;
      const stalled = !(residual < 0.5 * best.residual);
      if (residual < best.residual) best = { f: Float64Array.from(f), g: Float64Array.from(g), residual };
      if (stalled || residual < 1e-15 || k === refinementsMax) break;
      this.system.solve(df, dg);
      for (let i = 0; i < f.length; i++) f[i] = f[i]! + df[i]!;
      for (let r = 0; r < g.length; r++) g[r] = g[r]! + dg[r]!;
    }
    f.set(best.f);
    g.set(best.g);
    return best.residual;
  }

  private residualOf(x: Float64Array, y: Float64Array, right: Float64Array, border: Float64Array) {
    const { form, curvature } = this;
    this.checkpoint(form.model.productWork);
    const product = new Float64Array(form.n);
    form.model.atoms.forEach((atom, a) => addAtomTimes(atom, form.weights[a]!, x, product));
    const df = new Float64Array(form.n);
    for (const i of form.free) df[i] = right[i]! - product[i]! - curvature[i]! * x[i]!;
    const dg = new Float64Array(form.rows.length);
    form.rows.forEach(({ coefficients }, r) => {
      for (const i of form.free) df[i] = df[i]! - coefficients[i]! * y[r]!;
      dg[r] = border[r]! - dot(coefficients, x) + this.giveOf(r) * y[r]!;
    });
    return [df, dg] as const;
  }
}

/** A value away from the ends of the range. */
function inside(value: number, lower: number, upper: number): number {
  const size = Math.max(Math.abs(value), 1e-3);
  const margin = marginShare * Math.min(upper - lower, size);
  return Math.max(lower + margin, Math.min(upper - margin, value));
}
