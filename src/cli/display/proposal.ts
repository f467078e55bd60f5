/** A rebalance proposal as people read it, and the exact sums that it must satisfy. */
import { Side, SkipReason, TradeReason } from '../../gen/veritasvault/portfolio/v1/rebalancing_service.ts';
import type { Proposal, SkippedTrade, Trade } from '../../gen/veritasvault/portfolio/v1/rebalancing_service.ts';
import type { DriftLine } from '../../gen/veritasvault/portfolio/v1/allocation_service.ts';
import { decimalOf, decimalText, sumOf, zero } from '../../values/decimal.ts';
import type { Decimal } from '../../values/decimal.ts';
import { amount, lastPart, money, percent, price, quantity, signedPercent } from './figures.ts';
import { table } from './table.ts';
import type { Paint } from './terminal.ts';

const reasonText = (values: Readonly<Record<string, string | number>>, prefix: string, value: number): string =>
  (Object.entries(values).find(([, number]) => number === value)?.[0] ?? '')
    .replace(prefix, '')
    .toLowerCase()
    .replaceAll('_', ' ');

export function sideText(side: Side): string {
  return side === Side.SIDE_SELL ? 'sell' : 'buy';
}

export function driftLines(drift: readonly DriftLine[], width: number, paint: Paint): string[] {
  const rows = drift.map((line) => [
    line.subject,
    percent(line.actualWeight),
    percent(line.targetWeight),
    signedPercent(line.drift),
  ]);
  const columns = [
    { title: 'line' },
    { title: 'held', align: 'right' },
    { title: 'target', align: 'right' },
    { title: 'drift', align: 'right' },
  ] as const;
  return table(columns, rows, width, paint.bold);
}

/** Amounts are in the base currency, prices in that of the asset: the caller says which. */
export function tradeLines(trades: readonly Trade[], width: number, paint: Paint): string[] {
  const shown = (value: Trade['value']): string => (value === undefined ? '-' : amount(value.amount));
  const shares = Math.max(0, ...trades.map((trade) => quantity(trade.quantity).length));
  const rows = trades.map((trade) => {
    const side = sideText(trade.side).padEnd(4);
    return [
      String(trade.order),
      `${trade.side === Side.SIDE_SELL ? paint.red(side) : paint.green(side)} ${quantity(trade.quantity).padStart(shares)} ${lastPart(trade.asset)}`,
      price(trade.price),
      shown(trade.value),
      shown(trade.cost),
      shown(trade.cashAfter),
      reasonText(TradeReason, 'TRADE_REASON_', trade.reason),
    ];
  });
  const columns = [
    { title: '#', align: 'right' },
    { title: 'trade', flexible: false },
    { title: 'price', align: 'right' },
    { title: 'value', align: 'right' },
    { title: 'cost', align: 'right' },
    { title: 'cash after', align: 'right' },
    { title: 'reason' },
  ] as const;
  return table(columns, rows, width, paint.bold);
}

export function skippedLines(skipped: readonly SkippedTrade[]): string[] {
  return skipped.map((trade) => {
    const asset = lastPart(trade.asset);
    const wanted = decimalOf(trade.quantityWanted).toDecimalPlaces(2);
    const why = trade.explanation || reasonText(SkipReason, 'SKIP_REASON_', trade.reason);
    const told = why.startsWith(`${asset}: `) ? why.slice(asset.length + 2) : why;
    return `not traded: ${sideText(trade.side)} ${quantity(decimalText(wanted))} ${asset}: ${told}`;
  });
}

const read = (value: { readonly amount: string } | undefined): Decimal =>
  value === undefined ? zero : decimalOf(value.amount);

/** One exact statement about a proposal. */
export interface Statement {
  readonly text: string;
  readonly holds: boolean;
}

/** What must hold to the last digit, recomputed from the trades alone. */
export function statementsOn(proposal: Proposal): Statement[] {
  const [before, after, cost] = [read(proposal.valueBefore), read(proposal.valueAfter), read(proposal.cost)];
  const costs = sumOf(proposal.trades.map((trade) => read(trade.cost)));
  const sides = proposal.trades.map(({ side }) => side);
  const lastSell = sides.lastIndexOf(Side.SIDE_SELL);
  const firstBuy = sides.indexOf(Side.SIDE_BUY);
  let cash = read(proposal.cashBefore);
  let running = true;
  let negative = false;
  for (const trade of proposal.trades) {
    const value = read(trade.value);
    cash = cash.plus(trade.side === Side.SIDE_SELL ? value : value.negated()).minus(read(trade.cost));
    running &&= cash.equals(read(trade.cashAfter));
    negative ||= cash.isNegative() && !cash.isZero();
  }
  const shown = (value: Decimal): string => decimalText(value);
  return [
    {
      text: `value before ${shown(before)} = value after ${shown(after)} + cost ${shown(cost)}`,
      holds: before.equals(after.plus(cost)),
    },
    {
      text: `cost ${shown(cost)} = sum of the costs of ${String(proposal.trades.length)} trades`,
      holds: cost.equals(costs),
    },
    {
      text: 'cash after each trade = cash before it -/+ value - cost',
      holds: running && cash.equals(read(proposal.cashAfter)),
    },
    { text: 'sells come first', holds: firstBuy < 0 || lastSell < firstBuy },
    { text: 'cash is never negative', holds: !negative },
    {
      text: 'every quantity is a whole number of shares',
      holds: proposal.trades.every((trade) => decimalOf(trade.quantity).isInteger()),
    },
  ];
}

/** The sums of a proposal, a line each. */
export function sumLines(proposal: Proposal): string[] {
  return [
    `value before ${money(proposal.valueBefore)}, after ${money(proposal.valueAfter)}, cost ${money(proposal.cost)}`,
    `cash before ${money(proposal.cashBefore)}, after ${money(proposal.cashAfter)}; prices of ${proposal.pricesAsOf}`,
  ];
}
