/**
 * An independent verdict on a finished proposal: everything that is promised of it is computed again from its own text and from what it
 * was made of, by the definitions and by none of the code that made it.
 */
import { minorUnitOf } from '../values/currency.ts';
import { Decimal } from '../values/decimal.ts';
import type { Proposal, ProposedTrade } from './proposal.ts';
import type { ProposalInput } from './propose.ts';

/** What does not hold, in words; empty when the proposal is sound. */
export function proposalProblems(proposal: Proposal, input: ProposalInput): string[] {
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  const { baseCurrency } = input.quotes;
  const round = (value: Decimal): Decimal => value.toDecimalPlaces(minorUnitOf(baseCurrency), Decimal.ROUND_HALF_EVEN);
  const quantities = new Map(input.positions.map(({ assetId, quantity }) => [assetId, quantity]));
  const netAssetValue = netAssetValueOf(quantities, new Decimal(0), input, round);
  const cashBefore = new Decimal(proposal.cashBefore.amount);
  const least = Decimal.min(cashBefore, 0);
  let cash = cashBefore;
  let cost = new Decimal(0);
  let bought = false;
  for (const [position, trade] of proposal.trades.entries()) {
    const name = `trade ${String(trade.order)} of ${trade.asset}`;
    expect(trade.order === position + 1, `${name}: the order is not counted from 1`);
    expect(trade.side === 'buy' || !bought, `${name}: a sale comes after a purchase`);
    bought ||= trade.side === 'buy';
    problems.push(...tradeProblems(trade, input, round).map((problem) => `${name}: ${problem}`));
    const sign = trade.side === 'buy' ? 1 : -1;
    cash = cash.minus(new Decimal(trade.value.amount).times(sign)).minus(trade.cost.amount);
    cost = cost.plus(trade.cost.amount);
    expect(cash.equals(trade.cashAfter.amount), `${name}: cash after is not what was booked`);
    expect(cash.greaterThanOrEqualTo(least), `${name}: cash is negative`);
    const id = trade.asset.slice('assets/'.length);
    quantities.set(id, (quantities.get(id) ?? new Decimal(0)).plus(new Decimal(trade.quantity).times(sign)));
    expect(
      trade.reason === 'raise-cash' || cashBefore.isNegative() || !isBeyond(trade, quantities, netAssetValue, input),
      `${name}: goes beyond the target`,
    );
  }
  expect(cash.equals(proposal.cashAfter.amount), 'cash after is not cash before and what the trades moved');
  expect(!cash.isNegative() || cash.isZero(), 'cash after is negative');
  expect(cost.equals(proposal.cost.amount), 'cost is not the sum of the costs');
  expect(netAssetValue.equals(proposal.valueBefore.amount), 'value before is not the net asset value');
  const valueAfter = new Decimal(proposal.valueAfter.amount);
  expect(netAssetValue.equals(valueAfter.plus(cost)), 'value before is not value after and cost');
  // Valued afresh, each traded line may differ by the rounding of its trade.
  const afresh = netAssetValueOf(quantities, cash.minus(cashBefore), input, round);
  const rounding = new Decimal(10).pow(-minorUnitOf(baseCurrency)).times(proposal.trades.length);
  expect(
    afresh.minus(valueAfter).abs().lessThanOrEqualTo(rounding),
    'value after is not what the holdings after are worth',
  );
  return problems;
}

function tradeProblems(trade: ProposedTrade, input: ProposalInput, round: (value: Decimal) => Decimal): string[] {
  const quote = input.quotes.assets.get(trade.asset.slice('assets/'.length));
  if (quote === undefined) return ['has no price'];
  const { costRate, costPerTrade, tradeValueMin, fractional } = input.trading;
  const quantity = new Decimal(trade.quantity);
  const value = round(quantity.times(quote.price).times(quote.rate));
  const step = fractional ? new Decimal('0.000001') : quote.lotSize;
  const problems: string[] = [];
  const isWhole = quantity.mod(step).isZero() || (input.closeOddLots === true && closes(trade, input));
  if (!quantity.greaterThan(0) || !isWhole) problems.push('the quantity is not in whole lots');
  if (!quote.price.equals(trade.price)) problems.push('the price is another');
  if (!value.equals(trade.value.amount)) problems.push('the value is not quantity x price x rate');
  if (!round(value.times(costRate).plus(costPerTrade)).equals(trade.cost.amount)) problems.push('the cost is another');
  if (trade.reason !== 'raise-cash' && value.lessThan(tradeValueMin)) problems.push('is below the smallest trade');
  return problems;
}

/** Whether a trade takes a line that is wanted at 0 from what is held to nothing. */
function closes(trade: ProposedTrade, { positions, targets }: ProposalInput): boolean {
  const id = trade.asset.slice('assets/'.length);
  const sign = trade.side === 'buy' ? -1 : 1;
  const held = positions
    .filter(({ assetId }) => assetId === id)
    .reduce((sum, { quantity }) => sum.plus(quantity), new Decimal(0));
  const weight = targets.find(({ subject }) => subject === id)?.weight ?? 0;
  return weight === 0 && held.equals(new Decimal(trade.quantity).times(sign));
}

/** By more than the rounding of the weight that asks for it, 1e-12 of net asset value. */
function isBeyond(
  trade: ProposedTrade,
  quantities: ReadonlyMap<string, Decimal>,
  netAssetValue: Decimal,
  { quotes, targets }: ProposalInput,
): boolean {
  const id = trade.asset.slice('assets/'.length);
  const quote = quotes.assets.get(id);
  if (quote === undefined) return true;
  const weight = targets.find(({ subject }) => subject === id)?.weight ?? 0;
  const target = netAssetValue.times(weight).div(quote.price.times(quote.rate));
  const excess = (quantities.get(id) ?? new Decimal(0)).minus(target).times(trade.side === 'buy' ? 1 : -1);
  return excess.times(quote.price).times(quote.rate).greaterThan(netAssetValue.times('1e-12').plus('1e-20'));
}

function netAssetValueOf(
  quantities: ReadonlyMap<string, Decimal>,
  cashMoved: Decimal,
  { cashBalances, quotes }: ProposalInput,
  round: (value: Decimal) => Decimal,
): Decimal {
  let total = cashMoved;
  for (const [id, quantity] of quantities) {
    const quote = quotes.assets.get(id);
    if (quote !== undefined) total = total.plus(round(quantity.times(quote.price).times(quote.rate)));
  }
  for (const { currency, amount } of cashBalances) {
    const isBase = currency === quotes.baseCurrency;
    total = total.plus(isBase ? amount : round(amount.times(quotes.rates.get(currency) ?? 0)));
  }
  return total;
}
