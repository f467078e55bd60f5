/**
 * Polishes an interior point: guesses which restrictions hold with equality, solves the stationarity equations on the rest by
 * Newton's method (quadratic only where norm limits are active), revises the guess a few times, and hands the result to the
 * certificate. What is inactive then stands exactly on its bound, and residuals fall to rounding.
 */
import type { Problem } from '../problem/problem.ts';
import type { Checkpoint } from '../math/checkpoint.ts';
import { activeAt, lengths, revise, sides, stands, type ActiveSet, type Signs } from './active-set.ts';
import { addAtomTimes, addRootTransposed, workOf } from './atoms.ts';
import { BorderedSystem, type Border } from './bordered-system.ts';
import { better, candidateAt, certificateWork, type Candidate } from './candidate.ts';
import { coefficientsOf, type ConicForm } from './conic-form.ts';
import { multipliersAt } from './interior-point-outcome.ts';
import { Deflation } from './deflation.ts';
import { SparseSystem } from './sparse/sparse-system.ts';

const roundsMax = 12;
const newtonMax = 8;
/** With impacts, whose slopes are roots of trades. */
const newtonImpactMax = 25;
/** Least root of a trade, in its unit, at which an impact is given a curvature. */
const rootMin = 1e-8;
const shift = 1e-11;
/** Equations solved to this, scaled, are worth a certificate even when a few signs still ask for a change (degenerate points). */
const settledResidual = 1e-8;
const nearlyRight = 2;
/** Stands for a bound of zero where a price is divided by it. */
const bareBound = 1e-12;

/** Scaled slacks and multipliers, divided by tau. */
export interface InteriorPoint {
  readonly x: Float64Array;
  readonly s: Float64Array;
  readonly z: Float64Array;
}

/** @returns the polished point with its certificate, or nothing when no consistent guess was found. */
export function polish(
  problem: Problem,
  form: ConicForm,
  point: InteriorPoint,
  checkpoint: Checkpoint,
): Candidate | undefined {
  const active = activeAt(form, point.s, point.z);
  const run = new Polish(form, active, point, checkpoint);
  let best: Candidate | undefined;
  for (let round = 0; round < roundsMax; round++) {
    const left = run.settle();
    if (Number.isNaN(left)) break;
    const before = left <= settledResidual ? { weights: run.weights(), z: run.multipliers() } : undefined;
    const changes = revise(form, active, run.signs());
    if (before !== undefined && (changes === 0 || changes <= nearlyRight)) {
      const { weights, z } = before;
      checkpoint(certificateWork(problem));
      best = better(
        best,
        candidateAt(problem, weights, () => multipliersAt(problem, form, z, weights, checkpoint)),
      );
    }
    if (changes === 0) break;
  }
  return best;
}

class Polish {
  private readonly form: ConicForm;
  private readonly active: ActiveSet;
  private readonly system: BorderedSystem;
  private readonly y: Float64Array;
  private readonly price: Float64Array;
  private readonly normPrice: Float64Array;
  /** Borders that hold the slopes of kinks. */
  private readonly bent: ReadonlySet<number>;
  private readonly sparse: SparseSystem | undefined;
  /** (n) index of the asset's impact; -1 where it has none. */
  private readonly impactOf: Int32Array;
  private readonly checkpoint: Checkpoint;

  constructor(form: ConicForm, active: ActiveSet, point: InteriorPoint, checkpoint: Checkpoint) {
    this.checkpoint = checkpoint;
    this.form = form;
    this.active = active;
    this.system = new BorderedSystem(form.n, form.atoms, checkpoint);
    this.y = point.x.slice(0, form.n);
    this.bent = new Set(form.kinks.map(({ border }) => border));
    this.sparse = SparseSystem.of(form, checkpoint);
    this.impactOf = new Int32Array(form.n).fill(-1);
    form.impacts.forEach(({ asset }, j) => (this.impactOf[asset] = j));
    const at = (row: number): number => (row < 0 ? 0 : point.z[row]!);
    this.price = Float64Array.from(form.borders, ({ equation, plus, minus }) => at(equation) + at(plus) - at(minus));
    this.normPrice = Float64Array.from(
      form.cones,
      ({ start }) => point.z[start]! / Math.max(form.b[start]!, bareBound),
    );
  }

