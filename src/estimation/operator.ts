/** Products with symmetric operators, by what each is. */
import type { SymmetricOperator } from '../problem/operator.ts';
import { dot } from '../math/vectors.ts';

/** Q x; x has length n. Costs n^2 dense, n k for k factors. */
export function multiply(operator: SymmetricOperator, x: Float64Array): Float64Array {
  const n = operator.size;
  switch (operator.kind) {
    case 'dense':
      return Float64Array.from({ length: n }, (_, row) => dot(operator.entries.subarray(row * n, (row + 1) * n), x));
    case 'diagonal':
      return x.map((value, position) => value * operator.entries[position]!);
    case 'factor': {
      const { factors: k, exposures, factorCovariance, specific } = operator;
      const loads = new Float64Array(k);
      for (let i = 0; i < n; i += 1) {
        for (let f = 0; f < k; f += 1) loads[f] = loads[f]! + exposures[i * k + f]! * x[i]!;
      }
      const priced = Float64Array.from({ length: k }, (_, f) =>
        dot(factorCovariance.subarray(f * k, (f + 1) * k), loads),
      );
      return x.map((value, i) => specific[i]! * value + dot(exposures.subarray(i * k, (i + 1) * k), priced));
    }
    case 'sum':
      return operator.terms.reduce((total, term) => {
        const part = multiply(term, x);
        return total.map((value, position) => value + part[position]!);
      }, new Float64Array(n));
  }
}

/** The full matrix, n x n row-major, new. */
export function denseEntries(operator: SymmetricOperator): Float64Array {
  const n = operator.size;
  if (operator.kind === 'dense') return Float64Array.from(operator.entries);
  const entries = new Float64Array(n * n);
  if (operator.kind === 'diagonal') {
    for (let i = 0; i < n; i += 1) entries[i * n + i] = operator.entries[i]!;
    return entries;
  }
  if (operator.kind === 'sum') {
    for (const term of operator.terms) {
      const part = denseEntries(term);
      for (let index = 0; index < entries.length; index += 1) entries[index] = entries[index]! + part[index]!;
    }
    return entries;
  }
  const { factors: k, exposures, factorCovariance, specific } = operator;
  const priced = new Float64Array(k);
  for (let i = 0; i < n; i += 1) {
    const own = exposures.subarray(i * k, (i + 1) * k);
    for (let f = 0; f < k; f += 1) priced[f] = dot(own, factorCovariance.subarray(f * k, (f + 1) * k));
    for (let j = 0; j <= i; j += 1) {
      const value = dot(priced, exposures.subarray(j * k, (j + 1) * k)) + (i === j ? specific[i]! : 0);
      entries[i * n + j] = value;
      entries[j * n + i] = value;
    }
  }
  return entries;
}
