/** Problems for tests: a seeded source of randomness, small builders, and the canonical shapes that timings speak of. */
import type { SymmetricOperator } from '../../src/problem/operator.ts';
import type { Norm, Objective, Origin, Problem, Row, TradeLimit } from '../../src/problem/problem.ts';
import { compose } from '../../src/problem/problem.ts';
import type { Universe } from '../../src/problem/universe.ts';

/** Uniform and normal numbers from a seed (mulberry32); the same on every machine. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  vector(n: number, entry: (i: number) => number): Float64Array {
    return Float64Array.from({ length: n }, (_, i) => entry(i));
  }
}

export function universeOf(n: number): Universe {
  return { assets: Array.from({ length: n }, (_, i) => ({ id: `A${i}`, groups: {} })) };
}

export function originOf(constraint: string, text = constraint): Origin {
  return { constraint, name: constraint, text, priority: 0 };
}

export function denseOperator(rows: readonly (readonly number[])[]): SymmetricOperator {
  return { kind: 'dense', size: rows.length, entries: Float64Array.from(rows.flat()) };
}

export function rowOver(coefficients: ArrayLike<number>, lower: number, upper: number, constraint = 'row'): Row {
  const all = Array.from(coefficients);
  const positions = all.map((_, i) => i).filter((i) => all[i] !== 0);
  return {
    positions: Int32Array.from(positions),
    coefficients: Float64Array.from(positions, (i) => all[i]!),
    lower,
    upper,
    origin: originOf(constraint),
  };
}

export function budgetRow(n: number, total = 1): Row {
  return rowOver(new Float64Array(n).fill(1), total, total, 'budget');
}

export interface ProblemParts {
  readonly rows?: readonly Row[];
  readonly norms?: readonly Norm[];
  readonly tradeLimits?: readonly TradeLimit[];
  readonly lower?: number | ArrayLike<number>;
  readonly upper?: number | ArrayLike<number>;
}

/** Budget 1 and long-only unless `parts` says otherwise. */
export function problemOf(n: number, objective: Partial<Objective>, parts: ProblemParts = {}): Problem {
  const side = (value: number | ArrayLike<number> | undefined, otherwise: number, i: number): number =>
    value === undefined ? otherwise : typeof value === 'number' ? value : value[i]!;
  const origin = originOf('bounds');
  const bounds = Array.from({ length: n }, (_, position) => ({
    position,
    lower: side(parts.lower, 0, position),
    upper: side(parts.upper, Infinity, position),
    origin,
  })).filter((bound) => bound.lower > -Infinity || bound.upper < Infinity);
  return compose(universeOf(n), { quadratics: [], linear: new Float64Array(n), ...objective }, [
    { bounds, rows: parts.rows ?? [budgetRow(n)], norms: parts.norms ?? [], tradeLimits: parts.tradeLimits ?? [] },
  ]);
}

/** A factor risk model with capitalization weights: market factor, sectors, specific risk 15 % to 40 %. */
export function riskModel(n: number, k: number, random: Random) {
  const sectors = Int32Array.from({ length: n }, () => random.integer(0, 10));
  const exposures = random.vector(n * k, (p) => (p % k === 0 ? 1 + 0.3 * random.normal() : 0.6 * random.normal()));
  const deviations = random.vector(k, (j) =>
    j === 0 ? 0.16 : 0.02 + (0.06 * random.next()) / Math.sqrt(1 + 0.1 * (j - 1)),
  );
  const draws = random.vector(k * 4 * k, () => random.normal());
  const factorCovariance = new Float64Array(k * k);
  const product = (a: number, b: number): number => {
    let total = 0;
    for (let t = 0; t < 4 * k; t++) total += draws[a * 4 * k + t]! * draws[b * 4 * k + t]!;
    return total;
  };
  for (let a = 0; a < k; a++)
    for (let b = 0; b < k; b++)
      factorCovariance[a * k + b] =
        (product(a, b) / Math.sqrt(product(a, a) * product(b, b))) * deviations[a]! * deviations[b]!;
  const specific = random.vector(n, () => random.between(0.15, 0.4) ** 2);
  const capitalization = random.vector(n, () => Math.exp(1.4 * random.normal()));
  const total = capitalization.reduce((sum, value) => sum + value, 0);
  const operator: SymmetricOperator = { kind: 'factor', size: n, factors: k, exposures, factorCovariance, specific };
  return { operator, sectors, market: capitalization.map((value) => value / total) };
}