  /** Newton on the equations of the present set. @returns the residual left, scaled; NaN when it breaks down. */
  settle(): number {
    const { form, active, y } = this;
    this.pin();
    const free = form.free.filter((i) => active.assets[i] === stands.free);
    const rows = form.borders.flatMap((_, k) => (isHeld(active.borders[k]!) ? [k] : []));
    const norms = form.cones.flatMap((_, k) => (active.norms[k] === lengths.held ? [k] : []));
    const over = form.cones.flatMap((_, k) => (active.norms[k] === lengths.over ? [k] : []));
    form.borders.forEach(({ excess }, k) => {
      if (isHeld(active.borders[k]!)) return;
      const sign = active.borders[k] === sides.over ? 1 : active.borders[k] === sides.under ? -1 : 0;
      this.price[k] = sign === 0 ? 0 : sign * form.q[excess.column]!;
    });
    form.cones.forEach((_, k) => {
      if (active.norms[k] === lengths.none) this.normPrice[k] = 0;
    });
    const slopes = this.sparse === undefined ? rows.map((k) => this.slopesOf(k)) : [];
    const curved = norms.length + over.length + form.impacts.length > 0;
    const moves = Uint8Array.from(active.assets, (stand, i) => (stand === stands.free ? form.isFree[i]! : 0));
    const silent = Float64Array.from(active.borders, (side) => (isHeld(side) ? 0 : Infinity));
    let solve = (f: Float64Array, g: Float64Array): void => this.system.solve(f, g);
    let last = Infinity;
    const longer = form.impacts.length + over.length > 0;
    for (let step = 0; step < (longer ? newtonImpactMax : newtonMax); step++) {
      for (const k of over) this.normPrice[k] = form.q[form.cones[k]!.excess.column]! / this.lengthOf(k);
      const pulls = norms.map((k) => this.normTimes(k));
      const right = this.pull().map((value) => -value);
      const errors = Float64Array.from([...rows.map((k) => -this.missing(k)), ...norms.map((k) => -this.excess(k))]);
      let size = 0;
      for (const i of free) size = Math.max(size, Math.abs(right[i]!));
      for (const error of errors) size = Math.max(size, Math.abs(error));
      if (!Number.isFinite(size)) return NaN;
      const stalled = size > 0.25 * last && size < 1e-12;
      last = Math.min(last, size);
      if (size < 1e-15 || stalled) break;
      if (step === 0 || curved) {
        const borders: Border[] = [...slopes, ...pulls].map((coefficients) => ({ coefficients, diagonal: 0 }));
        const curvature = this.impactCurvature();
        if (this.sparse === undefined) {
          this.system.factorize(free, curvature, this.weightsNow([...norms, ...over]), borders, shift);
          if (over.length > 0) solve = this.deflated(over, moves, borders.length);
        } else this.sparse.factorize(moves, curvature, form.weights, silent, shift);
      }
      for (let i = 0; i < form.n; i++) if (active.assets[i] !== stands.free || form.isFree[i] === 0) right[i] = 0;
      if (this.sparse === undefined) solve(right, errors);
      else this.solveSparse(this.sparse, right, errors, rows);
      for (const i of free) y[i] = this.moved(i, right[i]!);
      rows.forEach((k, at) => (this.price[k] = this.price[k]! + errors[at]!));
      norms.forEach((k, at) => (this.normPrice[k] = this.normPrice[k]! + errors[rows.length + at]!));
    }
    return last;
  }

  /** A length does not curve along its own direction: Q / l - Q d d' Q / l^3. */
  private deflated(over: readonly number[], moves: Uint8Array, borders: number) {
    const subtracted = over.map((k) => ({
      coefficients: this.normTimes(k),
      weight: this.normPrice[k]! / this.lengthOf(k) ** 2,
    }));
    const before = (f: Float64Array, g: Float64Array): void => this.system.solve(f, g);
    const deflation = new Deflation(subtracted, (i) => moves[i] === 1, borders, before, this.checkpoint);
    return (f: Float64Array, g: Float64Array): void => deflation.solve(f, g);
  }

  /** The sparse system knows all borders; those that are not active have nothing to say. */
  private solveSparse(system: SparseSystem, right: Float64Array, errors: Float64Array, rows: readonly number[]): void {
    const all = new Float64Array(this.form.borders.length);
    rows.forEach((k, at) => (all[k] = errors[at]!));
    system.solve(right, all);
    rows.forEach((k, at) => (errors[at] = all[k]!));
  }

  private pin(): void {
    const { form, active, y } = this;
    for (const i of form.free) {
      const stand = active.assets[i]!;
      if (stand === stands.free) continue;
      y[i] = this.pinnedAt(i) - form.origin[i]!;
    }
  }

  private pinnedAt(i: number): number {
    const { form, active } = this;
    if (active.assets[i] === stands.kink) return form.kinks[active.kinkOf[i]!]!.centre;
    return active.assets[i] === stands.lower ? form.presolved.lower[i]! : form.presolved.upper[i]!;
  }

