/** Random convex problems beyond portfolios: every cost of trading, general quadratic programs with a known optimum, and hard ones. */
import type { SymmetricOperator } from '../../src/problem/operator.ts';
import type { Problem, Row, Trading, TradingPieces } from '../../src/problem/problem.ts';
import { originOf, problemOf, rowOver, type Random } from './problems.ts';
import { randomProblem, randomWeights } from './random-problems.ts';

export interface RandomProgram {
  readonly problem: Problem;
  /** What is known of it by construction. */
  readonly verdict: 'optimal' | 'infeasible' | 'unbounded';
  /** The optimum, where construction knows it. */
  readonly objective?: number;
  readonly kind: string;
}

/** Knots within the range of trades, several at no trade at all, over slopes that rise. */
function randomPieces(position: number, random: Random): TradingPieces {
  const knots = random.vector(random.integer(1, 5), () => 0.2 * random.normal());
  if (random.chance(0.4)) knots[0] = 0;
  knots.sort();
  for (let k = 1; k < knots.length; k++) if (knots[k]! <= knots[k - 1]!) knots[k] = knots[k - 1]! + 0.01;
  return { position, knots, slopes: random.vector(knots.length + 1, () => 0.05 * random.normal()).sort() };
}

/** A random portfolio problem, most of the time with 3/2-power impact or piecewise-linear costs. */
export function costlyProblem(random: Random): RandomProgram {
  const { problem, feasible, kinds } = randomProblem(random);
  const n = problem.lower.length;
  const zero = new Float64Array(n);
  const trading: Trading = problem.trading ?? { current: randomWeights(n, random), buyRate: zero, sellRate: zero };
  const size = 10 ** random.between(-4, 1);
  const impact = random.chance(0.5);
  const threeHalves = random.vector(n, () => (random.chance(0.3) ? 0 : size * random.next()));
  const pieces = random.chance(0.5)
    ? [...zero.keys()].map((i) => randomPieces(i, random)).filter(() => random.chance(0.7))
    : [];
  const costs = { ...trading, ...(impact ? { threeHalves } : {}), ...(pieces.length > 0 ? { pieces } : {}) };
  const plain = !impact && pieces.length === 0;
  return {
    problem: plain ? problem : { ...problem, trading: costs },
    verdict: feasible ? 'optimal' : 'infeasible',
    kind: [...kinds, ...(impact ? ['3/2'] : []), ...(pieces.length > 0 ? ['pieces'] : [])].join(', '),
  };
}

interface Draft {
  readonly n: number;
  readonly point: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly rows: Row[];
  /** Gradient of the Lagrangian without the objective. */
  readonly pull: Float64Array;
}

/** Rows that hold at the point, some with a price; equations among them, copies, and sums of others. */
function addRows(draft: Draft, count: number, random: Random, scaleOf: (k: number) => number): void {
  const { n, point, rows, pull } = draft;
  for (let r = 0; r < count; r++) {
    const scale = scaleOf(r);
    const coefficients = random.vector(n, () => (random.chance(0.6) ? 0 : scale * random.normal()));
    if (r > 1 && random.chance(0.15)) {
      // Depends on two rows before it.
      coefficients.fill(0);
      for (const row of [rows[r - 1]!, rows[r - 2]!])
        row.positions.forEach((i, k) => (coefficients[i] = coefficients[i]! + row.coefficients[k]!));
    }
    const value = coefficients.reduce((sum, coefficient, i) => sum + coefficient * point[i]!, 0);
    const kind = random.integer(0, 4);
    const price = kind < 3 && random.chance(0.7) ? random.next() / scale : 0;
    const room = (): number => scale * random.next();
    const [lower, upper, signed] =
      kind === 0
        ? [value, value, random.chance(0.5) ? price : -price]
        : kind === 1
          ? [random.chance(0.5) ? -Infinity : value - room(), value, price]
          : kind === 2
            ? [value, random.chance(0.5) ? Infinity : value + room(), -price]
            : [value - room(), random.chance(0.3) ? Infinity : value + room(), 0];
    rows.push(rowOver(coefficients, lower, upper, `row ${r}`));
    coefficients.forEach((coefficient, i) => (pull[i] = pull[i]! + signed * coefficient));
  }
}

