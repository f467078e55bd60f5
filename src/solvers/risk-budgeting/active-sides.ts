/**
 * The last equations: once the sides that hold the optimum are known, assets stand on theirs exactly, rows on theirs are equations, all other
 * sides say nothing, and Newton's method for what is left converges quadratically.
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { BarrierNewton } from './barrier-newton.ts';
import type { Barrier } from './barrier.ts';
import type { ScaledForm } from './scaled-form.ts';

const stepsMax = 8;
/** Residuals that rounding alone would leave. */
const settled = 1e-15;

export interface Finish {
  readonly x: Float64Array;
  /** By scaled row of the form that it began with. */
  readonly prices: Float64Array;
  /** (n) scaled multipliers of the bounds, positive at an upper one. */
  readonly bounds: Float64Array;
}

/** Where the method stands, as it is. */
export function standing(newton: BarrierNewton): Finish {
  const { x, prices } = newton;
  const bounds = pricesOfFixed(newton);
  for (const barrier of [newton.below, newton.above]) barrier.addSlope(bounds);
  return { x, prices, bounds };
}

/** (n) what the bounds of fixed assets have to balance; 0 elsewhere. */
function pricesOfFixed(newton: BarrierNewton): Float64Array {
  const { fixed, budgets } = newton.form;
  const slope = newton.slopeWithoutSides();
  return slope.map((value, i) => (fixed[i] === 0 ? 0 : budgets[i]! > 0 ? budgets[i]! / newton.x[i]! - value : -value));
}

/** The optimum on the sides at which `newton` stands; undefined when their equations have no use. */
export function onItsSides(newton: BarrierNewton, checkpoint: Checkpoint): Finish | undefined {
  const { form, x } = newton;
  const assets = new Int8Array(form.n);
  mark(newton.below, newton.typical, -1, assets);
  mark(newton.above, newton.typical, 1, assets);
  const rows = new Int8Array(form.rows.length);
  mark(newton.rowsBelow, newton.typical, -1, rows);
  mark(newton.rowsAbove, newton.typical, 1, rows);
  const kept: number[] = [];
  form.rows.forEach(({ lower, upper }, r) => {
    if (lower === upper || rows[r] !== 0) kept.push(r);
  });
  const restricted = restrictedTo(form, assets, rows, kept);
  if (restricted.free.length === 0) return undefined;
  const last = new BarrierNewton(restricted, x, checkpoint);
  kept.forEach((r, k) => (last.prices[k] = newton.prices[r]!));
  let worst = Infinity;
  for (let k = 0; k < stepsMax; k++) {
    if (last.step() === 0) return undefined;
    const { primal, dual, products } = last.residuals();
    const now = Math.max(primal, dual, products);
    if (now <= settled || !(now < 0.5 * worst)) break;
    worst = now;
  }
  const prices = new Float64Array(form.rows.length);
  kept.forEach((r, k) => (prices[r] = last.prices[k]!));
  return { x: last.x, prices, bounds: pricesOfFixed(last) };
}

/** A side holds when its price, in units of the mean budget, is larger than its slack. */
function mark(barrier: Barrier, typical: number, side: -1 | 1, marks: Int8Array): void {
  barrier.positions.forEach((place, k) => {
    if (barrier.price[k]! > barrier.slack[k]! * typical) marks[place] = side;
  });
}

/** Assets at their sides and rows as equations; nothing else holds any more. */
function restrictedTo(form: ScaledForm, assets: Int8Array, rows: Int8Array, kept: readonly number[]): ScaledForm {
  const { n } = form;
  const lower = new Float64Array(n).fill(-Infinity);
  const upper = new Float64Array(n).fill(Infinity);
  const fixed = Uint8Array.from(assets, (side, i) => (side !== 0 || form.fixed[i] === 1 ? 1 : 0));
  for (let i = 0; i < n; i++)
    if (fixed[i] === 1) lower[i] = upper[i] = assets[i]! > 0 ? form.upper[i]! : form.lower[i]!;
  const equations = kept.map((r) => {
    const row = form.rows[r]!;
    const side = rows[r]! > 0 ? row.upper : row.lower;
    return { ...row, lower: side, upper: side };
  });
  const free = form.free.filter((i) => fixed[i] === 0);
  return { ...form, lower, upper, fixed, free, rows: equations };
}
