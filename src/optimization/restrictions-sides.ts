/** Each bound of each verdict beside the restriction that the solver saw, and what a unit of one is in units of the other. */
import { inner, productOf } from '../problem/certificate-operator.ts';
import { tailAt } from '../problem/certificate-tails.ts';
import type { Lowered } from '../problem/problem.ts';
import type { RelaxableSide, Restriction } from '../problem/relaxable.ts';
import type { Holdings, Measured, Situation } from '../problem/situation.ts';
import type { AppliedConstraint } from './restrictions.ts';

export type BoundName = 'min' | 'max';

/** A bound in the client's words and units, with the side of the one restriction that it became. */
export interface StatedSide extends RelaxableSide {
  readonly constraint: AppliedConstraint;
  readonly priority: number;
  readonly text: string;
  readonly bound: BoundName;
  /** In `unit`. */
  readonly stated: number;
  readonly unit: string;
  /** Units of the restriction per `unit`, above 0. */
  readonly perUnit: number;
}

/** A bound of 0 is measured as if it were this. */
const boundLeast = 0.01;

/** Relaxing by this costs 1: the size of the bound, at least 0.01; in its own unit. */
export const measureOf = (stated: number): number => Math.max(Math.abs(stated), boundLeast);

/**
 * Every finite bound whose part became exactly one restriction, found by the part's words. The units are compared on holdings, so that a
 * handler may lower in other units than it measures in; a part that does not move with its restriction is left out.
 */
export function sidesOf(constraints: readonly AppliedConstraint[], situation: Situation): readonly StatedSide[] {
  const { held, bought, sold } = probes(situation);
  return constraints.flatMap((constraint) => {
    const { stated, handler, lowered } = constraint;
    const measuredOn = (holdings: Holdings): readonly Measured[] =>
      handler.check(stated.parameters, holdings, situation);
    const parts = measuredOn(held);
    const afterBuying = measuredOn(bought);
    let afterSelling: readonly Measured[] | undefined;
    const onlyOne = restrictionsByText(lowered);
    const measuredOnce = singles(parts, ({ text }) => text);
    return parts.flatMap((measured, index) => {
      const { text } = measured;
      const restriction = onlyOne.get(text);
      if (restriction === undefined || !measuredOnce.has(text)) return [];
      const ratioOn = ({ weights }: Holdings, after: Measured | undefined): number =>
        after?.text === text
          ? (valueOf(restriction, weights) - valueOf(restriction, held.weights)) / (after.value - measured.value)
          : 0;
      let ratio = ratioOn(bought, afterBuying[index]);
      // What only sales move, as they do short positions, stands still where everything is bought.
      if (!isRatio(ratio)) ratio = ratioOn(sold, (afterSelling ??= measuredOn(sold))[index]);
      return isRatio(ratio) ? sidesOn(restriction, measured, ratio, constraint) : [];
    });
  });
}

const isRatio = (ratio: number): boolean => ratio !== 0 && Number.isFinite(ratio);

function sidesOn(
  restriction: Restriction,
  { text, lower, upper, unit }: Measured,
  ratio: number,
  constraint: AppliedConstraint,
): StatedSide[] {
  const perUnit = Math.abs(Math.abs(ratio) - 1) < 1e-9 ? 1 : Math.abs(ratio);
  const ranged = 'bound' in restriction ? { lower: -Infinity, upper: restriction.bound } : restriction;
  // One figure may limit both directions, as the size of a trade does.
  const both = Number.isFinite(ranged.lower) && Number.isFinite(ranged.upper) && !Number.isFinite(lower);
  if (ratio < 0 && !both) return [];
  const { priority } = restriction.origin;
  const sideOf = (bound: BoundName, side: StatedSide['side'], stated: number): StatedSide => {
    const measure = measureOf(stated) * perUnit;
    return { restriction, side, measure, constraint, priority, text, bound, stated, unit, perUnit };
  };
  if (both) return Number.isFinite(upper) ? [sideOf('max', 'both', upper)] : [];
  return [
    ...(Number.isFinite(lower) && Number.isFinite(ranged.lower) ? [sideOf('min', 'lower', lower)] : []),
    ...(Number.isFinite(upper) && Number.isFinite(ranged.upper) ? [sideOf('max', 'upper', upper)] : []),
  ];
}

/** The restriction of each part that became exactly one. */
function restrictionsByText(lowered: Lowered): ReadonlyMap<string, Restriction> {
  const { bounds = [], rows = [], norms = [], tradeLimits = [], tails = [] } = lowered;
  return singles([...bounds, ...rows, ...norms, ...tradeLimits, ...tails], ({ origin }) => origin.text);
}

/** Those whose name no other has; thousands of parts are usual. */
function singles<Named>(all: readonly Named[], nameOf: (each: Named) => string): Map<string, Named> {
  const found = new Map<string, Named>();
  const repeated = new Set<string>();
  for (const each of all) {
    const name = nameOf(each);
    if (found.has(name)) repeated.add(name);
    found.set(name, each);
  }
  for (const name of repeated) found.delete(name);
  return found;
}

/** What is held, and the same with each asset bought, or sold, by another amount. */
function probes({ current, cashCurrent }: Situation): Readonly<Record<'held' | 'bought' | 'sold', Holdings>> {
  const golden = (Math.sqrt(5) - 1) / 2;
  const amounts = current.map((_, i) => 0.1 + 0.1 * (((i + 1) * golden) % 1));
  const after = (weights: Float64Array): Holdings => {
    const spent = weights.reduce((sum, weight, i) => sum + weight - current[i]!, 0);
    return { weights, cash: cashCurrent - spent };
  };
  return {
    held: { weights: current, cash: cashCurrent },
    bought: after(current.map((weight, i) => weight + amounts[i]!)),
    // Below 0, whatever is held.
    sold: after(current.map((weight, i) => Math.min(weight, 0) - amounts[i]!)),
  };
}

/** What a restriction limits. */
function valueOf(restriction: Restriction, weights: Float64Array): number {
  if ('position' in restriction) return weights[restriction.position]!;
  if ('positions' in restriction) {
    const { positions, coefficients } = restriction;
    return positions.reduce((total, position, k) => total + coefficients[k]! * weights[position]!, 0);
  }
  if ('scenarios' in restriction) return tailAt(restriction, weights);
  const { centre } = restriction;
  const active = weights.map((weight, i) => weight - (centre?.[i] ?? 0));
  if ('operator' in restriction) return Math.sqrt(Math.max(0, inner(active, productOf(restriction.operator, active))));
  const { buyRate, sellRate } = restriction;
  return active.reduce((total, trade, i) => total + (trade > 0 ? buyRate[i]! * trade : -sellRate[i]! * trade), 0);
}
