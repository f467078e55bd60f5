/**
 * What is wrong with the rows of an import. All bad rows are told together, the first thousand problems in full and the rest as a count.
 */
import { Fault } from '../values/fault.ts';
import type { Violation } from '../values/fault.ts';

export const rowsMax = 5_000_000;
const violationsMax = 1_000;

export class ImportReport {
  /** Number of the row under check, from 1. */
  row = 0;
  private readonly violations: Violation[] = [];
  private unlisted = 0;
  private readonly bad = new Set<number>();

  /** Begins the next row; rows beyond the limit end the import at once. */
  next(): void {
    if (this.row >= rowsMax) {
      throw new Fault('IMPORT_REJECTED', `more than ${String(rowsMax)} rows; send them in several imports`, {}, [
        { field: `rows[${String(this.row + 1)}]`, description: 'is beyond the limit of an import' },
      ]);
    }
    this.row++;
  }

  /** The path of a field of the row under check. */
  at(field: string): string {
    return `rows[${String(this.row)}].${field}`;
  }

  /** Reports a problem with a row, by default the one under check. */
  refuse(field: string, description: string, row: number = this.row): void {
    this.bad.add(row);
    if (this.violations.length < violationsMax) {
      this.violations.push({ field: `rows[${String(row)}].${field}`, description });
    } else this.unlisted++;
  }

  /** Takes over what a reader found in the row under check. */
  take(found: readonly Violation[]): void {
    for (const violation of found) {
      this.bad.add(this.row);
      if (this.violations.length < violationsMax) this.violations.push(violation);
      else this.unlisted++;
    }
  }

  /** Reports a problem with the import as a whole. */
  refuseAll(field: string, description: string): void {
    this.violations.unshift({ field, description });
  }

  /** Throws IMPORT_REJECTED when anything was reported. */
  settle(): void {
    if (this.violations.length === 0) return;
    const violations = this.violations.map(({ field, description }) => ({ field, description }));
    const rest = this.unlisted === 0 ? '' : `, of which ${String(violations.length)} are listed`;
    const total = violations.length + this.unlisted;
    const first = violations[0];
    const problems = total === 1 ? '1 problem' : `${String(total)} problems`;
    throw new Fault(
      'IMPORT_REJECTED',
      `nothing was stored: ${problems} in ${String(this.bad.size)} of ${String(this.row)} rows${rest}; first ${first?.field ?? ''}: ${first?.description ?? ''}`,
      {
        rows: String(this.row),
        badRows: String(this.bad.size),
        problems: String(total),
        unlisted: String(this.unlisted),
      },
      violations,
    );
  }
}
