import { expect } from 'chai';
import fc from 'fast-check';

import { movesOf } from '../../../plugins/rules/band-moves.ts';
import type { Band } from '../../../plugins/rules/band-moves.ts';
import { bands } from '../../../plugins/rules/bands.ts';
import { refusals, ruled } from '../../support/rules.ts';

/** 60 in stocks and 40 in bills, as in Perold and Sharpe (1988), after stocks have changed by `result`. */
function sixtyForty(result: number) {
  const stock = 60 * (1 + result);
  return { STOCK: { held: stock / (stock + 40) }, BILL: { held: 40 / (stock + 40) } };
}

const fivePoints = {
  STOCK: { min: 0.55, target: 0.6, max: 0.65 },
  BILL: { min: 0.35, target: 0.4, max: 0.45 },
};

describe('bands', () => {
  it('trade nothing inside: a tenth lost of 60/40 leaves 57.4 %, within five points of 60', async () => {
    const held = sixtyForty(-0.1);
    const { byId, told } = await ruled(bands, held, { bands: fivePoints });
    expect(byId['STOCK']).to.be.closeTo(held.STOCK.held, 1e-10);
    expect(told['lines']).to.deep.equal([
      { name: 'BILL', current: held.BILL.held, ...fivePoints.BILL, state: 'inside', to: held.BILL.held },
      { name: 'STOCK', current: held.STOCK.held, ...fivePoints.STOCK, state: 'inside', to: held.STOCK.held },
    ]);
  });

  it('go to the target, the edge or half way, and the line inside absorbs', async () => {
    // 48 of 88 in stocks: 54.5 %, below its band; bills at 45.5 % are above theirs only when it ends at 45 %.
    const wide = { ...fivePoints, BILL: { min: 0.3, target: 0.4, max: 0.5 } };
    for (const [to, stock] of [
      ['target', 0.6],
      ['edge', 0.55],
      ['midpoint', 0.575],
    ] as const) {
      const { byId, told } = await ruled(bands, sixtyForty(-0.2), { bands: wide, to });
      expect(byId['STOCK'], to).to.be.closeTo(stock, 1e-8);
      expect(byId['BILL'], to).to.be.closeTo(1 - stock, 1e-8);
      const states = (told['lines'] as { name: string; state: string }[]).map(({ state }) => state);
      expect(states).to.deep.equal(['absorbs', 'below']);
    }
  });

  const four = { A: { held: 0.5 }, B: { held: 0.2 }, C: { held: 0.1 }, D: { held: 0.2 } };
  const band = (min: number, target: number, max: number): Band => ({ min, target, max });

  it('share out what is left pro rata, none beyond its edge', async () => {
    // A sells 0.2. B, C and D are 2:1:2; C reaches 0.13, so that B and D take 0.085 each.
    const named = { A: band(0.2, 0.3, 0.4), B: band(0.1, 0.2, 0.4), C: band(0, 0.1, 0.13), D: band(0, 0.3, 0.5) };
    const { byId } = await ruled(bands, four, { bands: named });
    expect(byId['A']).to.be.closeTo(0.3, 1e-8);
    expect(byId['B']).to.be.closeTo(0.285, 1e-8);
    expect(byId['C']).to.be.closeTo(0.13, 1e-8);
    expect(byId['D']).to.be.closeTo(0.285, 1e-8);
  });

  it('let lines without a band take up all of it, shorts by going further short, and tell only lines that hold something', async () => {
    // A buys 0.1 up to its edge; B and C share the sale 2:1, on their own sides of zero. D holds nothing and is not named.
    const held = { A: { held: 0.3 }, B: { held: 0.4 }, C: { held: -0.2 }, D: { held: 0 } };
    const { byId, told } = await ruled(bands, held, { bands: { A: band(0.4, 0.45, 0.5) }, to: 'edge' });
    expect(byId['A']).to.be.closeTo(0.4, 1e-8);
    expect(byId['B']).to.be.closeTo(0.4 - 0.2 / 3, 1e-8);
    expect(byId['C']).to.be.closeTo(-0.2 - 0.1 / 3, 1e-8);
    const lines = told['lines'] as readonly { name: string; state: string }[];
    expect(lines.map(({ name, state }) => [name, state])).to.deep.equal([
      ['A', 'below'],
      ['B', 'absorbs'],
      ['C', 'absorbs'],
    ]);
  });

  it('then let what has traded take up the rest by its room, then cash', async () => {
    // All trade to their targets, 0.9 in all; 0.1 is left; rooms towards the maxima are 0.02, 0.06, 0.12 and 0.09.
    const named = {
      A: band(0.3, 0.38, 0.4),
      B: band(0.22, 0.24, 0.3),
      C: band(0.12, 0.18, 0.3),
      D: band(0.05, 0.1, 0.19),
    };
    const { byId, told } = await ruled(bands, four, { bands: named });
    const rooms = 0.02 + 0.06 + 0.12 + 0.09;
    expect(byId['A']).to.be.closeTo(0.38 + (0.1 * 0.02) / rooms, 1e-8);
    expect(byId['C']).to.be.closeTo(0.18 + (0.1 * 0.12) / rooms, 1e-8);
    expect(told['cash']).to.be.closeTo(0, 1e-12);
    const full = { A: band(0.2, 0.4, 0.4), B: band(0, 0.2, 0.2), C: band(0, 0.1, 0.1), D: band(0, 0.2, 0.2) };
    const rest = await ruled(bands, four, { bands: full });
    expect(rest.told['cash']).to.be.closeTo(0.1, 1e-12);
    expect(rest.byId['A']).to.be.closeTo(0.4, 1e-8);
  });

  it('by class move no asset of a class inside its band', async () => {
    const held = {
      A: { held: 0.3, assetClass: 'Equity' },
      B: { held: 0.4, assetClass: 'Equity' },
      C: { held: 0.1, assetClass: 'Bond' },
      D: { held: 0.1, assetClass: 'Gold' },
      E: { held: 0.1, assetClass: 'Gold' },
    };
    const named = { Equity: band(0.5, 0.55, 0.6), Gold: band(0.2, 0.2, 0.2), Bond: band(0.05, 0.3, 0.4) };
    const { byId } = await ruled(bands, held, { bands: named, by: 'asset-class', to: 'edge' });
    expect(byId['A']).to.be.closeTo((0.6 * 3) / 7, 1e-8);
    expect(byId['C']).to.be.closeTo(0.2, 1e-8);
    expect([byId['D'], byId['E']].map((weight) => weight!.toFixed(8))).to.deep.equal(['0.10000000', '0.10000000']);
  });

  it('put new cash to work where it is asked for', async () => {
    const held = { STOCK: { held: 0.54 }, BILL: { held: 0.36 } };
    const { byId } = await ruled(bands, held, { bands: { ...fivePoints, STOCK: band(0.5, 0.6, 0.7) }, invested: 1 });
    expect(byId['STOCK']).to.be.closeTo(0.6, 1e-8);
    expect(byId['BILL']).to.be.closeTo(0.4, 1e-8);
  });

  it('never leave a band, keep the sum where it can be kept, and stand still inside', () => {
    const line = fc
      .record({
        from: fc.double({ min: 0, max: 0.5, noNaN: true }),
        edges: fc.array(fc.double({ min: 0, max: 0.5, noNaN: true }), { minLength: 3, maxLength: 3 }),
        named: fc.boolean(),
      })
      .map(({ from, edges, named }) => {
        const [min, target, max] = edges.toSorted((a, b) => a - b) as [number, number, number];
        return { from, band: named ? { min, target, max } : undefined };
      });
    const to = fc.constantFrom('target', 'edge', 'midpoint');
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), to, (lines, where) => {
        const total = lines.reduce((sum, { from }) => sum + from, 0);
        const moves = movesOf(lines, where, total);
        const most = lines.reduce((sum, one) => sum + (one.band?.max ?? (one.from > 0 ? Infinity : 0)), 0);
        const least = lines.reduce((sum, one) => sum + (one.band?.min ?? 0), 0);
        const reached = moves.reduce((sum, move) => sum + move.to, 0);
        moves.forEach((move, k) => {
          const { min, max } = lines[k]!.band ?? { min: 0, max: Infinity };
          expect(move.to).to.be.within(min - 1e-9, max + 1e-9);
        });
        // A line inside its band of which nothing is held takes nothing up.
        const isTakenUp = lines.every(({ from, band: own }) => from > 0 || own === undefined || own.min > 0);
        if (isTakenUp && total <= most && total >= least) expect(reached).to.be.closeTo(total, 1e-9);
        const isInside = lines.every(
          ({ from, band: own }) => own === undefined || (from >= own.min && from <= own.max),
        );
        if (isInside) moves.forEach((move) => expect(move.to).to.equal(move.from));
      }),
      { numRuns: 300 },
    );
  });

  it('refuse bands that are the wrong way round', () => {
    const named = { STOCK: band(0.6, 0.5, 0.7) };
    expect(refusals(bands, sixtyForty(0), { bands: named })).to.deep.equal([
      { field: 'bands["STOCK"]', description: 'must have min <= target <= max; got 0.6, 0.5, 0.7' },
    ]);
  });
});
