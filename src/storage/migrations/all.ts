/**
 * The steps of the schema, in order, each forward and back. They are SQL files, written for PostgreSQL 15 and later and for the
 * embedded engine alike; a step that was released is never edited, only followed.
 */
import { readFileSync } from 'node:fs';

import { Migration } from '@mikro-orm/migrations';

/** One statement per entry: the embedded engine's extended protocol takes them singly. */
function statements(file: string): string[] {
  return readFileSync(new URL(file, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('--'))
    .join('\n')
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/** A step may take as long as it takes; its transaction alone is freed from the time-out. */
const unhurried = 'set local statement_timeout = 0';

/** A step that is a pair of files of its name. */
function step(name: string) {
  return class extends Migration {
    override up(): void {
      for (const statement of [unhurried, ...statements(`${name}.up.sql`)]) this.addSql(statement);
    }

    override down(): void {
      for (const statement of [unhurried, ...statements(`${name}.down.sql`)]) this.addSql(statement);
    }
  };
}

export const migrations = ['0001-tables', '0002-catalogue'].map((name) => ({ name, class: step(name) }));
