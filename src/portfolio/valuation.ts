/**
 * Exact values of what is held, in the base currency. Each line is quantity x price x exchange rate, rounded once to the minor unit of the base
 * currency (half to even); from there on everything is added exactly. Cash in the base currency is counted as it stands.
 */
import type { Asset, PricePoint } from '../market/asset.ts';
import type { MarketStore } from '../market/ports.ts';
import type { CalendarDate } from '../values/clock.ts';
import { sumOf, zero } from '../values/decimal.ts';
import type { Decimal } from '../values/decimal.ts';
import { Fault } from '../values/fault.ts';
import { rounded } from '../values/money.ts';

/** The price of one unit of an asset and what one unit of its currency costs in the base currency. */
export interface Quote {
  readonly assetId: string;
  /** In the currency of the asset. */
  readonly price: Decimal;
  readonly priceDate: CalendarDate;
  readonly currency: string;
  /** Units of the base currency for one of the asset's currency. */
  readonly rate: Decimal;
  readonly lotSize: Decimal;
}

export interface Quotes {
  readonly baseCurrency: string;
  readonly assets: ReadonlyMap<string, Quote>;
  /** Units of the base currency for one of each currency asked for. */
  readonly rates: ReadonlyMap<string, Decimal>;
  /** The oldest price used; the day of valuation when none was. */
  readonly pricesAsOf: CalendarDate;
}

export interface ValuedLine {
  readonly assetId: string;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly priceDate: CalendarDate;
  readonly value: Decimal;
  /** Fraction of net asset value; 0 when that is 0. */
  readonly weight: number;
}

export interface Valuation {
  readonly baseCurrency: string;
  readonly lines: readonly ValuedLine[];
  /** All cash in the base currency, other currencies at their exchange rate. */
  readonly cashValue: Decimal;
  readonly cashWeight: number;
  readonly netAssetValue: Decimal;
  readonly pricesAsOf: CalendarDate;
}

export interface HeldAsset {
  readonly assetId: string;
  readonly quantity: Decimal;
}

export interface HeldCash {
  readonly currency: string;
  readonly amount: Decimal;
}

/**
 * Newest prices and exchange rates on or before the day for the assets and currencies asked for.
 * @throws Fault PRICE_MISSING with all that are missing.
 */
export async function quotesOn(
  market: MarketStore,
  baseCurrency: string,
  assetIds: readonly string[],
  currencies: readonly string[],
  on: CalendarDate,
): Promise<Quotes> {
  const assets = await market.findAssets(assetIds);
  const prices = await market.lastPrices(assetIds, on);
  const rates = new Map<string, Decimal>();
  for (const currency of new Set([...currencies, ...assets.map((asset) => asset.currency)])) {
    const found = await market.lastFxRate(currency, baseCurrency, on);
    if (found !== undefined) rates.set(currency, found.rate);
  }
  refuseMissing(assetIds, assets, prices, currencies, rates, baseCurrency, on);
  const quotes = new Map<string, Quote>();
  let pricesAsOf = on;
  for (const { id, currency, lotSize } of assets) {
    const point = prices.get(id);
    if (point === undefined) continue;
    const rate = rates.get(currency) ?? zero;
    quotes.set(id, { assetId: id, price: point.price, priceDate: point.date, currency, rate, lotSize });
    if (point.date < pricesAsOf) pricesAsOf = point.date;
  }
  return { baseCurrency, assets: quotes, rates, pricesAsOf };
}

/** Values holdings at quotes that cover all of them. */
export function valuationOf(
  positions: readonly HeldAsset[],
  cashBalances: readonly HeldCash[],
  quotes: Quotes,
): Valuation {
  const { baseCurrency, pricesAsOf } = quotes;
  const values = positions.map(({ assetId, quantity }) => valueOf(quantity, quoteOf(quotes, assetId), baseCurrency));
  const cashValue = sumOf(cashBalances.map((balance) => cashValueOf(balance, quotes)));
  const netAssetValue = sumOf(values).plus(cashValue);
  const lines = positions.map(({ assetId, quantity }, position) => {
    const { price, priceDate } = quoteOf(quotes, assetId);
    const value = values[position] ?? zero;
    return { assetId, quantity, price, priceDate, value, weight: weightOf(value, netAssetValue) };
  });
  return { baseCurrency, lines, cashValue, cashWeight: weightOf(cashValue, netAssetValue), netAssetValue, pricesAsOf };
}

/** Quantity x price x exchange rate, rounded to the minor unit of the base currency. */
export function valueOf(quantity: Decimal, quote: Quote, baseCurrency: string): Decimal {
  return rounded(quantity.times(quote.price).times(quote.rate), baseCurrency);
}

/** An amount of cash in the base currency; exact when it is in that currency already. */
export function cashValueOf({ currency, amount }: HeldCash, { baseCurrency, rates }: Quotes): Decimal {
  if (currency === baseCurrency) return amount;
  const rate = rates.get(currency);
  if (rate === undefined) throw new RangeError(`no exchange rate of ${currency} was asked for`);
  return rounded(amount.times(rate), baseCurrency);
}

export function weightOf(value: Decimal, netAssetValue: Decimal): number {
  return netAssetValue.isZero() ? 0 : value.div(netAssetValue).toNumber();
}

export function quoteOf({ assets }: Quotes, assetId: string): Quote {
  const quote = assets.get(assetId);
  if (quote === undefined) throw new RangeError(`no quote of ${assetId} was asked for`);
  return quote;
}

function refuseMissing(
  assetIds: readonly string[],
  assets: readonly Asset[],
  prices: ReadonlyMap<string, PricePoint>,
  currencies: readonly string[],
  rates: ReadonlyMap<string, Decimal>,
  base: string,
  on: CalendarDate,
): void {
  const known = new Set(assets.map(({ id }) => id));
  const unknown = assetIds.filter((id) => !known.has(id)).map((id) => [`assets/${id}`, 'does not exist'] as const);
  const unpriced = assetIds
    .filter((id) => known.has(id) && !prices.has(id))
    .map((id) => [`assets/${id}`, `has no price on or before ${on}`] as const);
  const unrated = [...new Set([...currencies, ...assets.map(({ currency }) => currency)])]
    .filter((currency) => !rates.has(currency))
    .map((currency) => [`fxRates/${currency}/${base}`, `has no exchange rate on or before ${on}`] as const);
  const missing = [...unknown, ...unpriced, ...unrated];
  if (missing.length === 0) return;
  throw new Fault(
    'PRICE_MISSING',
    missing.map(([name, problem]) => `${name} ${problem}`).join('; '),
    { missing: missing.map(([name]) => name).join(',') },
    missing.map(([field, description]) => ({ field, description, reason: 'PRICE_MISSING' })),
  );
}
