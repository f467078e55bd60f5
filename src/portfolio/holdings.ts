/** Positions and cash of a portfolio as a record in time. */
import { decimalText } from '../values/decimal.ts';
import { HoldingsRecord } from './portfolio.ts';
import type { Portfolio } from './portfolio.ts';

/** What the portfolio holds, in force from `effectiveAt` with its present version. */
export function holdingsOf(portfolio: Portfolio, effectiveAt: Date): HoldingsRecord {
  const record = new HoldingsRecord();
  record.tenant = portfolio.tenant;
  record.portfolioId = portfolio.id;
  record.version = portfolio.version;
  record.effectiveAt = effectiveAt;
  record.positions = portfolio.positions.map(({ assetId, quantity }) => ({ assetId, quantity: decimalText(quantity) }));
  record.cashBalances = portfolio.cashBalances.map(({ currency, amount }) => ({
    currency,
    amount: decimalText(amount),
  }));
  return record;
}

/** Whether both hold the same, in whatever order. */
export function holdTheSame(one: HoldingsRecord, other: HoldingsRecord): boolean {
  return contentOf(one) === contentOf(other);
}

function contentOf({ positions, cashBalances }: HoldingsRecord): string {
  const lines = positions.map(({ assetId, quantity }) => `${assetId} ${quantity}`);
  const balances = cashBalances.map(({ currency, amount }) => `${currency} ${amount}`);
  return JSON.stringify([lines.sort(), balances.sort()]);
}
