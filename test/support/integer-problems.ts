/** Random problems with every kind of integrality, and their optima by looking at every choice. */
import type { Count, Domain, Lot, Norm, Problem, Row, TradeLimit, Trading } from '../../src/problem/problem.ts';
import { positionMin } from '../../src/problem/problem.ts';
import type { Solution } from '../../src/problem/solution.ts';
import { defaultSettings } from '../../src/problem/solver.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { runToEnd } from '../../src/solvers/registry.ts';
import { budgetRow, originOf, problemOf, rowOver, type Random } from './problems.ts';
import { randomOperator, randomWeights } from './random-problems.ts';

/** Names of at most K, at least k, trades, buys, sells, gaps, lots and all-or-none, over budgets, rows, costs and turnover limits. */
export function randomIntegerProblem(random: Random, n = random.integer(3, 5)): Problem {
  const current = randomWeights(n, random);
  const { operator } = randomOperator(n, random);
  const linear = random.vector(n, () => 0.1 * random.normal());
  const short = random.chance(0.15);
  const lower = short ? -0.3 : 0;
  const upper = random.chance(0.7) ? random.between(Math.max(0.3, 1.3 / n), 1) : Infinity;
  const lots: Lot[] = [];
  if (random.chance(0.25)) {
    const step = random.between(0.08, 0.2);
    for (let position = 0; position < n - 1; position++)
      if (random.chance(0.7))
        lots.push({ position, base: random.chance(0.5) ? 0 : 0.01, step, origin: originOf('lots') });
  }
  const rows: Row[] = [
    lots.length > 0 && random.chance(0.7) ? rowOver(new Float64Array(n).fill(1), 0.8, 1, 'budget') : budgetRow(n),
  ];
  if (random.chance(0.4)) {
    const members = random.vector(n, () => (random.chance(0.5) ? 1 : 0));
    const share = members.reduce((total, member, i) => total + member * current[i]!, 0);
    if (members.some((member) => member > 0))
      rows.push(rowOver(members, share - random.between(0, 0.3), share + random.between(0, 0.3), 'sector'));
  }
  const tradeLimits: TradeLimit[] = [];
  if (random.chance(0.15)) {
    const rate = new Float64Array(n).fill(0.5);
    tradeLimits.push({
      centre: current,
      buyRate: rate,
      sellRate: rate,
      bound: random.between(0.1, 0.6),
      origin: originOf('turnover'),
    });
  }
  const trading = random.chance(0.4) ? randomTrading(current, random) : undefined;
  const scale = random.chance(0.1) ? 0 : 10 ** random.between(-0.5, 2);
  const centre = random.chance(0.4) ? randomWeights(n, random) : undefined;
  const quadratics = scale === 0 ? [] : [{ scale, operator, ...(centre === undefined ? {} : { centre }) }];
  const objective = { quadratics, linear, ...(trading === undefined ? {} : { trading }) };
  const problem = problemOf(n, objective, { rows, tradeLimits, lower, upper });
  const domains = randomDomains(n, current, random);
  const counts = randomCounts(n, current, random);
  if (domains.length + counts.length + lots.length === 0)
    counts.push(countOf(n, new Float64Array(n), 'either', 0, n - 1));
  return { ...problem, integrality: { domains, lots, counts } };
}

/** The same under one or two limits on lengths, with rows, limits on trades and lengths that may be broken at a price. */
export function randomLimitedProblem(random: Random, n = random.integer(3, 4)): Problem {
  const base = randomIntegerProblem(random, n);
  const rows = [...base.rows];
  const norms: Norm[] = [];
  const { operator: other } = randomOperator(n, random);
  const operator = random.chance(0.5) ? (base.quadratics[0]?.operator ?? other) : other;
  const lengths = random.chance(0.7) ? (random.chance(0.2) ? 2 : 1) : 0;
  for (let k = 0; k < lengths; k++) {
    const centre = random.chance(0.6) ? { centre: randomWeights(n, random) } : {};
    norms.push({ operator, bound: random.between(0.05, 0.4), origin: originOf(`length ${String(k)}`), ...centre });
  }
  if (random.chance(0.5)) {
    const members = random.vector(n, () => (random.chance(0.5) ? 1 : random.chance(0.3) ? random.normal() : 0));
    const lower = random.chance(0.3) ? random.between(-0.2, 0.5) : -Infinity;
    const upper = Math.max(lower, random.between(0, 0.5));
    rows.push({ ...rowOver(members, lower, upper, 'soft sector'), penalty: 10 ** random.between(-3, 1) });
  }
  const tradeLimits = [...base.tradeLimits];
  if (tradeLimits.length === 0 && random.chance(0.3)) {
    const rate = new Float64Array(n).fill(0.5);
    const bound = random.between(0, 0.3);
    const centre = randomWeights(n, random);
    const penalty = 10 ** random.between(-3, 0);
    tradeLimits.push({ centre, buyRate: rate, sellRate: rate, bound, penalty, origin: originOf('soft turnover') });
  }
  if (random.chance(0.3)) {
    const bound = random.chance(0.4) ? 0 : random.between(0.02, 0.2);
    norms.push({ operator: other, bound, penalty: 10 ** random.between(-2, 0.5), origin: originOf('soft length') });
  }
  return { ...base, rows, norms, tradeLimits };
}

function randomTrading(current: Float64Array, random: Random): Trading {
  const n = current.length;
  const rate = random.vector(n, () => random.between(0, 0.02));
  const trading = { current, buyRate: rate, sellRate: rate };
  if (random.chance(0.3)) return { ...trading, quadratic: random.vector(n, () => random.between(0, 0.05)) };
  if (random.chance(0.3)) {
    const slopes = Float64Array.of(-0.01, 0, random.between(0, 0.05));
    return { ...trading, pieces: [{ position: 0, knots: Float64Array.of(-0.05, 0.05), slopes }] };
  }
  return trading;
}

