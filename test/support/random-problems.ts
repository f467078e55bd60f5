/** Random problems whose feasibility is known by construction, over every kind of restriction that the interior point takes. */
import type { SymmetricOperator } from '../../src/problem/operator.ts';
import type { Norm, Problem, Row, TradeLimit, Trading } from '../../src/problem/problem.ts';
import { originOf, problemOf, riskModel, rowOver, sampleCovariance, type Random } from './problems.ts';

export interface RandomProblem {
  readonly problem: Problem;
  readonly feasible: boolean;
  readonly kinds: readonly string[];
}

/** A covariance of any kind: dense of full or deficient rank, with dead and duplicate assets, factor, diagonal or a sum. */
export function randomOperator(n: number, random: Random): { operator: SymmetricOperator; kind: string } {
  const k = random.integer(1, Math.max(1, Math.min(6, n - 1)));
  const model = riskModel(n, k, random).operator;
  const pick = random.integer(0, 6);
  if (pick === 0) return { operator: model, kind: 'factor' };
  if (pick === 1) {
    const specific = model.specific.map((value) => (random.chance(0.3) ? 0 : value));
    return { operator: { ...model, specific }, kind: 'factor with dead specific risk' };
  }
  const diagonal: SymmetricOperator = { kind: 'diagonal', size: n, entries: model.specific };
  if (pick === 2) return { operator: diagonal, kind: 'diagonal' };
  if (pick === 3) return { operator: { kind: 'sum', size: n, terms: [model, diagonal] }, kind: 'sum' };
  const count = pick === 4 ? 3 * n : Math.max(1, Math.floor(n / 2));
  const entries = sampleCovariance(model, count, random);
  if (pick === 6 && n > 2) {
    for (let j = 0; j < n; j++) entries[j] = entries[j * n] = 0;
    for (let j = 0; j < n; j++) entries[n + j] = entries[2 * n + j]!;
    for (let j = 0; j < n; j++) entries[j * n + 1] = entries[j * n + 2]!;
    return { operator: { kind: 'dense', size: n, entries }, kind: 'dense, dead and duplicate assets' };
  }
  return { operator: { kind: 'dense', size: n, entries }, kind: pick === 4 ? 'dense' : 'dense, rank deficient' };
}

export function times(operator: SymmetricOperator, x: Float64Array): Float64Array {
  const n = x.length;
  if (operator.kind === 'diagonal') return x.map((value, i) => operator.entries[i]! * value);
  if (operator.kind === 'dense')
    return x.map((_, i) => x.reduce((sum, value, j) => sum + operator.entries[i * n + j]! * value, 0));
  if (operator.kind === 'sum')
    return operator.terms.map((term) => times(term, x)).reduce((a, b) => a.map((value, i) => value + b[i]!));
  const { factors: k, exposures, factorCovariance, specific } = operator;
  const held = Float64Array.from({ length: k }, (_, j) =>
    x.reduce((sum, value, i) => sum + exposures[i * k + j]! * value, 0),
  );
  const risk = held.map((_, a) => held.reduce((sum, value, b) => sum + factorCovariance[a * k + b]! * value, 0));
  return x.map((value, i) => specific[i]! * value + risk.reduce((sum, r, j) => sum + exposures[i * k + j]! * r, 0));
}

export function quadraticForm(operator: SymmetricOperator, x: Float64Array): number {
  return times(operator, x).reduce((sum, value, i) => sum + value * x[i]!, 0);
}

export function traded(limit: Pick<TradeLimit, 'centre' | 'buyRate' | 'sellRate'>, w: Float64Array): number {
  return w.reduce((sum, value, i) => {
    const trade = value - limit.centre[i]!;
    return sum + (trade > 0 ? limit.buyRate[i]! * trade : -limit.sellRate[i]! * trade);
  }, 0);
}

/** Weights at least 0 that sum to 1, several of them 0. */
export function randomWeights(n: number, random: Random): Float64Array {
  const raw = random.vector(n, () => (random.chance(0.4) ? 0 : random.next()));
  const total = raw.reduce((sum, value) => sum + value, 0);
  if (total === 0) return raw.map((_, i) => (i === 0 ? 1 : 0));
  return raw.map((value) => value / total);
}

