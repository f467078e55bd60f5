/** Constraints, strategy and limits: what requests over stored portfolios and stateless ones share. */
import { canonicalConstraint } from '../constraints/alias.ts';
import type { Situation } from '../problem/situation.ts';
import { under } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonObject, JsonSchema } from '../values/json.ts';
import { idProblem, readId } from '../values/resource-name.ts';
import { schemaViolations, withDefaults } from '../values/schema.ts';
import type { Findings } from './admission-findings.ts';
import { readNumber } from './admission-numbers.ts';
import { readText } from './admission-universe.ts';
import type { Catalog } from './catalog.ts';
import type { ConstraintDraft, LimitsDraft, SelectionDraft } from './draft.ts';
import type { Selection, SolveLimits, StatedConstraint } from './job.ts';

export const constraintsMax = 1000;
const priorityMax = 5;

/** Violations of parameters that schema or contribution finds, defaults of the schema applied first. */
export function parameterViolations(schema: JsonSchema, parameters: JsonObject, field: string): readonly Violation[] {
  return schemaViolations(schema, withDefaults(schema, parameters), field);
}

/** A selection of the catalogue with sound parameters; undefined when refused. */
export function readSelection(
  draft: SelectionDraft | undefined,
  schemaOf: (type: string, field: string) => JsonSchema | undefined,
  field: string,
  findings: Findings,
): Selection | undefined {
  if (draft === undefined) {
    findings.add(field, 'is required');
    return undefined;
  }
  const schema = schemaOf(draft.type, `${field}.type`);
  if (schema === undefined) return undefined;
  const violations = parameterViolations(schema, draft.parameters, `${field}.parameters`);
  findings.addAll(violations);
  return violations.length > 0 ? undefined : { type: draft.type, parameters: draft.parameters };
}

/** Constraints that are to be applied, in canonical form. Inactive ones are only kept, so only their ids are looked at. */
export function readConstraints(
  drafts: readonly ConstraintDraft[],
  taken: ReadonlySet<string>,
  situation: Situation,
  catalog: Catalog,
  field: string,
  findings: Findings,
): readonly StatedConstraint[] {
  if (drafts.length + taken.size > constraintsMax) {
    const count = String(drafts.length + taken.size);
    findings.add(field, `makes ${count} constraints; at most ${String(constraintsMax)} are allowed`);
    return [];
  }
  const ids = new Set(taken);
  const given = new Set(drafts.map((draft) => draft.constraintId));
  return drafts.flatMap((draft, position) => {
    const at = draft.field ?? `${field}[${String(position)}]`;
    let id = draft.constraintId;
    if (id === '') id = freeId(draft.type, position, (candidate) => ids.has(candidate) || given.has(candidate));
    else readId(id, `${at}.constraint_id`, findings.violations);
    if (ids.has(id))
      findings.add(`${at}.constraint_id`, `${JSON.stringify(id)} is used by another constraint`, 'ID_INVALID');
    ids.add(id);
    readText(draft.displayName, `${at}.display_name`, findings);
    if (draft.inactive) return [];
    const stated = readConstraint(draft, id, situation, catalog, at, findings);
    return stated === undefined ? [] : [stated];
  });
}

function readConstraint(
  draft: ConstraintDraft,
  id: string,
  situation: Situation,
  catalog: Catalog,
  at: string,
  findings: Findings,
): StatedConstraint | undefined {
  const { priority } = draft;
  if (priority !== undefined && !(Number.isInteger(priority) && priority >= 0 && priority <= priorityMax)) {
    findings.add(`${at}.priority`, `must be 0 (hard) to ${String(priorityMax)}; got ${String(priority)}`);
  }
  const { penalty } = draft;
  if (penalty !== undefined) readNumber(penalty, `${at}.penalty`, { positive: true, max: 1e9 }, findings);
  if (penalty !== undefined && priority !== undefined && priority > 0)
    findings.add(
      `${at}.penalty`,
      'makes the constraint soft, and one that is soft is not relaxed by priority: give one of them',
    );
  const { type, parameters, written } = canonicalConstraint(draft.type, draft.parameters);
  const handler = findings.find(catalog.constraints, type, `${at}.type`, 'constraint type');
  if (handler === undefined) return undefined;
  if (penalty !== undefined && (handler.convexity === 'tail' || handler.convexity === 'integer'))
    findings.add(
      `${at}.penalty`,
      `${type} cannot be soft: only linear limits and limits on risk and trades can`,
      'CONSTRAINT_INVALID',
    );
  const violations = under(
    `${at}.parameters`,
    handler.admit(parameters, situation).map((violation) => asWritten(violation, written)),
  );
  findings.addAll(violations.map((violation) => ({ reason: 'CONSTRAINT_INVALID', ...violation }) as const));
  if (violations.length > 0) return undefined;
  const name = draft.displayName === '' ? draft.type : draft.displayName;
  return {
    id,
    name,
    type,
    parameters,
    ...(priority === undefined ? {} : { priority }),
    ...(penalty === undefined ? {} : { penalty }),
    field: at,
  };
}

/** The path in the caller's own parameter names. */
function asWritten(violation: Violation, written: Readonly<Record<string, string>>): Violation {
  const head = /^[^.[]*/.exec(violation.field)?.[0] ?? '';
  const own = Object.hasOwn(written, head) ? written[head] : undefined;
  return own === undefined ? violation : { ...violation, field: own + violation.field.slice(head.length) };
}

function freeId(type: string, position: number, isTaken: (id: string) => boolean): string {
  const stem = idProblem(type) === undefined ? type.slice(0, 50) : 'constraint';
  for (let number = position + 1; ; number += 1) {
    const id = `${stem}-${String(number)}`;
    if (!isTaken(id)) return id;
  }
}

const defaultLimits: SolveLimits = { iterationsMax: 200, secondsMax: 60 };

export function readLimits(
  draft: LimitsDraft | undefined,
  catalog: Catalog,
  field: string,
  findings: Findings,
): SolveLimits {
  if (draft === undefined) return defaultLimits;
  const { iterationsMax, secondsMax, solver } = draft;
  const reason = 'INVALID_ARGUMENT';
  if (!Number.isInteger(iterationsMax)) findings.add(`${field}.iterations_max`, 'must be a whole number');
  readNumber(iterationsMax, `${field}.iterations_max`, { min: 0, max: 10_000, reason }, findings);
  readNumber(secondsMax, `${field}.seconds_max`, { min: 0, max: 3600, reason }, findings);
  if (solver !== '') findings.find(catalog.solvers, solver, `${field}.solver`, 'solver');
  return {
    iterationsMax: iterationsMax === 0 ? defaultLimits.iterationsMax : iterationsMax,
    secondsMax: secondsMax === 0 ? defaultLimits.secondsMax : secondsMax,
    ...(solver === '' ? {} : { solver }),
  };
}
