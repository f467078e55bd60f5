/**
 * From what is held to what is wanted, in whole trades: a pure, exact function.
 *
 * - Values are quantity x price x exchange rate, rounded half to even to the minor unit of the base currency, once, and added exactly. A traded line
 *   is worth afterwards what it was worth before plus what was bought or less what was sold, as booked; hence value before = value after +
 *   cost, to the last digit. Valued afresh at the same prices it may differ by the rounding of its trade, at most one minor unit.
 * - Dust goes first: lines within their band, below one lot or below the smallest trade are skipped before a purchase is sized.
 * - Sales come first, the largest first. Purchases follow by how much value the target asks for, ties by asset id; each is as large as cash
 *   pays with its cost, and what remains is skipped for want of cash. Cash is never negative, after any trade.
 * - Only cash in the base currency is spent. Cash in other currencies counts in net asset value, at its exchange rate, and stays.
 * - Quantities are whole lots, or whole millionths when the rules allow fractions, and never go beyond the target by more than the rounding of
 *   a weight, 1e-12 of net asset value: weights that were made of whole lots are traded to exactly those lots. Lines whose target is 0 are closed
 *   whole where `closeOddLots` says so; otherwise what is less than a lot stays.
 */
import { cashSubject, driftLines } from '../portfolio/drift.ts';
import type { DriftLine, TargetLine } from '../portfolio/drift.ts';
import type { TradingRules } from '../portfolio/portfolio.ts';
import { valuationOf, weightOf } from '../portfolio/valuation.ts';
import type { HeldAsset, HeldCash, Quotes, Valuation } from '../portfolio/valuation.ts';
import type { Decimal } from '../values/decimal.ts';
import { decimalText, sumOf, zero } from '../values/decimal.ts';
import { Fault } from '../values/fault.ts';
import { nameOf } from '../values/resource-name.ts';
import { Booking } from './booking.ts';
import type { Booked } from './booking.ts';
import { raisedSells } from './overdraft.ts';
import type { MoneyText, Proposal, ProposedTrade, SkippedTrade } from './proposal.ts';
import { byUrgency, dustOf, explanationOf, linesOf, skipped, wantedTrade } from './wanted-trade.ts';
import type { Line, WantedTrade } from './wanted-trade.ts';

export interface ProposalInput {
  readonly positions: readonly HeldAsset[];
  readonly cashBalances: readonly HeldCash[];
  /** Cover everything that is held or wanted. */
  readonly quotes: Quotes;
  /** By asset id, as fractions of net asset value; what is not named is wanted at 0, and the rest to 1 is cash. */
  readonly targets: readonly TargetLine[];
  readonly trading: TradingRules;
  readonly closeOddLots?: boolean;
  readonly portfolioVersion: number;
}

/** @throws Fault STATE_CONFLICT when net asset value is not above 0, or an overdraft cannot be paid. */
export function propose(input: ProposalInput): Proposal {
  const { quotes, targets, trading } = input;
  const { baseCurrency } = quotes;
  const valuation = valuationOf(input.positions, input.cashBalances, quotes);
  refuseWorthless(valuation);
  const lines = linesOf(valuation, targets, quotes, trading, input.closeOddLots);
  const { trades, skips } = sifted(lines, valuation.netAssetValue, trading, baseCurrency);
  const cashBefore = baseCash(input.cashBalances, baseCurrency);
  const booking = new Booking(cashBefore, trading, baseCurrency);
  const explained = [...makeSells(trades, lines, booking, skips), ...makeBuys(trades, booking, skips)];
  const money = (amount: Decimal): MoneyText => ({ currencyCode: baseCurrency, amount: decimalText(amount) });
  const cost = sumOf(booking.booked.map((trade) => trade.cost));
  const after = valuesAfter(lines, booking.booked);
  const otherCash = valuation.cashValue.minus(cashBefore);
  const cashValueAfter = booking.cash.plus(otherCash);
  const valueAfter = sumOf(after.values()).plus(cashValueAfter);
  const weightsAfter = weightsOf(after, cashValueAfter, valueAfter);
  return {
    drift: driftOf(
      targets,
      new Map(lines.map(({ assetId, value }) => [assetId, value])),
      valuation.cashValue,
      valuation.netAssetValue,
    ),
    trades: booking.booked.map((trade, position) => tradeOf(trade, position + 1, explained[position], money)),
    skipped: skips,
    valueBefore: money(valuation.netAssetValue),
    valueAfter: money(valueAfter),
    cost: money(cost),
    cashBefore: money(cashBefore),
    cashAfter: money(booking.cash),
    driftAfter: driftLines(withCash(targets), weightsAfter),
    pricesAsOf: quotes.pricesAsOf,
    portfolioEtag: String(input.portfolioVersion),
  };
}

/** Drift of every line and of cash, before any trade. */
export function driftOf(
  targets: readonly TargetLine[],
  values: ReadonlyMap<string, Decimal>,
  cashValue: Decimal,
  netAssetValue: Decimal,
): DriftLine[] {
  return driftLines(withCash(targets), weightsOf(values, cashValue, netAssetValue));
}

