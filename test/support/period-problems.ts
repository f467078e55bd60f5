/** Chains of periods for tests and timings. */
import type { SymmetricOperator } from '../../src/problem/operator.ts';
import type { Period, PeriodsProblem } from '../../src/problem/periods.ts';
import type { Problem, Row } from '../../src/problem/problem.ts';
import { applyOperator, quadraticForm } from '../../src/sdk/v1/operators.ts';
import { Random, budgetRow, denseCase, originOf, problemOf, riskModel, rowOver, universeOf } from './problems.ts';

const riskAversion = 5;
const periodsPerYear = 12;

/** A monthly chain: at most 10 % each, costs of 5 to 20 basis points, expected returns that fade towards half of a long-run view. */
export interface ChainShape {
  readonly n: number;
  readonly periods: number;
  readonly seed?: number;
  /** A factor model with so many factors; a dense sample covariance when absent. */
  readonly factors?: number;
  /** Largest turnover of each period, half the sum of trades. */
  readonly turnoverMax?: number;
  readonly impact?: 'threeHalves' | 'quadratic';
}

export function chainOf({ n, periods, seed = 7000, factors, turnoverMax, impact }: ChainShape): PeriodsProblem {
  const random = new Random(seed + n);
  const { operator, longRun } = riskOf(n, factors, random);
  const rates = random.vector(n, () => 0.0005 + 0.0015 * random.next());
  const trading = { buyRate: rates, sellRate: rates, ...(impact === undefined ? {} : { [impact]: rates }) };
  const half = new Float64Array(n).fill(0.5);
  const limits =
    turnoverMax === undefined
      ? []
      : [{ buyRate: half, sellRate: half, bound: turnoverMax, origin: originOf('turnover') }];
  const origin = originOf('bounds');
  const bounds = Array.from({ length: n }, (_, position) => ({ position, lower: 0, upper: 0.1, origin }));
  const chain = Array.from({ length: periods }, (_, t): Period => ({
    quadratics: [{ scale: riskAversion, operator }],
    linear: longRun.map((value) => (0.5 * value + 0.02 * random.normal() * 0.8 ** t) / periodsPerYear),
    trading,
    lower: new Float64Array(n),
    upper: new Float64Array(n).fill(0.1),
    bounds,
    rows: [budgetRow(n)],
    limits,
  }));
  return { universe: universeOf(n), current: cappedWeights(n, random), periods: chain };
}

/** Case g10x100: 10 periods of 100 names, dense covariance, linear costs. */
export function periodsCase(): PeriodsProblem {
  return chainOf({ n: 100, periods: 10 });
}

function riskOf(n: number, factors: number | undefined, random: Random) {
  const monthly = (values: Float64Array): Float64Array => values.map((value) => value / periodsPerYear);
  if (factors === undefined) {
    const { quadratics, linear } = denseCase(n);
    const [quadratic] = quadratics;
    if (quadratic?.operator.kind !== 'dense') throw new Error('expected a dense covariance');
    const operator: SymmetricOperator = { kind: 'dense', size: n, entries: monthly(quadratic.operator.entries) };
    return { operator, longRun: linear };
  }
  const { operator } = riskModel(n, factors, random);
  const scaled: SymmetricOperator = {
    ...operator,
    factorCovariance: monthly(operator.factorCovariance),
    specific: monthly(operator.specific),
  };
  return { operator: scaled, longRun: random.vector(n, () => 0.06 + 0.04 * random.normal()) };
}

/** Weights as unequal as capitalizations, none above 10 %. */
function cappedWeights(n: number, random: Random): Float64Array {
  let weights = random.vector(n, () => Math.exp(1.4 * random.normal()));
  for (let pass = 0; pass < 50; pass++) {
    const total = weights.reduce((sum, value) => sum + value, 0);
    weights = weights.map((value) => Math.min(value / total, 0.1));
  }
  const total = weights.reduce((sum, value) => sum + value, 0);
  return weights.map((value) => value / total);
}

/**
 * The same written out as one problem in weights, purchases and sales of every period, without anything that knows of periods: entry
 * (3 t + part) n + i, part 0 for weights.
 */
export function writtenOut({ universe, current, periods }: PeriodsProblem): Problem {
  const n = universe.assets.length;
  const size = 3 * n * periods.length;
  const at = (t: number, part: number, i: number): number => (3 * t + part) * n + i;
  const entries = new Float64Array(size * size);
  const linear = new Float64Array(size);
  const impact = { threeHalves: new Float64Array(size), quadratic: new Float64Array(size) };
  const lower = new Float64Array(size);
  const upper = new Float64Array(size).fill(Infinity);
  const rows: Row[] = [];
  const add = (terms: readonly (readonly [number, number])[], low: number, high: number): void => {
    const coefficients = Float64Array.from(terms, ([, value]) => value);
    rows.push({ ...rowOver([], low, high), positions: Int32Array.from(terms, ([position]) => position), coefficients });
  };
  periods.forEach(({ quadratics, linear: mu, trading, rows: own, limits, ...bounds }, t) => {
    lower.set(bounds.lower, at(t, 0, 0));
    upper.set(bounds.upper, at(t, 0, 0));
    linear.set(mu, at(t, 0, 0));
    for (const { scale, operator, centre } of quadratics)
      for (let i = 0; i < n; i++) {
        const product = applyOperator(operator, new Float64Array(n).fill(0).fill(1, i, i + 1));
        for (let j = 0; j < n; j++) {
          entries[at(t, 0, i) * size + at(t, 0, j)]! += scale * product[j]!;
          linear[at(t, 0, i)]! += scale * product[j]! * (centre?.[j] ?? 0);
        }
      }
    for (let i = 0; i < n; i++) {
      const before = t === 0 ? [] : [[at(t - 1, 0, i), -1] as const];
      const held = t === 0 ? current[i]! : 0;
      add([[at(t, 0, i), 1], ...before, [at(t, 1, i), -1], [at(t, 2, i), 1]], held, held);
      linear[at(t, 1, i)] = -(trading?.buyRate[i] ?? 0);
      linear[at(t, 2, i)] = -(trading?.sellRate[i] ?? 0);
      for (const part of [1, 2]) {
        impact.threeHalves[at(t, part, i)] = trading?.threeHalves?.[i] ?? 0;
        impact.quadratic[at(t, part, i)] = trading?.quadratic?.[i] ?? 0;
      }
    }
    for (const row of own)
      add(
        Array.from(row.positions, (position, k) => [at(t, 0, position), row.coefficients[k]!] as const),
        row.lower,
        row.upper,
      );
    for (const { buyRate, sellRate, bound } of limits)
      add(
        Array.from({ length: n }, (_, i) => [
          [at(t, 1, i), buyRate[i]!] as const,
          [at(t, 2, i), sellRate[i]!] as const,
        ]).flat(),
        -Infinity,
        bound,
      );
  });
  const operator: SymmetricOperator = { kind: 'dense', size, entries };
  const none = new Float64Array(size);
  const trading = { current: none, buyRate: none, sellRate: none, ...impact };
  return problemOf(size, { quadratics: [{ scale: 1, operator }], linear, trading }, { rows, lower, upper });
}

/** What quadratic terms with a centre lose when they are written out around the origin. */
export function lostToCentres({ periods }: PeriodsProblem): number {
  let total = 0;
  for (const { quadratics } of periods)
    for (const { scale, operator, centre } of quadratics)
      if (centre !== undefined) total += 0.5 * scale * quadraticForm(operator, centre);
  return total;
}
