import { expect } from 'chai';
import fc from 'fast-check';

import { allOrNone } from '../../src/constraints/all-or-none.ts';
import { assetClass } from '../../src/constraints/asset-class.ts';
import { bounds } from '../../src/constraints/bounds.ts';
import { budget } from '../../src/constraints/budget.ts';
import { builtInConstraints } from '../../src/constraints/built-in.ts';
import { cash } from '../../src/constraints/cash.ts';
import { characteristic } from '../../src/constraints/characteristic.ts';
import { country } from '../../src/constraints/country.ts';
import { currency } from '../../src/constraints/currency.ts';
import { exclusion } from '../../src/constraints/exclusion.ts';
import { factorExposure } from '../../src/constraints/factor-exposure.ts';
import { groupRatio } from '../../src/constraints/group-ratio.ts';
import { group } from '../../src/constraints/group.ts';
import { hold } from '../../src/constraints/hold.ts';
import { holdingMinimum } from '../../src/constraints/holding-minimum.ts';
import { issuer } from '../../src/constraints/issuer.ts';
import { linearText } from '../../src/constraints/linear-text.ts';
import { linear } from '../../src/constraints/linear.ts';
import { liquidity } from '../../src/constraints/liquidity.ts';
import { mutuallyExclusive } from '../../src/constraints/mutually-exclusive.ts';
import { names } from '../../src/constraints/names.ts';
import { noBuy } from '../../src/constraints/no-buy.ts';
import { noSell } from '../../src/constraints/no-sell.ts';
import { restricted } from '../../src/constraints/restricted.ts';
import { roundLots } from '../../src/constraints/round-lots.ts';
import { sector } from '../../src/constraints/sector.ts';
import { tradeMinimum } from '../../src/constraints/trade-minimum.ts';
import { trackingError } from '../../src/constraints/tracking-error.ts';
import { trades } from '../../src/constraints/trades.ts';
import { tradingCost } from '../../src/constraints/trading-cost.ts';
import { turnover } from '../../src/constraints/turnover.ts';
import { volatility } from '../../src/constraints/volatility.ts';
import { fraction, law, limit, period, range, relativeRange, selection } from '../support/constraint-laws.ts';
import type { Law } from '../support/constraint-laws.ts';
import { riskLaws } from '../support/risk-laws.ts';

const size = fc.double({ min: 0.01, max: 0.3, noNaN: true });
const countRange = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })).map(([a, b]) => ({
  min: Math.min(a, b),
  max: Math.max(a, b),
}));

const multiples = fc
  .tuple(fc.double({ min: 0, max: 3, noNaN: true }), fc.double({ min: 0, max: 3, noNaN: true }))
  .map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b), relativeTo: 'benchmark-multiple' as const }));
const relativeBound = fc
  .tuple(range, fc.constantFrom('none' as const, 'benchmark' as const, 'current' as const))
  .map(([sides, relativeTo]) => ({ ...sides, relativeTo }));

