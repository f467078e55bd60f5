/** A market and portfolios in memory with a few priced assets, and the use cases on them. */
import { Allocations } from '../../src/portfolio/allocations.ts';
import type { ConstraintCatalog } from '../../src/portfolio/constraint-catalog.ts';
import { Portfolios } from '../../src/portfolio/portfolios.ts';
import { Decimal } from '../../src/values/decimal.ts';
import { MemoryMarket } from './memory-market.ts';
import { MemoryPortfolios } from './memory-portfolio.ts';
import { MemoryUnits, SetClock, countedIds } from './memory-units.ts';
import { asset } from './samples.ts';

/** Knows the type "bounds" with the parameter max. */
export const boundsOnly: ConstraintCatalog = {
  violations: (type, parameters, field) => {
    if (type !== 'bounds') return [{ field: `${field}.type`, description: 'is unknown', reason: 'UNKNOWN_TYPE' }];
    return 'max' in parameters ? [] : [{ field: `${field}.parameters.max`, description: 'is required' }];
  },
};

/** AAPL 200.00 and MSFT 400.00 in USD, SAP 100.00 in EUR (1.10 USD), all on 2025-03-03; GOLD has no price. */
export async function sampleMarket(): Promise<MemoryMarket> {
  const market = new MemoryMarket();
  await market.putAssets([
    asset('AAPL', { groups: { region: 'America' } }),
    asset('MSFT', { groups: { region: 'America' } }),
    asset('SAP', { currency: 'EUR', groups: { region: 'Europe' } }),
    asset('GOLD', { assetClass: 'Commodity' }),
  ]);
  for (const [id, amount] of [
    ['AAPL', 200],
    ['MSFT', 400],
    ['SAP', 100],
  ] as const) {
    await market.putPrices(id, [
      { date: '2025-01-02', price: new Decimal(amount).div(2) },
      { date: '2025-03-03', price: new Decimal(amount) },
    ]);
  }
  await market.putFxRates([{ base: 'EUR', quote: 'USD', date: '2025-01-01', rate: new Decimal('1.10') }]);
  return market;
}

export interface Folio {
  readonly units: MemoryUnits<{ readonly market: MemoryMarket; readonly portfolios: MemoryPortfolios }>;
  readonly clock: SetClock;
  readonly portfolios: Portfolios;
  readonly allocations: Allocations;
}

export async function sampleFolio(): Promise<Folio> {
  const units = new MemoryUnits({ market: await sampleMarket(), portfolios: new MemoryPortfolios() });
  const clock = new SetClock('2025-03-03T12:00:00Z');
  const newId = countedIds();
  const portfolios = new Portfolios(units, clock, newId, boundsOnly);
  return { units, clock, portfolios, allocations: new Allocations(units, clock, newId) };
}
