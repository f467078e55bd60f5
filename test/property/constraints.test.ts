import { expect } from 'chai';
import fc from 'fast-check';

import { allOrNone } from '../../src/constraints/all-or-none.ts';
import { assetClass } from '../../src/constraints/asset-class.ts';
import { bounds } from '../../src/constraints/bounds.ts';
import { budget } from '../../src/constraints/budget.ts';
import { builtInConstraints } from '../../src/constraints/built-in.ts';
import { cash } from '../../src/constraints/cash.ts';
import { country } from '../../src/constraints/country.ts';
import { exclusion } from '../../src/constraints/exclusion.ts';
import { factorExposure } from '../../src/constraints/factor-exposure.ts';
import { group } from '../../src/constraints/group.ts';
import { holdingMinimum } from '../../src/constraints/holding-minimum.ts';
import { linearText } from '../../src/constraints/linear-text.ts';
import { linear } from '../../src/constraints/linear.ts';
import { names } from '../../src/constraints/names.ts';
import { noBuy } from '../../src/constraints/no-buy.ts';
import { noSell } from '../../src/constraints/no-sell.ts';
import { roundLots } from '../../src/constraints/round-lots.ts';
import { sector } from '../../src/constraints/sector.ts';
import { tradeMinimum } from '../../src/constraints/trade-minimum.ts';
import { trackingError } from '../../src/constraints/tracking-error.ts';
import { trades } from '../../src/constraints/trades.ts';
import { turnover } from '../../src/constraints/turnover.ts';
import { volatility } from '../../src/constraints/volatility.ts';
import type { SymmetricOperator } from '../../src/problem/operator.ts';
import type { Lowered } from '../../src/problem/problem.ts';
import type { ConstraintHandler, Situation } from '../../src/problem/situation.ts';
import type { UniverseAsset } from '../../src/problem/universe.ts';

const tolerance = 1e-12;
const factorCount = 2;

/** x' Q x by the full matrix, written here so that the test leans on no code of the product. */
function energy(operator: SymmetricOperator, x: Float64Array): number {
  const entry = (row: number, column: number): number => {
    if (operator.kind === 'dense') return operator.entries[row * operator.size + column]!;
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
  return [...slacks, ...integerSlacks(lowered, weights)];
}

/** Smaller distances are rounding: neither a position nor an odd lot. */
const rounding = 1e-9;

function integerSlacks({ domains, lots, counts }: Lowered, weights: Float64Array): { text: string; slack: number }[] {
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
  return slacks;
}

const fraction = fc.double({ min: -0.5, max: 1, noNaN: true });
const vectorOf = (n: number): fc.Arbitrary<Float64Array> =>
  fc.array(fraction, { minLength: n, maxLength: n }).map((values) => Float64Array.from(values));

const word = (...words: string[]): fc.Arbitrary<string> => fc.constantFrom(...words);
const asset: fc.Arbitrary<Omit<UniverseAsset, 'id'>> = fc.record({
  assetClass: word('Equity', 'Stocks', 'Bonds', 'Cash'),
  sector: word('Energy', 'Technology', 'Health Care'),
  country: word('US', 'DE'),
  groups: fc.record({ theme: word('Water', 'AI') }),
});

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
    })
    .map(({ assets, current, benchmark, exposures, specific, dense }): Situation => {
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
        universe: { assets: assets.map((each, index) => ({ id: `A${String(index)}`, ...each })) },
        current,
        cashCurrent: 1 - current.reduce((sum, weight) => sum + weight, 0),
        benchmark,
        covariance: dense ? { kind: 'dense', size: n, entries } : model,
        factors: { names: ['Value', 'Size'], exposures },
      };
    }),
);

const range = fc.tuple(fraction, fraction, fc.constantFrom('min', 'max', 'both')).map(([a, b, sides]) => ({
  ...(sides === 'max' ? {} : { min: Math.min(a, b) }),
  ...(sides === 'min' ? {} : { max: Math.max(a, b) }),
}));
const limit = fc.double({ min: 0, max: 1.5, noNaN: true });
const period = fc.constantFrom('annual' as const, 'monthly' as const, 'daily' as const);
const selection = fc.record({
  assets: fc.constant(['A0']),
  sectors: fc.constant(['Energy']),
  countries: fc.constant(['DE']),
});

