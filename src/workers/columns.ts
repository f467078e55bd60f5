/**
 * Tables on their way between threads. A copy between threads writes the name of every property of every row again, and reads it again on
 * the other side; by columns each stands once and numbers travel as one array.
 */
import type { CertificateLine, OptimizationAnswer } from '../optimization/answer.ts';

export interface Columns {
  readonly count: number;
  readonly names: readonly string[];
  /** As `names`: a value for each row, undefined where the row has no such property. */
  readonly values: readonly (readonly unknown[] | Float64Array)[];
}

export function columnsOf(rows: readonly object[]): Columns {
  const records = rows as readonly Readonly<Record<string, unknown>>[];
  const names = [...new Set(records.flatMap((row) => Object.keys(row)))];
  const values = names.map((name) => {
    const column = records.map((row) => row[name]);
    return column.every((value) => typeof value === 'number') ? Float64Array.from(column) : column;
  });
  return { count: rows.length, names, values };
}

export function rowsOf<Row extends object>({ count, names, values }: Columns): Row[] {
  return Array.from({ length: count }, (_, at) => {
    const row: Record<string, unknown> = {};
    for (const [place, name] of names.entries()) {
      const value = values[place]?.[at];
      if (value !== undefined) row[name] = value;
    }
    return row as Row;
  });
}

/** An answer whose two long tables stand beside it, empty in itself. */
export interface PackedAnswer {
  readonly answer: OptimizationAnswer;
  readonly weights: Columns;
  readonly constraints: Columns;
}

export function packedAnswer(answer: OptimizationAnswer): PackedAnswer {
  const { weights, certificate } = answer;
  return {
    answer: withTables(answer, [], []),
    weights: columnsOf(weights),
    constraints: columnsOf(certificate?.constraints ?? []),
  };
}

export function unpackedAnswer({ answer, weights, constraints }: PackedAnswer): OptimizationAnswer {
  return withTables(answer, rowsOf(weights), rowsOf(constraints));
}

function withTables(
  answer: OptimizationAnswer,
  weights: OptimizationAnswer['weights'],
  constraints: CertificateLine['constraints'],
): OptimizationAnswer {
  const { certificate } = answer;
  return { ...answer, weights, ...(certificate === undefined ? {} : { certificate: { ...certificate, constraints } }) };
}