  /** Signed root of the trade of an impact. */
  private rootOf(j: number): number {
    const { asset, centre } = this.form.impacts[j]!;
    const trade = this.form.origin[asset]! + this.y[asset]! - centre;
    return Math.sign(trade) * Math.sqrt(Math.abs(trade));
  }

  private impactCurvature(): Float64Array {
    const curvature = new Float64Array(this.form.n);
    this.form.impacts.forEach(({ asset, coefficient, unit }, j) => {
      curvature[asset] = (0.75 * coefficient) / Math.max(Math.abs(this.rootOf(j)), rootMin * Math.sqrt(unit));
    });
    return curvature;
  }

  /** y[i] after a step; where an impact is paid the step is taken in the root of the trade, in which its slope is linear. */
  private moved(i: number, step: number): number {
    const j = this.impactOf[i]!;
    if (j < 0) return this.y[i]! + step;
    const { centre, unit } = this.form.impacts[j]!;
    const root = this.rootOf(j);
    const next = root + step / (2 * Math.max(Math.abs(root), rootMin * Math.sqrt(unit)));
    return next * Math.abs(next) + centre - this.form.origin[i]!;
  }

  private weightsNow(norms: readonly number[]): number[] {
    const weights = [...this.form.weights];
    for (const k of norms) {
      const cone = this.form.cones[k]!;
      const unit = Math.max(this.normPrice[k]!, 0) / cone.scale ** 2;
      for (const a of cone.atoms) weights[a] = weights[a]! + unit;
    }
    return weights;
  }

  /** Coefficients of a border row, with the slopes of the kinks that are traded through. */
  private slopesOf(k: number): Float64Array {
    const { form, active } = this;
    const coefficients = coefficientsOf(form.borders[k]!, form.n);
    form.kinks.forEach((kink, e) => {
      if (kink.border !== k || this.standsOn(e)) return;
      coefficients[kink.asset] = coefficients[kink.asset]! + (active.trading[e]! > 0 ? kink.buy : -kink.sell);
    });
    return coefficients;
  }

  /** Whether the kink's asset stands at its centre, whichever of several kinks there holds it. */
  private standsOn(e: number): boolean {
    const { form, active } = this;
    const kink = form.kinks[e]!;
    return active.assets[kink.asset] === stands.kink && form.kinks[active.kinkOf[kink.asset]!]!.centre === kink.centre;
  }

  /** (Q (w - c)) / scale^2 of a norm; half of its square comes from the same product. */
  private normTimes(k: number): Float64Array {
    const { form } = this;
    const cone = form.cones[k]!;
    const product = new Float64Array(form.n);
    const distance = this.distance(k);
    for (const a of cone.atoms) {
      this.checkpoint(workOf(form.atoms[a]!, form.n));
      addAtomTimes(form.atoms[a]!, 1 / cone.scale ** 2, distance, product);
    }
    return product;
  }

  private distance(k: number): Float64Array {
    const { form, y } = this;
    const centre = form.cones[k]!.centre;
    return y.map((value, i) => value + form.origin[i]! - (centre?.[i] ?? 0));
  }

  private excess(k: number): number {
    const bound = this.form.b[this.form.cones[k]!.start]!;
    return (this.squareOf(k) - bound * bound) / 2;
  }

  private squareOf(k: number): number {
    const product = this.normTimes(k);
    const distance = this.distance(k);
    let square = 0;
    for (let i = 0; i < distance.length; i++) square += distance[i]! * product[i]!;
    return square;
  }

  private lengthOf(k: number): number {
    return Math.sqrt(Math.max(this.squareOf(k), 0));
  }

  /** Value of a border row minus the side it is held at. */
  private missing(k: number): number {
    const { equation, plus, minus } = this.form.borders[k]!;
    const value = this.valueOf(k);
    if (equation >= 0) return value - this.form.b[equation]!;
    return this.active.borders[k] === sides.minus ? value + this.form.b[minus]! : value - this.form.b[plus]!;
  }

  private valueOf(k: number): number {
    const { form, y } = this;
    const { positions, values } = form.borders[k]!;
    let value = 0;
    this.checkpoint(positions.length);
    for (let p = 0; p < positions.length; p++) value += values[p]! * y[positions[p]!]!;
    if (this.bent.has(k)) this.checkpoint(form.kinks.length);
    else return value;
    form.kinks.forEach((kink, e) => {
      if (kink.border !== k || this.standsOn(e)) return;
      const trade = form.origin[kink.asset]! + y[kink.asset]! - kink.centre;
      value += (this.active.trading[e]! > 0 ? kink.buy : -kink.sell) * trade;
    });
    return value;
  }

