/** Random factor problems from well-conditioned to nearly linear: risk aversion 0.1 to 1000, tight caps, narrow sector bands. */
import type { Problem } from '../../src/problem/problem.ts';
import { budgetRow, problemOf, rowOver, type Random } from './problems.ts';
import { randomWeights } from './random-problems.ts';

export interface FactorProblemParts {
  readonly scale: number;
  readonly exposures: Float64Array;
  readonly factorCovariance: Float64Array;
  readonly specific: Float64Array;
  readonly linear: Float64Array;
  readonly current: Float64Array;
  readonly rate: number;
  readonly sectors: Float64Array;
  readonly cap: number;
  readonly band: number;
}

const sectorCount = 11;

/** Feasible: equal weights keep every cap and band. */
export function randomFactorParts(random: Random, n: number, k: number): FactorProblemParts {
  const draws = random.vector(2 * k * k, () => random.normal());
  const factorCovariance = new Float64Array(k * k);
  for (let a = 0; a < k; a++)
    for (let b = 0; b < k; b++) {
      let total = 0;
      for (let p = 0; p < 2 * k; p++) total += draws[2 * k * a + p]! * draws[2 * k * b + p]!;
      factorCovariance[a * k + b] = (0.002 * total) / (2 * k) + (a === b ? 1e-5 : 0);
    }
  const cap = Math.max(3 / n, 10 ** random.between(-2, 0));
  return {
    scale: 10 ** random.between(-1, 3),
    exposures: random.vector(n * k, () => random.normal()),
    factorCovariance,
    specific: random.vector(n, () => random.between(0.1, 0.5) ** 2),
    linear: random.vector(n, () => 0.05 + 0.05 * random.normal()),
    current: randomWeights(n, random).map((value) => Math.min(value, cap)),
    rate: random.chance(0.2) ? 0 : 10 ** random.between(-5, -2),
    sectors: random.vector(n, () => random.integer(0, sectorCount - 1)),
    cap,
    band: 10 ** random.between(-4, -1),
  };
}

export function factorProblemOf(parts: FactorProblemParts): Problem {
  const { scale, exposures, factorCovariance, specific, linear, current, rate, sectors, cap, band } = parts;
  const n = linear.length;
  const rows = [budgetRow(n)];
  for (let sector = 0; sector < sectorCount; sector++) {
    const members = sectors.map((value) => (value === sector ? 1 : 0));
    const share = members.reduce((total, value) => total + value, 0) / n;
    rows.push(rowOver(members, Math.max(0, share - band), share + band, `sector ${sector}`));
  }
  const rates = new Float64Array(n).fill(rate);
  const factors = exposures.length / n;
  const operator = { kind: 'factor', size: n, factors, exposures, factorCovariance, specific } as const;
  const trading = { current, buyRate: rates, sellRate: rates };
  return problemOf(n, { quadratics: [{ scale, operator }], linear, trading }, { rows, upper: cap });
}
