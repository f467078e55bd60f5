/** What a target asks of each line, before it is known what cash allows. */
import { weightTolerance } from '../portfolio/drift.ts';
import type { TargetLine } from '../portfolio/drift.ts';
import type { TradingRules } from '../portfolio/portfolio.ts';
import { quoteOf, valueOf } from '../portfolio/valuation.ts';
import type { Quote, Quotes, Valuation } from '../portfolio/valuation.ts';
import { Decimal, decimalText, zero } from '../values/decimal.ts';
import { nameOf } from '../values/resource-name.ts';
import type { Side, SkippedTrade, SkipReason, TradeReason } from './proposal.ts';

const fractionalStep = new Decimal('0.000001');

/** What rounding of a weight, a binary fraction that was computed, changes at most, as a fraction of net asset value. */
const weightRounding = new Decimal('1e-12');

/** A line that is held or wanted. */
export interface Line {
  readonly assetId: string;
  readonly quote: Quote;
  readonly held: Decimal;
  /** Value before any trade, in the base currency, rounded. */
  readonly value: Decimal;
  readonly weight: number;
  readonly target: TargetLine;
  /** Quantities traded are whole multiples of it. */
  readonly step: Decimal;
  /** Whether it is closed with its odd lot. */
  readonly closesWhole: boolean;
}

export interface WantedTrade {
  readonly line: Line;
  readonly side: Side;
  /** Down to the target exactly. */
  readonly wanted: Decimal;
  /** Whole steps towards the target, not beyond it by more than its rounding; all that is held when it is closed whole. */
  readonly quantity: Decimal;
  /** How much value the target asks for; larger ones go first. */
  readonly urgency: Decimal;
  readonly reason: TradeReason;
}

/** Lines by asset id, so that the order of the input does not matter. */
export function linesOf(
  valuation: Valuation,
  targets: readonly TargetLine[],
  quotes: Quotes,
  { fractional }: TradingRules,
  closeOddLots = false,
): Line[] {
  const held = new Map(
    valuation.lines.filter(({ quantity }) => !quantity.isZero()).map((line) => [line.assetId, line]),
  );
  const wanted = new Map(targets.map((target) => [target.subject, target]));
  return [...new Set([...held.keys(), ...wanted.keys()])].sort().map((assetId) => {
    const quote = quoteOf(quotes, assetId);
    const line = held.get(assetId);
    const target = wanted.get(assetId) ?? { subject: assetId, weight: 0 };
    return {
      assetId,
      quote,
      held: line?.quantity ?? zero,
      value: line?.value ?? zero,
      weight: line?.weight ?? 0,
      target,
      step: fractional ? fractionalStep : quote.lotSize,
      closesWhole: closeOddLots && target.weight === 0,
    };
  });
}

/** The trade that a line's target asks for; undefined when the line is where it should be. */
export function wantedTrade(line: Line, netAssetValue: Decimal): WantedTrade | undefined {
  const { quote, held, target, step, closesWhole } = line;
  if (Math.abs(line.weight - target.weight) <= weightTolerance && target.weight !== 0) return undefined;
  const unitValue = quote.price.times(quote.rate);
  // Closing asks for what is held, exactly; the 30 decimals undo the last digit of the division.
  const targetQuantity =
    target.weight === 0
      ? zero
      : netAssetValue.times(target.weight).div(unitValue).toDecimalPlaces(30, Decimal.ROUND_HALF_EVEN);
  const difference = targetQuantity.minus(held);
  const wanted = difference.abs();
  if (wanted.toDecimalPlaces(10, Decimal.ROUND_DOWN).isZero()) return undefined;
  const slack = target.weight === 0 ? zero : netAssetValue.times(weightRounding).div(unitValue);
  const nearest = wanted.div(step).round().times(step);
  if (nearest.isZero() && wanted.lessThanOrEqualTo(slack)) return undefined;
  const side = difference.isNegative() ? 'sell' : 'buy';
  const isOnStep = nearest.minus(wanted).abs().lessThanOrEqualTo(slack);
  const quantity = closesWhole ? wanted : isOnStep ? nearest : wholeSteps(wanted, step);
  return { line, side, wanted, quantity, urgency: wanted.times(unitValue), reason: reasonOf(line) };
}

/** The largest multiple of the step that is not above the quantity. */
export function wholeSteps(quantity: Decimal, step: Decimal): Decimal {
  return quantity.div(step).floor().times(step);
}

/** Why a wanted trade is dust, or undefined: decided before anything is sized by cash, so that no sale counts that is not made. */
export function dustOf(trade: WantedTrade, trading: TradingRules, baseCurrency: string): SkippedTrade | undefined {
  const { line, quantity } = trade;
  const { weightMin, weightMax } = line.target;
  if (
    weightMin !== undefined &&
    weightMax !== undefined &&
    weightMin < weightMax &&
    line.weight >= weightMin - weightTolerance &&
    line.weight <= weightMax + weightTolerance
  ) {
    const band = `${percent(weightMin)} to ${percent(weightMax)}`;
    return skipped(trade, trade.wanted, 'within-band', `weighs ${percent(line.weight)}, within its band of ${band}`);
  }
  if (quantity.isZero()) {
    const lot = decimalText(line.step);
    return skipped(trade, trade.wanted, 'below-one-lot', `is off its target by less than one lot of ${lot}`);
  }
  const value = valueOf(quantity, line.quote, baseCurrency);
  if (value.isZero() || value.lessThan(trading.tradeValueMin)) {
    const least = `${decimalText(trading.tradeValueMin)} ${baseCurrency}`;
    const explanation = `a trade of ${decimalText(value)} ${baseCurrency} is below the smallest one of ${least}`;
    return skipped(
      trade,
      trade.wanted,
      'below-minimum-value',
      value.isZero() ? 'its value rounds to nothing' : explanation,
    );
  }
  return undefined;
}

export function skipped(
  { line, side }: WantedTrade,
  wanted: Decimal,
  reason: SkipReason,
  explanation: string,
): SkippedTrade {
  return {
    asset: nameOf('assets', line.assetId),
    side,
    quantityWanted: decimalText(wanted.toDecimalPlaces(10, Decimal.ROUND_DOWN)),
    reason,
    explanation: `${line.assetId}: ${explanation}`,
  };
}

/** Largest first, ties by asset id. */
export function byUrgency(one: WantedTrade, other: WantedTrade): number {
  const larger = other.urgency.comparedTo(one.urgency);
  if (larger !== 0) return larger;
  return one.line.assetId < other.line.assetId ? -1 : 1;
}

export function explanationOf({ line, side, reason }: WantedTrade, quantity: Decimal): string {
  const { assetId, target } = line;
  const trade = `${side} ${decimalText(quantity)}`;
  const held = percent(line.weight);
  switch (reason) {
    case 'drift':
      return `${assetId} weighs ${held} and should weigh ${percent(target.weight)}: ${trade}`;
    case 'new-position':
      return `${assetId} is not held and should weigh ${percent(target.weight)}: ${trade}`;
    case 'close-position':
      return `${assetId} weighs ${held} and is not in the target: ${trade}`;
    case 'raise-cash':
      return `cash is overdrawn: ${trade} ${assetId} to pay it back`;
  }
}

export function percent(weight: number): string {
  return `${(weight * 100).toFixed(2)} %`;
}

function reasonOf({ held, target }: Line): TradeReason {
  if (held.isZero()) return 'new-position';
  return target.weight === 0 ? 'close-position' : 'drift';
}