interface Law {
  readonly type: string;
  readonly property: fc.IProperty<unknown>;
}

/** The law of one handler, for all that it admits: holdings meet what it lowers to exactly when they meet what it checks. */
function law<Parameters>(handler: ConstraintHandler<Parameters>, parameters: fc.Arbitrary<Parameters>): Law {
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
    const lowered = loweredSlacks(
      handler.lower(chosen, situation, (text) => ({ constraint: 'c', name: 'c', text, priority: 0 })),
      weights,
    );
    const checked = handler.check(chosen, holdings, situation);
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

const size = fc.double({ min: 0.01, max: 0.3, noNaN: true });
const countRange = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })).map(([a, b]) => ({
  min: Math.min(a, b),
  max: Math.max(a, b),
}));

const laws: readonly Law[] = [
  law(allOrNone, fc.record({ assets: fc.record({ A0: size, A1: size.map((value) => -value) }) })),
  law(assetClass, fc.record({ Equities: range, Cash: range })),
  law(
    bounds,
    fc.record({
      relativeTo: fc.constantFrom('none', 'benchmark', 'current'),
      all: range,
      assets: fc.record({ A1: range }),
    }),
  ),
  law(budget, range),
  law(cash, range),
  law(country, fc.record({ US: range })),
  law(exclusion, selection),
  law(
    factorExposure,
    fc.record({
      exposures: fc.record({ Value: range, Size: range }),
      relativeTo: fc.constantFrom('none', 'benchmark'),
    }),
  ),
  law(group, fc.record({ taxonomy: fc.constant('theme'), limits: fc.record({ Water: range, AI: range }) })),
  law(holdingMinimum, fc.record({ min: size })),
  law(
    linear,
    fc
      .tuple(fc.record({ A0: fraction, A1: fraction }), range)
      .map(([coefficients, sides]) => ({ coefficients, ...sides })),
  ),
  law(
    linearText,
    fc
      .constantFrom(
        'Equity >= 2 * Bond',
        '10 % <= Technology + "Health Care" <= 60 %',
        'Cash <= 20 %',
        'A0 - A1 = 0',
        '-(US - 3*DE)/4 <= theme:AI - 0.25 * (1 - Cash)',
      )
      .map((expression) => ({ expression })),
  ),
  law(
    names,
    fc.oneof(
      countRange,
      countRange.map((sides) => ({ ...sides, of: { assets: ['A0', 'A1'] } })),
    ),
  ),
  law(noBuy, selection),
  law(noSell, selection),
  law(
    roundLots,
    fc.record({ lots: fc.record({ A0: size, A1: size }), relativeTo: fc.constantFrom('none', 'current') }),
  ),
  law(sector, fc.record({ Energy: range, 'Health Care': range })),
  law(trackingError, fc.record({ max: limit, period, definition: fc.constant('ex-ante' as const) })),
  law(tradeMinimum, fc.record({ min: size, of: fc.constantFrom({ assets: ['A1'] }, { assets: ['A0', 'A1'] }) })),
  law(
    trades,
    fc
      .tuple(countRange, fc.constantFrom('all' as const, 'buys' as const, 'sells' as const))
      .map(([sides, side]) => ({ ...sides, side })),
  ),
  law(
    turnover,
    fc.record({
      definition: fc.constantFrom('half-sum', 'one-way-buy', 'one-way-sell', 'gross', 'per-asset', 'average'),
      max: limit,
    }),
  ),
  law(volatility, fc.record({ max: limit, period })),
];

describe('what a handler lowers to and what it checks say the same', () => {
  it('for every built-in handler', () => {
    expect(laws.map(({ type }) => type)).to.deep.equal(builtInConstraints.map(({ type }) => type));
  });

  for (const { type, property } of laws) {
    it(`for ${type}, on random holdings`, () => {
      fc.assert(property, { numRuns: 300, seed: 20260101 });
    });
  }
});
