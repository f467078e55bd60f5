/** The law that every constraint handler keeps: holdings meet what it lowers to exactly when they meet what it checks. */
import { expect } from 'chai';
import fc from 'fast-check';

import type { SymmetricOperator } from '../../src/problem/operator.ts';
import type { Lowered, Tail } from '../../src/problem/problem.ts';
import type { ConstraintHandler, Situation } from '../../src/problem/situation.ts';
import type { UniverseAsset } from '../../src/problem/universe.ts';

const tolerance = 1e-12;
const factorCount = 2;

/** x' Q x by the full matrix, written here so that the test leans on no code of the product. */
function energy(operator: SymmetricOperator, x: Float64Array): number {
  const entry = (row: number, column: number): number => {
    if (operator.kind === 'dense') return operator.entries[row * operator.size + column]!;
    if (operator.kind === 'diagonal') return row === column ? operator.entries[row]! : 0;
    if (operator.kind !== 'factor') throw new Error(`the situations below hold no ${operator.kind} operator`);
    let sum = row === column ? operator.specific[row]! : 0;
    for (let f = 0; f < operator.factors; f += 1) {
      for (let g = 0; g < operator.factors; g += 1) {
        sum +=
          operator.exposures[row * operator.factors + f]! *
          operator.factorCovariance[f * operator.factors + g]! *
          operator.exposures[column * operator.factors + g]!;
      }
    }
    return sum;
  };
  let total = 0;
  for (let row = 0; row < x.length; row += 1) {
    for (let column = 0; column < x.length; column += 1) total += x[row]! * entry(row, column) * x[column]!;
  }
  return total;
}

/** Slack of every lowered restriction as the canonical problem defines it, by its text. Risk in squares, to keep roots out. */
function loweredSlacks(lowered: Lowered, weights: Float64Array): { text: string; slack: number }[] {
  const slacks: { text: string; slack: number }[] = [];
  for (const { position, lower, upper, origin } of lowered.bounds ?? []) {
    slacks.push({ text: origin.text, slack: Math.min(weights[position]! - lower, upper - weights[position]!) });
  }
  for (const { positions, coefficients, lower, upper, origin } of lowered.rows ?? []) {
    const value = positions.reduce((sum, position, index) => sum + coefficients[index]! * weights[position]!, 0);
    slacks.push({ text: origin.text, slack: Math.min(value - lower, upper - value) });
  }
  for (const { operator, centre, bound, origin } of lowered.norms ?? []) {
    const active = weights.map((weight, position) => weight - (centre?.[position] ?? 0));
    slacks.push({ text: origin.text, slack: bound ** 2 - energy(operator, active) });
  }
  for (const { centre, buyRate, sellRate, bound, origin } of lowered.tradeLimits ?? []) {
    const cost = weights.reduce((sum, weight, i) => {
      const trade = weight - centre[i]!;
      return sum + (trade > 0 ? buyRate[i]! * trade : -sellRate[i]! * trade);
    }, 0);
    slacks.push({ text: origin.text, slack: bound - cost });
  }
  for (const tail of lowered.tails ?? [])
    slacks.push({ text: tail.origin.text, slack: tail.bound - tailOf(tail, weights) });
  return [...slacks, ...integerSlacks(lowered, weights), ...shareSlacks(lowered, weights)];
}

/** The measure of loss at weights. The tail mean is the largest mean over all shares of at most p_s / (1 - level) that add up to 1. */
function tailOf({ kind, scenarios, probabilities, level, centre }: Tail, weights: Float64Array): number {
  const n = weights.length;
  const count = scenarios.length / n;
  const results = Array.from({ length: count }, (_, s) =>
    weights.reduce((total, weight, i) => total + scenarios[s * n + i]! * (weight - (centre?.[i] ?? 0)), 0),
  );
  const likely = (s: number): number => probabilities?.[s] ?? 1 / count;
  if (kind === 'mean-absolute-deviation') {
    const mean = results.reduce((total, result, s) => total + likely(s) * result, 0);
    return results.reduce((total, result, s) => total + likely(s) * Math.abs(result - mean), 0);
  }
  const sums = results.reduce((path, result) => [...path, path.at(-1)! + result], [0]);
  const losses = results.map((result, s) =>
    kind === 'cvar' ? -result : Math.max(...sums.slice(0, s + 2)) - sums[s + 1]!,
  );
  let left = 1;
  let total = 0;
  for (const s of losses.map((_, each) => each).sort((a, b) => losses[b]! - losses[a]!)) {
    const share = level === 1 ? left : Math.min(left, likely(s) / (1 - level));
    total += share * losses[s]!;
    left -= share;
  }
  return total;
}

/** Smaller distances are rounding: neither a position nor an odd lot. */
const rounding = 1e-9;

