/** What every strategy here reads from its task, and operators made of others. */
import { diagonalOf, volatilities } from '@veritasvault/portfolio/sdk/v1';
import type { Scenarios, SymmetricOperator } from '@veritasvault/portfolio/sdk/v1';

/** factor times the operator, factor >= 0. */
export function scaled(operator: SymmetricOperator, factor: number): SymmetricOperator {
  const times = (values: Float64Array): Float64Array => values.map((value) => factor * value);
  switch (operator.kind) {
    case 'dense':
    case 'diagonal':
      return { ...operator, entries: times(operator.entries) };
    case 'factor':
      return {
        ...operator,
        factorCovariance: times(operator.factorCovariance),
        specific: times(operator.specific),
      };
    case 'sum':
      return { ...operator, terms: operator.terms.map((term) => scaled(term, factor)) };
  }
}

/** diag(C) as an operator. */
export function variancesAlone(covariance: SymmetricOperator): SymmetricOperator {
  return { kind: 'diagonal', size: covariance.size, entries: diagonalOf(covariance) };
}

/** C + more sigma sigma', sigma the volatilities: every covariance larger by `more` times the product of the volatilities. */
export function together(covariance: SymmetricOperator, more: number): SymmetricOperator {
  return { kind: 'sum', size: covariance.size, terms: [covariance, joint(covariance, more)] };
}

/** scale sigma sigma', sigma the volatilities: all assets moving as one. */
export function joint(covariance: SymmetricOperator, scale: number): SymmetricOperator {
  const size = covariance.size;
  return {
    kind: 'factor',
    size,
    factors: 1,
    exposures: volatilities(covariance),
    factorCovariance: Float64Array.of(scale),
    specific: new Float64Array(size),
  };
}

/** Annual sample covariance (n - 1) of the scenarios `from` to `to`, which count the same. */
export function covarianceWithin({ returns, count, periodsPerYear }: Scenarios, from: number, to: number) {
  const n = returns.length / count;
  const mean = new Float64Array(n);
  for (let s = from; s < to; s++) for (let i = 0; i < n; i++) mean[i]! += returns[s * n + i]! / (to - from);
  const entries = new Float64Array(n * n);
  const weight = periodsPerYear / (to - from - 1);
  for (let s = from; s < to; s++) {
    for (let i = 0; i < n; i++) {
      const part = weight * (returns[s * n + i]! - mean[i]!);
      for (let j = 0; j <= i; j++) entries[i * n + j]! += part * (returns[s * n + j]! - mean[j]!);
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) entries[j * n + i] = entries[i * n + j]!;
  return { kind: 'dense' as const, size: n, entries };
}
