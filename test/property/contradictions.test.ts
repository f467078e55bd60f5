import { expect } from 'chai';
import fc from 'fast-check';

import { contradictions } from '../../src/constraints/contradictions.ts';
import type { LoweredConstraint } from '../../src/constraints/contradictions.ts';
import { compose } from '../../src/problem/problem.ts';
import type { Bound, Count, Domain, Lot, Lowered, Row, TradeLimit } from '../../src/problem/problem.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { driving } from '../support/solving.ts';

const n = 6;
const seed = 20260101;
const universe = { assets: Array.from({ length: n }, (_, i) => ({ id: `A${String(i)}`, groups: {} })) };
const origin = { constraint: 'c', name: 'c', text: 'c', priority: 0 };

/** Weights in steps of a hundredth, many of them 0, so that bounds are met exactly. */
const weight = fc.oneof(
  fc.constant(0),
  fc.integer({ min: -50, max: 100 }).map((percent) => percent / 100),
);
const vector = fc.array(weight, { minLength: n, maxLength: n }).map((values) => Float64Array.from(values));
const room = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(Infinity));
const some = fc.subarray([...universe.assets.keys()], { minLength: 1 }).map((positions) => Int32Array.from(positions));

type Restrictions = fc.Arbitrary<Lowered>;

