/** Whether a run that is solved anew gives what was recorded. */
import type { Json, JsonObject } from '../values/json.ts';
import type { OptimizationAnswer } from './answer.ts';
import type { ProgressNews } from './job.ts';

export interface ReplayOutcome {
  readonly answer: OptimizationAnswer;
  /** What differs, the first of it; empty when nothing does. */
  readonly differences: readonly string[];
  readonly recordedServerVersion: string;
}

export type ReplayNews =
  | { readonly kind: 'progress'; readonly progress: ProgressNews }
  /** Exactly one, last. */
  | { readonly kind: 'outcome'; readonly outcome: ReplayOutcome };

const differencesMax = 50;

/** Compared bit for bit, without how long it took and which server it was. */
export function compared(recorded: OptimizationAnswer, answer: OptimizationAnswer): ReplayOutcome {
  const differences: string[] = [];
  note(comparable(recorded), comparable(answer), '', differences);
  return { answer, differences, recordedServerVersion: recorded.provenance.serverVersion };
}

/** As it is stored: JSON knows no negative zero and nothing that is undefined. */
function comparable({ elapsedMs: _elapsed, provenance, ...answer }: OptimizationAnswer): JsonObject {
  const { serverVersion: _version, ...rest } = provenance;
  return JSON.parse(JSON.stringify({ ...answer, provenance: rest })) as JsonObject;
}

function note(recorded: Json | undefined, replayed: Json | undefined, path: string, into: string[]): void {
  if (into.length >= differencesMax || Object.is(recorded, replayed)) return;
  if (isParted(recorded) && isParted(replayed) && Array.isArray(recorded) === Array.isArray(replayed)) {
    const names = new Set([...Object.keys(recorded), ...Object.keys(replayed)]);
    for (const name of names) {
      const at = Array.isArray(recorded) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
      note(partOf(recorded, name), partOf(replayed, name), at, into);
    }
    return;
  }
  into.push(`${path}: ${shown(recorded)} recorded, ${shown(replayed)} replayed`);
}

type Parted = JsonObject | readonly Json[];

function isParted(value: Json | undefined): value is Parted {
  return typeof value === 'object' && value !== null;
}

function partOf(value: Parted, name: string): Json | undefined {
  return (value as Readonly<Record<string, Json>>)[name];
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 200);
}