/** Q = L L' of any rank, perhaps zero. */
function randomQuadratic(n: number, unit: Float64Array, random: Random): SymmetricOperator | undefined {
  const rank = random.chance(0.2) ? 0 : random.chance(0.5) ? n : random.integer(1, n);
  if (rank === 0) return undefined;
  const root = random.vector(n * rank, () => (random.chance(0.3) ? 0 : random.normal()));
  const entries = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let value = 0;
      for (let k = 0; k < rank; k++) value += root[i * rank + k]! * root[j * rank + k]!;
      entries[i * n + j] = entries[j * n + i] = value / rank / unit[i]! / unit[j]!;
    }
  return { kind: 'dense', size: n, entries };
}

/**
 * A quadratic program of its own right: free variables, bounds, equations, dependent and repeated rows, a quadratic of any rank, units that
 * differ by up to `decades` powers of ten. Its optimum is chosen first; some are then made infeasible or unbounded.
 */
export function generalProgram(random: Random, decades = 6): RandomProgram {
  const n = random.integer(2, 40);
  const spread = random.chance(0.4) ? decades / 2 : 0;
  const unit = random.vector(n, () => 10 ** random.between(-spread, spread));
  const point = unit.map((value) => (random.chance(0.2) ? 0 : value * random.normal()));
  const draft: Draft = {
    n,
    point,
    lower: new Float64Array(n).fill(-Infinity),
    upper: new Float64Array(n).fill(Infinity),
    rows: [],
    pull: new Float64Array(n),
  };
  addBounds(draft, unit, random);
  const factor = 10 ** random.between(-spread, spread);
  addRows(draft, random.integer(0, n), random, () => factor * 10 ** random.between(-spread / 3, spread / 3));
  const operator = randomQuadratic(n, unit, random);
  const scale = operator === undefined ? 0 : 10 ** random.between(-2, 2);
  const slope = new Float64Array(n);
  if (operator?.kind === 'dense')
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) slope[i] = slope[i]! + scale * operator.entries[i * n + j]! * point[j]!;
  const linear = slope.map((value, i) => value + draft.pull[i]!);
  const quadratics = operator === undefined ? [] : [{ scale, operator }];
  const rows = draft.rows;
  const fate = random.next();
  if (fate < 0.15 && contradicts(draft, random)) {
    const problem = problemOf(n, { quadratics, linear }, { rows, lower: draft.lower, upper: draft.upper });
    return { problem, verdict: 'infeasible', kind: 'general, infeasible' };
  }
  if (fate > 0.9) {
    // One more variable that no row knows.
    const wide = { lower: [...draft.lower, 0], upper: [...draft.upper, Infinity], rows };
    const more = operator?.kind === 'dense' ? [{ scale, operator: bordered(operator.entries, n) }] : [];
    const problem = problemOf(n + 1, { quadratics: more, linear: Float64Array.of(...linear, 1 / unit[0]!) }, wide);
    return { problem, verdict: 'unbounded', kind: 'general, unbounded' };
  }
  const problem = problemOf(n, { quadratics, linear }, { rows, lower: draft.lower, upper: draft.upper });
  let objective = 0;
  for (let i = 0; i < n; i++) objective += point[i]! * (0.5 * slope[i]! - linear[i]!);
  return { problem, verdict: 'optimal', objective, kind: `general${spread > 0 ? ', ill scaled' : ''}` };
}

