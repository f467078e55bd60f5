/** How findings are told, and the checks of plain vectors that all of them share. */

/** Takes one finding: the field it is about, and what is wrong with it as the end of a sentence that begins with the field. */
export type Report = (field: string, description: string) => void;

/** @returns whether there are `size` entries, all finite; only the first that is not is told. */
export function finite(values: Float64Array, size: number, field: string, report: Report): boolean {
  if (values.length !== size) {
    report(field, `has ${values.length} entries; ${size} expected`);
    return false;
  }
  if (nothingOf(values) === 0) return true;
  const position = values.findIndex((value) => !Number.isFinite(value));
  report(`${field}[${position}]`, `must be finite; got ${values[position]!}`);
  return false;
}

/** Of finite entries x - x is zero; of the others it is not a number, and neither is the sum from then on. Millions of entries are read so. */
function nothingOf(values: Float64Array): number {
  let nothing = 0;
  for (let i = 0; i < values.length; i++) nothing += values[i]! - values[i]!;
  return nothing;
}

/** @returns as `finite`, and whether none is below zero. */
export function notNegative(values: Float64Array, size: number, field: string, report: Report): boolean {
  if (!finite(values, size, field, report)) return false;
  for (let position = 0; position < size; position++) {
    if (values[position]! >= 0) continue;
    report(`${field}[${position}]`, `must not be negative; got ${values[position]!}`);
    return false;
  }
  return true;
}

export function inUniverse(position: number, n: number, field: string, report: Report): void {
  if (!(Number.isInteger(position) && position >= 0 && position < n))
    report(field, `must lie in the universe; got ${position}`);
}