/** Everything below holds at `inside`, so that the problem is feasible; a broken one then gets one restriction that cannot hold. */
export function randomProblem(random: Random): RandomProblem {
  const n = random.integer(2, 24);
  const inside = randomWeights(n, random);
  const { operator, kind } = randomOperator(n, random);
  const kinds = [kind];
  const linear = random.vector(n, () => (random.chance(0.1) ? 0 : 0.1 * random.normal()));
  const lower = random.vector(n, (i) =>
    random.chance(0.15) ? -Infinity : inside[i]! - (random.chance(0.5) ? inside[i]! : random.next()),
  );
  const upper = random.vector(n, (i) =>
    random.chance(0.4) ? Infinity : inside[i]! + (random.chance(0.2) ? 0 : 0.3 * random.next()),
  );
  for (let i = 0; i < n; i++) if (random.chance(0.08)) lower[i] = upper[i] = inside[i]!;
  const rows = [rowOver(new Float64Array(n).fill(1), 1, 1, 'budget'), ...randomRows(n, inside, random)];
  const norms: Norm[] = [];
  for (let count = random.chance(0.4) ? random.integer(1, 2) : 0; count > 0; count--)
    norms.push(randomNorm(n, inside, operator, random, norms.length));
  const tradeLimits: TradeLimit[] = [];
  for (let count = random.chance(0.4) ? random.integer(1, 2) : 0; count > 0; count--)
    tradeLimits.push(randomLimit(n, inside, random, tradeLimits.length));
  const scale = random.chance(0.1) ? 0 : 10 ** random.between(-1, 3);
  const needsCurb = scale === 0 || kind !== 'diagonal';
  // A quadratic that is flat somewhere needs bounded weights for an optimum to exist.
  if (needsCurb)
    for (let i = 0; i < n; i++) {
      lower[i] = Math.max(lower[i]!, -2);
      upper[i] = Math.min(upper[i]!, 3);
    }
  const centre = random.chance(0.3) ? randomWeights(n, random) : undefined;
  const trading = random.chance(0.4) ? randomTrading(n, random) : undefined;
  const quadratics = scale === 0 ? [] : [{ scale, operator, ...(centre === undefined ? {} : { centre }) }];
  const feasible = !random.chance(0.3);
  if (!feasible) kinds.push(breakIt(n, { lower, upper, rows, norms, tradeLimits }, inside, random));
  if (norms.length > 0) kinds.push('norms');
  if (tradeLimits.length > 0) kinds.push('trade limits');
  if (trading !== undefined) kinds.push('trading cost');
  const objective = { quadratics, linear, ...(trading === undefined ? {} : { trading }) };
  return { problem: problemOf(n, objective, { lower, upper, rows, norms, tradeLimits }), feasible, kinds };
}

function randomRows(n: number, inside: Float64Array, random: Random): Row[] {
  const rows: Row[] = [];
  for (let count = random.integer(0, 4); count > 0; count--) {
    const magnitude = 10 ** random.between(-2, 2);
    const coefficients = random.vector(n, () =>
      random.chance(0.5) ? 0 : magnitude * (random.chance(0.5) ? 1 : random.normal()),
    );
    const value = coefficients.reduce((sum, c, i) => sum + c * inside[i]!, 0);
    const width = (): number =>
      random.chance(0.2) ? Infinity : random.chance(0.2) ? 0 : 0.2 * magnitude * random.next();
    const row = rowOver(coefficients, value - width(), value + width(), `row ${rows.length}`);
    rows.push(row);
    if (random.chance(0.1)) rows.push(row);
  }
  return rows;
}

function randomNorm(n: number, inside: Float64Array, shared: SymmetricOperator, random: Random, index: number): Norm {
  const operator = random.chance(0.6) ? shared : randomOperator(n, random).operator;
  const centre = random.chance(0.5) ? randomWeights(n, random) : undefined;
  const distance = inside.map((value, i) => value - (centre?.[i] ?? 0));
  const length = Math.sqrt(Math.max(quadraticForm(operator, distance), 0));
  const bound = length * random.between(1.001, 1.5) + 1e-3;
  return { operator, bound, origin: originOf(`norm ${index}`), ...(centre === undefined ? {} : { centre }) };
}

function randomLimit(n: number, inside: Float64Array, random: Random, index: number): TradeLimit {
  const centre = random.chance(0.3) ? Float64Array.from(inside) : randomWeights(n, random);
  const buyRate = random.vector(n, () => (random.chance(0.15) ? 0 : random.chance(0.5) ? 0.5 : random.next()));
  const sellRate = random.chance(0.5) ? Float64Array.from(buyRate) : random.vector(n, () => random.next());
  const needed = traded({ centre, buyRate, sellRate }, inside);
  const bound =
    needed * (random.chance(0.15) ? 1 : random.between(1, 1.3)) + (random.chance(0.2) ? 0 : 0.02 * random.next());
  return { centre, buyRate, sellRate, bound, origin: originOf(`limit ${index}`) };
}

