/** The two words of a test framework that the suites use. Mocha's globals have this form, and so do those of most others. */
export interface Framework {
  readonly describe: (title: string, body: () => void) => void;
  readonly it: (title: string, body: () => void | Promise<void>) => void;
}

/** Throws with `message` unless `holds`. */
export function ensure(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

/** Throws with everything that is wrong, if anything is. */
export function ensureNone(what: string, problems: readonly string[]): void {
  ensure(problems.length === 0, `${what}: ${problems.join('; ')}`);
}

/** Largest distance between two vectors; infinite when their lengths differ or an entry is no number. */
export function distance(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) return Infinity;
  return a.reduce((largest, value, i) => {
    const gap = Math.abs(value - b[i]!);
    return Number.isNaN(gap) ? Infinity : Math.max(largest, gap);
  }, 0);
}
