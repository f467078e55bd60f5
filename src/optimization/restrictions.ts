/** The constraints of a job: lowered before the solve, measured after it. */
import type { ConstraintHandler, Holdings, Situation } from '../problem/situation.ts';
import type { Lowered, Origin } from '../problem/problem.ts';
import type { Verdict } from './answer.ts';
import type { Catalog } from './catalog.ts';
import { located } from './estimates.ts';
import type { StatedConstraint } from './job.ts';

export interface AppliedConstraint {
  readonly stated: StatedConstraint;
  readonly handler: ConstraintHandler;
  readonly lowered: Lowered;
}

/** These say how much is invested; when there is none, everything is. */
const budgetTypes = new Set(['budget', 'cash']);

/** Lowers the constraints as stated, after full investment when none speaks of it. */
export function applied(
  stated: readonly StatedConstraint[],
  situation: Situation,
  catalog: Catalog,
): readonly AppliedConstraint[] {
  const all = stated.some((constraint) => budgetTypes.has(constraint.type))
    ? stated
    : [fullyInvested(stated), ...stated];
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
    return { stated: constraint, handler, lowered };
  });
}

function fullyInvested(stated: readonly StatedConstraint[]): StatedConstraint {
  let id = 'budget';
  while (stated.some((constraint) => constraint.id === id)) id += '-default';
  return { id, name: 'fully invested', type: 'budget', parameters: { min: 1, max: 1 }, field: 'budget' };
}

/** Every part of every constraint, measured on finished holdings from its definition. */
export function verdictsOn(
  constraints: readonly AppliedConstraint[],
  holdings: Holdings,
  situation: Situation,
): readonly Verdict[] {
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
    })),
  );
}

/** The first verdict that is broken by more than `tolerance`, relative to the figures that it compares. */
export function brokenVerdict(verdicts: readonly Verdict[], tolerance: number): Verdict | undefined {
  return verdicts.find(({ value, lower, upper, slack }) => {
    const scale = Math.max(1, Math.abs(value), Math.abs(lower ?? 0), Math.abs(upper ?? 0));
    return !(slack >= -tolerance * scale);
  });
}

/** JSON has no infinities: the largest number stands in for one, and for what is no number. */
export function finite(value: number): number {
  if (Number.isNaN(value)) return Number.MAX_VALUE;
  return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
}
