/** Positions and cash of a portfolio. Short positions have a negative quantity; overdrafts a negative amount. */
import { readDecimal } from '../values/decimal.ts';
import { readCurrency } from '../values/fields.ts';
import { readName } from '../values/resource-name.ts';
import type { Admission } from './admission.ts';
import type { PortfolioDraft } from './draft.ts';
import { limited, PartIds } from './part-ids.ts';
import { CashBalance, Position } from './portfolio.ts';
import type { Portfolio } from './portfolio.ts';

export const positionsMax = 5000;
export const cashBalancesMax = 200;

export function readPositions(
  draft: PortfolioDraft,
  portfolio: Portfolio,
  field: string,
  { newId, references, violations }: Admission,
): void {
  const ids = new PartIds(newId, violations);
  const idsBefore = new Map(portfolio.positions.map((position) => [position.assetId, position.id]));
  const held = new Set<string>();
  portfolio.positions = limited(draft.positions, positionsMax, field, violations).map((stated, index) => {
    const at = `${field}[${String(index)}]`;
    const position = new Position();
    position.assetId = readName(stated.asset, ['assets'], `${at}.asset`, violations)[0] ?? '';
    position.id = ids.read(stated.positionId, `${at}.position_id`, idsBefore.get(position.assetId));
    position.quantity = readDecimal(stated.quantity, `${at}.quantity`, violations);
    if (position.assetId === '') return position;
    if (held.has(position.assetId)) {
      violations.push({ field: `${at}.asset`, description: `${stated.asset} has a position already` });
    }
    held.add(position.assetId);
    references.push({ collection: 'assets', id: position.assetId, field: `${at}.asset` });
    return position;
  });
}

export function readCash(
  draft: PortfolioDraft,
  portfolio: Portfolio,
  field: string,
  { newId, violations }: Admission,
): void {
  const ids = new PartIds(newId, violations);
  const idsBefore = new Map(portfolio.cashBalances.map((balance) => [balance.currency, balance.id]));
  const currencies = new Set<string>();
  portfolio.cashBalances = limited(draft.cashBalances, cashBalancesMax, field, violations).map((stated, index) => {
    const at = `${field}[${String(index)}]`;
    const balance = new CashBalance();
    if (stated.amount === undefined) violations.push({ field: `${at}.amount`, description: 'is required' });
    const { amount, currencyCode } = stated.amount ?? { amount: '0', currencyCode: 'USD' };
    balance.currency = readCurrency(currencyCode, `${at}.amount.currency_code`, violations);
    balance.amount = readDecimal(amount, `${at}.amount.amount`, violations);
    balance.id = ids.read(stated.cashBalanceId, `${at}.cash_balance_id`, idsBefore.get(balance.currency));
    if (stated.amount !== undefined && currencies.has(balance.currency)) {
      violations.push({
        field: `${at}.amount.currency_code`,
        description: `${balance.currency} has a balance already`,
      });
    }
    currencies.add(balance.currency);
    return balance;
  });
}
