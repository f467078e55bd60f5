/** When cash begins below zero and the sales of the target do not pay it back, more is sold. */
import type { Decimal } from '../values/decimal.ts';
import { decimalText, zero } from '../values/decimal.ts';
import { Fault } from '../values/fault.ts';
import type { Booking } from './booking.ts';
import type { Line, WantedTrade } from './wanted-trade.ts';
import { wholeSteps } from './wanted-trade.ts';

/**
 * Enlarges the sales until cash is not negative any more, from the line that is most above its target, ties by asset id.
 * @throws Fault STATE_CONFLICT when all that is held cannot pay.
 */
export function raisedSells(
  sells: readonly WantedTrade[],
  lines: readonly Line[],
  booking: Booking,
): readonly WantedTrade[] {
  const sold = new Map(sells.map((trade) => [trade.line.assetId, trade]));
  const moveOf = ({ line, quantity }: WantedTrade): Decimal => booking.moveOf(line, 'sell', quantity);
  let cash = [...sold.values()].reduce((sum, trade) => sum.plus(moveOf(trade)), booking.cash);
  for (const line of byExcess(lines)) {
    if (!cash.isNegative()) break;
    const before = sold.get(line.assetId);
    const withoutIt = before === undefined ? cash : cash.minus(moveOf(before));
    const quantity = leastSale(line, withoutIt, booking);
    const move = quantity.isZero() ? zero : booking.moveOf(line, 'sell', quantity);
    if (!move.isPositive() || (before !== undefined && !quantity.greaterThan(before.quantity))) continue;
    cash = withoutIt.plus(move);
    sold.set(line.assetId, {
      line,
      side: 'sell',
      wanted: before?.wanted ?? zero,
      quantity,
      urgency: before?.urgency ?? zero,
      reason: before?.reason ?? 'raise-cash',
    });
  }
  if (cash.isNegative()) {
    throw new Fault(
      'STATE_CONFLICT',
      `cash is overdrawn and the holdings cannot raise the missing ${decimalText(cash.negated())}`,
      {
        missing: decimalText(cash.negated()),
      },
    );
  }
  return [...sold.values()];
}

/** The least whole steps whose proceeds bring cash to zero; all that can be sold when that is not enough. */
function leastSale(line: Line, cash: Decimal, booking: Booking): Decimal {
  const most = wholeSteps(line.held, line.step);
  if (!most.isPositive() || most.isZero()) return zero;
  const steps = most.div(line.step).round();
  let low = zero;
  let high = steps;
  // Proceeds do not fall with the quantity, so the least enough is found by halving.
  while (low.lessThan(high)) {
    const middle = low.plus(high).div(2).floor();
    const enough = !middle.isZero() && !cash.plus(booking.moveOf(line, 'sell', middle.times(line.step))).isNegative();
    if (enough) high = middle;
    else low = middle.plus(1);
  }
  return low.times(line.step);
}

function byExcess(lines: readonly Line[]): Line[] {
  const excessOf = ({ weight, target }: Line): number => weight - target.weight;
  return lines
    .filter(({ held }) => held.isPositive() && !held.isZero())
    .sort((one, other) => excessOf(other) - excessOf(one) || (one.assetId < other.assetId ? -1 : 1));
}
