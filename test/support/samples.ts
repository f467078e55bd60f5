/** Small admissible drafts that tests change where they need to. */
import type { AssetDraft } from '../../src/market/draft.ts';
import { Asset } from '../../src/market/asset.ts';
import type { PortfolioDraft } from '../../src/portfolio/draft.ts';
import { Decimal } from '../../src/values/decimal.ts';

export const assetDraft: AssetDraft = {
  displayName: 'Apple Inc.',
  assetClass: 'Equity',
  sector: 'Information Technology',
  country: 'US',
  currencyCode: 'USD',
  groups: { region: 'North America' },
  lotSize: '',
  marketCapitalization: '3000000000000',
  identifiers: { isin: 'US0378331005', ticker: 'AAPL' },
  issuer: '',
  averageDailyValue: '',
  characteristics: {},
  holdings: [],
};

export function asset(id: string, changes: Partial<Asset> = {}): Asset {
  return Object.assign(new Asset(), {
    tenant: 'acme',
    id,
    displayName: id,
    assetClass: 'Equity',
    currency: 'USD',
    lotSize: new Decimal(1),
    ...changes,
  });
}

export const portfolioDraft: PortfolioDraft = {
  displayName: 'Growth',
  type: 'Multi-Asset',
  baseCurrency: 'USD',
  inceptionDate: '2024-01-31',
  benchmark: '',
  objectives: [{ objectiveId: '', type: 'return', target: 0.08, parameters: {}, priority: 1 }],
  constraints: [],
  positions: [
    { positionId: '', asset: 'assets/AAPL', quantity: '100' },
    { positionId: '', asset: 'assets/MSFT', quantity: '50' },
  ],
  cashBalances: [{ cashBalanceId: '', amount: { currencyCode: 'USD', amount: '1000.50' } }],
  riskFreeRateAnnual: 0.02,
};