function integerSlacks(
  { domains, lots, counts, concentrations }: Lowered,
  weights: Float64Array,
): { text: string; slack: number }[] {
  const slacks: { text: string; slack: number }[] = [];
  for (const { position, intervals, origin } of domains ?? []) {
    const value = weights[position]!;
    const slack = Math.max(...intervals.map(([lower, upper]) => Math.min(value - lower, upper - value)));
    slacks.push({ text: origin.text, slack });
  }
  for (const { position, base, step, origin } of lots ?? []) {
    const steps = (weights[position]! - base) / step;
    const left = Math.abs(steps - Math.round(steps)) * step;
    slacks.push({ text: origin.text, slack: left <= rounding ? 0 : -left });
  }
  for (const { positions, centre, side, minimum, maximum, origin } of counts ?? []) {
    const distances = Array.from(positions, (position) => {
      const away = weights[position]! - centre[position]!;
      return side === 'either' ? Math.abs(away) : side === 'above' ? away : -away;
    });
    const any = distances.filter((distance) => distance > rounding).length;
    const clear = distances.filter((distance) => distance > 1e-6 - rounding).length;
    slacks.push({ text: origin.text, slack: Math.min(clear - minimum, maximum - any) });
  }
  for (const { groups, threshold, limit, origin } of concentrations ?? []) {
    const held = groups.map((group) => Array.from(group, (position) => weights[position]!).reduce((a, b) => a + b, 0));
    const counted = held.filter((total) => total - threshold > rounding).reduce((a, b) => a + b, 0);
    slacks.push({ text: origin.text, slack: limit - counted });
  }
  return slacks;
}

/** Contributions as halves of what the variance changes: x_i (Q x)_i = (x'Qx + (x_i e_i)'Q(x_i e_i) - (x - x_i e_i)'Q(x - x_i e_i)) / 2. */
function shareSlacks({ riskShares }: Lowered, weights: Float64Array): { text: string; slack: number }[] {
  return (riskShares ?? []).map(({ operator, centre, contribution, lower, upper, origin }) => {
    const active = weights.map((weight, position) => weight - (centre?.[position] ?? 0));
    const variance = energy(operator, active);
    if (!(variance > 0)) return { text: origin.text, slack: Infinity };
    let contributed = 0;
    if (contribution.kind === 'assets')
      for (const position of contribution.positions) {
        const own = active.map((weight, i) => (i === position ? weight : 0));
        const others = active.map((weight, i) => (i === position ? 0 : weight));
        contributed += (variance + energy(operator, own) - energy(operator, others)) / 2;
      }
    else {
      const along = (vector: Float64Array): number => vector.reduce((sum, value, i) => sum + value * active[i]!, 0);
      contributed = along(contribution.exposures) * along(contribution.pull);
    }
    const share = contributed / variance;
    return { text: origin.text, slack: Math.min(share - lower, upper - share) };
  });
}

export const fraction = fc.double({ min: -0.5, max: 1, noNaN: true });
const vectorOf = (n: number): fc.Arbitrary<Float64Array> =>
  fc.array(fraction, { minLength: n, maxLength: n }).map((values) => Float64Array.from(values));

const word = (...words: string[]): fc.Arbitrary<string> => fc.constantFrom(...words);
const asset: fc.Arbitrary<Omit<UniverseAsset, 'id'>> = fc.record({
  assetClass: word('Equity', 'Stocks', 'Bonds', 'Cash'),
  sector: word('Energy', 'Technology', 'Health Care'),
  country: word('US', 'DE'),
  currency: word('USD', 'EUR'),
  issuer: word('One', 'Two'),
  averageDailyValue: fc.double({ min: 0, max: 2, noNaN: true }),
  lotSize: fc.constantFrom(10, 100),
  unitValue: fc.double({ min: 1e-5, max: 1e-3, noNaN: true }),
  characteristics: fc.record({
    yield: fc.double({ min: 0, max: 0.1, noNaN: true }),
    beta: fc.double({ min: -1, max: 2, noNaN: true }),
  }),
  groups: fc.record({ theme: word('Water', 'AI') }),
});

/** The first asset holds the second, and something that only funds hold. */
function withFund(assets: readonly UniverseAsset[]): readonly UniverseAsset[] {
  const [fund, held, ...others] = assets;
  const outside: UniverseAsset = {
    id: 'OUTSIDE',
    sector: 'Utilities',
    country: 'US',
    groups: {},
    characteristics: { yield: 0.3 },
  };
  const holdings = [
    { asset: held!, weight: 0.5 },
    { asset: outside, weight: 0.2 },
  ];
  return [{ ...fund!, holdings }, held!, ...others];
}

