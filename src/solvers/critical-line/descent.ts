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
  // A corner is shown once nothing is broken there: a change or two may have to come first.
  let shown = false;
  if (!settled(walk)) return 'inaccurate';
  for (;;) {
    if (!shown && walk.holds()) {
      yield;
      shown = true;
    }
    if (walk.lambda === 0) return shown ? 'done' : 'inaccurate';
    if (!walk.aim()) return 'singular';
    let change = walk.wrong();
    if (change === undefined) {
      if (!shown) return 'inaccurate';
      const next = walk.next();
      const fall = next === undefined ? walk.lambda : Math.min(next.fall, walk.lambda);
      if (fall > noFall * walk.lambda) {
        since = 0;
        shown = false;
      }
      walk.fall(fall);
      if (next === undefined || walk.lambda === 0) {
        if (!settled(walk)) return 'inaccurate';
        continue;
      }
      change = next.change;
      walk.arrive(change);
      if (!settled(walk)) return 'inaccurate';
      if (!shown && walk.holds()) {
        yield;
        shown = true;
      }
    }
    const outcome = walk.change(change);
    counter.changes++;
    if (outcome === 'unbounded' || outcome === 'singular') return outcome;
    if (outcome === 'moved') {
      if (!settled(walk)) return 'inaccurate';
      shown = false;
    }
    if (++since > changesMax) return 'endless';
  }
}

function settled(walk: Walk): boolean {
  return walk.correct() <= inaccurate || walk.correct() <= inaccurate;
}
