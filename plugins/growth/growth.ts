/** Growth of wealth over scenarios, its expected utility, and quadratic models of that. */
import { dot } from '@veritasvault/portfolio/sdk/v1';
import type { Objective, Scenarios } from '@veritasvault/portfolio/sdk/v1';

/** In one period wealth grows by the factor cash + excess_s'w. */
export interface Growth {
  readonly count: number;
  /** (S x n) row-major: simple returns less what cash earns. */
  readonly excess: Float64Array;
  /** 1 + riskFreeRate / periodsPerYear. */
  readonly cash: number;
  /** (S) of sum 1. */
  readonly probabilities: Float64Array;
  readonly periodsPerYear: number;
  /** Relative risk aversion: 1 is the logarithm. */
  readonly aversion: number;
}

export function growthOf(
  { count, returns, probabilities, periodsPerYear }: Scenarios,
  riskFreeRate: number,
  aversion: number,
): Growth {
  const earned = riskFreeRate / periodsPerYear;
  return {
    count,
    excess: returns.map((value) => value - earned),
    cash: 1 + earned,
    probabilities: probabilities ?? new Float64Array(count).fill(1 / count),
    periodsPerYear,
    aversion,
  };
}

/** (S) excess_s'direction. */
export function along({ count, excess }: Growth, direction: Float64Array): Float64Array {
  const n = direction.length;
  return Float64Array.from({ length: count }, (_, s) => dot(excess.subarray(s * n, (s + 1) * n), direction));
}

/** (S) growth factors; at 0 or below all is lost. */
export function factorsAt(growth: Growth, weights: Float64Array): Float64Array {
  return along(growth, weights).map((value) => growth.cash + value);
}

/** A growth factor this small is none: rounding of what loses everything. */
export const ruin = 1e-12;

export function survives(factors: Float64Array): boolean {
  return factors.every((factor) => factor > ruin);
}

/** Annual: periodsPerYear sum_s p_s ln factor_s. */
export function growthRate({ probabilities, periodsPerYear }: Growth, factors: Float64Array): number {
  return periodsPerYear * factors.reduce((sum, factor, s) => sum + probabilities[s]! * Math.log(factor), 0);
}

/** (S) p_s factor_s^-aversion, up to a factor common to all and the same whenever `unit` is. */
export function marginals({ probabilities, aversion }: Growth, factors: Float64Array, unit: number): Float64Array {
  return factors.map((factor, s) => probabilities[s]! * Math.exp(-aversion * Math.log(factor / unit)));
}

export interface Model {
  readonly objective: Objective;
  /** (n) annual: periodsPerYear sum_s q_s excess_s, q the marginal utilities scaled to sum 1. */
  readonly gradient: Float64Array;
  /** Growth factor by which marginal utilities are scaled, and their sum. */
  readonly unit: number;
  readonly total: number;
}

/**
 * The second-order model of the expected utility around `weights` (n), divided by the expected marginal utility and times
 * periodsPerYear: minimize -gradient'w + 1/2 (w - weights)' H (w - weights), H = periodsPerYear aversion sum_s q_s / factor_s excess_s
 * excess_s'. Costs S n^2.
 */
export function modelAround(growth: Growth, weights: Float64Array): Model {
  const { count, excess, periodsPerYear, aversion } = growth;
  const n = weights.length;
  const factors = factorsAt(growth, weights);
  const unit = factors.reduce((least, factor) => Math.min(least, factor), Infinity);
  const raw = marginals(growth, factors, unit);
  const total = raw.reduce((sum, value) => sum + value, 0);
  const gradient = new Float64Array(n);
  const entries = new Float64Array(n * n);
  for (let s = 0; s < count; s++) {
    const x = excess.subarray(s * n, (s + 1) * n);
    const pull = (periodsPerYear * raw[s]!) / total;
    const curve = (pull * aversion) / factors[s]!;
    for (let i = 0; i < n; i++) {
      gradient[i]! += pull * x[i]!;
      const part = curve * x[i]!;
      for (let j = 0; j <= i; j++) entries[i * n + j]! += part * x[j]!;
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) entries[j * n + i] = entries[i * n + j]!;
  const quadratics = [{ scale: 1, operator: { kind: 'dense' as const, size: n, entries }, centre: weights }];
  return { objective: { quadratics, linear: gradient }, gradient, unit, total };
}

/** (n) the gradient of the expected utility at `weights` in the units of `model`, and the sum of the sizes of its terms. */
export function gradientAt(
  growth: Growth,
  weights: Float64Array,
  { unit, total }: Model,
): { readonly gradient: Float64Array; readonly size: number } {
  const { count, excess, periodsPerYear } = growth;
  const n = weights.length;
  const raw = marginals(growth, factorsAt(growth, weights), unit);
  const gradient = new Float64Array(n);
  const sizes = new Float64Array(n);
  for (let s = 0; s < count; s++) {
    const pull = (periodsPerYear * raw[s]!) / total;
    for (let i = 0; i < n; i++) {
      const part = pull * excess[s * n + i]!;
      gradient[i]! += part;
      sizes[i]! += Math.abs(part);
    }
  }
  return { gradient, size: sizes.reduce((most, value) => Math.max(most, value), 0) };
}