function addBounds({ n, point, lower, upper, pull }: Draft, unit: Float64Array, random: Random): void {
  for (let i = 0; i < n; i++) {
    const kind = random.integer(0, 4);
    if (kind === 0) continue;
    const room = (): number => unit[i]! * random.next();
    const price = random.chance(0.8) ? random.next() / unit[i]! : 0;
    lower[i] = kind === 1 ? point[i]! : point[i]! - room();
    upper[i] = kind === 2 ? point[i]! : random.chance(0.5) ? Infinity : point[i]! + room();
    if (kind === 1) pull[i] = -price;
    if (kind === 2) pull[i] = price;
  }
}

/** A sum of rows with a side that those rows exclude. @returns whether there was a row to contradict. */
function contradicts({ n, rows }: Draft, random: Random): boolean {
  const able = rows.filter(({ upper }) => upper < Infinity);
  if (able.length === 0) return false;
  const coefficients = new Float64Array(n);
  let most = 0;
  let size = 0;
  for (const row of able.slice(0, 1 + random.integer(0, 2))) {
    const share = 0.5 + random.next();
    row.positions.forEach((i, k) => (coefficients[i] = coefficients[i]! + share * row.coefficients[k]!));
    most += share * row.upper;
    size = Math.max(size, Math.abs(share * row.upper), ...row.coefficients.map((value) => Math.abs(share * value)));
  }
  if (size === 0) return false;
  rows.push(rowOver(coefficients, most + size * 10 ** random.between(-4, 0), Infinity, 'contradiction'));
  return true;
}

function bordered(entries: Float64Array, n: number): SymmetricOperator {
  const wide = new Float64Array((n + 1) ** 2);
  for (let i = 0; i < n; i++) wide.set(entries.subarray(i * n, (i + 1) * n), i * (n + 1));
  return { kind: 'dense', size: n + 1, entries: wide };
}

/** By a power of ten between `low` and `high`, all of them. */
const tens = (random: Random, low: number, high: number): number => 10 ** random.between(low, high);

/** Problems at the edge of what numbers can hold; all of them have an answer, some of them a single feasible point. */
export function adversarialProgram(random: Random): RandomProgram {
  const n = random.integer(2, 30);
  const kinds = [
    nearlySingular,
    duplicates,
    withoutRisk,
    hugeRanges,
    pinned,
    justFeasible,
    barelyInfeasible,
    steepCosts,
  ] as const;
  return kinds[random.integer(0, kinds.length - 1)]!(n, random);
}

function covarianceOf(n: number, random: Random, eigenvalue: (k: number) => number): Float64Array {
  const entries = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    const direction = random.vector(n, () => random.normal());
    const length = Math.hypot(...direction);
    const value = eigenvalue(k) / length ** 2;
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) entries[i * n + j] = entries[i * n + j]! + value * direction[i]! * direction[j]!;
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) entries[j * n + i] = entries[i * n + j]!;
  return entries;
}

const dense = (entries: Float64Array, n: number): SymmetricOperator => ({ kind: 'dense', size: n, entries });

function nearlySingular(n: number, random: Random): RandomProgram {
  const operator = dense(
    covarianceOf(n, random, (k) => 10 ** (-14 * (k / n))),
    n,
  );
  const linear = random.vector(n, () => tens(random, -8, -1));
  const bound = tens(random, -4, 0);
  const norms = random.chance(0.3) ? [{ operator, bound: 1 + bound, origin: originOf('volatility') }] : [];
  const problem = problemOf(n, { quadratics: [{ scale: tens(random, -2, 3), operator }], linear }, { norms });
  return { problem, verdict: 'optimal', kind: 'nearly singular' };
}

function duplicates(n: number, random: Random): RandomProgram {
  const entries = covarianceOf(n, random, () => 0.01 + 0.1 * random.next());
  const copy = Int32Array.from({ length: n }, (_, i) => (random.chance(0.7) ? 0 : i));
  const same = Float64Array.from({ length: n * n }, (_, p) => entries[copy[Math.floor(p / n)]! * n + copy[p % n]!]!);
  const returns = random.vector(n, () => 0.1 * random.normal());
  const linear = Float64Array.from(copy, (i) => returns[i]!);
  const upper = random.chance(0.5) ? 1 : 2 / n;
  const problem = problemOf(
    n,
    { quadratics: [{ scale: tens(random, -1, 2), operator: dense(same, n) }], linear },
    { upper },
  );
  return { problem, verdict: 'optimal', kind: 'duplicates' };
}

