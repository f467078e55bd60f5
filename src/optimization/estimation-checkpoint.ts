/** How an interruption reaches estimators in the middle of their work. */
import type { Checkpoint } from '../math/checkpoint.ts';
import { Fault } from '../values/fault.ts';
import type { Interruption } from './toolbox.ts';

/** Multiplications between two looks: a few milliseconds. */
const workBetweenLooks = 2e6;

/**
 * Looks every so many multiplications whether the estimates are still wanted.
 * @throws Fault, from the checkpoint: QUOTA_EXCEEDED when the time is over, STATE_CONFLICT when the caller gave up.
 */
export function estimatingUnder(interruption: Pick<Interruption, 'interrupted' | 'cause'>): Checkpoint {
  let since = 0;
  return (work) => {
    since += work;
    if (since < workBetweenLooks) return;
    since = 0;
    if (!interruption.interrupted()) return;
    throw interruption.cause === 'time'
      ? new Fault(
          'QUOTA_EXCEEDED',
          'the time limit was reached while the estimates were made; allow more time, or choose estimators that cost less',
        )
      : new Fault('STATE_CONFLICT', 'cancelled while the estimates were made');
  };
}
