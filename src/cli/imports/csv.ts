/** Reads a whole CSV file: header and records with their lines. Imports are all or nothing, so all of it is read before any of it is sent. */
import { parse } from 'csv-parse/sync';

import { Fault } from '../../values/fault.ts';
import { readText, sourceOf } from '../session.ts';
import type { CsvRecord, CsvTable } from './columns.ts';

interface ParsedRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** The table in a CSV text. Throws a Fault when it is not CSV or has no rows. */
export function csvTable(text: string, source: string): CsvTable {
  let parsed: readonly ParsedRecord[];
  try {
    const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true } as const;
    // csv-parse types its answer by the records alone; with `info` each comes with its place.
    parsed = parse(text, options) as unknown as readonly ParsedRecord[];
  } catch (error) {
    throw new Fault(
      'MESSAGE_MALFORMED',
      `${source} is not CSV: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const [header, ...records] = parsed.map(({ record, info }): CsvRecord => ({ line: info.lines, cells: record }));
  if (header === undefined || records.length === 0) throw new Fault('INVALID_ARGUMENT', `${source} has no rows`);
  return { header, records };
}

/** The table in a file, "-" for the standard input. */
export function readCsv(file: string): CsvTable {
  return csvTable(readText(file), sourceOf(file));
}