function withoutRisk(n: number, random: Random): RandomProgram {
  const operator = dense(new Float64Array(n * n), n);
  const linear = random.vector(n, () => (random.chance(0.5) ? 0.05 : 0));
  const centre = randomWeights(n, random);
  const half = new Float64Array(n).fill(0.5);
  const tradeLimits = [
    { centre, buyRate: half, sellRate: half, bound: 0.1 * random.next(), origin: originOf('turnover') },
  ];
  const norms = [{ operator, bound: 0, origin: originOf('volatility') }];
  const problem = problemOf(n, { quadratics: [{ scale: 5, operator }], linear }, { tradeLimits, norms });
  return { problem, verdict: 'optimal', kind: 'without risk' };
}

function hugeRanges(n: number, random: Random): RandomProgram {
  const deviation = random.vector(n, () => tens(random, -4, 1));
  const entries = covarianceOf(n, random, () => 1).map(
    (value, p) => value * deviation[Math.floor(p / n)]! * deviation[p % n]!,
  );
  const linear = random.vector(n, () => tens(random, -8, 1) * random.normal());
  const coefficients = random.vector(n, () => tens(random, -3, 3));
  const most = Math.max(...coefficients);
  const rows = [rowOver(new Float64Array(n).fill(1), 1, 1, 'budget'), rowOver(coefficients, -Infinity, most, 'size')];
  const objective = { quadratics: [{ scale: tens(random, -3, 6), operator: dense(entries, n) }], linear };
  return { problem: problemOf(n, objective, { rows }), verdict: 'optimal', kind: 'huge ranges' };
}

/** Bounds that all but meet, or do. */
function pinned(n: number, random: Random): RandomProgram {
  const inside = randomWeights(n, random);
  const lower = inside.map((value) => value - (random.chance(0.3) ? 0 : tens(random, -13, -5)));
  const upper = inside.map((value) => value + (random.chance(0.3) ? 0 : tens(random, -13, -5)));
  const operator = dense(
    covarianceOf(n, random, () => random.next()),
    n,
  );
  const total = inside.reduce((sum, value) => sum + value, 0);
  const rows = [rowOver(new Float64Array(n).fill(1), total, total, 'budget')];
  const linear = random.vector(n, () => 0.1 * random.normal());
  const problem = problemOf(n, { quadratics: [{ scale: 1, operator }], linear }, { rows, lower, upper });
  return { problem, verdict: 'optimal', kind: 'pinned' };
}

/** The caps add up to the budget, or to a hair more. */
function justFeasible(n: number, random: Random): RandomProgram {
  const caps = randomWeights(n, random).map((value) => value + 1e-3);
  const total = caps.reduce((sum, value) => sum + value, 0);
  const budget = total * (1 - (random.chance(0.3) ? 0 : tens(random, -12, -4)));
  const rows = [rowOver(new Float64Array(n).fill(1), budget, budget, 'budget')];
  const operator = dense(
    covarianceOf(n, random, () => random.next()),
    n,
  );
  const linear = random.vector(n, () => 0.1 * random.normal());
  const problem = problemOf(n, { quadratics: [{ scale: 1, operator }], linear }, { rows, upper: caps });
  return { problem, verdict: 'optimal', kind: 'just feasible' };
}

