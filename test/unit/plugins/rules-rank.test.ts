import { expect } from 'chai';
import fc from 'fast-check';

import { legsOf } from '../../../plugins/rules/legs.ts';
import { rankLongShort } from '../../../plugins/rules/rank-long-short.ts';
import { refusals, ruled } from '../../support/rules.ts';

const asset = (score: number, sector = 'S') => ({ held: 0, sector, characteristics: { value: score } });
const five = { A: asset(1), B: asset(5), C: asset(3), D: asset(9), E: asset(2) };
const byValue = { score: 'characteristic', characteristic: 'value' } as const;

describe('long the best, short the worst', () => {
  it('longs and shorts equally what stands at the ends', async () => {
    const { byId, told } = await ruled(rankLongShort, five, { ...byValue, longFraction: 0.4, shortCount: 1 });
    expect(byId['D']).to.be.closeTo(0.5, 1e-8);
    expect(byId['B']).to.be.closeTo(0.5, 1e-8);
    expect(byId['A']).to.be.closeTo(-1, 1e-8);
    expect(byId['C']).to.be.closeTo(0, 1e-8);
    expect(told).to.deep.include({
      ranked: 5,
      long: [
        { asset: 'D', score: 9, rank: 1, weight: 0.5 },
        { asset: 'B', score: 5, rank: 2, weight: 0.5 },
      ],
      short: [{ asset: 'A', score: 1, rank: 5, weight: -1 }],
    });
  });

  it('weighs by the distance of ranks from their mean (Asness, Moskowitz and Pedersen 2013)', async () => {
    // Ranks 5, 4, 3, 2, 1 about 3: one dollar long and one short is 2/3, 1/3, 0, -1/3, -2/3.
    const sides = { longCount: 2, shortCount: 2 };
    const { byId } = await ruled(rankLongShort, five, { ...byValue, ...sides, weighting: 'rank' });
    const expected = { D: 2 / 3, B: 1 / 3, C: 0, E: -1 / 3, A: -2 / 3 };
    for (const [id, weight] of Object.entries(expected)) expect(byId[id], id).to.be.closeTo(weight, 1e-8);
    // Scores 9, 5, 3, 2, 1 about 4.
    const scored = await ruled(rankLongShort, five, { ...byValue, ...sides, weighting: 'score' });
    const distances = { D: 5 / 6, B: 1 / 6, C: 0, E: -2 / 5, A: -3 / 5 };
    for (const [id, weight] of Object.entries(distances)) expect(scored.byId[id], id).to.be.closeTo(weight, 1e-8);
  });

  it('ranks low scores first when asked to, and expected returns where they are the score', async () => {
    const sides = { longCount: 1, shortCount: 1 };
    const low = await ruled(rankLongShort, five, { ...byValue, ...sides, order: 'low-is-long' });
    expect(low.byId['A']).to.be.closeTo(1, 1e-8);
    expect(low.byId['D']).to.be.closeTo(-1, 1e-8);
    const returns = [0.05, 0.02, 0.09, 0.03, 0.04];
    const expected = await ruled(rankLongShort, five, { score: 'expected-return', ...sides }, [], returns);
    expect(expected.byId['C']).to.be.closeTo(1, 1e-8);
    expect(expected.byId['B']).to.be.closeTo(-1, 1e-8);
    expect(rankLongShort.needsWith?.({ score: 'expected-return', ...sides })).to.deep.equal(['expected-returns']);
  });

  it('is neutral in each group, and leaves out groups that are too small', async () => {
    const two = { ...five, F: asset(4, 'T'), G: asset(8, 'T'), H: asset(6, 'T'), I: asset(1, 'U') };
    const sides = { longFraction: 0.3, shortFraction: 0.3, gross: 1.6, net: 0.4 };
    const { byId, told } = await ruled(rankLongShort, two, { ...byValue, ...sides, within: 'sector' });
    // Five of eight ranked assets are in S: it has 5/8 of the 1.0 long and of the 0.6 short.
    expect(byId['D']).to.be.closeTo(0.625, 1e-8);
    expect(byId['A']).to.be.closeTo(-0.375, 1e-8);
    expect(byId['G']).to.be.closeTo(0.375, 1e-8);
    expect(byId['F']).to.be.closeTo(-0.225, 1e-8);
    expect(byId['I']).to.be.closeTo(0, 1e-8);
    expect(told['groupsLeftOut']).to.deep.equal(['U']);
  });

  it('orders equal scores by id, however the assets are listed', async () => {
    const tied = { Z: asset(1), Y: asset(1), X: asset(1), W: asset(1) };
    const { byId } = await ruled(rankLongShort, tied, { ...byValue, longCount: 1, shortCount: 1 });
    expect(byId['W']).to.be.closeTo(1, 1e-8);
    expect(byId['Z']).to.be.closeTo(-1, 1e-8);
  });

  it('has the gross and the net that were asked for', () => {
    const drawn = fc.record({
      scores: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 4, maxLength: 12 }),
      gross: fc.double({ min: 0.1, max: 4, noNaN: true }),
      tilt: fc.double({ min: -0.99, max: 0.99, noNaN: true }),
      weighting: fc.constantFrom('equal', 'rank', 'score'),
      share: fc.double({ min: 0.05, max: 0.5, noNaN: true }),
    });
    fc.assert(
      fc.property(drawn, ({ scores, gross, tilt, weighting, share }) => {
        const size = { fraction: share };
        const { long, short } = legsOf({
          groups: [{ name: '', positions: scores.map((_, i) => i) }],
          scores: Float64Array.from(scores),
          ids: scores.map((_, i) => `a${i}`),
          weighting,
          long: { exposure: (gross * (1 + tilt)) / 2, size },
          short: { exposure: (gross * (1 - tilt)) / 2, size },
        });
        const all = [...long, ...short];
        expect(all.reduce((sum, { weight }) => sum + Math.abs(weight), 0)).to.be.closeTo(gross, 1e-9);
        expect(all.reduce((sum, { weight }) => sum + weight, 0)).to.be.closeTo(gross * tilt, 1e-9);
        expect(new Set(all.map(({ position }) => position)).size).to.equal(all.length);
        expect(long.every(({ weight }) => weight >= 0) && short.every(({ weight }) => weight <= 0)).to.equal(true);
      }),
      { numRuns: 200 },
    );
  });

  it('refuses sides that are not stated or not there, and assets without a score', () => {
    const refused = (parameters: Parameters<typeof rankLongShort.admit & {}>[0], holdings: object = five) =>
      refusals(rankLongShort, holdings as typeof five, parameters).map(({ field }) => field);
    expect(refused(byValue)).to.deep.equal(['longFraction', 'shortFraction']);
    expect(refused({ ...byValue, longCount: 1, longFraction: 0.5, shortCount: 1 })).to.deep.equal(['longCount']);
    expect(refused({ ...byValue, longCount: 1, shortCount: 1, gross: 1, net: 1 })).to.deep.equal(['shortCount']);
    expect(refused({ ...byValue, longCount: 1, net: 3 })).to.deep.equal(['net']);
    expect(refused({ ...byValue, longCount: 3, shortCount: 3 })).to.deep.equal(['longCount']);
    const sides = { longCount: 1, shortCount: 1 };
    expect(refused({ score: 'given', characteristic: 'value', ...sides })).to.deep.equal(['characteristic', 'scores']);
    expect(refused({ score: 'given', scores: { A: 1, Q: 2 }, ...sides })).to.deep.equal(['scores["Q"]']);
    const bare = { ...five, F: { held: 0, sector: 'S' } };
    expect(refused({ ...byValue, ...sides }, bare)).to.deep.equal(['characteristic']);
    expect(refused({ ...byValue, ...sides, missing: 'leave-out' }, bare)).to.deep.equal([]);
    expect(refused({ ...byValue, ...sides, within: 'country' })).to.deep.equal(['within']);
    expect(refused({ ...byValue, characteristic: 'size', ...sides })).to.deep.equal(['characteristic']);
  });
});
