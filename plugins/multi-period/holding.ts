/**
 * What positions cost while they are held: one rate for long ones, another for short ones, so that the cost has a kink at zero, which a period
 * of a plan cannot hold. Each asset that may be either stays on one side in each period; where its price at zero says that the other side
 * is better it changes sides and the plan is made again. Every plan is at least as good as the one before, because a weight of zero lies on
 * both sides; one in which no side is better is the best of all. Where changing all at once gains nothing, which restrictions on sums can
 * bring about, they change one by one.
 */
import type { Lowered, Task } from '@veritasvault/portfolio/sdk/v1';

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

/** Gains below this share of the slopes are rounding. */
const priceMargin = 1e-8;
/** A weight this small may have the other sign. */
const weightWidth = 1e-9;

/** Per period and unit of weight. */
export function holdingRates(
  { holdingCostRate, borrowCostRate }: HoldingCosts,
  t: number,
  periodsPerYear: number,
): { readonly long: number; readonly short: number } {
  return { long: inPeriod(holdingCostRate, t) / periodsPerYear, short: inPeriod(borrowCostRate, t) / periodsPerYear };
}

/** (n) the sign that the bounds of the client leave; 0 for both. */
export function signsOf({ restrictions, situation }: Pick<Task, 'restrictions' | 'situation'>): Int8Array {
  const signs = new Int8Array(situation.current.length);
  for (const { bounds = [] } of restrictions)
    for (const { position, lower, upper } of bounds) {
      if (lower >= 0) signs[position] = 1;
      else if (upper <= 0) signs[position] = -1;
    }
  return signs;
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

/** An asset that would gain from the other side, in a period from 0; `gain` per unit of weight. */
export interface Change {
  readonly t: number;
  readonly position: number;
  readonly gain: number;
}

/**
 * Where the price at zero is above both rates together, by more than a share of `slope`, the largest slope of the plan: dearest first. None:
 * the plan is the best of all.
 */
export function changesOf(
  sides: Sides,
  weights: readonly Float64Array[],
  prices: readonly Float64Array[],
  rates: (t: number) => ReturnType<typeof holdingRates>,
  slope: number,
): readonly Change[] {
  const changes = sides.flatMap((own, t) => {
    const { long, short } = rates(t);
    return [...own].flatMap((side, position): Change[] => {
      if (side === 0 || Math.abs(weights[t]![position]!) > weightWidth) return [];
      const gain = -side * prices[t]![position]! - (long + short);
      return gain > priceMargin * Math.max(slope, long + short) ? [{ t, position, gain }] : [];
    });
  });
  return changes.sort((a, b) => b.gain - a.gain || a.t - b.t || a.position - b.position);
}

export function withChanges(sides: Sides, changes: readonly Change[]): Sides {
  const next = sides.map((own) => own.slice());
  for (const { t, position } of changes) next[t]![position] = -next[t]![position]!;
  return next;
}

export function holdingCostAt(weights: Float64Array, { long, short }: ReturnType<typeof holdingRates>): number {
  return weights.reduce((total, weight) => total + (weight >= 0 ? long * weight : -short * weight), 0);
}
