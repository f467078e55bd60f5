/** Several periods as the solver sees them: flat arrays over period and asset (entry t * n + i), an objective scaled to slopes of about 1. */
import type { PeriodsProblem, Period } from '../../problem/periods.ts';
import { maxAbs } from '../../math/vectors.ts';
import { addAtomTimes, atomOf, type Atom } from '../atoms.ts';
import type { Checkpoint } from '../../math/checkpoint.ts';

export interface PeriodAtom {
  readonly atom: Atom;
  readonly scale: number;
}

/** lower <= sum_k coefficients[k] w[period, positions[k]] <= upper, scaled to a largest coefficient of 1. */
export interface ChainRow {
  readonly period: number;
  /** Among the rows of its period. */
  readonly index: number;
  readonly positions: Int32Array;
  readonly coefficients: Float64Array;
  readonly lower: number;
  readonly upper: number;
  readonly isEquation: boolean;
  readonly scale: number;
}

/** sum_i buy_i (trade)+ + sell_i (trade)- <= bound, scaled to a largest rate of 1. */
export interface ChainLimit {
  readonly period: number;
  readonly index: number;
  readonly buy: Float64Array;
  readonly sell: Float64Array;
  readonly bound: number;
  readonly scale: number;
}

export interface ChainForm {
  readonly n: number;
  readonly periods: number;
  readonly current: Float64Array;
  /** By period; the scales include that of the objective. */
  readonly atoms: readonly (readonly PeriodAtom[])[];
  readonly linear: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** 1 where lower and upper meet. */
  readonly pinned: Uint8Array;
  /** Trades into each period: rates, and coefficients of |trade|^(3/2) and trade^2. */
  readonly buy: Float64Array;
  readonly sell: Float64Array;
  readonly threeHalves: Float64Array;
  readonly quadratic: Float64Array;
  /** 1 where the cost of a trade, or a limit on it, is not linear. */
  readonly kinked: Uint8Array;
  readonly rows: readonly ChainRow[];
  readonly limits: readonly ChainLimit[];
  /** The original objective times this is the scaled one. */
  readonly objectiveScale: number;
}

/** A range narrower than this share of its scale is an equation. */
const equationWidth = 1e-11;

export function chainFormOf(problem: PeriodsProblem, checkpoint: Checkpoint): ChainForm {
  const n = problem.current.length;
  const count = problem.periods.length;
  const flat = (of: (period: Period) => ArrayLike<number> | undefined): Float64Array => {
    const all = new Float64Array(n * count);
    problem.periods.forEach((period, t) => all.set(of(period) ?? [], t * n));
    return all;
  };
  const unscaled = atomsOf(problem, checkpoint);
  const linear = flat((period) => period.linear.map((value) => -value));
  const buy = flat((period) => period.trading?.buyRate);
  const sell = flat((period) => period.trading?.sellRate);
  const threeHalves = flat((period) => period.trading?.threeHalves);
  const quadratic = flat((period) => period.trading?.quadratic);
  pullToCentres(problem, unscaled, linear);
  const size = Math.max(maxAbs(linear), curvatureOf(unscaled, n), maxAbs(buy), maxAbs(sell));
  const objectiveScale = size > 0 && Number.isFinite(size) ? 1 / size : 1;
  const scaled = (values: Float64Array): Float64Array => values.map((value) => value * objectiveScale);
  const lower = flat((period) => period.lower);
  const upper = flat((period) => period.upper);
  const limits = problem.periods.flatMap((period, t) => limitsOf(period, t));
  const kinked = Uint8Array.from(buy, (rate, at) =>
    rate + sell[at]! > 0 || threeHalves[at]! > 0 || quadratic[at]! > 0 || limited(limits, n, at) ? 1 : 0,
  );
  return {
    n,
    periods: count,
    current: problem.current,
    atoms: unscaled.map((atoms) => atoms.map(({ atom, scale }) => ({ atom, scale: scale * objectiveScale }))),
    linear: scaled(linear),
    lower,
    upper,
    pinned: Uint8Array.from(lower, (value, at) => (value === upper[at] ? 1 : 0)),
    buy: scaled(buy),
    sell: scaled(sell),
    threeHalves: scaled(threeHalves),
    quadratic: scaled(quadratic),
    kinked,
    rows: problem.periods.flatMap((period, t) => rowsOf(period, t)),
    limits,
    objectiveScale,
  };
}

