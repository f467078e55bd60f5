/** What every strategy here reads from its task, and operators made of others. */
import { volatilities } from '@veritasvault/portfolio/sdk/v1';
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
  const entries = volatilities(covariance).map((value) => value * value);
  return { kind: 'diagonal', size: covariance.size, entries };
}

/** C + more sigma sigma', sigma the volatilities: every covariance larger by `more` times the product of the volatilities. */
export function together(covariance: SymmetricOperator, more: number): SymmetricOperator {
  const size = covariance.size;
  const joint: SymmetricOperator = {
    kind: 'factor',
    size,
    factors: 1,
    exposures: volatilities(covariance),
    factorCovariance: Float64Array.of(more),
    specific: new Float64Array(size),
  };
  return { kind: 'sum', size, terms: [covariance, joint] };
}

/** The entries (n x n) of an operator. */
export function entriesOf(operator: SymmetricOperator): Float64Array {
  const n = operator.size;
  switch (operator.kind) {
    case 'dense':
      return Float64Array.from(operator.entries);
    case 'diagonal': {
      const entries = new Float64Array(n * n);
      operator.entries.forEach((value, i) => (entries[i * n + i] = value));
      return entries;
    }
    case 'factor': {
      const { factors: k, exposures, factorCovariance, specific } = operator;
      const loaded = new Float64Array(n * k);
      for (let i = 0; i < n; i++)
        for (let a = 0; a < k; a++)
          for (let b = 0; b < k; b++) loaded[i * k + b]! += exposures[i * k + a]! * factorCovariance[a * k + b]!;
      const entries = new Float64Array(n * n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) {
          let total = i === j ? specific[i]! : 0;
          for (let a = 0; a < k; a++) total += loaded[i * k + a]! * exposures[j * k + a]!;
          entries[i * n + j] = total;
          entries[j * n + i] = total;
        }
      }
      return entries;
    }
    case 'sum': {
      const entries = new Float64Array(n * n);
      for (const term of operator.terms) entriesOf(term).forEach((value, at) => (entries[at]! += value));
      return entries;
    }
  }
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
