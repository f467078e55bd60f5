/**
 * How an interruption reaches the middle of long linear algebra: checkpoints count the work and look now and then; the signal they throw
 * is caught in one place and never leaves a solver.
 */
import type { Checkpoint } from '../math/checkpoint.ts';

/** Multiplications between two looks: about a millisecond. */
const workBetweenLooks = 1e6;

/** Thrown by a checkpoint; a solver turns it into a solution. */
export class Interrupted extends Error {
  constructor() {
    super('the solver was interrupted');
    this.name = 'Interrupted';
  }
}

/** Looks at `interrupted` after every so many multiplications, at once when told of endless work. */
export function lookingAt(interrupted: () => boolean): Checkpoint {
  let since = 0;
  return (work) => {
    since += work;
    if (since < workBetweenLooks) return;
    since = 0;
    if (interrupted()) throw new Interrupted();
  };
}

/** Allows so many multiplications in all. Counted, not timed, so that the outcome repeats. */
export function allowing(work: number): Checkpoint {
  let left = work;
  return (next) => {
    left -= next;
    if (left < 0) throw new Interrupted();
  };
}