const linearLaws: readonly Law[] = [
  law(allOrNone, fc.record({ assets: fc.record({ A0: size, A1: size.map((value) => -value) }) })),
  law(assetClass, fc.record({ Equities: relativeRange, Cash: relativeRange })),
  law(
    bounds,
    fc.record({
      relativeTo: fc.constantFrom('none', 'benchmark', 'current'),
      all: fc.oneof(range, multiples),
      assets: fc.record({ A1: fc.oneof(range, multiples, relativeBound) }),
    }),
  ),
  law(budget, range),
  law(cash, range),
  law(
    characteristic,
    fc
      .record({
        name: fc.constant('yield'),
        aggregate: fc.constantFrom('average' as const, 'sum' as const),
        of: fc.constantFrom({ assets: ['A0', 'A1'] }, { everything: true as const }),
        relativeTo: fc.constantFrom('none' as const, 'benchmark' as const, 'current' as const),
        lookThrough: fc.boolean(),
      })
      .chain((rest) => range.map((sides) => ({ ...rest, ...sides }))),
  ),
  law(country, fc.record({ US: relativeRange })),
  law(currency, fc.record({ USD: relativeRange, '*': relativeRange })),
  law(exclusion, selection),
  law(
    factorExposure,
    fc.record({
      exposures: fc.record({ Value: range, Size: range }),
      relativeTo: fc.constantFrom('none', 'benchmark', 'current'),
    }),
  ),
  law(group, fc.record({ taxonomy: fc.constant('theme'), limits: fc.record({ Water: relativeRange, AI: range }) })),
  law(
    groupRatio,
    fc.record({
      of: fc.constant({ sectors: ['Energy'], issuers: ['One'] }),
      to: fc.constant({ countries: ['US'] }),
      lookThrough: fc.boolean(),
      min: fc.double({ min: -1, max: 1, noNaN: true }),
      max: fc.double({ min: 1, max: 3, noNaN: true }),
    }),
  ),
  law(hold, selection),
  law(
    holdingMinimum,
    fc.record({ min: size, grandfathering: fc.boolean(), assets: fc.constantFrom({ A1: 0 }, { A0: 0.3, A1: 0.01 }) }),
  ),
  law(issuer, fc.record({ '*': relativeRange })),
  law(
    linear,
    fc
      .tuple(
        fc.record({ A0: fraction, A1: fraction }),
        range,
        fc.constantFrom('none' as const, 'benchmark' as const, 'current' as const),
      )
      .map(([coefficients, sides, relativeTo]) => ({ coefficients, relativeTo, ...sides })),
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
        'sector:Energy + currency:EUR <= benchmark(sector:Energy + Cash) + 200 bp',
        'characteristic:yield - current(characteristic:yield) / 2 >= 0.01 * issuer:One',
      )
      .map((expression) => ({ expression })),
  ),
  law(
    liquidity,
    fc.record({
      trade: fc.record({ participation: size }),
      position: fc.record({ participation: size, days: fc.double({ min: 0.5, max: 20, noNaN: true }) }),
      missing: fc.constantFrom('unlimited' as const, 'forbid' as const),
    }),
  ),
  law(mutuallyExclusive, fc.record({ of: selection })),
  law(
    names,
    fc.oneof(
      countRange,
      countRange.map((sides) => ({ ...sides, of: { assets: ['A0', 'A1'] } })),
      fc.record({ max: fc.integer({ min: 0, max: 3 }), by: fc.constantFrom('sector', 'theme') }),
      fc.record({ max: fc.integer({ min: 0, max: 3 }), side: fc.constantFrom('long' as const, 'short' as const) }),
    ),
  ),
  law(noBuy, selection),
  law(noSell, selection),
  law(restricted, selection),
  law(
    roundLots,
    fc.oneof(
      fc.record({
        lots: fc.record({ A0: size, A1: size }),
        relativeTo: fc.constantFrom('none' as const, 'current' as const),
        closeOut: fc.boolean(),
      }),
      fc.record({
        from: fc.constant('asset-data' as const),
        lots: fc.constantFrom({}, { A0: 0.07 }),
        relativeTo: fc.constantFrom('none' as const, 'current' as const),
      }),
    ),
  ),
  law(sector, fc.record({ Energy: relativeRange, '*': relativeRange })),
  law(trackingError, fc.record({ max: limit, period, definition: fc.constant('ex-ante' as const) })),
  law(
    tradeMinimum,
    fc.record({
      min: size,
      of: fc.constantFrom({ assets: ['A1'] }, { assets: ['A0', 'A1'] }),
      closeOut: fc.boolean(),
    }),
  ),
  law(
    trades,
    fc
      .tuple(countRange, fc.constantFrom('all' as const, 'buys' as const, 'sells' as const))
      .map(([sides, side]) => ({ ...sides, side })),
  ),
  law(
    tradingCost,
    fc.record({
      max: size,
      all: fc.record({ rate: size, halfSpread: size }),
      assets: fc.record({ A1: fc.record({ rate: size, buy: size, sell: size }) }),
    }),
  ),
  law(
    turnover,
    fc.record({
      definition: fc.constantFrom('half-sum', 'one-way-buy', 'one-way-sell', 'gross', 'per-asset', 'average'),
      max: limit,
      side: fc.constantFrom('all', 'long', 'short'),
      of: fc.constantFrom({ assets: ['A0', 'A1'] }, { everything: true as const }),
    }),
  ),
  law(volatility, fc.record({ max: limit, period })),
];

const laws = [...linearLaws, ...riskLaws].sort((one, other) => (one.type < other.type ? -1 : 1));

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
