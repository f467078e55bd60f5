/** Linear forms over holdings and the row that bounds one. */
import type { Origin, Row } from '../problem/problem.ts';
import type { Universe } from '../problem/universe.ts';
import type { Range } from './range.ts';
import { belongs, includesCash } from './taxonomy.ts';
import type { Taxonomy } from './taxonomy.ts';

/** sum_i weights[i] w_i + cash * (1 - sum_i w_i) + constant; weights has length n. */
export interface LinearForm {
  readonly weights: Float64Array;
  readonly cash: number;
  readonly constant: number;
}

/** The form that adds up the weights of a named part, with the uninvested cash where it belongs. */
export function formOf(universe: Universe, taxonomy: Taxonomy, name: string): LinearForm {
  const weights = Float64Array.from(universe.assets, (asset) => (belongs(asset, taxonomy, name) ? 1 : 0));
  return { weights, cash: includesCash(taxonomy, name) ? 1 : 0, constant: 0 };
}

/** `range.min <= form <= range.max` as a sparse row: cash is written out as 1 - sum(w) and constants move to the bounds. */
export function rowOf(form: LinearForm, range: Range, origin: Origin): Row {
  const positions: number[] = [];
  const coefficients: number[] = [];
  form.weights.forEach((weight, position) => {
    const coefficient = weight - form.cash;
    if (coefficient === 0) return;
    positions.push(position);
    coefficients.push(coefficient);
  });
  const shift = form.cash + form.constant;
  return {
    positions: Int32Array.from(positions),
    coefficients: Float64Array.from(coefficients),
    lower: range.min === undefined ? -Infinity : range.min - shift,
    upper: range.max === undefined ? Infinity : range.max - shift,
    origin,
  };
}
