/** Inputs of proposals: a short form for single cases, and an arbitrary one for properties. */
import fc from 'fast-check';

import type { TargetLine } from '../../src/portfolio/drift.ts';
import { plainTrading } from '../../src/portfolio/admission-policy.ts';
import type { TradingRules } from '../../src/portfolio/portfolio.ts';
import type { Quote } from '../../src/portfolio/valuation.ts';
import type { ProposalInput } from '../../src/rebalancing/propose.ts';
import { Decimal } from '../../src/values/decimal.ts';

export interface Holding {
  readonly quantity?: number | string;
  readonly price: number | string;
  readonly target?: number;
  readonly min?: number;
  readonly max?: number;
  readonly lot?: number | string;
  readonly currency?: string;
}

const rates: Readonly<Record<string, string>> = { USD: '1', EUR: '1.0837', JPY: '0.00671' };

export function proposalInput(
  holdings: Readonly<Record<string, Holding>>,
  cash: number | string,
  trading: Partial<TradingRules> = {},
  otherCash: Readonly<Record<string, string>> = {},
): ProposalInput {
  const entries = Object.entries(holdings);
  const quotes = entries.map(([assetId, { price, lot = 1, currency = 'USD' }]): [string, Quote] => [
    assetId,
    {
      assetId,
      price: new Decimal(price),
      priceDate: '2025-03-03',
      currency,
      rate: new Decimal(rates[currency] ?? 0),
      lotSize: new Decimal(lot),
    },
  ]);
  return {
    positions: entries
      .filter(([, { quantity }]) => quantity !== undefined)
      .map(([assetId, { quantity = 0 }]) => ({ assetId, quantity: new Decimal(quantity) })),
    cashBalances: [
      { currency: 'USD', amount: new Decimal(cash) },
      ...Object.entries(otherCash).map(([currency, amount]) => ({ currency, amount: new Decimal(amount) })),
    ],
    quotes: {
      baseCurrency: 'USD',
      assets: new Map(quotes),
      rates: new Map(Object.entries(rates).map(([currency, rate]) => [currency, new Decimal(rate)])),
      pricesAsOf: '2025-03-03',
    },
    targets: entries.flatMap(([subject, { target, min, max }]): TargetLine[] =>
      target === undefined
        ? []
        : [
            {
              subject,
              weight: target,
              ...(min === undefined ? {} : { weightMin: min }),
              ...(max === undefined ? {} : { weightMax: max }),
            },
          ],
    ),
    trading: { ...plainTrading, ...trading },
    portfolioVersion: 7,
  };
}

const decimalArbitrary = (most: number, decimals: number): fc.Arbitrary<string> =>
  fc.integer({ min: 1, max: most * 10 ** decimals }).map((units) => new Decimal(units).div(10 ** decimals).toFixed());

const holdingArbitrary = fc.record({
  quantity: fc.oneof(fc.integer({ min: -50, max: 2000 }).map(String), decimalArbitrary(500, 3), fc.constant('0')),
  price: fc.oneof(decimalArbitrary(900, 2), decimalArbitrary(50, 6)),
  share: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100 })),
  lot: fc.constantFrom('1', '10', '0.5', '100'),
  currency: fc.constantFrom('USD', 'USD', 'EUR', 'JPY'),
});

export const tradingArbitrary: fc.Arbitrary<TradingRules> = fc.record({
  costRate: fc.constantFrom('0', '0.0005', '0.01', '0.1').map((text) => new Decimal(text)),
  costPerTrade: fc.constantFrom('0', '1.25', '0.005', '40').map((text) => new Decimal(text)),
  tradeValueMin: fc.constantFrom('0', '100', '1234.56').map((text) => new Decimal(text)),
  fractional: fc.boolean(),
});

/** Any holdings, prices, targets and rules with a net asset value of at least 1000 and cash that is not negative. */
export const inputArbitrary: fc.Arbitrary<ProposalInput> = fc
  .record({
    holdings: fc.array(holdingArbitrary, { minLength: 1, maxLength: 8 }),
    invested: fc.constantFrom(0, 0.5, 0.97, 1),
    cash: fc.oneof(fc.constant('0'), decimalArbitrary(200_000, 2)),
    euros: fc.constantFrom('0', '1234.567', '-20.5'),
    trading: tradingArbitrary,
  })
  .map(({ holdings, invested, cash, euros, trading }) => {
    const total = holdings.reduce((sum, { share }) => sum + share, 0);
    const named = holdings.map((holding, position): [string, Holding] => [
      `A${String(position)}`,
      { ...holding, target: total === 0 ? 0 : Math.floor((holding.share / total) * invested * 1e6) / 1e6 },
    ]);
    return proposalInput(Object.fromEntries(named), cash, trading, { EUR: euros });
  })
  .filter(({ positions, cashBalances, quotes }) => {
    const worth = positions.reduce((sum, { assetId, quantity }) => {
      const quote = quotes.assets.get(assetId);
      return quote === undefined ? sum : sum.plus(quantity.times(quote.price).times(quote.rate));
    }, new Decimal(0));
    const cash = cashBalances.reduce(
      (sum, { currency, amount }) => sum.plus(amount.times(rates[currency] ?? 0)),
      worth,
    );
    return cash.greaterThan(1000);
  });
