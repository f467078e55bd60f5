import { expect } from 'chai';
import fc from 'fast-check';

import '../../support/property-seed.ts';
import { ewma } from '../../../src/estimation/ewma.ts';
import { RunningMoments } from '../../../src/estimation/incremental.ts';
import type { RunningKind } from '../../../src/estimation/incremental.ts';
import { denseEntries } from '../../../src/estimation/operator.ts';
import { sampleCovariance } from '../../../src/estimation/sample-covariance.ts';
import type { Sample } from '../../../src/problem/estimator.ts';
import { Fault } from '../../../src/values/fault.ts';
import { universeOf } from '../../support/scenario-draws.ts';

const size = 3;
const kinds: readonly RunningKind[] = [
  { size, decay: 1, centre: 'mean' },
  { size, decay: 2 ** (-1 / 5), centre: 'mean' },
  { size, decay: 2 ** (-1 / 5), centre: 'zero' },
];
const entry = fc.double({ min: -0.3, max: 0.3, noNaN: true });
const tables = (minLength: number): fc.Arbitrary<number[][]> =>
  fc.array(fc.array(entry, { minLength: size, maxLength: size }), { minLength, maxLength: 40 });

function running(kind: RunningKind, rows: readonly (readonly number[])[]): RunningMoments {
  const moments = new RunningMoments(kind);
  for (const row of rows) moments.add(Float64Array.from(row));
  return moments;
}

function batch({ decay, centre }: RunningKind, rows: readonly (readonly number[])[]): Float64Array {
  const sample: Sample = {
    universe: universeOf('A', 'B', 'C'),
    riskFreeRate: 0,
    series: {
      observations: rows.length,
      returns: Float64Array.from(rows.flat()),
      prices: new Float64Array(),
      periodsPerYear: 1,
    },
  };
  const repair = 'clip' as const;
  const { covariance } =
    decay === 1
      ? sampleCovariance.estimate(sample, { repair })
      : ewma.estimate(sample, { repair, centre, halfLife: -1 / Math.log2(decay) });
  return denseEntries(covariance);
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-15): void {
  expect(actual.length).to.equal(expected.length);
  for (let i = 0; i < expected.length; i += 1) expect(actual[i]).to.be.closeTo(expected[i]!, tolerance);
}

describe('moments that take one observation after the other', () => {
  for (const kind of kinds) {
    const name = `decay ${kind.decay.toFixed(3)} around the ${kind.centre}`;

    it(`equal the batch estimator: ${name}`, () => {
      // What rounding makes indefinite, the batch estimator shifts by 1e-10 of the largest variance.
      fc.assert(
        fc.property(tables(2), (rows) => expectClose(running(kind, rows).covariance(), batch(kind, rows), 1e-11)),
      );
      const far = Array.from({ length: 30 }, (_, t) => [Math.sin(t), Math.cos(2 * t), Math.sin(3 * t + 1)]);
      expectClose(running(kind, far).covariance(), batch(kind, far), 4e-15);
    });

    it(`are the same in two parts, whatever the cut and the grouping: ${name}`, () => {
      fc.assert(
        fc.property(tables(0), tables(0), tables(0), (a, b, c) => {
          const [first, second, third] = [running(kind, a), running(kind, b), running(kind, c)];
          const whole = running(kind, [...a, ...b, ...c]).state();
          for (const merged of [
            first.followedBy(second).followedBy(third).state(),
            first.followedBy(second.followedBy(third)).state(),
          ]) {
            expect(merged.count).to.equal(whole.count);
            expectClose(merged.means, whole.means);
            expectClose(merged.products, whole.products, 1e-13);
            expect(merged.weight).to.be.closeTo(whole.weight, 1e-12);
          }
        }),
        { numRuns: 50 },
      );
    });

    it(`go on from their state through JSON as if nothing had happened: ${name}`, () => {
      const rows = [
        [0.01, 0.02, 0.03],
        [-0.02, 0, 0.01],
        [0.05, -0.01, 0],
      ];
      const restored = RunningMoments.restored(
        JSON.parse(JSON.stringify(running(kind, rows.slice(0, 2)).state())) as ReturnType<RunningMoments['state']>,
      );
      restored.add(Float64Array.from(rows[2]!));
      expect(restored.state()).to.deep.equal(running(kind, rows).state());
    });
  }

  it('lose no digits to a large mean', () => {
    const rows = Array.from({ length: 1000 }, (_, t) => [1e6 + (t % 2), 1e6 - (t % 2), 1e6]);
    const covariance = running(kinds[0]!, rows).covariance();
    expectClose(covariance, [250 / 999, -250 / 999, 0, -250 / 999, 250 / 999, 0, 0, 0, 0], 1e-12);
  });

  it('refuse a bad observation whole', () => {
    const moments = running(kinds[0]!, [[0.1, 0.2, 0.3]]);
    const before = moments.state();
    for (const bad of [
      [0.1, NaN, 0.2],
      [0.1, Infinity, 0],
      [0.1, 0.2],
    ]) {
      expect(() => moments.add(Float64Array.from(bad))).to.throw(Fault);
      expect(moments.state()).to.deep.equal(before);
    }
    expect(() => moments.covariance())
      .to.throw(Fault)
      .with.property('reason', 'INSUFFICIENT_HISTORY');
  });

  it('refuse states and parts that do not fit', () => {
    const state = running(kinds[0]!, [[0.1, 0.2, 0.3]]).state();
    for (const change of [
      { size: 2 },
      { size: 0 },
      { decay: 0 },
      { decay: 1.5 },
      { count: -1 },
      { weight: NaN },
      { weight: 0 },
      { weight: 2 },
      { count: 0 },
      { means: [0, 0, NaN] },
      { products: [] },
    ])
      expect(() => RunningMoments.restored({ ...state, ...change })).to.throw(Fault);
    expect(() => running(kinds[0]!, []).followedBy(running(kinds[1]!, []))).to.throw(Fault);
    expect(running(kinds[0]!, []).followedBy(running(kinds[0]!, [])).count).to.equal(0);
  });
});
