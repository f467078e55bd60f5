/** Rows of the conic form while it is put together. */
import type { BorderRow, SparseRows } from './conic-form.ts';

export interface PendingRow {
  readonly columns: number[];
  readonly values: number[];
  readonly bound: number;
}

export function sparseRows(rows: readonly PendingRow[]): SparseRows {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach((row, r) => (starts[r + 1] = starts[r]! + row.columns.length));
  return {
    starts,
    columns: Int32Array.from(rows.flatMap((row) => row.columns)),
    values: Float64Array.from(rows.flatMap((row) => row.values)),
  };
}

/** Coefficients by position, positions named more than once added up; and the positions that are left, ascending. */
export function mergedRow(positions: Int32Array, coefficients: Float64Array) {
  const merged = new Map<number, number>();
  positions.forEach((position, k) => merged.set(position, (merged.get(position) ?? 0) + coefficients[k]!));
  const columns = [...merged.keys()].filter((i) => merged.get(i) !== 0).sort((a, b) => a - b);
  return { merged, columns };
}

/** What can move of a row. */
export function movingPart(columns: readonly number[], values: readonly number[], isFree: Uint8Array) {
  const kept = columns.flatMap((i, k) => (isFree[i] === 1 ? [k] : []));
  return {
    positions: Int32Array.from(kept, (k) => columns[k]!),
    values: Float64Array.from(kept, (k) => values[k]!),
  };
}

/** The two cones of an impact whose auxiliaries begin at column a; see `Impact`. */
export function impactRows(a: number): readonly PendingRow[] {
  const [s, v] = [a + 1, a + 2];
  return [
    { columns: [s, v], values: [-1, -1], bound: 0 },
    { columns: [s, v], values: [-1, 1], bound: 0 },
    { columns: [a], values: [-2], bound: 0 },
    { columns: [a], values: [-1], bound: 1 },
    { columns: [a], values: [-1], bound: -1 },
    { columns: [s], values: [-2], bound: 0 },
  ];
}

/** Indices of inequalities once so many equations stand before them; -1 stays. */
export function movedBy(equations: number) {
  const shift = (index: number): number => (index < 0 ? -1 : index + equations);
  const shiftPlace = <P extends { readonly plus: number; readonly minus: number }>(place: P): P => ({
    ...place,
    plus: shift(place.plus),
    minus: shift(place.minus),
  });
  const shiftBorder = (border: BorderRow): BorderRow => {
    const { column, floor } = border.excess;
    return { ...shiftPlace(border), excess: { column, floor: shift(floor) } };
  };
  return { shift, shiftPlace, shiftBorder };
}
