/** Small whole records to store. */
import { Asset, Benchmark, FactorModel } from '../../src/market/asset.ts';
import { Run, type RunKind } from '../../src/optimization/run.ts';
import { Execution, Transaction } from '../../src/orders/transaction.ts';
import {
  Allocation,
  type AllocationSet,
  CashBalance,
  ConstraintDefinition,
  HoldingsRecord,
  Objective,
  Portfolio,
  Position,
  RebalancingPolicy,
} from '../../src/portfolio/portfolio.ts';
import { Decimal } from '../../src/values/decimal.ts';

/** The fields of a record with some replaced, whatever its class: for comparisons. */
export function fieldsOf(record: object | null | undefined, replaced: object = {}): Record<string, unknown> {
  return Object.fromEntries([...Object.entries(record ?? {}), ...Object.entries(replaced)]);
}

const at = new Date('2026-01-05T10:00:00.123Z');

export function portfolioOf(id: string, changes: Partial<Portfolio> = {}): Portfolio {
  const parts = { tenant: '', portfolioId: id };
  const decimals = {
    costRate: new Decimal('0.001'),
    costPerTrade: new Decimal('1.5'),
    tradeValueMin: new Decimal('100'),
  };
  return Object.assign(new Portfolio(), {
    id,
    displayName: `Portfolio ${id}`,
    type: 'Multi-Asset',
    baseCurrency: 'USD',
    inceptionDate: '2020-02-29',
    benchmarkId: 'world',
    riskFreeRateAnnual: 0.0125,
    createdAt: at,
    updatedAt: at,
    objectives: [
      Object.assign(new Objective(), { ...parts, id: 'o2', ordinal: 0, type: 'return', target: 0.08 }),
      Object.assign(new Objective(), {
        ...parts,
        id: 'o1',
        ordinal: 1,
        type: 'risk',
        parameters: { measure: 'volatility' },
      }),
    ],
    constraints: [
      Object.assign(new ConstraintDefinition(), {
        ...parts,
        id: 'c1',
        displayName: "40 % equities at least, it's policy \\ ? $1",
        type: 'asset-class',
        parameters: { Equities: { min: 0.4, max: 0.7 }, list: [1, 'a', null, true] },
        priority: 0,
      }),
    ],
    policy: Object.assign(new RebalancingPolicy(), {
      ...parts,
      ...decimals,
      id: 'p1',
      triggerType: 'calendar',
      frequency: 'monthly',
    }),
    positions: [
      Object.assign(new Position(), {
        ...parts,
        id: 'x1',
        assetId: 'AAPL',
        quantity: new Decimal('123456789012345678.0123456789'),
      }),
      Object.assign(new Position(), { ...parts, id: 'x2', assetId: 'MSFT', quantity: new Decimal('-0.0000000001') }),
    ],
    cashBalances: [
      Object.assign(new CashBalance(), { ...parts, id: 'usd', currency: 'USD', amount: new Decimal('-12.5') }),
    ],
    ...changes,
  });
}

export function assetOf(id: string, changes: Partial<Asset> = {}): Asset {
  return Object.assign(new Asset(), {
    id,
    displayName: `Asset ${id}`,
    assetClass: 'Equity',
    sector: 'Energy',
    country: 'US',
    currency: 'USD',
    groups: { region: 'Americas' },
    lotSize: new Decimal(1),
    marketCapitalization: new Decimal('3000000000000.5'),
    identifiers: { isin: 'US0378331005' },
    issuer: 'Issuer',
    averageDailyValue: new Decimal('12.5'),
    characteristics: { duration: 4.25, 'esg-score': -0.5 },
    holdings: [{ assetId: 'other', weight: 0.25 }],
    createdAt: at,
    updatedAt: at,
    ...changes,
  });
}

export function benchmarkOf(id: string, effectiveDate: string, weights: Record<string, number>): Benchmark {
  return Object.assign(new Benchmark(), {
    id,
    displayName: `Benchmark ${id}`,
    effectiveDate,
    weights: Object.entries(weights).map(([assetId, weight]) => ({ assetId, weight })),
    updatedAt: at,
  });
}

export function factorModelOf(id: string): FactorModel {
  return Object.assign(new FactorModel(), {
    id,
    displayName: `Factors ${id}`,
    factors: ['market', 'size'],
    assetIds: ['A', 'B', 'C'],
    exposures: Float64Array.of(1, 0.1, 0.9, -0.2, 1.1, Math.PI),
    factorCovariance: Float64Array.of(0.04, 0.001, 0.001, 0.02),
    specificVariance: Float64Array.of(1e-300, 0.02, 5e-324),
    updatedAt: at,
  });
}

export function allocationSetOf(portfolioId: string, version: number, effectiveAt: Date): AllocationSet {
  const common = { portfolioId, kind: 'target', dimension: 'asset', setVersion: version, effectiveAt } as const;
  const lines = [
    Object.assign(new Allocation(), { ...common, id: 'a', ordinal: 0, subject: 'MSFT', weight: 0.1 + 0.2 }),
    Object.assign(new Allocation(), {
      ...common,
      id: 'b',
      ordinal: 1,
      subject: 'AAPL',
      weight: 0.7,
      weightMin: 0.5,
      weightMax: 0.9,
    }),
  ];
  return { portfolioId, kind: 'target', dimension: 'asset', version, effectiveAt, allocations: lines };
}

export function holdingsOf(portfolioId: string, version: number, effectiveAt: Date): HoldingsRecord {
  return Object.assign(new HoldingsRecord(), {
    portfolioId,
    version,
    effectiveAt,
    positions: [{ assetId: 'AAPL', quantity: `${version}.5` }],
    cashBalances: [{ currency: 'USD', amount: '100' }],
  });
}

export function runOf(
  portfolioId: string,
  id: string,
  kind: RunKind = 'optimization',
  changes: Partial<Run> = {},
): Run {
  return Object.assign(new Run(), {
    kind,
    portfolioId,
    id,
    subject: 'mean-variance',
    input: { seed: 1 },
    createdAt: at,
    ...changes,
  });
}

export function transactionOf(portfolioId: string, id: string, changes: Partial<Transaction> = {}): Transaction {
  return Object.assign(new Transaction(), {
    portfolioId,
    id,
    rebalanceId: 'r1',
    assetId: 'AAPL',
    side: 'sell',
    quantity: new Decimal('10.5'),
    quantityExecuted: new Decimal(0),
    priceExpected: new Decimal('99.99'),
    createdAt: at,
    updatedAt: at,
    ...changes,
  });
}

export function executionOf(portfolioId: string, transactionId: string, id: string): Execution {
  return Object.assign(new Execution(), {
    id,
    portfolioId,
    transactionId,
    quantity: new Decimal('2.5'),
    price: new Decimal('100.01'),
    costAmount: new Decimal('0.35'),
    costCurrency: 'USD',
    executedAt: at,
    recordedAt: at,
  });
}