/** The caps miss the budget by little. */
function barelyInfeasible(n: number, random: Random): RandomProgram {
  const caps = randomWeights(n, random).map((value) => value + 1e-3);
  const total = caps.reduce((sum, value) => sum + value, 0);
  const budget = total * (1 + tens(random, -6, -2));
  const rows = [rowOver(new Float64Array(n).fill(1), budget, random.chance(0.5) ? budget : Infinity, 'budget')];
  const operator = dense(
    covarianceOf(n, random, () => random.next()),
    n,
  );
  const linear = random.vector(n, () => 0.1 * random.normal());
  const problem = problemOf(n, { quadratics: [{ scale: 1, operator }], linear }, { rows, upper: caps });
  return { problem, verdict: 'infeasible', kind: 'barely infeasible' };
}

/** Costs from nothing to prohibitive, knots next to each other. */
function steepCosts(n: number, random: Random): RandomProgram {
  const current = randomWeights(n, random);
  const rate = random.vector(n, () => tens(random, -9, 3));
  const threeHalves = random.vector(n, () => (random.chance(0.3) ? 0 : tens(random, -6, 4)));
  const pieces = [...current.keys()].map((position) => {
    const first = 0.1 * random.normal();
    const width = tens(random, -7, -1);
    const slope = tens(random, -6, 2);
    return {
      position,
      knots: Float64Array.of(first, first + width),
      slopes: Float64Array.of(-slope, slope, 2 * slope),
    };
  });
  const operator = dense(
    covarianceOf(n, random, () => random.next()),
    n,
  );
  const linear = random.vector(n, () => 0.1 * random.normal());
  const trading = { current, buyRate: rate, sellRate: rate, threeHalves, pieces };
  const problem = problemOf(n, { quadratics: [{ scale: tens(random, -2, 2), operator }], linear, trading }, {});
  return { problem, verdict: 'optimal', kind: 'steep costs' };
}

/** Long-only portfolios over a factor model, from nearly linear to nothing but risk: caps, narrow bands around the benchmark's sectors, costs. */
export function fuzzProgram(random: Random): RandomProgram {
  const n = random.integer(100, 799);
  const k = random.integer(3, 27);
  const draws = random.vector(k * 2 * k, () => random.normal());
  const factorCovariance = new Float64Array(k * k);
  for (let a = 0; a < k; a++)
    for (let b = 0; b < k; b++) {
      let value = a === b ? 1e-5 : 0;
      for (let p = 0; p < 2 * k; p++) value += (draws[a * 2 * k + p]! * draws[b * 2 * k + p]! * 2e-3) / (2 * k);
      factorCovariance[a * k + b] = value;
    }
  const operator: SymmetricOperator = {
    kind: 'factor',
    size: n,
    factors: k,
    exposures: random.vector(n * k, () => random.normal()),
    factorCovariance,
    specific: random.vector(n, () => random.between(0.1, 0.5) ** 2),
  };
  const held = random.vector(n, () => (random.chance(0.4) ? random.next() : 0));
  const total = held.reduce((sum, value) => sum + value, 0);
  const upper = Math.max(3 / n, tens(random, -2, 0));
  const current = held.map((value) => Math.min(value / total, upper));
  const rate = new Float64Array(n).fill(random.chance(0.2) ? 0 : tens(random, -5, -2));
  const sectors = Int32Array.from({ length: n }, () => random.integer(0, 10));
  const band = tens(random, -4, -1);
  const rows = [rowOver(new Float64Array(n).fill(1), 1, 1, 'budget')];
  for (let s = 0; s < 11; s++) {
    const inside = Float64Array.from(sectors, (sector) => (sector === s ? 1 : 0));
    const share = inside.reduce((sum, value) => sum + value, 0) / n;
    if (share > 0) rows.push(rowOver(inside, Math.max(0, share - band), share + band, `sector ${s}`));
  }
  const objective = {
    quadratics: [{ scale: tens(random, -1, 3), operator }],
    linear: random.vector(n, () => 0.05 + 0.05 * random.normal()),
    trading: { current, buyRate: rate, sellRate: rate },
  };
  return { problem: problemOf(n, objective, { rows, upper }), verdict: 'optimal', kind: 'fuzz' };
}
