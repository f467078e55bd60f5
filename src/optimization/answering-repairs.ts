/** Relaxations in the client's units and words: the cheapest repair of a conflict, and the relaxation by priority. */
import type { Lowered } from '../problem/problem.ts';
import type { Amounts } from '../problem/relaxable.ts';
import { relaxed } from '../problem/relaxable.ts';
import type { RelaxationLine, RepairLine } from './answer.ts';
import { measureOf } from './restrictions-sides.ts';
import type { StatedSide } from './restrictions-sides.ts';
import type { AppliedConstraint } from './restrictions.ts';

/**
 * How much further than needed a bound gives way, as a share of its measure, so that a solver finds room: the first with which the problem
 * is feasible.
 */
const margins = [1e-6, 1e-5, 1e-4] as const;

export interface RepairTools {
  /** The least relaxation of the sides with which the restrictions hold; undefined when none is known. */
  readonly findRepair: (restrictions: readonly Lowered[], sides: readonly StatedSide[]) => Amounts | undefined;
  readonly feasible: (restrictions: readonly Lowered[]) => boolean;
}

/** New bound of each side that gives way, in its unit. */
export type UsedBounds = ReadonlyMap<StatedSide, number>;

/** Verified by solving again; undefined when nothing suffices. */
export function cheapestRepair(
  restrictions: readonly Lowered[],
  sides: readonly StatedSide[],
  tools: RepairTools,
): UsedBounds | undefined {
  const amounts = tools.findRepair(restrictions, sides);
  if (amounts === undefined) return undefined;
  const needed = sides.flatMap((side) => {
    const amount = amounts.get(side);
    return amount === undefined ? [] : [{ side, amount }];
  });
  for (const margin of margins) {
    const used = new Map(needed.map(({ side, amount }) => [side, giving(side, amount, margin)]));
    if (tools.feasible(restrictions.map((lowered) => relaxed(lowered, amountsOf(used))))) return used;
  }
  return undefined;
}

function giving({ stated, perUnit, bound }: StatedSide, amount: number, margin: number): number {
  const by = amount / perUnit + margin * measureOf(stated);
  return bound === 'max' ? stated + by : stated - by;
}

/** In the unit of each restriction. */
export function amountsOf(used: UsedBounds): Amounts {
  return new Map(Array.from(used, ([side, bound]) => [side, Math.abs(bound - side.stated) * side.perUnit]));
}

/**
 * Bounds of priority 1 to 5 as they have to be: those of priority 1 give way only as far as needed when all of 2 to 5 are dropped, then
 * those of 2 when all of 3 to 5 are, and so on; so a higher number gives way first. Undefined when those of priority 0 alone, or what
 * `kept` adds, cannot hold.
 */
export function relaxedByPriority(
  constraints: readonly AppliedConstraint[],
  kept: readonly Lowered[],
  sides: readonly StatedSide[],
  tools: RepairTools,
): UsedBounds | undefined {
  const used = new Map<StatedSide, number>();
  const levels = [...new Set(sides.map(({ priority }) => priority))].sort((a, b) => a - b);
  for (const level of levels) {
    const stands = constraints
      .filter((constraint) => priorityOf(constraint) <= level)
      .map(({ lowered }) => relaxed(lowered, amountsOf(used)));
    if (level === 0) {
      if (!tools.feasible([...stands, ...kept])) return undefined;
      continue;
    }
    const giving = sides.filter(({ priority }) => priority === level);
    const found = cheapestRepair([...stands, ...kept], giving, tools);
    if (found === undefined) return undefined;
    for (const [side, bound] of found) used.set(side, bound);
  }
  return used;
}

/** Of the restrictions; what became none cannot give way and counts as hard. */
function priorityOf({ stated, handler }: AppliedConstraint): number {
  return stated.priority ?? handler.priority;
}

export function repairLines(used: UsedBounds): readonly RepairLine[] {
  return Array.from(used, ([side, needed]) => {
    const { constraint, text, bound, stated, unit } = side;
    const { id, name } = constraint.stated;
    const description = inWords(side, needed);
    return { constraintId: id, name, text, bound, current: stated, needed, unit, description };
  });
}

export function relaxationLines(used: UsedBounds): readonly RelaxationLine[] {
  return Array.from(used, ([side, needed]) => {
    const { constraint, text, bound, stated, unit, priority } = side;
    const { id, name } = constraint.stated;
    const description = inWords(side, needed);
    return { constraintId: id, name, text, bound, stated, used: needed, unit, priority, description };
  });
}

/** Outward at that many decimals, so that the words suffice too; the margin of a round number is not told. */
function rounded(value: number, decimals: number, outward: 1 | -1): number {
  const steps = value * 10 ** decimals * outward;
  return (Math.ceil(steps - 0.2) / 10 ** decimals) * outward;
}

/** `raise sector Technology at most 20 % to 23.4 %`. */
function inWords({ text, bound, unit }: StatedSide, needed: number): string {
  const isPercent = /fraction|volatility|tracking error|return/.test(unit);
  const outward = bound === 'max' ? 1 : -1;
  const figure = isPercent ? `${String(rounded(needed * 100, 3, outward))} %` : String(rounded(needed, 5, outward));
  const verb = bound === 'max' ? 'raise' : 'lower';
  const named = text.includes(bound === 'max' ? ' at most ' : ' at least ');
  const what = named ? text : `the ${bound === 'max' ? 'maximum' : 'minimum'} of ${text}`;
  return `${verb} ${what} to ${figure}`;
}
