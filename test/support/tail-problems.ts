/** Problems with scenario tails: the canonical shapes that timings speak of. */
import { tailAt } from '../../src/problem/certificate-tails.ts';
import type { Problem, TailMeasure } from '../../src/problem/problem.ts';
import { factorDraws } from './factor-draws.ts';
import { Random, budgetRow, originOf, problemOf, riskModel, rowOver } from './problems.ts';
import { quadraticForm, randomOperator, randomWeights } from './random-problems.ts';

export interface ScenarioCase {
  readonly problem: Problem;
  /** (S x n) row-major. */
  readonly scenarios: Float64Array;
  readonly mean: Float64Array;
  readonly required: number;
}

/**
 * Cases e100 (100 x 2000), e500 (500 x 5000): least CVaR at 95 % over monthly scenarios with Student t tails (4 degrees of freedom) from a model of
 * 20 factors, fully invested, 0 to 20 % each, mean at least the 0.6 quantile of the means.
 */
export function cvarCase(n: number, count: number): ScenarioCase {
  const random = new Random(5000 + n);
  const { operator, market } = riskModel(n, 20, random);
  const draws = factorDraws(operator, count, random);
  const risk = draws.times(market);
  const expected = risk.map((value) => 3 * value + 0.02 * random.normal());
  const scenarios = new Float64Array(count * n);
  for (let s = 0; s < count; s++) {
    let square = 0;
    for (let k = 0; k < 4; k++) square += random.normal() ** 2;
    const factor = Math.sqrt(0.5 / 12 / (square / 4));
    for (let i = 0; i < n; i++) scenarios[s * n + i] = draws.entries[s * n + i]! * factor + expected[i]! / 12;
  }
  const mean = new Float64Array(n);
  for (let s = 0; s < count; s++) for (let i = 0; i < n; i++) mean[i] = mean[i]! + scenarios[s * n + i]! / count;
  const required = quantile(mean, 0.6);
  const rows = [budgetRow(n), rowOver(mean, required, Infinity, 'return')];
  const tailTerms = [{ kind: 'cvar', scenarios, level: 0.95, weight: 1 } as const];
  return { problem: problemOf(n, { tailTerms }, { rows, upper: 0.2 }), scenarios, mean, required };
}

/** Linear between the order statistics. */
export function quantile(values: Float64Array, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
}

const kinds = ['cvar', 'drawdown', 'mean-absolute-deviation'] as const;
const levels = [0, 0.5, 0.8, 0.95, 1];

export function randomMeasure(n: number, random: Random): TailMeasure {
  const kind = kinds[random.integer(0, 2)]!;
  const count = random.integer(2, 60);
  const factor = random.vector(n, () => random.between(0.3, 1.5));
  const scenarios = new Float64Array(count * n);
  for (let s = 0; s < count; s++) {
    const market = 0.05 * random.normal();
    for (let i = 0; i < n; i++) scenarios[s * n + i] = factor[i]! * market + 0.04 * random.normal() + 0.005;
  }
  const raw = random.vector(count, () => random.between(0.2, 1));
  const total = raw.reduce((sum, value) => sum + value, 0);
  return {
    kind,
    scenarios,
    level: kind === 'mean-absolute-deviation' ? 0 : levels[random.integer(0, levels.length - 1)]!,
    ...(kind !== 'drawdown' && random.chance(0.3) ? { probabilities: raw.map((value) => value / total) } : {}),
    ...(random.chance(0.3) ? { centre: randomWeights(n, random) } : {}),
  };
}

/** Tail terms and limits of every kind beside rows, trading costs, turnover and dense covariances; feasible about four times in five. */
export function randomTailProblem(random: Random, curved: boolean): Problem {
  const n = random.integer(2, 12);
  const inside = randomWeights(n, random);
  const short = random.chance(0.3);
  const lower = random.vector(n, () => (short ? -0.3 : 0));
  const upper = random.vector(n, (i) => inside[i]! + 0.4 * random.next());
  const rows = [budgetRow(n)];
  if (random.chance(0.4)) {
    const coefficients = random.vector(n, () => random.normal());
    const value = coefficients.reduce((sum, c, i) => sum + c * inside[i]!, 0);
    rows.push(rowOver(coefficients, value - 0.1 * random.next(), random.chance(0.5) ? Infinity : value + 0.1));
  }
  const terms = random.integer(0, 2);
  const tailTerms = Array.from({ length: terms }, () => ({
    ...randomMeasure(n, random),
    weight: random.between(0.2, 3),
  }));
  const tails = Array.from({ length: terms === 0 ? 1 : random.integer(0, 1) }, () => {
    const measure = randomMeasure(n, random);
    const value = tailAt(measure, inside);
    const bound = random.chance(0.15) ? value - 0.05 : value + 0.02 * random.next();
    return { ...measure, bound, origin: originOf('tail') };
  });
  const rate = (): Float64Array => random.vector(n, () => 0.02 * random.next());
  const trading = { current: randomWeights(n, random), buyRate: rate(), sellRate: rate() };
  const turnover = {
    centre: inside,
    buyRate: new Float64Array(n).fill(1),
    sellRate: new Float64Array(n).fill(1),
    bound: random.between(0.05, 1),
    origin: originOf('turnover'),
  };
  const { operator } = randomOperator(n, random);
  const quadratics = curved && operator.kind === 'dense' ? [{ scale: 10 ** random.between(-1, 1), operator }] : [];
  const objective = {
    quadratics,
    linear: random.vector(n, () => 0.05 * random.normal()),
    tailTerms,
    ...(random.chance(0.3) ? { trading } : {}),
  };
  const tradeLimits = random.chance(0.3) ? [turnover] : [];
  return { ...problemOf(n, objective, { rows, lower, upper, tradeLimits }), tails };
}

/** With one or two norm limits more, which hold or not. */
export function withNorms(problem: Problem, random: Random): Problem {
  const n = problem.lower.length;
  const norms = Array.from({ length: random.integer(1, 2) }, (_, k) => {
    const { operator } = randomOperator(n, random);
    const centre = random.chance(0.5) ? randomWeights(n, random) : undefined;
    const active = randomWeights(n, random).map((weight, i) => weight - (centre?.[i] ?? 0));
    const bound = Math.sqrt(quadraticForm(operator, active)) * random.between(0.5, 1.3);
    return { operator, ...(centre === undefined ? {} : { centre }), bound, origin: originOf(`norm ${k}`) };
  });
  return { ...problem, norms };
}
