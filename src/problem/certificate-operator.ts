/** Plain loops over operators for the independent check: as the definitions read, and shared with no solver. */
import type { SymmetricOperator } from './operator.ts';

/** Q x, from the definition of each kind. */
export function productOf(operator: SymmetricOperator, x: Float64Array): Float64Array {
  const n = x.length;
  const result = new Float64Array(n);
  switch (operator.kind) {
    case 'dense':
      for (let i = 0; i < n; i++) {
        let total = 0;
        for (let j = 0; j < n; j++) total += operator.entries[i * n + j]! * x[j]!;
        result[i] = total;
      }
      return result;
    case 'diagonal':
      return result.map((_, i) => operator.entries[i]! * x[i]!);
    case 'factor': {
      const k = operator.factors;
      const exposure = new Float64Array(k);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < k; j++) exposure[j] = exposure[j]! + operator.exposures[i * k + j]! * x[i]!;
      const factorRisk = new Float64Array(k);
      for (let j = 0; j < k; j++)
        for (let l = 0; l < k; l++)
          factorRisk[j] = factorRisk[j]! + operator.factorCovariance[j * k + l]! * exposure[l]!;
      for (let i = 0; i < n; i++) {
        let total = operator.specific[i]! * x[i]!;
        for (let j = 0; j < k; j++) total += operator.exposures[i * k + j]! * factorRisk[j]!;
        result[i] = total;
      }
      return result;
    }
    case 'sum':
      for (const term of operator.terms) {
        const part = productOf(term, x);
        for (let i = 0; i < n; i++) result[i] = result[i]! + part[i]!;
      }
      return result;
  }
}

/** Largest entries by operator: risk models are shared by many problems, and each certificate asks several times. */
const largestKnown = new WeakMap<SymmetricOperator, number>();

/** The largest entry of the diagonal: the quadratic form of the riskiest single asset held whole. Operators are never changed. */
export function largestDiagonal(operator: SymmetricOperator): number {
  const known = largestKnown.get(operator);
  if (known !== undefined) return known;
  let largest = 0;
  for (let i = 0; i < operator.size; i++) largest = Math.max(largest, diagonalEntry(operator, i));
  largestKnown.set(operator, largest);
  return largest;
}

function diagonalEntry(operator: SymmetricOperator, i: number): number {
  switch (operator.kind) {
    case 'dense':
      return operator.entries[i * operator.size + i]!;
    case 'diagonal':
      return operator.entries[i]!;
    case 'factor': {
      const k = operator.factors;
      let total = operator.specific[i]!;
      for (let j = 0; j < k; j++) {
        let factorRisk = 0;
        for (let l = 0; l < k; l++)
          factorRisk += operator.factorCovariance[j * k + l]! * operator.exposures[i * k + l]!;
        total += operator.exposures[i * k + j]! * factorRisk;
      }
      return total;
    }
    case 'sum':
      return operator.terms.reduce((total, term) => total + diagonalEntry(term, i), 0);
  }
}

export function inner(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

export function away(w: Float64Array, centre: Float64Array | undefined): Float64Array {
  return centre === undefined ? Float64Array.from(w) : w.map((value, i) => value - centre[i]!);
}

/** sqrt(r' Q^+ r) by conjugate gradients, and how much of r lies outside the range of Q; for norm limits of zero. */
export function dualNorm(
  operator: SymmetricOperator,
  r: Float64Array,
): { readonly length: number; readonly outside: number } {
  let residual = Float64Array.from(r);
  let direction = Float64Array.from(r);
  const d = new Float64Array(r.length);
  let size = inner(residual, residual);
  const first = size;
  for (let k = 0; k < 10 * r.length + 50 && size > 1e-28 * first; k++) {
    const product = productOf(operator, direction);
    const curvature = inner(direction, product);
    if (!(curvature > 1e-300)) break;
    const step = size / curvature;
    for (let i = 0; i < d.length; i++) d[i] = d[i]! + step * direction[i]!;
    residual = residual.map((value, i) => value - step * product[i]!);
    const next = inner(residual, residual);
    direction = direction.map((value, i) => residual[i]! + (next / size) * value);
    size = next;
  }
  const outside = residual.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return { length: Math.sqrt(Math.max(inner(d, r), 0)), outside };
}
