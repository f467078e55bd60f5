/** Chains of periods for tests and timings. */
import type { SymmetricOperator } from '../../src/problem/operator.ts';
import type { Period, PeriodsProblem } from '../../src/problem/periods.ts';
import { Random, budgetRow, denseCase, originOf, riskModel, universeOf } from './problems.ts';

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
