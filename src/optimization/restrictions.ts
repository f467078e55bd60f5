/** The constraints of a job: lowered before the solve, measured after it. */
import type { ConstraintHandler, Holdings, Situation } from '../problem/situation.ts';
import type { Lowered, Origin } from '../problem/problem.ts';
import type { Verdict } from './answer.ts';
import type { Catalog } from './catalog.ts';
import type { UsedBounds } from './answering-repairs.ts';
import { located } from './located.ts';
import type { StatedConstraint } from './job.ts';
import { softened } from './restrictions-soft.ts';

export interface AppliedConstraint {
  readonly stated: StatedConstraint;
  readonly handler: ConstraintHandler;
  readonly lowered: Lowered;
}

/** `field` of the constraint that nobody stated. */
export const defaultField = 'budget';

/** These say how much is invested; when there is none, everything is. */
function saysWhatIsInvested({ type, parameters }: StatedConstraint): boolean {
  switch (type) {
    case 'budget':
    case 'cash':
    case 'long-short':
      return true;
    case 'dollar-neutral':
      return parameters['of'] === undefined;
    case 'net-exposure':
      return parameters['of'] === undefined && (parameters['relativeTo'] ?? 'none') === 'none';
    default:
      return false;
  }
}

/** Lowers the constraints as stated, after full investment when none speaks of it. */
export function applied(
  stated: readonly StatedConstraint[],
  situation: Situation,
  catalog: Catalog,
): readonly AppliedConstraint[] {
  const all = stated.some(saysWhatIsInvested) ? stated : [fullyInvested(stated), ...stated];
  return all.map((constraint) => {
    const handler = catalog.constraints.require(constraint.type, `${constraint.field}.type`);
    const origin = (text: string): Origin => ({
      constraint: constraint.id,
      name: constraint.name,
      text,
      priority: constraint.priority ?? handler.priority,
    });
    const at = `${constraint.field}.parameters`;
    const lowered = located(at, () => handler.lower(constraint.parameters, situation, origin));
    const found = { stated: constraint, handler, lowered };
    return constraint.penalty === undefined ? found : softened(found, constraint.penalty, situation);
  });
}

function fullyInvested(stated: readonly StatedConstraint[]): StatedConstraint {
  let id = 'budget';
  while (stated.some((constraint) => constraint.id === id)) id += '-default';
  return { id, name: 'fully invested', type: 'budget', parameters: { min: 1, max: 1 }, field: defaultField };
}

/** Every part of every constraint, measured on finished holdings from its definition, with the bounds that were used instead of stated. */
export function verdictsOn(
  constraints: readonly AppliedConstraint[],
  holdings: Holdings,
  situation: Situation,
  relaxations: UsedBounds = new Map(),
): readonly Verdict[] {
  const usedOf = (id: string, text: string): Pick<Verdict, 'relaxedLower' | 'relaxedUpper'> => {
    let used = {};
    for (const [side, bound] of relaxations)
      if (side.text === text && side.constraint.stated.id === id)
        used = { ...used, [side.bound === 'min' ? 'relaxedLower' : 'relaxedUpper']: bound };
    return used;
  };
  return constraints.flatMap(({ stated, handler }) =>
    handler.check(stated.parameters, holdings, situation).map(({ text, value, lower, upper, slack, unit }) => ({
      constraintId: stated.id,
      name: stated.name,
      text,
      value: finite(value),
      ...(Number.isFinite(lower) ? { lower } : {}),
      ...(Number.isFinite(upper) ? { upper } : {}),
      slack: finite(slack),
      unit,
      ...usedOf(stated.id, text),
      ...(stated.penalty === undefined ? {} : { softPenalty: stated.penalty, excess: finite(Math.max(0, -slack)) }),
    })),
  );
}

/**
 * The first verdict whose bounds, the used ones where they were relaxed, are broken by more than `tolerance`, relative to the figures that it
 * compares; soft ones may be broken.
 */
export function brokenVerdict(verdicts: readonly Verdict[], tolerance: number): Verdict | undefined {
  return verdicts.find(({ value, lower, upper, slack, relaxedLower, relaxedUpper, softPenalty }) => {
    if (softPenalty !== undefined) return false;
    const scale = Math.max(1, Math.abs(value), Math.abs(lower ?? 0), Math.abs(upper ?? 0));
    const isRelaxed = relaxedLower !== undefined || relaxedUpper !== undefined;
    const used = Math.min(value - (relaxedLower ?? lower ?? -Infinity), (relaxedUpper ?? upper ?? Infinity) - value);
    return !((isRelaxed ? used : slack) >= -tolerance * scale);
  });
}

/** JSON has no infinities: the largest number stands in for one, and for what is no number. */
export function finite(value: number): number {
  if (Number.isNaN(value)) return Number.MAX_VALUE;
  return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
}
