/** What a portfolio and the units of its assets are worth, as fractions of its net asset value. */
import type { Asset } from '../market/asset.ts';
import type { MarketStore } from '../market/ports.ts';
import type { Portfolio } from '../portfolio/portfolio.ts';
import { quoteOf, quotesOn, valuationOf } from '../portfolio/valuation.ts';
import type { CalendarDate } from '../values/clock.ts';
import { Decimal, zero } from '../values/decimal.ts';
import { Fault } from '../values/fault.ts';

const one = new Decimal(1);

export interface HeldWeights {
  /** By asset id. */
  readonly weights: ReadonlyMap<string, number>;
  /** What they leave to 1. */
  readonly cashCurrent: number;
  /** In the base currency, as booked: each line rounded to the minor unit. 0 when nothing is held. */
  readonly netAssetValue: Decimal;
}

/**
 * Weights are quantity x price x exchange rate over net asset value and not rounded to the minor unit as booked values are, so that so many
 * lots weigh so many times one lot.
 * @throws Fault PRICE_MISSING with all that have no price, STATE_CONFLICT when the net asset value is not above 0.
 */
export async function heldWeights(
  portfolio: Portfolio,
  held: readonly string[],
  market: MarketStore,
  today: CalendarDate,
): Promise<HeldWeights> {
  const { baseCurrency, cashBalances } = portfolio;
  const positions = portfolio.positions.filter(({ assetId }) => held.includes(assetId));
  const currencies = cashBalances.map(({ currency }) => currency);
  const quotes = await quotesOn(market, baseCurrency, held, currencies, today);
  const { lines, netAssetValue } = valuationOf(positions, cashBalances, quotes);
  if (netAssetValue.isPositive() && !netAssetValue.isZero()) {
    const weights = new Map<string, number>();
    let cash = one;
    for (const { assetId, quantity } of positions) {
      const { price, rate } = quoteOf(quotes, assetId);
      const weight = quantity.times(price).times(rate).div(netAssetValue);
      weights.set(assetId, (weights.get(assetId) ?? 0) + weight.toNumber());
      cash = cash.minus(weight);
    }
    return { weights, cashCurrent: cash.toNumber(), netAssetValue };
  }
  if (netAssetValue.isZero() && lines.length === 0) return { weights: new Map(), cashCurrent: 1, netAssetValue };
  const name = `portfolios/${portfolio.id}`;
  const description = `its net asset value is ${netAssetValue.toFixed()} ${baseCurrency}; weights are fractions of a positive one`;
  throw new Fault('STATE_CONFLICT', `${name}: ${description}`, { resource: name }, [{ field: name, description }]);
}

/** Exchange rates into the base currency by currency, for amounts of assets; those that are missing are left out. */
export async function ratesOf(
  assets: readonly Asset[],
  baseCurrency: string,
  market: MarketStore,
  today: CalendarDate,
): Promise<ReadonlyMap<string, Decimal>> {
  const rates = new Map<string, Decimal>();
  for (const currency of new Set(assets.map((asset) => asset.currency))) {
    const found = await market.lastFxRate(currency, baseCurrency, today);
    if (found !== undefined) rates.set(currency, found.rate);
  }
  return rates;
}

/** The value of one unit of each asset over net asset value, by id; without those that have no price or exchange rate. */
export async function unitValuesOf(
  assets: readonly Asset[],
  netAssetValue: Decimal,
  rates: ReadonlyMap<string, Decimal>,
  market: MarketStore,
  today: CalendarDate,
): Promise<ReadonlyMap<string, number>> {
  const values = new Map<string, number>();
  if (!netAssetValue.greaterThan(zero)) return values;
  const prices = await market.lastPrices(
    assets.map(({ id }) => id),
    today,
  );
  for (const { id, currency } of assets) {
    const price = prices.get(id)?.price;
    const rate = rates.get(currency);
    if (price === undefined || rate === undefined) continue;
    const value = price.times(rate).div(netAssetValue).toNumber();
    if (value > 0) values.set(id, value);
  }
  return values;
}