/** Restrictions that the given weights meet, with room to spare or none. */
function metBy(w: Float64Array): Restrictions {
  const rowOn = (positions: Int32Array, coefficients: Float64Array, below: number, above: number): Row => {
    const value = positions.reduce((sum, position, k) => sum + coefficients[k]! * w[position]!, 0);
    return { positions, coefficients, lower: value - below, upper: value + above, origin };
  };
  const bounds: Restrictions = fc
    .array(fc.tuple(fc.nat(n - 1), room, room), { minLength: 1, maxLength: 6 })
    .map((all) => ({
      bounds: all.map(([position, below, above]): Bound => ({
        position,
        lower: w[position]! - below,
        upper: w[position]! + above,
        origin,
      })),
    }));
  const rows: Restrictions = fc
    .array(fc.tuple(some, fc.constantFrom(1, 1, -1, 2.5), fc.boolean(), room, room), { minLength: 1, maxLength: 4 })
    .map((all) => ({
      rows: all.map(([positions, factor, isEven, below, above]) => {
        const coefficients = Float64Array.from(positions, (_, k) => factor * (isEven ? 1 : (k % 3) - 0.5));
        return rowOn(positions, coefficients, below, above);
      }),
    }));
  const trades: Restrictions = fc.tuple(vector, vector, vector, room).map(([centre, buys, sells, above]) => {
    const [buyRate, sellRate] = [buys.map(Math.abs), sells.map(Math.abs)];
    const cost = w.reduce((sum, each, i) => {
      const trade = each - centre[i]!;
      return sum + (trade > 0 ? buyRate[i]! * trade : -sellRate[i]! * trade);
    }, 0);
    const limit: TradeLimit = { centre, buyRate, sellRate, bound: cost + Math.min(above, 10), origin };
    return { tradeLimits: [limit] };
  });
  const counts: Restrictions = fc
    .array(
      fc.tuple(
        some,
        fc.oneof(vector, fc.constant(new Float64Array(n))),
        fc.constantFrom('either' as const, 'above' as const, 'below' as const),
        fc.nat(2),
        fc.nat(2),
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((all) => ({
      counts: all.map(([positions, centre, side, below, above]): Count => {
        const counted = positions.filter((position) => {
          const away = w[position]! - centre[position]!;
          return side === 'either' ? away !== 0 : side === 'above' ? away > 0 : away < 0;
        }).length;
        return { positions, centre, side, minimum: counted - below, maximum: counted + above, origin };
      }),
    }));
  const gaps: Restrictions = fc
    .array(fc.tuple(fc.nat(n - 1), fc.double({ min: 0.01, max: 0.5 })), { maxLength: 3 })
    .map((all) => ({
      domains: all.map(([position, gap]): Domain => {
        const at = w[position]!;
        const intervals = [
          [-Infinity, at - gap],
          [at, at],
          [at + gap, Infinity],
        ] as const;
        return { position, intervals, origin };
      }),
      lots: all.map(([position, step]): Lot => ({ position, base: w[position]! - 3 * step, step, origin })),
    }));
  return fc.oneof(bounds, rows, rows, trades, counts, gaps);
}

const meetable = vector.chain((w) => fc.array(metBy(w), { minLength: 1, maxLength: 7 }));

const isConvex = ({ counts, domains }: Lowered): boolean => counts === undefined && domains === undefined;

const stated = (restrictions: readonly Lowered[]): readonly LoweredConstraint[] =>
  restrictions.map((lowered, index) => ({
    id: `c${String(index)}`,
    name: 'c',
    field: `constraints[${String(index)}]`,
    lowered,
  }));

describe('contradictions', () => {
  it('are never told of constraints that some portfolio meets', () => {
    fc.assert(
      fc.property(meetable, (restrictions) => {
        expect(contradictions(stated(restrictions), universe)).to.deep.equal([]);
      }),
      { numRuns: 3000, seed },
    );
  });

  it('are never told of whole lots that sum to what a row allows', () => {
    const whole = fc.array(fc.integer({ min: -5, max: 40 }), { minLength: n, maxLength: n });
    const kinds = fc.array(fc.constantFrom(1, 2, 3, 0.5), { minLength: n, maxLength: n });
    const told = { kept: 0, refused: 0 };
    fc.assert(
      fc.property(
        whole,
        kinds,
        fc.double({ min: 0.001, max: 0.2, noNaN: true }),
        fc.boolean(),
        (counts, parts, step, isFar) => {
          const lots = parts.map((part, position): Lot => ({
            position,
            base: 0.01 * position,
            step: part * step,
            origin,
          }));
          const sum = lots.reduce((total, { base, step: each }, i) => total + base + counts[i]! * each, 0);
          // Half of the smallest lot away from every sum there is, or on one.
          const wanted = sum + (isFar ? 0.5 * Math.min(...lots.map((lot) => lot.step)) : 0);
          const coefficients = new Float64Array(n).fill(1);
          const row: Row = {
            positions: Int32Array.from({ length: n }, (_, i) => i),
            coefficients,
            lower: wanted,
            upper: wanted,
            origin,
          };
          const found = contradictions(stated([{ lots }, { rows: [row] }]), universe).length > 0;
          if (!isFar) expect(found).to.equal(false);
          told[found ? 'refused' : 'kept']++;
          if (isFar && parts.every((part) => part === parts[0])) expect(found).to.equal(true);
        },
      ),
      { numRuns: 500, seed },
    );
    expect(told.refused).to.be.above(50);
  });

  it('are told only of sets that a solver finds no portfolio for, proving that there is none', () => {
    const { solve } = driving(interiorPoint);
    const mixed = fc.tuple(meetable, meetable).map(([some, others]) => [...some, ...others].filter(isConvex));
    const objective = {
      quadratics: [
        { scale: 1, operator: { kind: 'diagonal', size: n, entries: new Float64Array(n).fill(1) } as const },
      ],
      linear: new Float64Array(n),
    };
    let [told, proven] = [0, 0];
    fc.assert(
      fc.property(mixed, (restrictions) => {
        for (const { constraints } of contradictions(stated(restrictions), universe)) {
          const parts = restrictions.filter((_, index) => constraints.includes(`c${String(index)}`));
          const { termination } = solve(compose(universe, objective, parts));
          expect(termination.reason, termination.detail).not.to.be.oneOf(['optimal', 'feasible', 'unbounded']);
          told += 1;
          proven += Number(termination.reason === 'infeasible');
        }
      }),
      { numRuns: 300, seed },
    );
    expect(told).to.be.greaterThan(100);
    expect(proven).to.be.greaterThan(0.98 * told);
  });
});
