/** What a portfolio holds by asset, asset class or group, as fractions of net asset value. */
import type { Asset } from '../market/asset.ts';
import type { MarketStore } from '../market/ports.ts';
import type { CalendarDate } from '../values/clock.ts';
import { taxonomyOf } from './admission-allocations.ts';
import { cashSubject } from './drift.ts';
import type { AllocationDimension, Portfolio } from './portfolio.ts';
import { quotesOn, valuationOf } from './valuation.ts';

/** Assets that a dimension says nothing of. */
export const unclassified = 'unclassified';

/**
 * Weights by subject, cash included. Groups are those of the taxonomies that the targets name.
 * @throws Fault PRICE_MISSING.
 */
export async function actualWeights(
  portfolio: Portfolio,
  market: MarketStore,
  dimension: AllocationDimension,
  taxonomies: readonly string[],
  on: CalendarDate,
): Promise<Map<string, number>> {
  const assetIds = portfolio.positions.map(({ assetId }) => assetId);
  const currencies = portfolio.cashBalances.map(({ currency }) => currency);
  const quotes = await quotesOn(market, portfolio.baseCurrency, assetIds, currencies, on);
  const { lines, cashWeight } = valuationOf(portfolio.positions, portfolio.cashBalances, quotes);
  const assets = new Map((await market.findAssets(assetIds)).map((asset) => [asset.id, asset]));
  const weights = new Map<string, number>();
  for (const { assetId, weight } of lines) {
    for (const subject of subjectsOf(assets.get(assetId), assetId, dimension, taxonomies)) {
      weights.set(subject, (weights.get(subject) ?? 0) + weight);
    }
  }
  weights.set(cashSubject, (weights.get(cashSubject) ?? 0) + cashWeight);
  return weights;
}

function subjectsOf(
  asset: Asset | undefined,
  assetId: string,
  dimension: AllocationDimension,
  taxonomies: readonly string[],
): readonly string[] {
  if (dimension === 'asset') return [assetId];
  if (dimension === 'asset-class') {
    const assetClass = asset?.assetClass ?? '';
    return [/^cash$/i.test(assetClass) ? cashSubject : assetClass || unclassified];
  }
  return taxonomies.map((taxonomy) => `${taxonomy}/${asset?.groups[taxonomy] ?? unclassified}`);
}

/** The taxonomies that subjects of groups name, each once. */
export function taxonomiesOf(subjects: readonly string[]): readonly string[] {
  return [...new Set(subjects.map(taxonomyOf))];
}
