/** Pairs of constraints that arithmetic decides: they are told to contradict each other exactly when they do. */
import { expect } from 'chai';
import fc from 'fast-check';

import { contradictions } from '../../src/constraints/contradictions.ts';
import type { Bound, Count, Domain, Lowered, Row, TradeLimit } from '../../src/problem/problem.ts';
import { originOf, universeOf } from '../support/problems.ts';

const n = 4;
const universe = universeOf(n);
const seed = 20_261_122;
const everyone = [...universe.assets.keys()];

/** Multiples of 0.05, so that what is not decided by more than 1e-6 is met exactly. */
const step = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: Math.round(min * 20), max: Math.round(max * 20) }).map((k) => k / 20);
const vector = (min: number, max: number): fc.Arbitrary<number[]> =>
  fc.array(step(min, max), { minLength: n, maxLength: n });
const interval = (min: number, max: number): fc.Arbitrary<readonly [number, number]> =>
  fc.tuple(step(min, max), step(min, max)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
const intervals = (min: number, max: number) => fc.array(interval(min, max), { minLength: n, maxLength: n });

const bound = (position: number, [lower, upper]: readonly [number, number]): Bound => ({
  position,
  lower,
  upper,
  origin: originOf(`bound ${String(position)}`),
});
const row = (coefficients: readonly number[], [lower, upper]: readonly [number, number], text = 'row'): Row => {
  const positions = everyone.filter((i) => coefficients[i] !== 0);
  const entries = Float64Array.from(positions, (i) => coefficients[i]!);
  return { positions: Int32Array.from(positions), coefficients: entries, lower, upper, origin: originOf(text) };
};
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
/** Above by more than what rounding makes. */
const above = (one: number, other: number): boolean => one > other + 1e-6;

const toldOf = (parts: readonly Lowered[]): readonly (readonly string[])[] =>
  contradictions(
    parts.map((lowered, k) => ({ id: String(k), name: 'c', field: 'f', lowered })),
    universe,
  ).map(({ constraints }) => constraints);

/** Told exactly when it is so, often one and often the other. */
function decides<Drawn>(
  drawn: fc.Arbitrary<Drawn>,
  stated: (value: Drawn) => readonly Lowered[],
  isContradiction: (value: Drawn) => boolean,
): void {
  const seen = [0, 0];
  fc.assert(
    fc.property(drawn, (value) => {
      const expected = isContradiction(value);
      expect(toldOf(stated(value)).length > 0).to.equal(expected);
      seen[Number(expected)]! += 1;
    }),
    { numRuns: 400, seed },
  );
  expect(Math.min(...seen)).to.be.above(20);
}

/** Least and most of coefficients times weights within intervals. */
const reach = (
  coefficients: readonly number[],
  within: readonly (readonly [number, number])[],
): readonly [number, number] => [
  sum(coefficients.map((c, i) => Math.min(c * within[i]![0], c * within[i]![1]))),
  sum(coefficients.map((c, i) => Math.max(c * within[i]![0], c * within[i]![1]))),
];

describe('pairs of constraints are told to contradict each other exactly when they do', () => {
  it('two bounds of an asset', () =>
    decides(
      fc.tuple(interval(-0.5, 1), interval(-0.5, 1), fc.nat(n - 1)),
      ([one, other, position]) => [{ bounds: [bound(position, one)] }, { bounds: [bound(position, other)] }],
      ([one, other]) => above(one[0], other[1]) || above(other[0], one[1]),
    ));

  it('bounds and a row', () =>
    decides(
      fc.tuple(intervals(-0.3, 0.5), fc.constantFrom([1, 1, 1, 1], [1, 2, 0, -1], [-1, -1, -1, -1]), interval(-2, 2)),
      ([within, coefficients, range]) => [
        { bounds: within.map((each, i) => bound(i, each)) },
        { rows: [row(coefficients, range)] },
      ],
      ([within, coefficients, [lower, upper]]) => {
        const [least, most] = reach(coefficients, within);
        return above(least, upper) || above(lower, most);
      },
    ));

  it('a row and a multiple of it', () =>
    decides(
      fc.tuple(
        interval(-1, 1),
        interval(-1, 1),
        fc.constantFrom(1, 2.5, -1, -0.5),
        fc.constantFrom([1, 0, 3, -1], [0, 0.1, 0.2, 0.3]),
      ),
      ([one, other, factor, coefficients]) => [
        { rows: [row(coefficients, one)] },
        {
          rows: [
            row(
              coefficients.map((c) => factor * c),
              factor > 0 ? [factor * other[0], factor * other[1]] : [factor * other[1], factor * other[0]],
            ),
          ],
        },
      ],
      ([one, other]) => above(one[0], other[1]) || above(other[0], one[1]),
    ));

  it('rows that are alike but for a coefficient are not taken for multiples', () => {
    const [one, other] = [row([1, 1, 0, 1], [0.5, 1]), row([1, 1, 0, 1.001], [1.5, 2])];
    expect(toldOf([{ rows: [one] }, { rows: [other] }])).to.deep.equal([]);
    expect(toldOf([{ rows: [one] }, { rows: [row([1, 0, 1, 1], [1.5, 2])] }])).to.deep.equal([]);
    expect(toldOf([{ rows: [one] }, { rows: [row([1, 1, 0, 1], [1.5, 2])] }])).to.deep.equal([['0', '1']]);
  });

  it('limits on parts and the sum of all that is held long', () =>
    decides(
      fc.tuple(interval(0, 0.7), interval(0, 0.7), interval(0.4, 1.2)),
      ([one, other, range]) => [
        { bounds: everyone.map((i) => bound(i, [0, Infinity])) },
        { rows: [row([1, 1, 0, 0], one, 'first'), row([0, 0, 1, 1], other, 'second')] },
        { rows: [row([1, 1, 1, 1], range, 'all')] },
      ],
      ([one, other, [lower, upper]]) => above(one[0] + other[0], upper) || above(lower, one[1] + other[1]),
    ));

  it('limits on multiples of parts that share an asset, and the sum of all that is held long', () =>
    decides(
      fc.tuple(step(0, 1), step(0, 1), step(0, 1.2), fc.constantFrom(0.5, 1, 2.5)),
      ([one, other, most, factor]) => [
        { bounds: everyone.map((i) => bound(i, [0, Infinity])) },
        {
          rows: [
            row([factor, factor, 0, 0], [factor * one, Infinity], 'first'),
            row([0, factor, factor, 0], [factor * other, Infinity], 'second'),
          ],
        },
        { rows: [row([1, 1, 1, 1], [-Infinity, most], 'all')] },
      ],
      // What is shared counts in both.
      ([one, other, most]) => above(Math.max(one, other), most),
    ));

  it('bounds and a row in the words of the row, of cash in those of what is invested', () => {
    const why = (each: readonly [number, number], coefficient: number, range: readonly [number, number]): string => {
      const within = { bounds: everyone.map((i) => bound(i, each)) };
      const sums = {
        rows: [
          row(
            everyone.map(() => coefficient),
            range,
          ),
        ],
      };
      const stated = [within, sums].map((lowered, k) => ({ id: String(k), name: 'c', field: 'f', lowered }));
      return contradictions(stated, universe)[0]!.description.replace(/^.*: /, '');
    };
    expect(why([0, 0.2], 1, [1, 1])).to.equal('the sum can be at most 0.8, and 1 is needed');
    expect(why([0.2, 1], 1, [0, 0.5])).to.equal('the sum can be at least 0.8, and 0.5 is needed');
    expect(why([0, 0.2], -1, [-1, -1])).to.equal('the sum can be at most 0.8, and 1 is needed');
    expect(why([0.2, 1], -1, [-0.5, 0])).to.equal('the sum can be at least 0.8, and 0.5 is needed');
  });

  it('a limit on trades and bounds', () =>
    decides(
      fc.tuple(intervals(-0.2, 0.5), vector(0, 0.4), vector(0, 1), vector(0, 1), step(0, 0.3)),
      ([within, held, buys, sells, most]) => [
        { bounds: within.map((each, i) => bound(i, each)) },
        { tradeLimits: [tradeLimit(held, buys, sells, most)] },
      ],
      ([within, held, buys, sells, most]) =>
        above(
          sum(
            within.map(
              ([lower, upper], i) =>
                buys[i]! * Math.max(lower - held[i]!, 0) + sells[i]! * Math.max(held[i]! - upper, 0),
            ),
          ),
          most,
        ),
    ));

  it('a limit on trades and a row', () =>
    decides(
      fc.tuple(
        vector(0, 0.4),
        vector(0.05, 1),
        vector(0.05, 1),
        step(0, 0.2),
        interval(-1, 2),
        fc.constantFrom([1, 1, 1, 1], [0, 2, -1, 0]),
      ),
      ([held, buys, sells, most, range, coefficients]) => [
        { rows: [row(coefficients, range)] },
        { tradeLimits: [tradeLimit(held, buys, sells, most)] },
      ],
      ([held, buys, sells, most, [lower, upper], coefficients]) => {
        // The whole budget goes where a unit of it moves the row most.
        const moved = (isUp: boolean): number =>
          Math.max(
            ...everyone.map((i) => Math.abs(coefficients[i]!) / (coefficients[i]! > 0 === isUp ? buys[i]! : sells[i]!)),
          );
        const now = sum(coefficients.map((c, i) => c * held[i]!));
        return above(lower, now + most * moved(true)) || above(now - most * moved(false), upper);
      },
    ));

  it('a count and bounds', () =>
    decides(
      fc.tuple(
        intervals(-0.1, 0.1),
        fc.constantFrom(0, 0.05),
        fc.constantFrom(...(['either', 'above', 'below'] as const)),
        fc.nat(n),
        fc.nat(n),
      ),
      ([within, centre, side, one, other]) => [
        { bounds: within.map((each, i) => bound(i, each)) },
        { counts: [count(side, Math.min(one, other), Math.max(one, other), centre)] },
      ],
      ([within, centre, side, one, other]) => {
        const [can, must] = [0, 1].map(
          (k) =>
            within.filter(([lower, upper]) => {
              const up = side !== 'below' && (k === 0 ? upper > centre : lower > centre);
              const down = side !== 'above' && (k === 0 ? lower < centre : upper < centre);
              return up || down;
            }).length,
        );
        return Math.min(one, other) > can! || must! > Math.max(one, other);
      },
    ));

  it('two counts of which one is part of the other', () =>
    decides(
      fc.tuple(fc.nat(4), fc.nat(4), fc.nat(2), fc.nat(2)),
      ([one, other, few, many]) => [
        { counts: [count('either', Math.min(one, other), Math.max(one, other))] },
        {
          counts: [count('either', Math.min(few, many), Math.max(few, many), 0, [0, 1]), count('either', 0, 1, 0, [2])],
        },
      ],
      // Of the others, one more of the pair at most and whatever 3 is.
      ([one, other, few, many]) =>
        Math.min(few, many) > Math.max(one, other) || Math.max(few, many) + 1 + 1 < Math.min(one, other),
    ));

  it('few names, each within its bounds, and a row', () =>
    decides(
      fc.tuple(vector(0, 0.5), fc.nat(n - 1), fc.constantFrom([1, 1, 1, 1], [1, 2, -1, 0]), interval(-1, 2)),
      ([most, names, coefficients, range]) => [
        { bounds: most.map((each, i) => bound(i, [0, each])) },
        { counts: [count('either', 0, names)] },
        { rows: [row(coefficients, range)] },
      ],
      ([most, names, coefficients, [lower, upper]]) => {
        const largest = (gains: readonly number[]): number =>
          sum(
            gains
              .map((gain) => Math.max(gain, 0))
              .sort((a, b) => b - a)
              .slice(0, names),
          );
        const gains = coefficients.map((c, i) => c * most[i]!);
        return above(lower, largest(gains)) || above(-largest(gains.map((gain) => -gain)), upper);
      },
    ));

  it('many names, each of a least size, and a sum', () =>
    decides(
      fc.tuple(vector(0.05, 0.5), fc.nat(n), step(0, 1)),
      ([sizes, names, most]) => [
        { bounds: everyone.map((i) => bound(i, [0, Infinity])) },
        { domains: sizes.map((size, i) => domain(i, size)) },
        { counts: [count('above', names, n)] },
        { rows: [row([1, 1, 1, 1], [-Infinity, most])] },
      ],
      ([sizes, names, most]) => above(sum(sizes.toSorted((a, b) => a - b).slice(0, names)), most),
    ));

  it('gaps and bounds', () =>
    decides(
      fc.tuple(interval(-0.5, 0.5), step(0.05, 0.5), fc.nat(n - 1)),
      ([range, size, position]) => [{ bounds: [bound(position, range)] }, { domains: [domain(position, size)] }],
      ([[lower, upper], size]) => (above(lower, 0) && above(size, upper)) || (above(0, upper) && above(size, -lower)),
    ));
});

function tradeLimit(
  centre: readonly number[],
  buys: readonly number[],
  sells: readonly number[],
  most: number,
): TradeLimit {
  return {
    centre: Float64Array.from(centre),
    buyRate: Float64Array.from(buys),
    sellRate: Float64Array.from(sells),
    bound: most,
    origin: originOf('trades'),
  };
}

function count(side: Count['side'], minimum: number, maximum: number, centre = 0, among = everyone): Count {
  const positions = Int32Array.from(among);
  return { positions, centre: new Float64Array(n).fill(centre), side, minimum, maximum, origin: originOf('count') };
}

/** Nothing, or at least so much, long or short. */
function domain(position: number, size: number): Domain {
  const ranges = [
    [-Infinity, -size],
    [0, 0],
    [size, Infinity],
  ] as const;
  return { position, intervals: ranges, origin: originOf(`gap ${String(position)}`) };
}