/** The atoms of every period; an operator that several periods share is prepared once. */
function atomsOf(problem: PeriodsProblem, checkpoint: Checkpoint): PeriodAtom[][] {
  const known = new Map<unknown, Atom>();
  const leaves = (operator: Period['quadratics'][number]['operator'], scale: number): PeriodAtom[] => {
    if (operator.kind === 'sum') return operator.terms.flatMap((term) => leaves(term, scale));
    const atom = known.get(operator) ?? atomOf(operator, checkpoint);
    known.set(operator, atom);
    return [{ atom, scale }];
  };
  return problem.periods.map(({ quadratics }) =>
    quadratics.filter(({ scale }) => scale > 0).flatMap(({ operator, scale }) => leaves(operator, scale)),
  );
}

function pullToCentres(problem: PeriodsProblem, atoms: readonly (readonly PeriodAtom[])[], linear: Float64Array): void {
  const n = problem.current.length;
  problem.periods.forEach(({ quadratics }, t) => {
    let at = 0;
    for (const { scale, operator, centre } of quadratics) {
      if (!(scale > 0)) continue;
      const parts = countOf(operator);
      for (const { atom } of atoms[t]!.slice(at, at + parts))
        if (centre !== undefined) addAtomTimes(atom, -scale, centre, linear.subarray(t * n, (t + 1) * n));
      at += parts;
    }
  });
}

function countOf(operator: Period['quadratics'][number]['operator']): number {
  return operator.kind === 'sum' ? operator.terms.reduce((total, term) => total + countOf(term), 0) : 1;
}

function curvatureOf(atoms: readonly (readonly PeriodAtom[])[], n: number): number {
  let largest = 0;
  for (const { atom, scale } of atoms.flat())
    for (let i = 0; i < n; i++) {
      let entry = atom.leaf.kind === 'dense' ? atom.leaf.entries[i * n + i]! : (atom.diagonal?.[i] ?? 0);
      for (let j = 0; j < atom.rank; j++) entry += atom.columns![i * atom.rank + j]! ** 2;
      largest = Math.max(largest, scale * entry);
    }
  return largest;
}

function rowsOf({ rows }: Period, period: number): ChainRow[] {
  return rows.flatMap((row, index) => {
    const scale = maxAbs(row.coefficients);
    if (scale === 0 || (row.lower === -Infinity && row.upper === Infinity)) return [];
    const width = equationWidth * Math.max(scale, Math.abs(row.upper));
    const isEquation = row.upper < Infinity && row.upper - row.lower <= width;
    const middle = (row.lower + row.upper) / 2 / scale;
    const [lower, upper] = isEquation ? [middle, middle] : [row.lower / scale, row.upper / scale];
    const coefficients = row.coefficients.map((value) => value / scale);
    return [{ period, index, positions: row.positions, coefficients, lower, upper, isEquation, scale }];
  });
}

function limitsOf({ limits }: Period, period: number): ChainLimit[] {
  return limits.flatMap((limit, index) => {
    const scale = Math.max(maxAbs(limit.buyRate), maxAbs(limit.sellRate));
    if (scale === 0 || limit.bound === Infinity) return [];
    const buy = limit.buyRate.map((rate) => rate / scale);
    const sell = limit.sellRate.map((rate) => rate / scale);
    return [{ period, index, buy, sell, bound: limit.bound / scale, scale }];
  });
}

function limited(limits: readonly ChainLimit[], n: number, at: number): boolean {
  const i = at % n;
  return limits.some(({ period, buy, sell }) => period === (at - i) / n && buy[i]! + sell[i]! > 0);
}

/** Gradient of the quadratic and linear terms at w; both (T n). */
export function gradientAt(form: ChainForm, w: Float64Array): Float64Array {
  const gradient = Float64Array.from(form.linear);
  addCurvatureTimes(form, w, gradient);
  return gradient;
}

/** out += blockdiag(Q_t) w. */
export function addCurvatureTimes({ n, periods, atoms }: ChainForm, w: Float64Array, out: Float64Array): void {
  for (let t = 0; t < periods; t++) {
    const x = w.subarray(t * n, (t + 1) * n);
    for (const { atom, scale } of atoms[t]!) addAtomTimes(atom, scale, x, out.subarray(t * n, (t + 1) * n));
  }
}

/** The trade into period t of asset i, at = t n + i. */
export function tradeAt(form: ChainForm, w: Float64Array, at: number): number {
  return w[at]! - (at < form.n ? form.current[at]! : w[at - form.n]!);
}
