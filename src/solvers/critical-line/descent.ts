/** A walk taken to lambda = 0, corner by corner. */
import type { Walk } from './walk.ts';

export type DescentEnd = 'done' | 'unbounded' | 'singular' | 'endless' | 'inaccurate';

/** A fall of lambda below this share of it is none. */
const noFall = 1e-14;
/** A lambda of no account: what it adds to the slopes, which are about 1. */
const nothing = 1e-13;
/** What a corner may be off, relative, when it cannot be mended further. */
const inaccurate = 1e-9;
const passesMax = 5;

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
  for (;;) {
    if (!shown) {
      if (!settled(walk)) return 'inaccurate';
      if (walk.holds()) {
        yield;
        shown = true;
      }
    }
    if (walk.lambda === 0) return shown ? 'done' : 'inaccurate';
    if (!walk.aim()) return 'singular';
    const { wrong, next, fall: nearest } = walk.survey();
    let change = wrong;
    if (change === undefined) {
      if (!shown) return 'inaccurate';
      const isLast = next === undefined || walk.lambda - nearest <= nothing;
      const fall = isLast ? walk.lambda : nearest;
      if (fall > noFall * walk.lambda) {
        since = 0;
        shown = false;
      }
      walk.fall(fall);
      if (isLast) continue;
      change = next;
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
    if (outcome === 'moved') shown = false;
    if (++since > changesMax) return 'endless';
  }
}

/** Mends until there is nothing to mend; from a fresh factorization when that alone does not help. */
function settled(walk: Walk): boolean {
  for (let pass = 0; pass < passesMax; pass++) {
    if (pass === 2 && !walk.renew()) return false;
    if (walk.correct() === 'right') return true;
  }
  return walk.off() <= inaccurate;
}
