/** Linear forms over holdings and the row that bounds one. */
import type { Origin, Row } from '../problem/problem.ts';
import type { Holdings } from '../problem/situation.ts';
import type { Universe } from '../problem/universe.ts';
import { partsOf } from './look-through.ts';
import type { Range } from './range.ts';
import { belongs, includesCash } from './taxonomy.ts';
import type { Taxonomy } from './taxonomy.ts';

/** sum_i weights[i] w_i + cash * (1 - sum_i w_i) + constant; weights has length n. */
export interface LinearForm {
  readonly weights: Float64Array;
  readonly cash: number;
  readonly constant: number;
}

/** The form that adds up the weights of a named part, with the uninvested cash where it belongs; of funds looked through, the part of each. */
export function formOf(universe: Universe, taxonomy: Taxonomy, name: string, lookThrough = false): LinearForm {
  const weights = Float64Array.from(universe.assets, (asset) =>
    partsOf(asset, lookThrough).reduce(
      (total, part) => total + (belongs(part.asset, taxonomy, name) ? part.share : 0),
      0,
    ),
  );
  return { weights, cash: includesCash(taxonomy, name) ? 1 : 0, constant: 0 };
}

/** The form minus its value at given holdings: what it is relative to them. */
export function relativeForm(form: LinearForm, centre: Holdings): LinearForm {
  return { ...form, constant: form.constant - valueAt({ ...form, constant: 0 }, centre) };
}

/** The value of a form at holdings. */
export function valueAt(form: LinearForm, { weights, cash }: Holdings): number {
  return form.weights.reduce(
    (total, coefficient, position) => total + coefficient * weights[position]!,
    form.cash * cash + form.constant,
  );
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
