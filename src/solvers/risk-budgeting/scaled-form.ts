/**
 * The problem in units in which weights and budgets are of the order of one, as the Newton method sees it: x = w / unit, the objective
 * divided by `worth`, rows divided by their largest coefficient. Ranges of a single point are taken out of the free positions.
 */
import type { Multipliers } from '../../problem/solution.ts';
import type { Problem } from '../../problem/problem.ts';
import type { RiskBudgetingModel } from './model.ts';

export interface ScaledRow {
  /** (n). */
  readonly coefficients: Float64Array;
  readonly lower: number;
  readonly upper: number;
  /** What one unit of its multiplier is worth in the original problem. */
  readonly price: number;
}

export interface ScaledForm {
  readonly model: RiskBudgetingModel;
  readonly n: number;
  readonly unit: number;
  readonly worth: number;
  readonly weights: readonly number[];
  readonly linear: Float64Array;
  readonly budgets: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** (n) 1 where the range is a single point. */
  readonly fixed: Uint8Array;
  readonly free: Int32Array;
  readonly rows: readonly ScaledRow[];
  /** By row of the problem, its place among `rows`; -1 for one that says nothing. */
  readonly places: Int32Array;
}

/** @param start (n) in the units of the problem, its sizes those to be expected. */
export function scaledForm(model: RiskBudgetingModel, start: Float64Array): ScaledForm {
  const { n } = model;
  let worth = 0;
  let size = 0;
  let count = 0;
  for (let i = 0; i < n; i++) {
    worth += model.budgets[i]!;
    if (!(model.budgets[i]! > 0)) continue;
    size += start[i]!;
    count++;
  }
  const unit = size / count;
  const lower = model.lower.map((value) => value / unit);
  const upper = model.upper.map((value) => value / unit);
  const fixed = Uint8Array.from(lower, (value, i) => (value === upper[i] ? 1 : 0));
  const free = Int32Array.from([...fixed.keys()].filter((i) => fixed[i] === 0));
  const places = new Int32Array(model.rows.length).fill(-1);
  const rows: ScaledRow[] = [];
  model.rows.forEach((row, r) => {
    const coefficients = new Float64Array(n);
    row.positions.forEach((position, k) => (coefficients[position] = coefficients[position]! + row.coefficients[k]!));
    const largest = coefficients.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (largest === 0 || (row.lower === -Infinity && row.upper === Infinity)) return;
    places[r] = rows.length;
    const span = largest * unit;
    rows.push({
      coefficients: coefficients.map((value) => value / largest),
      lower: row.lower / span,
      upper: row.upper / span,
      price: worth / span,
    });
  });
  const curvature = (unit * unit) / worth;
  return {
    model,
    n,
    unit,
    worth,
    weights: model.weights.map((weight) => weight * curvature),
    linear: model.linear.map((value) => (value * unit) / worth),
    budgets: model.budgets.map((value) => value / worth),
    lower,
    upper,
    fixed,
    free,
    rows,
    places,
  };
}

/** Weights in the units of the problem; those at a side of their range exactly there. */
export function weightsAt({ model, unit, lower, upper, n }: ScaledForm, x: Float64Array): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    if (x[i] === lower[i]) return model.lower[i]!;
    return x[i] === upper[i] ? model.upper[i]! : x[i]! * unit;
  });
}

/** @param rows by scaled row; @param bounds (n) scaled. */
export function multipliersAt(
  problem: Problem,
  { places, rows: scaled, worth, unit }: ScaledForm,
  rows: Float64Array,
  bounds: Float64Array,
): Multipliers {
  return {
    rows: Float64Array.from(places, (place) => (place < 0 ? 0 : rows[place]! * scaled[place]!.price)),
    bounds: bounds.map((value) => (value * worth) / unit),
    norms: new Float64Array(problem.norms.length),
    tradeLimits: new Float64Array(problem.tradeLimits.length),
  };
}
