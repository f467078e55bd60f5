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

/** The rows and columns at `positions` (m) of an operator, of the same kind (m x m). */
export function subOperator(operator: SymmetricOperator, positions: readonly number[]): SymmetricOperator {
  const n = operator.size;
  const m = positions.length;
  switch (operator.kind) {
    case 'dense': {
      const entries = new Float64Array(m * m);
      for (let i = 0; i < m; i++)
        for (let j = 0; j < m; j++) entries[i * m + j] = operator.entries[positions[i]! * n + positions[j]!]!;
      return { kind: 'dense', size: m, entries };
    }
    case 'diagonal':
      return { kind: 'diagonal', size: m, entries: Float64Array.from(positions, (i) => operator.entries[i]!) };
    case 'factor': {
      const { factors: k, exposures, specific } = operator;
      const rows = new Float64Array(m * k);
      positions.forEach((position, i) => rows.set(exposures.subarray(position * k, (position + 1) * k), i * k));
      return { ...operator, size: m, exposures: rows, specific: Float64Array.from(positions, (i) => specific[i]!) };
    }
    case 'sum':
      return { kind: 'sum', size: m, terms: operator.terms.map((term) => subOperator(term, positions)) };
  }
}

/** All entries (n x n, row-major), new. Costs n^2 k for a factor model of k factors. */
export function denseEntries(operator: SymmetricOperator): Float64Array {
  const n = operator.size;
  const entries = new Float64Array(n * n);
  addEntries(operator, entries);
  return entries;
}

function addEntries(operator: SymmetricOperator, target: Float64Array): void {
  const n = operator.size;
  switch (operator.kind) {
    case 'dense':
      addScaled(target, 1, operator.entries);
      return;
    case 'diagonal':
      for (let i = 0; i < n; i++) target[i * n + i]! += operator.entries[i]!;
      return;
    case 'factor': {
      const { factors: k, exposures, factorCovariance, specific } = operator;
      for (let i = 0; i < n; i++) {
        const pulled = product(factorCovariance, k, k, exposures.subarray(i * k, (i + 1) * k));
        target[i * n + i]! += specific[i]!;
        for (let j = 0; j <= i; j++) {
          const shared = dot(pulled, exposures.subarray(j * k, (j + 1) * k));
          target[i * n + j]! += shared;
          if (j < i) target[j * n + i]! += shared;
        }
      }
      return;
    }
    case 'sum':
      for (const term of operator.terms) addEntries(term, target);
  }
}

/** A x for a row-major matrix A (rows x columns). */
function product(entries: Float64Array, rows: number, columns: number, x: Float64Array): Float64Array {
  const result = new Float64Array(rows);
  for (let row = 0; row < rows; row++) result[row] = dot(entries.subarray(row * columns, (row + 1) * columns), x);
  return result;
}

/** The diagonal (n): the variance of each asset when the operator is a covariance. Costs n, or n k^2 for a model of k factors. */
export function diagonalOf(operator: SymmetricOperator): Float64Array {
  const n = operator.size;
  switch (operator.kind) {
    case 'dense':
      return Float64Array.from({ length: n }, (_, i) => operator.entries[i * n + i]!);
    case 'diagonal':
      return Float64Array.from(operator.entries);
    case 'factor': {
      const { factors: k, exposures, factorCovariance, specific } = operator;
      return specific.map((own, i) => {
        const loads = exposures.subarray(i * k, (i + 1) * k);
        return own + dot(loads, product(factorCovariance, k, k, loads));
      });
    }
    case 'sum': {
      const result = new Float64Array(n);
      for (const term of operator.terms) addScaled(result, 1, diagonalOf(term));
      return result;
    }
  }
}

/** Square roots of the diagonal (n): the volatility of each asset when the operator is a covariance. */
export function volatilities(operator: SymmetricOperator): Float64Array {
  return diagonalOf(operator).map((value) => Math.sqrt(Math.max(0, value)));
}
