/**
 * A risk budgeting problem as its methods see it: 1/2 w'Qw + q'w - sum_i b_i ln(w_i) + constant over ranges and rows. Where the objective
 * holds a logarithm the range ends at 0 by itself, so a lower bound of 0 or less says nothing there.
 */
import type { Checkpoint } from '../../math/checkpoint.ts';
import { timesVector, type Scope } from '../../math/kernels.ts';
import { keep } from '../../math/prepared.ts';
import { addScaled, dot } from '../../math/vectors.ts';
import type { Problem, Row } from '../../problem/problem.ts';
import type { Warm } from '../../problem/solver.ts';
import { AtomList, addAtomTimes, denseOf, diagonalOf, workOf, type Atom } from '../atoms.ts';

export interface RiskBudgetingModel {
  readonly n: number;
  /** Q = sum_a weights_a atoms_a. */
  readonly atoms: readonly Atom[];
  readonly weights: readonly number[];
  /** (n) diagonal of Q. */
  readonly diagonal: Float64Array;
  /** (n) slope at the origin but for the logarithms: -mu - sum_t s_t Q_t c_t. */
  readonly linear: Float64Array;
  /** What the centres add to the objective: sum_t 1/2 s_t c_t' Q_t c_t. */
  readonly constant: number;
  /** (n) b >= 0. */
  readonly budgets: Float64Array;
  /** (n) -Infinity where the logarithm takes over. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly rows: readonly Row[];
  /** Multiplications in Q w. */
  readonly productWork: number;
  /** Where a covariance is dense, Q is written out: entryScale entries (n x n), in the memory of the kernels. */
  readonly entries?: Float64Array;
  readonly entryScale: number;
}

/** @param scope holds the entries. */
export function modelOf(problem: Problem, scope: Scope, checkpoint: Checkpoint): RiskBudgetingModel {
  const n = problem.universe.assets.length;
  const list = new AtomList(checkpoint);
  const weights: number[] = [];
  const linear = problem.linear.map((value) => -value);
  let constant = 0;
  for (const { scale, operator, centre } of problem.quadratics) {
    if (scale === 0) continue;
    for (const a of list.add(operator)) {
      weights[a] = (weights[a] ?? 0) + scale;
      if (centre === undefined) continue;
      checkpoint(workOf(list.atoms[a]!, n));
      const pull = new Float64Array(n);
      addAtomTimes(list.atoms[a]!, scale, centre, pull);
      addScaled(linear, -1, pull);
      constant += 0.5 * dot(centre, pull);
    }
  }
  const diagonal = new Float64Array(n);
  list.atoms.forEach((atom, a) => {
    const own = diagonalOf(atom, n);
    for (let i = 0; i < n; i++) diagonal[i] = diagonal[i]! + weights[a]! * own[i]!;
  });
  const budgets = problem.logarithms ?? new Float64Array(n);
  return {
    n,
    atoms: list.atoms,
    weights,
    diagonal,
    linear,
    constant,
    budgets,
    lower: problem.lower.map((value, i) => (budgets[i]! > 0 && value <= 0 ? -Infinity : value)),
    upper: problem.upper,
    rows: problem.rows,
    productWork: list.atoms.reduce((total, atom) => total + workOf(atom, n), 0),
    ...entriesOf(n, list.atoms, weights, scope, checkpoint),
  };
}

function entriesOf(
  n: number,
  atoms: readonly Atom[],
  weights: readonly number[],
  scope: Scope,
  checkpoint: Checkpoint,
): Pick<RiskBudgetingModel, 'entries' | 'entryScale'> {
  const [only] = atoms;
  if (!atoms.some(({ leaf }) => leaf.kind === 'dense')) return { entryScale: 1 };
  if (atoms.length === 1 && only?.leaf.kind === 'dense')
    return { entries: keep(scope, only.leaf.entries), entryScale: weights[0]! };
  const entries = scope.floats(n * n);
  atoms.forEach((atom, a) => {
    const own = denseOf(atom, n, checkpoint);
    for (let i = 0; i < n; i++) {
      checkpoint(n);
      for (let p = i * n; p < (i + 1) * n; p++) entries[p] = entries[p]! + weights[a]! * own[p]!;
    }
  });
  return { entries, entryScale: 1 };
}

/** Q w. */
export function productAt(model: RiskBudgetingModel, w: Float64Array): Float64Array {
  const { n, entries, entryScale } = model;
  const product = new Float64Array(n);
  if (entries !== undefined) {
    timesVector(entries, n, n, w, product);
    return entryScale === 1 ? product : product.map((value) => entryScale * value);
  }
  model.atoms.forEach((atom, a) => addAtomTimes(atom, model.weights[a]!, w, product));
  return product;
}

/** The first asset without a weight in its range, if any: its bounds cross, or leave nothing above 0 where its logarithm is defined. */
export function emptyRange({ lower, upper, budgets }: RiskBudgetingModel): number {
  return lower.findIndex((value, i) => value > upper[i]! || (budgets[i]! > 0 && upper[i]! <= 0));
}

/**
 * Where the methods begin: weights in proportion to the square root of budget over variance, the optimum of uncorrelated assets, made as
 * large as the covariance between them wants; in their ranges.
 */
export function startOf(model: RiskBudgetingModel, checkpoint: Checkpoint): Float64Array {
  const { diagonal, budgets, linear } = model;
  const alone = budgets.map((b, i) => (b > 0 ? Math.sqrt(b / (diagonal[i]! > 0 ? diagonal[i]! : 1)) : 0));
  checkpoint(model.productWork);
  const square = dot(alone, productAt(model, alone));
  const total = budgets.reduce((sum, b) => sum + b, 0);
  // The best multiple t of these weights: t^2 square + t slope = total.
  const size = square > 0 ? positiveRoot(square, dot(alone, linear), total) : 1;
  return alone.map((value, i) => clipped(model, i, size * value));
}

/** The objective at w, `product` being Q w there. */
export function objectiveOf(model: RiskBudgetingModel, w: Float64Array, product: Float64Array): number {
  let total = model.constant;
  for (let i = 0; i < w.length; i++) {
    total += w[i]! * (0.5 * product[i]! + model.linear[i]!);
    if (model.budgets[i]! > 0) total -= model.budgets[i]! * Math.log(w[i]!);
  }
  return total;
}

export function clipped({ lower, upper }: RiskBudgetingModel, i: number, value: number): number {
  return value < lower[i]! ? lower[i]! : value > upper[i]! ? upper[i]! : value;
}

/** The positive root of a x^2 + r x = b; a > 0, b >= 0; written so that nothing cancels. 0 when b is 0 and r is not negative. */
export function positiveRoot(a: number, r: number, b: number): number {
  const root = Math.sqrt(r * r + 4 * a * b);
  return r > 0 ? (2 * b) / (r + root) : (root - r) / (2 * a);
}

/** The weights of a problem that was close to this one, if they can be used; else `startOf`. */
export function beginning(model: RiskBudgetingModel, warm: Warm | undefined, checkpoint: Checkpoint): Float64Array {
  const { n, budgets } = model;
  const given = warm?.weights;
  const fits = given?.length === n && given.every((value, i) => value - value === 0 && (value > 0 || budgets[i] === 0));
  return fits ? Float64Array.from(given) : startOf(model, checkpoint);
}
