/**
 * Polishes an interior point of a chain: what stands still or on a bound is held there exactly, and the stationarity equations of the
 * free runs are solved with those of the rows and limits that hold, by Newton's method (one step but for 3/2-power impact).
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { factorizeCholesky, solveCholesky } from '../../math/cholesky.ts';
import { dot, maxAbs } from '../../math/vectors.ts';
import type { PricedWeights } from './chain-duals.ts';
import { pullAt, ratesAt } from './chain-duals.ts';
import { tradeAt, type ChainForm } from './chain-form.ts';
import { impactCurvature, impactSlope, type ChainPoint } from './chain-point.ts';
import { activeAt, revise, runsOf, sides, trades, type ChainActive, type Runs } from './chain-runs.ts';

/** Beyond this many unknowns the interior point is brought to the end instead. */
const runsMax = 700;
const roundsMax = 6;
const newtonMax = 12;
const settled = 1e-14;
const shift = 1e-12;
/** Curvature lent where nothing has any: rows and limits alone decide, and refinement takes it back. */
const lentToNone = 1e-6;

/** @returns the point, scaled as the form is, or nothing where no consistent guess was found. */
export function polished(form: ChainForm, point: ChainPoint, checkpoint: Checkpoint): PricedWeights | undefined {
  const active = activeAt(form, point);
  const weights = Float64Array.from(point.weights);
  const rowPrice = Float64Array.from(point.rowPrice, (price, r) => (active.rows[r] === sides.none ? 0 : price));
  const limitPrice = Float64Array.from(point.limitPrice, (price, j) => (active.limits[j] === 0 ? 0 : price));
  const priced = { weights, rowPrice, limitPrice };
  for (let round = 0; round < roundsMax; round++) {
    const runs = runsOf(form, active);
    if (runs.starts.length > runsMax) return undefined;
    if (!settle(form, active, runs, priced, checkpoint)) return undefined;
    if (revise(form, active, weights) === 0) return priced;
  }
  return undefined;
}

function settle(
  form: ChainForm,
  active: ChainActive,
  runs: Runs,
  priced: PricedWeights,
  checkpoint: Checkpoint,
): boolean {
  const { weights, rowPrice, limitPrice } = priced;
  const { starts, runOf, known } = runs;
  for (let at = 0; at < weights.length; at++) {
    if (runOf[at] === -1) weights[at] = known[at]!;
    else weights[at] = weights[starts[runOf[at]!]!]!;
  }
  const rows = form.rows.flatMap((_, r) => (active.rows[r] === sides.none ? [] : [r]));
  const limits = form.limits.flatMap((_, j) => (active.limits[j] === 0 ? [] : [j]));
  let last = Infinity;
  for (let step = 0; step < newtonMax; step++) {
    const columns = [
      ...rows.map((r) => rowColumn(form, runs, r)),
      ...limits.map((j) => limitColumn(form, active, runs, j)),
    ];
    const right = stationarity(form, active, runs, priced).map((value) => -value);
    const errors = [
      ...rows.map((r) => rowError(form, active, weights, r)),
      ...limits.map((j) => limitError(form, active, weights, j)),
    ];
    const size = Math.max(maxAbs(right), maxAbs(Float64Array.from(errors)));
    if (!Number.isFinite(size)) return false;
    if (size <= settled || (step > 1 && size > 0.5 * last)) return size <= 1e3 * settled;
    last = size;
    const hessian = hessianOf(form, active, runs, weights, checkpoint);
    const { moves, prices } = solveBordered(hessian, columns, right, Float64Array.from(errors), checkpoint);
    for (let at = 0; at < weights.length; at++) if (runOf[at]! >= 0) weights[at] = weights[at]! + moves[runOf[at]!]!;
    rows.forEach((r, c) => (rowPrice[r] = rowPrice[r]! + prices[c]!));
    limits.forEach((j, c) => (limitPrice[j] = limitPrice[j]! + prices[rows.length + c]!));
  }
  return last <= 1e3 * settled;
}

