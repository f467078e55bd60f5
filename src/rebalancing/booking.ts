/**
 * Cash in the base currency while trades are made one after the other. A trade books its value, rounded once to the minor unit, and its
 * cost, rounded likewise; everything else is exact addition.
 */
import type { TradingRules } from '../portfolio/portfolio.ts';
import { valueOf } from '../portfolio/valuation.ts';
import type { Decimal } from '../values/decimal.ts';
import { zero } from '../values/decimal.ts';
import { minorAmount, rounded } from '../values/money.ts';
import type { Side } from './proposal.ts';
import { wholeSteps } from './wanted-trade.ts';
import type { Line } from './wanted-trade.ts';

export interface Booked {
  readonly line: Line;
  readonly side: Side;
  readonly quantity: Decimal;
  readonly value: Decimal;
  readonly cost: Decimal;
  readonly cashAfter: Decimal;
}

export class Booking {
  cash: Decimal;
  readonly booked: Booked[] = [];
  private readonly trading: TradingRules;
  private readonly currency: string;

  constructor(cash: Decimal, trading: TradingRules, currency: string) {
    this.cash = cash;
    this.trading = trading;
    this.currency = currency;
  }

  valueOf(line: Line, quantity: Decimal): Decimal {
    return valueOf(quantity, line.quote, this.currency);
  }

  costOf(value: Decimal): Decimal {
    const { costRate, costPerTrade } = this.trading;
    return rounded(value.times(costRate).plus(costPerTrade), this.currency);
  }

  /** By how much cash moves: up by a sale, down by a purchase, down by the cost. */
  moveOf(line: Line, side: Side, quantity: Decimal): Decimal {
    const value = this.valueOf(line, quantity);
    return (side === 'sell' ? value : value.negated()).minus(this.costOf(value));
  }

  book(line: Line, side: Side, quantity: Decimal): void {
    const value = this.valueOf(line, quantity);
    this.cash = this.cash.plus(this.moveOf(line, side, quantity));
    this.booked.push({ line, side, quantity, value, cost: this.costOf(value), cashAfter: this.cash });
  }

  /**
   * The largest purchase in whole steps, at most `quantity`, that cash pays with its cost. Rounding adds at most half a minor unit to value
   * and to cost each, so a purchase sized with one minor unit less is always paid.
   */
  affordable(line: Line, quantity: Decimal): Decimal {
    if (this.pays(line, quantity)) return quantity;
    const unitValue = line.quote.price.times(line.quote.rate).times(this.trading.costRate.plus(1));
    const spendable = this.cash.minus(this.trading.costPerTrade);
    for (const reserve of [zero, minorAmount(this.currency)]) {
      const money = spendable.minus(reserve);
      if (!money.isPositive()) return zero;
      const most = wholeSteps(money.div(unitValue), line.step);
      if (most.isZero()) return zero;
      if (most.lessThan(quantity) && this.pays(line, most)) return most;
    }
    return zero;
  }

  isBelowMinimum(value: Decimal): boolean {
    return value.lessThan(this.trading.tradeValueMin);
  }

  private pays(line: Line, quantity: Decimal): boolean {
    return !this.cash.plus(this.moveOf(line, 'buy', quantity)).isNegative();
  }
}
