/** Ids of the parts of a portfolio. */
import type { Violation } from '../values/fault.ts';
import { readId } from '../values/resource-name.ts';

/** Reads the ids of one list of parts: given ones must be sound and differ, absent ones are made. */
export class PartIds {
  private readonly seen = new Set<string>();
  private readonly newId: () => string;
  private readonly violations: Violation[];

  constructor(newId: () => string, violations: Violation[]) {
    this.newId = newId;
    this.violations = violations;
  }

  /** `before` is the id that the same part had, which an absent id keeps. */
  read(id: string, field: string, before?: string): string {
    if (id === '') {
      const kept = before !== undefined && !this.seen.has(before) ? before : this.newId();
      this.seen.add(kept);
      return kept;
    }
    readId(id, field, this.violations);
    if (this.seen.has(id)) {
      this.violations.push({ field, description: `${JSON.stringify(id)} is used twice`, reason: 'ID_INVALID' });
    }
    this.seen.add(id);
    return id;
  }
}

/** Reports a list that is too long; the readers go on with what they may look at. */
export function limited<Part>(
  parts: readonly Part[],
  most: number,
  field: string,
  violations: Violation[],
): readonly Part[] {
  if (parts.length <= most) return parts;
  violations.push({ field, description: `has ${String(parts.length)} entries; at most ${String(most)} are allowed` });
  return parts.slice(0, most);
}
