import { expect } from 'chai';
import fc from 'fast-check';

import { constantMix } from '../../../plugins/rules/constant-mix.ts';
import { cppi } from '../../../plugins/rules/cppi.ts';
import { equalWeights } from '../../../plugins/rules/equal-weights.ts';
import { invested, refusals, ruled } from '../../support/rules.ts';

/** Perold and Sharpe (1988): 60 in stocks and 40 in bills; stocks lose a tenth, 54 and 40 remain of 94. */
const fallen = { STOCK: { held: 54 / 94 }, BILL: { held: 40 / 94 } };

describe('the constant mix', () => {
  it('buys 2.40 of stocks after they lost a tenth of 60 (Perold and Sharpe 1988)', async () => {
    const { byId, told } = await ruled(constantMix, fallen, { weights: { STOCK: 0.6, BILL: 0.4 } });
    expect(94 * (byId['STOCK']! - fallen.STOCK.held)).to.be.closeTo(2.4, 1e-6);
    expect(94 * byId['BILL']!).to.be.closeTo(37.6, 1e-6);
    expect(told['lines']).to.deep.equal([
      { name: 'BILL', current: 40 / 94, target: 0.4 },
      { name: 'STOCK', current: 54 / 94, target: 0.6 },
    ]);
  });

  const classes = {
    A: { held: 0.3, assetClass: 'Equity', marketCapitalization: 1, benchmark: 0.5 },
    B: { held: 0.1, assetClass: 'Equity', marketCapitalization: 3, benchmark: 0.1 },
    C: { held: 0.5, assetClass: 'Bond', marketCapitalization: 4, benchmark: 0.4 },
  };

  it('spreads a class by current weights, benchmark, capitalizations or equally', async () => {
    const weights = { Equity: 0.6, Bond: 0.4 };
    for (const [inside, a] of [
      ['current', 0.45],
      ['benchmark', 0.5],
      ['capitalization', 0.15],
      ['equal', 0.3],
    ] as const) {
      const { byId } = await ruled(constantMix, classes, { weights, by: 'asset-class', inside });
      expect(byId['A'], inside).to.be.closeTo(a, 1e-8);
      expect(byId['B'], inside).to.be.closeTo(0.6 - a, 1e-8);
      expect(byId['C'], inside).to.be.closeTo(0.4, 1e-8);
    }
  });

  it('gives nothing to what has none of its class, and refuses a class of which some is short', async () => {
    const held = { A: { held: 0.4, assetClass: 'Equity' }, B: { held: 0, assetClass: 'Equity' } };
    const { byId } = await ruled(constantMix, held, { weights: { Equity: 0.5 }, by: 'asset-class' });
    expect(byId['A']).to.be.closeTo(0.5, 1e-8);
    expect(byId['B']).to.be.closeTo(0, 1e-8);
    const short = { ...held, B: { ...held.B, held: -0.1 } };
    expect(refusals(constantMix, short, { weights: { Equity: 0.5 }, by: 'asset-class' })).to.deep.equal([
      { field: 'inside', description: 'is "current", but the portfolio is short in Equity: choose other proportions' },
    ]);
  });

  it('invests cash without a sale, and raises it without a purchase', async () => {
    const weights = { A: 0.5, B: 0.2, C: 0.3 };
    const buying = await ruled(constantMix, classes, { weights, trades: 'buy-only' }, [invested(3, 1)]);
    // 10 % of cash: C stays at 50 %; A lacks 20 %, B 10 %, and both end as far from their targets.
    expect(buying.byId).to.have.all.keys('A', 'B', 'C');
    expect(buying.byId['C']).to.be.closeTo(0.5, 1e-8);
    expect(buying.byId['A']).to.be.closeTo(0.4, 1e-8);
    expect(buying.byId['B']).to.be.closeTo(0.1, 1e-8);
    const raising = await ruled(constantMix, classes, { weights, trades: 'sell-only' }, [invested(3, 0.8)]);
    expect(raising.byId['C']).to.be.closeTo(0.4, 1e-8);
    expect(raising.told['moved']).to.be.closeTo(0.5 * (0.1 + 0.2 + 0.1), 1e-8);
  });

  it('lets shorts be sold further, and be bought back, on the side that is allowed', async () => {
    const held = { A: { held: 0.5 }, B: { held: -0.1 } };
    const selling = await ruled(constantMix, held, { weights: { A: 0.6, B: -0.2 }, trades: 'sell-only' });
    expect(selling.byId['A']).to.be.closeTo(0.5, 1e-8);
    expect(selling.byId['B']).to.be.closeTo(-0.2, 1e-8);
    const buying = await ruled(constantMix, held, { weights: { A: 0.4, B: -0.05 }, trades: 'buy-only' });
    expect(buying.byId['A']).to.be.closeTo(0.5, 1e-8);
    expect(buying.byId['B']).to.be.closeTo(-0.05, 1e-8);
  });

  it('refuses names that are not there, assets without a class, and classes that it cannot spread', () => {
    const [unknown] = refusals(constantMix, classes, { weights: { Gold: 1 }, by: 'asset-class' });
    expect(unknown).to.deep.equal({
      field: 'weights["Gold"]',
      description: 'no asset of the universe is Gold by asset-class; there is Bond, Equity',
    });
    expect(refusals(constantMix, classes, { weights: { constructor: 1 } })[0]?.description).to.contain('universe');
    expect(refusals(constantMix, classes, { weights: { Tech: 1 }, by: 'sector' })[0]?.field).to.equal('by');
    const bare = { ...classes, D: { held: 0 } };
    expect(refusals(constantMix, bare, { weights: { Bond: 1 }, by: 'asset-class' })[0]?.description).to.contain('D');
    const empty = { ...classes, A: { ...classes.A, held: 0 }, B: { ...classes.B, held: 0 } };
    const mix = { weights: { Equity: 0.5, Bond: 0.5 }, by: 'asset-class' } as const;
    expect(refusals(constantMix, empty, mix)).to.deep.equal([
      {
        field: 'inside',
        description: 'is "current", but the portfolio holds nothing in Equity: choose other proportions',
      },
    ]);
    expect(refusals(constantMix, empty, { ...mix, inside: 'equal' })).to.deep.equal([]);
    expect(
      refusals(constantMix, { A: { held: 0, assetClass: 'Equity' } }, { ...mix, weights: { Equity: 1 } }),
    ).to.have.length(0, 'one asset needs no proportions');
  });

  it('is what equal weights are by class', async () => {
    const equal = await ruled(equalWeights, classes, { by: 'asset-class' });
    expect(equal.byId['A']).to.be.closeTo(0.25, 1e-8);
    expect(equal.byId['C']).to.be.closeTo(0.5, 1e-8);
  });
});