function randomDomains(n: number, current: Float64Array, random: Random): Domain[] {
  const domains: Domain[] = [];
  const add = (position: number, intervals: [number, number][], constraint: string): void =>
    void domains.push({ position, intervals, origin: originOf(constraint) });
  const holding = random.chance(0.5) ? random.between(0.02, 0.25) : 0;
  const trade = random.chance(0.3) ? random.between(0.02, 0.2) : 0;
  for (let i = 0; i < n; i++) {
    const now = current[i]!;
    if (holding > 0)
      add(
        i,
        [
          [-Infinity, -holding],
          [0, 0],
          [holding, Infinity],
        ],
        'holding minimum',
      );
    if (trade > 0)
      add(
        i,
        [
          [-Infinity, now - trade],
          [now, now],
          [now + trade, Infinity],
        ],
        'trade minimum',
      );
    if (random.chance(0.1))
      add(
        i,
        [
          [0, 0],
          [0.3, 0.3],
        ],
        'all or none',
      );
  }
  return domains;
}

export function countOf(n: number, centre: Float64Array, side: Count['side'], minimum: number, maximum: number): Count {
  return {
    positions: Int32Array.from({ length: n }, (_, i) => i),
    centre,
    side,
    minimum,
    maximum,
    origin: originOf(`count ${side}`),
  };
}

function randomCounts(n: number, current: Float64Array, random: Random): Count[] {
  const counts: Count[] = [];
  const none = new Float64Array(n);
  if (random.chance(0.5)) counts.push(countOf(n, none, 'either', 0, random.integer(1, n - 1)));
  if (random.chance(0.2)) counts.push(countOf(n, none, 'either', random.integer(1, n), n));
  if (random.chance(0.25)) counts.push(countOf(n, current, 'either', 0, random.integer(0, n - 1)));
  if (random.chance(0.15))
    counts.push(countOf(n, current, random.chance(0.5) ? 'above' : 'below', 0, random.integer(0, 2)));
  return counts;
}

interface Part {
  readonly lower: number;
  readonly upper: number;
  /** By count. */
  readonly counted: readonly number[];
}

/** The best objective over every combination of parts, each solved by the interior point; infinite when none has a point. */
export function bestByEnumeration(problem: Problem): number {
  const { integrality, ...convex } = problem;
  const counts = integrality!.counts;
  const parts = problem.universe.assets.map((_, i) => partsOf(problem, i));
  const lower = Float64Array.from(problem.lower);
  const upper = Float64Array.from(problem.upper);
  let best = Infinity;
  const held = counts.map(() => 0);
  const visit = (i: number): void => {
    if (counts.some(({ maximum }, j) => held[j]! > maximum)) return;
    if (i < parts.length) {
      for (const part of parts[i]!) {
        [lower[i], upper[i]] = [part.lower, part.upper];
        part.counted.forEach((value, j) => (held[j] = held[j]! + value));
        visit(i + 1);
        part.counted.forEach((value, j) => (held[j] = held[j]! - value));
      }
      return;
    }
    if (counts.some(({ minimum }, j) => held[j]! < minimum)) return;
    const bounded = { ...convex, lower: Float64Array.from(lower), upper: Float64Array.from(upper) };
    const { termination, objective } = solved(bounded);
    if (termination.reason === 'optimal') best = Math.min(best, objective);
    else if (termination.reason !== 'infeasible')
      throw new Error(`the oracle ended with ${termination.reason}: ${termination.detail}`);
  };
  visit(0);
  return best;
}

function solved(problem: Problem): Solution {
  return runToEnd(interiorPoint.solve(problem, defaultSettings, () => false));
}

/** Every stretch of admissible weights of one asset on which the counts agree. */
function partsOf(problem: Problem, i: number): Part[] {
  const { domains, lots, counts } = problem.integrality!;
  const low = Math.max(problem.lower[i]!, -10);
  const high = Math.min(problem.upper[i]!, 10);
  let spans: (readonly [number, number])[] = [[low, high]];
  for (const { position, intervals } of domains)
    if (position === i)
      spans = spans
        .flatMap(([a, b]) => intervals.map(([c, d]) => [Math.max(a, c), Math.min(b, d)] as const))
        .filter(([a, b]) => a <= b);
  for (const { position, base, step } of lots)
    if (position === i)
      spans = spans.flatMap(([a, b]) => {
        const points: (readonly [number, number])[] = [];
        for (let k = Math.ceil((a - base) / step - 1e-9); base + k * step <= b + 1e-9; k++)
          points.push([base + k * step, base + k * step]);
        return points;
      });
  for (const { centre, minimum } of counts) {
    const c = centre[i]!;
    const gap = minimum > 0 ? positionMin : 1e-12;
    spans = spans
      .flatMap(
        ([a, b]) =>
          [
            [a, Math.min(b, c - gap)],
            [Math.max(a, c), Math.min(b, c)],
            [Math.max(a, c + gap), b],
          ] as const,
      )
      .filter(([a, b]) => a <= b);
  }
  return spans.map(([lower, upper]) => {
    const middle = 0.5 * (lower + upper);
    const counted = counts.map(({ centre, side }) => {
      const away = middle - centre[i]!;
      return (side === 'either' ? away !== 0 : side === 'above' ? away > 0 : away < 0) ? 1 : 0;
    });
    return { lower, upper, counted };
  });
}
