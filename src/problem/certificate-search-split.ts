/** Whether the quadratic terms stay convex when a diagonal is taken out of them; by their structure or by elimination. */
import type { SymmetricOperator } from './operator.ts';
import type { Problem } from './problem.ts';

/** Pivots may be this far below zero, relative to the largest entry: rounding of the elimination. */
const rounding = 1e-12;

export function remainsConvex(
  { quadratics, lower }: Pick<Problem, 'quadratics' | 'lower'>,
  diagonal: Float64Array,
): boolean {
  const n = lower.length;
  const alone = new Float64Array(n);
  for (const { scale, operator } of quadratics) addAlone(operator, scale, alone);
  if (diagonal.every((value, i) => value <= alone[i]!)) return true;
  const matrix = new Float64Array(n * n);
  for (const { scale, operator } of quadratics) addEntries(operator, scale, matrix, n);
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, matrix[i * n + i]!);
  for (let i = 0; i < n; i++) matrix[i * n + i] = matrix[i * n + i]! - diagonal[i]! + rounding * n * largest;
  return eliminates(matrix, n);
}

/** What stands on the diagonal beside a positive semidefinite rest. */
function addAlone(operator: SymmetricOperator, scale: number, total: Float64Array): void {
  if (operator.kind === 'sum') operator.terms.forEach((term) => addAlone(term, scale, total));
  const own =
    operator.kind === 'diagonal' ? operator.entries : operator.kind === 'factor' ? operator.specific : undefined;
  if (own !== undefined) for (let i = 0; i < total.length; i++) total[i] = total[i]! + scale * own[i]!;
}

function addEntries(operator: SymmetricOperator, scale: number, matrix: Float64Array, n: number): void {
  switch (operator.kind) {
    case 'dense':
      for (let p = 0; p < matrix.length; p++) matrix[p] = matrix[p]! + scale * operator.entries[p]!;
      return;
    case 'diagonal':
      for (let i = 0; i < n; i++) matrix[i * n + i] = matrix[i * n + i]! + scale * operator.entries[i]!;
      return;
    case 'factor': {
      const { factors: k, exposures, factorCovariance, specific } = operator;
      for (let i = 0; i < n; i++) {
        const risk = new Float64Array(k);
        for (let a = 0; a < k; a++)
          for (let b = 0; b < k; b++) risk[b] = risk[b]! + exposures[i * k + a]! * factorCovariance[a * k + b]!;
        for (let j = 0; j < n; j++) {
          let total = 0;
          for (let b = 0; b < k; b++) total += risk[b]! * exposures[j * k + b]!;
          matrix[i * n + j] = matrix[i * n + j]! + scale * total;
        }
        matrix[i * n + i] = matrix[i * n + i]! + scale * specific[i]!;
      }
      return;
    }
    case 'sum':
      operator.terms.forEach((term) => addEntries(term, scale, matrix, n));
  }
}

/** Whether every pivot of L L' is positive; the lower triangle is overwritten. */
function eliminates(a: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let value = a[i * n + j]!;
      for (let k = 0; k < j; k++) value -= a[i * n + k]! * a[j * n + k]!;
      if (i === j) {
        if (!(value > 0)) return false;
        a[i * n + i] = Math.sqrt(value);
      } else a[i * n + j] = value / a[j * n + j]!;
    }
  return true;
}