describe('portfolio insurance', () => {
  const sides = { risky: ['STOCK'], safe: ['BILL'] };

  it('sells 5 of stocks after they lost a tenth of 50: floor 75, multiplier 2 (Perold and Sharpe 1988)', async () => {
    const insured = { ...sides, multiplier: 2, floorValue: 75 };
    const before = await ruled(cppi, { STOCK: { held: 0 }, BILL: { held: 1 } }, { ...insured, portfolioValue: 100 });
    expect(100 * before.byId['STOCK']!).to.be.closeTo(50, 1e-6);
    const after = { STOCK: { held: 45 / 95 }, BILL: { held: 50 / 95 } };
    const { byId, told } = await ruled(cppi, after, { ...insured, portfolioValue: 95 });
    expect(95 * (byId['STOCK']! - after.STOCK.held)).to.be.closeTo(-5, 1e-6);
    expect(95 * byId['BILL']!).to.be.closeTo(55, 1e-6);
    expect(told).to.include({ floor: 75 / 95, multiplier: 2 });
    expect(told['cushion']).to.be.closeTo(20 / 95, 1e-15);
    expect(told['exposure']).to.be.closeTo(40 / 95, 1e-15);
  });

  it('with multiplier 1 buys and holds: it trades nothing, whatever the market did', async () => {
    const shocks = fc.record({
      floor: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
      result: fc.double({ min: -0.9, max: 2, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(shocks, async ({ floor, result }) => {
        const value = floor + (1 - floor) * (1 + result);
        const held = { STOCK: { held: 1 - floor / value }, BILL: { held: floor / value } };
        const { byId } = await ruled(cppi, held, { ...sides, multiplier: 1, floorFraction: floor / value });
        expect(byId['STOCK']).to.be.closeTo(held.STOCK.held, 1e-8);
      }),
      { numRuns: 25 },
    );
  });

  it('keeps the exposure between its bounds, and says which one held', async () => {
    const held = { STOCK: { held: 0.5 }, BILL: { held: 0.5 } };
    const most = await ruled(cppi, held, { ...sides, multiplier: 5, floorFraction: 0.7, exposureMax: 1.2 });
    expect(most.byId['STOCK']).to.be.closeTo(1.2, 1e-8);
    expect(most.byId['BILL']).to.be.closeTo(0, 1e-8);
    expect(most.told).to.include({ boundBy: 'exposureMax' });
    expect(most.told['exposureUnbounded']).to.be.closeTo(1.5, 1e-12);
    const least = await ruled(cppi, held, { ...sides, multiplier: 1, floorFraction: 0.99, exposureMin: 0.1 });
    expect(least.told).to.include({ boundBy: 'exposureMin', exposure: 0.1 });
  });

  it('is all safe when the floor is at or above the value, and says so', async () => {
    const held = { STOCK: { held: 0.5 }, BILL: { held: 0.5 } };
    for (const floorFraction of [1, 1.3]) {
      const { byId, told } = await ruled(cppi, held, { ...sides, multiplier: 4, floorFraction, exposureMin: 0.1 });
      expect(byId['STOCK']).to.be.closeTo(0, 1e-8);
      expect(byId['BILL']).to.be.closeTo(1, 1e-8);
      expect(told).to.include({ cushion: 0, exposure: 0 });
      expect(told['note']).to.contain('everything is safe');
    }
  });

  it('leaves the safe part in cash where nothing safe is named', async () => {
    const held = { STOCK: { held: 0.5 }, BILL: { held: 0.5 } };
    const { byId } = await ruled(cppi, held, { risky: ['STOCK'], multiplier: 2, floorFraction: 0.8 });
    expect(byId['STOCK']).to.be.closeTo(0.4, 1e-8);
    expect(byId['BILL']).to.be.closeTo(0, 1e-8);
  });

  it('refuses a floor that is stated twice, half or not at all, and names on both sides', () => {
    const held = { STOCK: { held: 0.5 }, BILL: { held: 0.5 } };
    const fields = (more: object): readonly string[] =>
      refusals(cppi, held, { ...sides, multiplier: 2, ...more }).map(({ field }) => field);
    expect(fields({})).to.deep.equal(['floorFraction']);
    expect(fields({ floorFraction: 0.5, floorValue: 50, portfolioValue: 100 })).to.deep.equal(['floorFraction']);
    expect(fields({ floorValue: 50 })).to.deep.equal(['portfolioValue']);
    expect(fields({ floorFraction: 0.5, portfolioValue: 100 })).to.deep.equal(['portfolioValue']);
    expect(fields({ floorFraction: 0.5, safe: ['STOCK'], exposureMin: 2 })).to.deep.equal(['safe[0]', 'exposureMin']);
    expect(fields({ floorFraction: 0.5, risky: ['GOLD'] })).to.deep.equal(['risky[0]']);
  });
});
