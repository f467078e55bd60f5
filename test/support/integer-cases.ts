/** Integer problems that timings and citations speak of, the same on every machine. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Objective, Problem } from '../../src/problem/problem.ts';
import { Random, originOf, problemOf, riskModel } from './problems.ts';

export interface CountedHoldings {
  /** Fewest and most names. */
  readonly minimum: number;
  readonly maximum: number;
  /** Least and greatest weight of a name that is held. */
  readonly least: number;
  readonly most: number;
}

/** Fully invested and long only, with so many names of such sizes. */
export function countedProblem(n: number, objective: Partial<Objective>, held: CountedHoldings): Problem {
  const problem = problemOf(n, objective, { upper: held.most });
  const positions = Int32Array.from({ length: n }, (_, i) => i);
  const domains = Array.from(positions, (position) => ({
    position,
    intervals: [
      [0, 0],
      [held.least, Infinity],
    ] as const,
    origin: originOf('holding minimum'),
  }));
  const { minimum, maximum } = held;
  const counts = [
    { positions, centre: new Float64Array(n), side: 'either' as const, minimum, maximum, origin: originOf('names') },
  ];
  return { ...problem, integrality: { domains, lots: [], counts } };
}

/** Case f100: least tracking error (variance in squared percent, halved) with at most 20 of 100 names, each 1 % to 25 % when held. */
export function f100(): Problem {
  const { operator, market } = riskModel(100, 12, new Random(6000));
  const quadratics = [{ scale: 1e4, operator, centre: market }];
  return countedProblem(100, { quadratics }, { minimum: 0, maximum: 20, least: 0.01, most: 0.25 });
}

export type OrLibraryMarket = 'port1' | 'port3' | 'port5';

/**
 * Cases port1k10, port3k10 and port5k10: lambda w'V w - (1 - lambda) mu'w with exactly 10 names of at least 1 %, as in Chang, Meade,
 * Beasley and Sharaiha (2000). The layout and the licence of the data are told in `test/golden/cases/orlib-frontiers.json`.
 */
export function portK10(market: OrLibraryMarket, lambda: number): Problem {
  const { n, means, entries } = orLibrary(market);
  const operator = { kind: 'dense', size: n, entries } as const;
  const linear = means.map((mean) => (1 - lambda) * mean);
  const held = { minimum: 10, maximum: 10, least: 0.01, most: 1 };
  return countedProblem(n, { quadratics: [{ scale: 2 * lambda, operator }], linear }, held);
}

/** Weekly means (n) and covariances (n x n). */
export function orLibrary(market: OrLibraryMarket) {
  const file = new URL(`../golden/cases/orlib-${market}.bin.gz`, import.meta.url);
  const bytes = gunzipSync(readFileSync(file));
  const count = bytes.length / 4;
  const integerAt = (k: number): number =>
    bytes[k]! | (bytes[count + k]! << 8) | (bytes[2 * count + k]! << 16) | (bytes[3 * count + k]! << 24);
  const n = integerAt(0);
  const means = Float64Array.from({ length: n }, (_, i) => integerAt(1 + i) * 1e-6);
  const deviations = Float64Array.from({ length: n }, (_, i) => integerAt(1 + n + i) * 1e-6);
  const entries = new Float64Array(n * n);
  let pair = 1 + 2 * n;
  for (let i = 0; i < n; i++) {
    entries[i * n + i] = deviations[i]! * deviations[i]!;
    for (let j = 0; j < i; j++) {
      const entry = integerAt(pair++) * 1e-6 * deviations[i]! * deviations[j]!;
      entries[i * n + j] = entries[j * n + i] = entry;
    }
  }
  return { n, means, entries };
}