/** A situation with a covariance that is dense or a factor model, positive semidefinite by construction. */
const situations: fc.Arbitrary<Situation> = fc.integer({ min: 2, max: 9 }).chain((n) =>
  fc
    .record({
      assets: fc.array(asset, { minLength: n, maxLength: n }),
      current: vectorOf(n),
      benchmark: vectorOf(n),
      exposures: vectorOf(n * factorCount),
      specific: vectorOf(n),
      dense: fc.boolean(),
      scenarios: fc.integer({ min: 1, max: 6 }).chain((count) => vectorOf(count * n)),
    })
    .map(({ assets, current, benchmark, exposures, specific, dense, scenarios }): Situation => {
      const model = {
        kind: 'factor',
        size: n,
        factors: factorCount,
        exposures,
        factorCovariance: Float64Array.of(0.04, 0.01, 0.01, 0.02),
        specific: specific.map((value) => value ** 2),
      } as const;
      const basis = (i: number, j: number): Float64Array =>
        Float64Array.from({ length: n }, (_, k) => (k === i || k === j ? 1 : 0));
      const entries = Float64Array.from({ length: n * n }, (_, index) => {
        const [i, j] = [Math.floor(index / n), index % n];
        const own = (k: number): number => energy(model, basis(k, k));
        return i === j ? own(i) : (energy(model, basis(i, j)) - own(i) - own(j)) / 2;
      });
      return {
        universe: { assets: withFund(assets.map((each, index) => ({ id: `A${String(index)}`, ...each }))) },
        current,
        cashCurrent: 1 - current.reduce((sum, weight) => sum + weight, 0),
        benchmark,
        covariance: dense ? { kind: 'dense', size: n, entries } : model,
        factors: { names: ['Value', 'Size'], exposures },
        scenarios: { count: scenarios.length / n, returns: scenarios, periodsPerYear: 12, isPath: true },
      };
    }),
);

export const range = fc.tuple(fraction, fraction, fc.constantFrom('min', 'max', 'both')).map(([a, b, sides]) => ({
  ...(sides === 'max' ? {} : { min: Math.min(a, b) }),
  ...(sides === 'min' ? {} : { max: Math.max(a, b) }),
}));
/** A range that may be relative and may look through funds. */
export const relativeRange = fc
  .tuple(range, fc.constantFrom(undefined, 'none' as const, 'benchmark' as const, 'current' as const), fc.boolean())
  .map(([sides, relativeTo, lookThrough]) => ({
    ...sides,
    lookThrough,
    ...(relativeTo === undefined ? {} : { relativeTo }),
  }));
export const limit = fc.double({ min: 0, max: 1.5, noNaN: true });
export const period = fc.constantFrom('annual' as const, 'monthly' as const, 'daily' as const);
export const selection = fc.record({
  assets: fc.constant(['A0']),
  sectors: fc.constant(['Energy']),
  countries: fc.constant(['DE']),
});

export interface Law {
  readonly type: string;
  readonly property: fc.IProperty<unknown>;
}

/** The law of one handler, for all that it admits: holdings meet what it lowers to exactly when they meet what it checks. */
export function law<Parameters>(handler: ConstraintHandler<Parameters>, parameters: fc.Arbitrary<Parameters>): Law {
  const inputs = situations.chain((situation) =>
    fc.record({
      situation: fc.constant(situation),
      parameters,
      weights: fc.oneof(
        vectorOf(situation.current.length),
        fc.constant(situation.current),
        fc.constant(situation.benchmark!),
      ),
    }),
  );
  const property = fc.property(inputs, ({ situation, parameters: chosen, weights }) => {
    fc.pre(handler.admit(chosen, situation).length === 0);
    const holdings = { weights, cash: 1 - weights.reduce((sum, weight) => sum + weight, 0) };
    // A handler that makes restrictions of several kinds may tell them in another order.
    const byText = (one: { readonly text: string }, other: { readonly text: string }): number =>
      one.text < other.text ? -1 : one.text > other.text ? 1 : 0;
    const lowered = loweredSlacks(
      handler.lower(chosen, situation, (text) => ({ constraint: 'c', name: 'c', text, priority: 0 })),
      weights,
    ).sort(byText);
    const checked = handler.check(chosen, holdings, situation).toSorted(byText);
    expect(checked.map(({ text }) => text)).to.deep.equal(lowered.map(({ text }) => text));
    for (const [index, { text, slack, value, lower, upper }] of checked.entries()) {
      expect(slack).to.equal(Math.min(value - lower, upper - value));
      const expected = lowered[index]!.slack;
      if (expected >= 0) expect(slack, `lowered holds, checked fails: ${text}`).to.be.at.least(-tolerance);
      if (slack >= 0) expect(expected, `checked holds, lowered fails: ${text}`).to.be.at.least(-tolerance);
    }
  });
  return { type: handler.type, property };
}