function randomTrading(n: number, random: Random): Trading {
  const current = randomWeights(n, random);
  const buyRate = random.vector(n, () => 0.01 * random.next());
  const sellRate = random.chance(0.5) ? buyRate : random.vector(n, () => 0.01 * random.next());
  const quadratic = random.chance(0.3) ? random.vector(n, () => 0.05 * random.next()) : undefined;
  return { current, buyRate, sellRate, ...(quadratic === undefined ? {} : { quadratic }) };
}

interface Parts {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly rows: Row[];
  readonly norms: Norm[];
  readonly tradeLimits: TradeLimit[];
}

/** Adds a restriction that contradicts the budget and the bounds by simple arithmetic. @returns what it is. */
function breakIt(n: number, parts: Parts, inside: Float64Array, random: Random): string {
  const gap = random.chance(0.3) ? 1e-3 : 0.05 + random.next();
  const i = random.integer(0, n - 1);
  const only = (value: number): Float64Array => Float64Array.from({ length: n }, (_, j) => (j === i ? value : 0));
  switch (random.integer(0, 5)) {
    case 0:
      parts.rows.push(rowOver(new Float64Array(n).fill(2), 2 + gap, Infinity, 'second budget'));
      return 'broken: second budget';
    case 1:
      parts.upper[i] = inside[i]!;
      parts.rows.push(rowOver(only(3), 3 * (inside[i]! + gap), Infinity, 'single'));
      return 'broken: bound against row';
    case 2:
      parts.lower[i] = inside[i]! + gap;
      parts.upper[i] = inside[i]!;
      return 'broken: crossing bounds';
    case 3: {
      // Everything must lie within the caps, and the caps do not add up to the budget.
      for (let j = 0; j < n; j++) parts.upper[j] = Math.min(parts.upper[j]!, (1 - Math.min(gap, 0.9)) / n);
      for (let j = 0; j < n; j++) parts.lower[j] = Math.min(parts.lower[j]!, 0);
      return 'broken: caps below the budget';
    }
    case 4: {
      const centre = Float64Array.from(inside);
      const rates = new Float64Array(n).fill(0.5);
      parts.tradeLimits.push({ centre, buyRate: rates, sellRate: rates, bound: gap / 4, origin: originOf('still') });
      parts.upper[i] = Infinity;
      parts.lower[i] = inside[i]! + gap;
      return 'broken: trade limit against bound';
    }
    default: {
      const entries = new Float64Array(n).fill(1);
      const centre = Float64Array.from(inside);
      parts.norms.push({
        operator: { kind: 'diagonal', size: n, entries },
        centre,
        bound: 0.9 * gap,
        origin: originOf('near'),
      });
      parts.upper[i] = Infinity;
      parts.lower[i] = inside[i]! + gap;
      return 'broken: norm against bound';
    }
  }
}

/**
 * A feasible problem with some of its restrictions made soft, at penalties far apart, and their sides moved so that many of them cannot or
 * had better not hold.
 */
export function randomSoftProblem(random: Random): Problem {
  let given = randomProblem(random);
  while (!given.feasible) given = randomProblem(random);
  const { problem } = given;
  const penalised = <Kind extends object>(restriction: Kind, moved: () => Kind): Kind => {
    if (random.chance(0.3)) return restriction;
    const penalty = 10 ** random.between(-4, 3);
    return { ...(random.chance(0.4) ? restriction : moved()), penalty };
  };
  const rows = problem.rows.map((row, r) => {
    if (r === 0) return row;
    const by = random.normal() * Math.max(...row.coefficients.map(Math.abs), 0);
    return penalised(row, () => ({ ...row, lower: row.lower + by, upper: row.upper + by }));
  });
  const singles = [...problem.upper.keys()].flatMap((i) => {
    if (!random.chance(0.2)) return [];
    const entries = Array.from(problem.upper, (_, j) => (i === j ? random.between(-2, 2) : 0));
    const [one, other] = [random.normal(), random.chance(0.3) ? Infinity : random.normal()];
    const row = rowOver(entries, Math.min(one, other), Math.max(one, other), `single ${i}`);
    return [{ ...row, penalty: 10 ** random.between(-4, 3) }];
  });
  const less = (bound: number): number => (random.chance(0.4) ? 0 : bound * random.next());
  const norms = problem.norms.map((norm) => penalised(norm, () => ({ ...norm, bound: less(norm.bound) })));
  const tradeLimits = problem.tradeLimits.map((limit) =>
    penalised(limit, () => ({ ...limit, bound: less(limit.bound) })),
  );
  return { ...problem, rows: [...rows, ...singles], norms, tradeLimits };
}
