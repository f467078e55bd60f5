/**
 * What an execution does to a portfolio: the position moves by the quantity, the cash balance in the asset's currency by quantity x price
 * rounded half to even to its minor unit, and the cost leaves the balance of its own currency. Balances are opened when missing; a fill is
 * a fact, so cash may become negative. Positions of nothing are closed.
 */
import { CashBalance, Position } from '../portfolio/portfolio.ts';
import type { Portfolio } from '../portfolio/portfolio.ts';
import type { Decimal } from '../values/decimal.ts';
import { zero } from '../values/decimal.ts';
import { refuse } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import { checkStorable, rounded } from '../values/money.ts';
import type { Execution, Side } from './transaction.ts';

/** Moves position and cash in place. @throws Fault NUMBER_INVALID when a sum no longer fits what can be stored. */
export function settle(
  portfolio: Portfolio,
  { assetId, currency, side }: { readonly assetId: string; readonly currency: string; readonly side: Side },
  execution: Execution,
  newId: () => string,
): void {
  const { quantity, price, costAmount, costCurrency } = execution;
  const value = rounded(quantity.times(price), currency);
  const violations: Violation[] = [];
  const position = movePosition(portfolio, assetId, side === 'buy' ? quantity : quantity.negated(), newId);
  checkStorable(position, 'execution.quantity', violations);
  const cash = moveCash(portfolio, currency, side === 'buy' ? value.negated() : value, newId);
  checkStorable(cash, 'execution.price', violations);
  if (!costAmount.isZero()) {
    checkStorable(moveCash(portfolio, costCurrency, costAmount.negated(), newId), 'execution.cost.amount', violations);
  }
  refuse(violations);
}

function movePosition(portfolio: Portfolio, assetId: string, move: Decimal, newId: () => string): Decimal {
  let position = portfolio.positions.find((held) => held.assetId === assetId);
  if (position === undefined) {
    position = Object.assign(new Position(), {
      tenant: portfolio.tenant,
      portfolioId: portfolio.id,
      id: newId(),
      assetId,
      quantity: zero,
    });
    portfolio.positions.push(position);
  }
  const quantity = position.quantity.plus(move);
  position.quantity = quantity;
  if (quantity.isZero()) portfolio.positions = portfolio.positions.filter((held) => held !== position);
  return quantity;
}

function moveCash(portfolio: Portfolio, currency: string, move: Decimal, newId: () => string): Decimal {
  let balance = portfolio.cashBalances.find((held) => held.currency === currency);
  if (balance === undefined) {
    balance = Object.assign(new CashBalance(), {
      tenant: portfolio.tenant,
      portfolioId: portfolio.id,
      id: newId(),
      currency,
      amount: zero,
    });
    portfolio.cashBalances.push(balance);
  }
  balance.amount = balance.amount.plus(move);
  return balance.amount;
}