/** Added up in the order of the ids, because sums of floating point depend on theirs. */
function withCash(targets: readonly TargetLine[]): TargetLine[] {
  const sorted = targets.toSorted((one, other) => (one.subject < other.subject ? -1 : 1));
  const rest = sorted.reduce((sum, { weight }) => sum - weight, 1);
  return [...targets, { subject: cashSubject, weight: Math.abs(rest) < 1e-12 ? 0 : rest }];
}

function weightsOf(values: ReadonlyMap<string, Decimal>, cash: Decimal, netAssetValue: Decimal): Map<string, number> {
  const weights = new Map([...values].map(([id, value]): [string, number] => [id, weightOf(value, netAssetValue)]));
  return weights.set(cashSubject, weightOf(cash, netAssetValue));
}

/** The trades that remain when dust is gone, and what was skipped. */
function sifted(
  lines: readonly Line[],
  netAssetValue: Decimal,
  trading: TradingRules,
  baseCurrency: string,
): { readonly trades: readonly WantedTrade[]; readonly skips: SkippedTrade[] } {
  const wanted = lines.map((line) => wantedTrade(line, netAssetValue)).filter((trade) => trade !== undefined);
  const trades: WantedTrade[] = [];
  const skips: SkippedTrade[] = [];
  for (const trade of wanted.sort(byUrgency)) {
    const dust = dustOf(trade, trading, baseCurrency);
    if (dust === undefined) trades.push(trade);
    else skips.push(dust);
  }
  return { trades, skips };
}

/** Books the sales and returns what was wanted of each. */
function makeSells(
  trades: readonly WantedTrade[],
  lines: readonly Line[],
  booking: Booking,
  skips: SkippedTrade[],
): readonly WantedTrade[] {
  const wanted = trades.filter(({ side }) => side === 'sell');
  const sells = booking.cash.isNegative() ? raisedSells(wanted, lines, booking) : wanted;
  return sells.toSorted(byUrgency).filter((trade) => {
    const move = booking.moveOf(trade.line, 'sell', trade.quantity);
    if (move.isNegative() && booking.cash.plus(move).isNegative()) {
      skips.push(
        skipped(
          trade,
          trade.wanted,
          'insufficient-cash',
          'the sale costs more than it brings, and cash does not pay it',
        ),
      );
      return false;
    }
    booking.book(trade.line, 'sell', trade.quantity);
    return true;
  });
}

/** Books the purchases, each as large as cash pays, and returns what was wanted of each. */
function makeBuys(trades: readonly WantedTrade[], booking: Booking, skips: SkippedTrade[]): readonly WantedTrade[] {
  return trades.filter((trade) => {
    if (trade.side === 'sell') return false;
    const { line, quantity, wanted } = trade;
    const affordable = booking.affordable(line, quantity);
    const value = booking.valueOf(line, affordable);
    const isMade = !value.isZero() && (affordable.equals(quantity) || !booking.isBelowMinimum(value));
    if (!isMade || affordable.lessThan(quantity)) {
      const remains = isMade ? wanted.minus(affordable) : wanted;
      const what = isMade ? `cash pays ${decimalText(affordable)} of ${decimalText(quantity)}` : 'cash does not pay it';
      skips.push(skipped(trade, remains, 'insufficient-cash', `${what}; ${decimalText(booking.cash)} is left`));
    }
    if (isMade) booking.book(line, 'buy', affordable);
    return isMade;
  });
}

function valuesAfter(lines: readonly Line[], booked: readonly Booked[]): ReadonlyMap<string, Decimal> {
  const values = new Map(lines.map(({ assetId, value }) => [assetId, value]));
  for (const { line, side, value } of booked) {
    const before = values.get(line.assetId) ?? zero;
    values.set(line.assetId, side === 'buy' ? before.plus(value) : before.minus(value));
  }
  return values;
}

function tradeOf(
  trade: Booked,
  order: number,
  wanted: WantedTrade | undefined,
  money: (amount: Decimal) => MoneyText,
): ProposedTrade {
  if (wanted?.line !== trade.line) throw new Error(`trade ${String(order)} has lost its reason`);
  return {
    order,
    asset: nameOf('assets', trade.line.assetId),
    side: trade.side,
    quantity: decimalText(trade.quantity),
    price: decimalText(trade.line.quote.price),
    value: money(trade.value),
    cost: money(trade.cost),
    reason: wanted.reason,
    explanation: explanationOf(wanted, trade.quantity),
    cashAfter: money(trade.cashAfter),
  };
}

function baseCash(cashBalances: readonly HeldCash[], baseCurrency: string): Decimal {
  return sumOf(cashBalances.filter(({ currency }) => currency === baseCurrency).map(({ amount }) => amount));
}

function refuseWorthless({ netAssetValue, baseCurrency }: Valuation): void {
  if (netAssetValue.isPositive() && !netAssetValue.isZero()) return;
  throw new Fault(
    'STATE_CONFLICT',
    `weights need a net asset value above 0; it is ${decimalText(netAssetValue)} ${baseCurrency}`,
    { netAssetValue: decimalText(netAssetValue) },
  );
}
