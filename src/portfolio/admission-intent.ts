/** Objectives and constraints of a portfolio: what it aims at and what must hold. */
import { readNumber, readText } from '../values/fields.ts';
import type { Admission } from './admission.ts';
import type { PortfolioDraft } from './draft.ts';
import { limited, PartIds } from './part-ids.ts';
import { ConstraintDefinition, Objective } from './portfolio.ts';
import type { Portfolio } from './portfolio.ts';

export const objectivesMax = 50;
export const constraintsMax = 1000;

export function readObjectives(
  draft: PortfolioDraft,
  portfolio: Portfolio,
  field: string,
  { newId, violations }: Admission,
): void {
  const ids = new PartIds(newId, violations);
  portfolio.objectives = limited(draft.objectives, objectivesMax, field, violations).map((stated, position) => {
    const at = `${field}[${String(position)}]`;
    const objective = new Objective();
    objective.id = ids.read(stated.objectiveId, `${at}.objective_id`);
    objective.ordinal = position;
    objective.type = readText(stated.type, `${at}.type`, violations, { min: 1, max: 100 });
    objective.target =
      stated.target === undefined ? null : readNumber(stated.target, `${at}.target`, violations, -1, 10);
    objective.parameters = stated.parameters;
    objective.priority = stated.priority;
    if (!Number.isInteger(stated.priority) || stated.priority < 1 || stated.priority > 100) {
      violations.push({
        field: `${at}.priority`,
        description: `must be a whole number from 1 to 100; got ${String(stated.priority)}`,
      });
    }
    return objective;
  });
}

export function readConstraints(
  draft: PortfolioDraft,
  portfolio: Portfolio,
  field: string,
  { catalog, newId, violations }: Admission,
): void {
  const ids = new PartIds(newId, violations);
  portfolio.constraints = limited(draft.constraints, constraintsMax, field, violations).map((stated, position) => {
    const at = `${field}[${String(position)}]`;
    const constraint = new ConstraintDefinition();
    constraint.id = ids.read(stated.constraintId, `${at}.constraint_id`);
    constraint.ordinal = position;
    constraint.displayName = readText(stated.displayName, `${at}.display_name`, violations, { max: 200 });
    constraint.type = stated.type;
    constraint.parameters = stated.parameters;
    constraint.priority = stated.priority ?? null;
    constraint.penalty = stated.penalty ?? null;
    constraint.inactive = stated.inactive;
    const { priority } = constraint;
    if (priority !== null && (!Number.isInteger(priority) || priority < 0 || priority > 5)) {
      violations.push({
        field: `${at}.priority`,
        description: `must be a whole number from 0 to 5; got ${String(priority)}`,
      });
    }
    const { penalty } = constraint;
    if (penalty !== null && !(penalty > 0 && penalty <= 1e9)) {
      violations.push({
        field: `${at}.penalty`,
        description: `must be above 0 and at most 1e9; got ${String(penalty)}`,
        reason: 'NUMBER_INVALID',
      });
      // What is no finite number cannot be stored either.
      constraint.penalty = null;
    }
    violations.push(...catalog.violations(stated.type, stated.parameters, at));
    return constraint;
  });
}