/** Q x for a factor operator, written out. */
function factorTimes(operator: SymmetricOperator & { kind: 'factor' }, x: Float64Array): Float64Array {
  const { size: n, factors: k, exposures, factorCovariance, specific } = operator;
  const held = new Float64Array(k);
  for (let i = 0; i < n; i++) for (let j = 0; j < k; j++) held[j] = held[j]! + exposures[i * k + j]! * x[i]!;
  const risk = held.map((_, a) => held.reduce((sum, value, b) => sum + factorCovariance[a * k + b]! * value, 0));
  return x.map((value, i) => specific[i]! * value + risk.reduce((sum, r, j) => sum + exposures[i * k + j]! * r, 0));
}

const riskAversion = 5;

/** Cases a50, a500, a2000: sample covariance of 2n draws, long-only, at most 10 % each. */
export function denseCase(n: number): Problem {
  const random = new Random(1000 + n);
  const k = Math.max(5, Math.min(40, Math.floor(n / 5)));
  const { operator, market } = riskModel(n, k, random);
  const model = operator;
  const entries = sampleCovariance(model, 2 * n, random);
  const pull = factorTimes(model, market);
  const linear = pull.map((value) => 3 * value + 0.02 * random.normal());
  const covariance: SymmetricOperator = { kind: 'dense', size: n, entries };
  return problemOf(n, { quadratics: [{ scale: riskAversion, operator: covariance }], linear }, { upper: 0.1 });
}

/** Covariance of `count` normal draws from a factor model, mean known to be zero. */
export function sampleCovariance(
  model: SymmetricOperator & { kind: 'factor' },
  count: number,
  random: Random,
): Float64Array {
  const { size: n, factors: k, exposures, factorCovariance, specific } = model;
  const root = new Float64Array(k * k);
  for (let a = 0; a < k; a++)
    for (let b = 0; b <= a; b++) {
      let s = factorCovariance[a * k + b]!;
      for (let c = 0; c < b; c++) s -= root[a * k + c]! * root[b * k + c]!;
      root[a * k + b] = a === b ? Math.sqrt(s) : s / root[b * k + b]!;
    }
  const draws: Float64Array[] = Array.from({ length: n }, () => new Float64Array(count));
  for (let t = 0; t < count; t++) {
    const shocks = random.vector(k, () => random.normal());
    const factors = shocks.map((_, a) => {
      let s = 0;
      for (let b = 0; b <= a; b++) s += root[a * k + b]! * shocks[b]!;
      return s;
    });
    for (let i = 0; i < n; i++) {
      let s = Math.sqrt(specific[i]!) * random.normal();
      for (let j = 0; j < k; j++) s += exposures[i * k + j]! * factors[j]!;
      draws[i]![t] = s;
    }
  }
  const entries = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let s = 0;
      for (let t = 0; t < count; t++) s += draws[i]![t]! * draws[j]![t]!;
      entries[i * n + j] = s / count;
      entries[j * n + i] = s / count;
    }
  return entries;
}

/** Cases b500x20 ... b10000x70: factor model, at most 5 % each, 11 sector bands, linear trading cost of 5 to 20 bp. */
export function factorCase(n: number, k: number): Problem {
  const random = new Random(2000 + n + k);
  const { operator, sectors, market } = riskModel(n, k, random);
  const linear = factorTimes(operator, market).map((value) => 3 * value + 0.02 * random.normal());
  const capped = cappedWeights(market, 0.045);
  const tilted = capped.map((value) => (random.chance(0.35) ? value * Math.exp(0.5 * random.normal()) : 0));
  const current = cappedWeights(tilted, 0.05);
  const rate = random.vector(n, () => random.between(0.0005, 0.002));
  const rows = [budgetRow(n)];
  for (let sector = 0; sector < 11; sector++) {
    const members = Float64Array.from(sectors, (value) => (value === sector ? 1 : 0));
    const share = capped.reduce((sum, value, i) => sum + value * members[i]!, 0);
    rows.push(rowOver(members, Math.max(share - 0.05, 0), share + 0.05, `sector ${sector}`));
  }
  const trading = { current, buyRate: rate, sellRate: rate };
  return problemOf(n, { quadratics: [{ scale: riskAversion, operator }], linear, trading }, { rows, upper: 0.05 });
}

function cappedWeights(weights: Float64Array, cap: number): Float64Array {
  let result = weights;
  for (let pass = 0; pass < 50; pass++) {
    const total = result.reduce((sum, value) => sum + value, 0);
    result = result.map((value) => Math.min(value / total, cap));
  }
  const total = result.reduce((sum, value) => sum + value, 0);
  return result.map((value) => value / total);
}