  /** Gradient of the Lagrangian without bounds and without kinks that are stood on. */
  private pull(): Float64Array {
    const { form, active, y } = this;
    const pull = form.q.slice(0, form.n);
    form.atoms.forEach((atom, a) => {
      this.checkpoint(workOf(atom, form.n));
      addAtomTimes(atom, form.weights[a]!, y, pull);
    });
    form.borders.forEach(({ positions, values }, k) => {
      const price = this.price[k]!;
      if (price === 0) return;
      for (let p = 0; p < positions.length; p++) pull[positions[p]!] = pull[positions[p]!]! + price * values[p]!;
    });
    form.kinks.forEach((kink, e) => {
      if (this.standsOn(e)) return;
      const weight = kink.border < 0 ? form.q[form.n + e]! : this.price[kink.border]!;
      pull[kink.asset] = pull[kink.asset]! + weight * (active.trading[e]! > 0 ? kink.buy : -kink.sell);
    });
    form.impacts.forEach(({ asset, coefficient }, j) => {
      pull[asset] = pull[asset]! + 1.5 * coefficient * this.rootOf(j);
    });
    form.cones.forEach((_, k) => {
      const price = this.normPrice[k]!;
      if (price === 0) return;
      const product = this.normTimes(k);
      for (let i = 0; i < form.n; i++) pull[i] = pull[i]! + price * product[i]!;
    });
    return pull;
  }

  signs(): Signs {
    const { form, y, price, normPrice } = this;
    const over = new Float64Array(form.borders.length);
    const under = new Float64Array(form.borders.length);
    form.borders.forEach(({ plus, minus }, k) => {
      const value = this.valueOf(k);
      over[k] = plus >= 0 ? value - form.b[plus]! : 0;
      under[k] = minus >= 0 ? -value - form.b[minus]! : 0;
    });
    const excess = Float64Array.from(form.cones, (_, k) => this.excess(k));
    return { y, pull: this.pull(), over, under, price, excess, normPrice };
  }

  weights(): Float64Array {
    const { form, active, y } = this;
    const { lower, upper } = form.presolved;
    return form.origin.map((value, i) => {
      if (form.isFree[i] === 1 && active.assets[i] !== stands.free) return this.pinnedAt(i);
      return Math.min(Math.max(value + y[i]!, lower[i]!), upper[i]!);
    });
  }

  /** z of the form: bounds take what the gradient leaves. */
  multipliers(): Float64Array {
    const { form, active, price } = this;
    const z = new Float64Array(form.b.length);
    const pull = this.pull();
    for (const i of form.free) {
      if (active.assets[i] === stands.lower) z[form.lowerRow[i]!] = pull[i]!;
      else if (active.assets[i] === stands.upper) z[form.upperRow[i]!] = -pull[i]!;
    }
    form.borders.forEach(({ equation, plus, minus }, k) => {
      if (equation >= 0) z[equation] = price[k]!;
      else if (price[k]! > 0 && plus >= 0) z[plus] = price[k]!;
      else if (price[k]! < 0 && minus >= 0) z[minus] = -price[k]!;
    });
    this.priceKinks(z, pull);
    form.cones.forEach(({ start, dimension, pieces, scale }, k) => {
      const bound = active.norms[k] === lengths.over ? this.lengthOf(k) : form.b[start]!;
      const norm = Math.max(this.normPrice[k]! * bound, 0);
      if (norm === 0) return;
      const reach = Float64Array.from(form.b);
      addRootTransposed(pieces, 1 / scale, this.y, reach, start + 1);
      z[start] = norm;
      for (let r = start + 1; r < start + dimension; r++) z[r] = (-norm * reach[r]!) / bound;
    });
    return z;
  }

  /** z of soft rows over one asset: all of it where they are broken; where the asset stands on one, what the gradient leaves. */
  private priceKinks(z: Float64Array, pull: Float64Array): void {
    const { form, active } = this;
    form.kinks.forEach(({ asset, buy, sell, buyRow, sellRow, row }, e) => {
      if (row < 0) return;
      const cost = form.q[form.n + e]!;
      if (!this.standsOn(e)) {
        if (active.trading[e]! > 0 && buy > 0) z[buyRow] = cost;
        else if (active.trading[e]! < 0 && sell > 0) z[sellRow] = cost;
        return;
      }
      const taken = Math.min(Math.max(-pull[asset]!, -sell * cost), buy * cost);
      pull[asset] = pull[asset]! + taken;
      if (taken > 0) z[buyRow] = taken / buy;
      else if (taken < 0) z[sellRow] = -taken / sell;
    });
  }
}

/** Held at one of its sides. */
function isHeld(side: number): boolean {
  return side === sides.plus || side === sides.minus || side === sides.equation;
}
