/**
 * What positions cost while they are held: one rate for long ones, another for short ones, so that the cost has a kink at zero, which a period
 * of a plan cannot hold. Two kinds of plans close in on it. In one, each asset that may be either stays on one side in each period: its best is a
 * plan that can be had. In the other, nothing is kept on a side, and the cost of an asset at zero is linear, of a slope between both rates:
 * no plan costs more than its own cost by that line, so its best is a bound on all. The prices at zero in the former give the slopes of the
 * latter, whose signs give the sides of the next.
 */
import type { Lowered, Stage, Task } from '@veritasvault/portfolio/sdk/v1';

import { inPeriod, isGiven, perPeriodSchema } from './per-period.ts';
import type { PerPeriod } from './per-period.ts';

export interface HoldingCosts {
  readonly holdingCostRate?: PerPeriod;
  readonly borrowCostRate?: PerPeriod;
}

export const holdingInWords =
  'Long positions cost holdingCostRate, short ones borrowCostRate, annual, of their value in each period.';

export const holdingProperties = {
  holdingCostRate: perPeriodSchema('Annual cost of long positions as a fraction of their value: fees.', {
    minimum: 0,
    maximum: 10,
    default: 0,
  }),
  borrowCostRate: perPeriodSchema(
    'Annual cost of short positions as a fraction of their value: what borrowing costs.',
    {
      minimum: 0,
      maximum: 10,
      default: 0,
    },
  ),
};

/** (n) by period: 1 long, -1 short; by asset 0 where the restrictions leave one side only, or nothing depends on the side. */
export type Sides = readonly Int8Array[];

/** Prices beyond the rates by less than this share of the slopes are rounding. */
const priceMargin = 1e-9;
/** A weight this small may have the other sign. */
const weightWidth = 1e-11;

/** Per period and unit of weight. */
export function holdingRates(
  { holdingCostRate, borrowCostRate }: HoldingCosts,
  t: number,
  periodsPerYear: number,
): { readonly long: number; readonly short: number } {
  return { long: inPeriod(holdingCostRate, t) / periodsPerYear, short: inPeriod(borrowCostRate, t) / periodsPerYear };
}

/** (n) the sign that the bounds of the client and those of the stages leave, in all periods the same; 0 for both. */
export function signsOf(
  { restrictions, situation }: Pick<Task, 'restrictions' | 'situation'>,
  stages: readonly Stage[],
): Int8Array {
  const n = situation.current.length;
  const mayBeLong = new Uint8Array(n);
  const mayBeShort = new Uint8Array(n);
  for (const { added = [] } of stages) {
    const lowest = new Float64Array(n).fill(-Infinity);
    const highest = new Float64Array(n).fill(Infinity);
    for (const { bounds = [] } of [...restrictions, ...added])
      for (const { position, lower, upper } of bounds) {
        lowest[position] = Math.max(lowest[position]!, lower);
        highest[position] = Math.min(highest[position]!, upper);
      }
    for (let i = 0; i < n; i++) {
      if (highest[i]! > 0) mayBeLong[i] = 1;
      if (lowest[i]! < 0) mayBeShort[i] = 1;
    }
  }
  return Int8Array.from(mayBeLong, (long, i) => (mayBeShort[i] === 0 ? 1 : long === 0 ? -1 : 0));
}

/** Whether sides matter at all. */
export function isKinked(costs: HoldingCosts, signs: Int8Array): boolean {
  return (isGiven(costs.holdingCostRate) || isGiven(costs.borrowCostRate)) && signs.some((sign) => sign === 0);
}

/** The sides of a plan that was made without costs of holding. */
export function sidesAt(weights: readonly Float64Array[], signs: Int8Array): Sides {
  return weights.map((period) =>
    Int8Array.from(period, (weight, i) => (signs[i] !== 0 ? 0 : weight < -weightWidth ? -1 : 1)),
  );
}

/** What keeps every asset on its side of zero. */
export function sideBounds(
  sides: Int8Array | undefined,
  { situation, ...task }: Pick<Task, 'situation' | 'origin'>,
): readonly Lowered[] {
  if (sides === undefined) return [];
  const { assets } = situation.universe;
  const bounds = [...sides].flatMap((side, position) => {
    if (side === 0) return [];
    const text = `${assets[position]!.id} is ${side > 0 ? 'long' : 'short'} or nothing: the other side would cost more than it brings`;
    const [lower, upper] = side > 0 ? [0, Infinity] : [-Infinity, 0];
    return [{ position, lower, upper, origin: task.origin(text) }];
  });
  return [{ bounds }];
}

/** (n) cost of holding per unit of weight, as part of the slope: negative on the short side. */
export function holdingSlopes(
  { long, short }: ReturnType<typeof holdingRates>,
  signs: Int8Array,
  sides: Int8Array | undefined,
): Float64Array {
  return Float64Array.from(signs, (sign, i) => {
    const side = sign === 0 ? (sides?.[i] ?? 0) : sign;
    return side > 0 ? long : side < 0 ? -short : 0;
  });
}

/** (n) by period: slopes of the cost at the weights, at zero those that the prices of the sides ask for, between both rates. */
export function slopesAt(
  { slopes, sides }: { readonly slopes: readonly Float64Array[]; readonly sides: Sides },
  prices: readonly Float64Array[],
  rates: (t: number) => ReturnType<typeof holdingRates>,
): readonly Float64Array[] {
  return slopes.map((own, t) => {
    const { long, short } = rates(t);
    return own.map((slope, i) =>
      sides[t]![i] === 0 ? slope : Math.max(-short, Math.min(long, slope + prices[t]![i]!)),
    );
  });
}

/** Whether some price at zero asks for a slope beyond both rates by more than a share of `size`, the largest slope of the plan. */
export function isBeyond(
  { slopes, sides }: { readonly slopes: readonly Float64Array[]; readonly sides: Sides },
  prices: readonly Float64Array[],
  rates: (t: number) => ReturnType<typeof holdingRates>,
  size: number,
): boolean {
  return slopes.some((own, t) => {
    const { long, short } = rates(t);
    const margin = priceMargin * Math.max(size, long, short);
    return own.some((slope, i) => {
      const asked = slope + prices[t]![i]!;
      return sides[t]![i] !== 0 && (asked > long + margin || asked < -short - margin);
    });
  });
}

/** The sides of assets at zero as the signs of another plan have them; undefined when that changes nothing. */
export function sidesTowards(
  sides: Sides,
  weights: readonly Float64Array[],
  other: readonly Float64Array[],
): Sides | undefined {
  let changes = 0;
  const next = sides.map((own, t) =>
    own.map((side, i) => {
      const aim = other[t]![i]!;
      if (side === 0 || Math.abs(weights[t]![i]!) > weightWidth || Math.abs(aim) <= weightWidth) return side;
      if (Math.sign(aim) !== side) changes++;
      return Math.sign(aim);
    }),
  );
  return changes === 0 ? undefined : next;
}

export function holdingCostAt(weights: Float64Array, { long, short }: ReturnType<typeof holdingRates>): number {
  return weights.reduce((total, weight) => total + (weight >= 0 ? long * weight : -short * weight), 0);
}
