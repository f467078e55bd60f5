/** A small market with two years of daily prices made by a seeded generator, and a portfolio that holds some of it. */
import { struct } from './client.ts';
import type { Message, TestClient } from './client.ts';

export const assetIds = ['ALFA', 'BRAVO', 'COSMO', 'DELTA', 'EKO', 'FOXTROT', 'GOLF', 'HOTEL'] as const;
const sectors = ['Technology', 'Technology', 'Health', 'Health', 'Energy', 'Energy', 'Finance', 'Finance'];
const countries = ['US', 'US', 'US', 'DE', 'DE', 'US', 'GB', 'US'];

/** mulberry32: the same numbers on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

export const tradingDays = 500;
const firstDay = Date.UTC(2023, 0, 2);

/** T ascending dates and T x n prices, row by row. */
export function priceTable(): { readonly dates: readonly string[]; readonly rows: readonly (readonly number[])[] } {
  const random = seeded(7);
  const prices = assetIds.map((_, index) => 40 + 15 * index);
  const dates: string[] = [];
  const rows: number[][] = [];
  for (let day = 0; day < tradingDays; day += 1) {
    dates.push(new Date(firstDay + day * 86_400_000).toISOString().slice(0, 10));
    const market = 0.007 * normal(random);
    for (const [index, price] of prices.entries()) {
      const change = 0.0002 + 0.00005 * index + (0.7 + 0.08 * index) * market + 0.008 * normal(random);
      prices[index] = Math.max(1, price * (1 + change));
    }
    rows.push(prices.map((price) => Number(price.toFixed(4))));
  }
  return { dates, rows };
}

export async function importMarket(client: TestClient): Promise<void> {
  const assets = assetIds.map((id, index) => ({
    asset: {
      name: `assets/${id}`,
      displayName: `${id} Inc`,
      assetClass: 'Equity',
      sector: sectors[index],
      country: countries[index],
      currencyCode: 'USD',
      groups: { size: index < 4 ? 'large' : 'small' },
      lotSize: '1',
      marketCapitalization: String(1_000_000_000 * (8 - index)),
      identifiers: { ticker: id },
    },
  }));
  await client.upload('AssetService/ImportAssets', assets);
  const { dates, rows } = priceTable();
  const messages = dates.map((date, day) => ({
    prices: assetIds.map((id, index) => ({ asset: `assets/${id}`, date, amount: String(rows[day]?.[index]) })),
  }));
  await client.upload('AssetService/ImportPrices', messages);
  await client.upload('AssetService/ImportBenchmarkWeights', [
    { header: { name: 'benchmarks/BENCHMARK123', displayName: 'Test index', effectiveDate: '2023-01-02' } },
    ...assetIds.map((id) => ({ weight: { asset: `assets/${id}`, weight: 1 / assetIds.length } })),
  ]);
}

export function portfolioMessage(changes: Message = {}): Message {
  return {
    displayName: 'Growth',
    type: 'Equity',
    baseCurrency: 'USD',
    benchmark: 'benchmarks/BENCHMARK123',
    objectives: [{ type: 'return', target: 0.08, priority: 1 }],
    constraints: [
      {
        constraintId: 'long-only',
        displayName: 'long-only',
        type: 'bounds',
        parameters: struct({ all: { min: 0, max: 0.4 } }),
      },
      {
        constraintId: 'sectors',
        displayName: 'sector caps',
        type: 'sector',
        parameters: struct({ Technology: { max: 0.5 }, Energy: { max: 0.4 } }),
      },
    ],
    rebalancingPolicy: {
      triggerType: 'absolute-drift',
      parameters: struct({ band: 0.02 }),
      trading: { costRate: '0.0005', costPerTrade: '1', tradeValueMin: '100' },
    },
    positions: assetIds.slice(0, 5).map((id, index) => ({ asset: `assets/${id}`, quantity: String(100 + 20 * index) })),
    cashBalances: [{ amount: { currencyCode: 'USD', amount: '5000.00' } }],
    riskFreeRateAnnual: 0.02,
    ...changes,
  };
}

export const estimation: Message = {
  expectedReturns: { type: 'historical-mean', parameters: struct({ method: 'arithmetic' }) },
  covariance: { type: 'sample' },
  missingPrices: 'MISSING_PRICES_REFUSE',
  periodsPerYear: 252,
};

export function optimizationMessage(changes: Message = {}): Message {
  return {
    strategy: { type: 'maximum-sharpe' },
    constraints: [
      {
        constraintId: 'calm',
        displayName: 'calm',
        type: 'volatility',
        parameters: struct({ max: 0.3, period: 'annual' }),
      },
    ],
    estimation,
    universe: [...assetIds],
    ...changes,
  };
}

/** A stateless problem of n assets with a well-conditioned covariance. */
export function problemMessage(n: number, changes: Message = {}): Message {
  const random = seeded(n);
  const exposures = Array.from({ length: n }, () => 0.5 + random());
  const values: number[] = [];
  for (const [row, left] of exposures.entries()) {
    for (const [column, right] of exposures.entries())
      values.push(0.02 * left * right + (row === column ? 0.01 + 0.02 * random() : 0));
  }
  return {
    universe: exposures.map((_, index) => ({
      assetId: `A${String(index)}`,
      sector: index % 2 === 0 ? 'Even' : 'Odd',
      assetClass: 'Equity',
    })),
    expectedReturns: {
      values: { values: exposures.map((exposure) => 0.03 + 0.05 * exposure + 0.02 * random()) },
      period: 'RETURN_PERIOD_ANNUAL',
    },
    covariance: { matrix: { rows: n, columns: n, values }, period: 'RETURN_PERIOD_ANNUAL' },
    constraints: [{ constraintId: 'long-only', type: 'bounds', parameters: struct({ all: { min: 0, max: 1 } }) }],
    ...changes,
  };
}
