/** The matrix in words: what is not simply kept, grouped. */
import type { Outcome } from './trial.ts';

export interface Row {
  readonly strategy: string;
  readonly outcomes: readonly (readonly [type: string, outcome: Outcome])[];
}

/** Key -> types, where a pair has one. */
function grouped(row: Row, keyOf: (outcome: Outcome) => string | undefined): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [type, outcome] of row.outcomes) {
    const key = keyOf(outcome);
    if (key !== undefined) found.set(key, [...(found.get(key) ?? []), type]);
  }
  return found;
}

/** Markdown lines of one table: strategies that share a reason and the types stand in one line. */
function table(
  rows: readonly Row[],
  keyOf: (outcome: Outcome) => string | undefined,
  heading: string,
): readonly string[] {
  const lines = new Map<string, string[]>();
  for (const row of rows)
    for (const [reason, types] of grouped(row, keyOf)) {
      const line = `${types.join(', ')} | ${reason}`;
      lines.set(line, [...(lines.get(line) ?? []), row.strategy]);
    }
  const last = heading === '' ? '' : ` ${heading} |`;
  const cells = Array.from(lines, ([line, strategies]) => {
    const [types = '', reason = ''] = line.split(' | ');
    return `| ${strategies.join(', ')} | ${types} |${heading === '' ? '' : ` ${reason} |`}`;
  });
  return [`| Strategies | Constraints |${last}`, `| --- | --- |${heading === '' ? '' : ' --- |'}`, ...cells];
}

export function matrixText(given: readonly Row[], types: readonly string[]): string {
  const rows = [...given].sort((one, other) => (one.strategy < other.strategy ? -1 : 1));
  const all = rows.flatMap(({ outcomes }) => outcomes.map(([, outcome]) => outcome));
  const count = (holds: (outcome: Outcome) => boolean): string => String(all.filter(holds).length);
  const lines = [
    '# Strategies under constraints',
    '',
    `Each of ${String(rows.length)} strategies was run on a market of eight assets with a constraint of each of ${String(types.length)} types, ${String(all.length)} pairs, with parameters that the answer without the constraint breaks. ` +
      `In ${count((outcome) => outcome.kind === 'kept' && outcome.binds && outcome.optimal)} pairs the constraint changed the answer, which keeps it by its definition and is certified optimal. ` +
      'The other pairs are listed here; none ignores a constraint. Written by `MATRIX=write npx mocha test/contract/matrix.test.ts`.',
    '',
    `## Refused, or ended without an answer, with the reason: ${count(({ kind }) => kind === 'refused')}`,
    '',
    ...table(rows, (outcome) => (outcome.kind === 'refused' ? outcome.reason : undefined), 'Reason'),
    '',
    `## No portfolio with the parameters tried, the conflict names the constraint: ${count(({ kind }) => kind === 'infeasible')}`,
    '',
    ...table(rows, (outcome) => (outcome.kind === 'infeasible' ? '' : undefined), ''),
    '',
    `## Kept, by a local optimum or the best point found: ${count((outcome) => outcome.kind === 'kept' && !outcome.optimal)}`,
    '',
    ...table(rows, (outcome) => (outcome.kind === 'kept' && !outcome.optimal ? '' : undefined), ''),
    '',
    `## Kept, and already kept by the answer without it: ${count((outcome) => outcome.kind === 'kept' && outcome.optimal && !outcome.binds)}`,
    '',
    ...table(rows, (outcome) => (outcome.kind === 'kept' && outcome.optimal && !outcome.binds ? '' : undefined), ''),
    '',
  ];
  return lines.join('\n');
}
