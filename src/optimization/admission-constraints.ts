/** Constraints, views, strategy and limits: what requests over stored portfolios and stateless ones share. */
import { canonicalConstraint } from '../constraints/alias.ts';
import type { Situation } from '../problem/situation.ts';
import { positionsById } from '../problem/universe.ts';
import { under } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';
import type { JsonObject, JsonSchema } from '../values/json.ts';
import { idProblem, readId } from '../values/resource-name.ts';
import { schemaViolations, withDefaults } from '../values/schema.ts';
import type { Findings } from './admission-findings.ts';
import { readNumber } from './admission-numbers.ts';
import { readText } from './admission-universe.ts';
import type { Catalog } from './catalog.ts';
import type { ConstraintDraft, LimitsDraft, SelectionDraft, ViewDraft } from './draft.ts';
import type { Selection, SolveLimits, StatedConstraint, View } from './job.ts';

export const constraintsMax = 1000;
export const viewsMax = 100;
const legsMax = 100;
export const priorityMax = 5;

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
    const at = `${field}[${String(position)}]`;
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
  const { type, parameters, written } = canonicalConstraint(draft.type, draft.parameters);
  const handler = findings.find(catalog.constraints, type, `${at}.type`, 'constraint type');
  if (handler === undefined) return undefined;
  const violations = under(
    `${at}.parameters`,
    handler.admit(parameters, situation).map((violation) => asWritten(violation, written)),
  );
  findings.addAll(violations.map((violation) => ({ reason: 'CONSTRAINT_INVALID', ...violation }) as const));
  if (violations.length > 0) return undefined;
  const name = draft.displayName === '' ? draft.type : draft.displayName;
  return { id, name, type, parameters, ...(priority === undefined ? {} : { priority }), field: at };
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

/** Views with at least one leg each, on assets of the universe. */
export function readViews(
  drafts: readonly ViewDraft[],
  situation: Situation,
  field: string,
  findings: Findings,
): readonly View[] {
  if (drafts.length > viewsMax) {
    findings.add(field, `holds ${String(drafts.length)} views; at most ${String(viewsMax)} are allowed`);
    return [];
  }
  const positions = positionsById(situation.universe);
  for (const [number, view] of drafts.entries()) {
    const at = `${field}[${String(number)}]`;
    if (view.legs.length === 0) findings.add(`${at}.legs`, 'must name at least one asset');
    if (view.legs.length > legsMax) findings.add(`${at}.legs`, `must name at most ${String(legsMax)} assets`);
    const seen = new Set<string>();
    for (const [position, leg] of view.legs.slice(0, legsMax).entries()) {
      const where = `${at}.legs[${String(position)}]`;
      if (!positions.has(leg.assetId)) {
        findings.add(`${where}.asset_id`, `${JSON.stringify(leg.assetId.slice(0, 63))} is not in the universe`);
      }
      if (seen.has(leg.assetId)) findings.add(`${where}.asset_id`, 'is named twice in this view');
      seen.add(leg.assetId);
      const coefficient = readNumber(leg.coefficient, `${where}.coefficient`, { min: -10, max: 10 }, findings);
      if (coefficient === 0) findings.add(`${where}.coefficient`, 'must not be 0', 'NUMBER_INVALID');
    }
    const hint = 'a fraction per year, 0.08 for 8 %';
    readNumber(view.expectedReturn, `${at}.expected_return`, { min: -1, max: 10, hint }, findings);
    readNumber(view.confidence, `${at}.confidence`, { positive: true, max: 1, hint: '1 is certain' }, findings);
  }
  return drafts;
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