/** Gradient of the Lagrangian along each free run. */
function stationarity(form: ChainForm, active: ChainActive, runs: Runs, priced: PricedWeights): Float64Array {
  const { n, periods } = form;
  const pull = pullAt(form, priced);
  const { buy, sell } = ratesAt(form, priced.limitPrice);
  // By the guess and not by the trade itself, which may still go the other way.
  const slope = (at: number): number => {
    const trade = tradeAt(form, priced.weights, at);
    const impact = Math.sign(trade) * impactSlope(form, at, Math.abs(trade));
    return impact + (active.trades[at] === trades.sell ? -sell[at]! : buy[at]!);
  };
  const result = new Float64Array(runs.starts.length);
  for (let at = 0; at < pull.length; at++) {
    const run = runs.runOf[at]!;
    if (run < 0) continue;
    let value = pull[at]!;
    if (runs.starts[run] === at) value += slope(at);
    const next = at + n;
    if (next < n * periods && runs.runOf[next] !== run) value -= slope(next);
    result[run] = result[run]! + value;
  }
  return result;
}

function rowColumn({ n, rows }: ChainForm, { runOf, starts }: Runs, r: number): Float64Array {
  const { period, positions, coefficients } = rows[r]!;
  const column = new Float64Array(starts.length);
  positions.forEach((position, k) => {
    const run = runOf[period * n + position]!;
    if (run >= 0) column[run] = column[run]! + coefficients[k]!;
  });
  return column;
}

function rowError({ n, rows }: ChainForm, active: ChainActive, weights: Float64Array, r: number): number {
  const { period, positions, coefficients, lower, upper } = rows[r]!;
  let value = 0;
  positions.forEach((position, k) => (value += coefficients[k]! * weights[period * n + position]!));
  return (active.rows[r] === sides.lower ? lower : upper) - value;
}

function limitColumn({ n, limits }: ChainForm, active: ChainActive, { runOf, starts }: Runs, j: number): Float64Array {
  const { period, buy, sell } = limits[j]!;
  const column = new Float64Array(starts.length);
  for (let i = 0; i < n; i++) {
    const at = period * n + i;
    const rate = active.trades[at] === trades.buy ? buy[i]! : active.trades[at] === trades.sell ? -sell[i]! : 0;
    if (runOf[at]! >= 0) column[runOf[at]!]! += rate;
    if (period > 0 && runOf[at - n]! >= 0) column[runOf[at - n]!]! -= rate;
  }
  return column;
}

function limitError(form: ChainForm, active: ChainActive, weights: Float64Array, j: number): number {
  const { period, buy, sell, bound } = form.limits[j]!;
  let used = 0;
  for (let i = 0; i < form.n; i++) {
    const at = period * form.n + i;
    const side = active.trades[at];
    const trade = tradeAt(form, weights, at);
    used += side === trades.buy ? buy[i]! * trade : side === trades.sell ? -sell[i]! * trade : 0;
  }
  return bound - used;
}

