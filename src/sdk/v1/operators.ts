/** Arithmetic with symmetric operators for strategies that need a variance or a gradient between two solves. */
import { addScaled, dot } from '../../math/vectors.ts';
import type { SymmetricOperator } from '../../problem/operator.ts';

/** Q x (n). Costs n^2 for a dense operator, n k for a factor model. Throws a RangeError when the sizes differ. */
export function applyOperator(operator: SymmetricOperator, x: Float64Array): Float64Array {
  const n = operator.size;
  if (x.length !== n) throw new RangeError(`a vector of ${x.length} entries for an operator of size ${n}`);
  switch (operator.kind) {
    case 'dense':
      return product(operator.entries, n, n, x);
    case 'diagonal':
      return x.map((value, position) => value * operator.entries[position]!);
    case 'factor': {
      const { factors: k, exposures } = operator;
      const loads = new Float64Array(k);
      for (let i = 0; i < n; i++) addScaled(loads, x[i]!, exposures.subarray(i * k, (i + 1) * k));
      const result = product(exposures, n, k, product(operator.factorCovariance, k, k, loads));
      for (let i = 0; i < n; i++) result[i]! += operator.specific[i]! * x[i]!;
      return result;
    }
    case 'sum': {
      const result = new Float64Array(n);
      for (const term of operator.terms) addScaled(result, 1, applyOperator(term, x));
      return result;
    }
  }
}

/** x' Q x. */
export function quadraticForm(operator: SymmetricOperator, x: Float64Array): number {
  return dot(x, applyOperator(operator, x));
}

/** A x for a row-major matrix A (rows x columns). */
function product(entries: Float64Array, rows: number, columns: number, x: Float64Array): Float64Array {
  const result = new Float64Array(rows);
  for (let row = 0; row < rows; row++) result[row] = dot(entries.subarray(row * columns, (row + 1) * columns), x);
  return result;
}

/** Square roots of the diagonal (n): the volatility of each asset when the operator is a covariance. */
export function volatilities(operator: SymmetricOperator): Float64Array {
  const unit = new Float64Array(operator.size);
  return unit.map((_, position) => {
    unit.fill(0)[position] = 1;
    return Math.sqrt(Math.max(0, quadraticForm(operator, unit)));
  });
}
