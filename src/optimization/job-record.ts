/** A run's input as JSON: the request as the caller wrote it, and the job as admitted, with vectors as bytes in base64. */
import type { Json, JsonObject } from '../values/json.ts';
import type { Window } from './admission-estimation.ts';
import { numbersOf } from './admission-numbers.ts';
import type { OptimizationDraft } from './draft.ts';
import type { SolveJob } from './job.ts';

export interface RecordedInput {
  readonly request: OptimizationDraft;
  /** Without prices, and without the numbers that came with the request. */
  readonly job: SolveJob;
  /** Stored prices that the job still needs: they are read when it runs. */
  readonly window?: Window;
  /** Under which the numbers that came with the request are kept; absent when there were none. */
  readonly numbers?: string;
}

const vectorKey = 'float64';

export function inputTo(input: RecordedInput): JsonObject {
  return JSON.parse(textOf(input)) as JsonObject;
}

/** JSON with vectors as bytes; `revived` reads it back. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, replaced);
}

export function inputFrom(json: JsonObject): RecordedInput {
  return revived(json) as RecordedInput;
}

/** Little-endian on every platform that Node runs on with these tests; `vectorFrom` reads it the same way. */
function replaced(_name: string, value: unknown): unknown {
  if (!(value instanceof Float64Array)) return value;
  return { [vectorKey]: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
}

export function revived(value: Json | undefined): unknown {
  if (Array.isArray(value)) return value.map((entry: Json) => revived(entry));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as JsonObject);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === vectorKey && typeof first[1] === 'string') return vectorFrom(first[1]);
  return Object.fromEntries(entries.map(([name, member]) => [name, revived(member)]));
}

function vectorFrom(text: string): Float64Array {
  const bytes = Buffer.from(text, 'base64');
  const vector = numbersOf(bytes.byteLength / Float64Array.BYTES_PER_ELEMENT);
  new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength).set(bytes);
  return vector;
}

/** What is plain JSON already, as such. */
export function jsonOf(value: object): JsonObject {
  return value as JsonObject;
}
