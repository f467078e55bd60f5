/** Vectors and operators over more positions than they were made for; those behind carry nothing. */
import type { SymmetricOperator } from './operator.ts';

/** The values with `rest` behind them. */
export function longer(values: Float64Array, size: number, rest = 0): Float64Array {
  const result = new Float64Array(size).fill(rest, values.length);
  result.set(values);
  return result;
}

export function centred(centre: Float64Array | undefined, size: number): { readonly centre?: Float64Array } {
  return centre === undefined ? {} : { centre: longer(centre, size) };
}

/** The same form; positions behind have no risk. */
export function widened(operator: SymmetricOperator, size: number): SymmetricOperator {
  switch (operator.kind) {
    case 'diagonal':
      return { ...operator, size, entries: longer(operator.entries, size) };
    case 'factor':
      return {
        ...operator,
        size,
        exposures: longer(operator.exposures, size * operator.factors),
        specific: longer(operator.specific, size),
      };
    case 'sum':
      return { ...operator, size, terms: operator.terms.map((term) => widened(term, size)) };
    case 'dense': {
      const entries = new Float64Array(size * size);
      const n = operator.size;
      for (let i = 0; i < n; i++) entries.set(operator.entries.subarray(i * n, (i + 1) * n), i * size);
      return { kind: 'dense', size, entries };
    }
  }
}