/** Curvature over the free runs (f x f, lower triangle). */
function hessianOf(
  form: ChainForm,
  active: ChainActive,
  { runOf, starts }: Runs,
  weights: Float64Array,
  checkpoint: Checkpoint,
): Float64Array {
  const { n, periods, atoms } = form;
  const f = starts.length;
  const hessian = new Float64Array(f * f);
  const add = (a: number, b: number, value: number): void => {
    hessian[a >= b ? a * f + b : b * f + a]! += value;
  };
  for (let t = 0; t < periods; t++) {
    const free = [...Array(n).keys()].filter((i) => runOf[t * n + i]! >= 0);
    for (const { atom, scale } of atoms[t]!) {
      const { leaf, rank, columns, diagonal } = atom;
      checkpoint((free.length * free.length * Math.max(rank, 1)) / 2);
      free.forEach((i, p) => {
        const a = runOf[t * n + i]!;
        if (diagonal !== undefined) add(a, a, scale * diagonal[i]!);
        for (let q = 0; q <= p; q++) {
          const j = free[q]!;
          let entry = leaf.kind === 'dense' ? leaf.entries[i * n + j]! : 0;
          for (let k = 0; k < rank; k++) entry += columns![i * rank + k]! * columns![j * rank + k]!;
          if (entry !== 0) add(a, runOf[t * n + j]!, scale * entry);
        }
      });
    }
  }
  for (let at = 0; at < weights.length; at++) {
    const side = active.trades[at]!;
    if (side !== trades.buy && side !== trades.sell) continue;
    const curvature = impactCurvature(form, at, Math.abs(tradeAt(form, weights, at)));
    const into = runOf[at]!;
    const from = at < n ? -1 : runOf[at - n]!;
    if (into >= 0) add(into, into, curvature);
    if (from >= 0) add(from, from, curvature);
    if (into >= 0 && from >= 0 && curvature !== 0) add(into, from, -curvature);
  }
  return hessian;
}

/** [ H C'; C 0 ] [moves; prices] = [right; errors], refined against the equations as they stand. */
function solveBordered(
  hessian: Float64Array,
  columns: readonly Float64Array[],
  right: Float64Array,
  errors: Float64Array,
  checkpoint: Checkpoint,
) {
  const f = right.length;
  const m = columns.length;
  const factor = Float64Array.from(hessian);
  let largest = 0;
  for (let a = 0; a < f; a++) largest = Math.max(largest, factor[a * f + a]!);
  const lent = largest > 0 ? shift * largest : lentToNone;
  for (let a = 0; a < f; a++) factor[a * f + a]! += lent;
  factorizeCholesky(factor, f, { pivotMin: 0, replacement: 1e128, checkpoint });
  const solved = columns.map((column) => {
    const solution = Float64Array.from(column);
    solveCholesky(factor, f, solution);
    return solution;
  });
  const schur = new Float64Array(m * m);
  for (let a = 0; a < m; a++) for (let b = 0; b <= a; b++) schur[a * m + b] = dot(columns[a]!, solved[b]!);
  for (let a = 0; a < m; a++) schur[a * m + a]! *= 1 + shift;
  factorizeCholesky(schur, m, { pivotMin: 0, replacement: 1e128, checkpoint });
  const moves = new Float64Array(f);
  const prices = new Float64Array(m);
  for (let pass = 0; pass < 4; pass++) {
    const left = residualOf(hessian, columns, moves, prices, right);
    const missing = errors.map((error, c) => error - dot(columns[c]!, moves));
    solveCholesky(factor, f, left);
    const step = missing.map((error, c) => dot(columns[c]!, left) - error);
    solveCholesky(schur, m, step);
    for (let c = 0; c < m; c++) prices[c] = prices[c]! + step[c]!;
    for (let a = 0; a < f; a++) {
      let move = left[a]!;
      for (let c = 0; c < m; c++) move -= step[c]! * solved[c]![a]!;
      moves[a] = moves[a]! + move;
    }
  }
  return { moves, prices };
}

function residualOf(
  hessian: Float64Array,
  columns: readonly Float64Array[],
  moves: Float64Array,
  prices: Float64Array,
  right: Float64Array,
): Float64Array {
  const f = right.length;
  const left = Float64Array.from(right);
  for (let a = 0; a < f; a++) {
    for (let b = 0; b < a; b++) {
      const entry = hessian[a * f + b]!;
      left[a] = left[a]! - entry * moves[b]!;
      left[b] = left[b]! - entry * moves[a]!;
    }
    left[a] = left[a]! - hessian[a * f + a]! * moves[a]!;
  }
  columns.forEach((column, c) => {
    for (let a = 0; a < f; a++) left[a] = left[a]! - prices[c]! * column[a]!;
  });
  return left;
}
