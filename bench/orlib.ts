/** The portfolio problems of OR-Library that the golden tests keep, as covariances. */
import { existsSync, readFileSync } from 'node:fs';

export interface PublishedMarket {
  readonly means: Float64Array;
  readonly covariance: Float64Array;
}

interface Kept {
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  readonly correlationsLowerTriangle: readonly number[];
}

const fileOf = (name: string): URL => new URL(`../test/golden/cases/solvers-orlib-${name}.json`, import.meta.url);

export function hasMarket(name: string): boolean {
  return existsSync(fileOf(name));
}

export function publishedMarket(name: string): PublishedMarket {
  const { means, deviations, correlationsLowerTriangle } = JSON.parse(readFileSync(fileOf(name), 'utf8')) as Kept;
  const n = means.length;
  const covariance = new Float64Array(n * n);
  let next = 0;
  for (let i = 0; i < n; i += 1)
    for (let j = 0; j <= i; j += 1) {
      const value = (correlationsLowerTriangle[next] ?? 0) * (deviations[i] ?? 0) * (deviations[j] ?? 0);
      next += 1;
      covariance[i * n + j] = value;
      covariance[j * n + i] = value;
    }
  return { means: Float64Array.from(means), covariance };
}
