/** Views on scenarios as rows of an entropy program: what is not linear in the probabilities becomes so by what is pinned beside it. */
import { dot } from '../math/vectors.ts';
import { lossesOf } from './entropy-measures.ts';
import type { ViewOutcomes } from './entropy-measures.ts';
import type { EntropyRow } from './entropy-program.ts';
import type { ScenarioView } from './scenario-views.ts';

/** A view among others: where it stands in the list, and what it speaks of. */
export interface PlacedView {
  readonly index: number;
  readonly view: ScenarioView;
  readonly outcomes: ViewOutcomes;
}

/** A row, the view that it belongs to, and the rise of its multiplier's row per unit by which the stated value of the view rises. */
export interface ViewRow {
  readonly row: EntropyRow;
  readonly index: number;
  /** d value of the row / d stated value of the view; 0 for a row that pins a moment. */
  readonly slope: number;
}

/** Means and quantiles are linear in the probabilities. P periods a year. */
export function linearRows({ view, index, outcomes }: PlacedView, periodsPerYear: number): ViewRow[] {
  const { relation, value, level = 0 } = view;
  if (view.measure === 'mean') {
    const slope = 1 / periodsPerYear;
    return [{ row: { coefficients: outcomes.own, relation, value: value * slope }, index, slope }];
  }
  if (view.measure !== 'quantile') return [];
  return shareRows(lossesOf(outcomes.own), value, level, relation).map((row) => ({ row, index, slope: -1 }));
}

/**
 * The value at risk at `level` related to the loss v: P(loss > v) <= 1 - level keeps it from exceeding v, P(loss >= v) >= 1 - level from
 * falling short of v.
 */
function shareRows(losses: Float64Array, v: number, level: number, relation: ScenarioView['relation']): EntropyRow[] {
  const rows: EntropyRow[] = [];
  const share = 1 - level;
  if (relation !== 'at-least')
    rows.push({ coefficients: losses.map((loss) => (loss > v ? 1 : 0)), relation: 'at-most', value: share });
  if (relation !== 'at-most')
    rows.push({ coefficients: losses.map((loss) => (loss >= v ? 1 : 0)), relation: 'at-least', value: share });
  return rows;
}

/**
 * A view on CVaR with its value at risk at t, a loss: E[(loss - t)+] related to (value - t)(1 - level). CVaR is the least of
 * t + E[(loss - t)+] / (1 - level) over t (Rockafellar and Uryasev 2000), so that any t shows that it is small enough, and only the value at
 * risk that it is large enough.
 */
export function tailRows({ view, index, outcomes }: PlacedView, t: number): ViewRow[] {
  const { relation, value, level = 0 } = view;
  const losses = lossesOf(outcomes.own);
  const coefficients = losses.map((loss) => Math.max(0, loss - t));
  const slope = 1 - level;
  const own: ViewRow = { row: { coefficients, relation, value: (value - t) * slope }, index, slope };
  const pins = relation === 'at-most' ? [] : shareRows(losses, t, level, 'equal');
  return [own, ...pins.map((row) => ({ row, index, slope: 0 }))];
}

/** A view on volatility with the mean as it is under x: E[X^2] related to mean^2 + value^2 / P. */
export function volatilityRows(
  { view, index, outcomes: { own } }: PlacedView,
  x: Float64Array,
  periodsPerYear: number,
): ViewRow[] {
  const mean = dot(x, own);
  const value = view.value ** 2 / periodsPerYear;
  const slope = (2 * view.value) / periodsPerYear;
  return [
    pin(own, mean, index),
    { row: { coefficients: squaresAround(own, mean), relation: view.relation, value }, index, slope },
  ];
}

/** A view on correlation with means and variances as they are under x: E[X Y] related to the product of means plus that of deviations. */
export function correlationRows({ view, index, outcomes }: PlacedView, x: Float64Array): ViewRow[] {
  const { own, other = own } = outcomes;
  const [mean, otherMean] = [dot(x, own), dot(x, other)];
  const [squares, otherSquares] = [squaresAround(own, mean), squaresAround(other, otherMean)];
  const [variance, otherVariance] = [dot(x, squares), dot(x, otherSquares)];
  const slope = Math.sqrt(variance * otherVariance);
  const products = own.map((each, s) => (each - mean) * (other[s]! - otherMean));
  return [
    pin(own, mean, index),
    pin(other, otherMean, index),
    pin(squares, variance, index),
    pin(otherSquares, otherVariance, index),
    { row: { coefficients: products, relation: view.relation, value: view.value * slope }, index, slope },
  ];
}

function pin(coefficients: Float64Array, value: number, index: number): ViewRow {
  return { row: { coefficients, relation: 'equal', value }, index, slope: 0 };
}

/** Around the mean, which is pinned: the same restriction as on plain squares, without their cancellation. */
function squaresAround(outcomes: Float64Array, mean: number): Float64Array {
  return outcomes.map((each) => (each - mean) ** 2);
}
