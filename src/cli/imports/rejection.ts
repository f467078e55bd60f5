/** Problems of an import in the terms of the file: line and column instead of the number of a row. */
import { Fault } from '../../values/fault.ts';
import type { Violation } from '../../values/fault.ts';
import type { CellOrigin, CellProblem } from './columns.ts';

const shownMax = 50;

/** The refusal of a file, or nothing when it has no problem. All are counted, the first 50 are shown. */
export function refusalOf(problems: readonly CellProblem[], source: string): Fault | undefined {
  if (problems.length === 0) return undefined;
  const more = problems.length - shownMax;
  const shown = problems.slice(0, shownMax).map(({ line, column, description }): Violation => ({
    field: `${source}, line ${String(line)}, column ${column}`,
    description,
  }));
  const rest = more > 0 ? [{ field: source, description: `and ${String(more)} more problems` }] : [];
  return new Fault('IMPORT_REJECTED', `${source} was not imported`, {}, [...shown, ...rest]);
}

const rowOf = /^(?:rows?|prices|rates|assets?|weights?|exposures?)?\s*\[?(\d+)\]?(?:\.(.+))?$/;

/**
 * What the server says about row N of an import (numbers count from 1, in the order sent), told as line and column of the file. What
 * speaks of no row stays as it is.
 */
export function inFile(
  violation: Pick<Violation, 'field' | 'description'>,
  origins: readonly CellOrigin[],
  source: string,
): Violation {
  const match = rowOf.exec(violation.field);
  const origin = match === null ? undefined : origins[Number(match[1]) - 1];
  if (origin === undefined) return violation;
  const column = origin.column ?? match?.[2] ?? '(row)';
  return { field: `${source}, line ${String(origin.line)}, column ${column}`, description: violation.description };
}
