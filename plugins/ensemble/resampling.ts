/** Estimates as another history would have given them. */
import { denseEntries, semidefiniteFactor, subOperator } from '@veritasvault/portfolio/sdk/v1';
import type {
  Answer,
  DelegateGround,
  Estimates,
  Pause,
  Scenarios,
  SymmetricOperator,
  Task,
} from '@veritasvault/portfolio/sdk/v1';

import type { Draws } from './draws.ts';

/** Multiplications between two pauses, about 0.1 s. */
const stretch = 1e8;

export interface History {
  /** T */
  readonly observations: number;
  readonly periodsPerYear: number;
}

/** Draws annual deviations from the mean (n): each of covariance Sigma. */
export interface Source {
  /** In the order of the ids, so that draws do not depend on how assets are listed: place k stands for position order[k]. */
  readonly order: readonly number[];
  /** Multiplications by draw. */
  readonly cost: number;
  draw(draws: Draws, into: Float64Array): void;
}

/** Draws through B F^(1/2) and the specific deviations of a factor model, through a Cholesky factor otherwise. */
export function sourceOf(covariance: SymmetricOperator, ids: readonly string[]): Source {
  const order = [...ids.keys()].sort((a, b) => (ids[a]! < ids[b]! ? -1 : 1));
  const operator = subOperator(covariance, order);
  const n = order.length;
  if (operator.kind === 'factor') {
    const { factors: k, exposures, factorCovariance, specific } = operator;
    const root = semidefiniteFactor(factorCovariance, k);
    const deviations = specific.map((value) => Math.sqrt(Math.max(0, value)));
    return {
      order,
      cost: n * (k + 1) + k * k,
      draw: (draws, into) => {
        const moved = lowerTimes(
          root,
          k,
          Float64Array.from({ length: k }, () => draws.normal()),
        );
        for (let i = 0; i < n; i++) {
          let value = deviations[i]! * draws.normal();
          for (let a = 0; a < k; a++) value += exposures[i * k + a]! * moved[a]!;
          into[i] = value;
        }
      },
    };
  }
  const root = semidefiniteFactor(denseEntries(operator), n);
  return {
    order,
    cost: (n * n) / 2,
    draw: (draws, into) =>
      into.set(
        lowerTimes(
          root,
          n,
          Float64Array.from({ length: n }, () => draws.normal()),
        ),
      ),
  };
}

function lowerTimes(lower: Float64Array, n: number, z: Float64Array): Float64Array {
  const result = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0, at = i * n; j <= i; j++, at++) sum += lower[at]! * z[j]!;
    result[i] = sum;
  }
  return result;
}

/**
 * The task's ground with the estimates of a history drawn from them: T returns of one period from N(mu / P, Sigma / P), P periods a year;
 * their mean times P and their sample covariance (T - 1) times P. Scenarios are drawn from the scenarios, T of them: with replacement by
 * their probabilities; where they follow each other, in blocks of T^(1/3) that run around the end (Politis and Romano 1992).
 * `stopped` is the answer of a run that is to end meanwhile.
 */
export function* resampledGround<Parameters>(
  task: Task<Parameters>,
  source: Source,
  history: History,
  draws: Draws,
  stopped: Answer,
): Generator<Pause, DelegateGround, unknown> {
  const { situation, estimates, restrictions } = task;
  const { observations, periodsPerYear } = history;
  const { order, cost } = source;
  const n = order.length;
  const rows = new Float64Array(observations * n);
  const mean = new Float64Array(n);
  let since = 0;
  for (let t = 0; t < observations; t++) {
    const row = rows.subarray(t * n, (t + 1) * n);
    source.draw(draws, row);
    for (let k = 0; k < n; k++) mean[k] = mean[k]! + row[k]! / observations;
    since += cost;
    if (since < stretch) continue;
    since = 0;
    yield { pause: true, stopped };
  }
  const entries = new Float64Array(n * n);
  for (let t = 0; t < observations; t++) {
    const row = rows.subarray(t * n, (t + 1) * n);
    for (let k = 0; k < n; k++) row[k] = row[k]! - mean[k]!;
    for (let k = 0; k < n; k++) {
      const share = row[k]! / (observations - 1);
      const at = order[k]! * n;
      for (let l = 0; l <= k; l++) entries[at + order[l]!]! += share * row[l]!;
    }
    since += (n * n) / 2;
    if (since < stretch) continue;
    since = 0;
    yield { pause: true, stopped };
  }
  for (let k = 0; k < n; k++)
    for (let l = 0; l < k; l++) entries[order[l]! * n + order[k]!] = entries[order[k]! * n + order[l]!]!;
  const covariance = { kind: 'dense' as const, size: n, entries };
  const { expectedReturns, scenarios } = estimates;
  // Deviations are annual ones, sqrt(P) times those of a period: the mean of T periods, times P, deviates by sqrt(P) times theirs.
  const place = new Int32Array(n);
  order.forEach((position, k) => (place[position] = k));
  const scale = Math.sqrt(periodsPerYear);
  const expected = expectedReturns?.map((value, position) => value + scale * mean[place[position]!]!);
  const outcomes = scenarios === undefined ? {} : { scenarios: redrawn(scenarios, observations, n, draws) };
  const resampled: Estimates = {
    ...estimates,
    covariance,
    ...(expected === undefined ? {} : { expectedReturns: expected }),
    ...(expected === undefined || estimates.blended === undefined
      ? {}
      : { blended: { ...estimates.blended, posterior: expected } }),
    ...outcomes,
  };
  return { situation: { ...situation, covariance, ...outcomes }, estimates: resampled, restrictions };
}

function redrawn(scenarios: Scenarios, observations: number, n: number, draws: Draws): Scenarios {
  const { count, returns, probabilities, periodsPerYear, isPath } = scenarios;
  const block = isPath ? Math.max(1, Math.round(Math.cbrt(observations))) : 1;
  const result = new Float64Array(observations * n);
  let at = 0;
  for (let t = 0; t < observations; t++) {
    at = t % block === 0 ? picked(count, isPath ? undefined : probabilities, draws) : (at + 1) % count;
    result.set(returns.subarray(at * n, (at + 1) * n), t * n);
  }
  return { count: observations, returns: result, periodsPerYear, isPath };
}

function picked(count: number, probabilities: Float64Array | undefined, draws: Draws): number {
  if (probabilities === undefined) return draws.below(count);
  let left = draws.uniform();
  for (let s = 0; s < count - 1; s++) {
    left -= probabilities[s]!;
    if (left < 0) return s;
  }
  return count - 1;
}
