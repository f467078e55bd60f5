/** Vectors and matrices as callers send them: numbers one by one or packed little-endian, exactly one of the two. */
import type { Reason } from '../values/fault.ts';
import { shownMax } from './admission-findings.ts';
import type { Findings } from './admission-findings.ts';
import type { MatrixDraft, VectorDraft } from './draft.ts';

export interface NumberRule {
  readonly min?: number;
  readonly max?: number;
  /** Allows NaN, which says that a number is missing. */
  readonly missing?: boolean;
  /** Refuses 0 as well as what is below `min`. */
  readonly positive?: boolean;
  /** Of shapes and ranges; what is not finite is NUMBER_INVALID in any case. */
  readonly reason?: Reason;
  readonly hint?: string;
}

/** Numbers beyond this are shared memory, which worker threads read without a copy. */
const sharedFrom = 4096;

/** Zeros; shared between threads when there are many. */
export function numbersOf(length: number): Float64Array {
  if (length < sharedFrom) return new Float64Array(length);
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}

/** (length) finite numbers, negative zero read as zero; undefined when refused. */
export function readVector(
  draft: VectorDraft | undefined,
  length: number,
  field: string,
  rule: NumberRule,
  findings: Findings,
): Float64Array | undefined {
  if (draft === undefined) {
    findings.add(field, 'is required', rule.reason);
    return undefined;
  }
  const packed = draft.packed.byteLength > 0;
  if (packed && draft.values.length > 0) {
    findings.add(field, 'has both values and packed; give exactly one of them', rule.reason);
    return undefined;
  }
  if (!packed && draft.values.length === 0 && length > 0) {
    findings.add(field, `has neither values nor packed; give ${String(length)} numbers in one of them`, rule.reason);
    return undefined;
  }
  if (packed && draft.packed.byteLength !== length * 8) {
    const bytes = `${String(draft.packed.byteLength)} bytes`;
    findings.add(`${field}.packed`, `has ${bytes}; ${String(length)} numbers take ${String(length * 8)}`, rule.reason);
    return undefined;
  }
  if (!packed && draft.values.length !== length) {
    findings.add(
      `${field}.values`,
      `has ${String(draft.values.length)} numbers; ${String(length)} are needed`,
      rule.reason,
    );
    return undefined;
  }
  const numbers = packed ? unpacked(draft.packed, length) : copied(draft.values);
  return inRange(numbers, `${field}.${packed ? 'packed' : 'values'}`, rule, findings) ? numbers : undefined;
}

/** Row-major (rows x columns); undefined when refused. */
export function readMatrix(
  draft: MatrixDraft | undefined,
  rows: number,
  columns: number,
  field: string,
  rule: NumberRule,
  findings: Findings,
): Float64Array | undefined {
  if (draft !== undefined && (draft.rows !== rows || draft.columns !== columns)) {
    const shape = `${String(draft.rows)} x ${String(draft.columns)}`;
    findings.add(field, `is ${shape}; it must be ${String(rows)} x ${String(columns)}`, rule.reason);
    return undefined;
  }
  return readVector(draft, rows * columns, field, rule, findings);
}

function copied(values: readonly number[]): Float64Array {
  const numbers = numbersOf(values.length);
  for (const [position, value] of values.entries()) numbers[position] = value === 0 ? 0 : value;
  return numbers;
}

function unpacked(bytes: Uint8Array, length: number): Float64Array {
  const numbers = numbersOf(length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let position = 0; position < length; position += 1) {
    const value = view.getFloat64(position * 8, true);
    numbers[position] = value === 0 ? 0 : value;
  }
  return numbers;
}

function inRange(numbers: Float64Array, field: string, rule: NumberRule, findings: Findings): boolean {
  let wrong = 0;
  for (let position = 0; position < numbers.length; position += 1) {
    const problem = numberProblem(numbers[position]!, rule);
    if (problem === undefined) continue;
    wrong += 1;
    if (wrong <= shownMax) findings.add(`${field}[${String(position)}]`, problem, reasonOf(numbers[position]!, rule));
  }
  if (wrong > shownMax) findings.add(field, `has ${String(wrong - shownMax)} more such numbers`, 'NUMBER_INVALID');
  return wrong === 0;
}

/** Why one number is refused, or undefined. */
function numberProblem(value: number, rule: NumberRule): string | undefined {
  if (rule.missing === true && Number.isNaN(value)) return undefined;
  const hint = rule.hint === undefined ? '' : `; ${rule.hint}`;
  if (!Number.isFinite(value)) return `must be a finite number; got ${String(value)}${hint}`;
  if (rule.positive === true && value <= 0) return `must be above 0; got ${String(value)}${hint}`;
  if (rule.min !== undefined && value < rule.min)
    return `must be at least ${String(rule.min)}; got ${String(value)}${hint}`;
  if (rule.max !== undefined && value > rule.max)
    return `must be at most ${String(rule.max)}; got ${String(value)}${hint}`;
  return undefined;
}

/** Reads one number; undefined when refused. */
export function readNumber(value: number, field: string, rule: NumberRule, findings: Findings): number | undefined {
  const problem = numberProblem(value, rule);
  if (problem === undefined) return value === 0 ? 0 : value;
  findings.add(field, problem, reasonOf(value, rule));
  return undefined;
}

/** What is no number at all is so everywhere; what is out of range breaks the rule of its field. */
function reasonOf(value: number, rule: NumberRule): Reason {
  return Number.isFinite(value) ? (rule.reason ?? 'NUMBER_INVALID') : 'NUMBER_INVALID';
}
