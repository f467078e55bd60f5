/** What a misspelt name may have been meant to be. */

import { listed } from './taxonomy.ts';

/** Longer names are not compared: nobody mistypes them by a letter or two. */
const lengthMax = 64;

/**
 * The known name that fewest single edits (a letter inserted, left out, replaced, or two neighbours exchanged) turn into the one
 * written, letter case apart; the first of equals. Undefined when none is near: a third of the letters may differ.
 * Source: Damerau (1964); optimal string alignment distance, O(length^2) for each name.
 */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  const wanted = written.toLowerCase();
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const name of known) {
    if (wanted.length > lengthMax || Math.abs(name.length - wanted.length) >= fewest) continue;
    const edits = editsBetween(wanted, name.toLowerCase());
    if (edits >= fewest) continue;
    fewest = edits;
    best = name;
  }
  return best;
}

/** Among more names than this none is looked for: every unknown id of a long list would be compared with every one of a large universe. */
const namesMost = 2000;

/** The end of a message on an unknown name: `; did you mean Technology? known: Technology, Energy`. */
export function amongKnown(written: string, known: readonly string[], textOf = (name: string): string => name): string {
  const near = known.length > namesMost ? undefined : nearestName(written, known);
  return `;${near === undefined ? '' : ` did you mean ${textOf(near)}?`} known: ${listed(known)}`;
}

function editsBetween(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, k) => k);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let k = 1; k <= to.length; k += 1) {
      const same = from[i - 1] === to[k - 1] ? 0 : 1;
      row[k] = Math.min(last[k]! + 1, row[k - 1]! + 1, last[k - 1]! + same);
      const exchanged = i > 1 && k > 1 && from[i - 1] === to[k - 2] && from[i - 2] === to[k - 1];
      if (exchanged) row[k] = Math.min(row[k]!, before[k - 2]! + 1);
    }
    before = last;
    last = row;
  }
  return last[to.length]!;
}
