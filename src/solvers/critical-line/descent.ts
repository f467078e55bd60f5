/** A walk taken to lambda = 0, corner by corner. */
import type { Walk } from './walk.ts';

export type DescentEnd = 'done' | 'unbounded' | 'singular' | 'endless' | 'inaccurate';

/** A fall of lambda below this share of it is none. */
const noFall = 1e-14;
/** What a corner may be off, relative, after it has been mended. */
const inaccurate = 1e-9;

/**
 * Yields at every corner, with the walk standing there; the last, when it ends as `done`, is that of lambda = 0.
 * @param changesMax at one lambda, before the descent counts as endless
 */
export function* descend(
  walk: Walk,
  changesMax: number,
  counter: { changes: number },
): Generator<void, DescentEnd, void> {
  let since = 0;
  if (!settled(walk)) return 'inaccurate';
  yield;
  while (walk.lambda > 0) {
    if (!walk.aim()) return 'singular';
    let change = walk.wrong();
    if (change === undefined) {
      const next = walk.next();
      if (next === undefined || next.fall >= walk.lambda) {
        walk.fall(walk.lambda);
        walk.lambda = 0;
        if (!settled(walk)) return 'inaccurate';
        yield;
        return 'done';
      }
      change = next.change;
      const falls = next.fall > noFall * walk.lambda;
      walk.fall(next.fall);
      walk.arrive(change);
      if (!settled(walk)) return 'inaccurate';
      if (falls) {
        since = 0;
        yield;
      }
    }
    const outcome = walk.change(change);
    counter.changes++;
    if (outcome === 'unbounded' || outcome === 'singular') return outcome;
    if (outcome === 'moved') {
      if (!settled(walk)) return 'inaccurate';
      yield;
    }
    if (++since > changesMax) return 'endless';
  }
  return 'done';
}

function settled(walk: Walk): boolean {
  return walk.correct() <= inaccurate || walk.correct() <= inaccurate;
}
